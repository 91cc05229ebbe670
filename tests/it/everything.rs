//! Sets that hold everything a metric may ask for, all of it made from their features.

use gavel::error::Result;
use gavel::metrics::{
    ClassScores, Generated, Inputs, Measured, Metric, Outcome, Picture, Reference, Settings, Space,
    Train, evaluate,
};
use gavel::rng::Seed;
use ndarray::{Array2, Array3};

/// Sides of the pictures.
const SIDE: usize = 32;

/// Standard normal samples.
pub fn normal(seed: u64, n: usize, d: usize) -> Array2<f32> {
    let mut stream = Seed(seed).stream("everything", 0);
    Array2::from_shape_fn((n, d), |_| stream.normal() as f32)
}

/// A set with features, and everything else made of them.
pub fn everything(name: &str, features: Array2<f32>) -> Measured {
    beside(name, &features.clone(), features)
}

/// A set with `features`, and with logits, spatial features, descriptors, labels and pictures made of `basis`: equal rows
/// of it have equal everything.
pub fn beside(name: &str, basis: &Array2<f32>, features: Array2<f32>) -> Measured {
    let (n, d) = basis.dim();
    // Bounded, so that features of any size make pictures and histograms.
    let bounded = |i: usize, j: usize| (0.5 * basis[[i, j % d]]).tanh();
    let of = |width: usize, value: &dyn Fn(f32, usize) -> f32| {
        Array2::from_shape_fn((n, width), |(i, j)| value(bounded(i, j), j))
    };
    let logits = of(5, &|x, j| 3.0 * x + 0.1 * j as f32);
    let spatial = of(6, &|x, j| x + 0.1 * j as f32);
    let spectra = of(6, &|x, j| (x - 0.5 * j as f32).exp());
    // 64 levels for each of three channels, as the descriptors have them.
    let mut colours = of(192, &|x, _| (2.0 * x).exp());
    for mut row in colours.rows_mut() {
        for mut channel in row.exact_chunks_mut(64) {
            let sum = channel.sum();
            channel /= sum;
        }
    }
    let pictures = (0..n)
        .map(|row| Picture {
            row,
            rgb: picture(|j| bounded(row, j)),
        })
        .collect();
    let labels = (0..n)
        .map(|i| if basis[[i, 0]] > 0.0 { "up" } else { "down" }.to_owned())
        .collect();
    Measured::from_features(name, Space::Arrays, features)
        .unwrap()
        .with_scores(ClassScores::Logits(logits))
        .unwrap()
        .with_spatial(spatial)
        .unwrap()
        .with_descriptors(spectra, colours)
        .unwrap()
        .with_labels(labels)
        .unwrap()
        .with_pictures(pictures)
}

fn picture(feature: impl Fn(usize) -> f32) -> Array3<u8> {
    Array3::from_shape_fn((SIDE, SIDE, 3), |(y, x, channel)| {
        let (y, x) = (y as f32 / SIDE as f32, x as f32 / SIDE as f32);
        let wave = feature(channel) * (9.0 * x + feature(3)).sin() + feature(4) * (17.0 * y).cos();
        (128.0 + 60.0 * wave).clamp(0.0, 255.0) as u8
    })
}

/// One metric on sets that hold everything.
pub fn measure(
    metric: &'static dyn Metric,
    options: &[&str],
    [reference, generated]: [&Measured; 2],
    train: Option<&Measured>,
) -> Result<Outcome> {
    let inputs = Inputs::new(
        Some(Reference(reference)),
        Generated(generated),
        Seed::DEFAULT,
    )?
    .with_train(train.map(Train))?;
    evaluate(&[metric], &inputs, &Settings::parse(options)?)
}
