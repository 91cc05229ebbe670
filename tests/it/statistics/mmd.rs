//! MMD² against golden values, a sum by hand, and simulation.

use gavel::error::Kind;
use gavel::rng::Seed;
use gavel::statistics::mmd::{Arithmetic, Draw, draws_numpy2020, draws_seeded, full, subsets};
use ndarray::array;

use super::{FLOAT32_INPUT, deviation, mean, normal, rows};
use crate::golden::{Golden, features, formula, indices};
use crate::shared::close;

#[test]
fn whole_set_mmd_meets_the_golden_values() {
    let Some(golden) = Golden::load("features.json") else {
        return;
    };
    for set in ["A", "B", "S"] {
        let (Some(real), Some(generated)) = (
            features(&format!("{set}_real")),
            features(&format!("{set}_gen")),
        ) else {
            return;
        };
        let result = full(real.view(), generated.view(), Arithmetic::Auto).unwrap();
        golden.check(&format!("kid/{set}/full-u"), result.unbiased);
        golden.check(&format!("kid/{set}/full-biased"), result.biased);
    }
}

#[test]
fn mmd_of_given_subsets_meets_the_golden_values() {
    let Some(golden) = Golden::load("features.json") else {
        return;
    };
    let (Some(real), Some(generated)) = (features("A_real"), features("A_gen")) else {
        return;
    };
    let (Some(of_real), Some(of_generated)) = (indices("A_kid_idx_real"), indices("A_kid_idx_gen"))
    else {
        return;
    };
    let draws: Vec<Draw> = of_real
        .into_iter()
        .zip(of_generated)
        .map(|(reference, generated)| Draw {
            reference,
            generated,
        })
        .collect();
    let result = subsets(real.view(), generated.view(), &draws, Arithmetic::Auto).unwrap();
    for (i, value) in result.values.iter().enumerate() {
        golden.check_part("kid/A/subsets", &format!("/{i}"), *value);
    }
    golden.check("kid/A/mean", result.mean());
    golden.check_part("kid/A/std", "/population", result.spread());
}

#[test]
fn torch_fidelitys_subsets_are_drawn_generated_first() {
    let Some(golden) = Golden::load("features.json") else {
        return;
    };
    let (Some(real), Some(generated)) = (features("A_real"), features("A_gen")) else {
        return;
    };
    let id = "kid/A/torch-fidelity-rng2020";
    let draws = draws_numpy2020(real.nrows(), generated.nrows(), 20, 100);
    let result = subsets(real.view(), generated.view(), &draws, Arithmetic::Auto).unwrap();
    golden.check_part(id, "/0", result.mean());
    golden.check_part(id, "/1", result.spread());
    // The other order is another number.
    let turned = draws_numpy2020(generated.nrows(), real.nrows(), 20, 100);
    let wrong = subsets(generated.view(), real.view(), &turned, Arithmetic::Auto)
        .unwrap()
        .mean();
    assert!((wrong / result.mean() - 1.0).abs() > 1e-3);
}

#[test]
fn mmd_of_the_formula_data_is_met() {
    let Some(golden) = Golden::load("formula.json") else {
        return;
    };
    let [x, y] = formula().map(|a| a.mapv(|v| v as f32));
    let want = |id: &str| golden.item(id)["value"].as_f64().unwrap();
    let unequal = full(x.view(), y.view(), Arithmetic::Auto).unwrap().unbiased;
    close(
        "kid/40-vs-36",
        unequal,
        want("kid/40-vs-36"),
        FLOAT32_INPUT,
        0.0,
    );
    let equal = full(rows(&x, ..36), y.view(), Arithmetic::Auto).unwrap();
    close(
        "kid/36-vs-36",
        equal.unbiased,
        want("kid/36-vs-36"),
        FLOAT32_INPUT,
        0.0,
    );
    close(
        "kid/biased-36",
        equal.biased,
        want("kid/biased-36"),
        FLOAT32_INPUT,
        0.0,
    );
}

#[test]
fn mmd_of_two_points_each_is_what_the_hand_says() {
    // d = 1, k = (xy + 1)³, x = {0, 1}, y = {1, 2}: k(0, 1) = 1, k(1, 2) = 27, crosses 1, 1, 8, 27.
    // Unbiased: 1 + 27 − 2 · 37/4 = 9.5; biased: (1 + 1 + 1 + 8)/4 + (8 + 27 + 27 + 125)/4 − 18.5 = 31.
    let (x, y) = (array![[0.0_f32], [1.0]], array![[1.0_f32], [2.0]]);
    let result = full(x.view(), y.view(), Arithmetic::Auto).unwrap();
    assert_eq!(
        (result.unbiased, result.biased, result.std_error),
        (9.5, 31.0, None)
    );
}

#[test]
fn the_standard_error_of_mmd_is_its_spread_over_fresh_samples() {
    for (shift, scale) in [(0.0, 1.0), (0.3, 1.1)] {
        let (mut values, mut errors, mut partial) = (Vec::new(), Vec::new(), Vec::new());
        let mut means = Vec::new();
        for k in 0..300 {
            let (x, y) = (
                normal(2 * k, 120, 6, 0.0, 1.0),
                normal(2 * k + 1, 90, 6, shift, scale),
            );
            let result = full(x.view(), y.view(), Arithmetic::Auto).unwrap();
            values.push(result.unbiased);
            errors.push(result.std_error.unwrap().powi(2));
            let drawn = subsets(
                x.view(),
                y.view(),
                &draws_seeded(120, 90, 10, 30, Seed(k)),
                Arithmetic::Auto,
            )
            .unwrap();
            means.push(drawn.mean());
            partial.push(drawn.std_error.unwrap().powi(2));
        }
        for (what, values, squares) in [("all", &values, &errors), ("subsets", &means, &partial)] {
            let ratio = mean(squares).sqrt() / deviation(values);
            println!("{what}, shift {shift}: standard error / spread {ratio:.3}");
            // 300 repetitions know a standard deviation to 4 %, to 8 % with the heavy tails of a cubic kernel. Between
            // equal sets the error is cautious.
            let highest = if shift == 0.0 { 1.5 } else { 1.15 };
            assert!(
                (0.85..highest).contains(&ratio),
                "{what}, shift {shift}: {ratio}"
            );
        }
    }
}

#[test]
fn draws_have_no_repetition_and_depend_on_the_seed() {
    let draws = draws_seeded(50, 40, 3, 20, Seed(1));
    for draw in &draws {
        for side in [&draw.reference, &draw.generated] {
            let mut sorted = side.clone();
            sorted.sort_unstable();
            sorted.dedup();
            assert_eq!(sorted.len(), 20);
        }
    }
    assert_ne!(draws, draws_seeded(50, 40, 3, 20, Seed(2)));
    assert_ne!(draws[0], draws[1]);
}

#[test]
fn mmd_refuses_what_it_cannot_compute() {
    let x = normal(1, 5, 3, 0.0, 1.0);
    let other = normal(1, 5, 4, 0.0, 1.0);
    assert_eq!(
        full(x.view(), other.view(), Arithmetic::Auto)
            .unwrap_err()
            .kind(),
        Kind::Input
    );
    assert_eq!(
        full(rows(&x, ..1), x.view(), Arithmetic::Auto)
            .unwrap_err()
            .kind(),
        Kind::CannotTell
    );
    let outside = Draw {
        reference: vec![0, 5],
        generated: vec![0, 1],
    };
    assert_eq!(
        subsets(x.view(), x.view(), &[outside], Arithmetic::Auto)
            .unwrap_err()
            .kind(),
        Kind::Input
    );
    assert_eq!(
        subsets(x.view(), x.view(), &[], Arithmetic::Auto)
            .unwrap_err()
            .kind(),
        Kind::Input
    );
}
