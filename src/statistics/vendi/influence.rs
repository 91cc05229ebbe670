//! The standard error of a Vendi score, from the first and second derivative of a function of eigenvalues.

use faer::Mat;

use super::{Spectrum, score};
use crate::rng::Seed;
use crate::statistics::linalg;

/// Eigenvalues closer than this part of the larger count as equal in a divided difference.
const EQUAL: f64 = 1e-6;

impl Spectrum {
    /// Standard error of the score of `order`; `None` below 4 rows.
    ///
    /// The score is a function of the mean C of A = x xᵀ over unit rows. To first order a row moves it by
    /// φ(x) / n with φ its derivative in the direction x xᵀ − C; the infinitesimal jackknife is var φ / n. Of a variance
    /// V1 + V2 with V2 = 2 E h² / n² from the second-order kernel h(x, y), half the second derivative in the directions
    /// x xᵀ − C and y yᵀ − C, it estimates V1 + 2 V2. V2 is estimated on random pairs of rows and taken off again, but
    /// never more than half of the jackknife's variance, which is all of V2. Where the rows point everywhere alike, V1
    /// is 0.
    #[must_use]
    pub fn std_error(&self, order: f64, seed: Seed) -> Option<f64> {
        if self.n < 4 || self.coordinates.ncols() < 4 {
            return None;
        }
        let value = score(&self.values, order);
        let slopes = Slopes::new(&self.values, order);
        let first: Vec<f64> = (0..self.coordinates.ncols())
            .map(|i| slopes.first(self.coordinates.col_as_slice(i)))
            .collect();
        let n = self.n as f64;
        let jackknife = variance(&first) / n;
        let kernel = slopes.mean_square_second(&self.coordinates, &first, seed);
        let second_order = 2.0 * kernel / (n * n);
        Some(value * (jackknife - second_order.min(0.5 * jackknife)).sqrt())
    }
}

/// Derivatives of H = ln VS at diagonal C: `H'[A] = Σ si (Aii − λi)`, and
/// `H''[A, B] = Σij fij (A − C)ij (B − C)ij + c H'[A] H'[B]`.
struct Slopes<'a> {
    values: &'a [f64],
    diagonal: Vec<f64>,
    curvature: Mat<f64>,
    product: f64,
}

impl<'a> Slopes<'a> {
    fn new(values: &'a [f64], order: f64) -> Self {
        let k = values.len();
        let top = values.last().copied().unwrap_or(1.0);
        if order.is_infinite() {
            // H = −ln λ1: λ1' = A11, λ1'' = 2 Σk A1k B1k / (λ1 − λk).
            let mut curvature = Mat::zeros(k, k);
            for (j, value) in values.iter().enumerate().take(k.saturating_sub(1)) {
                let gap = (top - value).max(EQUAL * top);
                curvature[(j, k - 1)] = -1.0 / (top * gap);
                curvature[(k - 1, j)] = -1.0 / (top * gap);
            }
            let mut diagonal = vec![0.0; k];
            if let Some(last) = diagonal.last_mut() {
                *last = -1.0 / top;
            }
            return Self {
                values,
                diagonal,
                curvature,
                product: 1.0,
            };
        }
        // H = tr g(C) or ln tr g(C) / (1 − q), with g' = s up to a constant factor.
        let (slope, bend, product): (Box<dyn Fn(f64) -> f64>, Box<dyn Fn(f64) -> f64>, f64) =
            if order == 1.0 {
                (Box::new(|v: f64| -v.ln()), Box::new(|v: f64| -1.0 / v), 0.0)
            } else {
                let q = order;
                let sum: f64 = values.iter().map(|v| (v / top).powf(q)).sum();
                let scale = q / ((1.0 - q) * top * sum);
                (
                    Box::new(move |v: f64| scale * (v / top).powf(q - 1.0)),
                    Box::new(move |v: f64| scale * (q - 1.0) * (v / top).powf(q - 2.0) / top),
                    -(1.0 - q),
                )
            };
        let diagonal: Vec<f64> = values.iter().map(|v| slope(*v)).collect();
        let curvature = Mat::from_fn(k, k, |i, j| {
            let (a, b) = (values[i], values[j]);
            if (a - b).abs() <= EQUAL * a.max(b) {
                bend(0.5 * (a + b))
            } else {
                (diagonal[i] - diagonal[j]) / (a - b)
            }
        });
        Self {
            values,
            diagonal,
            curvature,
            product,
        }
    }

    /// H' of a row with these coordinates.
    fn first(&self, row: &[f64]) -> f64 {
        row.iter()
            .zip(self.diagonal.iter().zip(self.values))
            .map(|(x, (slope, value))| slope * (x * x - value))
            .sum()
    }

    /// E h² over random pairs of different rows, for h = (H'' + H' H') / 2, half of the second derivative of VS over VS.
    fn mean_square_second(&self, rows: &Mat<f64>, first: &[f64], seed: Seed) -> f64 {
        let n = rows.ncols();
        let order = seed.stream("vendi.pairs", 0).permutation(n);
        let partner = |i: usize| order[(i + 1) % n];
        let products = Mat::from_fn(rows.nrows(), n, |k, i| {
            rows[(k, order[i])] * rows[(k, partner(i))]
        });
        let images = linalg::product(self.curvature.as_ref(), products.as_ref());
        let bent: Vec<f64> = (0..self.values.len())
            .map(|k| self.curvature[(k, k)] * self.values[k])
            .collect();
        let constant: f64 = bent.iter().zip(self.values).map(|(b, v)| b * v).sum();
        let part = |i: usize| -> f64 {
            let row = rows.col_as_slice(i);
            row.iter().zip(&bent).map(|(x, b)| x * x * b).sum()
        };
        let sum: f64 = (0..n)
            .map(|i| {
                let (a, b) = (order[i], partner(i));
                let full: f64 = products
                    .col_as_slice(i)
                    .iter()
                    .zip(images.col_as_slice(i))
                    .map(|(x, y)| x * y)
                    .sum();
                let bilinear = full - part(a) - part(b) + constant;
                let h = 0.5 * (bilinear + (self.product + 1.0) * first[a] * first[b]);
                h * h
            })
            .sum();
        sum / n as f64
    }
}

fn variance(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (n - 1.0).max(1.0)
}
