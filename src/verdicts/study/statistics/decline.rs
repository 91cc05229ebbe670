//! How much does each loss lose with a worse architecture, seed by seed?

use super::super::runs::{Run, Study};
use super::{Pair, correct, median, pair};
use crate::rng::Seed;

/// One loss: its distance with the worse architecture over that with the better one.
#[derive(Debug, Clone, PartialEq)]
pub struct Decline {
    /// The loss.
    pub loss: String,
    /// For each seed the ratio; infinite where the run with the worse architecture failed.
    pub ratios: Vec<f64>,
    /// Seeds without a ratio, because the run with the better architecture failed or is not there.
    pub n_left_out: usize,
    /// Runs with the worse architecture that failed.
    pub n_failed: usize,
    /// Median distances, with the better architecture and with the worse one.
    pub medians: [Option<f64>; 2],
}

impl Decline {
    /// The middle ratio; infinite where half of the runs failed.
    #[must_use]
    pub fn median(&self) -> Option<f64> {
        median(&self.ratios)
    }
}

/// Losses that are said to bear a bad architecture, against losses that are said not to.
#[derive(Debug, Clone, PartialEq)]
pub struct Declines {
    /// Data set.
    pub dataset: String,
    /// Every loss, first those that bear it.
    pub losses: Vec<Decline>,
    /// Each of the first kind with each of the second: the ratios, so a negative δ means that the first loses less.
    pub pairs: Vec<Pair>,
}

/// On every data set, the distance with the architecture `to` over that with `from` of the losses `sturdy` against that of
/// the losses `plain`. Runs of one seed (and configuration) are divided by each other. p after Holm over the pairs of all
/// data sets.
#[must_use]
pub fn declines(
    study: &Study,
    [from, to]: [&str; 2],
    [sturdy, plain]: [&[&str]; 2],
    seed: Seed,
) -> Vec<Declines> {
    let mut found: Vec<Declines> = Vec::new();
    for dataset in study.datasets() {
        let of = |names: &[&str]| -> Vec<Decline> {
            let one = |name: &&str| decline(study, &dataset, [from, to], name);
            names.iter().filter_map(one).collect()
        };
        let (first, second) = (of(sturdy), of(plain));
        let mut pairs = Vec::new();
        for a in &first {
            let with = |b: &Decline| pair((&a.loss, &a.ratios), (&b.loss, &b.ratios), seed);
            pairs.extend(second.iter().filter_map(with));
        }
        found.push(Declines {
            dataset,
            losses: [first, second].concat(),
            pairs,
        });
    }
    let mut all: Vec<Pair> = found.iter().flat_map(|one| one.pairs.clone()).collect();
    correct(&mut all);
    let mut all = all.into_iter();
    for one in &mut found {
        one.pairs = all.by_ref().take(one.pairs.len()).collect();
    }
    found.retain(|one| !one.pairs.is_empty());
    found
}

fn decline(study: &Study, dataset: &str, [from, to]: [&str; 2], loss: &str) -> Option<Decline> {
    let (better, worse) = (
        study.cell(dataset, from, loss),
        study.cell(dataset, to, loss),
    );
    if better.is_empty() || worse.is_empty() {
        return None;
    }
    let same = |a: &Run, b: &Run| (a.last.seed, a.last.sample) == (b.last.seed, b.last.sample);
    let ratios: Vec<f64> = worse
        .iter()
        .filter_map(|run| {
            let partner = better.iter().find(|other| same(run, other))?;
            let below = partner.fid().filter(|fid| *fid > 0.0)?;
            Some(run.fid().map_or(f64::INFINITY, |fid| fid / below))
        })
        .collect();
    let middle = |runs: &[&Run]| {
        let fids: Vec<f64> = runs.iter().filter_map(|run| run.fid()).collect();
        median(&fids)
    };
    Some(Decline {
        loss: loss.to_owned(),
        n_left_out: worse.len() - ratios.len(),
        n_failed: worse.iter().filter(|run| run.fid().is_none()).count(),
        ratios,
        medians: [middle(&better), middle(&worse)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdicts::study::claim::{Sign, Word};
    use crate::verdicts::study::scores::parse;
    use std::fmt::Write as _;

    /// Seven seeds of each: the loss's own ratio, a little larger seed by seed; the seed in `failed` has no number there.
    fn table(ratios: [(&str, f64); 4], failed: Option<(&str, &str, i64)>) -> Study {
        let mut text = String::from("loss,architecture,dataset,seed,fid,status\n");
        for (loss, ratio) in ratios {
            for seed in 0..7 {
                let base = 10.0 + seed as f64;
                for (architecture, fid) in [
                    ("dcgan", base),
                    ("bad", base * (ratio + 0.01 * seed as f64)),
                ] {
                    let end = if failed == Some((loss, architecture, seed)) {
                        ",failed".to_owned()
                    } else {
                        format!("{fid},ok")
                    };
                    let _ = writeln!(text, "{loss},{architecture},m,{seed},{end}");
                }
            }
        }
        Study::of(&parse(text.as_bytes(), "t.csv").unwrap())
    }

    const SIDES: [&[&str]; 2] = [&["wgan_gp", "hinge"], &["minimax", "non_saturating"]];

    fn of(study: &Study) -> Declines {
        declines(study, ["dcgan", "bad"], SIDES, Seed(1)).remove(0)
    }

    #[test]
    fn ratios_are_of_one_seed_and_a_smaller_one_is_a_negative_delta() {
        let ratios = [
            ("wgan_gp", 1.5),
            ("hinge", 2.0),
            ("minimax", 5.0),
            ("non_saturating", 7.0),
        ];
        let found = of(&table(ratios, None));
        assert!((found.losses[0].ratios[3] - 1.53).abs() < 1e-12);
        assert!((found.losses[0].median().unwrap() - 1.53).abs() < 1e-12);
        let names: Vec<[&str; 2]> = found
            .pairs
            .iter()
            .map(|p| [p.first.as_str(), p.second.as_str()])
            .collect();
        assert_eq!(names[0], ["wgan_gp", "minimax"]);
        assert_eq!(names[3], ["hinge", "non_saturating"]);
        // Full separation of 7 and 7: p = 2 / 3432, times 4.
        for pair in &found.pairs {
            assert_eq!(pair.dominance.delta, -1.0);
            assert!((pair.adjusted - 8.0 / 3432.0).abs() < 1e-12);
            let word = Word::of_test(pair.dominance.delta, pair.adjusted, Sign::Negative);
            assert_eq!(word, Word::Holds);
        }
    }

    #[test]
    fn a_failure_with_the_worse_architecture_is_the_largest_ratio_and_with_the_better_one_none() {
        let ratios = [
            ("wgan_gp", 1.5),
            ("hinge", 2.0),
            ("minimax", 5.0),
            ("non_saturating", 7.0),
        ];
        let found = of(&table(ratios, Some(("wgan_gp", "bad", 2))));
        assert_eq!(found.losses[0].ratios[2], f64::INFINITY);
        assert_eq!(
            (found.losses[0].n_failed, found.losses[0].n_left_out),
            (1, 0)
        );
        // 6 seeds below all 7 of minimax, 1 above: δ = 1/7 − 6/7.
        assert!((found.pairs[0].dominance.delta + 5.0 / 7.0).abs() < 1e-12);
        let found = of(&table(ratios, Some(("wgan_gp", "dcgan", 2))));
        assert_eq!(found.losses[0].ratios.len(), 6);
        assert_eq!(
            (found.losses[0].n_failed, found.losses[0].n_left_out),
            (0, 1)
        );
    }
}
