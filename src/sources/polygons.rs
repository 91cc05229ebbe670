//! The convex polygons of "Are GANs Created Equal?" (Lucic et al. 2018, arXiv 1711.10337), bit for bit.
//!
//! Program: `colabs/Convex_Polygons_Dataset.ipynb` of compare_gan. A polygon of v vertices takes v uniform numbers for its
//! angles and one for its rotation from `RandomState(seed)`; after all n polygons one `permutation(n)` orders them.
//! A picture is 28 x 28, background 64, polygon 0: each pixel counts the sub-pixels (of an 8 x 8 block) that lie outside.
//!
//! Spec: `polygons:triangles` or `polygons:squares`, then `?n=80000&seed=0&split=train|test|holdout`. With `n`, exactly n
//! polygons are drawn and permuted by `permutation(n)`; only `n=80000` (the default) is the paper's set. The splits are the
//! first 6/8, the next 1/8 and the last 1/8 of the permuted set (60,000, 10,000 and 10,000). Without a split: all.

mod coverage;
mod nearest;
mod raster;
mod source;

pub use coverage::Triangle;
pub use nearest::{Nearest, STARTS, THRESHOLD, nearest_triangle};
pub use source::PolygonSource;

use crate::error::{Error, Result};
use crate::rng::Mt19937;

/// Width and height of a picture.
pub const SIDE: usize = 28;

/// Which set of polygons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PolygonSpec {
    /// 3 for triangles, 4 for squares (any convex quadrilateral).
    pub n_vertices: usize,
    /// Polygons to draw before the permutation.
    pub n: usize,
    /// The seed of `RandomState`.
    pub seed: u32,
    /// Which part of the permuted set.
    pub split: Split,
}

/// A part of the permuted set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Split {
    /// Everything.
    All,
    /// The first 6/8.
    Train,
    /// The next 1/8.
    Test,
    /// The last 1/8.
    Holdout,
}

impl PolygonSpec {
    /// Parses what follows `polygons:`.
    pub fn parse(text: &str) -> Result<Self> {
        let wrong = |why: String| {
            Error::usage(why).mend("for example polygons:triangles?n=4000&seed=0&split=test")
        };
        let (shape, query) = text.split_once('?').unwrap_or((text, ""));
        let mut spec = Self {
            n_vertices: match shape {
                "triangles" => 3,
                "squares" => 4,
                _ => {
                    return Err(wrong(format!(
                        "`polygons:{shape}` is not known; there are triangles and squares"
                    )));
                }
            },
            n: 80_000,
            seed: 0,
            split: Split::All,
        };
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let refused = || {
                wrong(format!(
                    "`{key}={value}` of a polygon set is not understood"
                ))
            };
            match key {
                "n" => {
                    spec.n = value
                        .parse()
                        .ok()
                        .filter(|n| (1..=10_000_000).contains(n))
                        .ok_or_else(refused)?;
                }
                "seed" => spec.seed = value.parse().map_err(|_| refused())?,
                "split" => {
                    spec.split = match value {
                        "all" => Split::All,
                        "train" => Split::Train,
                        "test" => Split::Test,
                        "holdout" => Split::Holdout,
                        _ => return Err(refused()),
                    }
                }
                _ => return Err(refused()),
            }
        }
        Ok(spec)
    }

    fn range(&self) -> std::ops::Range<usize> {
        let (test, holdout) = (self.n - 2 * (self.n / 8), self.n - self.n / 8);
        match self.split {
            Split::All => 0..self.n,
            Split::Train => 0..test,
            Split::Test => test..holdout,
            Split::Holdout => holdout..self.n,
        }
    }
}

/// A drawn set: vertices in drawing order, and the permutation.
#[derive(Debug, Clone)]
pub struct Polygons {
    spec: PolygonSpec,
    /// `n * n_vertices` points `[row, column]` in pixels.
    vertices: Vec<[f64; 2]>,
    order: Vec<usize>,
}

impl Polygons {
    /// Draws all vertices; pictures are rasterised one by one when asked for.
    #[must_use]
    pub fn draw(spec: PolygonSpec) -> Self {
        let mut random = Mt19937::new(spec.seed);
        let mut vertices = Vec::with_capacity(spec.n * spec.n_vertices);
        for _ in 0..spec.n {
            vertices.extend(polygon(&mut random, spec.n_vertices));
        }
        let order = random.permutation(spec.n);
        Self {
            spec,
            vertices,
            order,
        }
    }

    /// Number of pictures in the chosen split.
    #[must_use]
    pub fn len(&self) -> usize {
        self.spec.range().len()
    }

    /// No picture at all?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Drawing number of the picture at `index` of the split.
    #[must_use]
    pub fn drawing_number(&self, index: usize) -> Option<usize> {
        self.order
            .get(self.spec.range())
            .and_then(|order| order.get(index))
            .copied()
    }

    /// The vertices `[row, column]` of a drawing number, in pixels.
    #[must_use]
    pub fn vertices(&self, drawing_number: usize) -> Option<&[[f64; 2]]> {
        let v = self.spec.n_vertices;
        self.vertices.chunks_exact(v).nth(drawing_number)
    }

    /// The picture of a drawing number as k in 0..=64, row-major: the value is k / 64.
    #[must_use]
    pub fn levels(&self, drawing_number: usize) -> Option<Vec<u8>> {
        self.vertices(drawing_number).map(raster::levels)
    }
}

/// One polygon: angles in segments of 360/v degrees, a small rotation, scaled to 21 pixels, mean vertex in the middle.
fn polygon(random: &mut Mt19937, n_vertices: usize) -> Vec<[f64; 2]> {
    const MIN_ANGLE: f64 = 20.0;
    const SCALED: f64 = SIDE as f64 * 0.75;
    let segment = 360.0 / n_vertices as f64;
    let offsets: Vec<f64> = (0..n_vertices)
        .map(|_| random.random_sample() * (segment - MIN_ANGLE / 2.0))
        .collect();
    // The original takes `radians` of an angle that is already in radians: 0 to 6.28 degrees. Kept, to be bit-identical.
    let theta = (random.random_sample() * 2.0 * std::f64::consts::PI).to_radians();
    let (sin, cos) = (theta.sin(), theta.cos());
    let point = |(i, offset): (usize, &f64)| {
        let angle = (i as f64 * segment + MIN_ANGLE / 2.0 + offset) * std::f64::consts::PI / 180.0;
        let (x, y) = (
            f64::midpoint(angle.cos(), 1.0),
            f64::midpoint(angle.sin(), 1.0),
        );
        // Row vector times [[cos, -sin], [sin, cos]].
        [(x * cos + y * sin) * SCALED, (y * cos - x * sin) * SCALED]
    };
    let points: Vec<[f64; 2]> = offsets.iter().enumerate().map(point).collect();
    let mean = [0, 1].map(|axis| points.iter().map(|p| p[axis]).sum::<f64>() / n_vertices as f64);
    let middle = SIDE as f64 / 2.0;
    points
        .iter()
        .map(|p| [p[0] + middle - mean[0], p[1] + middle - mean[1]])
        .collect()
}
