//! How close do honest pictures come? Held-out real pictures are searched in the same way.

use std::collections::HashMap;

use super::census::Census;
use super::exact::Known;
use super::fit::Closest;
use crate::audit::{Case, Exhibit};
use crate::error::Result;
use crate::statistics::exponential_tail::ExponentialTail;

/// A fit that leaves more than this of the contrast unexplained is nobody's copy, however rare it is.
const FARTHEST: f32 = 0.6;

/// Where the null distribution comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Reference pictures that are not in the training set.
    HeldOut,
    /// Training pictures, each against all others: where the reference has no pictures of its own.
    LeftOut,
}

/// The null distribution of scores.
#[derive(Debug, Clone)]
pub struct Null {
    /// The distributions of both scores.
    tails: [ExponentialTail; 2],
    /// The p-values of the honest pictures themselves, in rising order.
    p_values: Vec<f64>,
    /// Where it comes from.
    pub origin: Origin,
    /// Reference pictures left out because the training set has the very same.
    pub n_shared: usize,
}

impl Null {
    /// From at most `n_null` honest pictures; `None` where there are too few.
    ///
    /// # Errors
    /// Interrupted.
    pub fn measure(
        case: &Case<'_>,
        census: &Census<'_>,
        train: &Exhibit,
        known: &Known,
        n_null: usize,
    ) -> Result<Option<Self>> {
        let (own, n_shared) = match case.reference {
            Some(reference) => {
                let all: Vec<usize> = seen(reference).collect();
                let own: Vec<usize> = all
                    .iter()
                    .copied()
                    .filter(|&row| known.find(reference.items.get(row)).is_none())
                    .collect();
                let n_shared = all.len() - own.len();
                (own, n_shared)
            }
            None => (Vec::new(), 0),
        };
        let draw = |rows: Vec<usize>| {
            let order = case.seed.stream("copies null", 0).permutation(rows.len());
            let mut drawn: Vec<usize> = order.iter().take(n_null).map(|&at| rows[at]).collect();
            drawn.sort_unstable();
            drawn
        };
        let (set, rows, origin) = match case.reference {
            Some(reference) if own.len() >= ExponentialTail::FEWEST => {
                (reference, draw(own), Origin::HeldOut)
            }
            _ => (train, draw(single(train)), Origin::LeftOut),
        };
        let is_train = origin == Origin::LeftOut;
        let found = census.closest(set, &rows, is_train, case.observer)?;
        let found: Vec<Closest> = found.into_iter().flatten().collect();
        Ok(Self::fit(&found, origin, n_shared))
    }

    /// Out of what was found for honest pictures; `None` for fewer than [`ExponentialTail::FEWEST`].
    #[must_use]
    pub fn fit(found: &[Closest], origin: Origin, n_shared: usize) -> Option<Self> {
        let tail = |which: usize| {
            let scores: Vec<f64> = found.iter().map(|closest| closest.scores[which]).collect();
            ExponentialTail::fit(&scores)
        };
        let mut null = Self {
            tails: [tail(0)?, tail(1)?],
            p_values: Vec::new(),
            origin,
            n_shared,
        };
        null.p_values = found.iter().map(|closest| null.p_value(closest)).collect();
        null.p_values.sort_by(f64::total_cmp);
        Some(null)
    }

    /// How often an honest picture comes as near as this in either score: twice the smaller of both p-values
    /// (Bonferroni); 1 for a picture of which much stays unexplained.
    #[must_use]
    pub fn p_value(&self, closest: &Closest) -> f64 {
        if closest.fit.distance.min(closest.fit.uncovered) > FARTHEST {
            return 1.0;
        }
        let [whole, uncovered] = &self.tails;
        let both = [
            whole.p_value(closest.scores[0]),
            uncovered.p_value(closest.scores[1]),
        ];
        (2.0 * both[0].min(both[1])).min(1.0)
    }

    /// Number of honest pictures.
    #[must_use]
    pub fn n(&self) -> usize {
        self.p_values.len()
    }

    /// Honest pictures with a p-value of at most `p`: about `p` times their number where the tails fit.
    #[must_use]
    pub fn n_below(&self, p: f64) -> usize {
        self.p_values.partition_point(|own| *own <= p)
    }
}

/// The rows with something to see.
pub fn seen(set: &Exhibit) -> impl Iterator<Item = usize> {
    let rows = set.items.iter().enumerate();
    rows.filter(|(_, item)| !item.blank).map(|(row, _)| row)
}

/// The rows with something to see that are there only once.
fn single(set: &Exhibit) -> Vec<usize> {
    let mut counts = HashMap::new();
    for item in &set.items {
        *counts.entry(item.pixels).or_insert(0_usize) += 1;
    }
    let once = |row: &usize| {
        let item = set.items.get(*row);
        item.is_some_and(|item| counts.get(&item.pixels) == Some(&1))
    };
    seen(set).filter(once).collect()
}
