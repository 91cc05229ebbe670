//! Specs, places of modes, and moments against theory.

use super::*;

fn mixture(text: &str) -> Mixture {
    Mixture::named(text).unwrap().unwrap()
}

#[test]
fn what_is_left_out_is_the_default() {
    let ring = mixture("mixtures:ring");
    assert_eq!(
        ring,
        mixture("mixtures:ring?modes=8&n=50000&std=0.02&seed=0&split=train")
    );
    let grid = mixture("mixtures:grid");
    assert_eq!((grid.n_modes, grid.shape), (25, Shape::Grid));
    assert_eq!(Mixture::named("polygons:triangles").unwrap(), None);
}

#[test]
fn what_is_not_understood_is_said() {
    for (text, words) in [
        ("mixtures:rnig", "ring and grid"),
        ("mixtures:", "ring and grid"),
        ("mixtures:ring?modes=0", "modes from 1"),
        ("mixtures:grid?modes=24", "square number"),
        ("mixtures:ring?std=-1", "std above 0"),
        ("mixtures:ring?std=0", "std above 0"),
        ("mixtures:ring?std=0.06", "at most 0.05"),
        ("mixtures:ring?std=nan", "std above 0"),
        ("mixtures:ring?n=0", "n from 1"),
        ("mixtures:ring?n=99999999999", "n from 1 to 10000000"),
        ("mixtures:ring?seed=-1", "seed"),
        ("mixtures:ring?split=holdout", "split=train or split=test"),
        ("mixtures:ring?radius=2", "modes, n, std, seed or split"),
        ("mixtures:ring#first=3", "ring and grid"),
    ] {
        let error = Mixture::named(text).unwrap_err();
        assert_eq!(error.kind(), crate::error::Kind::Usage, "{text}");
        assert!(error.message().contains(words), "{error}");
        assert!(error.message().contains(text), "{error}");
    }
}

#[test]
fn modes_are_where_the_formula_puts_them() {
    // cos and sin of 0 and of a quarter turn; 0.15 + 0.7 · 3/4 = 0.675 in column 3, row 1: 0.325.
    let close = |a: [f64; 2], b: [f64; 2]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-12);
    let ring = mixture("mixtures:ring").centers();
    assert!(close(ring[0], [0.85, 0.5]) && close(ring[2], [0.5, 0.85]));
    let grid = mixture("mixtures:grid").centers();
    assert!(close(grid[0], [0.15, 0.15]) && close(grid[8], [0.675, 0.325]));
    assert!(close(grid[24], [0.85, 0.85]));
    assert_eq!(mixture("mixtures:grid?modes=1").centers(), [[0.5, 0.5]]);
}

/// Mean and variance along x, and the covariance.
fn moments(points: &[f32]) -> (f64, f64, f64) {
    let n = (points.len() / 2) as f64;
    let sum = |f: &dyn Fn(f64, f64) -> f64| {
        let all = points
            .chunks(2)
            .map(|p| f(f64::from(p[0]), f64::from(p[1])));
        all.sum::<f64>() / n
    };
    let (x, y) = (sum(&|x, _| x), sum(&|_, y| y));
    let variance = sum(&|a, _| (a - x).powi(2));
    (x, variance, sum(&|a, b| (a - x) * (b - y)))
}

#[test]
fn moments_are_those_of_the_theory() {
    // Ring: mean 0.5, variance 0.35²/2 + 0.02² = 0.06165. Grid: places 0.15, 0.325, …, 0.85 have variance
    // 0.175² · 2 = 0.06125, and + 0.02² = 0.06165. Standard errors of 50,000: 0.0011 of the mean, 0.0003 of the rest.
    for text in ["mixtures:ring", "mixtures:grid?seed=5"] {
        let (mean, variance, covariance) = moments(&mixture(text).points(50_000));
        assert!((mean - 0.5).abs() < 0.005, "{text}: {mean}");
        assert!((variance - 0.06165).abs() < 0.001, "{text}: {variance}");
        assert!(covariance.abs() < 0.001, "{text}: {covariance}");
    }
    // One mode: the deviation itself, with a standard error of 0.03 / √(2 · 50000) = 0.0001.
    let one = mixture("mixtures:grid?modes=1&std=0.03").points(50_000);
    assert!((moments(&one).1.sqrt() - 0.03).abs() < 5e-4);
}

#[test]
fn points_are_in_the_square_and_belong_to_seed_split_and_index() {
    let widest = mixture("mixtures:ring?std=0.05").points(20_000);
    assert!(widest.iter().all(|v| (0.0..=1.0).contains(v)));
    let ring = mixture("mixtures:ring");
    assert_eq!(ring.points(10)[..6], ring.points(3));
    assert_ne!(ring.points(3), mixture("mixtures:ring?seed=1").points(3));
    assert_ne!(ring.points(3), ring.other().points(3));
    assert_eq!(ring.other(), mixture("mixtures:ring?split=test"));
    assert_eq!(ring.other().other(), ring);
    // float32, not bytes: few coordinates are multiples of 1/255.
    let levels = ring
        .points(1000)
        .iter()
        .filter(|v| (*v * 255.0).fract() == 0.0)
        .count();
    assert!(levels < 20, "{levels}");
}
