//! The best configuration of each loss, over its seeds.

use super::super::runs::{Run, Study};
use super::by_configuration;

/// The best configuration of a loss on a data set.
#[derive(Debug, Clone, PartialEq)]
pub struct Best {
    /// Its architecture.
    pub architecture: String,
    /// Its number or settings.
    pub configuration: String,
    /// Mean distance over the seeds that gave one.
    pub mean: f64,
    /// Standard deviation over seeds (ddof = 1); absent with one seed.
    pub std: Option<f64>,
    /// Seeds that gave a number.
    pub n_seeds: usize,
    /// Seeds that failed.
    pub n_failed: usize,
    /// Configurations that it was chosen from.
    pub n_configurations: usize,
}

/// The configuration of a loss with the least mean over seeds, among those of which at least half of the seeds finished.
#[must_use]
pub fn best(study: &Study, dataset: &str, loss: &str) -> Option<Best> {
    let runs: Vec<&Run> = study.on(dataset).filter(|r| r.last.loss == loss).collect();
    let configurations = by_configuration(&runs);
    let n_configurations = configurations.len();
    let mut all: Vec<Best> = configurations
        .values()
        .filter_map(|seeds| {
            let values: Vec<f64> = seeds.iter().filter_map(|run| run.fid()).collect();
            let first = seeds.first()?;
            let n = values.len();
            if n == 0 || 2 * n < seeds.len() {
                return None;
            }
            let mean = values.iter().sum::<f64>() / n as f64;
            let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
            Some(Best {
                architecture: first.last.architecture.clone(),
                configuration: first.configuration(),
                mean,
                std: (n > 1).then(|| (squares / (n as f64 - 1.0)).sqrt()),
                n_seeds: n,
                n_failed: seeds.len() - n,
                n_configurations,
            })
        })
        .collect();
    all.sort_by(|a, b| a.mean.total_cmp(&b.mean));
    all.into_iter().next()
}
