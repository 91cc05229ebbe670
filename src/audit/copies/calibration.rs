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

/// A held-out picture that is so much nearer than the others is one of the training pictures itself (test sets do have
/// them): expected number of honest pictures that are taken for one.
const LEAKED: f64 = 0.01;

/// Where more than this part of the held-out pictures is that near, coming near is usual, and they all stay.
const MOST_LEAKED: f64 = 0.1;

/// The null distribution of scores.
#[derive(Debug, Clone)]
pub struct Null {
    tails: Tails,
    /// The p-values of the honest pictures themselves, in rising order.
    p_values: Vec<f64>,
    /// Where it comes from.
    pub origin: Origin,
    /// Reference pictures left out because the training set has the very same.
    pub n_shared: usize,
    /// Reference pictures left out of the tails because they are nearer than honest pictures can be.
    pub n_leaked: usize,
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
    ///
    /// Leaked pictures would widen the tails (3 % of them by a third) and hide copies. They are left out, round by round,
    /// but counted in [`Self::n_below`], so that nobody is accused for what the held-out pictures do too.
    #[must_use]
    pub fn fit(found: &[Closest], origin: Origin, n_shared: usize) -> Option<Self> {
        let mut kept = found.to_vec();
        let mut tails = Tails::fit(&kept)?;
        loop {
            let n = kept.len();
            let bar = LEAKED / n as f64;
            kept.retain(|closest| tails.p_value(closest) > bar);
            if kept.len() == n {
                break;
            }
            let is_usual = (kept.len() as f64) < (1.0 - MOST_LEAKED) * found.len() as f64;
            let refitted = Tails::fit(&kept).filter(|_| !is_usual);
            let Some(narrower) = refitted else {
                kept = found.to_vec();
                tails = Tails::fit(&kept)?;
                break;
            };
            tails = narrower;
        }
        let mut p_values: Vec<f64> = found.iter().map(|one| tails.p_value(one)).collect();
        p_values.sort_by(f64::total_cmp);
        Some(Self {
            tails,
            p_values,
            origin,
            n_shared,
            n_leaked: found.len() - kept.len(),
        })
    }

    /// How often an honest picture comes as near as this in either score; 1 for a picture of which much stays unexplained.
    #[must_use]
    pub fn p_value(&self, closest: &Closest) -> f64 {
        self.tails.p_value(closest)
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

/// The distributions of both scores, and that of the rarer of both, as −ln of its p-value.
#[derive(Debug, Clone)]
struct Tails {
    scores: [ExponentialTail; 2],
    rarest: ExponentialTail,
}

impl Tails {
    fn fit(found: &[Closest]) -> Option<Self> {
        let tail = |which: usize| {
            let scores: Vec<f64> = found.iter().map(|closest| closest.scores[which]).collect();
            ExponentialTail::fit(&scores)
        };
        let scores = [tail(0)?, tail(1)?];
        let rarities: Vec<f64> = found.iter().map(|one| rarity(&scores, one)).collect();
        Some(Self {
            rarest: ExponentialTail::fit(&rarities)?,
            scores,
        })
    }

    fn p_value(&self, closest: &Closest) -> f64 {
        if closest.fit.distance.min(closest.fit.uncovered) > FARTHEST {
            return 1.0;
        }
        self.rarest.p_value(rarity(&self.scores, closest))
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

#[cfg(test)]
mod tests {
    use super::super::fit::Fit;
    use super::super::signature::versions;
    use super::*;
    use crate::rng::Seed;

    /// Honest pictures with scores of an exponential law, the last `n_leaked` of 1,000 far beyond it.
    fn honest(n_leaked: usize) -> Vec<Closest> {
        let mut stream = Seed(4).stream("null", 0);
        let mut score = |at: usize| {
            let own = -stream.uniform().max(1e-9).ln();
            if at < 1000 - n_leaked {
                own
            } else {
                40.0 + own
            }
        };
        let fit = Fit {
            row: 0,
            version: versions()[0],
            inverted: false,
            distance: 0.2,
            uncovered: 0.2,
        };
        (0..1000)
            .map(|at| Closest {
                fit,
                scores: [score(at); 2],
            })
            .collect()
    }

    fn null(n_leaked: usize) -> Null {
        Null::fit(&honest(n_leaked), Origin::HeldOut, 0).unwrap()
    }

    #[test]
    fn leaked_pictures_do_not_widen_the_tails_but_excuse_others_that_come_as_near() {
        let (clean, leaky) = (null(0), null(35));
        assert_eq!((clean.n_leaked, leaky.n_leaked), (0, 35));
        let mut near = honest(0)[0];
        near.scores = [12.0; 2];
        let logs = [&clean, &leaky].map(|null| null.p_value(&near).ln());
        // The same up to the 35 pictures that are missing; with them the tail would be a third wider: ln p of -9 for -12.
        assert!((logs[0] / logs[1] - 1.0).abs() < 0.1, "{logs:?}");
        assert_eq!(leaky.n_below(1e-12), 35);
    }

    #[test]
    fn where_many_come_near_none_is_left_out() {
        assert_eq!(null(150).n_leaked, 0);
    }
}
