//! How close do honest pictures come? Held-out real pictures are searched in the same way.

use std::collections::HashMap;

use super::census::Census;
use super::exact::Known;
use crate::audit::{Case, Exhibit};
use crate::error::Result;
use crate::statistics::exponential_tail::ExponentialTail;

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
    /// The distribution.
    pub tail: ExponentialTail,
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
        let scores: Vec<f64> = found
            .iter()
            .flatten()
            .map(super::fit::Closest::score)
            .collect();
        Ok(ExponentialTail::fit(&scores).map(|tail| Self {
            tail,
            origin,
            n_shared,
        }))
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
