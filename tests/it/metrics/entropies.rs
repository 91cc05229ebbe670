//! `quality_entropy`, `diversity_entropy`, and the warning of a set of one domain.

use gavel::metrics::{ClassScores, Measured, Outcome, Space};
use gavel::statistics::estimate::SetSide;
use ndarray::{Array2, arr2};

use super::{codes, random, run, set};
use crate::golden::{Golden, features, formula};
use crate::shared::close;

const ENTROPIES: &str = "quality_entropy,diversity_entropy";

fn scored(scores: Array2<f32>) -> Measured {
    Measured::from_scores("s.npy", Space::Arrays, ClassScores::Logits(scores)).unwrap()
}

/// Logits whose softmax is `p`; a zero becomes e^-200 of its neighbours, which adds nothing in float64.
fn certain(rows: &[usize], n_classes: usize) -> Measured {
    scored(Array2::from_shape_fn((rows.len(), n_classes), |(i, j)| {
        if rows[i] == j { 200.0 } else { 0.0 }
    }))
}

fn value(outcome: &Outcome, id: &str) -> f64 {
    let row = outcome.estimates.iter().find(|row| row.id == id).unwrap();
    row.value.unwrap()
}

/// What the entropies say of generated scores alone.
fn alone(generated: &Measured) -> Outcome {
    let reference = set("real", Space::Arrays, random(1, 5, 3));
    run(ENTROPIES, &[], &reference, generated).unwrap()
}

#[test]
fn their_difference_is_the_logarithm_of_the_golden_inception_score() {
    let (Some(golden), Some(logits)) = (Golden::load("features.json"), features("C_logits")) else {
        return;
    };
    let outcome = alone(&scored(logits));
    let difference = value(&outcome, "diversity_entropy") - value(&outcome, "quality_entropy");
    golden.check_part("is/C/splits1/in-order", "/mean", difference.exp());
}

#[test]
fn their_difference_is_the_logarithm_of_the_score_by_formula() {
    // specs/known-values.md, 7.2: logits 3 X as four classes, one split: 2.0686212106772089; float32 logits hold 7 digits.
    let [x, _] = formula();
    let outcome = alone(&scored(x.mapv(|v| (3.0 * v) as f32)));
    let difference = value(&outcome, "diversity_entropy") - value(&outcome, "quality_entropy");
    close("is", difference.exp(), 2.0686212106772089, 1e-7, 0.0);
}

#[test]
fn quality_looks_at_one_picture_and_diversity_at_the_set() {
    // Sure pictures of one class: 0 and 0. Sure pictures of four classes in equal parts: 0 and ln 4. Pictures of all four
    // classes at once: ln 4 and ln 4. Natural logarithms.
    let ln_4 = 4.0_f64.ln();
    let all_at_once = scored(Array2::zeros((8, 4)));
    for (generated, quality, diversity) in [
        (certain(&[2; 8], 4), 0.0, 0.0),
        (certain(&[0, 1, 2, 3, 0, 1, 2, 3], 4), 0.0, ln_4),
        (all_at_once, ln_4, ln_4),
    ] {
        let outcome = alone(&generated);
        assert!((value(&outcome, "quality_entropy") - quality).abs() < 1e-12);
        assert!((value(&outcome, "diversity_entropy") - diversity).abs() < 1e-12);
        for row in &outcome.estimates {
            let interval = row.interval.unwrap();
            assert!(
                interval.lower >= 0.0 && interval.upper <= ln_4 + 1e-12,
                "{row:?}"
            );
            assert_eq!(
                row.n_reference, None,
                "the value does not depend on the reference"
            );
        }
    }
}

#[test]
fn probabilities_and_logits_mean_the_same() {
    let p = arr2(&[[0.5_f32, 0.25, 0.25], [0.125, 0.125, 0.75]]);
    let probabilities =
        Measured::from_scores("p", Space::Arrays, ClassScores::Probabilities(p.clone())).unwrap();
    let logits = scored(p.mapv(|p| p.ln() + 7.0));
    for id in ["quality_entropy", "diversity_entropy"] {
        let (a, b) = (
            value(&alone(&probabilities), id),
            value(&alone(&logits), id),
        );
        assert!((a - b).abs() < 1e-6, "{id}: {a} {b}");
    }
}

#[test]
fn the_evidence_is_the_surest_and_the_least_sure_pictures() {
    // Picture i has the logits (20 - i, 0): the larger i, the less sure.
    let logits =
        Array2::from_shape_fn((20, 2), |(i, j)| if j == 0 { 20.0 - i as f32 } else { 0.0 });
    let outcome = alone(&scored(logits));
    let evidence = &outcome.estimates[0].evidence;
    assert_eq!(evidence[0].rows, [0, 1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(evidence[1].rows, [19, 18, 17, 16, 15, 14, 13, 12]);
    assert!(evidence.iter().all(|row| row.side == SetSide::Generated));
    assert!(
        evidence[0].label.starts_with("surest"),
        "{}",
        evidence[0].label
    );
}

#[test]
fn one_picture_has_values_and_no_error() {
    let outcome = alone(&certain(&[1], 3));
    for row in &outcome.estimates {
        assert_eq!(row.value, Some(0.0));
        assert_eq!((row.std_error, row.interval), (None, None));
    }
}

#[test]
fn a_reference_of_one_domain_is_warned_of_by_every_number_made_of_classes() {
    let generated = scored(random(1, 40, 1000));
    // 50 of 1000 classes in equal parts are 50 effective classes, below 10 %; 200 are not.
    let narrow = certain(&(0..400).map(|i| i % 50).collect::<Vec<_>>(), 1000);
    let wide = certain(&(0..400).map(|i| i % 200).collect::<Vec<_>>(), 1000);
    for metric in ["quality_entropy", "diversity_entropy", "inception_score"] {
        let outcome = run(metric, &[], &narrow, &generated).unwrap();
        assert!(codes(&outcome).contains(&"one_domain"), "{metric}");
        let text = &outcome.warnings[0].text;
        assert!(text.contains("50.0 of 1000 classes"), "{text}");
        let outcome = run(metric, &[], &wide, &generated).unwrap();
        assert!(!codes(&outcome).contains(&"one_domain"), "{metric}");
    }
    // Said once, however many metrics say it.
    let outcome = run(
        "quality_entropy,diversity_entropy,is",
        &[],
        &narrow,
        &generated,
    )
    .unwrap();
    let said = codes(&outcome)
        .iter()
        .filter(|code| **code == "one_domain")
        .count();
    assert_eq!(said, 1);
}

#[test]
fn few_classes_are_one_domain_only_when_nothing_is_left_to_tell_apart() {
    let generated = scored(random(1, 40, 10));
    let of = |rows: Vec<usize>| {
        let outcome = run("diversity_entropy", &[], &certain(&rows, 10), &generated).unwrap();
        codes(&outcome).contains(&"one_domain")
    };
    assert!(of(vec![3; 100]));
    assert!(!of((0..100).map(|i| i % 3).collect()));
}

#[test]
fn the_generated_set_never_causes_the_warning() {
    let (collapsed, varied) = (certain(&[4; 60], 100), scored(random(2, 60, 100)));
    let outcome = run(ENTROPIES, &[], &varied, &collapsed).unwrap();
    assert!(codes(&outcome).is_empty(), "{:?}", outcome.warnings);
    // Without scores of the reference nothing is known of it.
    assert!(codes(&alone(&collapsed)).is_empty());
    let details = &outcome.estimates[1].details;
    assert!(details["reference"].as_f64().unwrap() > 4.0);
    assert!(details["largest_share"].as_f64().unwrap() > 0.99);
}
