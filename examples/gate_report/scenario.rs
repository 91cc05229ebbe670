//! A reference, a generator that a baseline was made of, and a worse one.

use gavel::error::Result;
use gavel::metrics::{Measured, Space};
use gavel::rng::{Seed, Stream};
use ndarray::Array2;

/// Feature dimensions of the distributions with a formula.
const D: usize = 32;

/// The sets of one replicate.
pub struct Sets {
    pub reference: Measured,
    /// Of the old generator.
    pub baseline: Measured,
    /// Of the old generator again.
    pub equal: Measured,
    /// Of a worse one.
    pub worse: Measured,
}

type Draw = Box<dyn Fn(u64, usize) -> Result<Sets> + Sync + Send>;

/// Distributions to draw from.
pub struct Scenario {
    pub name: String,
    /// What is drawn.
    pub what: String,
    /// The largest number of samples that it can give.
    pub most: usize,
    /// The largest number of samples whose kernel distances are affordable.
    pub kid_most: usize,
    draw: Draw,
}

impl Scenario {
    pub fn new(name: &str, what: String, most: usize, draw: Draw) -> Self {
        Self {
            name: name.to_owned(),
            what,
            most,
            kid_most: 1000,
            draw,
        }
    }

    /// The sets of a replicate with n generated samples each.
    pub fn draw(&self, replicate: u64, n: usize) -> Result<Sets> {
        (self.draw)(replicate, n)
    }
}

/// One sample of a distribution.
type Sampler = fn(&mut Stream) -> [f64; D];

/// Reference, old generator, worse generator.
#[derive(Clone, Copy)]
struct Trio([Sampler; 3]);

/// Distributions with a formula.
pub fn synthetic() -> Vec<Scenario> {
    let all = usize::MAX;
    let of = |name: &str, what: &str, trio: Trio, times: usize| {
        Scenario::new(
            name,
            what.to_owned(),
            all,
            Box::new(move |replicate, n| trio.draw(replicate, n, times)),
        )
    };
    let gaussians = Trio([
        |s| gaussian(s, 0.0, 1.0),
        |s| gaussian(s, 0.2, 1.05),
        |s| gaussian(s, 0.22, 1.05),
    ]);
    let mut large = of(
        "Gaussians, large reference",
        "As before, with ten times as many reference samples as generated ones, as in most projects.",
        gaussians,
        10,
    );
    large.kid_most = 0;
    large.most = 1000;
    let mut plain = of(
        "Gaussians",
        "Gaussians in 32 dimensions with falling variances; the old generator is moved by 0.2 standard deviations in every dimension and is 5 % wider, the worse one is moved by 0.22. As many reference samples as generated ones.",
        gaussians,
        1,
    );
    plain.kid_most = all;
    vec![
        plain,
        large,
        of(
            "clusters",
            "Eight Gaussian clusters in 32 dimensions; the old generator gives its last cluster half of its weight, the worse one a quarter.",
            Trio([
                |s| cluster(s, 1.0),
                |s| cluster(s, 0.5),
                |s| cluster(s, 0.25),
            ]),
            1,
        ),
        of(
            "a perfect generator",
            "The old generator is the reference's own Gaussian, where first-order errors vanish; the worse one is moved by 0.06 standard deviations.",
            Trio([
                |s| gaussian(s, 0.0, 1.0),
                |s| gaussian(s, 0.0, 1.0),
                |s| gaussian(s, 0.06, 1.0),
            ]),
            1,
        ),
    ]
}

impl Trio {
    fn draw(self, replicate: u64, n: usize, times: usize) -> Result<Sets> {
        let [reference, old, worse] = self.0;
        let set = |name: &str, sampler: Sampler, n: usize| {
            let mut stream = Seed(replicate).stream(name, 0);
            let mut features = Array2::<f32>::zeros((n, D));
            for mut row in features.rows_mut() {
                for (slot, value) in row.iter_mut().zip(sampler(&mut stream)) {
                    *slot = value as f32;
                }
            }
            Measured::from_features(name, Space::Arrays, features)
        };
        Ok(Sets {
            reference: set("gate.reference", reference, times * n)?,
            baseline: set("gate.baseline", old, n)?,
            equal: set("gate.equal", old, n)?,
            worse: set("gate.worse", worse, n)?,
        })
    }
}

/// Standard deviation of dimension j.
fn deviation(j: usize) -> f64 {
    (1.0 / (1.0 + j as f64 / 8.0)).sqrt()
}

fn gaussian(stream: &mut Stream, shift: f64, scale: f64) -> [f64; D] {
    std::array::from_fn(|j| deviation(j) * (shift + scale * stream.normal()))
}

/// Eight clusters of equal weight but the last one, whose weight is `last` times that of the others.
fn cluster(stream: &mut Stream, last: f64) -> [f64; D] {
    let place = stream.uniform() * (7.0 + last);
    let chosen = (place as usize).min(7);
    std::array::from_fn(|j| {
        let centre = if j % 8 == chosen { 2.0 } else { 0.0 };
        deviation(j) * (centre + stream.normal())
    })
}
