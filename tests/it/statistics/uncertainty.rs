//! The standard error and the floor of a Fréchet distance against simulation.

use gavel::rng::Seed;
use gavel::statistics::frechet::{Ddof, Side, floor, frechet, frechet_with_error};
use gavel::statistics::moments::Moments;
use ndarray::Axis;

use super::{deviation, mean, normal};

/// Spread of the distance over fresh pairs of sets, and the mean of its standard errors.
fn simulated(d: usize, n: usize, m: usize, shift: f64, scale: f64) -> (f64, f64) {
    let mut values = Vec::new();
    let mut errors = Vec::new();
    for k in 0..300 {
        let (x, y) = (
            normal(2 * k, n, d, 0.0, 1.0),
            normal(2 * k + 1, m, d, shift, scale),
        );
        let (r, g) = (
            Moments::of(x.view()).unwrap(),
            Moments::of(y.view()).unwrap(),
        );
        let side_r = Side::choose(Some(x.view()), || Ok(&r)).unwrap();
        let side_g = Side::choose(Some(y.view()), || Ok(&g)).unwrap();
        let result = frechet_with_error(&side_r, &side_g, Ddof::One).unwrap();
        values.push(result.value);
        errors.push(result.std_error.unwrap().total());
    }
    (deviation(&values), mean(&errors))
}

#[test]
fn the_standard_error_of_a_frechet_distance_is_its_spread_over_fresh_samples() {
    // 300 repetitions know a standard deviation to 4 %.
    let (spread, error) = simulated(8, 300, 200, 0.4, 1.3);
    println!("different, n > d: spread {spread:.4}, standard error {error:.4}");
    assert!(
        (0.9..1.1).contains(&(error / spread)),
        "{error} against {spread}"
    );
    // Where n < d or the distributions are equal: the second order rules. A jackknife that keeps its excess is 1.2 to 1.5
    // times too large there.
    for (d, n, m, shift, scale) in [
        (32, 30, 24, 0.4, 1.3),
        (8, 300, 200, 0.0, 1.0),
        (32, 30, 24, 0.0, 1.0),
    ] {
        let (spread, error) = simulated(d, n, m, shift, scale);
        println!("d={d}, n={n}/{m}, shift {shift}: spread {spread:.4}, standard error {error:.4}");
        assert!(
            (0.85..1.18).contains(&(error / spread)),
            "{error} against {spread}"
        );
    }
}

#[test]
fn the_standard_error_agrees_with_a_block_jackknife() {
    let (x, y) = (normal(1, 600, 8, 0.0, 1.0), normal(2, 500, 8, 0.4, 1.3));
    let (r, g) = (
        Moments::of(x.view()).unwrap(),
        Moments::of(y.view()).unwrap(),
    );
    let side = |moments, samples| Side::Many {
        moments,
        samples: Some(samples),
    };
    let infinitesimal = frechet_with_error(&side(&r, x.view()), &side(&g, y.view()), Ddof::One)
        .unwrap()
        .std_error
        .unwrap();
    // Delete one of 50 blocks of the generated set: SE² = (B − 1)/B Σ (θb − mean)².
    let blocks = 50_usize;
    let left_out: Vec<f64> = (0..blocks)
        .map(|b| {
            let keep: Vec<usize> = (0..500).filter(|i| i % blocks != b).collect();
            let rest = Moments::of(y.select(Axis(0), &keep).view()).unwrap();
            frechet(&r, &rest, Ddof::One).unwrap().value
        })
        .collect();
    let count = blocks as f64;
    let jackknife = deviation(&left_out) * (count - 1.0) / count.sqrt();
    let ratio = infinitesimal.generated.unwrap() / jackknife;
    println!("infinitesimal / block jackknife: {ratio:.3}");
    // 50 blocks know a standard deviation to 10 %.
    assert!((0.75..1.3).contains(&ratio), "{ratio}");
}

#[test]
fn the_floor_foretells_what_a_perfect_generator_gets() {
    let (d, n_reference, n_generated) = (16, 800, 300);
    let (mut floors, mut perfect) = (Vec::new(), Vec::new());
    for k in 0..40 {
        let x = normal(2 * k, n_reference, d, 0.0, 1.0);
        let y = normal(2 * k + 1, n_generated, d, 0.0, 1.0);
        let found = floor(x.view(), n_generated, Ddof::One, Seed(k))
            .unwrap()
            .unwrap();
        assert_eq!((found.n, found.n_splits), (300, 3));
        floors.push(found.scaled);
        let (r, g) = (
            Moments::of(x.view()).unwrap(),
            Moments::of(y.view()).unwrap(),
        );
        perfect.push(frechet(&r, &g, Ddof::One).unwrap().value);
    }
    let ratio = mean(&floors) / mean(&perfect);
    println!("floor / perfect generator: {ratio:.3}");
    assert!((0.93..1.07).contains(&ratio), "{ratio}");
}

#[test]
fn the_floor_stays_close_where_samples_are_fewer_than_dimensions() {
    // At n < d the bias falls more slowly than 1/n, which would put the floor a third too low here.
    let (mut floors, mut perfect) = (Vec::new(), Vec::new());
    for k in 0..20 {
        let (x, y) = (
            normal(2 * k, 100, 200, 0.0, 1.0),
            normal(2 * k + 1, 100, 200, 0.0, 1.0),
        );
        let found = floor(x.view(), 100, Ddof::One, Seed(k)).unwrap().unwrap();
        assert!(found.exponent < 1.0);
        floors.push(found.scaled);
        let (r, g) = (Side::Few(x.view()), Side::Few(y.view()));
        perfect.push(frechet_with_error(&r, &g, Ddof::One).unwrap().value);
    }
    let ratio = mean(&floors) / mean(&perfect);
    println!("floor / perfect generator at n < d: {ratio:.3}");
    assert!((0.9..1.2).contains(&ratio), "{ratio}");
}

#[test]
fn the_floor_is_absent_for_a_reference_that_cannot_be_halved() {
    let x = normal(1, 3, 4, 0.0, 1.0);
    assert_eq!(floor(x.view(), 100, Ddof::One, Seed(1)).unwrap(), None);
}
