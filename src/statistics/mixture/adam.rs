//! Adam (Kingma and Ba 2015, arXiv:1412.6980) with its default decay rates.

const STEP: f64 = 0.5;
const DECAY_MEAN: f64 = 0.9;
const DECAY_SQUARE: f64 = 0.999;
const EPSILON: f64 = 1e-8;

/// Running means of gradients and of their squares.
pub(super) struct Adam {
    means: Vec<f64>,
    squares: Vec<f64>,
    n_steps: i32,
}

impl Adam {
    pub(super) fn new(n_parameters: usize) -> Self {
        Self {
            means: vec![0.0; n_parameters],
            squares: vec![0.0; n_parameters],
            n_steps: 0,
        }
    }

    /// θ ← θ − 0.5 m̂ / (√v̂ + 1e-8).
    pub(super) fn step(&mut self, parameters: &mut [f64], gradient: &[f64]) {
        self.n_steps += 1;
        let first = 1.0 - DECAY_MEAN.powi(self.n_steps);
        let second = 1.0 - DECAY_SQUARE.powi(self.n_steps);
        let state = self.means.iter_mut().zip(&mut self.squares);
        for ((parameter, &slope), (mean, square)) in parameters.iter_mut().zip(gradient).zip(state)
        {
            *mean = DECAY_MEAN * *mean + (1.0 - DECAY_MEAN) * slope;
            *square = DECAY_SQUARE * *square + (1.0 - DECAY_SQUARE) * slope * slope;
            *parameter -= STEP * (*mean / first) / ((*square / second).sqrt() + EPSILON);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Adam;

    #[test]
    fn the_first_step_is_half_against_the_slope_whatever_its_size() {
        let mut parameters = [1.0, 1.0, 1.0];
        Adam::new(3).step(&mut parameters, &[1e-3, -50.0, 0.0]);
        for (got, want) in parameters.iter().zip([0.5, 1.5, 1.0]) {
            assert!((got - want).abs() < 1e-4, "{got}");
        }
    }
}
