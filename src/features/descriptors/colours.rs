//! The histogram of one colour channel.

/// Bins of a channel, each 256 / 64 = 4 levels wide.
pub const N_LEVELS: usize = 64;

/// The share of the pixels in each bin: levels 0 to 3 in the first, 252 to 255 in the last. Levels between two bytes
/// (the picture was resized) are rounded first, halves up.
pub(super) fn shares(channel: &[f32]) -> Vec<f32> {
    let mut counts = vec![0_u32; N_LEVELS];
    for level in channel {
        let byte = (level + 0.5).clamp(0.0, 255.0) as usize;
        if let Some(count) = counts.get_mut(byte * N_LEVELS / 256) {
            *count += 1;
        }
    }
    let n = channel.len() as f32;
    counts.into_iter().map(|count| count as f32 / n).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_are_four_levels_wide() {
        let bins = |levels: &[f32]| -> Vec<usize> {
            let shares = shares(levels);
            (0..N_LEVELS).filter(|&bin| shares[bin] > 0.0).collect()
        };
        assert_eq!(bins(&[0.0, 3.4]), [0]);
        assert_eq!(bins(&[3.5, 7.0]), [1]);
        assert_eq!(bins(&[251.4, 251.6, 255.0]), [62, 63]);
        assert_eq!(shares(&[0.0, 0.0, 0.0, 255.0])[0], 0.75);
    }
}
