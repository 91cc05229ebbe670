//! Feature likelihood divergence: how well does a mixture on the generated samples explain unseen real ones?
//! (Jiralerspong et al. 2023)
//!
//! ```text
//! FLD = 100 (nll_test − baseline),    gap = 100 (nll_train − nll_test)
//! ```
//! All sets are normalised by mean and standard deviation of the test set. `nll` are negative log likelihoods per
//! dimension of a [`Mixture`] on the generated samples, fitted to the training set. The baseline is the test set's nll
//! under a mixture on one part of the training set, fitted to the rest: what real data would reach. A gap far below 0
//! says that the mixture knows the training set better than its like, so samples were memorised.
//!
//! At most [`LIMIT`] generated samples are centres and at most as many training rows are fitted to (the program fits
//! to all training rows in batches of this size).

use ndarray::{Array2, ArrayView2, Axis};

use super::mixture::{Mixture, Rows, Scaling};
use crate::error::{Error, Result};

/// Largest number of centres, and of rows that they are fitted to.
pub const LIMIT: usize = 10_000;

/// Groups of centres that are left out one after the other.
const N_GROUPS: usize = 32;

/// FLD and its parts.
#[derive(Debug, Clone, PartialEq)]
pub struct Fld {
    /// 100 (nll_test − baseline).
    pub value: f64,
    /// Its standard error (see [`fld`]).
    pub std_error: Option<f64>,
    /// 100 (nll_train − nll_test).
    pub gap: f64,
    /// Its standard error.
    pub gap_std_error: Option<f64>,
    /// Negative log likelihood per dimension of the test set.
    pub nll_test: f64,
    /// Of the training rows that were fitted to.
    pub nll_train: f64,
    /// Of the test set under the baseline.
    pub baseline: f64,
    /// Generated centres.
    pub n_centres: usize,
    /// Centres of the baseline.
    pub n_baseline_centres: usize,
    /// Training rows that the variances were fitted to.
    pub n_fitted: usize,
    /// Epochs of both fits.
    pub n_epochs: [usize; 2],
    /// Dimensions in which all test samples are equal.
    pub n_constant: usize,
}

/// The orders that decide which rows are taken where.
#[derive(Debug, Clone, Copy)]
pub struct Orders<'a> {
    /// All training rows: the first half (or as many as there are centres) carry the baseline, the rest are fitted to.
    pub train: &'a [usize],
    /// Generated rows: the first [`LIMIT`] are centres.
    pub generated: &'a [usize],
}

/// FLD of `generated` against the `test` set, with a `train` set that stays what it is; with errors if asked for.
///
/// The standard error speaks of fresh test and generated sets. The test set's part is the variance of its rows'
/// differences between both mixtures, divided by n. The generated set's part is the jackknife over 32 groups of centres
/// with the fitted variances held: the mixture is a mean over centres, and the likelihood without a group follows from
/// sums kept by group.
///
/// # Errors
/// Cannot tell: fewer than 2 test samples, 2 training samples or 1 generated. Input: an order with an index out of
/// range, or sets of different dimensions.
pub fn fld(
    train: ArrayView2<'_, f32>,
    test: ArrayView2<'_, f32>,
    generated: ArrayView2<'_, f32>,
    orders: Orders<'_>,
    with_errors: bool,
) -> Result<Fld> {
    check(train, test, generated, orders)?;
    let scaling = Scaling::of(test);
    let centres = &orders.generated[..orders.generated.len().min(LIMIT)];
    let fitted = &orders.train[..orders.train.len().min(LIMIT)];
    let split = centres.len().min(orders.train.len() / 2);
    let rest = &orders.train[split..orders.train.len().min(split + LIMIT)];
    let rows = |samples, chosen| Rows::new(samples, chosen, &scaling);
    let (test, fitted) = (rows(test, None), rows(train, Some(fitted)));

    let baseline = Mixture::fit(
        &rows(train, Some(&orders.train[..split])),
        &rows(train, Some(rest)),
    );
    let baseline_rows = Likelihoods::of(&baseline, &test, 1).whole;
    let (baseline_epochs, baseline) = (baseline.n_epochs, mean(&baseline_rows));

    let n_groups = if with_errors {
        N_GROUPS.min(centres.len())
    } else {
        1
    };
    let mixture = Mixture::fit(&rows(generated, Some(centres)), &fitted);
    let on_test = Likelihoods::of(&mixture, &test, n_groups);
    let on_train = Likelihoods::of(&mixture, &fitted, n_groups);
    let (nll_test, nll_train) = (mean(&on_test.whole), mean(&on_train.whole));

    let differences: Vec<f64> = on_test
        .whole
        .iter()
        .zip(&baseline_rows)
        .map(|(a, b)| a - b)
        .collect();
    let gaps: Vec<f64> = on_test
        .without
        .iter()
        .zip(&on_train.without)
        .map(|(t, s)| s - t)
        .collect();
    Ok(Fld {
        value: 100.0 * (nll_test - baseline),
        std_error: std_error(&differences, &on_test.without),
        gap: 100.0 * (nll_train - nll_test),
        gap_std_error: std_error(&on_test.whole, &gaps),
        nll_test,
        nll_train,
        baseline,
        n_centres: centres.len(),
        n_baseline_centres: split,
        n_fitted: fitted.n(),
        n_epochs: [mixture.n_epochs, baseline_epochs],
        n_constant: scaling.n_constant,
    })
}

fn check(
    train: ArrayView2<'_, f32>,
    test: ArrayView2<'_, f32>,
    generated: ArrayView2<'_, f32>,
    orders: Orders<'_>,
) -> Result<()> {
    let dims = [train.ncols(), test.ncols(), generated.ncols()];
    if dims.iter().any(|d| *d != dims[0] || *d == 0) {
        return Err(Error::input(format!(
            "training, test and generated set have {dims:?} dimensions; they must be equal"
        ))
        .mend("extract all with the same network and layer"));
    }
    let within = |order: &[usize], n: usize| order.iter().all(|&row| row < n);
    if !within(orders.train, train.nrows()) || !within(orders.generated, generated.nrows()) {
        return Err(
            Error::input("an order names a row that its set does not have")
                .mend("give permutations of the rows"),
        );
    }
    if orders.train.len() < 2 || test.nrows() < 2 || orders.generated.is_empty() {
        return Err(Error::cannot_tell(format!(
            "{} training, {} test and {} generated samples; at least 2, 2 and 1 are needed",
            orders.train.len(),
            test.nrows(),
            orders.generated.len()
        ))
        .mend("give more images"));
    }
    Ok(())
}

/// Negative log likelihoods per dimension.
struct Likelihoods {
    /// Of every row under the whole mixture.
    whole: Vec<f64>,
    /// Mean over the rows without each group of centres; empty for one group.
    without: Vec<f64>,
}

impl Likelihoods {
    /// Centre j belongs to group j mod `n_groups`: the order of the centres is random.
    fn of(mixture: &Mixture, rows: &Rows<'_>, n_groups: usize) -> Self {
        let m = mixture.n_centres();
        let groups: Vec<usize> = (0..m).map(|j| j % n_groups).collect();
        let sums = mixture.log_sums(rows, &groups, n_groups);
        let d = rows.n_features() as f64;
        let nll = |log_sum: f64, n_centres: usize| ((n_centres as f64).ln() - log_sum) / d;
        let whole = sums
            .rows()
            .into_iter()
            .map(|row| nll(log_sum(row.iter().copied()), m))
            .collect();
        let omitted = if n_groups > 1 { 0..n_groups } else { 0..0 };
        let without = omitted
            .map(|omitted| {
                let left = groups.iter().filter(|group| **group != omitted).count();
                mean(&rows_without(&sums, omitted, |log_sum| nll(log_sum, left)))
            })
            .collect();
        Self { whole, without }
    }
}

fn rows_without(sums: &Array2<f64>, omitted: usize, nll: impl Fn(f64) -> f64) -> Vec<f64> {
    sums.axis_iter(Axis(0))
        .map(|row| {
            let kept = row
                .iter()
                .enumerate()
                .filter(|(group, _)| *group != omitted);
            nll(log_sum(kept.map(|(_, sum)| *sum)))
        })
        .collect()
}

fn log_sum(logs: impl Iterator<Item = f64> + Clone) -> f64 {
    let largest = logs.clone().fold(f64::NEG_INFINITY, f64::max);
    largest + logs.map(|log| (log - largest).exp()).sum::<f64>().ln()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// 100 √(variance of the test rows' mean + jackknife variance over the groups); `None` without groups.
fn std_error(test_rows: &[f64], without: &[f64]) -> Option<f64> {
    if without.len() < 2 {
        return None;
    }
    let squares = |values: &[f64]| {
        let mean = mean(values);
        values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>()
    };
    let (n, g) = (test_rows.len() as f64, without.len() as f64);
    let variance = squares(test_rows) / (n * (n - 1.0)) + squares(without) * (g - 1.0) / g;
    Some(100.0 * variance.sqrt())
}
