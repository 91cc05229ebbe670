//! The Mann-Whitney U statistic and the placements behind its variance.

/// U of two samples a and b, and where each value of one lies among the values of the other.
#[derive(Debug, Clone, PartialEq)]
pub struct MannWhitney {
    /// Pairs with a > b, and half of the pairs with a = b.
    pub u: f64,
    /// For every value of a: the share of b below it, and half of the share equal to it.
    pub of_a: Vec<f64>,
    /// For every value of b: the share of a above it, and half of the share equal to it.
    pub of_b: Vec<f64>,
}

impl MannWhitney {
    /// Counts all pairs by sorting. Values must not be NaN; with an empty side U is 0 and placements are 0.
    #[must_use]
    pub fn of(a: &[f64], b: &[f64]) -> Self {
        let of_a: Vec<f64> = placements(a, b);
        let of_b = placements(b, a).iter().map(|share| 1.0 - share).collect();
        // Twice a placement times the other side's size is an integer, so rounding takes the division back out.
        let doubled: f64 = of_a
            .iter()
            .map(|share| (2.0 * share * b.len() as f64).round())
            .sum();
        Self {
            u: doubled / 2.0,
            of_a,
            of_b,
        }
    }

    /// (U − (nm/2 − ½)) / √(nm (n + m + 1) / 12) for sides of n and m values: the mean of U under equal distributions
    /// lowered by ½, no correction for ties, as Meehan's program.
    #[must_use]
    pub fn z(&self) -> f64 {
        let (n, m) = (self.of_a.len() as f64, self.of_b.len() as f64);
        if n * m == 0.0 {
            return 0.0;
        }
        (self.u - (n * m / 2.0 - 0.5)) / null_deviation(n, m)
    }
}

/// Standard deviation of U where both sides have one distribution: √(nm (n + m + 1) / 12).
pub(super) fn null_deviation(n: f64, m: f64) -> f64 {
    (n * m * (n + m + 1.0) / 12.0).sqrt()
}

/// For every value: the share of `others` below it, and half of the share equal to it.
fn placements(values: &[f64], others: &[f64]) -> Vec<f64> {
    let mut sorted = others.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len().max(1) as f64;
    values
        .iter()
        .map(|value| {
            let below = sorted.partition_point(|other| other < value);
            let not_above = sorted.partition_point(|other| other <= value);
            0.5 * (below + not_above) as f64 / n
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_counted_from_the_first_side_and_ties_half() {
        // a = 1, 3, 3 and b = 2, 3: 1 beats none; each 3 beats 2 and ties 3: U = 2 (1 + 1/2) = 3 of 6 pairs.
        let found = MannWhitney::of(&[1.0, 3.0, 3.0], &[2.0, 3.0]);
        assert_eq!(found.u, 3.0);
        assert_eq!(found.of_a, [0.0, 0.75, 0.75]);
        // 2 lies below two of three; 3 ties two of three.
        assert!((found.of_b[0] - 2.0 / 3.0).abs() < 1e-15);
        assert!((found.of_b[1] - 1.0 / 3.0).abs() < 1e-15);
        // (3 - (3 - 0.5)) / sqrt(6 * 6 / 12) = 0.5 / sqrt(3).
        assert!((found.z() - 0.5 / 3.0_f64.sqrt()).abs() < 1e-15);
        assert_eq!(MannWhitney::of(&[], &[1.0]).z(), 0.0);
    }

    #[test]
    fn the_sides_are_not_exchanged() {
        let (low, high) = ([1.0, 2.0], [3.0, 4.0]);
        assert_eq!(MannWhitney::of(&high, &low).u, 4.0);
        assert_eq!(MannWhitney::of(&low, &high).u, 0.0);
    }
}
