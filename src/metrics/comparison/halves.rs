//! The delete-half jackknife of differences, for metrics that have no formula for it.

use super::{Contest, Found, Tick};
use crate::error::Result;
use crate::metrics::{Generated, Inputs, Metric, Reference, Settings, evaluate};
use crate::statistics::paired::{Draws, MAX_ROWS};
use crate::statistics::resample::N_HALVES;

/// Values of every row on every draw: `values[generator][draw][row]`.
pub(super) struct Replicates {
    draws: Draws,
    values: Vec<Vec<Vec<Option<f64>>>>,
}

/// Evaluates a metric on every draw of every generator. The draws of the reference are the same for all generators,
/// those of the generators are independent. Where that cannot be done, the reason.
///
/// # Errors
/// That of `tick`.
pub(super) fn replicates(
    contest: &Contest<'_>,
    metric: &dyn Metric,
    settings: &Settings,
    tick: Tick<'_>,
) -> Result<std::result::Result<Replicates, String>> {
    let sets = std::iter::once(contest.reference.0).chain(contest.generators.iter().map(|g| g.0));
    let Some(sizes) = sets
        .map(|set| set.features().and(set.n()))
        .collect::<Option<Vec<usize>>>()
    else {
        return Ok(Err("a set has no features to draw from".to_owned()));
    };
    let Some(draws) = Draws::new(&sizes, contest.seed) else {
        return Ok(Err("a set has too few samples for the jackknife".to_owned()));
    };
    let mut values = vec![Vec::new(); contest.generators.len()];
    for draw in 0..N_HALVES {
        let reference = contest.reference.0;
        let rows = draws.rows(sizes[0], "compare.reference", draw);
        let reference = reference.select(&rows);
        for (index, generated) in contest.generators.iter().enumerate() {
            let stream = format!("compare.generated.{index}");
            let half = generated
                .0
                .select(&draws.rows(sizes[index + 1], &stream, draw));
            let inputs = Inputs::new(Some(Reference(&reference)), Generated(&half), contest.seed)?
                .with_train(contest.train)?
                .values_only();
            match evaluate(&[metric], &inputs, settings) {
                Ok(outcome) => values[index].push(
                    outcome
                        .estimates
                        .iter()
                        .map(|row| row.value.filter(|value| value.is_finite()))
                        .collect(),
                ),
                Err(error) => {
                    return Ok(Err(format!("on half of the samples: {}", error.message())));
                }
            }
            tick()?;
        }
    }
    Ok(Ok(Replicates { draws, values }))
}

impl Replicates {
    /// The error of row `row` of b less that of a.
    pub(super) fn error(&self, row: usize, (a, b): (usize, usize)) -> Found {
        let value = |g: usize, draw: usize| *self.values[g].get(draw)?.get(row)?;
        let differences: Vec<Option<f64>> = (0..N_HALVES)
            .map(|draw| Some(value(b, draw)? - value(a, draw)?))
            .collect();
        let std_error = self.draws.std_error(&differences);
        Found {
            std_error: std_error
                .ok_or_else(|| format!("fewer than half of {N_HALVES} draws have a value of both")),
            method: if self.draws.is_limited() {
                format!(
                    "jackknife of the difference: {N_HALVES} draws of {MAX_ROWS} rows of the largest set and the same share of the others, scaled"
                )
            } else {
                format!("delete-half jackknife of the difference, {N_HALVES} halves")
            },
            reference_is_fixed: false,
        }
    }
}
