//! The arrays that both sides get: made here, written as `.npy` for the peers.

use gavel::error::{Error, Result};
use gavel::metrics::{ClassScores, Measured, Space};
use gavel::rng::Seed;
use ndarray::Array2;
use npyz::WriterBuilder;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// How large everything is.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    /// Samples on each side.
    pub n: usize,
    /// Feature dimensions.
    pub d: usize,
    /// Samples in a subset of the KID.
    pub subset: usize,
    /// Classes of the Inception Score.
    pub classes: usize,
    /// Pictures resized in a round.
    pub pictures: usize,
}

impl Sizes {
    pub const FULL: Self = Self {
        n: 10_000,
        d: 2048,
        subset: 1000,
        classes: 1008,
        pictures: 200,
    };
    pub const QUICK: Self = Self {
        n: 1500,
        d: 256,
        subset: 500,
        classes: 100,
        pictures: 20,
    };
}

/// Features and logits of both sides.
pub struct Data {
    pub sizes: Sizes,
    pub reference: Array2<f32>,
    pub generated: Array2<f32>,
    pub logits: Array2<f32>,
    folder: PathBuf,
    shared: OnceLock<[Measured; 2]>,
}

impl Data {
    /// Makes the arrays and writes the features as `reference.npy` and `generated.npy`.
    pub fn new(sizes: Sizes, folder: &Path) -> Result<Self> {
        let data = Self {
            sizes,
            reference: samples(1, sizes.n, sizes.d, 0.0),
            generated: samples(2, sizes.n, sizes.d, 0.2),
            logits: samples(3, sizes.n, sizes.classes, 0.0) * 2.0,
            folder: folder.to_owned(),
            shared: OnceLock::new(),
        };
        write(&folder.join("reference.npy"), &data.reference)?;
        write(&folder.join("generated.npy"), &data.generated)?;
        Ok(data)
    }

    /// Where the peers find the arrays.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Both sides, made once: for what keeps nothing in them.
    pub fn shared(&self) -> Result<&[Measured; 2]> {
        if self.shared.get().is_none() {
            let _ = self.shared.set(self.sides()?);
        }
        self.shared
            .get()
            .ok_or_else(|| Error::input("the sides were not kept"))
    }

    /// Both sides as the metrics take them, nothing computed yet.
    pub fn sides(&self) -> Result<[Measured; 2]> {
        let side = |name: &str, features: &Array2<f32>| {
            Measured::from_features(name, Space::Arrays, features.clone())
        };
        Ok([
            side("reference", &self.reference)?,
            side("generated", &self.generated)?
                .with_scores(ClassScores::Logits(self.logits.clone()))?,
        ])
    }
}

/// Positive, correlated samples around 30 centres with a falling spectrum, as pool3 features are. `away` moves half of the
/// centres.
fn samples(seed: u64, n: usize, d: usize, away: f64) -> Array2<f32> {
    let mut centres = Seed(7).stream("performance centres", 0);
    let centres = Array2::from_shape_fn((30, d), |(k, _)| {
        centres.normal() * 0.6 + if k % 2 == 0 { away } else { 0.0 }
    });
    let mut stream = Seed(seed).stream("performance", 0);
    let mut out = Array2::zeros((n, d));
    for (i, mut row) in out.rows_mut().into_iter().enumerate() {
        let mut previous = 0.0;
        for (j, slot) in row.iter_mut().enumerate() {
            previous = 0.7 * previous + 0.5 * stream.normal();
            let scale = 1.5 / (1.0 + 4.0 * j as f64 / d as f64);
            *slot = (scale * (centres[[i % 30, j]] + previous)).max(0.0) as f32;
        }
    }
    out
}

fn write(path: &Path, values: &Array2<f32>) -> Result<()> {
    let save = || -> std::io::Result<()> {
        let shape = [values.nrows() as u64, values.ncols() as u64];
        let mut writer = npyz::WriteOptions::new()
            .default_dtype()
            .shape(&shape)
            .writer(BufWriter::new(File::create(path)?))
            .begin_nd()?;
        writer.extend(values.iter().copied())?;
        writer.finish()
    };
    save().map_err(|e| Error::io(path, &e))
}
