//! Statistically different bins and the Jensen-Shannon divergence of two histograms (Richardson and Weiss 2018).
//!
//! ```text
//! bin k differs when the two-proportion z-test of its shares has p < 0.05;   NDB / K = share of bins that differ
//! JSD = ½ Σ p ln(p / m) + ½ Σ q ln(q / m),   m = (p + q) / 2,   in nats: 0 to ln 2
//! ```
//! No correction for many tests, as the program: where both sets have one distribution NDB / K is about 0.05.

use super::estimate::ConfidenceInterval;
use super::proportions::{power, two_proportion_z, two_sided_p, wilson};

/// Level of the test of one bin.
pub const ALPHA: f64 = 0.05;

/// The 97.5 % point of the standard normal distribution: |z| above it is p below 0.05.
const THRESHOLD: f64 = 1.959_963_984_540_054;

/// Counts of both sets in the same bins.
#[derive(Debug, Clone, PartialEq)]
pub struct Histograms {
    reference: Vec<f64>,
    generated: Vec<f64>,
}

/// NDB / K with what is known of its error.
#[derive(Debug, Clone, PartialEq)]
pub struct DifferentBins {
    /// NDB / K.
    pub share: f64,
    /// NDB.
    pub count: usize,
    /// z of each bin; above 0 where the reference has the larger share.
    pub z: Vec<f64>,
    /// Two-sided p-value of each bin.
    pub p_values: Vec<f64>,
    /// Standard error of the share (see [`Histograms::different_bins`]).
    pub std_error: f64,
    /// 95 % interval of the share.
    pub interval: ConfidenceInterval,
}

/// A Jensen-Shannon divergence with its standard error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Divergence {
    /// In nats.
    pub value: f64,
    /// Standard error (see [`Histograms::divergence`]).
    pub std_error: f64,
    /// (K − 1)/8 · (1/n + 1/m): what two sets of these sizes with one distribution have to expect.
    pub expected_if_equal: f64,
}

impl Histograms {
    /// Counts the labels of both sets in `n_bins` bins; labels beyond them are left out.
    #[must_use]
    pub fn of(reference: &[usize], generated: &[usize], n_bins: usize) -> Self {
        let count = |labels: &[usize]| {
            let mut counts = vec![0.0; n_bins];
            for &label in labels {
                if let Some(slot) = counts.get_mut(label) {
                    *slot += 1.0;
                }
            }
            counts
        };
        Self {
            reference: count(reference),
            generated: count(generated),
        }
    }

    /// Shares of the reference and of the generated set.
    #[must_use]
    pub fn shares(&self) -> [Vec<f64>; 2] {
        [&self.reference, &self.generated].map(|counts| {
            let n = total(counts);
            counts.iter().map(|count| count / n).collect()
        })
    }

    /// Which bins have different shares.
    ///
    /// The bins' z are nearly independent normal values of variance 1 around unknown ζ. With the distribution of ζ
    /// estimated from all z by maximum likelihood on a grid (Kiefer and Wolfowitz 1956; Koenker and Mizera 2014), a bin
    /// differs with probability π(ζ) and the variance of the share is the mean of π (1 − π) over that distribution,
    /// divided by K. The interval is Wilson's for as many equal trials as have this variance, so that it stays open at
    /// 0 and 1.
    #[must_use]
    pub fn different_bins(&self) -> DifferentBins {
        let (n, m) = (total(&self.reference), total(&self.generated));
        let [p, q] = self.shares();
        let z: Vec<f64> = p
            .iter()
            .zip(&q)
            .map(|(p, q)| two_proportion_z(*p, *q, n, m))
            .collect();
        let p_values: Vec<f64> = z.iter().map(|z| two_sided_p(*z)).collect();
        let count = p_values.iter().filter(|p| **p < ALPHA).count();
        let bins = z.len() as f64;
        let share = count as f64 / bins;
        let variance = mean_binary_variance(&z) / bins;
        let spread = share * (1.0 - share);
        let trials = if spread > 0.0 {
            (spread / variance).max(bins)
        } else {
            bins
        };
        DifferentBins {
            share,
            count,
            z,
            p_values,
            std_error: variance.sqrt(),
            interval: wilson(share, trials),
        }
    }

    /// The Jensen-Shannon divergence of the shares.
    ///
    /// The variance by the delta method, V = Σ over both sets of var(∂JSD) / n, counts the second-order part twice:
    /// near equality, where the gradient vanishes, V expects V1 + 2 V2 for a true variance of V1 + V2 with
    /// V2 = ½ tr (H Σ)², H the second derivatives and Σ the covariance of the shares. So V2 is taken off once, and the
    /// result is never below V2. Bins that were made of the reference itself follow it, so that both the divergence and
    /// its variance can lie below what independent counts would have: V2 is lowered with a divergence that is below its
    /// expectation.
    #[must_use]
    pub fn divergence(&self) -> Divergence {
        let (n, m) = (total(&self.reference), total(&self.generated));
        let [p, q] = self.shares();
        let value = jensen_shannon(&p, &q);
        let expected_if_equal = (p.len() as f64 - 1.0) / 8.0 * (1.0 / n + 1.0 / m);
        let second = self.second_order_variance() * (value / expected_if_equal).min(1.0);
        let first = gradient_variance(&p, &q) / n + gradient_variance(&q, &p) / m;
        Divergence {
            value,
            std_error: (first - second).max(second).sqrt(),
            expected_if_equal,
        }
    }

    /// ½ tr (H Σ)², with half a sample added to every bin so that empty ones have a variance.
    fn second_order_variance(&self) -> f64 {
        let sizes = [total(&self.reference), total(&self.generated)];
        let [p, q] = [&self.reference, &self.generated].map(|counts| {
            let n = total(counts) + 0.5 * counts.len() as f64;
            counts.iter().map(|c| (c + 0.5) / n).collect::<Vec<f64>>()
        });
        let hessian = |k: usize| {
            let middle = 0.5 * (p[k] + q[k]);
            [
                q[k] / (4.0 * middle * p[k]),
                -1.0 / (4.0 * middle),
                p[k] / (4.0 * middle * q[k]),
            ]
        };
        let covariance = |side: usize, k: usize, l: usize| {
            let shares = if side == 0 { &p } else { &q };
            let own = if k == l { shares[k] } else { 0.0 };
            (own - shares[k] * shares[l]) / sizes[side]
        };
        let mut trace = 0.0;
        for k in 0..p.len() {
            let at_k = hessian(k);
            for l in 0..p.len() {
                let at_l = hessian(l);
                let (cp, cq) = (covariance(0, k, l), covariance(1, k, l));
                trace += at_k[0] * at_l[0] * cp * cp
                    + 2.0 * at_k[1] * at_l[1] * cp * cq
                    + at_k[2] * at_l[2] * cq * cq;
            }
        }
        0.5 * trace
    }
}

fn total(counts: &[f64]) -> f64 {
    counts.iter().sum::<f64>().max(1.0)
}

/// The divergence of two distributions over the same bins, in nats.
#[must_use]
pub fn jensen_shannon(p: &[f64], q: &[f64]) -> f64 {
    let half = |p: &[f64], q: &[f64]| -> f64 {
        p.iter()
            .zip(q)
            .filter(|(p, _)| **p > 0.0)
            .map(|(p, q)| p * (2.0 * p / (p + q)).ln())
            .sum()
    };
    (0.5 * (half(p, q) + half(q, p))).clamp(0.0, std::f64::consts::LN_2)
}

/// Variance, over a sample of p, of ∂JSD/∂p = ½ ln (p / m).
fn gradient_variance(p: &[f64], q: &[f64]) -> f64 {
    let (mut mean, mut square) = (0.0, 0.0);
    for (p, q) in p.iter().zip(q).filter(|(p, _)| **p > 0.0) {
        let slope = 0.5 * (2.0 * p / (p + q)).ln();
        mean += p * slope;
        square += p * slope * slope;
    }
    (square - mean * mean).max(0.0)
}

/// The mean of π(ζ)(1 − π(ζ)) over the distribution of ζ that makes the |z| most likely.
fn mean_binary_variance(z: &[f64]) -> f64 {
    const STEP: f64 = 0.25;
    const POINTS: usize = 41;
    const ROUNDS: usize = 200;
    let grid: Vec<f64> = (0..POINTS).map(|i| STEP * i as f64).collect();
    let largest = grid[POINTS - 1];
    let density = |z: f64, at: f64| {
        let bell = |x: f64| (-0.5 * x * x).exp();
        bell(z - at) + bell(z + at)
    };
    let likelihoods: Vec<Vec<f64>> = z
        .iter()
        .map(|z| {
            grid.iter()
                .map(|at| density(z.abs().min(largest), *at))
                .collect()
        })
        .collect();
    let mut weights = vec![1.0 / POINTS as f64; POINTS];
    for _ in 0..ROUNDS {
        let mut next = vec![0.0; POINTS];
        for likelihood in &likelihoods {
            let sum: f64 = likelihood.iter().zip(&weights).map(|(l, w)| l * w).sum();
            for ((slot, l), w) in next.iter_mut().zip(likelihood).zip(&weights) {
                *slot += l * w / sum / z.len() as f64;
            }
        }
        weights = next;
    }
    grid.iter()
        .zip(&weights)
        .map(|(at, weight)| {
            let chance = power(*at, THRESHOLD);
            weight * chance * (1.0 - chance)
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Seed;

    #[test]
    fn divergences_of_equal_and_of_disjoint_histograms() {
        let equal = [0.2, 0.8];
        assert_eq!(jensen_shannon(&equal, &equal), 0.0);
        // Nothing in common: ln 2, whatever the shares.
        let apart = jensen_shannon(&[0.5, 0.5, 0.0], &[0.0, 0.0, 1.0]);
        assert!((apart - std::f64::consts::LN_2).abs() < 1e-15);
    }

    #[test]
    fn a_bin_that_the_reference_fills_more_has_a_positive_z() {
        let reference: Vec<usize> = (0..100).map(|i| usize::from(i >= 80)).collect();
        let generated: Vec<usize> = (0..100).map(|i| usize::from(i >= 50)).collect();
        let found = Histograms::of(&reference, &generated, 2).different_bins();
        // Shares 0.8 and 0.5, pooled 0.65: 0.3 / sqrt(0.65 * 0.35 / 50) = 4.447.
        assert!((found.z[0] - 4.447_5).abs() < 1e-4 && (found.z[1] + 4.447_5).abs() < 1e-4);
        assert_eq!((found.count, found.share), (2, 1.0));
        assert!(found.interval.lower < 1.0 && found.interval.upper == 1.0);
    }

    #[test]
    fn equal_sets_have_the_variance_of_a_binomial_share() {
        // 2000 standard normal z: nearly all of the distribution of ζ sits near 0, where π (1 - π) is 0.05 · 0.95.
        let mut stream = Seed(2).stream("bins", 0);
        let z: Vec<f64> = (0..2000).map(|_| stream.normal()).collect();
        let variance = mean_binary_variance(&z);
        assert!((variance / 0.0475 - 1.0).abs() < 0.25, "{variance}");
        // Bins that always differ have none.
        assert!(mean_binary_variance(&[9.0; 50]) < 1e-3);
    }

    #[test]
    fn the_divergence_has_its_expectation_and_its_error_under_equality() {
        let draws: Vec<Divergence> = (0..300)
            .map(|replicate| {
                let mut stream = Seed(4).stream("jsd", replicate);
                let mut labels = |n: usize| (0..n).map(|_| stream.below(20)).collect::<Vec<_>>();
                let (reference, generated) = (labels(800), labels(400));
                Histograms::of(&reference, &generated, 20).divergence()
            })
            .collect();
        let values: Vec<f64> = draws.iter().map(|d| d.value).collect();
        let mean = values.iter().sum::<f64>() / 300.0;
        let sd = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / 299.0).sqrt();
        let error = draws.iter().map(|d| d.std_error).sum::<f64>() / 300.0;
        // 300 replicates know the mean within 2 % and the spread within 4 %.
        assert!(
            (mean / draws[0].expected_if_equal - 1.0).abs() < 0.06,
            "{mean}"
        );
        assert!((error / sd - 1.0).abs() < 0.15, "{error} against {sd}");
    }
}
