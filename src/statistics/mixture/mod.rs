//! A mixture of Gaussians with one centre and one scalar variance for every generated sample (Jiralerspong et al. 2023).
//!
//! ```text
//! p(x) = 1/m Σj N(x; cj, σj² I),   log-likelihood of a row divided by d is reported with its sign turned: nll
//! ```
//! The log σj² are fitted to the training set by full-batch Adam (step 0.5, otherwise the defaults of Kingma and Ba), at
//! most 50 epochs, until the last five losses lie within 5e-4 of each other; they start at log((least |x − cj|² + 1e-3)/d)
//! and are held within ±40. During the fit a further Gaussian without weight sits on the mean of the fitted rows, its
//! squared distances times 0.81, and takes what no centre explains. All as in the program fld, in float64.
//!
//! Squared distances of the fitted rows to the centres do not change, so they are computed once and kept in float32:
//! 400 MB for 10,000 x 10,000. A distance of 0 (a copy) stays exactly 0.

mod adam;
mod rows;

use ndarray::Array2;
use rayon::prelude::*;

use adam::Adam;
pub use rows::{Rows, Scaling};

/// Epochs at most.
const EPOCHS: usize = 50;
/// Bound of the log variances.
const CLAMP: f64 = 40.0;
/// Added to the least squared distance of a centre before its first variance is taken of it.
const SOFTENING: f64 = 1e-3;
/// The extra Gaussian's squared distances are multiplied by it.
const ORIGIN_FACTOR: f64 = 0.81;
/// Losses that must agree, and how well, for an early end.
const PATIENCE: usize = 5;
const IMPROVEMENT: f64 = 5e-4;
/// Densities smaller than e^−50 of the row's largest change no sum that is looked at.
const NEGLIGIBLE: f64 = 50.0;
/// Rows whose gradients are summed by one job.
const BLOCK: usize = 64;

/// A fitted mixture.
pub struct Mixture {
    centres: rows::Columns,
    /// log σj².
    log_variances: Vec<f64>,
    /// Epochs that the fit took.
    pub n_epochs: usize,
}

/// Squared distances of the rows that a mixture is fitted to.
struct Table {
    /// `[n, m]`, row by row.
    squares: Vec<f32>,
    /// To the mean of the rows, times 0.81.
    origin: Vec<f64>,
    n_centres: usize,
    d: f64,
}

impl Mixture {
    /// Puts a Gaussian on every row of `centres` and fits the variances to `rows`. Both must have a row.
    #[must_use]
    pub fn fit(centres: &Rows<'_>, rows: &Rows<'_>) -> Self {
        let centres = centres.columns();
        let (table, least) = Table::of(&centres, rows);
        let d = table.d;
        let mut parameters: Vec<f64> = least
            .iter()
            .map(|square| ((square + SOFTENING) / d).ln())
            .chain([0.0])
            .collect();
        let mut adam = Adam::new(parameters.len());
        let mut losses: Vec<f64> = Vec::new();
        while losses.len() < EPOCHS {
            let (loss, gradient) = table.loss(&parameters);
            adam.step(&mut parameters, &gradient);
            let m = table.n_centres;
            for value in &mut parameters[..m] {
                *value = value.clamp(-CLAMP, CLAMP);
            }
            losses.push(loss);
            let recent = &losses[losses.len().saturating_sub(PATIENCE)..];
            // The seventh epoch is the first that may be the last.
            if losses.len() > PATIENCE + 1
                && recent
                    .iter()
                    .all(|other| (loss - other).abs() < IMPROVEMENT)
            {
                break;
            }
        }
        parameters.truncate(table.n_centres);
        Self {
            centres,
            log_variances: parameters,
            n_epochs: losses.len(),
        }
    }

    /// Number of centres.
    #[must_use]
    pub fn n_centres(&self) -> usize {
        self.log_variances.len()
    }

    /// For every row and every group of centres: log Σ over the group of N(x; cj, σj² I), `[n, n_groups]`. A group
    /// without centres has −∞.
    #[must_use]
    pub fn log_sums(&self, rows: &Rows<'_>, groups: &[usize], n_groups: usize) -> Array2<f64> {
        let (scales, offsets) = self.lines(rows.n_features() as f64);
        let blocks: Vec<Vec<f64>> = rows
            .par_blocks()
            .map(|block| {
                let squares = self.centres.squared_distances(&block);
                let mut out = Vec::with_capacity(block.n() * n_groups);
                for i in 0..block.n() {
                    let logs: Vec<f64> = squares
                        .col_as_slice(i)
                        .iter()
                        .zip(scales.iter().zip(&offsets))
                        .map(|(square, (scale, offset))| square * scale + offset)
                        .collect();
                    out.extend(grouped_log_sum(&logs, groups, n_groups));
                }
                out
            })
            .collect();
        Array2::from_shape_vec((rows.n(), n_groups), blocks.concat())
            .unwrap_or_else(|_| Array2::from_elem((0, n_groups), f64::NEG_INFINITY))
    }

    /// log N(x; cj, σj² I) = scale · |x − cj|² + offset.
    fn lines(&self, d: f64) -> (Vec<f64>, Vec<f64>) {
        self.log_variances.iter().map(|log| line(*log, d)).unzip()
    }
}

/// Scale and offset of a log density over squared distances.
fn line(log_variance: f64, d: f64) -> (f64, f64) {
    let normaliser = 0.5 * d * (log_variance + (2.0 * std::f64::consts::PI).ln());
    (-0.5 * (-log_variance).exp(), -normaliser)
}

/// log Σ exp for each group.
fn grouped_log_sum(logs: &[f64], groups: &[usize], n_groups: usize) -> Vec<f64> {
    let mut largest = vec![f64::NEG_INFINITY; n_groups];
    for (log, &group) in logs.iter().zip(groups) {
        largest[group] = largest[group].max(*log);
    }
    let mut sums = vec![0.0; n_groups];
    for (log, &group) in logs.iter().zip(groups) {
        let below = log - largest[group];
        if below > -NEGLIGIBLE {
            sums[group] += below.exp();
        }
    }
    largest
        .iter()
        .zip(&sums)
        .map(|(largest, sum)| largest + sum.ln())
        .collect()
}

impl Table {
    /// Distances of `rows` to `centres`, and for every centre the least of them.
    fn of(centres: &rows::Columns, rows: &Rows<'_>) -> (Self, Vec<f64>) {
        let m = centres.n();
        let mut squares = vec![0.0_f32; rows.n() * m];
        let minima: Vec<Vec<f64>> = rows
            .par_blocks()
            .zip(squares.par_chunks_mut(rows::BLOCK * m))
            .map(|(block, out)| {
                let found = centres.squared_distances(&block);
                let mut least = vec![f64::INFINITY; m];
                for (i, out) in out.chunks_mut(m).enumerate() {
                    for ((slot, least), &square) in
                        out.iter_mut().zip(&mut least).zip(found.col_as_slice(i))
                    {
                        // Absurd distances, out of a dimension with hardly any spread, stay numbers.
                        *slot = square.min(f64::from(f32::MAX)) as f32;
                        *least = least.min(square);
                    }
                }
                least
            })
            .collect();
        let least = minima
            .into_iter()
            .reduce(|a, b| a.iter().zip(&b).map(|(a, b)| a.min(*b)).collect());
        let table = Self {
            squares,
            origin: rows
                .squares_to_mean()
                .iter()
                .map(|s| ORIGIN_FACTOR * s)
                .collect(),
            n_centres: m,
            d: rows.n_features() as f64,
        };
        (table, least.unwrap_or_default())
    }

    /// −mean log p / d and its derivatives by the log variances, the extra Gaussian's last.
    fn loss(&self, parameters: &[f64]) -> (f64, Vec<f64>) {
        let weight = -(self.n_centres as f64).ln();
        let (scales, mut offsets): (Vec<f64>, Vec<f64>) =
            parameters.iter().map(|log| line(*log, self.d)).unzip();
        for offset in &mut offsets[..self.n_centres] {
            *offset += weight;
        }
        let parts: Vec<(f64, Vec<f64>)> = self
            .squares
            .par_chunks(BLOCK * self.n_centres)
            .zip(self.origin.par_chunks(BLOCK))
            .map(|(squares, origin)| self.part(squares, origin, &scales, &offsets))
            .collect();
        let mut loss = 0.0;
        let mut gradient = vec![0.0; parameters.len()];
        for (part, slopes) in parts {
            loss += part;
            for (sum, slope) in gradient.iter_mut().zip(slopes) {
                *sum += slope;
            }
        }
        let divisor = self.origin.len() as f64 * self.d;
        for slope in &mut gradient {
            *slope /= -divisor;
        }
        (-loss / divisor, gradient)
    }

    /// Σ log p over some rows, and its derivatives: by log σj², Σ rij (|x − cj|² / 2σj² − d/2) with the share rij of the
    /// j-th Gaussian in p(xi).
    fn part(
        &self,
        squares: &[f32],
        origin: &[f64],
        scales: &[f64],
        offsets: &[f64],
    ) -> (f64, Vec<f64>) {
        let mut gradient = vec![0.0; scales.len()];
        let mut logs = vec![0.0; scales.len()];
        let mut total = 0.0;
        for (row, origin) in squares.chunks(self.n_centres).zip(origin) {
            let all = row.iter().map(|&s| f64::from(s)).chain([*origin]);
            let mut largest = f64::NEG_INFINITY;
            for (((log, square), scale), offset) in
                logs.iter_mut().zip(all).zip(scales).zip(offsets)
            {
                *log = square * scale + offset;
                largest = largest.max(*log);
            }
            // The exponentials of what counts, by index.
            let heavy: Vec<(usize, f64)> = logs
                .iter()
                .enumerate()
                .filter(|(_, log)| **log - largest > -NEGLIGIBLE)
                .map(|(j, log)| (j, (log - largest).exp()))
                .collect();
            let sum: f64 = heavy.iter().map(|(_, share)| share).sum();
            total += largest + sum.ln();
            for (j, share) in heavy {
                let square = row.get(j).map_or(*origin, |&s| f64::from(s));
                gradient[j] += share / sum * (-square * scales[j] - 0.5 * self.d);
            }
        }
        (total, gradient)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn the_gradient_is_that_of_finite_differences() {
        let samples = array![[0.0_f32, 0.0], [1.0, 0.5], [2.0, -1.0], [0.3, 0.1]];
        let scaling = Scaling::none(2);
        let rows = Rows::new(samples.view(), None, &scaling);
        let few = [1, 3];
        let centres = Rows::new(samples.view(), Some(&few), &scaling).columns();
        let (table, least) = Table::of(&centres, &rows);
        assert_eq!(least, [0.0, 0.0]);
        let at = vec![-0.3, 0.4, 0.2];
        let (_, gradient) = table.loss(&at);
        for j in 0..3 {
            let moved = |by: f64| {
                let mut parameters = at.clone();
                parameters[j] += by;
                table.loss(&parameters).0
            };
            let slope = (moved(1e-5) - moved(-1e-5)) / 2e-5;
            assert!(
                (slope - gradient[j]).abs() < 1e-9,
                "{j}: {slope} {}",
                gradient[j]
            );
        }
    }

    #[test]
    fn a_single_gaussian_finds_the_variance_of_its_rows() {
        // Log density of a standard normal at distance 1 in one dimension: -1/2 - ln(2 pi)/2 = -1.4189.
        let (scale, offset) = line(0.0, 1.0);
        assert!((scale + offset + 1.418_938_533).abs() < 1e-9);
        let sums = grouped_log_sum(&[0.0, 0.0, -900.0], &[0, 0, 2], 4);
        assert!((sums[0] - 2.0_f64.ln()).abs() < 1e-15);
        assert_eq!(
            (sums[1], sums[2], sums[3]),
            (f64::NEG_INFINITY, -900.0, f64::NEG_INFINITY)
        );
    }
}
