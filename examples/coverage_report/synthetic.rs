//! Distributions with a formula: shifted clusters, equal Gaussians, heavy tails.

use gavel::error::Result;
use gavel::metrics::{ClassScores, Measured, Picture, Space};
use gavel::rng::{Seed, Stream};
use ndarray::{Array2, Array3};

use crate::scenario::Scenario;

/// Feature dimensions.
const D: usize = 16;

/// Classes of the made-up classifier.
const CLASSES: usize = 6;

/// Rows of a training set.
const N_TRAIN: usize = 1000;

/// Most pictures of a set: MS-SSIM compares all pairs of them.
const PICTURES: usize = 100;

/// Sides of the pictures.
const SIDE: usize = 32;

/// One sample of a distribution.
type Sampler = fn(&mut Stream) -> [f64; D];

/// All of them.
pub fn all() -> Result<Vec<Scenario>> {
    let of = |name: &str, what: &str, reference: Sampler, generated: Sampler| -> Result<Scenario> {
        Ok(Scenario::new(
            name,
            what.to_owned(),
            set("train", reference, Seed(u64::MAX), N_TRAIN)?,
            None,
            Box::new(move |replicate, n| {
                Ok([
                    set("reference", reference, Seed(2 * replicate), n)?,
                    set("generated", generated, Seed(2 * replicate + 1), n)?,
                ])
            }),
        ))
    };
    Ok(vec![
        of(
            "clusters",
            "Four Gaussian clusters in 16 dimensions with unequal weights and falling variances; the generated side is moved by 0.3 in every dimension, is 10 % narrower and almost lacks the last cluster.",
            |s| cluster(s, [0.4, 0.3, 0.2, 0.1], 0.0, 1.0),
            |s| cluster(s, [0.45, 0.33, 0.21, 0.01], 0.3, 0.9),
        )?,
        of(
            "equal Gaussians",
            "The same Gaussian in 16 dimensions on both sides.",
            gaussian,
            gaussian,
        )?,
        of(
            "heavy tails",
            "Correlated Student-t rows with 5 degrees of freedom in 16 dimensions; the generated side is 20 % wider and moved by 0.2.",
            |s| student(s, 1.0, 0.0),
            |s| student(s, 1.2, 0.2),
        )?,
    ])
}

fn gaussian(stream: &mut Stream) -> [f64; D] {
    std::array::from_fn(|_| stream.normal())
}

fn cluster(stream: &mut Stream, weights: [f64; 4], shift: f64, scale: f64) -> [f64; D] {
    let mut u = stream.uniform();
    let cluster = weights
        .iter()
        .position(|w| {
            u -= w;
            u < 0.0
        })
        .unwrap_or(3);
    std::array::from_fn(|j| {
        let centre = if j % 4 == cluster { 3.0 } else { 0.0 };
        centre + shift + scale * stream.normal() * (2.0 / (1.0 + j as f64 / 4.0))
    })
}

fn student(stream: &mut Stream, scale: f64, shift: f64) -> [f64; D] {
    let chi: f64 = (0..5).map(|_| stream.normal().powi(2)).sum();
    let wide = scale / (chi / 5.0).sqrt();
    let mut previous = 0.0;
    std::array::from_fn(|_| {
        previous = 0.6 * previous + 0.8 * stream.normal();
        shift + wide * previous
    })
}

/// `n` samples, and everything else that a metric may ask for as functions of their features.
fn set(name: &str, sampler: Sampler, seed: Seed, n: usize) -> Result<Measured> {
    let mut stream = seed.stream("coverage", 0);
    let mut features = Array2::<f32>::zeros((n, D));
    for mut row in features.rows_mut() {
        for (slot, value) in row.iter_mut().zip(sampler(&mut stream)) {
            *slot = value as f32;
        }
    }
    let of = |width: usize, value: fn(f32, usize) -> f32| {
        Array2::from_shape_fn((n, width), |(i, j)| {
            value(features[[i, (3 * j + 1) % D]], j)
        })
    };
    let logits = of(CLASSES, |x, j| 1.5 * x + 0.2 * j as f32);
    let spatial = of(8, |x, j| x.tanh() + 0.1 * j as f32);
    let spectra = of(8, |x, j| (0.3 * x - 0.5 * j as f32).exp());
    // 64 levels for each of three channels, as the descriptors have them.
    let mut colours = of(192, |x, _| (0.5 * x).exp());
    for mut row in colours.rows_mut() {
        for mut channel in row.exact_chunks_mut(64) {
            let sum = channel.sum();
            channel /= sum;
        }
    }
    let pictures = (0..n.min(PICTURES))
        .map(|row| Picture {
            row,
            rgb: picture(|j| features[[row, j]]),
        })
        .collect();
    Ok(
        Measured::from_features(name, Space::Arrays, features.clone())?
            .with_scores(ClassScores::Logits(logits))?
            .with_spatial(spatial)?
            .with_descriptors(spectra, colours)?
            .with_pictures(pictures),
    )
}

/// Two waves and a slope whose sizes are features.
fn picture(feature: impl Fn(usize) -> f32) -> Array3<u8> {
    Array3::from_shape_fn((SIDE, SIDE, 3), |(y, x, channel)| {
        let (y, x) = (y as f32 / SIDE as f32, x as f32 / SIDE as f32);
        let wave = feature(channel) * (9.0 * x + feature(4)).sin()
            + feature(5) * (17.0 * y).cos()
            + feature(6) * (x - y);
        (128.0 + 30.0 * wave).clamp(0.0, 255.0) as u8
    })
}
