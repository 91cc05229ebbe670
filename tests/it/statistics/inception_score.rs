//! The Inception Score against golden values, bounds, and simulation.

use gavel::error::Kind;
use gavel::statistics::inception_score::{Scale, inception_score};
use ndarray::Array2;

use super::{FLOAT32_INPUT, deviation, mean, normal};
use crate::golden::{Golden, features, formula};
use crate::shared::close;

#[test]
fn inception_scores_meet_the_golden_values() {
    let Some(golden) = Golden::load("features.json") else {
        return;
    };
    let Some(logits) = features("C_logits") else {
        return;
    };
    let order = gavel::rng::Mt19937::new(2020).permutation(logits.nrows());
    for splits in [1, 10] {
        for (name, order) in [
            ("in-order", None),
            ("shuffled-2020", Some(order.as_slice())),
        ] {
            let id = format!("is/C/splits{splits}/{name}");
            let score = inception_score(logits.view(), Scale::Logits, splits, order).unwrap();
            golden.check_part(&id, "/mean", score.mean);
            golden.check_part(&id, "/std_population", score.spread);
        }
    }
}

#[test]
fn inception_scores_of_the_formula_data_are_met() {
    let Some(golden) = Golden::load("formula.json") else {
        return;
    };
    let [x, _] = formula();
    let logits = x.mapv(|v| (3.0 * v) as f32);
    let want = |id: &str, pointer: &str| {
        golden.item(id)["value"]
            .pointer(pointer)
            .and_then(serde_json::Value::as_f64)
            .unwrap()
    };
    let one = inception_score(logits.view(), Scale::Logits, 1, None).unwrap();
    close(
        "is/splits1",
        one.mean,
        want("is/splits1", ""),
        FLOAT32_INPUT,
        0.0,
    );
    let id = "is/splits4 mean, std, std ddof1";
    let four = inception_score(logits.view(), Scale::Logits, 4, None).unwrap();
    close(
        "is/splits4 mean",
        four.mean,
        want(id, "/0"),
        FLOAT32_INPUT,
        0.0,
    );
    close(
        "is/splits4 std",
        four.spread,
        want(id, "/1"),
        FLOAT32_INPUT,
        0.0,
    );
}

#[test]
fn the_inception_score_lies_between_one_and_the_number_of_classes() {
    // The same prediction everywhere scores 1; every class once and surely scores their number.
    let same = Array2::from_shape_fn((8, 4), |(_, j)| j as f32);
    close(
        "same",
        inception_score(same.view(), Scale::Logits, 1, None)
            .unwrap()
            .mean,
        1.0,
        1e-14,
        0.0,
    );
    let sure = Array2::from_shape_fn((8, 4), |(i, j)| if i % 4 == j { 1e4_f32 } else { -1e4 });
    let score = inception_score(sure.view(), Scale::Logits, 1, None).unwrap();
    close("sure", score.mean, 4.0, 1e-14, 0.0);
    assert!(score.std_error < 1e-12);
    let hot = sure.mapv(|v| if v > 0.0 { 1.0 } else { 0.0 });
    close(
        "one-hot",
        inception_score(hot.view(), Scale::Probabilities, 1, None)
            .unwrap()
            .mean,
        4.0,
        1e-14,
        0.0,
    );
}

#[test]
fn probabilities_score_as_their_logits_do() {
    let logits = normal(1, 60, 5, 0.0, 3.0);
    let mut probabilities = logits.mapv(f32::exp);
    for mut row in probabilities.rows_mut() {
        let sum = row.sum();
        row /= sum;
    }
    let a = inception_score(logits.view(), Scale::Logits, 3, None).unwrap();
    let b = inception_score(probabilities.view(), Scale::Probabilities, 3, None).unwrap();
    close("mean", b.mean, a.mean, FLOAT32_INPUT, 0.0);
    close("standard error", b.std_error, a.std_error, 1e-5, 0.0);
}

#[test]
fn the_standard_error_of_an_inception_score_is_its_spread_over_fresh_samples() {
    for splits in [1, 4] {
        let (mut values, mut errors) = (Vec::new(), Vec::new());
        for k in 0..400 {
            let logits = normal(k, 200, 6, 0.0, 4.0);
            let score = inception_score(logits.view(), Scale::Logits, splits, None).unwrap();
            values.push(score.mean);
            errors.push(score.std_error);
        }
        let ratio = mean(&errors) / deviation(&values);
        println!("{splits} splits: standard error / spread {ratio:.3}");
        assert!((0.88..1.12).contains(&ratio), "{ratio}");
    }
}

#[test]
fn fewer_rows_than_splits_cannot_be_scored() {
    let logits = normal(1, 5, 3, 0.0, 1.0);
    assert_eq!(
        inception_score(logits.view(), Scale::Logits, 6, None)
            .unwrap_err()
            .kind(),
        Kind::CannotTell
    );
    assert_eq!(
        inception_score(logits.view(), Scale::Logits, 0, None)
            .unwrap_err()
            .kind(),
        Kind::CannotTell
    );
    assert_eq!(
        inception_score(logits.view(), Scale::Logits, 1, Some(&[0]))
            .unwrap_err()
            .kind(),
        Kind::Input
    );
}
