//! The Fréchet distance extrapolated to infinitely many generated samples.

use ndarray::{ArrayView2, Axis};
use rayon::prelude::*;

use super::{Ddof, Side, check_dimensions, from_prepared};
use crate::error::Result;
use crate::statistics::extrapolation::{Overlap, line};
use crate::statistics::moments::{Accumulator, Moments};

/// Rows that are copied at once on their way into moments.
const CHUNK: usize = 1024;

/// A Fréchet distance at 1 / m = 0.
#[derive(Debug, Clone, PartialEq)]
pub struct Infinity {
    /// The intercept; may be slightly negative.
    pub value: f64,
    /// Distance per 1 / m: the bias of m generated samples is `slope / m`.
    pub slope: f64,
    /// The distance of each subset.
    pub points: Vec<f64>,
    /// Standard error, where it was asked for and both sides have samples.
    ///
    /// The influence functions φ of the distance of all samples (see [`super::StdError`]), each sample with the weight
    /// that it has in the intercept ([`Overlap`]): `var φr / n + var φg Σ c²`, and with second-order kernels of mean
    /// square E = K / 2 in all three pairs of sides, the intercept's own second order instead of the jackknife's:
    /// `E (2 Σ q² − 4 Σ c² / m − 2 / n² − 4 / (n m))` is added, but never more than half is taken off.
    pub std_error: Option<f64>,
}

/// The line through the distances of the reference from subsets of the generated samples `[m, d]`, read at 1 / m = 0;
/// `None` where the subsets do not differ in size. The reference is whole at every point, and factored once.
///
/// # Errors
/// Those of [`super::frechet`]. Cannot tell: a subset of fewer than 2 rows.
pub fn frechet_infinity(
    reference: &Side<'_>,
    generated: ArrayView2<'_, f32>,
    subsets: &[Vec<usize>],
    ddof: Ddof,
    with_error: bool,
) -> Result<Option<Infinity>> {
    let Some(overlap) = Overlap::of(generated.nrows(), subsets) else {
        return Ok(None);
    };
    check_dimensions(reference, &Side::Few(generated))?;
    let r = reference.prepare()?;
    let distance = |rows: &[usize]| {
        with_side(generated, rows, |side| {
            let g = side.prepare()?;
            from_prepared((reference, &r), (side, &g), ddof, false)
        })
    };
    let points: Vec<f64> = subsets
        .par_iter()
        .map(|rows| Ok(distance(rows)?.value))
        .collect::<Result<_>>()?;
    let sizes: Vec<usize> = subsets.iter().map(Vec::len).collect();
    let Some(line) = line(&sizes, &points) else {
        return Ok(None);
    };
    let std_error = if with_error {
        let all: Vec<usize> = (0..generated.nrows()).collect();
        with_side(generated, &all, |side| {
            let g = side.prepare()?;
            let whole = from_prepared((reference, &r), (side, &g), ddof, true)?;
            Ok(std_error(&whole, reference, generated.nrows(), overlap))
        })?
    } else {
        None
    };
    Ok(Some(Infinity {
        value: line.intercept,
        slope: line.slope,
        points,
        std_error,
    }))
}

/// Calls `f` with some rows as a side: as they are where they are no more than dimensions, else with their moments.
fn with_side<T>(
    samples: ArrayView2<'_, f32>,
    rows: &[usize],
    f: impl FnOnce(&Side<'_>) -> Result<T>,
) -> Result<T> {
    if rows.len() <= samples.ncols() {
        return f(&Side::Few(samples.select(Axis(0), rows).view()));
    }
    if rows.len() == samples.nrows() {
        let moments = Moments::of(samples)?;
        return f(&Side::Many {
            moments: &moments,
            samples: Some(samples),
        });
    }
    let mut accumulator = Accumulator::new(samples.ncols());
    for chunk in rows.chunks(CHUNK) {
        accumulator.push(samples.select(Axis(0), chunk).view())?;
    }
    f(&Side::Many {
        moments: &accumulator.finish()?,
        samples: None,
    })
}

fn std_error(
    whole: &super::Frechet,
    reference: &Side<'_>,
    m: usize,
    overlap: Overlap,
) -> Option<f64> {
    let error = whole.std_error?;
    let (n, m) = (reference.n()? as f64, m as f64);
    let jackknife = error.reference?.powi(2) + error.generated?.powi(2) * m * overlap.singles;
    let second_order = 0.5
        * error.curvature
        * (2.0 * overlap.pairs - 4.0 * overlap.singles / m - 2.0 / (n * n) - 4.0 / (n * m));
    Some((jackknife + second_order.max(-0.5 * jackknife)).sqrt())
}
