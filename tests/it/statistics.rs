//! Moments, Fréchet distance, MMD² and Inception Score against golden values, closed forms, theory and simulation.

mod frechet;
mod inception_score;
mod mmd;
mod moments;
mod neighbors;
mod threads;
mod uncertainty;

use gavel::rng::Seed;
use gavel::statistics::frechet::Side;
use gavel::statistics::moments::Moments;
use ndarray::{Array2, ArrayView2, Axis, Slice};

/// Rounding of formula data to float32 moves a result by about this much.
pub const FLOAT32_INPUT: f64 = 1e-6;

/// Independent normal samples: column j has mean `shift` and standard deviation `scale / √(j + 1)`.
pub fn normal(seed: u64, n: usize, d: usize, shift: f64, scale: f64) -> Array2<f32> {
    let mut stream = Seed(seed).stream("statistics test", 0);
    Array2::from_shape_fn((n, d), |(_, j)| {
        let sigma = 1.0 / (j as f64 + 1.0).sqrt();
        (sigma * (shift + scale * stream.normal())) as f32
    })
}

/// Mean and covariance in float64 by the definition.
pub fn moments64(x: ArrayView2<'_, f64>) -> Moments {
    let n = x.nrows();
    let mean = x.mean_axis(Axis(0)).expect("rows");
    let centred = &x - &mean;
    let covariance = centred.t().dot(&centred) / (n as f64 - 1.0);
    Moments::from_parts(mean, covariance, Some(n as u64)).expect("moments")
}

/// Some rows of a matrix (the `s!` macro holds an `allow` that `forbid(unsafe_code)` refuses).
pub fn rows<T>(x: &Array2<T>, range: impl Into<Slice>) -> ArrayView2<'_, T> {
    x.slice_axis(Axis(0), range.into())
}

pub fn many(moments: &Moments) -> Side<'_> {
    Side::Many {
        moments,
        samples: None,
    }
}

pub fn deviation(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt()
}

pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}
