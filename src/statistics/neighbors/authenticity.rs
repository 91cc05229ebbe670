//! Authenticity: is a generated row farther from its nearest training row than that row is from the other training rows?
//!
//! ```text
//! t = argmin d(g, t)        g is authentic  ⟺  min over t' ≠ t of d(t, t')  <  d(g, t)
//! ```
//! Source: Alaa et al. 2022, arXiv:2102.08921; the percentage is AuthPct of dgm-eval (Stein et al. 2023). Distances are
//! those of float64, so an exact copy is at exactly 0 and never authentic.

use ndarray::ArrayView2;

use super::across::Search;
use super::frame::Frame;
use super::lists::Lists;
use super::points::Points;
use super::within::within;
use crate::error::{Error, Result};

/// How a set stands to the training set.
#[derive(Debug, Clone, PartialEq)]
pub struct Authenticity {
    /// For each row: is it authentic?
    pub authentic: Vec<bool>,
    /// Its nearest training row (the first of several).
    pub nearest: Vec<usize>,
    /// The distance to it.
    pub distances: Vec<f64>,
}

impl Authenticity {
    /// Number of authentic rows.
    #[must_use]
    pub fn count(&self) -> usize {
        self.authentic.iter().filter(|&&is| is).count()
    }

    /// Share of authentic rows.
    #[must_use]
    pub fn share(&self) -> f64 {
        self.count() as f64 / self.authentic.len() as f64
    }

    /// Rows that equal a training row.
    #[must_use]
    pub fn n_copies(&self) -> usize {
        self.distances.iter().filter(|&&d| d == 0.0).count()
    }
}

/// Authenticity of each of `sets` (`[m, d]`) to the same training set `[n, d]`, and pairs settled in float64.
///
/// # Errors
/// Input: other dimensions. Cannot tell: fewer than 2 training rows, or a set without a row.
pub fn authenticity<const N: usize>(
    train: ArrayView2<'_, f32>,
    sets: [ArrayView2<'_, f32>; N],
) -> Result<([Authenticity; N], u64)> {
    for set in &sets {
        if set.ncols() != train.ncols() {
            return Err(Error::input(format!(
                "the training set has {} dimensions, the other set {}",
                train.ncols(),
                set.ncols()
            ))
            .mend("extract both with the same network and layer"));
        }
    }
    if train.nrows() < 2 || sets.iter().any(|set| set.nrows() == 0) {
        return Err(Error::cannot_tell(format!(
            "{} training samples; at least 2 are needed, and one generated",
            train.nrows()
        ))
        .mend("give the whole training set"));
    }
    let mut all = vec![train];
    all.extend(sets);
    let frame = Frame::of(&all);
    let [seen] = Points::of([train], &frame);
    let (inside, mut n_settled) = within(&seen, 1, 1);
    let judged = sets.map(|set| {
        let (judged, settled) = one(&seen, &inside, set, &frame);
        n_settled += settled;
        judged
    });
    Ok((judged, n_settled))
}

fn one(
    seen: &Points<'_>,
    inside: &Lists,
    set: ArrayView2<'_, f32>,
    frame: &Frame,
) -> (Authenticity, u64) {
    let [points] = Points::of([set], frame);
    let found = Search {
        reference: seen,
        generated: &points,
        width: 1,
        balls: None,
        weighted: &[],
    }
    .run();
    let lists = Lists::new(found.nearest_reference, 1, 1, frame.squared_scale());
    let pairs: Vec<(usize, f64)> = (0..lists.len())
        .filter_map(|row| lists.nearest(row))
        .collect();
    let judged = Authenticity {
        authentic: pairs
            .iter()
            .map(|&(train, squared)| inside.nearest(train).is_some_and(|(_, own)| own < squared))
            .collect(),
        nearest: pairs.iter().map(|&(train, _)| train).collect(),
        distances: pairs.iter().map(|&(_, squared)| squared.sqrt()).collect(),
    };
    (judged, found.n_settled)
}
