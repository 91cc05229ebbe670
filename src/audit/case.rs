//! The sets as audits see them.

use std::collections::BTreeMap;

use ndarray::Array2;

use super::Need;
use super::crowd::Crowd;
use super::faces::Detector;
use super::nearness::Nearness;
use super::remembered::Remembered;
use crate::error::Result;
use crate::progress::Observer;
use crate::rng::Seed;
use crate::sources::decode::{Info, Note};
use crate::sources::{Digest, Pixels};
use crate::statistics::estimate::SetSide;

/// Everything that an audit may look at.
#[derive(Clone, Copy)]
pub struct Case<'a> {
    /// Real pictures that the generator was not trained on, as far as anybody knows.
    pub reference: Option<&'a Exhibit>,
    /// What the generator made.
    pub generated: &'a Exhibit,
    /// What it was trained on.
    pub train: Option<&'a Exhibit>,
    /// Earlier checkpoints of the generator, in the order of training; `generated` is the one after them.
    pub checkpoints: &'a [Exhibit],
    /// What finds faces, where somebody named one.
    pub detector: Option<&'a Detector>,
    /// The pictures in full.
    pub archive: &'a dyn Archive,
    /// Seed of every random choice.
    pub seed: Seed,
    /// Hears of progress.
    pub observer: &'a dyn Observer,
}

impl Case<'_> {
    /// What is missing of a need, in words, and what to do about it.
    #[must_use]
    pub fn lacks(&self, need: Need) -> Option<(&'static str, &'static str)> {
        match need {
            Need::Reference if self.reference.is_none() => {
                Some(("no reference set was given", "give real pictures"))
            }
            Need::Train if self.train.is_none() => Some((
                "no training set was given",
                "--train SOURCE, the pictures that the generator was trained on",
            )),
            Need::Features if self.generated.features.is_none() => Some((
                "no network looked at the pictures",
                "run it from the command line",
            )),
            Need::Detector if self.detector.is_none() => Some((
                "no face detector was named",
                "--detector animeface, --detector frontalface, or --detector FILE.xml or FILE.onnx",
            )),
            _ => None,
        }
    }

    /// The generated sets in the order of training: the earlier checkpoints, then the generated set.
    #[must_use]
    pub fn series(&self) -> Vec<&Exhibit> {
        self.checkpoints.iter().chain([self.generated]).collect()
    }

    /// Short names of the sets of [`Case::series`]: their sources without the folders that all of them share.
    #[must_use]
    pub fn names_in_series(&self) -> Vec<String> {
        let sources: Vec<&str> = self
            .series()
            .iter()
            .map(|set| set.source.as_str())
            .collect();
        let first = sources.first().copied().unwrap_or("");
        let is_shared = |end: &usize| {
            sources
                .iter()
                .all(|source| source.get(..*end) == first.get(..*end))
        };
        let folders = first.match_indices('/').map(|(at, _)| at + 1);
        let shared = folders.take_while(is_shared).last().unwrap_or(0);
        sources
            .iter()
            .map(|source| source.get(shared..).unwrap_or(source).to_owned())
            .collect()
    }

    /// The side of the set at a place of [`Case::series`].
    #[must_use]
    pub fn side_in_series(&self, at: usize) -> SetSide {
        if at < self.checkpoints.len() {
            SetSide::Checkpoint(at)
        } else {
            SetSide::Generated
        }
    }
}

/// Reads pictures again, in full.
pub trait Archive: Sync {
    /// The decoded pictures of `rows` of a set, by row, in one visit of its source.
    ///
    /// # Errors
    /// Input: the source or a picture cannot be read. Interrupted.
    fn read(&self, side: SetSide, rows: &[usize]) -> Result<BTreeMap<usize, Pixels>>;
}

/// One set: what was learnt of its pictures in one pass.
#[derive(Debug)]
pub struct Exhibit {
    /// As the user wrote it.
    pub source: String,
    /// One for each picture that could be read.
    pub items: Vec<Item>,
    /// Small versions of all of them.
    pub thumbnails: Thumbnails,
    /// Features `[n, d]`, where a network looked at them.
    pub features: Option<Array2<f32>>,
}

impl Exhibit {
    /// Number of pictures.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// No picture at all?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}

/// One picture, without its pixels.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Name within the source.
    pub name: String,
    /// Class label where the source knows one.
    pub label: Option<String>,
    /// BLAKE3 of the stored form.
    pub stored: Digest,
    /// BLAKE3 of size and decoded pixels.
    pub pixels: Digest,
    /// Format, mode, size, bit depth, JPEG headers.
    pub info: Info,
    /// What decoding had to do.
    pub notes: Vec<Note>,
    /// Are all its pixels the same?
    pub blank: bool,
}

/// Small versions of pictures, [`Thumbnails::SIDE`] × [`Thumbnails::SIDE`], 8-bit RGB.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Thumbnails {
    /// `[n, SIDE, SIDE, 3]`.
    values: Vec<u8>,
    /// Comparisons of all pairs, which several audits ask for: what is near by the number of pictures and the seed, and
    /// the crowds by the threshold.
    pub(super) nearness: Remembered<(usize, u64), Option<Nearness>>,
    pub(super) crowds: Remembered<Nearness, Crowd>,
}

impl Thumbnails {
    /// Width and height.
    pub const SIDE: usize = 32;

    /// Bytes of one.
    pub const BYTES: usize = Self::SIDE * Self::SIDE * 3;

    /// Out of `[n, SIDE, SIDE, 3]` bytes.
    #[must_use]
    pub fn from_bytes(values: Vec<u8>) -> Self {
        Self {
            values,
            ..Self::default()
        }
    }

    /// The thumbnail of a row, `[SIDE, SIDE, 3]`.
    #[must_use]
    pub fn get(&self, row: usize) -> &[u8] {
        self.values
            .get(row * Self::BYTES..(row + 1) * Self::BYTES)
            .unwrap_or_default()
    }
}
