//! Precision and recall against a manifold that is known: all triangles that can be rendered.
//!
//! As in Lucic et al. 2018, section 5. Precision: the share of samples whose nearest triangle is within a squared distance
//! of 0.75. Recall: the share of *test* triangles that the generator can make within the same distance; its latents are
//! found by taking the nearest of many samples and following the gradient from there (the paper: gradient descent from
//! random latents). F1 is their harmonic mean.

use crate::error::{Error, Result};
use crate::progress::Silent;
use crate::rng::Seed;
use crate::sources::polygons::{STARTS, THRESHOLD, nearest_triangle};
use crate::training::layers::Extent;
use crate::training::layers::{Lent, Mode, Pass, Rows, values};
use crate::training::run::{Config, Data, Sampler};
use burn::tensor::TensorData;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Values of a picture.
const VALUES: usize = 28 * 28;
/// Targets of one descent; always full, so that a target's bits do not depend on its neighbours.
const CHUNK: usize = 64;
/// Area in pixels below which a "triangle" is a blank picture.
const BLANK: f64 = 1.0;

/// How much work is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effort {
    /// Samples for precision (the paper: 1024).
    pub n_generated: usize,
    /// Samples among which the descent looks for its start.
    pub n_starts: usize,
    /// Rounds of the descent.
    pub n_rounds: usize,
    /// Of samples and starts.
    pub seed: Seed,
}

impl Effort {
    /// What every run on triangles gets: a second or two.
    const RUN: Self = Self {
        n_generated: 256,
        n_starts: 1024,
        n_rounds: 50,
        seed: Seed(0),
    };
    /// Test triangles that a run's generator is asked for.
    const RUN_TARGETS: usize = 128;
}

/// Precision, recall and F1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// Share of samples that are triangles.
    pub precision: f64,
    /// Share of test triangles that can be made.
    pub recall: f64,
    /// `2 P R / (P + R)`, 0 where both are 0.
    pub f1: f64,
    /// Share of samples that are triangles without area: blank pictures, which count for precision as in the paper.
    pub blank: f64,
}

/// Scores of a generator of 28 x 28 gray pictures; `test` holds triangles that it never saw, `[n, 784]` with background 1.
///
/// # Errors
/// A generator of other pictures, no test triangle, samples that are not finite.
pub fn scores(sampler: &Sampler, test: &[f32], effort: &Effort) -> Result<Scores> {
    if sampler.generator().output().len() != VALUES || test.is_empty() {
        return Err(Error::usage(format!(
            "triangles are compared with generators of 28 x 28 gray pictures and with at least one triangle; this generator \
             makes {} values, and there are {} triangles",
            sampler.generator().output().len(),
            test.len() / VALUES
        ))
        .mend("train on polygons:triangles with size 28 and channels 1"));
    }
    let made = sampler.values(effort.n_generated.max(effort.n_starts), effort.seed)?;
    let judged = made.get(..effort.n_generated * VALUES).unwrap_or(&made);
    let near = distances(judged, effort.seed);
    let n = near.len().max(1) as f64;
    let share = |hits: usize| hits as f64 / n;
    let precision = share(near.iter().filter(|(d, _)| *d <= THRESHOLD).count());
    let blank = share(
        near.iter()
            .filter(|(d, area)| *d <= THRESHOLD && *area < BLANK)
            .count(),
    );
    let reached = invert(sampler, test, &made, effort)?;
    let hits = reached.iter().filter(|&&d| d <= THRESHOLD).count();
    let recall = hits as f64 / reached.len().max(1) as f64;
    let sum = precision + recall;
    Ok(Scores {
        precision,
        recall,
        f1: if sum > 0.0 {
            2.0 * precision * recall / sum
        } else {
            0.0
        },
        blank,
    })
}

/// The scores of a run's generator, where it was trained on triangles: against the first of the same set's test split.
///
/// # Errors
/// As [`scores`].
pub fn of_run(sampler: &Sampler, config: &Config) -> Result<Option<Scores>> {
    let Some(about) = config.data.strip_prefix("polygons:triangles") else {
        return Ok(None);
    };
    if (config.size, config.channels) != (28, 1) || about.contains("split=test") {
        return Ok(None);
    }
    let query = about.trim_start_matches('?').split('&');
    let kept = query.filter(|pair| !pair.is_empty() && !pair.starts_with("split="));
    let pairs: Vec<&str> = kept.chain(["split=test"]).collect();
    let spec = format!("polygons:triangles?{}", pairs.join("&"));
    let extent = Extent::square(28, 1);
    let test = Data::read(&spec, extent, Some(Effort::RUN_TARGETS), &Silent)?;
    let rows: Vec<usize> = (0..test.len()).collect();
    let effort = Effort {
        seed: Seed(config.seed),
        ..Effort::RUN
    };
    scores(sampler, &test.batch(&rows), &effort).map(Some)
}

/// Squared distance to the nearest triangle, and that triangle's area, of each picture of `[n, 784]`.
#[must_use]
pub fn distances(pictures: &[f32], seed: Seed) -> Vec<(f64, f64)> {
    let one = |(index, picture): (usize, &[f32])| {
        let mut stream = seed.stream("triangles/starts", index as u64);
        let found = nearest_triangle(picture, STARTS, &mut stream);
        (found.squared_distance, found.area())
    };
    pictures.par_chunks(VALUES).enumerate().map(one).collect()
}

/// The smallest squared distance of each target `[m, 784]` to what the generator makes, from the nearest of the samples
/// `made` and by `n_rounds` rounds of Adam on the latents.
fn invert(sampler: &Sampler, targets: &[f32], made: &[f32], effort: &Effort) -> Result<Vec<f64>> {
    let mut reached = Vec::with_capacity(targets.len() / VALUES);
    for some in targets.chunks(CHUNK * VALUES) {
        let starts = nearest(some, made);
        let latents = starts.iter().flat_map(|&i| sampler.latent(effort.seed, i));
        reached.extend(descend(sampler, some, latents.collect(), effort.n_rounds)?);
    }
    Ok(reached)
}

/// Index of the sample that is nearest to each target.
fn nearest(targets: &[f32], made: &[f32]) -> Vec<usize> {
    let square =
        |a: &[f32], b: &[f32]| -> f32 { a.iter().zip(b).map(|(x, y)| (x - y).powi(2)).sum() };
    let one = |target: &[f32]| {
        let all = made
            .chunks(VALUES)
            .map(|sample| square(target, sample))
            .enumerate();
        all.min_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |(i, _)| i)
    };
    targets.par_chunks(VALUES).map(one).collect()
}

/// Adam's step on the latents.
const RATE: f32 = 0.05;

fn descend(
    sampler: &Sampler,
    targets: &[f32],
    mut latents: Vec<f32>,
    n_rounds: usize,
) -> Result<Vec<f64>> {
    let device = sampler.device();
    let m = targets.len() / VALUES;
    let width = latents.len() / m.max(1);
    latents.resize(CHUNK * width, 0.0);
    let mut padded = targets.to_vec();
    padded.resize(CHUNK * VALUES, 1.0);
    let wanted = Rows::from_data(TensorData::new(padded, [CHUNK, VALUES]), device);
    let network = sampler.generator();
    let lent = Lent::new(&network.parameters, device, false);
    let mut best = vec![f64::INFINITY; m];
    let (mut first, mut second) = (vec![0.0_f32; latents.len()], vec![0.0_f32; latents.len()]);
    for round in 0..=n_rounds {
        let data = TensorData::new(latents.clone(), [CHUNK, width]);
        let tracked = Rows::from_data(data, device).autodiff().require_grad();
        let made = network.forward(tracked.clone(), &mut Pass::new(&lent, Mode::Evaluation));
        let squared = (made - wanted.clone()).square().sum_dim(1);
        for (best, now) in best.iter_mut().zip(values(squared.clone().inner())?) {
            *best = best.min(f64::from(now));
        }
        if round == n_rounds {
            break;
        }
        let mut gradients = squared.sum().backward();
        let Some(gradient) = tracked.grad_remove(&mut gradients) else {
            break;
        };
        let t = round as i32 + 1;
        let rate = RATE * (1.0 - 0.999_f32.powi(t)).sqrt() / (1.0 - 0.9_f32.powi(t));
        let states = first.iter_mut().zip(&mut second);
        for ((z, g), (m, v)) in latents.iter_mut().zip(values(gradient)?).zip(states) {
            *m = 0.9 * *m + 0.1 * g;
            *v = 0.999 * *v + 0.001 * g * g;
            *z -= rate * *m / (v.sqrt() + 1e-8);
        }
        sampler.keep_inside(&mut latents);
    }
    Ok(best)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Silent;
    use crate::sources::polygons::{PolygonSpec, Polygons};
    use crate::training::run::{Config, train};

    fn triangles(n: usize) -> Vec<f32> {
        let spec = PolygonSpec::parse(&format!("triangles?n={n}&seed=2")).unwrap();
        let polygons = Polygons::draw(spec);
        let levels = (0..n).flat_map(|i| polygons.levels(i).unwrap());
        levels.map(|k| f32::from(k) / 64.0).collect()
    }

    #[test]
    fn real_triangles_are_all_near_and_noise_is_far() {
        let near = distances(&triangles(30), Seed(1));
        assert!(
            near.iter().all(|(d, area)| *d < 0.1 && *area > 1.0),
            "{near:?}"
        );
        let mut stream = Seed(3).stream("t", 0);
        let noise: Vec<f32> = (0..3 * VALUES).map(|_| stream.uniform() as f32).collect();
        assert!(distances(&noise, Seed(1)).iter().all(|(d, _)| *d > 20.0));
    }

    #[test]
    fn the_descent_finds_a_generators_own_pictures_again() {
        // Targets are the generator's own samples, which are not among those it starts from: the distance must fall far
        // below that of the nearest sample.
        let config = Config {
            data: "polygons:triangles?n=64&seed=1".into(),
            model: "mlp".into(),
            loss: "vae_paper".into(),
            width: Some(32),
            latent: 3,
            steps: 60,
            batch_size: 16,
            learning_rate: Some(2e-3),
            batch_norm_decay: 0.9,
            threads: Some(1),
            ..Config::default()
        };
        let sampler = train(&config, None, &Silent).unwrap().sampler.unwrap();
        let targets = sampler.values(8, Seed(99)).unwrap();
        let made = sampler.values(64, Seed(1)).unwrap();
        let reached = |n_rounds: usize| {
            let effort = Effort {
                n_generated: 8,
                n_starts: 64,
                n_rounds,
                seed: Seed(1),
            };
            invert(&sampler, &targets, &made, &effort).unwrap()
        };
        let (before, after) = (reached(0), reached(100));
        let total = |d: &[f64]| d.iter().sum::<f64>();
        assert!(before.iter().zip(&after).all(|(b, a)| a <= b));
        assert!(total(&after) < 0.2 * total(&before), "{before:?} {after:?}");
        let effort = Effort {
            n_generated: 8,
            n_starts: 64,
            n_rounds: 3,
            seed: Seed(1),
        };
        let found = scores(&sampler, &triangles(5), &effort).unwrap();
        assert!((0.0..=1.0).contains(&found.f1) && found.blank <= found.precision);
    }
}
