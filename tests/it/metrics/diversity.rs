//! The Vendi score.

use gavel::metrics::{Generated, Inputs, Settings, Space, evaluate, select};
use gavel::rng::Seed;
use gavel::statistics::vendi::score;
use ndarray::{Array2, Axis, concatenate};

use super::{random, run, set};
use crate::golden::{Golden, features, formula};
use crate::shared::close;

#[test]
fn vendi_scores_of_the_golden_sets_are_met() {
    let Some(golden) = Golden::load("features.json") else {
        return;
    };
    let (Some(real), Some(a), Some(s)) = (features("A_real"), features("A_gen"), features("S_gen"))
    else {
        return;
    };
    let (reference, generated) = (set("r", Space::Arrays, real), set("g", Space::Arrays, a));
    let orders = ["vendi.order=0.5,1,2,inf"];
    let rows = run("vendi", &orders, &reference, &generated)
        .unwrap()
        .estimates;
    for (row, name) in rows.iter().zip(["q0.5", "q1", "q2", "qinf"]) {
        golden.check(&format!("vendi/A/{name}"), row.value.unwrap());
        println!(
            "{name}: ± {:?}, relative {}",
            row.std_error, row.details["relative"]
        );
    }
    // Fewer rows than dimensions: the n x n matrix.
    let few = set("s", Space::Arrays, s);
    let inputs = Inputs::new(None, Generated(&few), Seed::DEFAULT).unwrap();
    let outcome = evaluate(&select("vendi").unwrap(), &inputs, &Settings::default()).unwrap();
    let row = &outcome.estimates[0];
    golden.check("vendi/S/q1", row.value.unwrap());
    assert_eq!(row.n_reference, None);
    assert!(!row.details.contains_key("relative"));
}

#[test]
fn vendi_scores_of_the_formula_data_are_met() {
    let Some(golden) = Golden::load("formula.json") else {
        return;
    };
    let [_, y] = formula();
    let y = set("y", Space::Arrays, y.mapv(|v| v as f32));
    let rows = run("vendi", &["vendi.order=1,2,0.5"], &y, &y)
        .unwrap()
        .estimates;
    for (i, row) in rows.iter().enumerate() {
        let want = golden.item("vendi q=1,2,0.5")["value"][i].as_f64().unwrap();
        // The formula data is rounded to float32 here.
        close("vendi", row.value.unwrap(), want, 1e-6, 0.0);
        assert_eq!(row.details["relative"], 1.0);
    }
}

#[test]
fn the_values_of_the_programs_own_description_are_met() {
    // vendi-score's README: 2.1573 for K = [[1, 0.9, 0], [0.9, 1, 0], [0, 0, 1]], whose eigenvalues are 1.9, 0.1 and 1.
    let values: Vec<f64> = [0.1, 1.0, 1.9].iter().map(|v| v / 3.0).collect();
    assert!((score(&values, 1.0) - 2.1573).abs() < 5e-5);
}

#[test]
fn a_repeated_set_is_no_richer_and_a_scaled_one_no_different() {
    let x = random(1, 90, 7);
    let twice = concatenate![Axis(0), x, x];
    let scaled = &x * 37.0;
    let value = |values: Array2<f32>| {
        let side = set("x", Space::Arrays, values);
        run("vendi", &["vendi.order=1,inf"], &side, &side)
            .unwrap()
            .estimates
            .iter()
            .map(|row| row.value.unwrap())
            .collect::<Vec<_>>()
    };
    let once = value(x.clone());
    for (other, tolerance) in [(value(twice), 1e-12), (value(scaled), 1e-6)] {
        for (a, b) in once.iter().zip(&other) {
            assert!((a - b).abs() < tolerance * a, "{a} and {b}");
        }
    }
}

#[test]
fn the_reference_is_cut_to_the_generated_size() {
    let (reference, generated) = (
        set("r", Space::Arrays, random(1, 400, 30)),
        set("g", Space::Arrays, random(2, 40, 30)),
    );
    for (r, g) in [(&reference, &generated), (&generated, &reference)] {
        let row = &run("vendi", &[], r, g).unwrap().estimates[0];
        assert_eq!(row.details["relative_n"], 40);
        let relative = row.details["relative"].as_f64().unwrap();
        // Same distribution, same n; the whole of the reference would be at 24 against 17.
        assert!((0.9..1.1).contains(&relative), "{relative}");
    }
}

#[test]
fn one_row_and_equal_rows_count_once() {
    for n in [1, 2, 20] {
        let side = set("x", Space::Arrays, Array2::from_elem((n, 3), 2.0));
        for row in run("vendi", &["vendi.order=0.5,1,2,inf"], &side, &side)
            .unwrap()
            .estimates
        {
            assert!((row.value.unwrap() - 1.0).abs() < 1e-9);
            assert!(row.std_error.is_none_or(|error| error.abs() < 1e-6));
        }
    }
}
