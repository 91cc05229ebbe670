//! How close do honest pictures come? Held-out real pictures are searched in the same way.

use std::collections::HashMap;

use super::census::Census;
use super::exact::Known;
use super::fit::Closest;
use crate::audit::{Case, Exhibit};
use crate::error::Result;
use crate::progress::Observer;
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

/// Honest pictures: those whose nearest training pictures say what is usual.
pub struct Honest<'a> {
    /// The set that they are of.
    pub set: &'a Exhibit,
    /// Their rows, rising.
    pub rows: Vec<usize>,
    /// Which set it is.
    pub origin: Origin,
    /// Reference pictures left out because the training set has the very same.
    pub n_shared: usize,
}

impl<'a> Honest<'a> {
    /// At most `n_null` pictures of the reference, or of the training set where the reference has too few of its own.
    #[must_use]
    pub fn draw(case: &Case<'a>, train: &'a Exhibit, known: &Known, n_null: usize) -> Self {
        let (own, n_shared) = case.reference.map_or((Vec::new(), 0), |reference| {
            let all: Vec<usize> = seen(reference).collect();
            let own: Vec<usize> = all
                .iter()
                .copied()
                .filter(|&row| known.find(reference.items.get(row)).is_none())
                .collect();
            let n_shared = all.len() - own.len();
            (own, n_shared)
        });
        let (set, rows, origin) = match case.reference {
            Some(reference) if own.len() >= ExponentialTail::FEWEST => {
                (reference, own, Origin::HeldOut)
            }
            _ => (train, single(train), Origin::LeftOut),
        };
        let order = case.seed.stream("copies null", 0).permutation(rows.len());
        let drawn = order.iter().take(n_null).filter_map(|&at| rows.get(at));
        let mut rows: Vec<usize> = drawn.copied().collect();
        rows.sort_unstable();
        Self {
            set,
            rows,
            origin,
            n_shared,
        }
    }
}

/// The null distribution of scores.
#[derive(Debug, Clone)]
pub struct Null {
    /// The distributions of both scores.
    tails: [ExponentialTail; 2],
    /// The distribution of the rarer of both, as −ln of its p-value.
    rarest: ExponentialTail,
    /// The p-values of the honest pictures themselves, in rising order.
    p_values: Vec<f64>,
    /// Where it comes from.
    pub origin: Origin,
    /// Reference pictures left out because the training set has the very same.
    pub n_shared: usize,
}

impl Null {
    /// From what the search finds for honest pictures; `None` where there are too few.
    ///
    /// # Errors
    /// Interrupted.
    pub fn measure(
        census: &Census<'_>,
        honest: &Honest<'_>,
        observer: &dyn Observer,
    ) -> Result<Option<Self>> {
        let is_train = honest.origin == Origin::LeftOut;
        let found = census.closest(honest.set, &honest.rows, is_train, observer)?;
        let found: Vec<Closest> = found.into_iter().flatten().collect();
        Ok(Self::fit(&found, honest.origin, honest.n_shared))
    }

    /// Out of what was found for honest pictures; `None` for fewer than [`ExponentialTail::FEWEST`].
    #[must_use]
    pub fn fit(found: &[Closest], origin: Origin, n_shared: usize) -> Option<Self> {
        let tail = |which: usize| {
            let scores: Vec<f64> = found.iter().map(|closest| closest.scores[which]).collect();
            ExponentialTail::fit(&scores)
        };
        let tails = [tail(0)?, tail(1)?];
        let rarities: Vec<f64> = found.iter().map(|one| rarity(&tails, one)).collect();
        let mut null = Self {
            rarest: ExponentialTail::fit(&rarities)?,
            tails,
            p_values: Vec::new(),
            origin,
            n_shared,
        };
        null.p_values = found.iter().map(|closest| null.p_value(closest)).collect();
        null.p_values.sort_by(f64::total_cmp);
        Some(null)
    }

    /// How often an honest picture comes as near as this in either score; 1 for a picture of which much stays unexplained.
    #[must_use]
    pub fn p_value(&self, closest: &Closest) -> f64 {
        if closest.fit.distance.min(closest.fit.uncovered) > FARTHEST {
            return 1.0;
        }
        self.rarest.p_value(rarity(&self.tails, closest))
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

/// −ln of the smaller p-value of both scores. It is no p-value itself, as the smaller of two is small more often; by how
/// much, honest pictures tell, whose scores belong together.
fn rarity(tails: &[ExponentialTail; 2], closest: &Closest) -> f64 {
    let [whole, uncovered] = tails;
    let both = [
        whole.p_value(closest.scores[0]),
        uncovered.p_value(closest.scores[1]),
    ];
    -both[0].min(both[1]).ln()
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
