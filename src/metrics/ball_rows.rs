//! Rows of the metrics that count rows in balls: precision, recall, density, coverage under either convention.

use super::{Card, Inputs, Outcome, Params, Warning};
use crate::error::Result;
use crate::statistics::estimate::{ConfidenceInterval, Estimate};
use crate::statistics::neighbors::prdc::{Balls, Part, expected_coverage};
use crate::statistics::neighbors::{Ball, Boundary, Request, Tables};
use crate::statistics::resample::SPLIT_REACH;

/// How the standard errors were found.
const METHOD: &str = "differences between 32 pairs of complementary halves of both sets";

/// The ball of these parameters.
pub(super) fn ball(params: &Params) -> Result<Ball> {
    Ok(Ball {
        nearest_k: params.integer("nearest_k")?,
        boundary: if params.word("boundary")? == "strict" {
            Boundary::Strict
        } else {
            Boundary::Inclusive
        },
    })
}

/// The neighbours that the rows of a ball ask for: none where no set is larger than k.
pub(super) fn request(inputs: &Inputs<'_>, ball: Ball) -> Result<Option<Request>> {
    let [reference, generated] = inputs.features()?;
    let largest = reference.nrows().max(generated.nrows());
    Ok((largest > ball.nearest_k).then(|| Request {
        balls: [ball].into(),
        ..Request::default()
    }))
}

/// One row for each id of the card.
///
/// Both sets are resampled: 32 times they are cut into complementary halves, and every number is computed in each half,
/// with the radii of that half. The intervals of shares are Wilson's with the number of independent rows that the
/// standard error speaks of; that of density is normal in its logarithm, because density is a count of pairs that come in
/// clusters, and skewed where it is small.
pub(super) fn rows(card: &'static Card, inputs: &Inputs<'_>, params: &Params) -> Result<Outcome> {
    let ball = ball(params)?;
    let [reference, generated] = inputs.features()?;
    let n = [reference.nrows(), generated.nrows()];
    let mut outcome = Outcome::default();
    let tables = match request(inputs, ball)? {
        Some(request) => Some(inputs.neighborhood.tables(inputs, &request)?),
        None => None,
    };
    for id in card.ids {
        let row = inputs.row(id, card.direction, params);
        let (owner, n_owner) = if *id == "recall" {
            ("generated", n[1])
        } else {
            ("reference", n[0])
        };
        let counts = tables.as_ref().and_then(|tables| tables.balls(ball));
        match (counts, &tables) {
            (Some(counts), Some(tables)) if n_owner > ball.nearest_k => {
                outcome.estimates.push(filled(row, counts, tables, n));
            }
            _ => {
                let reason = format!(
                    "nearest_k = {k} needs more than {k} {owner} samples, found {n_owner}",
                    k = ball.nearest_k
                );
                let k = n_owner.saturating_sub(1).max(1);
                outcome.warnings.push(Warning::new(
                    "absent",
                    format!("{id} has no value: {reason}"),
                    format!(
                        "give more than {} samples a side, or --set {}.nearest_k={k}",
                        ball.nearest_k, card.name
                    ),
                ));
                outcome.estimates.push(Estimate {
                    why_absent: Some(reason),
                    ..row
                });
            }
        }
    }
    Ok(outcome)
}

fn filled(mut row: Estimate, counts: &Balls, tables: &Tables, n: [usize; 2]) -> Estimate {
    let (part, n_rows) = match row.id.as_str() {
        "precision" => (counts.precision(), n[1]),
        "recall" => (counts.recall(), n[0]),
        "coverage" => (counts.coverage(), n[0]),
        _ => (counts.density(), n[1]),
    };
    row.value = Some(part.value);
    row.std_error = part.std_error;
    row.interval = interval(&row.id, part, n_rows);
    let mut detail = |name: &str, value: serde_json::Value| {
        row.details.insert(name.to_owned(), value);
    };
    match row.id.as_str() {
        "coverage" => detail(
            "expected_if_equal",
            expected_coverage(n[0], n[1], counts.nearest_k).into(),
        ),
        "density" => detail("expected_if_equal", 1.0.into()),
        _ => {}
    }
    detail("pairs", tables.n_pairs().into());
    detail("settled_pairs", tables.n_settled().into());
    if part.std_error.is_some() {
        detail("std_error_method", METHOD.into());
    }
    row
}

fn interval(id: &str, part: Part, n_rows: usize) -> Option<ConfidenceInterval> {
    let error = part.std_error? * SPLIT_REACH;
    if id != "density" {
        return Some(ConfidenceInterval::proportion(part.value, error, n_rows));
    }
    if part.value <= 0.0 {
        // Without a single pair nothing is known but that fewer than about 4 in n rows lie in a ball.
        return Some(ConfidenceInterval::proportion(0.0, 0.0, n_rows));
    }
    let logarithm = ConfidenceInterval::normal(part.value.ln(), error / part.value);
    Some(ConfidenceInterval {
        lower: logarithm.lower.exp(),
        upper: logarithm.upper.exp().min(f64::MAX),
        ..logarithm
    })
}
