//! The squared maximum mean discrepancy under the cubic kernel of the KID (Gretton et al. 2012; Bińkowski et al. 2018).
//!
//! ```text
//! k(x, y) = (⟨x, y⟩ / d + 1)³
//! unbiased  Σi≠j k(xi, xj) / (n(n−1)) + Σi≠j k(yi, yj) / (m(m−1)) − 2 Σij k(xi, yj) / (nm)
//! biased    Σij k(xi, xj) / n²        + Σij k(yi, yj) / m²        − 2 Σij k(xi, yj) / (nm)
//! ```
//! Everything is summed in float64 from float32 features. No n × m matrix is held.

mod draws;
pub(super) mod gram;
mod members;
pub(super) mod spread;

use ndarray::{ArrayView2, Axis};
use rayon::prelude::*;

use crate::error::{Error, Result};
pub use draws::{Draw, draws_numpy2020, draws_seeded};

use draws::check_draws;
use gram::{between, within};
use members::Members;
use spread::{Components, variance};

/// MMD² of all samples of both sides.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Full {
    /// The U-statistic; may be slightly negative.
    pub unbiased: f64,
    /// The V-statistic; never negative.
    pub biased: f64,
    /// Standard error of both; `None` for fewer than 4 samples on a side.
    pub std_error: Option<f64>,
}

/// MMD² of random subsets.
#[derive(Debug, Clone, PartialEq)]
pub struct Subsets {
    /// The U-statistic of each subset.
    pub values: Vec<f64>,
    /// Standard error of their mean as an estimate for the two distributions: the variance of the U-statistic of all
    /// samples, and the part var(values) / n_subsets for not taking all subsets. `None` for fewer than 4 samples in a
    /// subset.
    pub std_error: Option<f64>,
}

impl Subsets {
    /// Mean over the subsets: the KID.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.values.iter().sum::<f64>() / self.values.len() as f64
    }

    /// Population standard deviation over the subsets (the "±" of torch-fidelity). Subsets overlap, so this is not a
    /// standard error.
    #[must_use]
    pub fn spread(&self) -> f64 {
        let mean = self.mean();
        let squares: f64 = self.values.iter().map(|v| (v - mean) * (v - mean)).sum();
        (squares / self.values.len() as f64).sqrt()
    }
}

/// MMD² of all samples: `reference` `[n, d]`, `generated` `[m, d]`.
///
/// # Errors
/// Input: other dimensions. Cannot tell: fewer than 2 samples on a side.
pub fn full(reference: ArrayView2<'_, f32>, generated: ArrayView2<'_, f32>) -> Result<Full> {
    check(reference, generated)?;
    let (n, m) = (reference.nrows(), generated.nrows());
    let sums = Sums::of(reference, generated);
    let (xx, yy) = (
        sums.xx.row_sums.iter().sum::<f64>(),
        sums.yy.row_sums.iter().sum::<f64>(),
    );
    let xy = sums.xy.row_sums.iter().sum::<f64>() / (n * m) as f64;
    Ok(Full {
        unbiased: xx / pairs(n) + yy / pairs(m) - 2.0 * xy,
        biased: (xx + sums.xx.diagonal) / (n * n) as f64 + (yy + sums.yy.diagonal) / (m * m) as f64
            - 2.0 * xy,
        std_error: sums.components().map(|parts| parts.variance(n, m).sqrt()),
    })
}

/// MMD² of each draw. All draws must have the same sizes.
///
/// Where both whole Gram matrices cost less than those of all subsets (small sets, many subsets), they are computed once
/// and summed by membership.
///
/// # Errors
/// Input: other dimensions, no draws, an index out of range, or a subset of fewer than 2 samples.
pub fn subsets(
    reference: ArrayView2<'_, f32>,
    generated: ArrayView2<'_, f32>,
    draws: &[Draw],
) -> Result<Subsets> {
    check(reference, generated)?;
    check_draws(reference.nrows(), generated.nrows(), draws)?;
    if whole_is_cheaper(reference, generated, draws) {
        Ok(by_membership(reference, generated, draws))
    } else {
        Ok(one_by_one(reference, generated, draws))
    }
}

/// Compares multiplications: 2 m² d for each subset against the whole lower half, with the membership products.
fn whole_is_cheaper(
    reference: ArrayView2<'_, f32>,
    generated: ArrayView2<'_, f32>,
    draws: &[Draw],
) -> bool {
    let size = draws
        .iter()
        .map(|draw| (draw.reference.len() + draw.generated.len()) as f64 / 2.0);
    let d = reference.ncols() as f64;
    let each: f64 = size.map(|size| 2.0 * size * size * d).sum();
    let n = (reference.nrows() + generated.nrows()) as f64;
    n * n / 2.0 * (d + draws.len() as f64) < each
}

fn by_membership(
    reference: ArrayView2<'_, f32>,
    generated: ArrayView2<'_, f32>,
    draws: &[Draw],
) -> Subsets {
    let (n, m) = (reference.nrows(), generated.nrows());
    let of_reference = Members::new(n, draws.iter().map(|draw| draw.reference.as_slice()));
    let of_generated = Members::new(m, draws.iter().map(|draw| draw.generated.as_slice()));
    let sums = Sums {
        xx: within(reference, Some(&of_reference)),
        yy: within(generated, Some(&of_generated)),
        xy: between(reference, generated, Some([&of_reference, &of_generated])),
    };
    let values: Vec<f64> = draws
        .iter()
        .enumerate()
        .map(|(s, draw)| {
            let (a, b) = (draw.reference.len(), draw.generated.len());
            sums.xx.subsets[s] / pairs(a) + sums.yy.subsets[s] / pairs(b)
                - 2.0 * sums.xy.subsets[s] / (a * b) as f64
        })
        .collect();
    let std_error = std_error(sums.components(), &values, n, m);
    Subsets { values, std_error }
}

fn one_by_one(
    reference: ArrayView2<'_, f32>,
    generated: ArrayView2<'_, f32>,
    draws: &[Draw],
) -> Subsets {
    let parts: Vec<(f64, Option<Components>)> = draws
        .par_iter()
        .map(|draw| {
            let x = reference.select(Axis(0), &draw.reference);
            let y = generated.select(Axis(0), &draw.generated);
            let sums = Sums::of(x.view(), y.view());
            (sums.unbiased(), sums.components())
        })
        .collect();
    let values: Vec<f64> = parts.iter().map(|part| part.0).collect();
    let components: Vec<Components> = parts.iter().filter_map(|part| part.1).collect();
    let std_error = std_error(
        Components::mean(&components),
        &values,
        reference.nrows(),
        generated.nrows(),
    );
    Subsets { values, std_error }
}

fn std_error(components: Option<Components>, values: &[f64], n: usize, m: usize) -> Option<f64> {
    let drawing = variance(values) / values.len() as f64;
    components.map(|parts| (parts.variance(n, m) + drawing).sqrt())
}

/// The sums of the three Gram matrices of two sets.
struct Sums {
    xx: gram::Within,
    yy: gram::Within,
    xy: gram::Between,
}

impl Sums {
    fn of(x: ArrayView2<'_, f32>, y: ArrayView2<'_, f32>) -> Self {
        Self {
            xx: within(x, None),
            yy: within(y, None),
            xy: between(x, y, None),
        }
    }

    fn unbiased(&self) -> f64 {
        let (n, m) = (self.xx.row_sums.len(), self.yy.row_sums.len());
        self.xx.row_sums.iter().sum::<f64>() / pairs(n)
            + self.yy.row_sums.iter().sum::<f64>() / pairs(m)
            - 2.0 * self.xy.row_sums.iter().sum::<f64>() / (n * m) as f64
    }

    fn components(&self) -> Option<Components> {
        Components::estimate(&self.xx, &self.yy, &self.xy)
    }
}

/// Ordered pairs of different samples.
fn pairs(n: usize) -> f64 {
    n as f64 * (n as f64 - 1.0)
}

fn check(reference: ArrayView2<'_, f32>, generated: ArrayView2<'_, f32>) -> Result<()> {
    if reference.ncols() != generated.ncols() || reference.ncols() == 0 {
        return Err(Error::input(format!(
            "the reference has {} feature dimensions, the generated set {}",
            reference.ncols(),
            generated.ncols()
        ))
        .mend("extract both with the same network and layer"));
    }
    let (n, m) = (reference.nrows(), generated.nrows());
    if n < 2 || m < 2 {
        return Err(Error::cannot_tell(format!(
            "{n} reference and {m} generated samples; at least 2 of each are needed"
        ))
        .mend("give more images"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Seed;
    use ndarray::Array2;

    #[test]
    fn subsets_by_membership_equal_subsets_one_by_one() {
        let mut stream = Seed(3).stream("mmd test", 0);
        let x = Array2::from_shape_fn((300, 5), |_| stream.normal() as f32);
        let y = Array2::from_shape_fn((270, 5), |_| stream.normal() as f32 + 0.2);
        let draws = draws_seeded(300, 270, 4, 120, Seed(1));
        let (a, b) = (
            by_membership(x.view(), y.view(), &draws),
            one_by_one(x.view(), y.view(), &draws),
        );
        for (a, b) in a.values.iter().zip(&b.values) {
            assert!((a - b).abs() < 1e-13, "{a} and {b}");
        }
    }
}
