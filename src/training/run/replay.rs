//! Samples of earlier generators, so that the discriminator does not forget what was wrong with them.

use crate::rng::Seed;

/// A bounded store of earlier samples.
#[derive(Debug, Clone, PartialEq)]
pub struct Replay {
    share: f64,
    capacity: usize,
    /// Pictures seen so far.
    pub n_seen: u64,
    /// Row-major.
    pub kept: Vec<f32>,
}

impl Replay {
    /// `share` of each batch comes from up to `capacity` kept pictures.
    #[must_use]
    pub fn new(share: f64, capacity: usize) -> Self {
        Self {
            share,
            capacity,
            n_seen: 0,
            kept: Vec::new(),
        }
    }

    /// The `n` pictures `fresh` with the first `share` of them replaced by kept ones; then the fresh ones are kept by
    /// reservoir sampling, so that every earlier sample has the same chance to be here.
    pub fn mix(&mut self, fresh: &[f32], n: usize, step: usize, seed: Seed) -> Vec<f32> {
        let width = fresh.len() / n.max(1);
        let mut stream = seed.stream("training/replay", step as u64);
        let mut mixed = fresh.to_vec();
        let n_kept = self.kept.len() / width.max(1);
        if n_kept > 0 {
            let n_replaced = (self.share * n as f64).round() as usize;
            for place in mixed.chunks_mut(width).take(n_replaced) {
                let from = stream.below(n_kept) * width;
                place.copy_from_slice(&self.kept[from..from + width]);
            }
        }
        for picture in fresh.chunks(width.max(1)) {
            self.n_seen += 1;
            if self.kept.len() < self.capacity * width {
                self.kept.extend_from_slice(picture);
                continue;
            }
            let at = stream.below(usize::try_from(self.n_seen).unwrap_or(usize::MAX));
            if at < self.capacity {
                self.kept[at * width..(at + 1) * width].copy_from_slice(picture);
            }
        }
        mixed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_the_batch_comes_from_earlier_generators() {
        let mut replay = Replay::new(0.5, 4);
        // Nothing is kept yet: the first batch is as it is.
        assert_eq!(replay.mix(&[1.0, 1.0, 1.0, 1.0], 4, 0, Seed(1)), [1.0; 4]);
        let mixed = replay.mix(&[2.0, 2.0, 2.0, 2.0], 4, 1, Seed(1));
        assert_eq!(mixed, [1.0, 1.0, 2.0, 2.0]);
        assert_eq!(replay.kept.len(), 4);
        assert_eq!(replay.n_seen, 8);
    }

    #[test]
    fn the_reservoir_keeps_every_age() {
        let mut replay = Replay::new(0.0, 50);
        for step in 0..100 {
            replay.mix(&[step as f32; 5], 5, step, Seed(2));
        }
        // 50 of 500 at random: about half of them from the first 50 steps (deviation 3.5).
        let early = replay.kept.iter().filter(|&&v| v < 50.0).count();
        assert!((11..=39).contains(&early), "{early}");
    }
}
