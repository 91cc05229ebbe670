//! Realism of single generated rows.
//!
//! ```text
//! plain    max over kept r of  radius(r) / d(g, r)
//! squared  max over kept r of  radius(r)² / (d(g, r)² + 1e-5)
//! ```
//! `radius(r)` reaches to the k-th nearest other reference row. Kept are the balls below the median radius (squared: not
//! above the median squared radius), because a huge ball makes everything inside it realistic; untrimmed keeps all. A
//! value of at least 1 means: inside a kept ball. Source: Kynkäänniemi et al. 2019, arXiv:1904.06991, section 5; the
//! squared form is that of their program, the plain one that of the paper and of dgm-eval.

use super::across::Weighted;
use super::halves::ranks;
use super::lists::Lists;
use super::nearest::Candidate;
use crate::statistics::resample::{N_HALVES, split_std_error};

/// Added to squared distances by the squared form.
const OFFSET: f64 = 1e-5;

/// Reference rows of the best ratios that are listed for every generated row, so that halves have one of them.
const LISTED: usize = 24;

/// Which realism.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Form {
    /// Which neighbour the radius reaches to.
    pub nearest_k: usize,
    /// The squared form.
    pub squared: bool,
    /// Without the balls of the larger half of the radii.
    pub trimmed: bool,
}

/// Realism of every generated row.
#[derive(Debug, Clone, PartialEq)]
pub struct Scores {
    /// For each generated row; infinite for a copy of a kept reference row in the plain form.
    pub values: Vec<f64>,
    /// Standard error of the mean of the finite values.
    pub std_error: Option<f64>,
}

impl Scores {
    /// Mean of the finite values, and how many are not finite.
    #[must_use]
    pub fn mean(&self) -> (Option<f64>, usize) {
        let finite: Vec<f64> = self
            .values
            .iter()
            .copied()
            .filter(|v| v.is_finite())
            .collect();
        let mean = finite.iter().sum::<f64>() / finite.len() as f64;
        (
            (!finite.is_empty()).then_some(mean),
            self.values.len() - finite.len(),
        )
    }

    /// Share of rows inside a kept ball (a value of at least 1).
    #[must_use]
    pub fn share_inside(&self) -> f64 {
        let inside = self.values.iter().filter(|&&value| value >= 1.0).count();
        inside as f64 / self.values.len() as f64
    }

    /// Rows from the least realistic to the most.
    #[must_use]
    pub fn order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.values.len()).collect();
        order.sort_by(|&a, &b| self.values[a].total_cmp(&self.values[b]).then(a.cmp(&b)));
        order
    }
}

/// The reciprocal squared radii of the kept balls, in the frame; `None` where no ball of a radius above 0 is left.
pub(super) fn weighted(
    inside: &Lists,
    form: Form,
    scale: f64,
    with_halves: bool,
) -> Option<Weighted> {
    let squared = inside.squared_radii(form.nearest_k)?;
    let measure = |radius: f64| if form.squared { radius } else { radius.sqrt() };
    let mut sorted: Vec<f64> = squared.iter().map(|&radius| measure(radius)).collect();
    sorted.sort_by(f64::total_cmp);
    let (low, high) = (sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2]);
    let median = f64::midpoint(low, high);
    let weights: Vec<f64> = squared
        .iter()
        .map(|&radius| {
            let kept = match (form.trimmed, form.squared) {
                (false, _) => true,
                (true, false) => measure(radius) < median,
                (true, true) => radius <= median,
            };
            if kept && radius > 0.0 {
                1.0 / (radius * scale)
            } else {
                0.0
            }
        })
        .collect();
    weights
        .iter()
        .any(|&weight| weight > 0.0)
        .then_some(Weighted {
            offset: if form.squared { OFFSET * scale } else { 0.0 },
            weights,
            list: if with_halves { LISTED } else { 1 },
        })
}

/// Realism out of the lists of best reference rows.
pub(super) fn scores(
    form: Form,
    lists: &[Vec<Candidate>],
    by: &Weighted,
    inside: &Lists,
    scale: f64,
    members: Option<(&[u64], &[u64])>,
) -> Scores {
    let realism = |value: f64| {
        if form.squared {
            1.0 / value
        } else {
            (1.0 / value).sqrt()
        }
    };
    let values = lists
        .iter()
        .map(|list| list.first().map_or(0.0, |best| realism(best.value)))
        .collect();
    let std_error = members.and_then(|(real, made)| {
        let radii = half_radii(form.nearest_k, by, inside, scale, real);
        let (mut sums, mut rows) = ([0.0; N_HALVES], [0_u32; N_HALVES]);
        for (list, member) in lists.iter().zip(made) {
            for half in 0..N_HALVES {
                if member >> half & 1 == 0 {
                    continue;
                }
                let best = list
                    .iter()
                    .filter(|best| real[best.row as usize] >> half & 1 == 1)
                    .map(|best| {
                        let row = best.row as usize;
                        best.value / (by.weights[row] * radii[row][half])
                    })
                    .fold(f64::INFINITY, f64::min);
                if best > 0.0 && best.is_finite() {
                    sums[half] += realism(best);
                    rows[half] += 1;
                }
            }
        }
        split_std_error(&std::array::from_fn(|half| {
            sums[half] / f64::from(rows[half])
        }))
    });
    Scores { values, std_error }
}

/// The squared radius of every kept ball in every half, in the frame.
fn half_radii(
    k: usize,
    by: &Weighted,
    inside: &Lists,
    scale: f64,
    members: &[u64],
) -> Vec<[f64; N_HALVES]> {
    (0..inside.len())
        .map(|row| {
            if by.weights[row] <= 0.0 {
                return [0.0; N_HALVES];
            }
            let ranks = ranks(inside.rows(row), members, k);
            let squared = inside.squared(row);
            ranks.map(|rank| squared[rank as usize] * scale)
        })
        .collect()
}
