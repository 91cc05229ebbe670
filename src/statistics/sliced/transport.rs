//! Optimal transport between points on a line.

/// Transport costs between two sets of points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Costs {
    /// Mean distance.
    pub w1: f64,
    /// Mean squared distance.
    pub w2_squared: f64,
}

/// ∫ |F⁻¹ − G⁻¹|^p for p = 1 and 2 between the quantile functions of two sorted lists, neither empty.
pub(super) fn transport(x: &[f64], y: &[f64]) -> Costs {
    if x.len() == y.len() {
        return ranks(x, y);
    }
    // In units of 1 / (n m), so that steps are exact: x(i) reaches to (i + 1) m, y(j) to (j + 1) n.
    let (n, m) = (x.len() as u64, y.len() as u64);
    let (mut i, mut j) = (0_usize, 0_usize);
    let (mut at, mut w1, mut w2) = (0_u64, 0.0, 0.0);
    while let (Some(a), Some(b)) = (x.get(i), y.get(j)) {
        let (end_x, end_y) = ((i as u64 + 1) * m, (j as u64 + 1) * n);
        let end = end_x.min(end_y);
        let (step, gap) = ((end - at) as f64, a - b);
        w1 += step * gap.abs();
        w2 += step * gap * gap;
        i += usize::from(end == end_x);
        j += usize::from(end == end_y);
        at = end;
    }
    let whole = (n * m) as f64;
    Costs {
        w1: w1 / whole,
        w2_squared: w2 / whole,
    }
}

fn ranks(x: &[f64], y: &[f64]) -> Costs {
    let (mut w1, mut w2) = (0.0, 0.0);
    for (a, b) in x.iter().zip(y) {
        let gap = a - b;
        w1 += gap.abs();
        w2 += gap * gap;
    }
    let n = x.len() as f64;
    Costs {
        w1: w1 / n,
        w2_squared: w2 / n,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unequal_sets_are_compared_by_quantiles() {
        // {0, 1, 2} against {0, 3}: on thirds and halves of [0, 1] the gaps are 0 (1/3), 1 (1/6), 2 (1/6), 1 (1/3).
        let found = transport(&[0.0, 1.0, 2.0], &[0.0, 3.0]);
        assert!(
            (found.w1 - (1.0 / 6.0 + 2.0 / 6.0 + 1.0 / 3.0)).abs() < 1e-15,
            "{found:?}"
        );
        assert!((found.w2_squared - (1.0 / 6.0 + 4.0 / 6.0 + 1.0 / 3.0)).abs() < 1e-15);
    }

    #[test]
    fn a_doubled_set_is_the_same_distribution() {
        let (once, twice) = ([0.0, 1.0, 5.0], [0.0, 0.0, 1.0, 1.0, 5.0, 5.0]);
        let zero = Costs {
            w1: 0.0,
            w2_squared: 0.0,
        };
        assert_eq!(transport(&once, &twice), zero);
        assert_eq!(transport(&once, &once), zero);
    }
}
