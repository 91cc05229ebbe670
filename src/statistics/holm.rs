//! Many tests at once: Holm's step-down correction.

/// Adjusted p-values, in the order given.
///
/// With the p-values in rising order, `adjusted(i) = max over j ≤ i of min(1, (m − j + 1) p(j))`. Whatever the tests
/// depend on, the chance of any false alarm among all of them is at most the level that the adjusted values are held to.
///
/// Source: Holm 1979, "A simple sequentially rejective multiple test procedure" (Scand. J. Statist. 6); R's `p.adjust`.
#[must_use]
pub fn adjust(p_values: &[f64]) -> Vec<f64> {
    let m = p_values.len();
    let mut order: Vec<usize> = (0..m).collect();
    order.sort_by(|&i, &j| p_values[i].total_cmp(&p_values[j]));
    let mut adjusted = vec![1.0; m];
    let mut least = 0.0_f64;
    for (rank, &i) in order.iter().enumerate() {
        least = least.max(((m - rank) as f64 * p_values[i]).min(1.0));
        adjusted[i] = least;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_is_multiplied_by_all_and_none_falls_below_a_smaller_one() {
        // By hand: in order 0.01, 0.015, 0.03, 0.4 times 4, 3, 2, 1 = 0.04, 0.045, 0.06, 0.4.
        let adjusted = adjust(&[0.03, 0.01, 0.4, 0.015]);
        for (got, want) in adjusted.iter().zip([0.06, 0.04, 0.4, 0.045]) {
            assert!((got - want).abs() < 1e-15, "{adjusted:?}");
        }
        // 0.02 * 2 = 0.04 and 0.03 * 1 = 0.03: the second is lifted to the first. 0.9 * 2 stops at 1.
        assert_eq!(adjust(&[0.03, 0.02]), [0.04, 0.04]);
        assert_eq!(adjust(&[0.9, 0.9]), [1.0, 1.0]);
        assert!(adjust(&[]).is_empty());
    }
}
