//! From a source to an [`Exhibit`]: everything that audits ask of every picture, in one pass.
//!
//! ```text
//! source.visit ──▶ bounded queue ──▶ workers: decode, digest, thumbnail ──▶ rows by index ──▶ Exhibit
//! ```
//! A picture is in memory only while a worker looks at it; what stays is its [`Item`] and its thumbnail (3 KiB). Rows are
//! in index order whatever the order of storage and the number of workers.

mod found;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use ndarray::{Array2, ArrayView2, Axis};

use super::{Exhibit, Item, Thumbnails, thumbnail};
use crate::error::{Error, Result};
use crate::features::extract::OnError;
use crate::progress::Observer;
use crate::sources::decode::{DecodeOptions, decode, extension_note};
use crate::sources::{ImageSource, Stored, digest, pixel_digest};
use found::Found;

/// Pictures that wait for each worker.
const WAITING: usize = 4;

/// How a set is gathered. Nothing here but `on_error` can change the exhibit.
#[derive(Debug, Clone, Copy, Default)]
pub struct GatherOptions {
    /// Workers; 0 takes as many as the machine has.
    pub threads: usize,
    /// What happens to a picture that cannot be read.
    pub on_error: OnError,
}

/// A picture that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Its index in the source.
    pub index: usize,
    /// Its name.
    pub name: String,
    /// Why.
    pub reason: String,
}

/// An exhibit and how it belongs to its source.
#[derive(Debug)]
pub struct Gathered {
    /// What was learnt.
    pub exhibit: Exhibit,
    /// The index in the source of every row of the exhibit, rising.
    pub indices: Vec<usize>,
    /// The pictures that could not be read, by index.
    pub broken: Vec<Broken>,
}

impl Gathered {
    /// Gives the exhibit its features: row i of `features` `[n, d]` belongs to the source's picture `indices[i]`, rising
    /// (as an `Extraction` has them). Pictures that only one of both passes could read leave the exhibit, so that
    /// afterwards row i of the items, of the thumbnails and of the features is one picture, `self.indices[i]`.
    ///
    /// # Errors
    /// Input: as many indices as rows were expected, or no picture is left.
    pub fn attach(&mut self, features: ArrayView2<'_, f32>, indices: &[usize]) -> Result<()> {
        if indices.len() != features.nrows() {
            return Err(Error::input(format!(
                "{}: {} rows of features for {} pictures",
                self.exhibit.source,
                features.nrows(),
                indices.len()
            )));
        }
        let row_of: BTreeMap<usize, usize> = indices
            .iter()
            .enumerate()
            .map(|(row, &index)| (index, row))
            .collect();
        let kept: Vec<(usize, usize)> = self
            .indices
            .iter()
            .enumerate()
            .filter_map(|(row, index)| Some((row, *row_of.get(index)?)))
            .collect();
        if kept.is_empty() {
            return Err(Error::input(format!(
                "{}: no picture has both pixels and features",
                self.exhibit.source
            )));
        }
        if kept.len() < self.indices.len() {
            self.keep(&kept.iter().map(|(row, _)| *row).collect::<Vec<_>>());
        }
        let rows: Vec<usize> = kept.into_iter().map(|(_, row)| row).collect();
        let chosen: Array2<f32> = features.select(Axis(0), &rows);
        self.exhibit.features = Some(chosen);
        Ok(())
    }

    fn keep(&mut self, rows: &[usize]) {
        let exhibit = &mut self.exhibit;
        exhibit.items = rows
            .iter()
            .filter_map(|&row| exhibit.items.get(row).cloned())
            .collect();
        let thumbnails = rows
            .iter()
            .flat_map(|&row| exhibit.thumbnails.get(row).to_vec());
        exhibit.thumbnails = Thumbnails::from_bytes(thumbnails.collect());
        self.indices = rows
            .iter()
            .filter_map(|&row| self.indices.get(row).copied())
            .collect();
    }
}

/// Looks at every picture of `source` once.
///
/// # Errors
/// * input: an empty set; a picture that cannot be read under [`OnError::Fail`] (the first by index); more of them than
///   `max_bad`; none that can be read; whatever the source itself says;
/// * interrupted: the observer asked to stop.
pub fn gather(
    source: &dyn ImageSource,
    options: &GatherOptions,
    observer: &dyn Observer,
) -> Result<Gathered> {
    if source.is_empty() {
        return Err(Error::input(format!("{}: the set has no pictures", source.spec()))
            .mend("check the path and the selector; `gavel doctor` lists the forms that a set can have"));
    }
    let tolerated = options.on_error.tolerated();
    let pass = Pass {
        source,
        observer,
        tolerated,
        bound: AtomicUsize::new(usize::MAX),
        stop: AtomicBool::new(false),
        found: Mutex::new(Found {
            items: vec![None; source.len()],
            thumbnails: vec![0; source.len() * Thumbnails::BYTES],
            broken: BTreeMap::new(),
        }),
    };
    observer.begin(source.spec(), source.len());
    let visited = pass.stream(options.threads);
    observer.end();
    if pass.stop.load(Ordering::Relaxed) {
        return Err(Error::interrupted());
    }
    visited?;
    let found = pass
        .found
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    found.finish(source, tolerated, options.on_error)
}

/// What the reader and the workers share.
struct Pass<'a> {
    source: &'a dyn ImageSource,
    observer: &'a dyn Observer,
    tolerated: usize,
    /// Pictures from this index on no longer matter, as the error will name earlier ones.
    bound: AtomicUsize,
    stop: AtomicBool,
    found: Mutex<Found>,
}

impl Pass<'_> {
    fn stream(&self, threads: usize) -> Result<()> {
        let workers = match threads {
            0 => thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get),
            threads => threads,
        };
        let (sender, receiver) = sync_channel::<(usize, Stored)>(WAITING * workers);
        let receiver = Mutex::new(receiver);
        thread::scope(|scope| {
            for _ in 0..workers {
                scope.spawn(|| self.work(&receiver));
            }
            let sender = sender;
            let wants = |index: usize| index < self.bound.load(Ordering::Relaxed);
            self.source.visit(&wants, &mut |index, stored| {
                if self.observer.stop_requested() {
                    self.stop.store(true, Ordering::Relaxed);
                    return Err(Error::interrupted());
                }
                match stored {
                    // The workers drain the queue until it is closed, so this cannot block for ever.
                    Ok(stored) if wants(index) => sender
                        .send((index, stored))
                        .map_err(|_| Error::interrupted()),
                    Ok(_) => Ok(()),
                    Err(error) => {
                        self.fail(index, error);
                        Ok(())
                    }
                }
            })
        })
    }

    fn work(&self, receiver: &Mutex<Receiver<(usize, Stored)>>) {
        loop {
            let next = receiver
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .recv();
            let Ok((index, stored)) = next else {
                return;
            };
            let unwanted = index >= self.bound.load(Ordering::Relaxed);
            if unwanted || self.stop.load(Ordering::Relaxed) {
                continue;
            }
            let seen = catch_unwind(AssertUnwindSafe(|| self.look(index, &stored)));
            match seen.unwrap_or_else(|_| {
                Err(Error::input(
                    "decoding panicked; this is a fault of the program",
                ))
            }) {
                Ok((item, small)) => self.place(index, item, &small),
                Err(error) => self.fail(index, error),
            }
        }
    }

    fn look(&self, index: usize, stored: &Stored) -> Result<(Item, Vec<u8>)> {
        let decoded = decode(stored, &DecodeOptions::default())?;
        let entry = self.source.entries().get(index);
        let name = entry.map_or_else(|| format!("picture {index}"), |entry| entry.name.clone());
        let mut notes = decoded.notes;
        notes.extend(extension_note(&name, decoded.info.format));
        let pixels = decoded.pixels;
        let mut colors = pixels.rgb.chunks_exact(3);
        let first = colors.next();
        let item = Item {
            name,
            label: entry.and_then(|entry| entry.label.clone()),
            stored: digest(stored),
            pixels: pixel_digest(&pixels),
            info: decoded.info,
            notes,
            blank: colors.all(|color| Some(color) == first),
        };
        Ok((item, thumbnail::of(&pixels)))
    }

    fn found(&self) -> MutexGuard<'_, Found> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn place(&self, index: usize, item: Item, small: &[u8]) {
        let mut found = self.found();
        if let Some(slot) = found.items.get_mut(index) {
            *slot = Some(item);
        }
        let start = index * Thumbnails::BYTES;
        if let Some(slot) = found.thumbnails.get_mut(start..start + small.len()) {
            slot.copy_from_slice(small);
        }
        drop(found);
        self.observer.advance(1);
    }

    fn fail(&self, index: usize, error: Error) {
        let mut found = self.found();
        found.broken.insert(index, error);
        if let Some((&bound, _)) = found.broken.iter().nth(self.tolerated) {
            // The nth of a growing set only falls.
            self.bound.fetch_min(bound, Ordering::Relaxed);
        }
        drop(found);
        self.observer.advance(1);
    }
}
