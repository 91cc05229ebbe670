//! What each metric promises about changes of its inputs, and that it keeps it.
//!
//! [`table::CLAIMS`] has a line for each metric. A metric without a line fails, so a new one has to say what holds for it.

mod table;

use gavel::metrics::{METRICS, Measured, Outcome};
use gavel::rng::Seed;
use ndarray::{Array2, Axis, concatenate};

use crate::everything::{beside, everything, measure, normal};
use table::{CLAIMS, Claim, Line};

/// Samples on each side: equal, because some metrics compare equal numbers only.
const N: usize = 60;

/// Feature dimensions.
const D: usize = 5;

/// Features of the reference, of the generated set and of the training set.
fn sets() -> [Array2<f32>; 3] {
    let mut generated = normal(2, N, D) * 1.2;
    generated.column_mut(0).mapv_inplace(|v| v + 0.7);
    [normal(1, N, D), generated, normal(3, N + 20, D)]
}

/// A metric on features changed by `change`, with everything else made of the features as they were.
fn changed(line: &Line, sets: [&Array2<f32>; 3], change: fn(f32) -> f32) -> Outcome {
    let [reference, generated, train] =
        sets.map(|values| beside("set", values, values.mapv(change)));
    of_sets(line, [&reference, &generated], &train)
}

/// A metric on features, with everything else made of them.
fn run(line: &Line, features: [&Array2<f32>; 3]) -> Outcome {
    let [reference, generated, train] = features.map(|values| everything("set", values.clone()));
    of_sets(line, [&reference, &generated], &train)
}

fn of_sets(line: &Line, sides: [&Measured; 2], train: &Measured) -> Outcome {
    let metric = METRICS
        .iter()
        .find(|metric| metric.card().name == line.metric)
        .unwrap_or_else(|| panic!("{}: no such metric", line.metric));
    measure(*metric, line.options, sides, Some(train))
        .unwrap_or_else(|e| panic!("{}: {e}", line.metric))
}

/// The value of a row.
fn value(outcome: &Outcome, id: &str) -> f64 {
    let row = outcome
        .estimates
        .iter()
        .find(|row| row.id == id)
        .unwrap_or_else(|| panic!("no row {id}"));
    row.value
        .unwrap_or_else(|| panic!("{id}: {:?}", row.why_absent))
}

/// The same ids with values that agree to `tolerance`, relative to the larger of both or to 1e-3.
fn agree(what: &str, line: &Line, a: &Outcome, b: &Outcome, tolerance: f64) {
    assert_eq!(a.estimates.len(), b.estimates.len());
    for (a, b) in a.estimates.iter().zip(&b.estimates) {
        let (Some(x), Some(y)) = (a.value, b.value) else {
            panic!("{} {}: no value: {:?}", line.metric, a.id, a.why_absent);
        };
        close(
            &format!("{}: {} {what}", line.metric, a.id),
            x,
            y,
            tolerance,
        );
    }
}

fn close(what: &str, got: f64, want: f64, tolerance: f64) {
    let bound = tolerance * got.abs().max(want.abs()).max(1e-3);
    assert!(
        (got - want).abs() <= bound,
        "{what}: {got:.12e} and {want:.12e}"
    );
}

/// The lines of registered metrics that make a claim.
fn lines() -> impl Iterator<Item = (&'static Line, Claim)> {
    CLAIMS
        .iter()
        .filter(|line| METRICS.iter().any(|m| m.card().name == line.metric))
        .flat_map(|line| line.claims.iter().map(move |claim| (line, *claim)))
}

/// Rows in another order.
fn shuffled(values: &Array2<f32>, seed: u64) -> Array2<f32> {
    values.select(
        Axis(0),
        &Seed(seed).stream("order", 0).permutation(values.nrows()),
    )
}

#[test]
fn every_metric_has_one_line_that_claims_something() {
    for metric in METRICS {
        let name = metric.card().name;
        let lines: Vec<_> = CLAIMS.iter().filter(|line| line.metric == name).collect();
        assert!(
            !lines.is_empty(),
            "{name}: no line in the table of properties"
        );
        assert!(
            lines.iter().any(|line| !line.claims.is_empty()),
            "{name}: claims nothing"
        );
        let rows: Vec<&str> = lines
            .iter()
            .flat_map(|line| line.claims)
            .filter_map(|claim| match claim {
                Claim::Identity { row, .. } => Some(*row),
                _ => None,
            })
            .collect();
        for row in rows {
            assert!(metric.card().ids.contains(&row), "{name}: no row {row}");
        }
    }
}

#[test]
fn what_is_symmetric_does_not_change_with_the_sides() {
    let [x, y, t] = sets();
    for (line, claim) in lines() {
        match claim {
            Claim::Symmetric => {
                agree(
                    "is symmetric",
                    line,
                    &run(line, [&x, &y, &t]),
                    &run(line, [&y, &x, &t]),
                    1e-9,
                );
            }
            Claim::Exchanges(one, other) => {
                let (forth, back) = (run(line, [&x, &y, &t]), run(line, [&y, &x, &t]));
                close(line.metric, value(&forth, one), value(&back, other), 1e-12);
                close(line.metric, value(&forth, other), value(&back, one), 1e-12);
                assert!(
                    (value(&forth, one) - value(&forth, other)).abs() > 1e-3,
                    "{}: these sets cannot tell {one} from {other}",
                    line.metric
                );
            }
            _ => {}
        }
    }
}

#[test]
fn a_set_against_itself_has_the_value_that_the_metric_promises() {
    let [x, _, t] = sets();
    for (line, claim) in lines() {
        if let Claim::Identity {
            row,
            value: want,
            within,
        } = claim
        {
            let got = value(&run(line, [&x, &x, &t]), row);
            assert!(
                (got - want).abs() <= within,
                "{row}: {got:e} instead of {want}"
            );
        }
    }
}

#[test]
fn what_is_free_of_shifts_does_not_change_with_them() {
    // A power of two is added to values that keep all their bits, so that float32 rounds nothing.
    let [x, y, t] = sets().map(|set| set.mapv(|v| (v * 4096.0).round() / 4096.0));
    let sets = [&x, &y, &t];
    for (line, claim) in lines() {
        if claim == Claim::ShiftFree {
            agree(
                "is free of shifts",
                line,
                &run(line, sets),
                &changed(line, sets, |v| v + 16.0),
                1e-8,
            );
        }
    }
}

#[test]
fn what_scales_does_so_with_the_power_that_the_metric_promises() {
    let [x, y, t] = sets();
    let sets = [&x, &y, &t];
    for (line, claim) in lines() {
        if let Claim::Scales { power } = claim {
            let (one, four) = (run(line, sets), changed(line, sets, |v| 4.0 * v));
            for (one, four) in one.estimates.iter().zip(&four.estimates) {
                let (Some(one_value), Some(four_value)) = (one.value, four.value) else {
                    panic!("{}: no value", line.metric);
                };
                let want = one_value * 4.0_f64.powi(power);
                close(&format!("{} scales", one.id), four_value, want, 1e-9);
            }
        }
    }
}

#[test]
fn what_is_free_of_order_does_not_change_with_it() {
    let [x, y, t] = sets();
    for (line, claim) in lines() {
        if claim == Claim::OrderFree {
            let moved = run(line, [&shuffled(&x, 1), &shuffled(&y, 2), &shuffled(&t, 3)]);
            agree(
                "is free of order",
                line,
                &run(line, [&x, &y, &t]),
                &moved,
                1e-9,
            );
        }
    }
}

#[test]
fn what_is_free_of_copies_does_not_change_when_every_row_is_there_twice() {
    let [x, y, t] = sets();
    let twice =
        |a: &Array2<f32>| concatenate(Axis(0), &[a.view(), a.view()]).expect("equal widths");
    for (line, claim) in lines() {
        if claim == Claim::CopyFree {
            let doubled = run(line, [&twice(&x), &twice(&y), &t]);
            agree(
                "is free of copies",
                line,
                &run(line, [&x, &y, &t]),
                &doubled,
                1e-9,
            );
        }
    }
}

#[test]
fn every_metric_gives_the_same_bits_for_any_number_of_threads_and_every_time() {
    let [reference, generated, train] = sets().map(|values| everything("set", values));
    for metric in METRICS {
        let runs: Vec<Outcome> = [1, 2, 5, 5]
            .into_iter()
            .map(|threads| {
                let pool = rayon::ThreadPoolBuilder::new()
                    .num_threads(threads)
                    .build()
                    .expect("threads");
                pool.install(|| measure(*metric, &[], [&reference, &generated], Some(&train)))
                    .unwrap_or_else(|e| panic!("{}: {e}", metric.card().name))
            })
            .collect();
        for other in &runs[1..] {
            assert!(
                runs[0] == *other,
                "{}: bits depend on threads",
                metric.card().name
            );
        }
    }
}

#[test]
fn every_metric_gives_the_same_value_without_its_errors() {
    use gavel::metrics::{Generated, Inputs, Reference, Settings, Train, evaluate};
    let [reference, generated, train] = sets().map(|values| everything("set", values));
    for metric in METRICS {
        let inputs = || {
            Inputs::new(
                Some(Reference(&reference)),
                Generated(&generated),
                Seed::DEFAULT,
            )
            .and_then(|inputs| inputs.with_train(Some(Train(&train))))
            .expect("inputs in order")
        };
        let value_of = |inputs: &Inputs<'_>| -> Vec<(String, Option<f64>)> {
            evaluate(&[*metric], inputs, &Settings::default())
                .unwrap_or_else(|e| panic!("{}: {e}", metric.card().name))
                .estimates
                .into_iter()
                .map(|row| (row.id, row.value))
                .collect()
        };
        let (with, without) = (value_of(&inputs()), value_of(&inputs().values_only()));
        assert_eq!(with.len(), without.len(), "{}", metric.card().name);
        for ((id, a), (other, b)) in with.iter().zip(&without) {
            // Errors may need a sum row by row that the value alone takes block by block: the last digits are rounding.
            let near = match (a, b) {
                (Some(a), Some(b)) => (a - b).abs() <= 1e-12 * a.abs().max(1.0),
                (a, b) => a == b,
            };
            assert!(id == other && near, "{id} {a:?}, {other} {b:?}");
        }
    }
}
