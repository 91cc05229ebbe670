//! How far do the distances of the losses overlap?

use super::super::known;
use super::super::runs::Study;
use super::super::scores::Measure;
use super::{Unit, unit_of, units};
use crate::rng::Seed;
use crate::statistics::bootstrap::Bootstrap;
use crate::statistics::mann_whitney::MannWhitney;

/// The overlap of two losses that differ by what is called a large effect from there on: 1 − 0.474 (Romano et al. 2006).
pub const LARGE_DIFFERENCE: f64 = 1.0 - 0.474;

/// Draws behind an interval.
const N_DRAWS: usize = 2_000;

/// The overlap of the adversarial losses on one data set with one architecture.
#[derive(Debug, Clone, PartialEq)]
pub struct Overlap {
    /// Data set.
    pub dataset: String,
    /// Architecture.
    pub architecture: String,
    /// The losses.
    pub losses: Vec<String>,
    /// What a unit is.
    pub unit: Unit,
    /// Units of each loss.
    pub n: Vec<usize>,
    /// For every two losses, by their places in `losses`: 1 − |δ|, from 0 (every run of one is better than every run of
    /// the other) to 1 (either is better as often).
    pub pairs: Vec<((usize, usize), f64)>,
    /// The mean over the pairs, with its interval within 0 and 1.
    pub mean: Bootstrap,
    /// Pairs whose boxes (from one quartile to the other, both included) have a point in common.
    pub n_boxes: usize,
}

/// Of every data set and architecture with two adversarial losses or more, two units or more in each. A failed run is larger
/// than every number.
#[must_use]
pub fn overlaps(study: &Study, seed: Seed) -> Vec<Overlap> {
    let mut found = Vec::new();
    for dataset in study.datasets() {
        for architecture in study.architectures() {
            found.extend(overlap(study, &dataset, &architecture, seed));
        }
    }
    found
}

fn overlap(study: &Study, dataset: &str, architecture: &str, seed: Seed) -> Option<Overlap> {
    let (mut losses, mut cells) = (Vec::new(), Vec::new());
    for loss in study.losses() {
        let runs = study.cell(dataset, architecture, &loss);
        if !runs.is_empty() && !known::is_baseline(&loss) {
            losses.push(loss);
            cells.push(runs);
        }
    }
    if losses.len() < 2 {
        return None;
    }
    let unit = unit_of(&cells);
    let values = cells.iter().map(|runs| units(runs, unit, Measure::Fid));
    let values: Vec<Vec<f64>> = values.collect();
    let mut mean = Bootstrap::of(&values, N_DRAWS, seed, mean_overlap)?;
    mean.corrected = mean.corrected.clamp(0.0, 1.0);
    mean.interval = mean.interval.within(0.0, 1.0);
    let boxes: Vec<[f64; 2]> = values.iter().filter_map(|one| quartiles(one)).collect();
    let meet = |&(a, b): &(usize, usize)| match (boxes.get(a), boxes.get(b)) {
        (Some([low, high]), Some([other_low, other_high])) => {
            low <= other_high && other_low <= high
        }
        _ => false,
    };
    Some(Overlap {
        dataset: dataset.to_owned(),
        architecture: architecture.to_owned(),
        unit,
        n: values.iter().map(Vec::len).collect(),
        pairs: each_two(losses.len())
            .filter_map(|(a, b)| Some(((a, b), of_two(values.get(a)?, values.get(b)?))))
            .collect(),
        mean,
        n_boxes: each_two(losses.len()).filter(meet).count(),
        losses,
    })
}

/// Every two of `n`.
fn each_two(n: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..n).flat_map(move |a| (a + 1..n).map(move |b| (a, b)))
}

/// 1 − |δ|.
fn of_two(a: &[f64], b: &[f64]) -> f64 {
    let share = MannWhitney::of(a, b).u / (a.len() * b.len()).max(1) as f64;
    1.0 - (2.0 * share - 1.0).abs()
}

fn mean_overlap(groups: &[Vec<f64>]) -> f64 {
    let pairs = each_two(groups.len());
    let all = pairs.filter_map(|(a, b)| Some(of_two(groups.get(a)?, groups.get(b)?)));
    let all: Vec<f64> = all.collect();
    all.iter().sum::<f64>() / all.len().max(1) as f64
}

/// The quartiles as box plots draw them (type 7 of Hyndman and Fan); infinity is a value.
fn quartiles(values: &[f64]) -> Option<[f64; 2]> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |share: f64| {
        let place = share * (sorted.len().checked_sub(1)? as f64);
        let low = *sorted.get(place.floor() as usize)?;
        let high = *sorted.get(place.ceil() as usize)?;
        Some(if low == high || place.fract() == 0.0 {
            low
        } else {
            low + (high - low) * place.fract()
        })
    };
    Some([at(0.25)?, at(0.75)?])
}

#[cfg(test)]
mod tests {
    use super::super::tests::study;
    use super::*;

    #[test]
    fn losses_without_overlap_have_none_and_alternating_ones_much() {
        // wgan 1 to 4 lies below minimax 11 to 14, and hinge 1.5 to 4.5 between the values of wgan: of the 16 pairs of
        // wgan and hinge wgan is larger in 1 + 2 + 3 = 6, so |δ| = (10 − 6) / 16 = 0.25. Mean of 0, 0, 0.75: 0.25.
        let mut rows: Vec<(&str, i64, Option<f64>)> = Vec::new();
        for i in 0..4 {
            let x = i as f64;
            rows.push(("wgan", i, Some(1.0 + x)));
            rows.push(("hinge", i, Some(1.5 + x)));
            rows.push(("minimax", i, Some(11.0 + x)));
        }
        let found = overlaps(&study(&rows), Seed(1));
        let one = &found[0];
        assert_eq!(one.losses, ["minimax", "wasserstein", "hinge"]);
        assert_eq!(one.pairs, [((0, 1), 0.0), ((0, 2), 0.0), ((1, 2), 0.75)]);
        assert!((one.mean.value - 0.25).abs() < 1e-12);
        assert!(one.mean.interval.lower <= 0.25 && one.mean.interval.upper < LARGE_DIFFERENCE);
        // Boxes of wgan (1.75 to 3.25) and hinge (2.25 to 3.75) meet, minimax (11.75 to 13.25) is alone.
        assert_eq!((one.n_boxes, one.n.as_slice()), (1, &[4, 4, 4][..]));
    }

    #[test]
    fn a_failed_run_is_above_every_number_and_baselines_are_not_asked() {
        // minimax: 2 and a failure; wgan: 1 and 3. minimax is larger in 2 > 1, failed > 1, failed > 3: 3 of 4, δ = 0.5.
        let rows = [
            ("minimax", 0, Some(2.0)),
            ("minimax", 1, None),
            ("wgan", 0, Some(1.0)),
            ("wgan", 1, Some(3.0)),
            ("vae", 0, Some(900.0)),
            ("vae", 1, Some(900.0)),
        ];
        let found = overlaps(&study(&rows), Seed(1));
        assert_eq!(found[0].losses, ["minimax", "wasserstein"]);
        assert_eq!(found[0].pairs, [((0, 1), 0.5)]);
    }

    #[test]
    fn quartiles_are_those_of_the_boxes_and_infinity_stays() {
        // numpy.quantile([1, 2, 3, 4], [.25, .75]) = 1.75, 3.25.
        assert_eq!(quartiles(&[4.0, 1.0, 3.0, 2.0]), Some([1.75, 3.25]));
        let infinity = f64::INFINITY;
        assert_eq!(
            quartiles(&[1.0, infinity, infinity]),
            Some([infinity, infinity])
        );
        assert_eq!(quartiles(&[1.0, 2.0, 3.0, 4.0, infinity]), Some([2.0, 4.0]));
        assert_eq!(quartiles(&[]), None);
    }
}
