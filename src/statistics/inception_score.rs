//! The Inception Score of class probabilities (Salimans et al. 2016).
//!
//! ```text
//! IS of a split = exp( 1/n Σi Σc pic (ln pic − ln qc) ),   q = mean of p over the split
//! ```
//! Natural logarithm, no epsilon: p·ln p is 0 at p = 0. Split s of S holds rows ⌊sN/S⌋ to ⌊(s+1)N/S⌋. All in float64,
//! log-softmax with the row's maximum taken off first.

use ndarray::{ArrayView1, ArrayView2};
use rayon::prelude::*;

use crate::error::{Error, Result};

/// What the rows of an array of class scores are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Before softmax.
    Logits,
    /// After softmax; rows are divided by their sum, which takes float32 rounding out.
    Probabilities,
}

/// An Inception Score.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// Mean over the splits.
    pub mean: f64,
    /// Population standard deviation over the splits (the "±" of most programs; 0 for one split).
    pub spread: f64,
    /// Standard error of the mean. A sample moves ln IS of its split of n by (KLi − mean KL) / n, as the derivative with
    /// respect to q vanishes; so SE(IS) = IS · sd(KL) / √n for a split, and splits are independent.
    pub std_error: f64,
    /// Score of each split.
    pub splits: Vec<f64>,
}

/// Scores `rows` `[n_samples, n_classes]`, taken in `order` (or as they are), in `n_splits` splits.
///
/// # Errors
/// Cannot tell: fewer rows than splits, or no split. Input: an order that is not one of all rows.
pub fn inception_score(
    rows: ArrayView2<'_, f32>,
    scale: Scale,
    n_splits: usize,
    order: Option<&[usize]>,
) -> Result<Score> {
    let n = rows.nrows();
    if n_splits == 0 || n < n_splits {
        return Err(Error::cannot_tell(format!(
            "{n} samples cannot be cut into {n_splits} splits"
        ))
        .mend("--set inception_score.n_splits=1, or give more images"));
    }
    if let Some(order) = order
        && (order.len() != n || order.iter().any(|&i| i >= n))
    {
        return Err(Error::input(format!(
            "the order of {n} rows holds {} indices",
            order.len()
        ))
        .mend("give a permutation of all rows"));
    }
    let row = |i: usize| rows.row(order.map_or(i, |order| order[i]));
    let parts: Vec<(f64, f64)> = (0..n_splits)
        .into_par_iter()
        .map(|s| {
            let range = s * n / n_splits..(s + 1) * n / n_splits;
            split(range.map(row), scale, rows.ncols())
        })
        .collect();
    let count = n_splits as f64;
    let mean = parts.iter().map(|part| part.0).sum::<f64>() / count;
    let spread = (parts
        .iter()
        .map(|part| (part.0 - mean) * (part.0 - mean))
        .sum::<f64>()
        / count)
        .sqrt();
    let squares: f64 = parts.iter().map(|part| part.1 * part.1).sum();
    Ok(Score {
        mean,
        spread,
        std_error: squares.sqrt() / count,
        splits: parts.iter().map(|part| part.0).collect(),
    })
}

/// Score of one split and its standard error.
fn split<'a>(
    rows: impl ExactSizeIterator<Item = ArrayView1<'a, f32>> + Clone,
    scale: Scale,
    n_classes: usize,
) -> (f64, f64) {
    let n = rows.len() as f64;
    let (mut p, mut log_p) = (vec![0.0; n_classes], vec![0.0; n_classes]);
    let mut q = vec![0.0; n_classes];
    for row in rows.clone() {
        probabilities(row, scale, &mut p, &mut log_p);
        for (sum, p) in q.iter_mut().zip(&p) {
            *sum += p;
        }
    }
    let log_q: Vec<f64> = q.iter().map(|sum| (sum / n).ln()).collect();
    let divergences: Vec<f64> = rows
        .map(|row| {
            probabilities(row, scale, &mut p, &mut log_p);
            let terms = p.iter().zip(&log_p).zip(&log_q);
            // A class that no row can have has ln q = −∞ and p = 0.
            terms
                .filter(|((p, _), _)| **p > 0.0)
                .map(|((p, log_p), log_q)| p * (log_p - log_q))
                .sum()
        })
        .collect();
    let mean = divergences.iter().sum::<f64>() / n;
    let squares: f64 = divergences.iter().map(|kl| (kl - mean) * (kl - mean)).sum();
    let score = mean.exp();
    (score, score * (squares / (n - 1.0).max(1.0) / n).sqrt())
}

/// p and ln p of one row.
pub(super) fn probabilities(
    row: ArrayView1<'_, f32>,
    scale: Scale,
    p: &mut [f64],
    log_p: &mut [f64],
) {
    let values = row.iter().map(|&value| f64::from(value));
    match scale {
        Scale::Logits => {
            let top = values.clone().fold(f64::NEG_INFINITY, f64::max);
            for ((value, p), log_p) in values.zip(p.iter_mut()).zip(log_p.iter_mut()) {
                *log_p = value - top;
                *p = log_p.exp();
            }
            let sum: f64 = p.iter().sum();
            let log_sum = sum.ln();
            for (p, log_p) in p.iter_mut().zip(log_p) {
                *p /= sum;
                *log_p -= log_sum;
            }
        }
        Scale::Probabilities => {
            let sum: f64 = values.clone().sum();
            for ((value, p), log_p) in values.zip(p).zip(log_p) {
                *p = value / sum;
                *log_p = p.ln();
            }
        }
    }
}
