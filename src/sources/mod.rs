//! Anything a set can be: folders, archives, arrays, lists, built-in sets.
//!
//! The noun is [`ImageSource`]: a numbered list of items whose *stored* form ([`Stored`]) is handed out in storage
//! order or one at a time. Nothing is unpacked to disk and nothing keeps all items in memory. Decoding
//! ([`decode`]) is a separate pure function, so that it can run on as many threads as there are.

pub mod arrays;
mod cifar;
pub mod decode;
mod files;
mod idx;
mod limits;
mod members;
pub mod memory;
pub mod mixtures;
mod nhwc;
mod open;
pub mod pickle;
pub mod polygons;
mod records;
mod select;
mod tar_archive;
mod zip_archive;

pub use limits::Limits;
pub use open::{OpenOptions, open};

use crate::error::{Error, Result};
use std::sync::OnceLock;

/// A decoded picture: 8-bit RGB, row-major, interleaved (`height * width * 3` bytes).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pixels {
    /// Width in pixels, at least 1.
    pub width: usize,
    /// Height in pixels, at least 1.
    pub height: usize,
    /// RGB bytes, `height * width * 3` of them.
    pub rgb: Vec<u8>,
}

/// An item as its source stores it.
#[derive(Debug, Clone)]
pub enum Stored {
    /// An encoded picture file (PNG, JPEG, …).
    File(Vec<u8>),
    /// A picture that is stored as bare pixels (IDX, CIFAR, `arr_0`, built-in sets).
    Raw(Pixels),
}

/// What is known of an item without reading it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Name within the source (`cat/0001.png`, `t10k-images[17]`), unique and stable.
    pub name: String,
    /// Class label where the source knows one (folder name, labels file).
    pub label: Option<String>,
}

/// BLAKE3 of an item's stored form (encoded bytes, or shape and raw pixels).
pub type Digest = [u8; 32];

/// The digest of one item: BLAKE3 of the encoded bytes, or of width, height (u64, little-endian) and RGB bytes.
#[must_use]
pub fn digest(stored: &Stored) -> Digest {
    match stored {
        Stored::File(bytes) => *blake3::hash(bytes).as_bytes(),
        Stored::Raw(pixels) => pixel_digest(pixels),
    }
}

/// The digest of a decoded picture: BLAKE3 of width, height (u64, little-endian) and RGB bytes, whatever it was stored as.
#[must_use]
pub fn pixel_digest(pixels: &Pixels) -> Digest {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&(pixels.width as u64).to_le_bytes());
    hasher.update(&(pixels.height as u64).to_le_bytes());
    hasher.update(&pixels.rgb);
    *hasher.finalize().as_bytes()
}

/// The digest of an item that cannot be read: BLAKE3 of the error's message.
fn digest_of_error(error: &Error) -> Digest {
    *blake3::hash(error.message().as_bytes()).as_bytes()
}

/// All digests of a source, in index order: found in one visit at the first call and kept in `cell`.
fn digests_once<'a>(
    cell: &'a OnceLock<Vec<Digest>>,
    source: &dyn ImageSource,
) -> Result<&'a [Digest]> {
    if cell.get().is_none() {
        let mut digests = vec![[0; 32]; source.len()];
        source.visit(&|_| true, &mut |index, item| {
            if let Some(place) = digests.get_mut(index) {
                *place = item.as_ref().map_or_else(digest_of_error, digest);
            }
            Ok(())
        })?;
        // A second thread that comes here meanwhile finds the same; the first to finish is kept.
        return Ok(cell.get_or_init(|| digests));
    }
    Ok(cell.get().map_or(&[], Vec::as_slice))
}

/// One item by way of a visit.
fn read_by_visit(source: &dyn ImageSource, index: usize) -> Result<Stored> {
    let mut found = None;
    source.visit(&|i| i == index, &mut |_, item| {
        found = Some(item);
        Ok(())
    })?;
    found.unwrap_or_else(|| Err(no_such_item(source.spec(), index, source.len())))
}

fn no_such_item(spec: &str, index: usize, n: usize) -> Error {
    Error::input(format!(
        "{spec}: item {index} was asked for, the set has {n} (did it change meanwhile?)"
    ))
}

/// The items that a visitor wants, by index.
pub type Wanted<'a> = &'a (dyn Fn(usize) -> bool + Sync);

/// What a visitor does with each item: index, and the item or why it could not be read.
pub type Visitor<'a> = &'a mut dyn FnMut(usize, Result<Stored>) -> Result<()>;

/// A numbered set of pictures.
///
/// Order: byte order of names for folders and archives, storage order for arrays, line order for lists.
pub trait ImageSource: Send + Sync {
    /// The source as the user wrote it, selectors included.
    fn spec(&self) -> &str;

    /// Names and labels, in index order.
    fn entries(&self) -> &[Entry];

    /// Digest of every item's stored form, in index order. An item that cannot be read has the digest of its error
    /// text (so that a set with a broken member still has a fingerprint). Computed once.
    fn digests(&self) -> Result<&[Digest]>;

    /// Hands the wanted items to `visit`, in *storage* order (any order of indices), each exactly once.
    /// Stops at the first error that `visit` returns.
    fn visit(&self, wanted: Wanted<'_>, visit: Visitor<'_>) -> Result<()>;

    /// One item (may cost a scan of the archive: meant for evidence, not for loops).
    fn read(&self, index: usize) -> Result<Stored>;

    /// Things about the set that the user should hear of: members left out, links not followed.
    fn notes(&self) -> &[String] {
        &[]
    }

    /// Number of items.
    fn len(&self) -> usize {
        self.entries().len()
    }

    /// No items at all?
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Content fingerprint of the set: BLAKE3 over all digests in index order, as 64 hex digits.
    fn fingerprint(&self) -> Result<String> {
        let mut hasher = blake3::Hasher::new();
        for digest in self.digests()? {
            hasher.update(digest);
        }
        Ok(hasher.finalize().to_hex().to_string())
    }
}

/// Features that somebody else extracted: `[n, d]`.
#[derive(Debug, Clone)]
pub struct FeatureArray {
    /// The file as the user wrote it.
    pub spec: String,
    /// `[n_samples, n_features]`.
    pub values: ndarray::Array2<f32>,
    /// BLAKE3 of shape and values, as hex.
    pub fingerprint: String,
    /// Things worth telling the user (for example float64 values that were rounded to float32).
    pub notes: Vec<String>,
}

/// Precomputed statistics: `mu`, `sigma` and, from our own files, `n` and where they come from.
#[derive(Debug, Clone)]
pub struct StatisticsFile {
    /// The file as the user wrote it.
    pub spec: String,
    /// `[d]`.
    pub mean: ndarray::Array1<f64>,
    /// `[d, d]`, ddof = 1.
    pub covariance: ndarray::Array2<f64>,
    /// Number of samples behind the statistics; pytorch-fid and clean-fid do not store it.
    pub n: Option<u64>,
    /// Our own files' provenance as JSON text.
    pub provenance: Option<String>,
    /// BLAKE3 of the file's values, as hex.
    pub fingerprint: String,
}

/// What a source turned out to be.
pub enum Opened {
    /// Pictures.
    Images(Box<dyn ImageSource>),
    /// Somebody's features: image metrics are refused, feature metrics run.
    Features(FeatureArray),
    /// Somebody's statistics: Fréchet distance only.
    Statistics(StatisticsFile),
}
