//! Precision and recall against a mixture in the plane, whose modes are known.
//!
//! As in VEEGAN (Srivastava et al. 2017, arXiv 1705.07761): a sample is of *high quality* if it is within three
//! standard deviations of the nearest mode, and a mode is *captured* if it is the nearest of at least one such sample. As
//! in PacGAN's program (Lin et al. 2018, `pacgan/extensions.py`) the bound is strict, `|x − c| < 3 std`, and the shares of
//! the modes among the samples of high quality are compared with equal ones by their Jensen-Shannon divergence, in nats.
//! VEEGAN takes 2,500 samples, we 10,000.
//!
//! ```text
//! precision = high-quality samples / samples        recall = captured modes / modes        f1 = 2 P R / (P + R)
//! ```
//! In the plane 1 − e^(−9/2) = 98.9 % of a Gaussian lie within three deviations: that is the mixture's own precision.
//!
//! The Fréchet distance compares mean and covariance of the points themselves, with coordinates in hundredths of the unit
//! square's side, which makes it 10,000 times that of the coordinates. It sees no more than these moments: a generator of
//! every other mode of the ring has the ring's own, and only its recall tells.

use crate::error::{Error, Result};
use crate::rng::Seed;
use crate::sources::mixtures::Mixture;
use crate::statistics::bins::jensen_shannon;
use crate::statistics::frechet::{Ddof, frechet};
use crate::statistics::moments::Moments;
use crate::training::run::Sampler;
use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

/// The name of the points themselves in the place of an extractor's.
pub const EXTRACTOR: &str = "points";

/// Samples that a run's generator is judged by, and points of the mixture that they are compared with.
const N: usize = 10_000;
/// Deviations within which a sample is of high quality.
pub const REACH: f64 = 3.0;
/// Square of the units in the square's side.
const SCALE: f64 = 100.0 * 100.0;

/// What a generator of points is worth.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// Share of samples of high quality.
    pub precision: f64,
    /// Share of modes that are captured.
    pub recall: f64,
    /// `2 P R / (P + R)`, 0 where both are 0.
    pub f1: f64,
    /// Divergence of the modes' shares from equal ones, 0 to ln 2; none where no sample is of high quality.
    pub jensen_shannon: Option<f64>,
    /// Fréchet distance to the mixture's other set, see above.
    pub fid_score: f64,
}

/// The scores of a run's generator that was trained on `mixture`: 10,000 samples by the run's seed, and as many points of the
/// set (train or test) that it was not trained on.
///
/// # Errors
/// Numerical: samples that are not finite.
pub fn of_run(sampler: &Sampler, mixture: &Mixture, seed: Seed) -> Result<Scores> {
    let fresh = moments(&mixture.other().points(N))?;
    scores(&sampler.values(N, seed)?, &fresh, mixture)
}

/// The scores of `generated` `[n, 2]`; `reference` are the moments of points that the generator did not see.
///
/// # Errors
/// Cannot tell: fewer than two samples.
pub fn scores(generated: &[f32], reference: &Moments, mixture: &Mixture) -> Result<Scores> {
    let counts = captured(generated, mixture);
    let n_good: usize = counts.iter().sum();
    let n_modes = counts.len() as f64;
    let precision = n_good as f64 / (generated.len() / 2).max(1) as f64;
    let recall = counts.iter().filter(|&&n| n > 0).count() as f64 / n_modes;
    let sum = precision + recall;
    let shares: Vec<f64> = counts.iter().map(|&n| n as f64 / n_good as f64).collect();
    Ok(Scores {
        precision,
        recall,
        f1: if sum > 0.0 {
            2.0 * precision * recall / sum
        } else {
            0.0
        },
        jensen_shannon: (n_good > 0)
            .then(|| jensen_shannon(&shares, &vec![1.0 / n_modes; counts.len()])),
        fid_score: distance(reference, &moments(generated)?)?,
    })
}

/// High-quality samples whose nearest mode is j, for each j; of equally near modes the first.
#[must_use]
pub fn captured(points: &[f32], mixture: &Mixture) -> Vec<usize> {
    let centers = mixture.centers();
    let mut counts = vec![0; centers.len()];
    for point in points.chunks_exact(2) {
        let square = |center: &[f64; 2]| -> f64 {
            let axes = center.iter().zip(point);
            axes.map(|(c, &x)| (f64::from(x) - c).powi(2)).sum()
        };
        let all = centers.iter().map(square).zip(&mut counts);
        let nearest = all.min_by(|(a, _), (b, _)| a.total_cmp(b));
        if let Some((square, count)) = nearest
            && square.sqrt() < REACH * mixture.std
        {
            *count += 1;
        }
    }
    counts
}

/// Mean and covariance of points `[n, 2]`.
///
/// # Errors
/// Input: no point at all.
pub fn moments(points: &[f32]) -> Result<Moments> {
    let rows = ArrayView2::from_shape((points.len() / 2, 2), points)
        .map_err(|error| Error::numerical(format!("points: {error}")))?;
    Moments::of(rows)
}

/// The Fréchet distance of points by their moments, in squared hundredths of the unit square's side.
///
/// # Errors
/// Cannot tell: fewer than two points on a side.
pub fn distance(reference: &Moments, generated: &Moments) -> Result<f64> {
    Ok(SCALE * frechet(reference, generated, Ddof::One)?.value)
}

#[cfg(test)]
mod tests;
