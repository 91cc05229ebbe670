//! Standard errors of statistics that have no formula for one: the delete-half jackknife.
//!
//! `N_HALVES` times, half of the rows of every set are drawn without replacement and the statistic is computed on them.
//! For statistic `t` on a half of `h` rows out of `n`, the variance of `t` on all `n` rows is estimated by
//! `h / (n - h) * mean_b (t_b - mean t)^2`, which for halves is the plain variance of the replicates. Unlike the
//! bootstrap it draws no row twice, so nearest neighbours and duplicates keep their meaning; unlike the delete-one
//! jackknife it is consistent for statistics that are not smooth (counts, quantiles, maxima).
//!
//! Source: Shao and Wu 1989, "A general theory for jackknife variance estimation" (doi:10.1214/aos/1176347263).

use crate::rng::Seed;

/// Halves drawn: one bit each of the words that [`members`] gives.
pub const N_HALVES: usize = 64;

/// For each of `n` rows, in which halves it is: bit `b` is set when half `b` contains it. Every half has `n / 2` rows.
///
/// `name` keeps the sets of a comparison apart: the halves of the reference must not follow those of the generated set.
#[must_use]
pub fn members(n: usize, seed: Seed, name: &str) -> Vec<u64> {
    let mut words = vec![0_u64; n];
    for half in 0..N_HALVES {
        let mut stream = seed.stream(name, half as u64);
        // The head of a Fisher-Yates shuffle, from the end.
        let mut order: Vec<u32> = (0..n as u32).collect();
        for i in (n - n / 2..n).rev() {
            order.swap(i, stream.below(i + 1));
        }
        for &row in &order[n - n / 2..] {
            words[row as usize] |= 1 << half;
        }
    }
    words
}

/// The rows of half `half`, in order.
#[must_use]
pub fn rows_of(members: &[u64], half: usize) -> Vec<usize> {
    (0..members.len())
        .filter(|&row| members[row] >> half & 1 == 1)
        .collect()
}

/// The rows that half `half` leaves out, in order.
#[must_use]
pub fn rows_beside(members: &[u64], half: usize) -> Vec<usize> {
    (0..members.len())
        .filter(|&row| members[row] >> half & 1 == 0)
        .collect()
}

/// Standard error of the statistic on all rows, from its values on halves and on what each half leaves out, right to
/// the second order; `None` below two pairs of finite values.
///
/// To second order a half moves the statistic by `L + Q` and its complement by `-L + Q`, where `L` is linear in the
/// choice of rows and `Q` quadratic. With V1 and V2 the first- and second-order (Hoeffding) parts of the variance,
/// `var L = V1 + 2 V2` and `var Q = V2`, so `var L - var Q = V1 + V2`, which is what is wanted. The plain delete-half
/// jackknife estimates `var L + var Q = V1 + 3 V2`: 1.7 times the error of a distance between equal distributions, whose
/// V1 is 0. Noise cannot take away more than half of `var L`, which is all of V2.
#[must_use]
pub fn std_error_of_pairs(pairs: &[(f64, f64)]) -> Option<f64> {
    let finite: Vec<(f64, f64)> = pairs
        .iter()
        .copied()
        .filter(|(a, b)| a.is_finite() && b.is_finite())
        .collect();
    if finite.len() < 2 {
        return None;
    }
    let n = finite.len() as f64;
    let linear = finite
        .iter()
        .map(|(a, b)| (0.5 * (a - b)).powi(2))
        .sum::<f64>()
        / n;
    let mean = finite.iter().map(|(a, b)| 0.5 * (a + b)).sum::<f64>() / n;
    let quadratic = finite
        .iter()
        .map(|(a, b)| (0.5 * (a + b) - mean).powi(2))
        .sum::<f64>()
        / (n - 1.0);
    Some((linear - quadratic).max(0.5 * linear).sqrt())
}

/// Standard error of the statistic on all rows, from its values on the halves; `None` below two finite values.
#[must_use]
pub fn std_error(replicates: &[f64]) -> Option<f64> {
    let finite: Vec<f64> = replicates
        .iter()
        .copied()
        .filter(|t| t.is_finite())
        .collect();
    if finite.len() < 2 {
        return None;
    }
    let n = finite.len() as f64;
    let mean = finite.iter().sum::<f64>() / n;
    let squares: f64 = finite.iter().map(|t| (t - mean).powi(2)).sum();
    Some((squares / (n - 1.0)).sqrt())
}

/// Pairs of complementary halves, for [`split_std_error`]: bit `b` below 32 is half `b`, bit `b + 32` the rest of the set.
#[must_use]
pub fn split_members(n: usize, seed: Seed, name: &str) -> Vec<u64> {
    members(n, seed, name)
        .into_iter()
        .map(|word| (word & LOW) | (!word & LOW) << N_SPLITS)
        .collect()
}

/// Pairs of halves in one word.
pub const N_SPLITS: usize = N_HALVES / 2;

/// What a standard error from [`N_SPLITS`] pairs is multiplied with before a normal interval is made of it: it is itself
/// an estimate, with 32 degrees of freedom, and Student's 97.5 % point is 2.0369 instead of 1.9600.
pub const SPLIT_REACH: f64 = 2.036_933_343 / 1.959_963_985;

/// The first half of every pair.
const LOW: u64 = (1 << N_SPLITS) - 1;

/// Standard error of the statistic on all rows, from its values on both halves of [`split_members`].
///
/// Two complementary halves are independent samples, so `(t - t')^2 / 2` is without bias the variance of the statistic on
/// half of the rows, and half of that the variance on all of them. Where a statistic lives on nearest neighbours, the
/// delete-half jackknife ([`std_error`]) is up to a factor of the square root of 2 too large, because halves of the same
/// rows have other neighbours; this is not. `None` where no pair has two finite values.
#[must_use]
pub fn split_std_error(replicates: &[f64; N_HALVES]) -> Option<f64> {
    let (first, second) = replicates.split_at(N_SPLITS);
    let squares: Vec<f64> = first
        .iter()
        .zip(second)
        .map(|(t, u)| (t - u).powi(2))
        .filter(|square| square.is_finite())
        .collect();
    if squares.is_empty() {
        return None;
    }
    Some((squares.iter().sum::<f64>() / squares.len() as f64).sqrt() / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_half_has_half_of_the_rows_and_names_differ() {
        let words = members(101, Seed(1), "a");
        for half in 0..N_HALVES {
            assert_eq!(rows_of(&words, half).len(), 50);
        }
        assert_ne!(words, members(101, Seed(1), "b"));
        assert_eq!(members(1, Seed(1), "a"), [0]);
        assert!(members(0, Seed(1), "a").is_empty());
    }

    #[test]
    fn the_error_of_a_mean_is_that_of_the_formula() {
        // Values 0 and 1 in equal parts: the standard error of the mean of 400 is sqrt(0.25 / 400) = 0.025; 64
        // replicates know it within 1 / sqrt(128) = 9 %, so 30 % is more than three of those.
        let words = members(400, Seed(3), "mean");
        let means: Vec<f64> = (0..N_HALVES)
            .map(|half| {
                rows_of(&words, half)
                    .iter()
                    .map(|i| (i % 2) as f64)
                    .sum::<f64>()
                    / 200.0
            })
            .collect();
        let error = std_error(&means).unwrap();
        assert!((error / 0.025 - 1.0).abs() < 0.3, "{error}");
        assert_eq!(std_error(&[1.0]), None);
    }

    #[test]
    fn halves_of_a_pair_are_complementary() {
        for word in split_members(11, Seed(2), "pair") {
            assert_eq!(word >> N_SPLITS, !word & LOW);
        }
        // Halves of 0 and 1, one pair as good as any: sqrt(1) / 2.
        let replicates = std::array::from_fn(|half| if half < N_SPLITS { 0.0 } else { 1.0 });
        assert_eq!(split_std_error(&replicates), Some(0.5));
        assert_eq!(split_std_error(&[f64::NAN; N_HALVES]), None);
    }

    #[test]
    fn the_error_of_a_mean_by_pairs_is_that_of_the_formula() {
        // As above; 32 squares know it within 1 / sqrt(64) = 12.5 %.
        let words = split_members(400, Seed(3), "mean");
        let means = std::array::from_fn(|half| {
            let rows = rows_of(&words, half);
            rows.iter().map(|i| (i % 2) as f64).sum::<f64>() / rows.len() as f64
        });
        let error = split_std_error(&means).unwrap();
        assert!((error / 0.025 - 1.0).abs() < 0.4, "{error}");
    }

    #[test]
    fn pairs_of_halves_know_the_error_of_a_mean_and_of_a_squared_mean() {
        let n = 400_usize;
        let mut stream = Seed(5).stream("pairs test", 0);
        let values: Vec<f64> = (0..n).map(|_| stream.normal()).collect();
        let centre = values.iter().sum::<f64>() / n as f64;
        // Centred on 0, the squared mean is of the second order alone; its error over fresh samples is sqrt(2) / n.
        let values: Vec<f64> = values.iter().map(|v| v - centre).collect();
        let words = members(n, Seed(4), "pairs");
        let mean =
            |rows: Vec<usize>| rows.iter().map(|&i| values[i]).sum::<f64>() / rows.len() as f64;
        let halves: Vec<(f64, f64)> = (0..N_HALVES)
            .map(|b| (mean(rows_of(&words, b)), mean(rows_beside(&words, b))))
            .collect();
        let error = std_error_of_pairs(&halves).unwrap();
        assert!((error * (n as f64).sqrt() - 1.0).abs() < 0.3, "{error}");
        // With a first-order part: (1 + m)^2 has the error 2 / sqrt(n) and a little.
        let shifted: Vec<(f64, f64)> = halves
            .iter()
            .map(|(a, b)| ((1.0 + a).powi(2), (1.0 + b).powi(2)))
            .collect();
        let error = std_error_of_pairs(&shifted).unwrap();
        assert!(
            (error * (n as f64).sqrt() / 2.0 - 1.0).abs() < 0.3,
            "{error}"
        );
        assert_eq!(std_error_of_pairs(&[(1.0, 2.0)]), None);
        assert_eq!(std_error_of_pairs(&[(1.0, f64::NAN), (1.0, 2.0)]), None);
    }
}
