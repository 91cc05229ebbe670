//! From a set of pictures to its features: one streaming pass, with the store before and behind it.
//!
//! ```text
//! store ──▶ rows known already
//! source.visit ──▶ bounded queue ──▶ workers: decode, protocol, engine ──▶ board (rows by index) ──▶ store
//! ```
//! The pictures are never all in memory: at most a few per worker are on their way. Every row lands at its picture's
//! index, so neither the storage order of an archive nor the number of workers shows in the result.

mod board;
mod outcome;
mod pipeline;

use crate::error::{Error, Result};
use crate::features::store::{CHUNK, Key, Recipe, Store};
use crate::features::{Engine, Extraction, Extractor, Network, Role};
use crate::preprocess::Protocol;
use crate::progress::Observer;
use crate::sources::ImageSource;
use board::Board;
use std::num::NonZeroUsize;

/// What happens to a picture that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnError {
    /// The extraction fails with the first such picture by index, whatever was met first.
    #[default]
    Fail,
    /// It is left out and listed, up to `max_bad` of them.
    Skip {
        /// More than this many is an error; `None` is no limit.
        max_bad: Option<usize>,
    },
}

impl OnError {
    fn tolerated(self) -> usize {
        match self {
            Self::Fail => 0,
            Self::Skip { max_bad } => max_bad.unwrap_or(usize::MAX),
        }
    }
}

/// How an extraction runs. Nothing here but `on_error` can change a feature.
#[derive(Debug, Clone, Copy, Default)]
pub struct ExtractOptions {
    /// Workers; 0 takes as many as the machine has.
    pub threads: usize,
    /// Pictures that are read ahead of the workers; 0 takes 32.
    pub batch_size: usize,
    /// What happens to a picture that cannot be read.
    pub on_error: OnError,
}

impl ExtractOptions {
    fn workers(&self) -> usize {
        match self.threads {
            0 => std::thread::available_parallelism().map_or(1, NonZeroUsize::get),
            threads => threads,
        }
    }

    fn queue(&self) -> usize {
        match self.batch_size {
            0 => 32,
            batch_size => batch_size,
        }
    }
}

/// Extracts the features of every picture of `source`.
///
/// Rows are in index order; rows of skipped pictures are absent and listed in [`Extraction::failed`]. A store that
/// cannot be written is a note, not an error: finished work is not lost for it. Features of the `pixels` extractor are
/// not stored, since reading them back costs as much as the pictures.
///
/// # Errors
/// * input: an empty set; a picture that cannot be read under [`OnError::Fail`]; more of them than `max_bad`; none
///   that can be read; whatever the source itself says;
/// * engine: the network stopped, or gave NaN or infinity;
/// * interrupted: the observer asked to stop. Every row finished until then is in the store, also of half-done chunks.
pub fn extract(
    source: &dyn ImageSource,
    protocol: &Protocol,
    extractor: &Extractor,
    engine: &dyn Engine,
    store: Option<&Store>,
    options: &ExtractOptions,
    observer: &dyn Observer,
) -> Result<Extraction> {
    if source.is_empty() {
        return Err(Error::input(format!("{}: the set has no pictures", source.spec()))
            .mend("check the path and the selector; `gavel doctor` lists the forms that a set can have"));
    }
    if !extractor
        .outputs
        .iter()
        .any(|output| output.role == Role::Features)
    {
        return Err(Error::engine(format!(
            "{}: none of its outputs is declared as features",
            extractor.name
        ))
        .mend("name the features output in the sidecar file beside the ONNX file"));
    }
    let store = store.filter(|_| !matches!(extractor.network, Network::Pixels));
    let shelf = match store {
        Some(store) => Some(Shelf {
            store,
            keys: keys(source, &Recipe::new(protocol, extractor, engine))?,
        }),
        None => None,
    };
    observer.begin(source.spec(), source.len());
    let mut board = Board::new(source.len(), extractor, options.on_error.tolerated());
    if let Some(shelf) = &shelf {
        board.fill(shelf);
    }
    observer.advance(board.n_known());
    let result = pipeline::run(
        &pipeline::Job {
            source,
            protocol,
            extractor,
            engine,
            shelf: shelf.as_ref(),
            workers: options.workers(),
            queue: options.queue(),
            observer,
        },
        board,
    );
    observer.end();
    result.and_then(|board| board.finish(source, extractor, options.on_error))
}

/// The store and this set's keys in it, one a chunk.
struct Shelf<'a> {
    store: &'a Store,
    keys: Vec<Key>,
}

fn keys(source: &dyn ImageSource, recipe: &Recipe) -> Result<Vec<Key>> {
    Ok(source
        .digests()?
        .chunks(CHUNK)
        .map(|digests| recipe.key(digests))
        .collect())
}
