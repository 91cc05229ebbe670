//! Equal Gaussians in the plane: a training set on which a generator that drops modes is seen at once.
//!
//! ```text
//! p(x) = 1/k Σj N(x; cj, std² I)
//! ring   cj = (0.5, 0.5) + 0.35 (cos 2πj/k, sin 2πj/k)
//! grid   both coordinates of cj from 0.15 + 0.7 i/(√k − 1), i = 0 … √k − 1; one mode alone is at (0.5, 0.5)
//! ```
//! Spec: `mixtures:ring?modes=8&n=50000&std=0.02&seed=0&split=train|test` or `mixtures:grid?modes=25&…` with the same rest;
//! these are the defaults, and the split is `train`.
//!
//! Source: the ring of 8 and the grid of 25 of VEEGAN (Srivastava et al. 2017, arXiv 1705.07761) as PacGAN's program has
//! them (Lin et al. 2018, arXiv 1712.04086; `synthetic_data_experiments/*/config.py`): a ring of radius 1 with deviation
//! 0.01, a grid over −4, −2, 0, 2, 4 with deviation 0.05. Deviations from it: the modes are scaled into the unit square,
//! where generators that end in a sigmoid live, and are wider (7 and 11 hundredths of the distance to the next mode, theirs
//! 1 and 2.5), so that a small network finds them in seconds.
//!
//! Point i is drawn from the stream `("mixtures/train", i)` or `("mixtures/test", i)` of the seed. One that falls outside
//! the unit square is drawn again: the border is 7.5 deviations from the nearest mode by default, and never less than 3.

use crate::error::{Error, Result};
use crate::rng::{Seed, Stream};

/// What stands before the shape in a spec.
pub const PREFIX: &str = "mixtures:";

/// From the middle of the square to the modes of a ring.
const RADIUS: f64 = 0.35;
/// Modes of a grid lie between this and 1 less this, as those of a ring.
const MARGIN: f64 = 0.15;
/// The largest deviation: three of them fit between a mode and the border.
const WIDEST: f64 = 0.05;
/// Modes and points that a set may have; more is a slip of the pen.
const MOST_MODES: usize = 10_000;
const MOST_POINTS: usize = 10_000_000;

/// Where the modes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// On a circle.
    Ring,
    /// In rows and columns, as many of both.
    Grid,
}

/// Two sets of points of one mixture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Split {
    /// What generators are trained on.
    Train,
    /// What they are held against.
    Test,
}

/// A mixture and a set of points of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mixture {
    /// Where the modes are.
    pub shape: Shape,
    /// How many there are.
    pub n_modes: usize,
    /// Points of the set.
    pub n: usize,
    /// Deviation of each mode along each axis.
    pub std: f64,
    /// Of the points.
    pub seed: u64,
    /// Which set.
    pub split: Split,
}

impl Mixture {
    /// The mixture that `spec` names; `None` where it names something else.
    ///
    /// # Errors
    /// Usage: a shape, a key or a value that is not understood.
    pub fn named(spec: &str) -> Result<Option<Self>> {
        let text = spec.strip_prefix(PREFIX);
        text.map(|text| Self::parse(text).map_err(|error| error.at(spec)))
            .transpose()
    }

    /// Parses what follows `mixtures:`.
    fn parse(text: &str) -> Result<Self> {
        let wrong = |why: String| {
            Error::usage(why).mend("for example mixtures:ring?modes=8&n=50000&std=0.02&seed=0")
        };
        let (shape, query) = text.split_once('?').unwrap_or((text, ""));
        let (shape, n_modes) = match shape {
            "ring" => (Shape::Ring, 8),
            "grid" => (Shape::Grid, 25),
            _ => {
                let why = format!("the mixture `{shape}` is not known; there are ring and grid");
                return Err(wrong(why));
            }
        };
        let mut mixture = Self {
            shape,
            n_modes,
            n: 50_000,
            std: 0.02,
            seed: 0,
            split: Split::Train,
        };
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            mixture.set(key, value).map_err(|expected| {
                wrong(format!("`{pair}` is not understood; expected {expected}"))
            })?;
        }
        if mixture.shape == Shape::Grid && mixture.side().pow(2) != mixture.n_modes {
            let found = mixture.n_modes;
            return Err(wrong(format!(
                "a grid of {found} modes has no equal rows and columns; expected a square number such as 25"
            )));
        }
        Ok(mixture)
    }

    /// Sets one key; else says what was expected.
    fn set(&mut self, key: &str, value: &str) -> std::result::Result<(), String> {
        let count = |most: usize| {
            let n = value.parse().ok().filter(|n| (1..=most).contains(n));
            n.ok_or_else(|| format!("{key} from 1 to {most}"))
        };
        match key {
            "modes" => self.n_modes = count(MOST_MODES)?,
            "n" => self.n = count(MOST_POINTS)?,
            "std" => {
                let std = value.parse().ok();
                self.std = std
                    .filter(|std| *std > 0.0 && *std <= WIDEST)
                    .ok_or_else(|| format!("std above 0 and at most {WIDEST:.2}"))?;
            }
            "seed" => {
                let seed = value.parse();
                self.seed = seed.map_err(|_| "seed as a whole number".to_owned())?;
            }
            "split" => {
                self.split = match value {
                    "train" => Split::Train,
                    "test" => Split::Test,
                    _ => return Err("split=train or split=test".to_owned()),
                }
            }
            _ => return Err("modes, n, std, seed or split".to_owned()),
        }
        Ok(())
    }

    /// Rows of a grid.
    fn side(&self) -> usize {
        self.n_modes.isqrt()
    }

    /// The other set of the same mixture.
    #[must_use]
    pub fn other(self) -> Self {
        let split = match self.split {
            Split::Train => Split::Test,
            Split::Test => Split::Train,
        };
        Self { split, ..self }
    }

    /// The means `cj`, `[k][x, y]`.
    #[must_use]
    pub fn centers(&self) -> Vec<[f64; 2]> {
        (0..self.n_modes).map(|mode| self.center(mode)).collect()
    }

    fn center(&self, mode: usize) -> [f64; 2] {
        match self.shape {
            Shape::Ring => {
                let angle = std::f64::consts::TAU * mode as f64 / self.n_modes as f64;
                [0.5 + RADIUS * angle.cos(), 0.5 + RADIUS * angle.sin()]
            }
            Shape::Grid => {
                let side = self.side();
                [mode % side, mode / side].map(|place| match side {
                    1 => 0.5,
                    _ => MARGIN + 2.0 * RADIUS * place as f64 / (side - 1) as f64,
                })
            }
        }
    }

    /// The first `n` points, row-major `[n, 2]`. A set of more points begins with those of a smaller one.
    #[must_use]
    pub fn points(&self, n: usize) -> Vec<f32> {
        let name = match self.split {
            Split::Train => "mixtures/train",
            Split::Test => "mixtures/test",
        };
        let draw = |index| self.point(&mut Seed(self.seed).stream(name, index as u64));
        (0..n).flat_map(draw).collect()
    }

    fn point(&self, stream: &mut Stream) -> [f32; 2] {
        let center = self.center(stream.below(self.n_modes));
        loop {
            let point = center.map(|middle| middle + self.std * stream.normal());
            if point.iter().all(|v| (0.0..=1.0).contains(v)) {
                return point.map(|v| v as f32);
            }
        }
    }
}

#[cfg(test)]
mod tests;
