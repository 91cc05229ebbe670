//! Precision, recall, density and coverage.
//!
//! ```text
//! B(x)       ball around x to its k-th nearest other row in its own set
//! precision  share of generated rows in at least one B(reference row)
//! recall     share of reference rows in at least one B(generated row)
//! density    Σ over generated g of #{reference r: g in B(r)} / (k m)
//! coverage   share of reference rows r with at least one generated row in B(r)
//! ```
//! Sources: Kynkäänniemi et al. 2019, arXiv:1904.06991 (precision and recall, surface inside); Naeem et al. 2020,
//! arXiv:2002.09797 (all four, surface outside; program prdc 0.2).

use crate::statistics::resample::{N_HALVES, split_std_error};

/// A share or a mean with its standard error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Part {
    /// The value.
    pub value: f64,
    /// The standard error, where halves were looked at and have at least one row each.
    pub std_error: Option<f64>,
}

/// What lies in which balls.
#[derive(Debug, Clone, PartialEq)]
pub struct Balls {
    /// k.
    pub nearest_k: usize,
    /// For each generated row: the reference balls that hold it.
    pub around_generated: Vec<u32>,
    /// For each reference row: the generated balls that hold it.
    pub around_reference: Vec<u32>,
    /// For each reference row: the generated rows that its ball holds.
    pub held_by_reference: Vec<u32>,
    /// The four numbers in every half of both sets.
    pub halves: Option<Halves>,
}

/// The four numbers in every half.
#[derive(Debug, Clone, PartialEq)]
pub struct Halves {
    /// Precision.
    pub precision: [f64; N_HALVES],
    /// Recall.
    pub recall: [f64; N_HALVES],
    /// Density.
    pub density: [f64; N_HALVES],
    /// Coverage.
    pub coverage: [f64; N_HALVES],
}

impl Balls {
    /// Share of generated rows in at least one reference ball.
    #[must_use]
    pub fn precision(&self) -> Part {
        let replicates = self.halves.as_ref().map(|halves| &halves.precision);
        share(&self.around_generated, replicates)
    }

    /// Share of reference rows in at least one generated ball.
    #[must_use]
    pub fn recall(&self) -> Part {
        let replicates = self.halves.as_ref().map(|halves| &halves.recall);
        share(&self.around_reference, replicates)
    }

    /// Share of reference rows whose ball holds at least one generated row.
    #[must_use]
    pub fn coverage(&self) -> Part {
        let replicates = self.halves.as_ref().map(|halves| &halves.coverage);
        share(&self.held_by_reference, replicates)
    }

    /// Reference balls that hold a generated row, on average over the generated rows, in units of k.
    ///
    /// In many dimensions a few reference rows are hubs, and density and its error both grow with the sizes of the sets;
    /// the error is therefore taken relative to the mean over the halves.
    #[must_use]
    pub fn density(&self) -> Part {
        let pairs: u64 = self.around_generated.iter().map(|&n| u64::from(n)).sum();
        let value = pairs as f64 / (self.nearest_k as f64 * self.around_generated.len() as f64);
        let std_error = self.halves.as_ref().and_then(|halves| {
            let mean = halves.density.iter().sum::<f64>() / N_HALVES as f64;
            let error = split_std_error(&halves.density)?;
            Some(if mean > 0.0 {
                error * value / mean
            } else {
                error
            })
        });
        Part { value, std_error }
    }
}

fn share(counts: &[u32], replicates: Option<&[f64; N_HALVES]>) -> Part {
    let hits = counts.iter().filter(|&&count| count > 0).count();
    Part {
        value: hits as f64 / counts.len() as f64,
        std_error: replicates.and_then(split_std_error),
    }
}

/// The coverage that two sets of the same distribution have on average:
/// `1 − Π i=1..k (n − i) / (n + m − i)` for `n` reference and `m` generated rows (Naeem et al. 2020, equation 9).
/// Their density is 1 on average.
#[must_use]
pub fn expected_coverage(n_reference: usize, n_generated: usize, nearest_k: usize) -> f64 {
    let (n, m) = (n_reference as f64, n_generated as f64);
    1.0 - (1..=nearest_k)
        .map(|i| (n - i as f64).max(0.0) / (n + m - i as f64).max(1.0))
        .product::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coverage_under_equality_is_that_of_the_paper() {
        // N = M = 10000 and 100, k = 5: 0.96877343515566 and 0.97106971797684.
        assert!((expected_coverage(10_000, 10_000, 5) - 0.968_773_435_155_663_9).abs() < 1e-12);
        assert!((expected_coverage(100, 100, 5) - 0.971_069_717_976_842_4).abs() < 1e-12);
        // Many generated rows per reference row leave no ball empty.
        assert!(expected_coverage(10, 100_000, 3) > expected_coverage(100_000, 10, 3));
    }

    #[test]
    fn counts_become_the_four_numbers() {
        let balls = Balls {
            nearest_k: 2,
            around_generated: vec![3, 0, 1, 0],
            around_reference: vec![0, 0, 1],
            held_by_reference: vec![2, 2, 0],
            halves: None,
        };
        assert_eq!(balls.precision().value, 0.5);
        assert_eq!(balls.recall().value, 1.0 / 3.0);
        // (3 + 1) / (2 * 4).
        assert_eq!(balls.density().value, 0.5);
        assert_eq!(balls.coverage().value, 2.0 / 3.0);
    }
}
