//! The squared maximum mean discrepancy under the cubic kernel of the KID (Gretton et al. 2012; Bińkowski et al. 2018).
//!
//! ```text
//! k(x, y) = (⟨x, y⟩ / d + 1)³
//! unbiased  Σi≠j k(xi, xj) / (n(n−1)) + Σi≠j k(yi, yj) / (m(m−1)) − 2 Σij k(xi, yj) / (nm)
//! biased    Σij k(xi, xj) / n²        + Σij k(yi, yj) / m²        − 2 Σij k(xi, yj) / (nm)
//! ```
//! Everything is summed in float64 from float32 features, and no n × m matrix is held. Inner products are float64 too, or,
//! where there are very many ([`Arithmetic::Auto`]), exact products of features rounded to 16 bits (`rounded.rs` has the
//! error: a ten-thousandth of the standard error).

mod draws;
pub(super) mod gram;
mod members;
pub(super) mod products;
mod relative;
mod rounded;
pub(super) mod spread;

use ndarray::{ArrayView2, Axis};

use crate::error::{Error, Result};
pub use draws::{Draw, draws_numpy2020, draws_seeded};
pub use relative::{Arm, Relative, arm, relative};

use draws::check_draws;
use gram::{between, within};
use members::Members;
use products::{Float64, Products};
use rounded::round_both;
use spread::{Components, variance};

/// How inner products are computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arithmetic {
    /// In float64, always.
    Float64,
    /// In float64 up to [`MANY_PRODUCTS`] multiplications, above them in integers.
    Auto,
}

/// Multiplications that take two processors about one second in float64.
pub const MANY_PRODUCTS: f64 = 4e10;

/// MMD² of all samples of both sides.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Full {
    /// The U-statistic; may be slightly negative.
    pub unbiased: f64,
    /// The V-statistic; never negative.
    pub biased: f64,
    /// Standard error of both; `None` for fewer than 4 samples on a side.
    pub std_error: Option<f64>,
    /// Were the features rounded to 16 bits?
    pub rounded: bool,
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
    /// Were the features rounded to 16 bits?
    pub rounded: bool,
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
pub fn full(
    reference: ArrayView2<'_, f32>,
    generated: ArrayView2<'_, f32>,
    arithmetic: Arithmetic,
) -> Result<Full> {
    check(reference, generated)?;
    let (n, m) = (reference.nrows(), generated.nrows());
    let rounded = arithmetic.rounds(whole_work(reference, generated));
    let (sums, rounded) = Sums::of(reference, generated, None, rounded);
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
        rounded,
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
    arithmetic: Arithmetic,
) -> Result<Subsets> {
    check(reference, generated)?;
    check_draws(reference.nrows(), generated.nrows(), draws)?;
    let (whole, apart) = (
        whole_work(reference, generated),
        work_apart(reference, draws),
    );
    Ok(if whole <= apart {
        by_membership(reference, generated, draws, arithmetic.rounds(whole))
    } else {
        one_by_one(reference, generated, draws, arithmetic.rounds(apart))
    })
}

impl Arithmetic {
    /// Is this many multiplications too much for float64?
    fn rounds(self, multiplications: f64) -> bool {
        self == Self::Auto && multiplications > MANY_PRODUCTS
    }
}

/// Multiplications of the lower half of the Gram matrix of both sets together.
fn whole_work(reference: ArrayView2<'_, f32>, generated: ArrayView2<'_, f32>) -> f64 {
    let n = (reference.nrows() + generated.nrows()) as f64;
    n * n / 2.0 * reference.ncols() as f64
}

/// The same of every subset for itself.
fn work_apart(reference: ArrayView2<'_, f32>, draws: &[Draw]) -> f64 {
    let pairs: f64 = draws
        .iter()
        .map(|draw| ((draw.reference.len() + draw.generated.len()) as f64).powi(2) / 2.0)
        .sum();
    pairs * reference.ncols() as f64
}

fn by_membership(
    reference: ArrayView2<'_, f32>,
    generated: ArrayView2<'_, f32>,
    draws: &[Draw],
    rounded: bool,
) -> Subsets {
    let (n, m) = (reference.nrows(), generated.nrows());
    let members = [
        Members::new(n, draws.iter().map(|draw| draw.reference.as_slice())),
        Members::new(m, draws.iter().map(|draw| draw.generated.as_slice())),
    ];
    let (sums, rounded) = Sums::of(reference, generated, Some(&members), rounded);
    let values: Vec<f64> = draws
        .iter()
        .enumerate()
        .map(|(s, draw)| {
            let (a, b) = (draw.reference.len(), draw.generated.len());
            sums.xx.subsets[s] / pairs(a) + sums.yy.subsets[s] / pairs(b)
                - 2.0 * sums.xy.subsets[s] / (a * b) as f64
        })
        .collect();
    Subsets {
        std_error: std_error(sums.components(), &values, n, m),
        values,
        rounded,
    }
}

fn one_by_one(
    reference: ArrayView2<'_, f32>,
    generated: ArrayView2<'_, f32>,
    draws: &[Draw],
    rounded: bool,
) -> Subsets {
    // One subset at a time: its tiles already run on all cores, and its samples are the only copy held.
    let parts: Vec<(f64, Option<Components>, bool)> = draws
        .iter()
        .map(|draw| {
            let x = reference.select(Axis(0), &draw.reference);
            let y = generated.select(Axis(0), &draw.generated);
            let (sums, rounded) = Sums::of(x.view(), y.view(), None, rounded);
            (sums.unbiased(), sums.components(), rounded)
        })
        .collect();
    let values: Vec<f64> = parts.iter().map(|part| part.0).collect();
    let components: Vec<Components> = parts.iter().filter_map(|part| part.1).collect();
    let components = Components::mean(&components);
    Subsets {
        std_error: std_error(components, &values, reference.nrows(), generated.nrows()),
        values,
        rounded: parts.iter().any(|part| part.2),
    }
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
    /// The sums, of the subsets in `members` too; with `rounded`, of rounded features where their size allows it, and
    /// whether it did.
    fn of(
        x: ArrayView2<'_, f32>,
        y: ArrayView2<'_, f32>,
        members: Option<&[Members; 2]>,
        rounded: bool,
    ) -> (Self, bool) {
        let both = if rounded { round_both(x, y) } else { None };
        match both {
            Some([x, y]) => (Self::over(&x, &y, members), true),
            None => (Self::over(&Float64(x), &Float64(y), members), false),
        }
    }

    fn over<P: Products>(x: &P, y: &P, members: Option<&[Members; 2]>) -> Self {
        Self {
            xx: within(x, members.map(|[m, _]| m)),
            yy: within(y, members.map(|[_, m]| m)),
            xy: between(x, y, members.map(|[a, b]| [a, b])),
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

    fn sets(n: usize, m: usize, d: usize) -> [Array2<f32>; 2] {
        let mut stream = Seed(3).stream("mmd test", 0);
        [
            Array2::from_shape_fn((n, d), |_| (stream.normal() + 1.0) as f32),
            Array2::from_shape_fn((m, d), |_| (stream.normal() + 1.2) as f32),
        ]
    }

    #[test]
    fn subsets_by_membership_equal_subsets_one_by_one() {
        let [x, y] = sets(300, 270, 5);
        let draws = draws_seeded(300, 270, 4, 120, Seed(1));
        let (a, b) = (
            by_membership(x.view(), y.view(), &draws, false),
            one_by_one(x.view(), y.view(), &draws, false),
        );
        for (a, b) in a.values.iter().zip(&b.values) {
            assert!((a - b).abs() < 1e-12, "{a} and {b}");
        }
    }

    #[test]
    fn rounded_features_move_the_value_by_less_than_a_thousandth_of_its_error() {
        // d is no multiple of a chunk, and neither size of a tile, a panel or a group of rows.
        for (d, shift) in [(3, 0.0), (300, 0.0), (513, 40.0)] {
            let [x, y] = sets(523, 301, d).map(|set| set + shift);
            let draws = draws_seeded(523, 301, 7, 100, Seed(1));
            let exact = by_membership(x.view(), y.view(), &draws, false);
            let error = exact.std_error.unwrap();
            for rounded in [
                by_membership(x.view(), y.view(), &draws, true),
                one_by_one(x.view(), y.view(), &draws, true),
            ] {
                assert!(rounded.rounded);
                let off = (rounded.mean() - exact.mean()).abs() / error;
                assert!(off < 1e-3, "d {d}, shift {shift}: {off}");
                let ratio = rounded.std_error.unwrap() / error;
                let same_sum = exact.std_error.unwrap();
                assert!((ratio - 1.0).abs() < 0.2, "{ratio} of {same_sum}");
            }
        }
    }

    #[test]
    fn equal_and_opposite_rows_at_the_bound_of_the_integers_do_not_overflow() {
        // ⟨x, y⟩ / d is ± 1e4, so a wrapped sum would turn its sign.
        let x = Array2::from_shape_fn((64, 256), |(i, _)| if i % 2 == 0 { 100.0 } else { -100.0 });
        let (exact, _) = Sums::of(x.view(), x.view(), None, false);
        let (rounded, used) = Sums::of(x.view(), x.view(), None, true);
        assert!(used);
        for (a, b) in exact.xy.row_sums.iter().zip(&rounded.xy.row_sums) {
            assert!((a / b - 1.0).abs() < 1e-3, "{a} and {b}");
        }
        // One large value in a chunk takes the other bound: a value of 16 bits.
        let mut spiked = Array2::zeros((8, 256));
        spiked.column_mut(7).fill(1e6);
        spiked[[0, 7]] = -1e6;
        let (exact, _) = Sums::of(spiked.view(), spiked.view(), None, false);
        let (rounded, _) = Sums::of(spiked.view(), spiked.view(), None, true);
        let off = rounded.xy.row_sums[1] / exact.xy.row_sums[1] - 1.0;
        assert!(off.abs() < 1e-3, "{off}");
    }

    #[test]
    fn values_too_large_for_rounding_are_multiplied_in_float64() {
        let x = Array2::from_elem((5, 3), 1e16_f32);
        assert!(!Sums::of(x.view(), x.view(), None, true).1);
        let constant = Array2::from_elem((5, 3), 2.0_f32);
        let (sums, used) = Sums::of(constant.view(), constant.view(), None, true);
        // k = (12 / 3 + 1)³ = 125, of four others each.
        assert!(used && sums.xx.row_sums == [500.0; 5]);
    }
}
