//! Two numbers that were measured against the same thing: is their difference more than chance?

use crate::rng::Seed;
use crate::statistics::estimate::ConfidenceInterval;
use crate::statistics::resample;

/// Most rows of a set in one draw. Halves of larger sets would cost more than they tell: 64 draws know a standard error
/// to 9 % whatever their size.
pub const MAX_ROWS: usize = 1000;

/// z of a two-sided test at 5 %, and of a power of 80 %.
const Z_LEVEL: f64 = 1.959_963_984_540_054;
const Z_POWER: f64 = 0.841_621_233_572_914_3;

/// A difference held against 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Test {
    /// 95 % interval of the difference.
    pub interval: ConfidenceInterval,
    /// Probability of a difference at least as large, on either side, where there is none.
    pub p_value: f64,
    /// How many times as many samples (of all sets) would show a difference of this size in 80 of 100 comparisons, at
    /// 5 % two-sided: `((1.96 + 0.84) SE / |difference|)²`, as variances fall as 1/n. Infinite for a difference of 0.
    pub times_needed: f64,
}

impl Test {
    /// The z-test of a difference with a standard error above 0; `None` for any other.
    ///
    /// Differences of means, counts and kernel sums over hundreds of samples are normal closely enough, and so are those
    /// of Fréchet distances, whose bias cancels where both generated sets have the same size.
    #[must_use]
    pub fn of(difference: f64, std_error: f64) -> Option<Self> {
        if !(std_error > 0.0 && std_error.is_finite() && difference.is_finite()) {
            return None;
        }
        let z = difference.abs() / std_error;
        Some(Self {
            interval: ConfidenceInterval::normal(difference, std_error),
            p_value: two_sided(z),
            times_needed: ((Z_LEVEL + Z_POWER) / z).powi(2),
        })
    }
}

/// P(|Z| ≥ z) of a standard normal Z.
#[must_use]
pub fn two_sided(z: f64) -> f64 {
    libm::erfc(z.abs() / std::f64::consts::SQRT_2)
}

/// Which rows each replicate of the delete-half jackknife of a difference takes.
///
/// As [`resample`], with one change: where a set has more than 2 [`MAX_ROWS`] rows, every set gives the same *share* of its
/// rows, so that the largest gives [`MAX_ROWS`], and the spread of the replicates is scaled by share / (1 − share)
/// (Shao and Wu 1989, delete-d with any d). The reference's rows are the same for every generated set: what its chance
/// does to both sides of a difference cancels, as it does in the difference itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Draws {
    /// Share of every set that a replicate takes: 1/2, or less.
    share: f64,
    seed: Seed,
}

impl Draws {
    /// Draws from sets of these sizes; `None` where the smallest has fewer than 8 rows.
    #[must_use]
    pub fn new(sizes: &[usize], seed: Seed) -> Option<Self> {
        let (least, most) = (sizes.iter().min()?, sizes.iter().max()?);
        let share = (MAX_ROWS as f64 / *most as f64).min(0.5);
        (*least >= 8 && share * *least as f64 >= 4.0).then_some(Self { share, seed })
    }

    /// Halves of a set of `n` rows, whatever its size; `None` below 8.
    #[must_use]
    pub fn halves(n: usize, seed: Seed) -> Option<Self> {
        (n >= 8).then_some(Self { share: 0.5, seed })
    }

    /// Are the draws smaller than halves?
    #[must_use]
    pub fn is_limited(&self) -> bool {
        self.share < 0.5
    }

    /// Rows of replicate `draw` of a set of `n` rows, in rising order. `name` keeps the sets apart.
    #[must_use]
    pub fn rows(&self, n: usize, name: &str, draw: usize) -> Vec<usize> {
        let mut rows = self.seed.stream(name, draw as u64).permutation(n);
        rows.truncate((self.share * n as f64) as usize);
        rows.sort_unstable();
        rows
    }

    /// Standard error of the difference on all rows, from its replicates; `None` where fewer than half of them have a
    /// value.
    #[must_use]
    pub fn std_error(&self, differences: &[Option<f64>]) -> Option<f64> {
        let there: Vec<f64> = differences.iter().copied().flatten().collect();
        if 2 * there.len() < resample::N_HALVES {
            return None;
        }
        Some(resample::std_error(&there)? * (self.share / (1.0 - self.share)).sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_intervals_and_needed_samples_are_those_of_the_normal_distribution() {
        // Tables of the normal distribution: 1.959964 has 5 % in both tails, 2.575829 1 %.
        assert!((two_sided(1.959_963_984_540_054) - 0.05).abs() < 1e-12);
        assert!((two_sided(-2.575_829_303_548_901) - 0.01).abs() < 1e-12);
        assert_eq!(two_sided(0.0), 1.0);
        let test = Test::of(-2.0, 1.0).unwrap();
        assert!((test.p_value - 0.045_500_263_896_358_4).abs() < 1e-12);
        assert!((test.interval.lower + 3.959_964).abs() < 1e-6);
        // (1.959964 + 0.841621)² / 2² = 7.848879 / 4.
        assert!((test.times_needed - 1.962_22).abs() < 1e-5);
        assert_eq!(Test::of(0.0, 1.0).unwrap().times_needed, f64::INFINITY);
        assert_eq!(Test::of(1.0, 0.0), None);
        assert_eq!(Test::of(f64::NAN, 1.0), None);
    }

    #[test]
    fn every_set_gives_the_same_share_and_the_reference_the_same_rows() {
        let draws = Draws::new(&[400, 300], Seed(1)).unwrap();
        assert!(!draws.is_limited());
        assert_eq!(draws.rows(400, "r", 0).len(), 200);
        assert_eq!(draws.rows(400, "r", 3), draws.rows(400, "r", 3));
        assert_ne!(draws.rows(400, "r", 0), draws.rows(400, "r", 1));
        assert_ne!(draws.rows(400, "a", 0), draws.rows(400, "b", 0));
        let limited = Draws::new(&[10_000, 2_000], Seed(1)).unwrap();
        assert!(limited.is_limited());
        assert_eq!(limited.rows(10_000, "r", 0).len(), 1000);
        assert_eq!(limited.rows(2_000, "a", 0).len(), 200);
        assert_eq!(Draws::new(&[7, 300], Seed(1)), None);
        assert_eq!(Draws::new(&[], Seed(1)), None);
    }

    #[test]
    fn small_draws_are_scaled_to_the_whole_set() {
        // The mean of 10,000 values that are 0 or 1 in equal parts: SE 0.5 / 100. 64 draws know it within 9 %.
        let draws = Draws::new(&[10_000], Seed(5)).unwrap();
        let means: Vec<Option<f64>> = (0..resample::N_HALVES)
            .map(|b| {
                let rows = draws.rows(10_000, "mean", b);
                let ones = rows.iter().filter(|&&row| row % 2 == 1).count();
                Some(ones as f64 / rows.len() as f64)
            })
            .collect();
        let error = draws.std_error(&means).unwrap();
        assert!((error / 0.005 - 1.0).abs() < 0.3, "{error}");
        assert_eq!(draws.std_error(&[None; 64]), None);
    }
}
