//! A code for each training picture, with the state of its own Adam.

use crate::rng::Seed;
use crate::training::losses::glo::{CODE_RATE, into_ball};

/// Adam's decays and what keeps its root from zero.
const BETAS: (f32, f32) = (0.9, 0.999);
const EPSILON: f32 = 1e-8;

/// The codes of all training pictures, row-major `[n, latent]`, in the unit ball.
#[derive(Debug, Clone, PartialEq)]
pub struct Codes {
    latent: usize,
    /// The codes.
    pub values: Vec<f32>,
    /// Averages of gradients.
    pub first: Vec<f32>,
    /// Averages of squared gradients.
    pub second: Vec<f32>,
    /// Updates of each code so far, whole numbers.
    pub n_updates: Vec<f32>,
}

impl Codes {
    /// Normal draws of `seed`, brought into the unit ball.
    #[must_use]
    pub fn new(n: usize, latent: usize, seed: Seed) -> Self {
        let mut stream = seed.stream("training/codes", 0);
        let mut values: Vec<f32> = (0..n * latent).map(|_| stream.normal() as f32).collect();
        into_ball(&mut values, latent);
        Self {
            latent,
            first: vec![0.0; values.len()],
            second: vec![0.0; values.len()],
            n_updates: vec![0.0; n],
            values,
        }
    }

    /// The codes of the pictures `indices`, row-major.
    #[must_use]
    pub fn of(&self, indices: &[usize]) -> Vec<f32> {
        let row = |&index: &usize| self.values[index * self.latent..][..self.latent].iter();
        indices.iter().flat_map(row).copied().collect()
    }

    /// Moves the codes of the pictures `indices` by their gradients, row-major.
    pub fn update(&mut self, indices: &[usize], gradients: &[f32]) {
        let latent = self.latent;
        for (&index, gradient) in indices.iter().zip(gradients.chunks(latent.max(1))) {
            self.n_updates[index] += 1.0;
            let t = self.n_updates[index];
            let rate = CODE_RATE * (1.0 - BETAS.1.powf(t)).sqrt() / (1.0 - BETAS.0.powf(t));
            let place = index * latent..(index + 1) * latent;
            let states = self.first[place.clone()]
                .iter_mut()
                .zip(&mut self.second[place.clone()]);
            let code = &mut self.values[place];
            for ((z, g), (m, v)) in code.iter_mut().zip(gradient).zip(states) {
                *m = BETAS.0 * *m + (1.0 - BETAS.0) * g;
                *v = BETAS.1 * *v + (1.0 - BETAS.1) * g * g;
                *z -= rate * *m / (v.sqrt() + EPSILON);
            }
            into_ball(code, latent);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_moves_by_its_own_adam_and_stays_in_the_ball() {
        let mut codes = Codes::new(3, 2, Seed(1));
        codes.values = vec![0.5, 0.0, 0.6, 0.8, 0.1, 0.1];
        // The first step of Adam is the rate, whatever the gradient's size: 0.5 - 0.02 and 0 + 0.02.
        codes.update(&[0, 1], &[3.0, -0.001, -1.0, -1.0]);
        assert!((codes.values[0] - 0.48).abs() < 1e-5 && (codes.values[1] - 0.02).abs() < 1e-5);
        // (0.62, 0.82) has the norm 1.028, so it is brought back to 1.
        let norm = codes.values[2].hypot(codes.values[3]);
        assert!((norm - 1.0).abs() < 1e-6);
        assert!((codes.values[2] / codes.values[3] - 0.62 / 0.82).abs() < 1e-5);
        // Who was not seen does not move, and does not count.
        assert_eq!(codes.values[4..], [0.1, 0.1]);
        assert_eq!(codes.n_updates, [1.0, 1.0, 0.0]);
        assert_eq!(
            codes.of(&[2, 0]),
            [0.1, 0.1, codes.values[0], codes.values[1]]
        );
    }

    #[test]
    fn codes_begin_in_the_ball() {
        let codes = Codes::new(50, 8, Seed(4));
        let norms = codes.values.chunks(8);
        let norms = norms.map(|c| c.iter().map(|v| v * v).sum::<f32>().sqrt());
        assert!(norms.into_iter().all(|n| n <= 1.0 + 1e-6));
    }
}
