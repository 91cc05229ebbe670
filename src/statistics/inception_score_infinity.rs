//! The Inception Score extrapolated to infinitely many samples (Chong and Forsyth 2020, arXiv:1911.07023).

use ndarray::ArrayView2;
use rayon::prelude::*;

use super::extrapolation::{line, weights};
use super::inception_score::{Scale, probabilities};

/// Rows of one block.
const BLOCK: usize = 256;

/// An Inception Score at 1 / n = 0.
#[derive(Debug, Clone, PartialEq)]
pub struct Infinity {
    /// The intercept.
    pub value: f64,
    /// Score per 1 / n: the bias of n samples is `slope / n`.
    pub slope: f64,
    /// The score of each subset, one split each.
    pub points: Vec<f64>,
    /// Standard error: a sample moves the score of a subset of n by `IS (KL(x) − mean KL) / n`, as the derivative with
    /// respect to q vanishes, so it moves the intercept by `Σ wi ISi (KLi(x) − mean KLi) / ni` over the subsets that hold
    /// it, with the weights of the regression. The squares of these sums are added up over the samples.
    pub std_error: f64,
}

/// What one subset needs: Σ p ln p, and the sums of p by class.
#[derive(Clone)]
struct Sums {
    certainty: f64,
    classes: Vec<f64>,
}

/// The line through the scores of subsets of `rows` `[n, n_classes]`, read at 1 / n = 0; `None` where the subsets do not
/// differ in size or hold a row that there is not.
#[must_use]
pub fn inception_score_infinity(
    rows: ArrayView2<'_, f32>,
    scale: Scale,
    subsets: &[Vec<usize>],
) -> Option<Infinity> {
    let (n, n_classes) = rows.dim();
    let sizes: Vec<usize> = subsets.iter().map(Vec::len).collect();
    let weights = weights(&sizes)?;
    let held = held(n, subsets)?;
    let sums = subset_sums(rows, scale, &held, subsets.len());
    let logs: Vec<(f64, Vec<f64>)> = sums
        .iter()
        .zip(&sizes)
        .map(|(sums, &size)| {
            let size = size as f64;
            let log_q: Vec<f64> = sums.classes.iter().map(|sum| (sum / size).ln()).collect();
            // A class that no row can have has ln q = −∞ and no part in any sum.
            let cross: f64 = sums
                .classes
                .iter()
                .zip(&log_q)
                .filter(|(sum, _)| **sum > 0.0)
                .map(|(sum, log)| sum * log)
                .sum();
            (((sums.certainty - cross) / size), log_q)
        })
        .collect();
    let points: Vec<f64> = logs
        .iter()
        .map(|(divergence, _)| divergence.exp())
        .collect();
    let line = line(&sizes, &points)?;
    let starts: Vec<usize> = (0..n).step_by(BLOCK).collect();
    let squares: Vec<f64> = starts
        .into_par_iter()
        .map(|start| {
            let (mut p, mut log_p) = (vec![0.0; n_classes], vec![0.0; n_classes]);
            let mut sum = 0.0;
            for row in start..(start + BLOCK).min(n) {
                probabilities(rows.row(row), scale, &mut p, &mut log_p);
                let moved: f64 = held[row]
                    .iter()
                    .map(|&s| {
                        let (divergence, log_q) = &logs[s];
                        let own = divergence_of(&p, &log_p, log_q);
                        weights[s] * points[s] * (own - divergence)
                            / (sizes[s] as f64 - 1.0).max(1.0)
                    })
                    .sum();
                sum += moved * moved;
            }
            sum
        })
        .collect();
    Some(Infinity {
        value: line.intercept,
        slope: line.slope,
        points,
        std_error: squares.iter().sum::<f64>().sqrt(),
    })
}

/// KL(p || q) of one row.
fn divergence_of(p: &[f64], log_p: &[f64], log_q: &[f64]) -> f64 {
    p.iter()
        .zip(log_p.iter().zip(log_q))
        .filter(|(p, _)| **p > 0.0)
        .map(|(p, (log_p, log_q))| p * (log_p - log_q))
        .sum()
}

/// For each row, the subsets that hold it.
fn held(n: usize, subsets: &[Vec<usize>]) -> Option<Vec<Vec<usize>>> {
    let mut held = vec![Vec::new(); n];
    for (s, subset) in subsets.iter().enumerate() {
        for &row in subset {
            held.get_mut(row)?.push(s);
        }
    }
    Some(held)
}

/// The sums of every subset: blocks in parallel, folded in order.
fn subset_sums(
    rows: ArrayView2<'_, f32>,
    scale: Scale,
    held: &[Vec<usize>],
    n_subsets: usize,
) -> Vec<Sums> {
    let (n, n_classes) = rows.dim();
    let none = vec![
        Sums {
            certainty: 0.0,
            classes: vec![0.0; n_classes],
        };
        n_subsets
    ];
    let starts: Vec<usize> = (0..n).step_by(BLOCK).collect();
    let parts: Vec<Vec<Sums>> = starts
        .into_par_iter()
        .map(|start| {
            let mut sums = none.clone();
            let (mut p, mut log_p) = (vec![0.0; n_classes], vec![0.0; n_classes]);
            for row in start..(start + BLOCK).min(n) {
                probabilities(rows.row(row), scale, &mut p, &mut log_p);
                let certainty = divergence_of(&p, &log_p, &vec![0.0; n_classes]);
                for &s in &held[row] {
                    sums[s].certainty += certainty;
                    for (sum, p) in sums[s].classes.iter_mut().zip(&p) {
                        *sum += p;
                    }
                }
            }
            sums
        })
        .collect();
    let mut total = none;
    for part in &parts {
        for (total, part) in total.iter_mut().zip(part) {
            total.certainty += part.certainty;
            for (a, b) in total.classes.iter_mut().zip(&part.classes) {
                *a += b;
            }
        }
    }
    total
}
