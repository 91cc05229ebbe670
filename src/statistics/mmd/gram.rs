//! Sums over a Gram matrix that is never held whole.
//!
//! The matrix is cut into square tiles of a fixed size; a tile is one float64 product, the kernel over it, and its
//! sums. Tiles of one row run in parallel and are folded in order, so the bits are the same for any number of threads.

use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, Par};
use ndarray::{ArrayView2, Axis, Slice};
use rayon::prelude::*;

use super::members::Members;

/// Rows and columns of a tile.
const TILE: usize = 256;

/// Sums over the Gram matrix of a set with itself, without its diagonal.
#[derive(Debug, Clone, Default)]
pub(in crate::statistics) struct Within {
    /// Σ over j ≠ i of k(xi, xj).
    pub row_sums: Vec<f64>,
    /// Σ over i ≠ j of k².
    pub squares: f64,
    /// Σ k(xi, xi).
    pub diagonal: f64,
    /// Per subset: Σ over its pairs i ≠ j.
    pub subsets: Vec<f64>,
}

/// Sums over the Gram matrix of two sets.
#[derive(Debug, Clone, Default)]
pub(in crate::statistics) struct Between {
    /// Σ over j of k(xi, yj).
    pub row_sums: Vec<f64>,
    /// Σ over i of k(xi, yj).
    pub column_sums: Vec<f64>,
    /// Σ k².
    pub squares: f64,
    /// Per subset: Σ over its pairs.
    pub subsets: Vec<f64>,
}

/// What one tile adds.
struct Tile {
    row_sums: Vec<f64>,
    column_sums: Vec<f64>,
    squares: f64,
    diagonal: f64,
    subsets: Vec<f64>,
}

/// k(x, y) = (⟨x, y⟩ / d + 1)³.
fn kernel(product: f64, gamma: f64) -> f64 {
    let base = product * gamma + 1.0;
    base * base * base
}

/// Rows `start..start + TILE` as float64 columns `[d, rows]`.
fn block(samples: ArrayView2<'_, f32>, start: usize) -> Mat<f64> {
    let end = (start + TILE).min(samples.nrows());
    let rows = samples.slice_axis(Axis(0), Slice::from(start..end));
    let mut out = Mat::zeros(rows.ncols(), rows.nrows());
    for (i, row) in rows.rows().into_iter().enumerate() {
        for (slot, &value) in out.col_as_slice_mut(i).iter_mut().zip(row) {
            *slot = f64::from(value);
        }
    }
    out
}

/// The tile of `x` (rows) and `y` (columns). With `on_diagonal` both are the same samples: the diagonal is summed
/// apart and counts nowhere else.
fn tile(x: &Mat<f64>, y: &Mat<f64>, on_diagonal: bool, members: Option<[&Mat<f64>; 2]>) -> Tile {
    let gamma = 1.0 / x.nrows() as f64;
    let (rows, columns) = (x.ncols(), y.ncols());
    let mut gram = Mat::<f64>::zeros(rows, columns);
    matmul(
        gram.as_mut(),
        Accum::Replace,
        x.transpose(),
        y.as_ref(),
        1.0,
        Par::Seq,
    );
    let mut sums = Tile {
        row_sums: vec![0.0; rows],
        column_sums: vec![0.0; columns],
        squares: 0.0,
        diagonal: 0.0,
        subsets: Vec::new(),
    };
    for j in 0..columns {
        let column = gram.col_as_slice_mut(j);
        for value in column.iter_mut() {
            *value = kernel(*value, gamma);
        }
        if on_diagonal {
            sums.diagonal += column[j];
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
    if let Some([left, right]) = members {
        // Subset s sums Σij Lis Gij Rjs, which is column s of L against column s of G R.
        let mut halves = Mat::<f64>::zeros(rows, right.ncols());
        matmul(
            halves.as_mut(),
            Accum::Replace,
            gram.as_ref(),
            right.as_ref(),
            1.0,
            Par::Seq,
        );
        sums.subsets = (0..halves.ncols())
            .map(|s| {
                let pairs = left.col_as_slice(s).iter().zip(halves.col_as_slice(s));
                pairs.map(|(member, half)| member * half).sum()
            })
            .collect();
    }
    sums
}

fn add(into: &mut [f64], from: &[f64], weight: f64) {
    for (a, b) in into.iter_mut().zip(from) {
        *a += weight * b;
    }
}

/// Sums of `x` `[n, d]` with itself; of the subsets in `members` too, if given.
pub(super) fn within(x: ArrayView2<'_, f32>, members: Option<&Members>) -> Within {
    let n = x.nrows();
    let mut out = Within {
        row_sums: vec![0.0; n],
        subsets: vec![0.0; members.map_or(0, Members::n_subsets)],
        ..Within::default()
    };
    let starts: Vec<usize> = (0..n).step_by(TILE).collect();
    for (index, &first) in starts.iter().enumerate() {
        let left = block(x, first);
        let left_members = members.map(|m| m.block(first, left.ncols()));
        let tiles: Vec<Tile> = starts[index..]
            .par_iter()
            .map(|&second| {
                if second == first {
                    return tile(&left, &left, true, left_members.as_ref().map(|m| [m, m]));
                }
                let right = block(x, second);
                let right_members = members.map(|m| m.block(second, right.ncols()));
                let pair = left_members
                    .as_ref()
                    .zip(right_members.as_ref())
                    .map(|(a, b)| [a, b]);
                tile(&left, &right, false, pair)
            })
            .collect();
        for (&second, tile) in starts[index..].iter().zip(&tiles) {
            add(&mut out.row_sums[first..], &tile.row_sums, 1.0);
            let mut weight = 1.0;
            if second != first {
                add(&mut out.row_sums[second..], &tile.column_sums, 1.0);
                weight = 2.0;
            }
            out.squares += weight * tile.squares;
            out.diagonal += tile.diagonal;
            add(&mut out.subsets, &tile.subsets, weight);
        }
    }
    out
}

/// Sums of `x` `[n, d]` (rows) with `y` `[m, d]` (columns); of the subsets in `members` too, if given.
pub(super) fn between(
    x: ArrayView2<'_, f32>,
    y: ArrayView2<'_, f32>,
    members: Option<[&Members; 2]>,
) -> Between {
    let mut out = Between {
        row_sums: vec![0.0; x.nrows()],
        column_sums: vec![0.0; y.nrows()],
        subsets: vec![0.0; members.map_or(0, |[m, _]| m.n_subsets())],
        ..Between::default()
    };
    let starts: Vec<usize> = (0..y.nrows()).step_by(TILE).collect();
    for first in (0..x.nrows()).step_by(TILE) {
        let left = block(x, first);
        let left_members = members.map(|[m, _]| m.block(first, left.ncols()));
        let tiles: Vec<Tile> = starts
            .par_iter()
            .map(|&second| {
                let right = block(y, second);
                let right_members = members.map(|[_, m]| m.block(second, right.ncols()));
                let pair = left_members
                    .as_ref()
                    .zip(right_members.as_ref())
                    .map(|(a, b)| [a, b]);
                tile(&left, &right, false, pair)
            })
            .collect();
        for (&second, tile) in starts.iter().zip(&tiles) {
            add(&mut out.row_sums[first..], &tile.row_sums, 1.0);
            add(&mut out.column_sums[second..], &tile.column_sums, 1.0);
            out.squares += tile.squares;
            add(&mut out.subsets, &tile.subsets, 1.0);
        }
    }
    out
}
