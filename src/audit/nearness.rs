//! How near two pictures must be to count as one, read off real pictures.
//!
//! ```text
//! threshold = ½ · (1 % quantile of the distances of real pictures to their nearest other)
//! ```
//! What is a small distance depends on the domain: digits on black are nearer to each other than photographs. One real
//! picture in a hundred has a neighbor within twice the threshold; within the threshold itself there are fewer by a factor
//! of 2^d, with d the dimension of what varies in the domain. As nearest distances shrink in larger sets, as many real
//! pictures are taken as there are generated ones, where there are so many.

use super::Exhibit;
use super::likeness::{Likeness, levels};
use crate::error::Result;
use crate::progress::Observer;
use crate::rng::Seed;

/// The quantile of the real pictures' nearest distances.
const QUANTILE: f64 = 0.01;

/// Fewer real pictures say nothing about it.
const FEWEST: usize = 50;

/// More real pictures are not compared with each other.
const MOST: usize = 10_000;

/// The threshold of one comparison, and how many real pictures are within it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nearness {
    /// Largest sum of squared differences of two pictures that count as one.
    pub limit: u32,
    /// Real pictures that were compared with each other.
    pub n: usize,
    /// How many of them have another within the threshold.
    pub n_near: usize,
    /// Pairs of them within the threshold.
    pub n_pairs: u64,
}

impl Nearness {
    /// The threshold as a distance in gray levels.
    #[must_use]
    pub fn levels(&self) -> f64 {
        levels(self.limit)
    }

    /// Which share of `n` real pictures would have another within the threshold: the share that was seen, times the number
    /// of others that each has.
    #[must_use]
    pub fn expected_share(&self, n: usize) -> f64 {
        let scale = n.saturating_sub(1) as f64 / self.n.saturating_sub(1).max(1) as f64;
        (self.n_near as f64 / self.n.max(1) as f64 * scale).min(1.0)
    }
}

/// Reads the threshold for `n_generated` pictures off real ones; `None` where there are fewer than 50 of these, or all look
/// the same.
///
/// # Errors
/// Interrupted.
pub fn calibrate(
    real: &Exhibit,
    n_generated: usize,
    seed: Seed,
    observer: &dyn Observer,
) -> Result<Option<Nearness>> {
    let n = real.len().min(n_generated.max(FEWEST)).min(MOST);
    let known = &real.thumbnails.nearness;
    known.get_or_make((n, seed.0), || measure(real, n, seed, observer))
}

fn measure(
    real: &Exhibit,
    n: usize,
    seed: Seed,
    observer: &dyn Observer,
) -> Result<Option<Nearness>> {
    if n < FEWEST {
        return Ok(None);
    }
    let mut rows = seed.stream("audit.nearness", 0).permutation(real.len());
    rows.truncate(n);
    rows.sort_unstable();
    let likeness = Likeness::of(&real.thumbnails, &rows);
    let nearest = likeness.nearest(observer)?;
    let mut squares: Vec<u32> = nearest.iter().flatten().map(|n| n.squared).collect();
    squares.sort_unstable();
    let Some(quantile) = squares.get((QUANTILE * squares.len() as f64) as usize) else {
        return Ok(None);
    };
    // Half the distance is a quarter of its square.
    let limit = quantile / 4;
    let degrees = likeness.degrees(limit, observer)?;
    Ok(Some(Nearness {
        limit,
        n,
        n_near: degrees.iter().filter(|degree| **degree > 0).count(),
        n_pairs: degrees.iter().map(|degree| u64::from(*degree)).sum::<u64>() / 2,
    }))
}
