//! What can be said of the differences in a study, and how surely.
//!
//! A *unit* is what is exchanged between losses: a configuration where a search has several (the median over its seeds, so
//! that many seeds of one configuration do not count as many configurations), a seed where it has one. A failed run ranks
//! behind every number. All tests are on ranks, so they hold whatever the distances' distribution is.

use super::known;
use super::runs::{Run, Study};
use crate::rng::Seed;
use crate::statistics::dominance::Dominance;
use crate::statistics::holm;
use crate::statistics::kruskal_wallis::{KruskalWallis, permutation_p};
use std::collections::BTreeMap;

/// Permutations drawn for each test that is not exact.
pub const N_PERMUTATIONS: usize = 20_000;

/// The level that corrected p-values are held to.
pub const LEVEL: f64 = 0.05;

/// What is exchanged between losses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A configuration of a search.
    Configuration,
    /// A seed of the only configuration.
    Seed,
}

/// Are the adversarial losses equal, on one data set with one architecture?
#[derive(Debug, Clone, PartialEq)]
pub struct Equality {
    /// Data set.
    pub dataset: String,
    /// Architecture.
    pub architecture: String,
    /// The losses compared.
    pub losses: Vec<String>,
    /// Units of each loss.
    pub n: Vec<usize>,
    /// What a unit is.
    pub unit: Unit,
    /// Kruskal-Wallis over all of them.
    pub test: KruskalWallis,
    /// Its p by permutation.
    pub p: f64,
    /// The same after Holm's correction over all cells of the study.
    pub adjusted: f64,
    /// Every two of the losses.
    pub pairs: Vec<Pair>,
}

/// Two losses, or two architectures, compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// The first one.
    pub first: String,
    /// The second one.
    pub second: String,
    /// Cliff's delta of the distances: positive where the first one is worse.
    pub dominance: Dominance,
    /// Its p after Holm's correction over the pairs listed with it.
    pub adjusted: f64,
    /// Median distance of the first over that of the second, where both have one.
    pub ratio: Option<f64>,
}

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
}

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

/// The middle value, or the mean of the middle two; infinity is a value.
#[must_use]
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let low = *sorted.get(sorted.len().checked_sub(1)? / 2)?;
    let high = *sorted.get(sorted.len() / 2)?;
    Some(if low == high { low } else { low.midpoint(high) })
}

/// Runs by configuration.
fn by_configuration<'a>(runs: &[&'a Run]) -> BTreeMap<String, Vec<&'a Run>> {
    let mut found: BTreeMap<String, Vec<&Run>> = BTreeMap::new();
    for run in runs {
        let key = format!("{}\n{}", run.last.architecture, run.configuration());
        found.entry(key).or_default().push(run);
    }
    found
}

/// The values to compare of the runs of one loss.
fn units(runs: &[&Run], unit: Unit) -> Vec<f64> {
    if unit == Unit::Seed {
        return runs.iter().map(|run| run.rankable()).collect();
    }
    by_configuration(runs)
        .values()
        .filter_map(|seeds| median(&seeds.iter().map(|r| r.rankable()).collect::<Vec<_>>()))
        .collect()
}

/// What a unit is among these cells: a seed only where no loss has two configurations.
fn unit_of(cells: &[Vec<&Run>]) -> Unit {
    if cells.iter().any(|runs| by_configuration(runs).len() > 1) {
        Unit::Configuration
    } else {
        Unit::Seed
    }
}

fn ratio(a: &[f64], b: &[f64]) -> Option<f64> {
    let (a, b) = (median(a)?, median(b)?);
    (a.is_finite() && b.is_finite() && b > 0.0).then(|| a / b)
}

/// Gives the pairs their corrected p-values.
fn correct(pairs: &mut [Pair]) {
    let p: Vec<f64> = pairs.iter().map(|pair| pair.dominance.p).collect();
    for (pair, adjusted) in pairs.iter_mut().zip(holm::adjust(&p)) {
        pair.adjusted = adjusted;
    }
}

fn pair(first: (&str, &[f64]), second: (&str, &[f64]), seed: Seed) -> Option<Pair> {
    Some(Pair {
        first: first.0.to_owned(),
        second: second.0.to_owned(),
        dominance: Dominance::of(first.1, second.1, N_PERMUTATIONS, seed)?,
        adjusted: 1.0,
        ratio: ratio(first.1, second.1),
    })
}

/// For every data set and architecture with two adversarial losses or more: are they equal?
#[must_use]
pub fn equalities(study: &Study, seed: Seed) -> Vec<Equality> {
    let mut found: Vec<Equality> = Vec::new();
    for dataset in study.datasets() {
        for architecture in study.architectures() {
            found.extend(equality(study, &dataset, &architecture, seed));
        }
    }
    let p: Vec<f64> = found.iter().map(|one| one.p).collect();
    for (one, adjusted) in found.iter_mut().zip(holm::adjust(&p)) {
        one.adjusted = adjusted;
    }
    found
}

fn equality(study: &Study, dataset: &str, architecture: &str, seed: Seed) -> Option<Equality> {
    let (mut losses, mut cells) = (Vec::new(), Vec::new());
    for loss in study.losses() {
        let runs = study.cell(dataset, architecture, &loss);
        if !runs.is_empty() && !known::is_baseline(&loss) {
            losses.push(loss);
            cells.push(runs);
        }
    }
    let unit = unit_of(&cells);
    let values: Vec<Vec<f64>> = cells.iter().map(|runs| units(runs, unit)).collect();
    let groups: Vec<&[f64]> = values.iter().map(Vec::as_slice).collect();
    let test = KruskalWallis::of(&groups)?;
    let named: Vec<(&str, &[f64])> = losses
        .iter()
        .map(String::as_str)
        .zip(groups.iter().copied())
        .collect();
    let mut pairs: Vec<Pair> = Vec::new();
    for (at, first) in named.iter().enumerate() {
        let others = named.iter().skip(at + 1);
        pairs.extend(others.filter_map(|second| pair(*first, *second, seed)));
    }
    correct(&mut pairs);
    Some(Equality {
        dataset: dataset.to_owned(),
        architecture: architecture.to_owned(),
        n: groups.iter().map(|group| group.len()).collect(),
        unit,
        p: permutation_p(&groups, N_PERMUTATIONS, seed)?,
        adjusted: 1.0,
        test,
        pairs,
        losses,
    })
}

/// Every baseline against the adversarial losses of the same data set and architecture.
#[must_use]
pub fn levels(study: &Study, seed: Seed) -> Vec<Level> {
    let mut found = Vec::new();
    for dataset in study.datasets() {
        for architecture in study.architectures() {
            for loss in study.losses() {
                if known::is_baseline(&loss) {
                    found.extend(level(study, [&dataset, &architecture, &loss], seed));
                }
            }
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
    let mine = units(&mine, unit);
    let others: Vec<Vec<f64>> = adversarial.iter().map(|runs| units(runs, unit)).collect();
    let off: Vec<f64> = others.iter().flat_map(|one| deviations(one)).collect();
    Some(Level {
        dataset: dataset.clone(),
        architecture: architecture.clone(),
        baseline: baseline.clone(),
        level: Dominance::of(&mine, &others.concat(), N_PERMUTATIONS, seed)?,
        spread: Dominance::of(&deviations(&mine), &off, N_PERMUTATIONS, seed),
    })
}

/// Distances from the median of finite values, as in the test of Brown and Forsythe.
fn deviations(values: &[f64]) -> Vec<f64> {
    let finite: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    match median(&finite) {
        Some(middle) if finite.len() > 1 => finite.iter().map(|v| (v - middle).abs()).collect(),
        _ => Vec::new(),
    }
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
                    let [new, old] = cells.map(|runs| units(&runs, unit));
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
