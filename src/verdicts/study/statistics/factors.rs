//! Does the loss matter, or the architecture, or the one by the other?

use super::super::known;
use super::super::runs::{Run, Study};
use super::super::scores::Measure;
use super::{N_PERMUTATIONS, unit_of, units};
use crate::rng::Seed;
use crate::statistics::holm;
use crate::statistics::two_way::{TwoWay, two_way};

/// One data set: the logarithm of the distance by loss (first factor) and architecture (second one).
#[derive(Debug, Clone, PartialEq)]
pub struct Factors {
    /// Data set.
    pub dataset: String,
    /// Adversarial losses that have a number with every architecture.
    pub losses: Vec<String>,
    /// Architectures.
    pub architectures: Vec<String>,
    /// Shares of the variance; failed runs are left out, because a failure has no logarithm.
    pub shares: TwoWay,
    /// p of loss, architecture and interaction after Holm's correction over all data sets.
    pub adjusted: [f64; 3],
    /// Runs that were left out.
    pub n_failed: usize,
}

/// For every data set on which two adversarial losses or more have numbers with two architectures or more.
#[must_use]
pub fn factors(study: &Study, seed: Seed) -> Vec<Factors> {
    let mut found: Vec<Factors> = study
        .datasets()
        .iter()
        .filter_map(|dataset| of_dataset(study, dataset, seed))
        .collect();
    let p: Vec<f64> = found
        .iter()
        .flat_map(|one| {
            [
                one.shares.first.p,
                one.shares.second.p,
                one.shares.interaction.p,
            ]
        })
        .collect();
    let adjusted = holm::adjust(&p);
    for (one, three) in found.iter_mut().zip(adjusted.chunks(3)) {
        for (place, p) in one.adjusted.iter_mut().zip(three) {
            *place = *p;
        }
    }
    found
}

fn of_dataset(study: &Study, dataset: &str, seed: Seed) -> Option<Factors> {
    let architectures: Vec<String> = study
        .architectures()
        .into_iter()
        .filter(|name| study.on(dataset).any(|run| run.last.architecture == *name))
        .collect();
    let (mut losses, mut cells, mut n_failed) = (Vec::new(), Vec::new(), 0);
    for loss in study
        .losses()
        .into_iter()
        .filter(|loss| !known::is_baseline(loss))
    {
        let runs: Vec<Vec<&Run>> = architectures
            .iter()
            .map(|architecture| study.cell(dataset, architecture, &loss))
            .collect();
        let unit = unit_of(&runs);
        let row: Vec<Vec<f64>> = runs
            .iter()
            .map(|runs| logarithms(&units(runs, unit, Measure::Fid)))
            .collect();
        if row.iter().all(|cell| !cell.is_empty()) {
            n_failed += runs
                .iter()
                .flatten()
                .filter(|run| run.fid().is_none())
                .count();
            losses.push(loss);
            cells.push(row);
        }
    }
    Some(Factors {
        dataset: dataset.to_owned(),
        shares: two_way(&cells, N_PERMUTATIONS / 4, seed)?,
        losses,
        architectures,
        adjusted: [1.0; 3],
        n_failed,
    })
}

fn logarithms(values: &[f64]) -> Vec<f64> {
    let usable = values.iter().filter(|v| v.is_finite() && **v > 0.0);
    usable.map(|v| v.ln()).collect()
}
