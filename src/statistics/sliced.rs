//! Sliced Wasserstein distances: sets are projected on many directions, where optimal transport is sorting (Rabin et al.
//! 2012, doi:10.1007/978-3-642-24785-9_37; Bonneel et al. 2015, doi:10.1007/s10851-014-0506-3).
//!
//! ```text
//! SW1 = mean over directions of W1(⟨u, x⟩, ⟨u, y⟩),   SW2 = (mean over directions of W2²)^½
//! ```
//! Sets of different sizes are compared by their quantile functions, whole and without resampling. For equal sizes that
//! is the mean over ranks of |x(i) − y(i)|^p.

mod transport;

use faer::Mat;
use ndarray::{Array2, ArrayView2, Axis};
use rayon::prelude::*;

use super::linalg;
use super::resample::{N_HALVES, members, std_error_of_pairs};
use crate::rng::Seed;
use transport::{Costs, transport};

/// Directions that are projected at once.
const DIRECTIONS: usize = 64;

/// Rows that are projected at once.
const ROWS: usize = 512;

/// Sliced distances.
#[derive(Debug, Clone, PartialEq)]
pub struct Sliced {
    /// Mean over the directions of W1.
    pub w1: f64,
    /// Mean over the directions of W2².
    pub w2_squared: f64,
    /// Standard error of `w2_squared` at these directions, where it was asked for and each side has 4 rows at least:
    /// halves of both sides and what they leave out, on shared projections ([`std_error_of_pairs`]).
    pub w2_squared_error: Option<f64>,
    /// W1 of each direction.
    pub each_w1: Vec<f64>,
    /// W2² of each direction.
    pub each_w2_squared: Vec<f64>,
}

/// Unit directions `[n, d]`: normal vectors by stream i of `name`, divided by their lengths.
#[must_use]
pub fn directions(n: usize, d: usize, seed: Seed, name: &str) -> Array2<f64> {
    let mut out = Array2::zeros((n, d));
    for (i, mut row) in out.rows_mut().into_iter().enumerate() {
        let mut stream = seed.stream(name, i as u64);
        row.mapv_inplace(|_: f64| stream.normal());
        let length = row.iter().map(|v| v * v).sum::<f64>().sqrt();
        // A length of 0 has no chance, but must not become NaN.
        if length > 0.0 {
            row.mapv_inplace(|v| v / length);
        }
    }
    out
}

/// The distances between the rows of `x` `[n, d]` and `y` `[m, d]` along `directions` `[k, d]`; with `halves` the
/// standard error too. All must have rows, and the same d.
#[must_use]
pub fn sliced(
    x: ArrayView2<'_, f32>,
    y: ArrayView2<'_, f32>,
    directions: ArrayView2<'_, f64>,
    halves: Option<Seed>,
) -> Sliced {
    let halves = halves
        .filter(|_| x.nrows() >= 4 && y.nrows() >= 4)
        .map(|seed| {
            [
                members(x.nrows(), seed, "sliced.reference"),
                members(y.nrows(), seed, "sliced.generated"),
            ]
        });
    let mut each = Vec::with_capacity(directions.nrows());
    for start in (0..directions.nrows()).step_by(DIRECTIONS) {
        let end = (start + DIRECTIONS).min(directions.nrows());
        let block = linalg::to_faer(directions.slice_axis(Axis(0), (start..end).into()));
        let (px, py) = (project(x, &block), project(y, &block));
        let found: Vec<Along> = (0..end - start)
            .into_par_iter()
            .map(|k| along(&px, &py, k, halves.as_ref()))
            .collect();
        each.extend(found);
    }
    let count = each.len() as f64;
    let mean = |part: &dyn Fn(&Along) -> f64| each.iter().map(part).sum::<f64>() / count;
    let pairs: Vec<(f64, f64)> = if halves.is_some() {
        (0..N_HALVES)
            .map(|b| (mean(&|a| a.halves[b].0), mean(&|a| a.halves[b].1)))
            .collect()
    } else {
        Vec::new()
    };
    Sliced {
        w1: mean(&|a| a.whole.w1),
        w2_squared: mean(&|a| a.whole.w2_squared),
        w2_squared_error: std_error_of_pairs(&pairs),
        each_w1: each.iter().map(|a| a.whole.w1).collect(),
        each_w2_squared: each.iter().map(|a| a.whole.w2_squared).collect(),
    }
}

/// What one direction gives.
struct Along {
    whole: Costs,
    /// W2² of each half, and of what it leaves out.
    halves: Vec<(f64, f64)>,
}

/// Coordinates of the rows along the directions, in blocks `[rows, directions]`.
fn project(samples: ArrayView2<'_, f32>, directions: &Mat<f64>) -> Vec<Mat<f64>> {
    let starts: Vec<usize> = (0..samples.nrows()).step_by(ROWS).collect();
    starts
        .into_par_iter()
        .map(|start| {
            let end = (start + ROWS).min(samples.nrows());
            let rows = linalg::columns(samples.slice_axis(Axis(0), (start..end).into()));
            linalg::product(rows.transpose(), directions.transpose())
        })
        .collect()
}

/// The coordinates along direction k with the halves that each row is in, sorted.
fn sorted(projected: &[Mat<f64>], k: usize, members: Option<&[u64]>) -> (Vec<f64>, Vec<u64>) {
    let values = projected
        .iter()
        .flat_map(|block| block.col_as_slice(k).iter().copied());
    let Some(members) = members else {
        let mut values: Vec<f64> = values.collect();
        values.sort_unstable_by(f64::total_cmp);
        return (values, Vec::new());
    };
    let mut pairs: Vec<(f64, u64)> = values.zip(members.iter().copied()).collect();
    // By value alone: which of two equal values comes first changes nothing.
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    pairs.into_iter().unzip()
}

fn along(x: &[Mat<f64>], y: &[Mat<f64>], k: usize, halves: Option<&[Vec<u64>; 2]>) -> Along {
    let (x, x_words) = sorted(x, k, halves.map(|[words, _]| words.as_slice()));
    let (y, y_words) = sorted(y, k, halves.map(|[_, words]| words.as_slice()));
    let mut parts = [Vec::new(), Vec::new(), Vec::new(), Vec::new()];
    let mut pair = |half: usize| {
        let [x_in, x_out, y_in, y_out] = &mut parts;
        divide(&x, &x_words, half, x_in, x_out);
        divide(&y, &y_words, half, y_in, y_out);
        let cost = |a: &[f64], b: &[f64]| transport(a, b).w2_squared;
        (cost(x_in, y_in), cost(x_out, y_out))
    };
    let n_halves = if halves.is_some() { N_HALVES } else { 0 };
    Along {
        halves: (0..n_halves).map(&mut pair).collect(),
        whole: transport(&x, &y),
    }
}

/// Values of the rows in a half, and of the others; both stay sorted.
fn divide(
    values: &[f64],
    words: &[u64],
    half: usize,
    inside: &mut Vec<f64>,
    outside: &mut Vec<f64>,
) {
    inside.clear();
    outside.clear();
    for (&value, word) in values.iter().zip(words) {
        if word >> half & 1 == 1 {
            inside.push(value);
        } else {
            outside.push(value);
        }
    }
}

/// The closed form that dgm-eval calls `sw_approx` (Nadjahi et al. 2021, arXiv:2106.15427):
/// `(|μx − μy|² / d + (√mx − √my)²)^½` with `mx = mean |x − μx|² / d`. It sees means and total variances alone.
#[must_use]
pub fn approximation(x: ArrayView2<'_, f32>, y: ArrayView2<'_, f32>) -> f64 {
    let d = x.ncols() as f64;
    let ((mean_x, spread_x), (mean_y, spread_y)) = (centre(x), centre(y));
    let shift: f64 = mean_x
        .iter()
        .zip(&mean_y)
        .map(|(a, b)| (a - b).powi(2))
        .sum();
    (shift / d + ((spread_x / d).sqrt() - (spread_y / d).sqrt()).powi(2)).sqrt()
}

/// Mean of the rows, and their mean squared distance from it.
fn centre(samples: ArrayView2<'_, f32>) -> (Vec<f64>, f64) {
    let n = samples.nrows() as f64;
    let mut mean = vec![0.0; samples.ncols()];
    for row in samples.rows() {
        for (sum, &value) in mean.iter_mut().zip(row) {
            *sum += f64::from(value);
        }
    }
    for sum in &mut mean {
        *sum /= n;
    }
    let squares: f64 = samples
        .rows()
        .into_iter()
        .map(|row| -> f64 {
            let shifts = row.iter().zip(&mean).map(|(&v, mean)| f64::from(v) - mean);
            shifts.map(|shift| shift * shift).sum()
        })
        .sum();
    (mean, squares / n)
}
