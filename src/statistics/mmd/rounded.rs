//! Samples rounded once to 16-bit integers, whose inner products are then exact.
//!
//! With a common centre c, ⟨x, y⟩ = ⟨x − c, y − c⟩ + r(x) + r(y), where r(x) = ⟨x, c⟩ − ⟨c, c⟩ / 2 is a float64 number. Of
//! x − c every [`CHUNK`] dimensions are written as s · q with integers q and a step s, such that |q| is just below √2³¹: by
//! Cauchy's inequality no sum of products can then leave `i32`. Products of chunks are added in float32, in order.
//!
//! **Error.** A rounded value is off by at most s / 2, that is 1.1e-5 of its chunk's norm, and a sample x by at most
//! 1.8e-4 of |x − c| (root mean square 1e-4), in a direction that has nothing to do with the other samples. The estimate is
//! that of two sets whose samples were moved by a ten-thousandth of their spread. It differs from the float64 value by
//! about that part of its own standard error.
//!
//! **Why.** 16-bit products run at twice the rate of float32 and four times that of float64 on common processors, and the
//! bits are the same on all of them, which no floating-point product gives.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into `run` is compiled for the vector units found at run time"
)]

use ndarray::{ArrayView1, ArrayView2};
use rayon::prelude::*;

use super::gram::TILE;
use super::integer::{COLUMNS, Pair, PanelLine, ROWS, STEP, Unit, Work, dispatch, pair};
use super::products::{Products, square};

/// Dimensions with a common step.
const CHUNK: usize = 256;

/// Pairs of dimensions in a chunk.
const PAIRS: usize = CHUNK / 2;

const _: () = assert!(PAIRS.is_multiple_of(STEP));

/// Largest norm of a chunk before rounding, which moves it by at most √256 / 2 = 8: 46308² < 2³¹.
const LARGEST_NORM: f64 = 46300.0;

/// Largest size of a value whose products stay within float32's range.
const LARGEST_VALUE: f32 = 1e15;

/// Most samples that the centre is the mean of; it need not be exact.
const CENTRE_SAMPLES: usize = 1024;

/// A set of rounded samples.
pub(super) struct Rounded<'a> {
    samples: ArrayView2<'a, f32>,
    /// `[n_chunks, n, PAIRS]`.
    values: Vec<Pair>,
    /// The step s, `[n_chunks, n]`.
    steps: Vec<f32>,
    /// r(x), `[n]`.
    offsets: Vec<f64>,
}

/// Rounds two sets about a common centre; `None` where a value is too large for it.
pub(super) fn round_both<'a>(
    x: ArrayView2<'a, f32>,
    y: ArrayView2<'a, f32>,
) -> Option<[Rounded<'a>; 2]> {
    let small = |samples: ArrayView2<'_, f32>| samples.iter().all(|v| v.abs() <= LARGEST_VALUE);
    if !small(x) || !small(y) {
        return None;
    }
    let centre = centre(x, y);
    Some([Rounded::new(x, &centre), Rounded::new(y, &centre)])
}

/// The mean of some samples of both sets, spread over all of each.
fn centre(x: ArrayView2<'_, f32>, y: ArrayView2<'_, f32>) -> Vec<f32> {
    let mut sum = vec![0.0_f64; x.ncols()];
    let mut count = 0.0;
    for set in [x, y] {
        let step = set.nrows().div_ceil(CENTRE_SAMPLES).max(1);
        for row in set.rows().into_iter().step_by(step) {
            for (sum, &value) in sum.iter_mut().zip(row) {
                *sum += f64::from(value);
            }
            count += 1.0;
        }
    }
    sum.iter().map(|sum| (sum / count) as f32).collect()
}

impl<'a> Rounded<'a> {
    fn new(samples: ArrayView2<'a, f32>, centre: &[f32]) -> Self {
        let (n, n_chunks) = (samples.nrows(), centre.len().div_ceil(CHUNK));
        let mut values = vec![0; n_chunks * n * PAIRS];
        let mut steps = vec![0.0; n_chunks * n];
        for (chunk, (values, steps)) in values
            .chunks_mut(n * PAIRS)
            .zip(steps.chunks_mut(n))
            .enumerate()
        {
            let centre = &centre[chunk * CHUNK..centre.len().min((chunk + 1) * CHUNK)];
            values
                .par_chunks_mut(PAIRS)
                .zip(steps)
                .enumerate()
                .for_each(|(row, (values, step))| {
                    *step = round(samples.row(row), chunk, centre, values);
                });
        }
        let half: f64 = dot(centre.iter().copied().zip(centre.iter().copied())) / 2.0;
        let offsets = (0..n)
            .into_par_iter()
            .map(|row| dot(samples.row(row).iter().copied().zip(centre.iter().copied())) - half)
            .collect();
        Self {
            samples,
            values,
            steps,
            offsets,
        }
    }

    fn n_chunks(&self) -> usize {
        self.samples.ncols().div_ceil(CHUNK)
    }

    /// The integers of a sample in a chunk.
    fn row(&self, chunk: usize, row: usize) -> &[Pair] {
        let start = (chunk * self.n() + row) * PAIRS;
        &self.values[start..start + PAIRS]
    }

    fn step(&self, chunk: usize, row: usize) -> f32 {
        self.steps[chunk * self.n() + row]
    }
}

fn dot(pairs: impl Iterator<Item = (f32, f32)>) -> f64 {
    pairs.map(|(a, b)| f64::from(a) * f64::from(b)).sum()
}

/// Writes one chunk of x − c in integers and gives their step; 0 where the chunk is the centre's.
fn round(sample: ArrayView1<'_, f32>, chunk: usize, centre: &[f32], out: &mut [Pair]) -> f32 {
    let mut centred = [0.0_f32; CHUNK];
    for (slot, (value, centre)) in centred
        .iter_mut()
        .zip(sample.iter().skip(chunk * CHUNK).zip(centre))
    {
        *slot = value - centre;
    }
    let norm = dot(centred.iter().map(|&v| (v, v))).sqrt();
    let largest = centred.iter().fold(0.0_f32, |m, v| m.max(v.abs()));
    // Rounded up to float32, so that neither bound is crossed.
    let step = ((norm / LARGEST_NORM).max(f64::from(largest) / 32766.0) as f32).next_up();
    if largest == 0.0 || !step.is_normal() {
        return 0.0;
    }
    for (slot, pair_of) in out.iter_mut().zip(centred.chunks_exact(2)) {
        *slot = pair(nearest(pair_of[0] / step), nearest(pair_of[1] / step));
    }
    step
}

/// The nearest integer, ties to even, of a value below 2²² in size: adding 1.5 · 2²³ leaves no bit for a fraction.
fn nearest(value: f32) -> i16 {
    const SHIFT: f32 = 12_582_912.0;
    ((value + SHIFT) - SHIFT) as i16
}

/// Samples of a set as columns, [`COLUMNS`] side by side.
pub(super) struct Panels {
    /// `[n_chunks, n_panels, PAIRS]`.
    lines: Vec<PanelLine>,
    /// `[n_chunks, n_panels, COLUMNS]`.
    steps: Vec<[f32; COLUMNS]>,
    offsets: Vec<f64>,
}

impl Panels {
    fn n_panels(&self) -> usize {
        self.offsets.len().div_ceil(COLUMNS)
    }
}

impl Products for Rounded<'_> {
    type Block = Panels;

    fn n(&self) -> usize {
        self.samples.nrows()
    }

    fn n_dimensions(&self) -> usize {
        self.samples.ncols()
    }

    fn block(&self, start: usize) -> Panels {
        let len = TILE.min(self.n() - start);
        let panels: Vec<(usize, usize)> = (0..self.n_chunks())
            .flat_map(|chunk| (0..len.div_ceil(COLUMNS)).map(move |panel| (chunk, panel)))
            .collect();
        // Columns beyond the block stay zero.
        let columns = |panel: usize| {
            (0..COLUMNS.min(len - panel * COLUMNS)).map(move |c| (c, start + panel * COLUMNS + c))
        };
        let mut lines = vec![[0; COLUMNS]; panels.len() * PAIRS];
        lines
            .par_chunks_mut(PAIRS)
            .zip(&panels)
            .for_each(|(lines, &(chunk, panel))| {
                for (c, sample) in columns(panel) {
                    for (line, &value) in lines.iter_mut().zip(self.row(chunk, sample)) {
                        line[c] = value;
                    }
                }
            });
        let mut steps = vec![[0.0; COLUMNS]; panels.len()];
        for (steps, &(chunk, panel)) in steps.iter_mut().zip(&panels) {
            for (c, sample) in columns(panel) {
                steps[c] = self.step(chunk, sample);
            }
        }
        Panels {
            lines,
            steps,
            offsets: self.offsets[start..start + len].to_vec(),
        }
    }

    fn multiply(&self, start: usize, left: &Panels) -> Vec<f64> {
        let len = TILE.min(self.n() - start);
        let mut sums = vec![[0.0_f32; COLUMNS]; len * left.n_panels()];
        dispatch(Tile {
            left,
            right: self,
            start,
            sums: &mut sums,
        });
        let width = left.offsets.len();
        let mut out = Vec::with_capacity(len * width);
        for (line, offset) in sums
            .chunks(left.n_panels())
            .zip(&self.offsets[start..start + len])
        {
            let centred = line.as_flattened().iter().zip(&left.offsets);
            out.extend(centred.map(|(&sum, own)| f64::from(sum) + (own + offset)));
        }
        out
    }

    fn square(&self, sample: usize) -> f64 {
        square(self.samples, sample)
    }
}

/// ⟨x − c, y − c⟩ of a tile, as work for the vector units at hand.
struct Tile<'a, 'f> {
    left: &'a Panels,
    right: &'a Rounded<'f>,
    start: usize,
    /// `[samples of the right, n_panels]`.
    sums: &'a mut [[f32; COLUMNS]],
}

impl Work for Tile<'_, '_> {
    #[inline(always)]
    fn run<U: Unit>(self, unit: U) {
        let n_panels = self.left.n_panels();
        let len = self.sums.len() / n_panels;
        for chunk in 0..self.right.n_chunks() {
            for panel in 0..n_panels {
                let index = chunk * n_panels + panel;
                let lines = &self.left.lines[index * PAIRS..(index + 1) * PAIRS];
                let steps = &self.left.steps[index];
                for first in (0..len).step_by(ROWS) {
                    // Below the last sample, it is multiplied again and not counted.
                    let rows = std::array::from_fn(|r| {
                        self.right.row(chunk, self.start + (first + r).min(len - 1))
                    });
                    let dots = unit.dots(rows, lines);
                    for (r, dots) in dots.iter().enumerate().take(len - first) {
                        let step = self.right.step(chunk, self.start + first + r);
                        let sums = &mut self.sums[(first + r) * n_panels + panel];
                        unit.add_scaled(sums, dots, steps, step);
                    }
                }
            }
        }
    }
}
