//! Which hyper-parameter matters?

use super::super::runs::{Run, Study};
use super::super::scores::Measure;
use super::N_PERMUTATIONS;
use crate::rng::Seed;
use crate::statistics::holm;
use crate::statistics::kruskal_wallis::{KruskalWallis, midranks, permutation_p};
use std::collections::{BTreeMap, BTreeSet};

/// Values up to which each is a group of its own; numbers beyond are grouped by their quartiles, which shows effects that
/// rise and fall as well.
const FEW: usize = 5;

/// A hyper-parameter on a data set.
#[derive(Debug, Clone, PartialEq)]
pub struct Marginal {
    /// Data set.
    pub dataset: String,
    /// Its column.
    pub name: String,
    /// Runs that have it.
    pub n: usize,
    /// Groups of values compared.
    pub n_groups: usize,
    /// Share of the variance of ranks that lies between the groups.
    pub epsilon_squared: f64,
    /// p by permutation, after Holm's correction over all hyper-parameters and data sets.
    pub adjusted: f64,
}

/// For every data set and hyper-parameter of two values or more: Kruskal-Wallis between groups of its values. What is ranked
/// is the share of runs of the same loss and architecture that are better, so that a loss that has a hyper-parameter and is
/// good for another reason does not count; the largest effect comes first.
#[must_use]
pub fn marginals(study: &Study, seed: Seed) -> Vec<Marginal> {
    let names: BTreeSet<&String> = study
        .runs
        .iter()
        .flat_map(|run| run.last.settings.keys())
        .collect();
    let mut found = Vec::new();
    let mut p = Vec::new();
    for dataset in study.datasets() {
        for name in &names {
            if let Some((marginal, own)) = marginal(study, &dataset, name, seed) {
                found.push(marginal);
                p.push(own);
            }
        }
    }
    for (one, adjusted) in found.iter_mut().zip(holm::adjust(&p)) {
        one.adjusted = adjusted;
    }
    found.sort_by(|a, b| b.epsilon_squared.total_cmp(&a.epsilon_squared));
    found
}

fn marginal(study: &Study, dataset: &str, name: &str, seed: Seed) -> Option<(Marginal, f64)> {
    let mut cells: BTreeMap<(&str, &str), Vec<(&Run, &str)>> = BTreeMap::new();
    for run in study.on(dataset) {
        if let Some(value) = run.last.settings.get(name) {
            let cell = (run.last.loss.as_str(), run.last.architecture.as_str());
            cells.entry(cell).or_default().push((run, value));
        }
    }
    // A loss whose runs all have one value says nothing about others.
    cells.retain(|_, runs| {
        runs.iter()
            .any(|(_, value)| Some(value) != runs.first().map(|(_, v)| v))
    });
    let mut ranked: Vec<(&str, f64)> = Vec::new();
    for runs in cells.values() {
        let numbers: Vec<f64> = runs
            .iter()
            .map(|(run, _)| run.rankable(Measure::Fid))
            .collect();
        let ranks = midranks(&numbers).0;
        let n = ranks.len() as f64 + 1.0;
        ranked.extend(
            runs.iter()
                .zip(ranks)
                .map(|((_, value), rank)| (*value, rank / n)),
        );
    }
    let groups = grouped(&ranked);
    let groups: Vec<&[f64]> = groups.iter().map(Vec::as_slice).collect();
    let test = KruskalWallis::of(&groups)?;
    let marginal = Marginal {
        dataset: dataset.to_owned(),
        name: name.to_owned(),
        n: ranked.len(),
        n_groups: groups.len(),
        epsilon_squared: test.epsilon_squared,
        adjusted: 1.0,
    };
    Some((marginal, permutation_p(&groups, N_PERMUTATIONS / 4, seed)?))
}

/// The ranks by value, or by quartile of the value.
fn grouped(ranked: &[(&str, f64)]) -> Vec<Vec<f64>> {
    let values: BTreeSet<&str> = ranked.iter().map(|(value, _)| *value).collect();
    let numbers: Vec<f64> = ranked
        .iter()
        .filter_map(|(value, _)| value.parse().ok())
        .collect();
    if values.len() <= FEW || numbers.len() < ranked.len() {
        let of = |wanted: &&str| {
            ranked
                .iter()
                .filter(|(v, _)| v == wanted)
                .map(|(_, r)| *r)
                .collect()
        };
        return values.iter().map(of).collect();
    }
    let places = midranks(&numbers).0;
    let mut groups = vec![Vec::new(); 4];
    for ((_, rank), place) in ranked.iter().zip(places) {
        let quartile = (4.0 * (place - 0.5) / ranked.len() as f64) as usize;
        if let Some(group) = groups.get_mut(quartile.min(3)) {
            group.push(*rank);
        }
    }
    groups.retain(|group| !group.is_empty());
    groups
}
