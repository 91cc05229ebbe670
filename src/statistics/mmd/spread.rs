//! The variance of an MMD² estimate, from an analysis of variance of its Gram matrices.

use super::gram::{Between, Within};

/// Variance components of the U-statistic (Hoeffding 1948). With a(x) = E k(x, X′) − E k(x, Y) and doubly centred
/// kernels k̃,
///
/// ```text
/// var MMD²u = 4 var a / n + 4 var b / m + 2 E k̃xx² / (n(n−1)) + 2 E k̃yy² / (m(m−1)) + 4 E k̃xy² / (nm)
/// ```
/// exactly. The first two terms rule where the sets differ, the others where they are equal and the first two vanish.
/// Each component is estimated as in a two-way analysis of variance: residual mean squares for the k̃, and the variance
/// of row means less the residuals' part in it for a and b.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(in crate::statistics) struct Components {
    var_a: f64,
    var_b: f64,
    residual_xx: f64,
    residual_yy: f64,
    residual_xy: f64,
}

impl Components {
    /// From the sums over all three Gram matrices; `None` for fewer than 4 samples on a side.
    pub(in crate::statistics) fn estimate(xx: &Within, yy: &Within, xy: &Between) -> Option<Self> {
        let (n, m) = (xy.row_sums.len() as f64, xy.column_sums.len() as f64);
        if n < 4.0 || m < 4.0 {
            return None;
        }
        let (residual_xx, residual_yy) = (residual_within(xx), residual_within(yy));
        let residual_xy = residual_between(xy);
        let first_order = |own: &[f64], across: &[f64], n: f64, m: f64, residual: f64| {
            let effects: Vec<f64> = own
                .iter()
                .zip(across)
                .map(|(own, across)| own / (n - 1.0) - across / m)
                .collect();
            variance(&effects) - residual / (n - 1.0) - residual_xy / m
        };
        Some(Self {
            var_a: first_order(&xx.row_sums, &xy.row_sums, n, m, residual_xx),
            var_b: first_order(&yy.row_sums, &xy.column_sums, m, n, residual_yy),
            residual_xx,
            residual_yy,
            residual_xy,
        })
    }

    /// The mean of estimates from several subsets.
    pub(in crate::statistics) fn mean(all: &[Self]) -> Option<Self> {
        let count = all.len() as f64;
        let mean = |part: fn(&Self) -> f64| all.iter().map(part).sum::<f64>() / count;
        (!all.is_empty()).then(|| Self {
            var_a: mean(|c| c.var_a),
            var_b: mean(|c| c.var_b),
            residual_xx: mean(|c| c.residual_xx),
            residual_yy: mean(|c| c.residual_yy),
            residual_xy: mean(|c| c.residual_xy),
        })
    }

    /// Variance of the U-statistic of n and m samples. A first-order part that chance made negative counts as 0, so
    /// the error is some 10 to 40 % too large where both sets are equal, and unbiased where they differ.
    pub(in crate::statistics) fn variance(&self, n: usize, m: usize) -> f64 {
        let (n, m) = (n as f64, m as f64);
        let first_order = 4.0 * self.var_a / n + 4.0 * self.var_b / m;
        let second_order = 2.0 * self.residual_xx / (n * (n - 1.0))
            + 2.0 * self.residual_yy / (m * (m - 1.0))
            + 4.0 * self.residual_xy / (n * m);
        first_order.max(0.0) + second_order.max(0.0)
    }
}

/// Residual mean square of kij = g + αi + αj + eij over i ≠ j, with n(n − 3) / 2 degrees of freedom.
pub(in crate::statistics) fn residual_within(sums: &Within) -> f64 {
    let n = sums.row_sums.len() as f64;
    let grand = sums.row_sums.iter().sum::<f64>() / (n * (n - 1.0));
    let effects: f64 = sums
        .row_sums
        .iter()
        .map(|sum| (sum - (n - 1.0) * grand) / (n - 2.0))
        .map(|alpha| alpha * alpha)
        .sum();
    (sums.squares - n * (n - 1.0) * grand * grand - 2.0 * (n - 2.0) * effects) / (n * (n - 3.0))
}

/// Residual mean square of kij = g + ri + cj + eij, with (n − 1)(m − 1) degrees of freedom.
pub(super) fn residual_between(sums: &Between) -> f64 {
    let (n, m) = (sums.row_sums.len() as f64, sums.column_sums.len() as f64);
    let grand = sums.row_sums.iter().sum::<f64>() / (n * m);
    let effects = |sums: &[f64], across: f64| -> f64 {
        sums.iter()
            .map(|sum| sum / across - grand)
            .map(|effect| effect * effect)
            .sum::<f64>()
            * across
    };
    let explained =
        n * m * grand * grand + effects(&sums.row_sums, m) + effects(&sums.column_sums, n);
    (sums.squares - explained) / ((n - 1.0) * (m - 1.0))
}

/// Variance of a sample, divided by n − 1 (0 for fewer than 2 values).
pub(in crate::statistics) fn variance(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (n - 1.0).max(1.0)
}
