//! The errors of differences against formulas, other ways of computing them, and simulation.

use super::{Means, differences, normal};
use gavel::metrics::comparison::Pairing;
use gavel::metrics::{Measured, Metric, Need, Space, find};
use gavel::statistics::frechet::{Side, difference_error, influences};
use gavel::statistics::mmd::{Arithmetic, arm, full, relative};
use gavel::statistics::moments::Moments;
use gavel::statistics::paired::Test;
use ndarray::Array2;

fn set(name: &str, values: Array2<f32>) -> Measured {
    Measured::from_features(name, Space::Arrays, values).unwrap()
}

fn spread(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt()
}

#[test]
fn the_relative_mmd_is_the_second_distance_less_the_first() {
    let (r, a, b) = (
        normal(1, 90, 5, 0.0, 1.0),
        normal(2, 70, 5, 0.2, 1.1),
        normal(3, 80, 5, 0.5, 1.0),
    );
    let distance = |g: &Array2<f32>| {
        full(r.view(), g.view(), Arithmetic::Float64)
            .unwrap()
            .unbiased
    };
    let arms = [&a, &b].map(|g| arm(r.view(), g.view()).unwrap());
    let found = relative(&arms[0], &arms[1]);
    let want = distance(&b) - distance(&a);
    assert!(
        (found.difference - want).abs() < 1e-12,
        "{} against {want}",
        found.difference
    );
    assert!(found.difference > 0.0, "b is farther from the reference");
    // The other way round the difference changes its sign and keeps its error.
    let back = relative(&arms[1], &arms[0]);
    assert_eq!(back.difference, -found.difference);
    assert!((back.std_error.unwrap() / found.std_error.unwrap() - 1.0).abs() < 1e-12);
}

#[test]
fn the_same_generator_twice_leaves_the_relative_mmd_its_own_chance_only() {
    // μA = μB on the reference: its part is 0 less the noise of both means, so the error is that of A's own samples,
    // √2 times, and far below that of two independent distances.
    let (r, a) = (normal(1, 60, 4, 0.0, 1.0), normal(2, 2000, 4, 0.8, 1.0));
    let twice = arm(r.view(), a.view()).unwrap();
    let paired = relative(&twice, &twice).std_error.unwrap();
    let alone = full(r.view(), a.view(), Arithmetic::Float64)
        .unwrap()
        .std_error
        .unwrap();
    assert!(
        paired < 0.5 * alone * 2.0_f64.sqrt(),
        "{paired} against {alone}"
    );
}

#[test]
fn the_reference_part_of_a_frechet_difference_is_that_of_the_difference_of_influences() {
    let (r, a) = (normal(1, 200, 4, 0.0, 1.0), normal(2, 300, 4, 0.6, 1.2));
    let (of_r, of_a) = (
        Moments::of(r.view()).unwrap(),
        Moments::of(a.view()).unwrap(),
    );
    let side = |moments, samples: &Array2<f32>| {
        let samples = Some(samples.view());
        influences(
            &Side::Many {
                moments: &of_r,
                samples: Some(r.view()),
            },
            &Side::Many { moments, samples },
        )
        .unwrap()
    };
    let first = side(&of_a, &a);
    let error = difference_error(&first, &first).unwrap();
    // The same generator twice: every reference sample moves both distances alike.
    assert_eq!(error.reference, Some(0.0));
    let own = first.std_error().unwrap().generated.unwrap();
    assert!((error.generated.unwrap() / (own * 2.0_f64.sqrt()) - 1.0).abs() < 1e-12);
    // Without the reference's samples its part is unknown, and the error says so.
    let bare = influences(
        &Side::Many {
            moments: &of_r,
            samples: None,
        },
        &Side::Many {
            moments: &of_a,
            samples: Some(a.view()),
        },
    )
    .unwrap();
    let error = difference_error(&bare, &first).unwrap();
    assert_eq!(error.reference, None);
    assert!(!error.is_complete());
    assert_eq!(
        difference_error(&first, &gavel::statistics::frechet::Influences::default()),
        None
    );
}

#[test]
fn the_jackknife_finds_the_error_of_a_difference_of_means_and_the_reference_cancels() {
    // The reference's mean stands in both numbers: although its 20 values vary a hundred times as much as the others, the
    // error of the difference is sqrt(1/400 + 1/300) = 0.0764. 64 halves know it within 9 %.
    let reference = set("r", normal(1, 20, 2, 0.0, 100.0));
    let (a, b) = (
        set("a", normal(2, 400, 2, 0.0, 1.0)),
        set("b", normal(3, 300, 2, 1.0, 1.0)),
    );
    let found = differences(&Means, &reference, &[&a, &b], 1);
    let error = found[0].std_error.unwrap();
    assert!((error / 0.0764 - 1.0).abs() < 0.3, "{error}");
    assert!((found[0].value.unwrap() - 1.0).abs() < 4.0 * error);
    assert!(found[0].method.contains("delete-half"));
    assert_eq!(found[0].pair, (0, 1));
    // Sets too small to be halved have no such error, and the metric gives none: no test, with the reason.
    let few = set("few", normal(4, 5, 2, 0.0, 1.0));
    let found = differences(&Means, &reference, &[&a, &few], 1);
    assert_eq!(found[0].std_error, None);
    assert!(found[0].why_absent.is_some());
}

#[test]
fn two_generators_with_the_same_pictures_in_another_order_are_drawn_independently() {
    // The draws follow the generator's place, not its content: else the difference of equal sets would seem certain.
    let reference = set("r", normal(1, 100, 2, 0.0, 1.0));
    let a = set("a", normal(2, 400, 2, 0.0, 1.0));
    let error = differences(&Means, &reference, &[&a, &a], 1)[0]
        .std_error
        .unwrap();
    assert!(
        (error / (2.0_f64 / 400.0).sqrt() - 1.0).abs() < 0.3,
        "{error}"
    );
}

#[test]
fn metrics_that_draw_no_reference_are_independent_and_others_are_paired() {
    assert_eq!(Pairing::of(&[Need::ClassScores]), Pairing::Independent);
    assert_eq!(
        Pairing::of(&[Need::GeneratedFeatures, Need::TrainFeatures]),
        Pairing::Independent
    );
    assert_eq!(
        Pairing::of(&[Need::Features, Need::TrainFeatures]),
        Pairing::Halves
    );
    assert_eq!(find("fid").unwrap().pairing(), Pairing::Influence);
    assert_eq!(find("kid").unwrap().pairing(), Pairing::RelativeMmd);
}

/// Part of `n` comparisons that call a difference at 5 %, the spread of the differences, and the mean of their errors.
fn alarms(metric: &dyn Metric, n: u64, shift_b: f64) -> (f64, f64, f64) {
    let (mut called, mut values, mut errors) = (0.0, Vec::new(), 0.0);
    for k in 0..n {
        let reference = set("r", normal(3 * k, 120, 8, 0.0, 1.0));
        let a = set("a", normal(3 * k + 1, 120, 8, 0.3, 1.1));
        let b = set("b", normal(3 * k + 2, 120, 8, shift_b, 1.1));
        let found = differences(metric, &reference, &[&a, &b], k);
        let (value, error) = (found[0].value.unwrap(), found[0].std_error.unwrap());
        values.push(value);
        errors += error / n as f64;
        let test = Test::of(value, error).unwrap();
        called += f64::from(u8::from(test.p_value < 0.05)) / n as f64;
    }
    (called, spread(&values), errors)
}

#[test]
fn equal_generators_are_told_apart_in_one_of_twenty_comparisons_and_unequal_ones_in_most() {
    for name in ["fid", "kid"] {
        let metric = find(name).unwrap();
        let (called, spread, error) = alarms(metric, 300, 0.3);
        println!(
            "{name}: {:.1} % false alarms, error / spread {:.3}",
            100.0 * called,
            error / spread
        );
        // 300 comparisons know a share of 5 % to 1.3 %, and a spread to 4 %. (1000 of them: 4.4 % and 4.7 %.)
        assert!(
            (0.01..0.09).contains(&called),
            "{name}: {called} false alarms"
        );
        assert!((0.88..1.12).contains(&(error / spread)), "{name}");
        let (power, _, _) = alarms(metric, 60, 0.6);
        assert!(power > 0.8, "{name}: {power} of unequal pairs");
    }
}

#[test]
fn pairing_makes_the_error_smaller_than_that_of_independent_numbers() {
    // A small reference and large generated sets: nearly all of each number's chance is the reference's.
    let reference = set("r", normal(1, 150, 6, 0.0, 1.0));
    let (a, b) = (
        set("a", normal(2, 3000, 6, 0.5, 1.0)),
        set("b", normal(3, 3000, 6, 0.55, 1.0)),
    );
    let paired = differences(find("fid").unwrap(), &reference, &[&a, &b], 1)[0]
        .std_error
        .unwrap();
    let alone = |g: &Measured| {
        let side = influences(&reference.side().unwrap(), &g.side().unwrap()).unwrap();
        side.std_error().unwrap().total()
    };
    let independent = alone(&a).hypot(alone(&b));
    println!("paired {paired:.4}, independent {independent:.4}");
    assert!(paired < 0.5 * independent, "{paired} against {independent}");
}
