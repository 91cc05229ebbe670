//! What another architecture does to each loss.

use super::super::runs::Study;
use super::super::scores::Measure;
use super::{Pair, correct, pair, unit_of, units};
use crate::rng::Seed;

/// One data set: what changing the architecture does to each loss.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Data set.
    pub dataset: String,
    /// The architecture that the ratio is to.
    pub from: String,
    /// The other one.
    pub to: String,
    /// For each loss, `to` against `from`; `first` holds the loss.
    pub losses: Vec<Pair>,
}

/// For every data set and every architecture after the first one: each loss there against the same loss with the first.
#[must_use]
pub fn changes(study: &Study, seed: Seed) -> Vec<Change> {
    let architectures = study.architectures();
    let Some((from, others)) = architectures.split_first() else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for dataset in study.datasets() {
        for to in others {
            let mut losses: Vec<Pair> = study
                .losses()
                .iter()
                .filter_map(|loss| {
                    let cells = [to, from].map(|name| study.cell(&dataset, name, loss));
                    let unit = unit_of(&cells);
                    let [new, old] = cells.map(|runs| units(&runs, unit, Measure::Fid));
                    pair((loss, &new), (from, &old), seed)
                })
                .collect();
            correct(&mut losses);
            if !losses.is_empty() {
                found.push(Change {
                    dataset: dataset.clone(),
                    from: from.clone(),
                    to: to.clone(),
                    losses,
                });
            }
        }
    }
    found
}
