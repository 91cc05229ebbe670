//! Awkward sets and parameters, for every metric of the registry: a finite value, or a row that says why there is none, or
//! an error that says what to do. Never NaN, never infinity, never a panic.

use std::panic::{AssertUnwindSafe, catch_unwind};

use gavel::error::{Error, Kind};
use gavel::metrics::{Allowed, ClassScores, METRICS, Measured, Need, Outcome, Space};
use ndarray::{Array2, Axis, concatenate};

use crate::everything::{everything, measure, normal};

/// Features of both sides and of the training set.
type Case = (&'static str, [Array2<f32>; 3]);

fn cases() -> Vec<Case> {
    let (x, y, t) = (normal(1, 40, 6), normal(2, 36, 6), normal(3, 50, 6));
    let twice = |a: &Array2<f32>| concatenate(Axis(0), &[a.view(), a.view()]).unwrap();
    let head = |a: &Array2<f32>, n: usize| a.slice_axis(Axis(0), (0..n).into()).to_owned();
    let column = |a: &Array2<f32>| a.slice_axis(Axis(1), (0..1).into()).to_owned();
    let constant = |n: usize, value: f32| Array2::from_elem((n, 6), value);
    let mut one_zero = x.clone();
    one_zero.row_mut(0).fill(0.0);
    vec![
        ("ordinary", [x.clone(), y.clone(), t.clone()]),
        (
            "both sides constant and equal",
            [constant(40, 1.0), constant(36, 1.0), t.clone()],
        ),
        (
            "both sides constant, apart",
            [constant(40, 1.0), constant(36, 2.0), t.clone()],
        ),
        (
            "reference constant",
            [constant(40, 0.5), y.clone(), t.clone()],
        ),
        (
            "generated constant",
            [x.clone(), constant(36, 0.5), t.clone()],
        ),
        (
            "everything constant",
            [constant(40, 1.0), constant(36, 1.0), constant(50, 1.0)],
        ),
        (
            "all rows zero",
            [constant(40, 0.0), constant(36, 0.0), constant(50, 0.0)],
        ),
        (
            "generated all zero",
            [x.clone(), constant(36, 0.0), t.clone()],
        ),
        ("one row zero", [one_zero.clone(), one_zero, t.clone()]),
        ("every row twice", [twice(&x), twice(&y), twice(&t)]),
        (
            "generated equals reference",
            [x.clone(), x.clone(), t.clone()],
        ),
        (
            "generated equals training set",
            [x.clone(), t.clone(), t.clone()],
        ),
        ("all three equal", [x.clone(), x.clone(), x.clone()]),
        ("one generated sample", [x.clone(), head(&y, 1), t.clone()]),
        ("one reference sample", [head(&x, 1), y.clone(), t.clone()]),
        ("one training sample", [x.clone(), y.clone(), head(&t, 1)]),
        (
            "one sample everywhere",
            [head(&x, 1), head(&y, 1), head(&t, 1)],
        ),
        (
            "two samples everywhere",
            [head(&x, 2), head(&y, 2), head(&t, 2)],
        ),
        (
            "three and four samples",
            [head(&x, 3), head(&y, 4), head(&t, 3)],
        ),
        ("five samples", [head(&x, 5), head(&y, 5), head(&t, 5)]),
        ("one dimension", [column(&x), column(&y), column(&t)]),
        (
            "more dimensions than samples",
            [normal(4, 12, 50), normal(5, 9, 50), normal(6, 15, 50)],
        ),
        ("one constant column", {
            let mut sets = [x.clone(), y.clone(), t.clone()];
            for set in &mut sets {
                set.column_mut(2).fill(7.0);
            }
            sets
        }),
        ("huge values", [&x * 1e15, &y * 1e15, &t * 1e15]),
        ("tiny values", [&x * 1e-20, &y * 1e-20, &t * 1e-20]),
        ("far from the origin", [&x + 1e6, &y + 1e6, &t + 1e6]),
    ]
}

/// What is wrong with an outcome, if anything.
fn fault(outcome: &Outcome) -> Option<String> {
    outcome.estimates.iter().find_map(|row| {
        let at = |what: String| Some(format!("{}: {what}", row.id));
        match (row.value, &row.why_absent) {
            (Some(value), _) if !value.is_finite() => at(format!("value {value}")),
            (None, None) => at("neither value nor reason".to_owned()),
            (None, Some(reason)) if reason.is_empty() => at("an empty reason".to_owned()),
            _ => {
                if row.std_error.is_some_and(|e| !(e.is_finite() && e >= 0.0)) {
                    return at(format!("standard error {:?}", row.std_error));
                }
                match row.interval {
                    Some(i)
                        if !(i.lower.is_finite() && i.upper.is_finite() && i.lower <= i.upper) =>
                    {
                        at(format!("interval {} to {}", i.lower, i.upper))
                    }
                    _ => None,
                }
            }
        }
    })
}

/// What is wrong with an error, if anything.
fn fault_of_error(error: &Error) -> Option<String> {
    let known = matches!(
        error.kind(),
        Kind::Usage | Kind::Input | Kind::CannotTell | Kind::Numerical
    );
    if !known {
        return Some(format!("error of another kind: {error}"));
    }
    error
        .advice()
        .is_none_or(str::is_empty)
        .then(|| format!("an error without advice: {error}"))
}

/// Runs every metric and collects what is wrong, panics too.
fn faults(case: &str, options: impl Fn(&str) -> Vec<String>, sets: &[Measured; 3]) -> Vec<String> {
    let mut found = Vec::new();
    for metric in METRICS {
        let name = metric.card().name;
        let options = options(name);
        let typed: Vec<&str> = options.iter().map(String::as_str).collect();
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            measure(*metric, &typed, [&sets[0], &sets[1]], Some(&sets[2]))
        }));
        let fault = match outcome {
            Err(_) => Some("a panic".to_owned()),
            Ok(Ok(outcome)) => fault(&outcome),
            Ok(Err(error)) => fault_of_error(&error),
        };
        found.extend(fault.map(|fault| format!("{case}, {name} {options:?}: {fault}")));
    }
    found
}

fn assert_none(faults: &[String]) {
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn awkward_sets_give_a_finite_value_a_reason_or_a_clear_error() {
    let mut found = Vec::new();
    for (case, [reference, generated, train]) in cases() {
        let sets = [
            everything("reference", reference),
            everything("generated", generated),
            everything("train", train),
        ];
        found.extend(faults(case, |_| Vec::new(), &sets));
    }
    assert_none(&found);
}

#[test]
fn parameters_beyond_the_sets_give_a_finite_value_a_reason_or_a_clear_error() {
    // More neighbours, subsets, bins than samples; the smallest and absurdly large or small of everything else.
    let sets = [
        everything("reference", normal(1, 40, 6)),
        everything("generated", normal(2, 36, 6)),
        everything("train", normal(3, 50, 6)),
    ];
    let mut found = Vec::new();
    for metric in METRICS {
        let card = metric.card();
        for spec in card.params {
            let values: Vec<String> = match spec.allowed {
                Allowed::AtLeast(least) | Allowed::AtLeastOrAuto(least) => {
                    let beyond = [36, 40, 2000].into_iter().filter(|n| *n > least);
                    [least]
                        .into_iter()
                        .chain(beyond)
                        .map(|n| n.to_string())
                        .collect()
                }
                Allowed::Positive | Allowed::PositiveOrInfinite | Allowed::PositiveOrAuto => {
                    vec!["1e-12".to_owned(), "1e12".to_owned()]
                }
                Allowed::Words(words) => words.iter().map(|w| (*w).to_owned()).collect(),
                Allowed::Integers(all) => all.iter().map(u64::to_string).collect(),
                Allowed::Between(least, most) => {
                    vec![least.to_string(), most.min(2000).to_string()]
                }
            };
            for value in values {
                let option = format!("{}.{}={value}", card.name, spec.name);
                let outcome = catch_unwind(AssertUnwindSafe(|| {
                    measure(*metric, &[&option], [&sets[0], &sets[1]], Some(&sets[2]))
                }));
                let fault = match outcome {
                    Err(_) => Some("a panic".to_owned()),
                    Ok(Ok(outcome)) => fault(&outcome),
                    Ok(Err(error)) => fault_of_error(&error),
                };
                found.extend(fault.map(|fault| format!("{option}: {fault}")));
            }
        }
    }
    assert_none(&found);
}

#[test]
fn class_scores_of_one_class_give_a_finite_value_a_reason_or_a_clear_error() {
    let one_class = |n: usize, scores: ClassScores| {
        Measured::from_features("one class", Space::Arrays, normal(9, n, 6))
            .unwrap()
            .with_scores(scores)
            .unwrap()
            .with_labels(vec!["only".to_owned(); n])
            .unwrap()
    };
    let first = |n: usize, yes: f32, no: f32| {
        Array2::from_shape_fn((n, 4), |(_, j)| if j == 0 { yes } else { no })
    };
    let mut found = Vec::new();
    for (case, scores) in [
        (
            "saturated logits",
            ClassScores::Logits(first(30, 500.0, -500.0)),
        ),
        ("equal logits", ClassScores::Logits(first(30, 0.0, 0.0))),
        (
            "certain probabilities",
            ClassScores::Probabilities(first(30, 1.0, 0.0)),
        ),
    ] {
        let sets = [
            one_class(30, scores.clone()),
            one_class(30, scores.clone()),
            one_class(30, scores),
        ];
        found.extend(faults(case, |_| Vec::new(), &sets));
    }
    assert_none(&found);
}

#[test]
fn what_is_not_given_makes_rows_without_value_that_say_what_is_missing() {
    let bare =
        |seed: u64| Measured::from_features("bare", Space::Arrays, normal(seed, 30, 5)).unwrap();
    let (reference, generated) = (bare(1), bare(2));
    for metric in METRICS {
        let card = metric.card();
        let lacks = card.needs.iter().any(|need| {
            !matches!(
                need,
                Need::Moments | Need::Features | Need::GeneratedFeatures
            )
        });
        let outcome = measure(*metric, &[], [&reference, &generated], None).unwrap();
        assert!(!outcome.estimates.is_empty(), "{}: no row", card.name);
        for row in &outcome.estimates {
            // A metric that has all it needs may still find too few samples, and then says so.
            assert!(
                row.value.is_none() || !lacks,
                "{}: a value without what it needs",
                row.id
            );
            assert_eq!(row.value.is_none(), row.why_absent.is_some(), "{}", row.id);
        }
        if lacks {
            let absent: Vec<_> = outcome
                .warnings
                .iter()
                .filter(|w| w.code == "absent")
                .collect();
            assert!(!absent.is_empty() && absent.iter().all(|w| !w.mend.is_empty()));
        }
        if card.needs == [Need::TrainFeatures] {
            assert!(outcome.warnings.iter().any(|w| w.mend.contains("--train")));
        }
    }
}

#[test]
fn values_that_are_not_finite_are_refused_at_the_door_with_their_place() {
    for wrong in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut values = normal(1, 10, 4);
        values[[7, 2]] = wrong;
        let bare = || Measured::from_features("set", Space::Arrays, normal(1, 10, 4)).unwrap();
        for (what, refusal) in [
            (
                "features",
                Measured::from_features("set", Space::Arrays, values.clone()),
            ),
            (
                "class scores",
                bare().with_scores(ClassScores::Logits(values.clone())),
            ),
            ("spatial features", bare().with_spatial(values.clone())),
            (
                "power spectra",
                bare().with_descriptors(values.clone(), normal(2, 10, 4)),
            ),
            (
                "colour histograms",
                bare().with_descriptors(normal(2, 10, 4), values.clone()),
            ),
        ] {
            let error = refusal
                .err()
                .unwrap_or_else(|| panic!("{what} with {wrong} were accepted"));
            assert_eq!(error.kind(), Kind::Input);
            assert!(
                error.message().contains("row 7, column 2"),
                "{what}: {error}"
            );
        }
    }
}
