//! Rounded rows side by side, multiplied with others.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into `run` is compiled for the vector units found at run time"
)]

use rayon::prelude::*;

use super::PAIRS;
use super::kernel::{COLUMNS, Pair, ROWS, Unit, Work, dispatch};
use super::rows::Rows;

/// Rows of the right whose sums stay in the processor's cache from chunk to chunk.
const BAND: usize = 96;

const _: () = assert!(BAND.is_multiple_of(ROWS));

/// Some rows of a set as columns, [`COLUMNS`] side by side.
#[derive(Debug)]
pub(in crate::statistics) struct Panels {
    count: usize,
    /// `[n_chunks, n_panels, PAIRS]`.
    lines: Vec<[Pair; COLUMNS]>,
    /// `[n_chunks, n_panels, COLUMNS]`.
    steps: Vec<[f32; COLUMNS]>,
}

/// Products, a line for each row of the right.
#[derive(Debug)]
pub(in crate::statistics) struct Lines {
    n_panels: usize,
    values: Vec<[f32; COLUMNS]>,
}

impl Lines {
    /// The products of one row of the right with every row of the panels, and zeros up to a multiple of the panels' width.
    pub fn line(&self, at: usize) -> &[f32] {
        self.values[at * self.n_panels..(at + 1) * self.n_panels].as_flattened()
    }
}

impl Rows {
    /// The rows `start..start + len` as panels, multiplied by a power of two.
    pub fn panels(&self, start: usize, len: usize, factor: f32) -> Panels {
        let n_panels = len.div_ceil(COLUMNS);
        let places: Vec<(usize, usize)> = (0..self.n_chunks())
            .flat_map(|chunk| (0..n_panels).map(move |panel| (chunk, panel)))
            .collect();
        // Columns beyond the last row stay zero.
        let columns = |panel: usize| {
            (0..COLUMNS.min(len - panel * COLUMNS)).map(move |c| (c, start + panel * COLUMNS + c))
        };
        let mut lines = vec![[0; COLUMNS]; places.len() * PAIRS];
        lines
            .par_chunks_mut(PAIRS)
            .zip(&places)
            .for_each(|(lines, &(chunk, panel))| {
                for (c, row) in columns(panel) {
                    for (line, &value) in lines.iter_mut().zip(self.row(chunk, row)) {
                        line[c] = value;
                    }
                }
            });
        let mut steps = vec![[0.0; COLUMNS]; places.len()];
        for (steps, &(chunk, panel)) in steps.iter_mut().zip(&places) {
            for (c, row) in columns(panel) {
                steps[c] = self.step(chunk, row) * factor;
            }
        }
        Panels {
            count: n_panels,
            lines,
            steps,
        }
    }

    /// The products of the rows `start..start + len` with those of `left`, of as many dimensions, on one thread.
    pub fn multiply(&self, start: usize, len: usize, left: &Panels) -> Lines {
        let mut values = vec![[0.0_f32; COLUMNS]; len * left.count];
        dispatch(Tile {
            left,
            right: self,
            start,
            len,
            sums: &mut values,
        });
        Lines {
            n_panels: left.count,
            values,
        }
    }
}

/// The products of a tile, as work for the vector units at hand.
struct Tile<'a> {
    left: &'a Panels,
    right: &'a Rows,
    start: usize,
    len: usize,
    /// `[len, n_panels]`.
    sums: &'a mut [[f32; COLUMNS]],
}

impl Work for Tile<'_> {
    #[inline(always)]
    fn run<U: Unit>(self, unit: U) {
        let (n_panels, len) = (self.left.count, self.len);
        let (panels, _) = self.left.lines.as_chunks::<PAIRS>();
        for band in (0..len).step_by(BAND) {
            for chunk in 0..self.right.n_chunks() {
                for panel in 0..n_panels {
                    let index = chunk * n_panels + panel;
                    let lines = &panels[index][..self.right.n_pairs(chunk)];
                    let steps = &self.left.steps[index];
                    for first in (band..len.min(band + BAND)).step_by(ROWS) {
                        // Below the last row, it is multiplied again and not counted.
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Seed;

    #[test]
    fn products_keep_their_bound() {
        let (n, d) = (41, 700);
        let mut stream = Seed(9).stream("panels", 0);
        let x: Vec<f32> = (0..n * d)
            .map(|at| {
                let spread = [1.0, 1e-3, 50.0][at % 3];
                (spread * stream.normal()) as f32
            })
            .collect();
        let rows = Rows::new(n, d, |row, dimensions, out| {
            out.copy_from_slice(&x[row * d..][dimensions]);
        });
        let lines = rows.multiply(3, n - 3, &rows.panels(1, n - 1, 2.0));
        let dot = |i: usize, j: usize| -> f64 {
            let pairs = x[i * d..][..d].iter().zip(&x[j * d..]);
            pairs.map(|(&a, &b)| f64::from(a) * f64::from(b)).sum()
        };
        for j in 3..n {
            for i in 1..n {
                let (norm, other) = (dot(i, i).sqrt(), dot(j, j).sqrt());
                let [e, f] = [i, j].map(|row| rows.squared_residual(row).sqrt());
                let bound = e * other + norm * f + e * f;
                let gamma = 7.0 / 16_777_216.0;
                let bound = bound + gamma * (norm + e) * (other + f);
                let product = f64::from(lines.line(j - 3)[i - 1]);
                assert!((product / 2.0 - dot(i, j)).abs() <= bound, "{i} {j}");
            }
        }
    }
}
