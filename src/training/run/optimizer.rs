//! Adam and RMSProp in one pass over each weight, on the host.
//!
//! burn's own Adam makes ten passes and as many temporaries; with 13 million weights a step that is a fifth of the
//! time. Here a weight, its gradient and its two averages are read once and written once.

use super::config::Rule;
use crate::training::layers::{Parameters, Role};
use rayon::prelude::*;

/// Weights that one task moves. Every weight is on its own, so the split changes no bit.
const CHUNK: usize = 1 << 15;
/// TensorFlow's Adam.
const ADAM_EPSILON: f32 = 1e-8;
/// TensorFlow's RMSProp.
const RMSPROP_EPSILON: f32 = 1e-10;
const RMSPROP_DECAY: f32 = 0.9;

/// An optimizer and its state.
#[derive(Debug, Clone, PartialEq)]
pub struct Optimizer {
    rule: Rule,
    rate: f64,
    betas: (f64, f64),
    /// Updates so far.
    pub n_updates: u64,
    /// Averages of gradients, by the parameters' places (empty for those that are not learned).
    pub first: Vec<Vec<f32>>,
    /// Averages of squared gradients.
    pub second: Vec<Vec<f32>>,
}

impl Optimizer {
    /// For `parameters`; Adam as in TensorFlow: `θ -= lr sqrt(1 - β2^t) / (1 - β1^t) m / (sqrt(v) + 1e-8)`; RMSProp:
    /// `θ -= lr g / sqrt(v + 1e-10)`, `v` starting at 1 as in TensorFlow.
    #[must_use]
    pub fn new(rule: Rule, rate: f64, betas: (f64, f64), parameters: &Parameters) -> Self {
        let start = |value: f32| -> Vec<Vec<f32>> {
            let of = |p: &crate::training::layers::Parameter| match p.role {
                Role::Learned => vec![value; p.values.len()],
                Role::Kept => Vec::new(),
            };
            parameters.list().iter().map(of).collect()
        };
        Self {
            rule,
            rate,
            betas,
            n_updates: 0,
            first: start(0.0),
            second: start(if rule == Rule::Adam { 0.0 } else { 1.0 }),
        }
    }

    /// Moves the learned parameters that have a gradient.
    pub fn update(&mut self, parameters: &mut Parameters, gradients: &[Option<Vec<f32>>]) {
        self.n_updates += 1;
        let t = self.n_updates as f64;
        let (beta1, beta2) = self.betas;
        let corrected = self.rate * (1.0 - beta2.powf(t)).sqrt() / (1.0 - beta1.powf(t));
        let states = self.first.iter_mut().zip(&mut self.second);
        let weights = parameters.list_mut().iter_mut().zip(gradients).zip(states);
        for ((parameter, gradient), (first, second)) in weights {
            let Some(gradient) = gradient else { continue };
            let chunks = parameter
                .values
                .par_chunks_mut(CHUNK)
                .zip(gradient.par_chunks(CHUNK))
                .zip(first.par_chunks_mut(CHUNK))
                .zip(second.par_chunks_mut(CHUNK));
            let rule = self.rule;
            let rate = self.rate as f32;
            chunks.for_each(|(((w, g), m), v)| match rule {
                Rule::Adam => adam(w, g, (m, v), corrected as f32, (beta1 as f32, beta2 as f32)),
                Rule::Rmsprop => rmsprop(w, g, v, rate),
            });
        }
    }
}

fn adam(
    weights: &mut [f32],
    gradients: &[f32],
    (first, second): (&mut [f32], &mut [f32]),
    rate: f32,
    (beta1, beta2): (f32, f32),
) {
    let averages = first.iter_mut().zip(second);
    for ((w, g), (m, v)) in weights.iter_mut().zip(gradients).zip(averages) {
        *m = beta1 * *m + (1.0 - beta1) * g;
        *v = beta2 * *v + (1.0 - beta2) * g * g;
        *w -= rate * *m / (v.sqrt() + ADAM_EPSILON);
    }
}

fn rmsprop(weights: &mut [f32], gradients: &[f32], second: &mut [f32], rate: f32) {
    for ((w, g), v) in weights.iter_mut().zip(gradients).zip(second) {
        *v = RMSPROP_DECAY * *v + (1.0 - RMSPROP_DECAY) * g * g;
        *w -= rate * g / (*v + RMSPROP_EPSILON).sqrt();
    }
}

/// Shortens the whole gradient to the norm `most`, in place; gives the norm before.
pub fn shorten(gradients: &mut [Option<Vec<f32>>], most: f64) -> f64 {
    let squares = gradients
        .iter()
        .flatten()
        .flatten()
        .map(|&g| f64::from(g).powi(2));
    let norm = squares.sum::<f64>().sqrt();
    if norm > most {
        let factor = (most / norm) as f32;
        for value in gradients.iter_mut().flatten().flatten() {
            *value *= factor;
        }
    }
    norm
}

/// Holds every learned weight in `[-bound, bound]`.
pub fn clip(parameters: &mut Parameters, bound: f32) {
    let learned = parameters.list_mut().iter_mut();
    for parameter in learned.filter(|p| p.role == Role::Learned) {
        let chunks = parameter.values.par_chunks_mut(CHUNK);
        chunks.for_each(|chunk| {
            for value in chunk {
                *value = value.clamp(-bound, bound);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(value: f32) -> Parameters {
        let mut parameters = Parameters::default();
        parameters.add("w".into(), [1, 1], Role::Learned, vec![value]);
        parameters
    }

    #[test]
    fn adam_takes_the_steps_of_its_paper() {
        // Gradient 2, beta 0.5 and 0.75, rate 0.1. t = 1: m = 1, v = 1; rate 0.1 sqrt(0.25)/0.5 = 0.1; w = 1 - 0.1.
        // t = 2, gradient 1: m = 1, v = 0.75 + 0.25 = 1; rate 0.1 sqrt(1 - 0.5625)/0.75 = 0.0881917; w = 0.8118083.
        let mut parameters = one(1.0);
        let mut adam = Optimizer::new(Rule::Adam, 0.1, (0.5, 0.75), &parameters);
        adam.update(&mut parameters, &[Some(vec![2.0])]);
        assert!((parameters.values(0)[0] - 0.9).abs() < 1e-6);
        adam.update(&mut parameters, &[Some(vec![1.0])]);
        assert!((parameters.values(0)[0] - 0.811_808_3).abs() < 1e-6);
    }

    #[test]
    fn rmsprop_starts_from_one() {
        // v = 0.9 + 0.1 * 4 = 1.3; w = 1 - 0.1 * 2 / sqrt(1.3) = 0.824588.
        let mut parameters = one(1.0);
        let mut rule = Optimizer::new(Rule::Rmsprop, 0.1, (0.0, 0.0), &parameters);
        rule.update(&mut parameters, &[Some(vec![2.0])]);
        assert!((parameters.values(0)[0] - 0.824_588_4).abs() < 1e-6);
    }

    #[test]
    fn a_long_gradient_is_shortened_and_a_short_one_is_not() {
        // |(3, 4)| = 5, shortened to 1: (0.6, 0.8).
        let mut gradients = [Some(vec![3.0]), None, Some(vec![4.0])];
        assert!((shorten(&mut gradients, 1.0) - 5.0).abs() < 1e-9);
        assert!((gradients[0].as_ref().unwrap()[0] - 0.6).abs() < 1e-6);
        assert!((shorten(&mut gradients, 2.0) - 1.0).abs() < 1e-6);
        assert!((gradients[2].as_ref().unwrap()[0] - 0.8).abs() < 1e-6);
    }

    #[test]
    fn clipping_spares_what_is_not_learned() {
        let mut parameters = one(0.5);
        parameters.add("mean".into(), [1, 1], Role::Kept, vec![0.5]);
        clip(&mut parameters, 0.01);
        assert_eq!(parameters.values(0), [0.01]);
        assert_eq!(parameters.values(1), [0.5]);
    }
}
