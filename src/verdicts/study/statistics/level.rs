//! A baseline against the adversarial losses: level and spread.

use super::super::known;
use super::super::runs::{Run, Study};
use super::super::scores::Measure;
use super::{N_PERMUTATIONS, median, unit_of, units};
use crate::rng::Seed;
use crate::statistics::dominance::Dominance;
use crate::statistics::holm;

/// A baseline against all adversarial losses of its cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Level {
    /// Data set.
    pub dataset: String,
    /// Architecture.
    pub architecture: String,
    /// The baseline.
    pub baseline: String,
    /// Distances of the baseline against those of all adversarial losses: positive δ means worse.
    pub level: Dominance,
    /// Absolute deviations from the own loss's median: negative δ means a smaller spread.
    pub spread: Option<Dominance>,
    /// p of level and spread after Holm's correction over all baselines, data sets and architectures.
    pub adjusted: [f64; 2],
}

/// Every baseline against the adversarial losses of the same data set and architecture.
#[must_use]
pub fn levels(study: &Study, seed: Seed) -> Vec<Level> {
    let mut found: Vec<Level> = Vec::new();
    for dataset in study.datasets() {
        for architecture in study.architectures() {
            for loss in study.losses() {
                if known::is_baseline(&loss) {
                    found.extend(level(study, [&dataset, &architecture, &loss], seed));
                }
            }
        }
    }
    let of = |one: &Level| {
        [
            one.level.p,
            one.spread.as_ref().map_or(1.0, |spread| spread.p),
        ]
    };
    let p: Vec<f64> = found.iter().flat_map(of).collect();
    for (one, two) in found.iter_mut().zip(holm::adjust(&p).chunks(2)) {
        for (place, p) in one.adjusted.iter_mut().zip(two) {
            *place = *p;
        }
    }
    found
}

fn level(
    study: &Study,
    [dataset, architecture, baseline]: [&String; 3],
    seed: Seed,
) -> Option<Level> {
    let mine = study.cell(dataset, architecture, baseline);
    let adversarial: Vec<Vec<&Run>> = study
        .losses()
        .iter()
        .filter(|loss| !known::is_baseline(loss))
        .map(|loss| study.cell(dataset, architecture, loss))
        .filter(|runs| !runs.is_empty())
        .collect();
    let unit = unit_of(&[adversarial.as_slice(), std::slice::from_ref(&mine)].concat());
    let mine = units(&mine, unit, Measure::Fid);
    let others: Vec<Vec<f64>> = adversarial
        .iter()
        .map(|runs| units(runs, unit, Measure::Fid))
        .collect();
    let off: Vec<f64> = others.iter().flat_map(|one| deviations(one)).collect();
    Some(Level {
        dataset: dataset.clone(),
        architecture: architecture.clone(),
        baseline: baseline.clone(),
        level: Dominance::of(&mine, &others.concat(), N_PERMUTATIONS, seed)?,
        spread: Dominance::of(&deviations(&mine), &off, N_PERMUTATIONS, seed),
        adjusted: [1.0; 2],
    })
}

/// Distances from the median of finite values, as in the test of Brown and Forsythe.
#[must_use]
pub fn deviations(values: &[f64]) -> Vec<f64> {
    let finite: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    match median(&finite) {
        Some(middle) if finite.len() > 1 => finite.iter().map(|v| (v - middle).abs()).collect(),
        _ => Vec::new(),
    }
}
