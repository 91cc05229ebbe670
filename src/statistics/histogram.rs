//! Histograms for figures: shares of values in bins of one width.

/// The middles of `n_bins` bins between both ends, and the share of the values in each; values outside are counted in the
/// outermost bins, a value on the upper end in the last one. All shares are 0 where there is no value.
///
/// ```text
/// share_b = #{i : low + b w ≤ v_i < low + (b + 1) w} / n,   w = (high − low) / n_bins
/// ```
#[must_use]
pub fn shares(values: &[f64], (low, high): (f64, f64), n_bins: usize) -> (Vec<f64>, Vec<f64>) {
    let width = (high - low) / n_bins.max(1) as f64;
    let middles = (0..n_bins)
        .map(|bin| low + (bin as f64 + 0.5) * width)
        .collect();
    let mut counts = vec![0_u64; n_bins];
    for value in values {
        // Casts of floats to integers end at the bounds of the integer, and 0 / 0 becomes 0.
        let bin = ((value - low) / width).floor() as usize;
        if let Some(count) = counts.get_mut(bin.min(n_bins.saturating_sub(1))) {
            *count += 1;
        }
    }
    let n = values.len().max(1) as f64;
    (
        middles,
        counts.iter().map(|&count| count as f64 / n).collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::shares;

    #[test]
    fn a_value_on_a_border_belongs_to_the_bin_above_it_and_the_last_one_to_the_last_bin() {
        // Bins [0, 1), [1, 2) and [2, 3], each with its values over 4.
        let (middles, found) = shares(&[0.0, 1.0, 1.5, 3.0], (0.0, 3.0), 3);
        assert_eq!(middles, [0.5, 1.5, 2.5]);
        assert_eq!(found, [0.25, 0.5, 0.25]);
    }

    #[test]
    fn nothing_and_values_outside_are_no_trouble() {
        assert_eq!(shares(&[], (0.0, 1.0), 2).1, [0.0, 0.0]);
        assert_eq!(shares(&[-5.0, 9.0], (0.0, 1.0), 2).1, [0.5, 0.5]);
        assert_eq!(shares(&[0.0, 0.0], (0.0, 0.0), 2).1, [1.0, 0.0]);
        assert_eq!(shares(&[1.0], (0.0, 1.0), 0).1, Vec::<f64>::new());
    }
}
