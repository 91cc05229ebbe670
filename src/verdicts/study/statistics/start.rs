//! Which of two losses learns faster at the start?

use super::super::runs::{Run, Study};
use super::super::scores::Score;
use super::median;
use crate::statistics::holm;
use crate::statistics::signed_rank::SignedRank;

/// Two losses over the first steps, paired by seed.
#[derive(Debug, Clone, PartialEq)]
pub struct Start {
    /// Data set.
    pub dataset: String,
    /// Architecture.
    pub architecture: String,
    /// Both losses.
    pub losses: [String; 2],
    /// The last step that counts.
    pub until: u64,
    /// For each seed the mean log distance of the first loss less that of the second: positive where the first is behind.
    pub differences: Vec<f64>,
    /// Their test; `None` where no seed has both.
    pub test: Option<SignedRank>,
    /// Its p after Holm's correction over all data sets and architectures.
    pub adjusted: f64,
}

impl Start {
    /// The middle ratio of the first loss's distance to the second's (geometric mean over the first steps).
    #[must_use]
    pub fn ratio(&self) -> Option<f64> {
        median(&self.differences).map(f64::exp)
    }
}

/// The area under the log distance from the first look to step `until`, over its length, of both losses in every data set and
/// architecture that has both: the runs of `scores`, their looks in `curves`. A run that failed before its second look counts
/// as infinitely far; a seed for which both did so is left out.
#[must_use]
pub fn starts(
    scores: &Study,
    curves: &Study,
    [first, second]: [&str; 2],
    until: u64,
) -> Vec<Start> {
    let mut found: Vec<Start> = Vec::new();
    for dataset in scores.datasets() {
        for architecture in scores.architectures() {
            let a = scores.cell(&dataset, &architecture, first);
            let b = scores.cell(&dataset, &architecture, second);
            if a.is_empty() || b.is_empty() {
                continue;
            }
            let of = |run: &Run| level(run, curves, until);
            let difference = |run: &&Run| {
                let partner = b.iter().find(|other| is_same(&run.last, &other.last))?;
                let difference = of(run)? - of(partner)?;
                (!difference.is_nan()).then_some(difference)
            };
            let differences: Vec<f64> = a.iter().filter_map(difference).collect();
            found.push(Start {
                test: SignedRank::of(&differences),
                dataset: dataset.clone(),
                architecture,
                losses: [first, second].map(str::to_owned),
                until,
                differences,
                adjusted: 1.0,
            });
        }
    }
    let p_of = |one: &Start| one.test.as_ref().map_or(1.0, |test| test.p);
    let p: Vec<f64> = found.iter().map(p_of).collect();
    for (one, adjusted) in found.iter_mut().zip(holm::adjust(&p)) {
        one.adjusted = adjusted;
    }
    found
}

/// One seed of one configuration?
fn is_same(a: &Score, b: &Score) -> bool {
    (a.seed, a.sample) == (b.seed, b.sample)
}

/// Mean log distance of a run over the steps up to `until` (trapezoids between looks).
fn level(run: &Run, curves: &Study, until: u64) -> Option<f64> {
    let own = &run.last;
    let mine = curves.cell(&own.dataset, &own.architecture, &own.loss);
    let looks: Vec<(f64, f64)> = mine
        .iter()
        .filter(|curve| is_same(&curve.last, own))
        .flat_map(|curve| &curve.history)
        .filter(|(step, fid)| *step <= until && *fid > 0.0)
        .map(|(step, fid)| (*step as f64, fid.ln()))
        .collect();
    let pieces = looks.iter().zip(looks.iter().skip(1));
    let (area, length) = pieces.fold((0.0, 0.0), |(area, length), (a, b)| {
        let step = b.0 - a.0;
        (area + step * a.1.midpoint(b.1), length + step)
    });
    if length > 0.0 {
        Some(area / length)
    } else {
        run.fid().is_none().then_some(f64::INFINITY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdicts::study::claim::{Sign, Word};
    use crate::verdicts::study::scores::parse;

    /// Looks at 50, 100, 200 and 250 of a loss.
    fn rows(loss: &str, seed: i64, fids: [f64; 4]) -> String {
        let looks = [50, 100, 200, 250].into_iter().zip(fids);
        looks
            .map(|(step, fid)| format!("{loss},dcgan,m,{seed},{step},{fid},ok\n"))
            .collect()
    }

    fn curves(text: &str) -> Study {
        let text = format!("loss,architecture,dataset,seed,step,fid,status\n{text}");
        Study::of(&parse(text.as_bytes(), "t.csv").unwrap())
    }

    #[test]
    fn the_area_ends_at_the_step_and_trapezoids_weigh_by_their_length() {
        // Logs 2, 1, 0 at 50, 100, 200: (50 · 1.5 + 100 · 0.5) / 150 = 5/6; what comes after 200 does not count.
        let e = std::f64::consts::E;
        let study = curves(&rows("minimax", 0, [e * e, e, 1.0, 1e9]));
        let found = level(&study.runs[0], &study, 200).unwrap();
        assert!((found - 5.0 / 6.0).abs() < 1e-12, "{found}");
    }

    #[test]
    fn being_behind_on_every_seed_is_positive_and_rare() {
        let mut text = String::new();
        for seed in 0..7 {
            let x = 100.0 + seed as f64;
            text += &rows("minimax", seed, [2.0 * x; 4]);
            text += &rows("non_saturating", seed, [x; 4]);
        }
        let study = curves(&text);
        let found = &starts(&study, &study, ["minimax", "non_saturating"], 200)[0];
        assert!((found.ratio().unwrap() - 2.0).abs() < 1e-12);
        // 2 of 2^7 signs; one cell, so Holm changes nothing.
        assert_eq!(found.adjusted, 2.0 / 128.0);
        let effect = found.test.as_ref().unwrap().effect;
        assert_eq!(
            Word::of_test(effect, found.adjusted, Sign::Positive),
            Word::Holds
        );
        let turned = &starts(&study, &study, ["non_saturating", "minimax"], 200)[0];
        assert!(turned.ratio().unwrap() < 1.0);
    }

    #[test]
    fn a_run_that_failed_before_two_looks_is_infinitely_behind_and_one_without_a_partner_is_left_out()
     {
        let looks = rows("non_saturating", 0, [3.0; 4]) + &rows("minimax", 1, [3.0; 4]);
        let scores = curves(&format!("minimax,dcgan,m,0,60,,failed\n{looks}"));
        let found = &starts(&scores, &curves(&looks), ["minimax", "non_saturating"], 200)[0];
        assert_eq!(found.differences, [f64::INFINITY]);
    }
}
