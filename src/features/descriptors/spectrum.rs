//! The power of a picture at each spatial frequency, whatever its direction.

use super::fourier::Fourier;

/// Rings: radius 1 to 32 cycles a picture. Ring 32 is the last one that fits into the square of frequencies; the corners
/// beyond it are left out.
pub const N_RINGS: usize = 32;

/// The variance of rounding to whole levels, in levels². What is weaker than that is no signal of an 8-bit picture; it
/// also gives a picture of one colour a logarithm.
const ROUNDING: f64 = 1.0 / 12.0;

/// The tables of a spectrum of `side` x `side` pictures.
#[derive(Debug)]
pub(super) struct Spectrograph {
    fourier: Fourier,
    window: Vec<f64>,
    /// Ring of every frequency: its radius rounded to a whole number, minus 1; `None` outside 1 to [`N_RINGS`].
    rings: Vec<Option<usize>>,
    counts: [f64; N_RINGS],
}

impl Spectrograph {
    /// `side` must be a power of two of at least 2 · [`N_RINGS`].
    pub(super) fn new(side: usize) -> Self {
        let hann =
            |i: usize| 0.5 - 0.5 * (2.0 * std::f64::consts::PI * i as f64 / side as f64).cos();
        let frequency = |i: usize| i.min(side - i) as f64;
        let rings: Vec<Option<usize>> = (0..side * side)
            .map(|place| {
                let radius = frequency(place / side)
                    .hypot(frequency(place % side))
                    .round();
                (1..=N_RINGS)
                    .contains(&(radius as usize))
                    .then(|| radius as usize - 1)
            })
            .collect();
        let mut counts = [0.0; N_RINGS];
        for ring in rings.iter().flatten() {
            counts[*ring] += 1.0;
        }
        Self {
            fourier: Fourier::new(side),
            window: (0..side * side)
                .map(|place| hann(place / side) * hann(place % side))
                .collect(),
            rings,
            counts,
        }
    }

    /// The mean power of each ring in dB: `10 log10(P + 1/12)` with P in levels². White noise of variance v has P = v in
    /// every ring; the mean level has no part in it.
    ///
    /// The window (Hann in both directions) keeps the jump between opposite borders, which is no part of the picture,
    /// from filling all rings; the power is divided by the sum of its squares.
    pub(super) fn rings(&self, picture: &[f64]) -> Vec<f32> {
        let weighted = |values: &[f64]| -> f64 {
            values
                .iter()
                .zip(&self.window)
                .map(|(value, weight)| value * weight)
                .sum()
        };
        let mean = weighted(picture) / self.window.iter().sum::<f64>();
        let windowed: Vec<f64> = picture
            .iter()
            .zip(&self.window)
            .map(|(value, weight)| (value - mean) * weight)
            .collect();
        let mut power = [0.0; N_RINGS];
        for (ring, (re, im)) in self.rings.iter().zip(self.fourier.square(&windowed)) {
            if let Some(ring) = ring {
                power[*ring] += re * re + im * im;
            }
        }
        let scale = weighted(&self.window);
        power
            .iter()
            .zip(&self.counts)
            .map(|(power, count)| (10.0 * (power / count / scale + ROUNDING).log10()) as f32)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wave(cycles_across: f64, cycles_down: f64) -> Vec<f64> {
        (0..64 * 64)
            .map(|place| {
                let (y, x) = ((place / 64) as f64, (place % 64) as f64);
                let turns = (cycles_across * x + cycles_down * y) / 64.0;
                128.0 + 100.0 * (2.0 * std::f64::consts::PI * turns).cos()
            })
            .collect()
    }

    fn loudest(picture: &[f64]) -> usize {
        let rings = Spectrograph::new(64).rings(picture);
        1 + (0..N_RINGS)
            .max_by(|&a, &b| rings[a].total_cmp(&rings[b]))
            .unwrap()
    }

    #[test]
    fn a_wave_is_in_the_ring_of_its_cycles_whatever_its_direction() {
        assert_eq!(loudest(&wave(10.0, 0.0)), 10);
        assert_eq!(loudest(&wave(0.0, 10.0)), 10);
        // 6² + 8² = 10².
        assert_eq!(loudest(&wave(6.0, 8.0)), 10);
        assert_eq!(loudest(&wave(32.0, 0.0)), 32);
    }

    #[test]
    fn a_wave_has_its_power_and_leaks_two_rings_at_most() {
        let rings = Spectrograph::new(64).rings(&wave(10.0, 0.0));
        // The power of all entries (Parseval) is that of the windowed wave, 100² / 2 · Σw² · 64²; divided by Σw² and
        // summed over rings with their counts it is 100² / 2 · 4096.
        let counts = Spectrograph::new(64).counts;
        let total: f64 = rings
            .iter()
            .zip(counts)
            .map(|(db, count)| (10.0_f64.powf(f64::from(*db) / 10.0) - ROUNDING) * count)
            .sum();
        assert!((total / (5000.0 * 4096.0) - 1.0).abs() < 1e-4, "{total}");
        // Hann's window spreads a whole frequency over its two neighbours and no further.
        assert!(rings[15] < -10.7 && rings[3] < -10.7, "{rings:?}");
    }
}
