//! Real pictures, a real submission, and how they are dealt.

use crate::exhibits::pictures;
use gavel::error::Result;
use gavel::rng::Seed;
use gavel::sources::Pixels;
use std::path::Path;

/// Most pictures of each part.
const MOST: usize = 1000;

/// Where a pool comes from.
pub struct Origin {
    /// Its name in streams.
    pub name: &'static str,
    /// Its name on the page.
    pub title: &'static str,
    /// Real pictures.
    real: &'static str,
    /// A submission of a GAN that was trained on such pictures.
    gan: &'static str,
}

/// All of them.
pub const POOLS: [Origin; 2] = [
    Origin {
        name: "anime",
        title: "Anime faces",
        real: "anime-faces/anime-faces-crypko96-2500.tar.gz",
        gan: "generated/anime/ntu-hw6/shihyuhuang-wgan-e150-critic5.tgz",
    },
    Origin {
        name: "mnist",
        title: "MNIST",
        real: "mnist/t10k-images-idx3-ubyte.gz",
        gan: "generated/mnist/disorganized-baseline-gan-10000.tar.gz",
    },
];

/// Pictures in memory.
pub struct Pool {
    /// Its name in streams.
    pub name: &'static str,
    /// Its name on the page.
    pub title: &'static str,
    /// Real pictures.
    pub real: Vec<Pixels>,
    /// The same mirrored, in the same order.
    pub mirrored: Vec<Pixels>,
    /// The submission.
    pub gan: Vec<Pixels>,
}

/// Which pictures are what in one split; all parts have the same number, and those of real pictures are disjoint.
pub struct Split {
    /// Rows of `real` that the generator saw.
    pub train: Vec<usize>,
    /// Rows of `real` that are held out and compared with.
    pub reference: Vec<usize>,
    /// Rows of `real` that play an honest generator.
    pub honest: Vec<usize>,
    /// Rows of `gan`.
    pub gan: Vec<usize>,
}

impl Pool {
    /// Loads both sources, or says which file is missing.
    pub fn load(data: &Path, origin: Origin) -> Result<std::result::Result<Self, String>> {
        let Some(real) = pictures(data, origin.real)? else {
            return Ok(Err(origin.real.to_owned()));
        };
        let Some(gan) = pictures(data, origin.gan)? else {
            return Ok(Err(origin.gan.to_owned()));
        };
        Ok(Ok(Self {
            name: origin.name,
            title: origin.title,
            mirrored: real.iter().map(mirror).collect(),
            real,
            gan,
        }))
    }

    /// Pictures of each part.
    pub fn n(&self) -> usize {
        MOST.min(self.real.len() / 3).min(self.gan.len())
    }

    /// A random split.
    pub fn split(&self, number: u64, seed: Seed) -> Split {
        let n = self.n();
        let order = |what: &str, of: usize| {
            let name = format!("claims_report/{}/{what}", self.name);
            seed.stream(&name, number).permutation(of)
        };
        let real = order("real", self.real.len());
        let part = |at: usize| real.iter().copied().skip(at * n).take(n).collect();
        Split {
            train: part(0),
            reference: part(1),
            honest: part(2),
            gan: order("gan", self.gan.len()).into_iter().take(n).collect(),
        }
    }
}

/// Left and right exchanged.
fn mirror(pixels: &Pixels) -> Pixels {
    let row = |row: &[u8]| -> Vec<u8> { row.rchunks(3).flatten().copied().collect() };
    let rows = pixels.rgb.chunks(3 * pixels.width.max(1));
    Pixels {
        rgb: rows.flat_map(row).collect(),
        ..*pixels
    }
}
