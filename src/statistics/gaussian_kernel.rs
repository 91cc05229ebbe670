//! Sums over Gram matrices of the Gaussian kernel that are never held whole.
//!
//! What is summed is `e(x, y) = exp(−γ |x − y|²) − 1`, by `expm1`: where distances are small against the bandwidth (unit
//! rows under the CMMD's σ = 10) the kernel itself would lose four digits to its leading 1. `|x − y|²` is
//! `|x|² + |y|² − 2 ⟨x, y⟩` in float64, and `2 − 2 ⟨x, y⟩` for unit rows. Tiles of one row of tiles run in parallel and
//! are folded in order, so the bits are the same for any number of threads.

use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, Par};
use ndarray::{ArrayView2, Axis};
use rayon::prelude::*;

use super::linalg;
use super::mmd::gram::{Between, Within};

/// Rows and columns of a tile.
const TILE: usize = 256;

/// Samples `[n, d]` and the lengths of their rows.
#[derive(Debug, Clone)]
pub(super) struct Rows<'a> {
    samples: ArrayView2<'a, f32>,
    lengths: Vec<f64>,
    unit: bool,
}

/// One block of rows as columns `[d, rows]`, with their squared lengths.
struct Block {
    columns: Mat<f64>,
    squares: Vec<f64>,
}

impl<'a> Rows<'a> {
    /// The rows as they are.
    pub(super) fn plain(samples: ArrayView2<'a, f32>) -> Self {
        Self {
            samples,
            lengths: lengths(samples),
            unit: false,
        }
    }

    /// The rows divided by their lengths.
    ///
    /// # Errors
    /// The first row that is all zero and has no direction.
    pub(super) fn unit(samples: ArrayView2<'a, f32>) -> Result<Self, usize> {
        let lengths = lengths(samples);
        match lengths.iter().position(|length| *length == 0.0) {
            Some(row) => Err(row),
            None => Ok(Self {
                samples,
                lengths,
                unit: true,
            }),
        }
    }

    fn n(&self) -> usize {
        self.samples.nrows()
    }

    fn block(&self, start: usize) -> Block {
        let end = (start + TILE).min(self.n());
        let rows = self.samples.slice_axis(Axis(0), (start..end).into());
        let mut columns = linalg::columns(rows);
        let lengths = &self.lengths[start..end];
        if self.unit {
            for (i, length) in lengths.iter().enumerate() {
                for value in columns.col_as_slice_mut(i) {
                    *value /= length;
                }
            }
        }
        let square = |length: &f64| if self.unit { 1.0 } else { length * length };
        Block {
            columns,
            squares: lengths.iter().map(square).collect(),
        }
    }
}

fn lengths(samples: ArrayView2<'_, f32>) -> Vec<f64> {
    let square = |row: ndarray::ArrayView1<'_, f32>| -> f64 {
        row.iter().map(|&v| f64::from(v) * f64::from(v)).sum()
    };
    samples
        .rows()
        .into_iter()
        .map(|row| square(row).sqrt())
        .collect()
}

/// What one tile adds.
struct Tile {
    row_sums: Vec<f64>,
    column_sums: Vec<f64>,
    squares: f64,
}

/// The tile of `x` (rows) and `y` (columns); with `on_diagonal` they are the same samples, and pairs of a sample with
/// itself count nowhere.
fn tile(x: &Block, y: &Block, on_diagonal: bool, gamma: f64) -> Tile {
    let (rows, columns) = (x.columns.ncols(), y.columns.ncols());
    let mut products = Mat::<f64>::zeros(rows, columns);
    matmul(
        products.as_mut(),
        Accum::Replace,
        x.columns.transpose(),
        y.columns.as_ref(),
        1.0,
        Par::Seq,
    );
    let mut sums = Tile {
        row_sums: vec![0.0; rows],
        column_sums: vec![0.0; columns],
        squares: 0.0,
    };
    for j in 0..columns {
        let column = products.col_as_slice_mut(j);
        for (value, square) in column.iter_mut().zip(&x.squares) {
            let distance = square + y.squares[j] - 2.0 * *value;
            *value = (-gamma * distance.max(0.0)).exp_m1();
        }
        if on_diagonal {
            column[j] = 0.0;
        }
        let (mut total, mut squares) = (0.0, 0.0);
        for (value, row_sum) in column.iter().zip(&mut sums.row_sums) {
            *row_sum += value;
            total += value;
            squares += value * value;
        }
        sums.column_sums[j] = total;
        sums.squares += squares;
    }
    sums
}

fn add(into: &mut [f64], from: &[f64]) {
    for (a, b) in into.iter_mut().zip(from) {
        *a += b;
    }
}

/// Sums of e over all pairs of different rows of `x`.
pub(super) fn within(x: &Rows<'_>, gamma: f64) -> Within {
    let mut out = Within {
        row_sums: vec![0.0; x.n()],
        ..Within::default()
    };
    let starts: Vec<usize> = (0..x.n()).step_by(TILE).collect();
    for (index, &first) in starts.iter().enumerate() {
        let left = x.block(first);
        let tiles: Vec<Tile> = starts[index..]
            .par_iter()
            .map(|&second| {
                if second == first {
                    tile(&left, &left, true, gamma)
                } else {
                    tile(&left, &x.block(second), false, gamma)
                }
            })
            .collect();
        for (&second, tile) in starts[index..].iter().zip(&tiles) {
            add(&mut out.row_sums[first..], &tile.row_sums);
            let mut weight = 1.0;
            if second != first {
                add(&mut out.row_sums[second..], &tile.column_sums);
                weight = 2.0;
            }
            out.squares += weight * tile.squares;
        }
    }
    out
}

/// Sums of e over all pairs of a row of `x` and a row of `y`, which have the same number of columns.
pub(super) fn between(x: &Rows<'_>, y: &Rows<'_>, gamma: f64) -> Between {
    let mut out = Between {
        row_sums: vec![0.0; x.n()],
        column_sums: vec![0.0; y.n()],
        ..Between::default()
    };
    let starts: Vec<usize> = (0..y.n()).step_by(TILE).collect();
    for first in (0..x.n()).step_by(TILE) {
        let left = x.block(first);
        let tiles: Vec<Tile> = starts
            .par_iter()
            .map(|&second| tile(&left, &y.block(second), false, gamma))
            .collect();
        for (&second, tile) in starts.iter().zip(&tiles) {
            add(&mut out.row_sums[first..], &tile.row_sums);
            add(&mut out.column_sums[second..], &tile.column_sums);
            out.squares += tile.squares;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Seed;
    use ndarray::Array2;

    #[test]
    fn tiles_sum_what_the_whole_matrix_does() {
        let mut stream = Seed(1).stream("gaussian kernel test", 0);
        let x = Array2::from_shape_fn((300, 3), |_| stream.normal() as f32);
        let y = Array2::from_shape_fn((270, 3), |_| stream.normal() as f32);
        let e = |a: usize, b: usize, y: &Array2<f32>| {
            let square: f64 = (0..3)
                .map(|k| (f64::from(x[[a, k]]) - f64::from(y[[b, k]])).powi(2))
                .sum();
            (-0.3 * square).exp() - 1.0
        };
        let found = within(&Rows::plain(x.view()), 0.3);
        let want: f64 = (0..300).map(|j| e(290, j, &x)).sum();
        assert!((found.row_sums[290] - want).abs() < 1e-10);
        let found = between(&Rows::plain(x.view()), &Rows::plain(y.view()), 0.3);
        let want: f64 = (0..300).map(|i| e(i, 269, &y)).sum();
        assert!((found.column_sums[269] - want).abs() < 1e-10);
        let want: f64 = (0..300)
            .flat_map(|i| (0..270).map(move |j| (i, j)))
            .map(|(i, j)| e(i, j, &y).powi(2))
            .sum();
        assert!((found.squares - want).abs() < 1e-8);
    }

    #[test]
    fn a_row_of_zeros_has_no_direction() {
        let mut x = Array2::<f32>::ones((4, 2));
        assert!(Rows::unit(x.view()).is_ok());
        x.row_mut(2).fill(0.0);
        assert_eq!(Rows::unit(x.view()).unwrap_err(), 2);
    }
}
