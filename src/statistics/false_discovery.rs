//! Many tests at once, where some false alarms are allowed: the share of them among the alarms is kept small.

/// Benjamini and Hochberg's adjusted p-values, in the order given.
///
/// With the m p-values in rising order, `adjusted(i) = min over j ≥ i of min(1, m p(j) / j)`. Calling out what is at most q
/// keeps the expected share of false alarms among the alarms at most q, where the tests are independent or positively
/// dependent.
///
/// Source: Benjamini and Hochberg 1995, "Controlling the false discovery rate" (J. R. Statist. Soc. B 57,
/// doi:10.1111/j.2517-6161.1995.tb02031.x); R's `p.adjust(method = "BH")`.
#[must_use]
pub fn adjust(p_values: &[f64]) -> Vec<f64> {
    let m = p_values.len();
    let mut order: Vec<usize> = (0..m).collect();
    order.sort_by(|&i, &j| p_values[i].total_cmp(&p_values[j]));
    let mut adjusted = vec![1.0; m];
    let mut least = 1.0_f64;
    for (rank, &i) in order.iter().enumerate().rev() {
        least = least.min(m as f64 * p_values[i] / (rank + 1) as f64);
        adjusted[i] = least;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_is_kept_and_none_rises_above_a_larger_one() {
        // By hand, m = 4: 0.01 · 4/1 = 0.04, 0.015 · 4/2 = 0.03, 0.03 · 4/3 = 0.04, 0.4 · 4/4 = 0.4; the first is lowered
        // to the second.
        let adjusted = adjust(&[0.03, 0.01, 0.4, 0.015]);
        for (got, want) in adjusted.iter().zip([0.04, 0.03, 0.4, 0.03]) {
            assert!((got - want).abs() < 1e-15, "{adjusted:?}");
        }
        assert!(adjust(&[]).is_empty());
        assert_eq!(adjust(&[1.0, 1.0]), [1.0, 1.0]);
    }

    #[test]
    fn the_example_of_the_paper_is_decided_as_there() {
        // Benjamini and Hochberg 1995, section 3.3: 15 p-values, the four smallest are called out at q = 0.05.
        let p = [
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
            0.5719, 0.6528, 0.7590, 1.0,
        ];
        let called = adjust(&p).iter().filter(|&&q| q <= 0.05).count();
        assert_eq!(called, 4);
    }
}
