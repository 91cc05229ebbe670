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
mod tests {
    use super::*;

    fn mixture(text: &str) -> Mixture {
        Mixture::named(text).unwrap().unwrap()
    }

    #[test]
    fn what_is_left_out_is_the_default() {
        let ring = mixture("mixtures:ring");
        assert_eq!(
            ring,
            mixture("mixtures:ring?modes=8&n=50000&std=0.02&seed=0&split=train")
        );
        let grid = mixture("mixtures:grid");
        assert_eq!((grid.n_modes, grid.shape), (25, Shape::Grid));
        assert_eq!(Mixture::named("polygons:triangles").unwrap(), None);
    }

    #[test]
    fn what_is_not_understood_is_said() {
        for (text, words) in [
            ("mixtures:rnig", "ring and grid"),
            ("mixtures:", "ring and grid"),
            ("mixtures:ring?modes=0", "modes from 1"),
            ("mixtures:grid?modes=24", "square number"),
            ("mixtures:ring?std=-1", "std above 0"),
            ("mixtures:ring?std=0", "std above 0"),
            ("mixtures:ring?std=0.06", "at most 0.05"),
            ("mixtures:ring?std=nan", "std above 0"),
            ("mixtures:ring?n=0", "n from 1"),
            ("mixtures:ring?n=99999999999", "n from 1 to 10000000"),
            ("mixtures:ring?seed=-1", "seed"),
            ("mixtures:ring?split=holdout", "split=train or split=test"),
            ("mixtures:ring?radius=2", "modes, n, std, seed or split"),
            ("mixtures:ring#first=3", "ring and grid"),
        ] {
            let error = Mixture::named(text).unwrap_err();
            assert_eq!(error.kind(), crate::error::Kind::Usage, "{text}");
            assert!(error.message().contains(words), "{error}");
            assert!(error.message().contains(text), "{error}");
        }
    }

    #[test]
    fn modes_are_where_the_formula_puts_them() {
        // cos and sin of 0 and of a quarter turn; 0.15 + 0.7 · 3/4 = 0.675 in column 3, row 1: 0.325.
        let close = |a: [f64; 2], b: [f64; 2]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-12);
        let ring = mixture("mixtures:ring").centers();
        assert!(close(ring[0], [0.85, 0.5]) && close(ring[2], [0.5, 0.85]));
        let grid = mixture("mixtures:grid").centers();
        assert!(close(grid[0], [0.15, 0.15]) && close(grid[8], [0.675, 0.325]));
        assert!(close(grid[24], [0.85, 0.85]));
        assert_eq!(mixture("mixtures:grid?modes=1").centers(), [[0.5, 0.5]]);
    }

    /// Mean and variance along x, and the covariance.
    fn moments(points: &[f32]) -> (f64, f64, f64) {
        let n = (points.len() / 2) as f64;
        let sum = |f: &dyn Fn(f64, f64) -> f64| {
            let all = points
                .chunks(2)
                .map(|p| f(f64::from(p[0]), f64::from(p[1])));
            all.sum::<f64>() / n
        };
        let (x, y) = (sum(&|x, _| x), sum(&|_, y| y));
        let variance = sum(&|a, _| (a - x).powi(2));
        (x, variance, sum(&|a, b| (a - x) * (b - y)))
    }

    #[test]
    fn moments_are_those_of_the_theory() {
        // Ring: mean 0.5, variance 0.35²/2 + 0.02² = 0.06165. Grid: places 0.15, 0.325, …, 0.85 have variance
        // 0.175² · 2 = 0.06125, and + 0.02² = 0.06165. Standard errors of 50,000: 0.0011 of the mean, 0.0003 of the rest.
        for text in ["mixtures:ring", "mixtures:grid?seed=5"] {
            let (mean, variance, covariance) = moments(&mixture(text).points(50_000));
            assert!((mean - 0.5).abs() < 0.005, "{text}: {mean}");
            assert!((variance - 0.06165).abs() < 0.001, "{text}: {variance}");
            assert!(covariance.abs() < 0.001, "{text}: {covariance}");
        }
        // One mode: the deviation itself, with a standard error of 0.03 / √(2 · 50000) = 0.0001.
        let one = mixture("mixtures:grid?modes=1&std=0.03").points(50_000);
        assert!((moments(&one).1.sqrt() - 0.03).abs() < 5e-4);
    }

    #[test]
    fn points_are_in_the_square_and_belong_to_seed_split_and_index() {
        let widest = mixture("mixtures:ring?std=0.05").points(20_000);
        assert!(widest.iter().all(|v| (0.0..=1.0).contains(v)));
        let ring = mixture("mixtures:ring");
        assert_eq!(ring.points(10)[..6], ring.points(3));
        assert_ne!(ring.points(3), mixture("mixtures:ring?seed=1").points(3));
        assert_ne!(ring.points(3), ring.other().points(3));
        assert_eq!(ring.other(), mixture("mixtures:ring?split=test"));
        assert_eq!(ring.other().other(), ring);
        // float32, not bytes: few coordinates are multiples of 1/255.
        let levels = ring
            .points(1000)
            .iter()
            .filter(|v| (*v * 255.0).fract() == 0.0)
            .count();
        assert!(levels < 20, "{levels}");
    }
}
