//! Are the adversarial losses equal?

use super::super::known;
use super::super::runs::{Run, Study};
use super::super::scores::Measure;
use super::{N_PERMUTATIONS, Pair, Unit, correct, pair, unit_of, units};
use crate::rng::Seed;
use crate::statistics::holm;
use crate::statistics::kruskal_wallis::{KruskalWallis, permutation_p};

/// Are the adversarial losses equal, on one data set with one architecture?
#[derive(Debug, Clone, PartialEq)]
pub struct Equality {
    /// What is compared.
    pub measure: Measure,
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

/// For every data set and architecture with two adversarial losses or more: are they equal in this number? Data sets on
/// which no run has it are left out.
#[must_use]
pub fn equalities(study: &Study, measure: Measure, seed: Seed) -> Vec<Equality> {
    let mut found: Vec<Equality> = Vec::new();
    for dataset in study.datasets() {
        for architecture in study.architectures() {
            let place = [dataset.as_str(), architecture.as_str()];
            found.extend(equality(study, place, measure, seed));
        }
    }
    let p: Vec<f64> = found.iter().map(|one| one.p).collect();
    for (one, adjusted) in found.iter_mut().zip(holm::adjust(&p)) {
        one.adjusted = adjusted;
    }
    found
}

fn equality(
    study: &Study,
    [dataset, architecture]: [&str; 2],
    measure: Measure,
    seed: Seed,
) -> Option<Equality> {
    let (mut losses, mut cells) = (Vec::new(), Vec::new());
    for loss in study.losses() {
        let runs = study.cell(dataset, architecture, &loss);
        if !runs.is_empty() && !known::is_baseline(&loss) {
            losses.push(loss);
            cells.push(runs);
        }
    }
    let has_it = |run: &&Run| run.last.measure(measure).is_some();
    if !cells.iter().flatten().any(has_it) {
        return None;
    }
    let unit = unit_of(&cells);
    let values: Vec<Vec<f64>> = cells
        .iter()
        .map(|runs| units(runs, unit, measure))
        .collect();
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
        measure,
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
