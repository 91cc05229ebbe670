//! All pictures of a recipe at the network's size, as bytes: 75,000 of 32x32 are 230 MB.

use super::recipe::{Domain, Recipe};
use crate::error::{Error, Result};
use crate::preprocess::{InputSpec, Protocol, Range};
use crate::progress::Observer;
use crate::rng::Seed;
use crate::sources::decode::{DecodeOptions, decode};
use crate::sources::{self, Entry, ImageSource, OpenOptions, Opened, Stored};
use rayon::prelude::*;
use std::collections::BTreeSet;

/// Pictures, each `[3, size, size]` bytes, with class and domain.
#[derive(Debug, Default)]
pub struct Pictures {
    /// Height and width.
    pub size: usize,
    /// Class of each picture: index into the class names.
    pub labels: Vec<usize>,
    /// Domain of each picture: index into the recipe's domains.
    pub domains: Vec<usize>,
    bytes: Vec<u8>,
}

/// What a recipe's sources hold.
#[derive(Debug)]
pub struct Sets {
    /// Class names, `domain/label`; labels of a domain in byte order.
    pub classes: Vec<String>,
    /// For the steps.
    pub train: Pictures,
    /// Never seen by a step.
    pub test: Pictures,
}

impl Pictures {
    fn empty(size: usize) -> Self {
        Self { size, ..Self::default() }
    }

    /// Number of pictures.
    #[must_use]
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// No pictures at all?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Bytes of one picture.
    #[must_use]
    pub fn picture_len(&self) -> usize {
        3 * self.size * self.size
    }

    /// Picture `index`: `[3, size, size]`.
    #[must_use]
    pub fn picture(&self, index: usize) -> &[u8] {
        let len = self.picture_len();
        &self.bytes[index * len..(index + 1) * len]
    }

    fn push(&mut self, picture: &Picture, class: usize, domain: usize) {
        self.bytes.extend_from_slice(&picture.bytes);
        self.labels.push(class);
        self.domains.push(domain);
    }
}

impl Sets {
    /// BLAKE3, hex, of every picture's bytes and class, training before test: has a repeated run seen the same?
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for pictures in [&self.train, &self.test] {
            hasher.update(&pictures.bytes);
            for &label in &pictures.labels {
                hasher.update(&(label as u64).to_le_bytes());
            }
        }
        hasher.finalize().to_hex().to_string()
    }
}

/// A picture of a source: its bytes at the network's size, and its label.
struct Picture {
    bytes: Vec<u8>,
    label: String,
}

/// Reads every source of the recipe.
///
/// The training pictures of a domain are a random subset in source order (`limit`), the held-out ones the rest of a
/// random split; both drawn from the recipe's seed.
///
/// # Errors
/// A source that cannot be read, has no labels where labels are the classes, or has test labels unknown in training.
pub fn load(recipe: &Recipe, observer: &dyn Observer) -> Result<Sets> {
    let mut sets = Sets {
        classes: Vec::new(),
        train: Pictures::empty(recipe.size),
        test: Pictures::empty(recipe.size),
    };
    for (number, domain) in recipe.domains.iter().enumerate() {
        let all = read(recipe, domain, &domain.source, observer)?;
        let (train, mut test) = split(recipe, domain, number as u64, all);
        if let Some(source) = &domain.test {
            test = read(recipe, domain, source, observer)?;
        }
        add(&mut sets, domain, number, &train, &test)?;
    }
    Ok(sets)
}

fn split(recipe: &Recipe, domain: &Domain, number: u64, all: Vec<Picture>) -> (Vec<Picture>, Vec<Picture>) {
    let mut shuffled = Seed(recipe.seed).stream("embedded/split", number).permutation(all.len());
    let held: BTreeSet<usize> = shuffled.drain(..domain.hold_out.min(all.len())).collect();
    let kept: BTreeSet<usize> = shuffled.into_iter().take(domain.limit.unwrap_or(usize::MAX)).collect();
    let (mut train, mut test) = (Vec::new(), Vec::new());
    for (i, picture) in all.into_iter().enumerate() {
        if kept.contains(&i) {
            train.push(picture);
        } else if held.contains(&i) {
            test.push(picture);
        }
    }
    (train, test)
}

fn add(sets: &mut Sets, domain: &Domain, number: usize, train: &[Picture], test: &[Picture]) -> Result<()> {
    if train.is_empty() || test.is_empty() {
        return Err(Error::input(format!(
            "domain {} has {} training and {} test pictures: it needs at least one of each",
            domain.name,
            train.len(),
            test.len()
        ))
        .mend("lower hold_out, or name a larger source"));
    }
    let labels: BTreeSet<&str> = train.iter().map(|picture| picture.label.as_str()).collect();
    let labels: Vec<&str> = labels.into_iter().collect();
    let first = sets.classes.len();
    sets.classes.extend(labels.iter().map(|label| format!("{}/{label}", domain.name)));
    for (pictures, into) in [(train, &mut sets.train), (test, &mut sets.test)] {
        for picture in pictures {
            let Ok(class) = labels.binary_search(&picture.label.as_str()) else {
                return Err(Error::input(format!(
                    "domain {}: the test label {} is not among the training labels {labels:?}",
                    domain.name, picture.label
                )));
            };
            into.push(picture, first + class, number);
        }
    }
    Ok(())
}

/// All pictures of one source at the network's size, in index order.
fn read(recipe: &Recipe, domain: &Domain, source: &str, observer: &dyn Observer) -> Result<Vec<Picture>> {
    let spec = recipe.data.join(source);
    let spec = spec.to_string_lossy();
    let Opened::Images(images) = sources::open(&spec, &OpenOptions::default())? else {
        return Err(Error::input(format!("{spec}: holds numbers, expected pictures"))
            .mend("name a set of pictures in the recipe"));
    };
    let protocol = protocol(recipe)?;
    let mut read = Reader { protocol: &protocol, domain, images: images.as_ref(), waiting: Vec::new(), found: Vec::new() };
    observer.begin(&spec, images.len());
    images.visit(&|_| true, &mut |index, stored| {
        if observer.stop_requested() {
            return Err(Error::interrupted());
        }
        read.take(index, stored?)?;
        observer.advance(1);
        Ok(())
    })?;
    read.flush()?;
    observer.end();
    let mut found = read.found;
    found.sort_unstable_by_key(|(index, _)| *index);
    Ok(found.into_iter().map(|(_, picture)| picture).collect())
}

/// The recipe's protocol for RGB bytes at the network's size.
fn protocol(recipe: &Recipe) -> Result<Protocol> {
    let input = InputSpec {
        size: (recipe.size, recipe.size),
        channels: 3,
        channels_last: false,
        range: Some(Range::Bytes),
        filter: None,
    };
    Ok(Protocol::preset(&recipe.protocol)?.for_input(&input))
}

/// The innermost folder of the name (`train/cat/1.jpg` is a cat), else the source's own label.
fn class_label(entry: &Entry) -> Option<String> {
    let folder = entry.name.rsplit('/').nth(1).map(str::to_owned);
    folder.or_else(|| entry.label.clone())
}

/// Pictures that are decoded together.
const GROUP: usize = 512;

/// Decodes what a source hands out, a group at a time on all cores.
struct Reader<'a> {
    protocol: &'a Protocol,
    domain: &'a Domain,
    images: &'a dyn ImageSource,
    waiting: Vec<(usize, Stored)>,
    found: Vec<(usize, Picture)>,
}

impl Reader<'_> {
    fn take(&mut self, index: usize, stored: Stored) -> Result<()> {
        self.waiting.push((index, stored));
        if self.waiting.len() < GROUP { Ok(()) } else { self.flush() }
    }

    fn flush(&mut self) -> Result<()> {
        let waiting = std::mem::take(&mut self.waiting);
        let group: Result<Vec<(usize, Picture)>> = waiting.par_iter().map(|(i, stored)| self.picture(*i, stored)).collect();
        self.found.extend(group?);
        Ok(())
    }

    fn picture(&self, index: usize, stored: &Stored) -> Result<(usize, Picture)> {
        let entry = &self.images.entries()[index];
        let name = || format!("{}: {}", self.images.spec(), entry.name);
        let decoded = decode(stored, &DecodeOptions::default()).map_err(|error| error.at(name()))?;
        let tensor = self.protocol.tensor(&decoded.pixels).map_err(|error| error.at(name()))?;
        let Some(label) = self.domain.class.clone().or_else(|| class_label(entry)) else {
            return Err(Error::input(format!("{}: no label, and labels are the classes of {}", name(), self.domain.name))
                .mend("give the domain a `class`, or name a source with labels"));
        };
        // Whole levels: a quarter of the memory, and what an 8-bit picture of this size would hold.
        let bytes = tensor.iter().map(|&level| level.round_ties_even().clamp(0.0, 255.0) as u8).collect();
        Ok((index, Picture { bytes, label }))
    }
}
