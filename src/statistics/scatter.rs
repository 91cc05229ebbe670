//! How widely the rows of a set are scattered, and how that compares with another set.

use super::distance::squared;
use super::estimate::ConfidenceInterval;

/// Squared distance of every row to the mean of all rows, in the order given. Rows are as long as the first.
#[must_use]
pub fn deviations<T: Copy + Into<f64>>(rows: &[&[T]]) -> Vec<f64> {
    let Some(first) = rows.first() else {
        return Vec::new();
    };
    let mut mean = vec![0.0_f64; first.len()];
    for row in rows {
        for (sum, &value) in mean.iter_mut().zip(*row) {
            *sum += value.into();
        }
    }
    for sum in &mut mean {
        *sum /= rows.len() as f64;
    }
    rows.iter().map(|row| squared(row, &mean)).collect()
}

/// The total variance of one set over that of another, `Σ a / (n − 1) · (m − 1) / Σ b` of their [`deviations`], with its
/// 95 % interval: the logarithm is taken as normal with the variances of both means, `(sd / mean)² / n` each.
///
/// `None` below 2 rows of either or where the other set has no variance.
#[must_use]
pub fn ratio(of: &[f64], to: &[f64]) -> Option<(f64, ConfidenceInterval)> {
    let (a, a_error) = mean_and_relative_error(of)?;
    let (b, b_error) = mean_and_relative_error(to)?;
    if b <= 0.0 {
        return None;
    }
    let value = a / b;
    let error = value * a_error.hypot(b_error);
    Some((value, ConfidenceInterval::log_normal(value, error)))
}

fn mean_and_relative_error(values: &[f64]) -> Option<(f64, f64)> {
    if values.len() < 2 {
        return None;
    }
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0);
    let relative = if mean > 0.0 {
        (variance / n).sqrt() / mean
    } else {
        0.0
    };
    Some((mean * n / (n - 1.0), relative))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Seed;

    #[test]
    fn deviations_are_from_the_mean_row() {
        // Mean (1, 3): squared distances 1 + 9, 1 + 1 and 0 + 16.
        let rows: [&[u8]; 3] = [&[0, 0], &[2, 2], &[1, 7]];
        assert_eq!(deviations(&rows), [10.0, 2.0, 16.0]);
        assert!(deviations::<u8>(&[]).is_empty());
    }

    #[test]
    fn the_first_set_is_over_the_second() {
        // Variances with n − 1: (10 + 10) / 1 = 20 over (5 + 5) / 1 = 10.
        let (value, _) = ratio(&[10.0, 10.0], &[5.0, 5.0]).unwrap();
        assert_eq!(value, 2.0);
        // Three rows of 2 have the variance 6 / 2 = 3, two of 3 have 6 / 1 = 6.
        assert_eq!(ratio(&[2.0; 3], &[3.0; 2]).unwrap().0, 0.5);
        assert_eq!(ratio(&[1.0, 2.0], &[0.0, 0.0]), None);
        assert_eq!(ratio(&[1.0], &[1.0, 2.0]), None);
    }

    #[test]
    fn the_interval_covers_the_true_ratio() {
        let mut covered = 0;
        for replicate in 0..400 {
            let mut stream = Seed(5).stream("scatter", replicate);
            let mut rows = |n: usize, sd: f64| -> Vec<Vec<f64>> {
                (0..n)
                    .map(|_| (0..6).map(|_| sd * stream.normal()).collect())
                    .collect()
            };
            let (a, b) = (rows(80, 1.0), rows(120, 2.0));
            let of =
                |rows: &[Vec<f64>]| deviations(&rows.iter().map(Vec::as_slice).collect::<Vec<_>>());
            // Variances 6 and 24: the ratio is 1/4.
            let (_, interval) = ratio(&of(&a), &of(&b)).unwrap();
            covered += usize::from(interval.lower <= 0.25 && 0.25 <= interval.upper);
        }
        // 95 % of 400 is 380, with a standard deviation of 4.4.
        assert!((365..=393).contains(&covered), "{covered}");
    }
}
