//! From a set of pictures to its features: one streaming pass, with the store before and behind it.
//!
//! ```text
//! store ──▶ rows known already
//! source.visit ──▶ bounded queue ──▶ workers: decode, protocol, engine ──▶ board (rows by index) ──▶ store
//! ```
//! Under several protocols ([`extract_under`]) there is one board for each, and a picture is still decoded once.
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
pub(crate) use outcome::too_many;
use pipeline::Lane;
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
    pub(crate) fn tolerated(self) -> usize {
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
    let protocols = std::slice::from_ref(protocol);
    let all = extract_under(
        source, protocols, extractor, engine, store, options, observer,
    )?;
    all.into_iter()
        .next()
        .ok_or_else(|| Error::engine("the extraction gave nothing"))
}

/// [`extract`] under several protocols: one extraction for each, in their order, to the bit what [`extract`] gives, but
/// every picture is read and decoded once. What the store has of a protocol is not computed again.
///
/// # Errors
/// Those of [`extract`].
pub fn extract_under(
    source: &dyn ImageSource,
    protocols: &[Protocol],
    extractor: &Extractor,
    engine: &dyn Engine,
    store: Option<&Store>,
    options: &ExtractOptions,
    observer: &dyn Observer,
) -> Result<Vec<Extraction>> {
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
    let lanes = protocols
        .iter()
        .map(|protocol| {
            let shelf = match store {
                Some(store) => Some(Shelf {
                    store,
                    keys: keys(source, &Recipe::new(protocol, extractor, engine))?,
                }),
                None => None,
            };
            Ok(Lane { protocol, shelf })
        })
        .collect::<Result<Vec<Lane<'_>>>>()?;
    observer.begin(source.spec(), source.len());
    let boards: Vec<Board> = lanes
        .iter()
        .map(|lane| {
            let mut board = Board::new(source.len(), extractor, options.on_error.tolerated());
            if let Some(shelf) = &lane.shelf {
                board.fill(shelf);
            }
            board
        })
        .collect();
    let is_known = |index: usize| boards.iter().all(|board| board.is_known(index));
    observer.advance((0..source.len()).filter(|&index| is_known(index)).count());
    let result = pipeline::run(
        &pipeline::Job {
            source,
            lanes: &lanes,
            extractor,
            engine,
            workers: options.workers(),
            queue: options.queue(),
            observer,
        },
        boards,
    );
    observer.end();
    let mut boards = result?;
    // Pictures that fail end the pass for every protocol; the board that knows of them tells.
    if let Some(failed) = boards.iter().position(|board| board.bound() != usize::MAX) {
        boards.swap(0, failed);
    }
    boards
        .into_iter()
        .map(|board| board.finish(source, extractor, options.on_error))
        .collect()
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
