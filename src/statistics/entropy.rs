//! The two entropies behind the Inception Score, kept apart: of each picture's class distribution, and of their mean.
//!
//! ```text
//! quality   = 1/n Σi H(pi),   H(p) = −Σc pc ln pc     how unsure the classifier is of single pictures
//! diversity = H(q),           q = 1/n Σi pi           how evenly the classes appear over the set
//! ```
//! Both in nats, from 0 to ln(n_classes). `exp(diversity − quality)` is the Inception Score of one split (Salimans et
//! al. 2016, arXiv:1606.03498), which is how both are held to published numbers. All in float64; blocks of rows are
//! computed in parallel and added in order.

use ndarray::{ArrayView2, Axis};
use rayon::prelude::*;

use super::estimate::ConfidenceInterval;
use super::inception_score::{Scale, probabilities};
use super::score_interval::score_interval;
use crate::rng::Seed;

/// Rows of one block.
const BLOCK: usize = 256;

/// For the second-order part of the diversity's error: how many other rows each row is multiplied with.
const PARTNERS: usize = 8;

/// The entropies of a set of class distributions.
#[derive(Debug, Clone, PartialEq)]
pub struct Entropies {
    /// H(pi) of every row.
    pub per_sample: Vec<f64>,
    /// q, the mean distribution.
    pub marginal: Vec<f64>,
    /// −Σc pic ln qc of every row; their mean is H(q).
    cross: Vec<f64>,
    /// Σc var(pc) / qc, the curvature of the entropy times the spread of the rows.
    curvature: f64,
    /// E[(Σc (pic − qc)(pjc − qc) / qc)²] over different rows i, j.
    squared_products: f64,
}

/// An entropy and what is known of its error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Entropy {
    /// In nats.
    pub value: f64,
    /// Standard error; `None` for one row.
    pub std_error: Option<f64>,
}

/// The entropy of a mean distribution and what is known of its error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Diversity {
    /// In nats.
    pub value: f64,
    /// Standard error and 95 % interval; `None` for one row.
    pub error: Option<(f64, ConfidenceInterval)>,
}

impl Entropies {
    /// Of the rows of `[n_samples, n_classes]`.
    #[must_use]
    pub fn of(rows: ArrayView2<'_, f32>, scale: Scale) -> Self {
        let (n, n_classes) = rows.dim();
        let blocks: Vec<Block> = rows
            .axis_chunks_iter(Axis(0), BLOCK)
            .into_par_iter()
            .map(|block| Block::of(block, scale))
            .collect();
        let mut marginal = vec![0.0; n_classes];
        let mut squares = vec![0.0; n_classes];
        let mut per_sample = Vec::with_capacity(n);
        for block in &blocks {
            add(&mut marginal, &block.sum);
            add(&mut squares, &block.squares);
            per_sample.extend_from_slice(&block.entropies);
        }
        let count = n as f64;
        for q in &mut marginal {
            *q /= count;
        }
        let curvature = marginal
            .iter()
            .zip(&squares)
            .filter(|(q, _)| **q > 0.0)
            .map(|(q, square)| (square / count - q * q).max(0.0) / q)
            .sum::<f64>()
            * count
            / (count - 1.0).max(1.0);
        Self {
            cross: cross(rows, scale, &marginal),
            squared_products: squared_products(rows, scale, &marginal),
            per_sample,
            marginal,
            curvature,
        }
    }

    /// The mean entropy of single rows; standard error: their standard deviation (ddof = 1) over √n.
    #[must_use]
    pub fn quality(&self) -> Entropy {
        let (value, variance) = mean_and_variance(&self.per_sample);
        Entropy {
            value,
            std_error: variance.map(|v| (v / self.per_sample.len() as f64).sqrt()),
        }
    }

    /// The entropy of the mean distribution.
    ///
    /// Standard error: to first order a row moves H(q) by (−Σc pic ln qc − H(q)) / n (influence function), with the
    /// variance v. Where all classes are equally frequent that vanishes, and the second order decides, with the variance
    /// `s = tr((HΣ)²) / 2`, H = diag(1/q) and Σ the covariance of q. So with D = ln(n_classes) − H(q), which chance alone
    /// brings to `c = tr(HΣ) / 2` (the bias), the variance at a true D is taken as `v (D − c) / D' + s`, D' being the D
    /// that was seen. The interval is a [`score_interval`] of D with that error.
    #[must_use]
    pub fn diversity(&self) -> Diversity {
        let n = self.cross.len() as f64;
        let (value, variance) = mean_and_variance(&self.cross);
        let largest = (self.marginal.len() as f64).ln();
        let (seen, chance) = ((largest - value).max(0.0), -self.diversity_bias());
        let second = self.squared_products / (n * n) / 2.0;
        let error = variance.map(|variance| {
            let slope = if seen > 0.0 { variance / n / seen } else { 0.0 };
            let error = |deficit: f64| (slope * (deficit - chance).max(0.0) + second).sqrt();
            let deficit = score_interval(seen, chance, error);
            let interval = ConfidenceInterval {
                lower: (largest - deficit.upper).max(0.0),
                upper: largest - deficit.lower,
                ..deficit
            };
            (error(seen), interval)
        });
        Diversity { value, error }
    }

    /// How much too small the diversity is at this n, to first order: `Σc var(pc) / qc / (2 n)` (Miller 1955 for counts).
    #[must_use]
    pub fn diversity_bias(&self) -> f64 {
        -self.curvature / (2.0 * self.cross.len() as f64)
    }

    /// The rows in order of their entropy, the surest first; ties by index.
    #[must_use]
    pub fn surest_first(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.per_sample.len()).collect();
        order.sort_by(|&a, &b| {
            self.per_sample[a]
                .total_cmp(&self.per_sample[b])
                .then(a.cmp(&b))
        });
        order
    }

    /// The largest share of one class in the mean distribution.
    #[must_use]
    pub fn largest_share(&self) -> f64 {
        self.marginal.iter().copied().fold(0.0, f64::max)
    }
}

/// What one block of rows adds.
struct Block {
    entropies: Vec<f64>,
    sum: Vec<f64>,
    squares: Vec<f64>,
}

impl Block {
    fn of(rows: ArrayView2<'_, f32>, scale: Scale) -> Self {
        let n_classes = rows.ncols();
        let (mut p, mut log_p) = (vec![0.0; n_classes], vec![0.0; n_classes]);
        let (mut sum, mut squares) = (vec![0.0; n_classes], vec![0.0; n_classes]);
        let mut entropies = Vec::with_capacity(rows.nrows());
        for row in rows.rows() {
            probabilities(row, scale, &mut p, &mut log_p);
            let terms = p.iter().zip(&log_p).filter(|(p, _)| **p > 0.0);
            // −0 and rounding below 0 would read as a negative entropy.
            entropies.push((-terms.map(|(p, log_p)| p * log_p).sum::<f64>()).max(0.0));
            add(&mut sum, &p);
            for (square, p) in squares.iter_mut().zip(&p) {
                *square += p * p;
            }
        }
        Self {
            entropies,
            sum,
            squares,
        }
    }
}

/// −Σc pic ln qc of every row.
fn cross(rows: ArrayView2<'_, f32>, scale: Scale, marginal: &[f64]) -> Vec<f64> {
    // A class that no row can have has ln q = −∞ and p = 0.
    let log_q: Vec<f64> = marginal
        .iter()
        .map(|&q| if q > 0.0 { q.ln() } else { 0.0 })
        .collect();
    rows.axis_iter(Axis(0))
        .into_par_iter()
        .map_init(
            || (vec![0.0; log_q.len()], vec![0.0; log_q.len()]),
            |(p, log_p), row| {
                probabilities(row, scale, p, log_p);
                (-p.iter().zip(&log_q).map(|(p, q)| p * q).sum::<f64>()).max(0.0)
            },
        )
        .collect()
}

/// The mean over pairs of different rows of `(Σc (pic − qc)(pjc − qc) / qc)²`, estimated from [`PARTNERS`] pairs a row.
/// Rows come in a drawn order: a set sorted by class has neighbours of the same class.
fn squared_products(rows: ArrayView2<'_, f32>, scale: Scale, marginal: &[f64]) -> f64 {
    let n = rows.nrows();
    let order = Seed::DEFAULT.stream("entropy partners", 0).permutation(n);
    let n_partners = PARTNERS.min(n.saturating_sub(1));
    if n_partners == 0 {
        return 0.0;
    }
    let n_classes = marginal.len();
    let products: Vec<f64> = (0..n)
        .into_par_iter()
        .map_init(
            || [(); 3].map(|()| vec![0.0; n_classes]),
            |[first, second, log_p], place| {
                probabilities(rows.row(order[place]), scale, first, log_p);
                (1..=n_partners)
                    .map(|step| {
                        probabilities(rows.row(order[(place + step) % n]), scale, second, log_p);
                        product(first, second, marginal).powi(2)
                    })
                    .sum()
            },
        )
        .collect();
    products.iter().sum::<f64>() / (n * n_partners) as f64
}

/// `Σc (ac − qc)(bc − qc) / qc`.
fn product(a: &[f64], b: &[f64], q: &[f64]) -> f64 {
    a.iter()
        .zip(b)
        .zip(q)
        .filter(|(_, q)| **q > 0.0)
        .map(|((a, b), q)| (a - q) * (b - q) / q)
        .sum()
}

fn add(sums: &mut [f64], values: &[f64]) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += value;
    }
}

/// Mean, and variance with ddof = 1 where there are two values.
fn mean_and_variance(values: &[f64]) -> (f64, Option<f64>) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|x| (x - mean).powi(2)).sum();
    (mean, (values.len() > 1).then(|| squares / (n - 1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::arr2;

    #[test]
    fn by_hand() {
        // Rows (1, 0) and (1/2, 1/2): H = 0 and ln 2; q = (3/4, 1/4), H(q) = 3/4 ln 4/3 + 1/4 ln 4 = 0.562335.
        let rows = arr2(&[[1.0_f32, 0.0], [0.5, 0.5]]);
        let entropies = Entropies::of(rows.view(), Scale::Probabilities);
        assert_eq!(entropies.per_sample[0], 0.0);
        assert!((entropies.per_sample[1] - 2.0_f64.ln()).abs() < 1e-15);
        assert!((entropies.quality().value - 2.0_f64.ln() / 2.0).abs() < 1e-15);
        let by_hand = 0.75 * (4.0_f64 / 3.0).ln() + 0.25 * 4.0_f64.ln();
        assert!((entropies.diversity().value - by_hand).abs() < 1e-15);
        // sd (ddof = 1) of 0 and ln 2 is ln 2 / √2; over √2 it is ln 2 / 2.
        assert!((entropies.quality().std_error.unwrap() - 2.0_f64.ln() / 2.0).abs() < 1e-15);
        // var(p) (ddof = 1) is 1/8 for both classes: (1/8 / (3/4) + 1/8 / (1/4)) / (2 · 2) = 1/6.
        assert!((entropies.diversity_bias() + 1.0 / 6.0).abs() < 1e-15);
        assert_eq!(entropies.surest_first(), [0, 1]);
        assert_eq!(entropies.largest_share(), 0.75);
    }

    #[test]
    fn one_row_and_equal_rows_are_defined() {
        let one = Entropies::of(arr2(&[[3.0_f32, 3.0]]).view(), Scale::Logits);
        assert!((one.diversity().value - 2.0_f64.ln()).abs() < 1e-15);
        assert_eq!(one.quality().std_error, None);
        let equal = Entropies::of(
            arr2(&[[1.0_f32, 0.0], [1.0, 0.0]]).view(),
            Scale::Probabilities,
        );
        assert_eq!(equal.diversity().value, 0.0);
        let (error, interval) = equal.diversity().error.unwrap();
        assert_eq!((error, interval.lower, interval.upper), (0.0, 0.0, 0.0));
        assert_eq!(equal.diversity_bias(), 0.0);
    }
}
