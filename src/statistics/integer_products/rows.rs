//! Rows rounded to integers.

use std::ops::Range;

use rayon::prelude::*;

use super::kernel::{Pair, RowChunk, halves, pair};
use super::{CHUNK, PAIRS};

/// Largest norm of a chunk before rounding, which moves it by at most √256 / 2 = 8: 46308² < 2³¹.
const LARGEST_NORM: f64 = 46300.0;

/// Values summed side by side.
const LANES: usize = 8;

/// A set of rounded rows.
#[derive(Debug, Default)]
pub(in crate::statistics) struct Rows {
    n: usize,
    n_dimensions: usize,
    n_chunks: usize,
    /// `[n_chunks, n]`.
    values: Vec<RowChunk>,
    /// The step s, `[n_chunks, n]`.
    steps: Vec<f32>,
    /// E(x)², `[n]`.
    squared_residuals: Vec<f64>,
}

impl Rows {
    /// `n` rows of `n_dimensions`, of which `fill(row, dimensions, out)` writes a part.
    pub fn new(
        n: usize,
        n_dimensions: usize,
        fill: impl Fn(usize, Range<usize>, &mut [f32]) + Sync,
    ) -> Self {
        let n_chunks = n_dimensions.div_ceil(CHUNK);
        let mut values = vec![[0; PAIRS]; n_chunks * n];
        let mut steps = vec![0.0; n_chunks * n];
        let mut squared_residuals = vec![0.0; n];
        for (chunk, (values, steps)) in values
            .chunks_mut(n.max(1))
            .zip(steps.chunks_mut(n.max(1)))
            .enumerate()
        {
            let dimensions = chunk * CHUNK..n_dimensions.min((chunk + 1) * CHUNK);
            values
                .par_iter_mut()
                .zip(steps)
                .zip(&mut squared_residuals)
                .enumerate()
                .for_each(|(row, ((values, step), squared_residual))| {
                    let mut given = [0.0; CHUNK];
                    fill(row, dimensions.clone(), &mut given[..dimensions.len()]);
                    *step = round(&given, values);
                    *squared_residual += squared_difference(&given, values, *step);
                });
        }
        Self {
            n,
            n_dimensions,
            n_chunks,
            values,
            steps,
            squared_residuals,
        }
    }

    /// Number of chunks; 0 where nothing is rounded.
    pub fn n_chunks(&self) -> usize {
        self.n_chunks
    }

    /// Pairs of dimensions in a chunk that may differ from 0.
    pub(super) fn n_pairs(&self, chunk: usize) -> usize {
        let left = self.n_dimensions.saturating_sub(chunk * CHUNK);
        left.div_ceil(2).min(PAIRS)
    }

    /// E(x)², measured in float64.
    pub fn squared_residual(&self, row: usize) -> f64 {
        self.squared_residuals[row]
    }

    /// The integers of a row in a chunk.
    pub(super) fn row(&self, chunk: usize, row: usize) -> &RowChunk {
        &self.values[chunk * self.n + row]
    }

    /// The step of a row in a chunk.
    pub(super) fn step(&self, chunk: usize, row: usize) -> f32 {
        self.steps[chunk * self.n + row]
    }
}

/// Writes one chunk in integers and gives their step; 0 where the chunk is 0 or too small for a step.
fn round(given: &[f32; CHUNK], out: &mut [Pair]) -> f32 {
    let (mut squares, mut sizes) = ([0.0; LANES], [0.0_f32; LANES]);
    for values in given.as_chunks::<LANES>().0 {
        for (lane, value) in values.iter().enumerate() {
            squares[lane] += f64::from(*value) * f64::from(*value);
            sizes[lane] = sizes[lane].max(value.abs());
        }
    }
    let norm = squares.iter().sum::<f64>().sqrt();
    let largest = sizes.into_iter().fold(0.0, f32::max);
    // Rounded up to float32, so that neither bound is crossed.
    let step = ((norm / LARGEST_NORM).max(f64::from(largest) / 32766.0) as f32).next_up();
    if largest == 0.0 || !step.is_normal() {
        return 0.0;
    }
    for (slot, pair_of) in out.iter_mut().zip(given.chunks_exact(2)) {
        *slot = pair(nearest(pair_of[0] / step), nearest(pair_of[1] / step));
    }
    step
}

/// The nearest integer, ties to even, of a value below 2²² in size: adding 1.5 · 2²³ leaves no bit for a fraction.
fn nearest(value: f32) -> i16 {
    const SHIFT: f32 = 12_582_912.0;
    ((value + SHIFT) - SHIFT) as i16
}

/// Σ (given − s q)²; the terms are exact to float64.
fn squared_difference(given: &[f32; CHUNK], rounded: &[Pair], step: f32) -> f64 {
    let step = f64::from(step);
    let mut sums = [0.0; LANES];
    let both = given.as_chunks::<LANES>().0.iter();
    for (given, pairs) in both.zip(rounded.as_chunks::<{ LANES / 2 }>().0) {
        for (at, given) in given.iter().enumerate() {
            let rounded = halves(pairs[at / 2])[at % 2];
            let difference = f64::from(*given) - f64::from(rounded) * step;
            sums[at] += difference * difference;
        }
    }
    sums.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Seed;

    #[test]
    fn residuals_are_small_parts_of_rows_and_a_vanishing_chunk_is_its_own() {
        let mut stream = Seed(8).stream("rounded rows", 0);
        let mut x: Vec<f32> = (0..3 * 300).map(|_| stream.normal() as f32).collect();
        // A dimension that stands out, and a row below every step.
        x[300] = 1e4;
        x[600..].fill(1e-36);
        let rows = Rows::new(3, 300, |row, dimensions, out| {
            out.copy_from_slice(&x[row * 300..][dimensions]);
        });
        for (row, part) in [(0, 1.8e-4), (1, 2.5e-4), (2, 1.0)] {
            let norm: f64 = x[row * 300..][..300]
                .iter()
                .map(|&v| f64::from(v).powi(2))
                .sum();
            let residual = rows.squared_residual(row);
            assert!(residual > 0.0 && residual <= part * part * norm * (1.0 + 1e-12));
        }
    }
}
