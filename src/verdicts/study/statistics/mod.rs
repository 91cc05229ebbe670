//! What can be said of the differences in a study, and how surely.
//!
//! A *unit* is what is exchanged between losses: a configuration where a search has several (the median over its seeds, so
//! that many seeds of one configuration do not count as many configurations), a seed where it has one. A failed run ranks
//! behind every number. All tests are on ranks, so they hold whatever the distances' distribution is.

mod best;
mod change;
mod decline;
mod equality;
mod factors;
mod level;
mod marginals;
mod overlap;
mod start;
mod trade;

pub use best::{Best, best};
pub use change::{Change, changes};
pub use decline::{Decline, Declines, declines};
pub use equality::{Equality, equalities};
pub use factors::{Factors, factors};
pub use level::{Level, deviations, levels};
pub use marginals::{Marginal, marginals};
pub use overlap::{LARGE_DIFFERENCE, Overlap, overlaps};
pub use start::{Start, starts};
pub use trade::{Trade, trades};

use super::runs::Run;
use super::scores::Measure;
use crate::rng::Seed;
use crate::statistics::dominance::Dominance;
use crate::statistics::holm;
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
fn units(runs: &[&Run], unit: Unit, measure: Measure) -> Vec<f64> {
    if unit == Unit::Seed {
        return runs.iter().map(|run| run.rankable(measure)).collect();
    }
    by_configuration(runs)
        .values()
        .filter_map(|seeds| {
            median(
                &seeds
                    .iter()
                    .map(|r| r.rankable(measure))
                    .collect::<Vec<_>>(),
            )
        })
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

#[cfg(test)]
mod tests {
    use super::super::scores::parse;
    use crate::verdicts::study::runs::Study;
    use std::fmt::Write as _;

    /// Configurations on one data set with one architecture: loss, number, distance or failure.
    pub(super) fn study(rows: &[(&str, i64, Option<f64>)]) -> Study {
        let mut text = String::from("loss,architecture,dataset,sample_id,fid,status,beta1\n");
        for (loss, sample, fid) in rows {
            let end = fid.map_or_else(|| ",failed".to_owned(), |fid| format!("{fid},ok"));
            let _ = writeln!(text, "{loss},mlp,m,{sample},{end},0.{sample}");
        }
        Study::of(&parse(text.as_bytes(), "t.csv").unwrap())
    }
}
