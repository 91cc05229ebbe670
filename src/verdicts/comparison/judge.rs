//! From differences with their errors to verdicts, ranks and tallies.

use super::{Comparison, Contestant, DifferenceRow, LEVEL, Place, Ranking, Verdict};
use crate::metrics::comparison::Difference;
use crate::statistics::estimate::Direction;
use crate::statistics::holm;
use crate::statistics::paired::Test;
use crate::verdicts::results::{Interval, Row, Warning};
use serde_json::Value;

/// Fills in `differences`, `rankings`, the tallies of the generators, and the warnings that follow from them.
///
/// The pairs of `differences` index `comparison.generators`.
#[must_use]
pub fn judge(mut comparison: Comparison, differences: &[Difference]) -> Comparison {
    let same = |(a, b): (usize, usize)| {
        let fingerprint = |i: usize| &comparison.generators[i].input.fingerprint;
        fingerprint(a) == fingerprint(b)
    };
    let tests: Vec<Option<Test>> = differences
        .iter()
        .map(|d| Test::of(d.value?, d.std_error?).filter(|_| !same(d.pair)))
        .collect();
    let p_values: Vec<f64> = tests.iter().flatten().map(|test| test.p_value).collect();
    let mut corrected = holm::adjust(&p_values).into_iter();
    let rows: Vec<DifferenceRow> = differences
        .iter()
        .zip(&tests)
        .map(|(difference, test)| {
            let p_holm = test.and_then(|_| corrected.next());
            let tested = test.as_ref().zip(p_holm);
            row(
                difference,
                tested,
                same(difference.pair),
                &comparison.generators,
            )
        })
        .collect();
    for generator in &mut comparison.generators {
        tally(generator, &rows);
    }
    comparison.rankings = rankings(&comparison.generators);
    let found = warnings(&comparison, differences);
    comparison.warnings.extend(found);
    comparison.differences = rows;
    comparison
}

fn row(
    difference: &Difference,
    tested: Option<(&Test, f64)>,
    identical: bool,
    generators: &[Contestant],
) -> DifferenceRow {
    let (a, b) = difference.pair;
    let verdict = match (identical, difference.value, tested) {
        (true, _, _) => Verdict::Identical,
        (_, None, _) => Verdict::NoValue,
        (_, Some(value), Some((_, p))) if p <= LEVEL => direction(difference, value),
        _ => Verdict::CannotTell,
    };
    let test = tested.map(|(test, _)| test);
    let times = test
        .map(|test| test.times_needed)
        .filter(|times| verdict == Verdict::CannotTell && times.is_finite());
    let smaller = [a, b]
        .into_iter()
        .filter_map(|i| generators[i].input.n)
        .min();
    DifferenceRow {
        id: difference.id.clone(),
        params: difference.params.clone(),
        direction: difference.direction.name().to_owned(),
        a: generators[a].label.clone(),
        b: generators[b].label.clone(),
        value_a: difference.values.map(|[first, _]| first),
        value_b: difference.values.map(|[_, second]| second),
        difference: difference.value,
        std_error: difference.std_error,
        interval: test.map(|test| Interval {
            lower: test.interval.lower,
            upper: test.interval.upper,
            level: test.interval.level,
        }),
        p_value: test.map(|test| test.p_value),
        p_holm: tested.map(|(_, p)| p),
        verdict,
        n_needed: times
            .zip(smaller)
            .map(|(times, n)| (times * n as f64).ceil() as u64),
        times_needed: times,
        method: difference.method.clone(),
        why_absent: if identical {
            Some("both are the same pictures".to_owned())
        } else if test.is_none() && difference.why_absent.is_none() {
            Some("its standard error is 0, so nothing can be tested".to_owned())
        } else {
            difference.why_absent.clone()
        },
    }
}

/// What a difference that is no chance says of b.
fn direction(difference: &Difference, value: f64) -> Verdict {
    let gain = match difference.direction {
        Direction::Lower => -value,
        Direction::Higher => value,
        Direction::Neither => match (difference.neutral, difference.values) {
            // On the same side of the neutral value the nearer one is better; on different sides neither is.
            (Some(neutral), Some([a, b])) if (a - neutral) * (b - neutral) > 0.0 => {
                (a - neutral).abs() - (b - neutral).abs()
            }
            _ => return Verdict::Different,
        },
    };
    if gain > 0.0 {
        Verdict::Better
    } else {
        Verdict::Worse
    }
}

fn tally(generator: &mut Contestant, rows: &[DifferenceRow]) {
    for row in rows {
        let (is_a, is_b) = (row.a == generator.label, row.b == generator.label);
        match row.verdict {
            Verdict::Better if is_b => generator.won += 1,
            Verdict::Worse if is_a => generator.won += 1,
            Verdict::Better if is_a => generator.lost += 1,
            Verdict::Worse if is_b => generator.lost += 1,
            Verdict::CannotTell if is_a || is_b => generator.undecided += 1,
            _ => {}
        }
    }
}

/// One ranking for each row that the first generator has. Rows are matched by their place and id, not by parameters:
/// a subset size that follows the set's size is another parameter and the same metric.
fn rankings(generators: &[Contestant]) -> Vec<Ranking> {
    let Some(first) = generators.first() else {
        return Vec::new();
    };
    first
        .metrics
        .iter()
        .enumerate()
        .filter_map(|(place, row)| {
            let rows = generators
                .iter()
                .map(|g| (g, g.metrics.get(place).filter(|other| other.id == row.id)));
            let mut places: Vec<(f64, Place)> = rows
                .filter_map(|(generator, row)| {
                    let (row, value) = (row?, row?.value?);
                    let place = Place {
                        generator: generator.label.clone(),
                        rank: 0,
                        value,
                        std_error: row.std_error,
                    };
                    Some((badness(row, value)?, place))
                })
                .collect();
            places.sort_by(|x, y| x.0.total_cmp(&y.0));
            let badness: Vec<f64> = places.iter().map(|place| place.0).collect();
            let places: Vec<Place> = places
                .into_iter()
                .map(|(bad, place)| Place {
                    rank: 1 + badness.iter().filter(|other| **other < bad).count(),
                    ..place
                })
                .collect();
            (!places.is_empty()).then(|| Ranking {
                id: row.id.clone(),
                params: row.params.clone(),
                places,
            })
        })
        .collect()
}

/// Smaller is better; `None` where no value is better than another.
fn badness(row: &Row, value: f64) -> Option<f64> {
    match row.direction.as_str() {
        "lower" => Some(value),
        "higher" => Some(-value),
        _ => Some((value - row.details.get("neutral").and_then(Value::as_f64)?).abs()),
    }
}

fn warnings(comparison: &Comparison, differences: &[Difference]) -> Vec<Warning> {
    let mut warnings = same_pictures(comparison);
    warnings.extend(different_sizes(&comparison.generators));
    if differences.iter().any(|d| d.reference_is_fixed) {
        warnings.push(Warning::new(
            "reference_fixed",
            "the reference is known by its statistics alone, so the errors of differences are for this very reference: the chance of drawing it is not in them",
            "give the reference as pictures or features",
        ));
    }
    warnings
}

/// Generators that are each other, or the reference.
fn same_pictures(comparison: &Comparison) -> Vec<Warning> {
    let named = |label: &str, source: &str| format!("{label} ({source})");
    let generators = comparison
        .generators
        .iter()
        .map(|g| (g.label.as_str(), &g.input));
    let reference = comparison
        .inputs
        .get("reference")
        .map(|input| ("the reference", input));
    let sets: Vec<_> = generators.chain(reference).collect();
    let mut warnings = Vec::new();
    for (i, (a, first)) in sets.iter().enumerate() {
        for (b, second) in &sets[i + 1..] {
            if first.fingerprint == second.fingerprint {
                warnings.push(Warning::new(
                    "identical_sets",
                    format!(
                        "{} and {} are the same pictures",
                        named(a, &first.source),
                        named(b, &second.source)
                    ),
                    "give the outputs of two generators, and a reference that is neither",
                ));
            }
        }
    }
    warnings
}

fn different_sizes(generators: &[Contestant]) -> Option<Warning> {
    let sizes: Vec<Option<u64>> = generators.iter().map(|g| g.input.n).collect();
    if sizes.iter().all(|n| *n == sizes[0]) {
        return None;
    }
    let counts: Vec<String> = generators
        .iter()
        .map(|g| {
            let n = g.input.n.map_or("?".to_owned(), |n| n.to_string());
            format!("{} {n}", g.label)
        })
        .collect();
    Some(Warning::new(
        "different_sizes",
        format!(
            "the generators have different numbers of pictures ({}); Fréchet distances and neighbour counts carry a bias that falls with the number, so their differences are not the generators' alone (relative_mmd has no such bias)",
            counts.join(", ")
        ),
        sizes
            .iter()
            .flatten()
            .min()
            .map_or("give as many pictures of each".to_owned(), |n| {
                format!("--limit {n}")
            }),
    ))
}
