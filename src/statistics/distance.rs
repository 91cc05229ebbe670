//! Squared Euclidean distances, summed directly: identical rows are at distance exactly 0.

/// Partial sums that a processor can run side by side; their number fixes the order of the additions.
const LANES: usize = 8;

/// Σ (ai − bi)² in float64.
pub fn squared<A, B>(a: &[A], b: &[B]) -> f64
where
    A: Copy + Into<f64>,
    B: Copy + Into<f64>,
{
    let mut sums = [0.0_f64; LANES];
    let (a_blocks, b_blocks) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let tail: f64 = a_blocks
        .remainder()
        .iter()
        .zip(b_blocks.remainder())
        .map(|(&x, &y)| square(x.into() - y.into()))
        .sum();
    for (x, y) in a_blocks.zip(b_blocks) {
        for ((sum, &x), &y) in sums.iter_mut().zip(x).zip(y) {
            *sum += square(x.into() - y.into());
        }
    }
    sums.iter().sum::<f64>() + tail
}

fn square(x: f64) -> f64 {
    x * x
}

#[cfg(test)]
mod tests {
    use super::squared;

    #[test]
    fn all_lanes_and_the_tail_count_once() {
        // Differences 1, 2, …, 11: the squares sum to 11 · 12 · 23 / 6 = 506.
        let a: Vec<f32> = (1..=11).map(|i| 2.0 * i as f32).collect();
        let b: Vec<f64> = (1..=11).map(f64::from).collect();
        assert_eq!(squared(&a, &b), 506.0);
        assert_eq!(squared::<f64, f64>(&[], &[]), 0.0);
    }
}
