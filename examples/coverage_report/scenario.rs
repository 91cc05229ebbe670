//! Two distributions to draw from, and the fixed training set.

use gavel::error::Result;
use gavel::metrics::Measured;

/// Draws both sides of a replicate: number and size.
type Draw = Box<dyn Fn(u64, usize) -> Result<[Measured; 2]> + Sync + Send>;

/// A pair of distributions.
pub struct Scenario {
    /// Heading.
    pub name: String,
    /// What is drawn.
    pub what: String,
    /// The set that the generator was trained on: the same in all replicates.
    pub train: Measured,
    /// Size of the pool that rows are drawn from without replacement; `None` for a distribution.
    pub pool: Option<usize>,
    draw: Draw,
}

impl Scenario {
    pub fn new(name: &str, what: String, train: Measured, pool: Option<usize>, draw: Draw) -> Self {
        Self {
            name: name.to_owned(),
            what,
            train,
            pool,
            draw,
        }
    }

    /// Both sides of a replicate.
    pub fn draw(&self, replicate: u64, n: usize) -> Result<[Measured; 2]> {
        (self.draw)(replicate, n)
    }

    /// The share of the pool that a draw of n leaves out, 1 for a distribution: the variance of an estimate from n of N
    /// rows without replacement is (1 − n/N) of that of independent rows.
    pub fn unsampled(&self, n: usize) -> f64 {
        self.pool.map_or(1.0, |pool| 1.0 - n as f64 / pool as f64)
    }
}
