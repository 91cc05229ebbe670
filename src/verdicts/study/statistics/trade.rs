//! Does the distance see precision, and recall?

use super::super::runs::Study;
use super::super::scores::Measure;
use super::N_PERMUTATIONS;
use crate::rng::Seed;
use crate::statistics::spearman::Spearman;

/// The distance against one of the two, over all runs of a data set.
#[derive(Debug, Clone, PartialEq)]
pub struct Trade {
    /// Data set.
    pub dataset: String,
    /// Precision or recall.
    pub measure: Measure,
    /// Runs that have both numbers.
    pub n: usize,
    /// Negative where a larger share goes with a smaller distance.
    pub spearman: Spearman,
}

/// For every data set, against precision and against recall, where runs have them.
#[must_use]
pub fn trades(study: &Study, seed: Seed) -> Vec<Trade> {
    let mut found = Vec::new();
    for dataset in study.datasets() {
        for measure in [Measure::Precision, Measure::Recall] {
            let pairs: Vec<(f64, f64)> = study
                .on(&dataset)
                .filter_map(|run| Some((run.last.measure(measure)?, run.fid()?)))
                .collect();
            found.extend(
                Spearman::of(&pairs, N_PERMUTATIONS / 4, seed).map(|spearman| Trade {
                    dataset: dataset.clone(),
                    measure,
                    n: pairs.len(),
                    spearman,
                }),
            );
        }
    }
    found
}
