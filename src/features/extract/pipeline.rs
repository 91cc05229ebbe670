//! The streaming pass: one reader, a bounded queue, workers.

use super::Shelf;
use super::board::Board;
use crate::error::{Error, Result};
use crate::features::{Engine, Extractor};
use crate::preprocess::Protocol;
use crate::progress::Observer;
use crate::sources::decode::{DecodeOptions, decode, extension_note};
use crate::sources::{ImageSource, Stored};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

/// Everything that the workers share and nobody changes.
pub(super) struct Job<'a> {
    pub source: &'a dyn ImageSource,
    pub protocol: &'a Protocol,
    pub extractor: &'a Extractor,
    pub engine: &'a dyn Engine,
    pub shelf: Option<&'a Shelf<'a>>,
    pub workers: usize,
    /// Pictures read ahead of the workers.
    pub queue: usize,
    pub observer: &'a dyn Observer,
}

/// What the workers and the reader write to.
struct Shared {
    board: Mutex<Board>,
    /// [`Board::bound`], readable without the lock.
    bound: AtomicUsize,
    stop: AtomicBool,
    /// The first failure of the engine, by index: no other picture could fare better.
    fatal: Mutex<Option<(usize, Error)>>,
}

type Item = (usize, Stored);

/// Runs the pictures that `board` has no row for. Whatever ends the run, finished rows go to the store first.
pub(super) fn run(job: &Job<'_>, board: Board) -> Result<Board> {
    let wanted = board.wanted();
    let shared = Shared {
        bound: AtomicUsize::new(board.bound()),
        board: Mutex::new(board),
        stop: AtomicBool::new(false),
        fatal: Mutex::new(None),
    };
    let visited = if wanted.iter().any(|&wanted| wanted) {
        stream(job, &shared, &wanted)
    } else {
        Ok(())
    };
    let mut board = shared
        .board
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    for id in board.unsaved() {
        save(job, &mut board, id);
    }
    tidy(job, &mut board);
    let fatal = shared
        .fatal
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    if let Some((_, error)) = fatal {
        return Err(error);
    }
    if shared.stop.into_inner() {
        return Err(Error::interrupted());
    }
    visited.map(|()| board)
}

fn stream(job: &Job<'_>, shared: &Shared, wanted: &[bool]) -> Result<()> {
    let (sender, receiver) = sync_channel::<Item>(job.queue);
    let receiver = Mutex::new(receiver);
    thread::scope(|scope| {
        for _ in 0..job.workers {
            scope.spawn(|| work(job, shared, &receiver));
        }
        let wants = |index: usize| {
            wanted.get(index).copied().unwrap_or(false)
                && index < shared.bound.load(Ordering::Relaxed)
        };
        let sender = sender;
        job.source.visit(&wants, &mut |index, stored| {
            if shared.stop.load(Ordering::Relaxed) || job.observer.stop_requested() {
                shared.stop.store(true, Ordering::Relaxed);
                return Err(Error::interrupted());
            }
            if !wants(index) {
                return Ok(());
            }
            match stored {
                // The workers drain the queue until it is closed, whatever happens to them, so this cannot block for
                // ever.
                Ok(stored) => sender
                    .send((index, stored))
                    .map_err(|_| Error::interrupted()),
                Err(error) => {
                    shared.settle(job, |board| board.miss(index, error));
                    job.observer.advance(1);
                    Ok(())
                }
            }
        })
    })
}

fn work(job: &Job<'_>, shared: &Shared, receiver: &Mutex<Receiver<Item>>) {
    loop {
        let items = receive(receiver, job.engine.pictures_per_run());
        let Some(&(first, _)) = items.first() else {
            return;
        };
        if !shared.stop.load(Ordering::Relaxed) && job.observer.stop_requested() {
            shared.stop.store(true, Ordering::Relaxed);
        }
        if shared.stop.load(Ordering::Relaxed) {
            continue;
        }
        let done =
            catch_unwind(AssertUnwindSafe(|| process(job, shared, items))).unwrap_or_else(|_| {
                Err((
                    first,
                    Error::engine("the engine panicked; this is a fault of the program"),
                ))
            });
        if let Err((index, error)) = done {
            shared.stop_with(
                index,
                error.at(picture_name(job, index)).at(job.source.spec()),
            );
        }
    }
}

/// Up to `most` items: the first is waited for, the others only taken if they are there. Empty when the reader is done.
fn receive(receiver: &Mutex<Receiver<Item>>, most: usize) -> Vec<Item> {
    let receiver = receiver.lock().unwrap_or_else(PoisonError::into_inner);
    let mut items: Vec<Item> = receiver.recv().into_iter().collect();
    while !items.is_empty() && items.len() < most {
        // On a GPU a run of few pictures costs as much as a full one, so the batch is waited for; the reader's end of
        // the queue closes at the last picture.
        match receiver.recv() {
            Ok(item) => items.push(item),
            Err(_) => break,
        }
    }
    items
}

fn process(
    job: &Job<'_>,
    shared: &Shared,
    items: Vec<Item>,
) -> std::result::Result<(), (usize, Error)> {
    let mut indices = Vec::with_capacity(items.len());
    let mut tensors = Vec::with_capacity(items.len());
    let mut notes = Vec::with_capacity(items.len());
    for (index, stored) in items {
        if index >= shared.bound.load(Ordering::Relaxed) {
            continue;
        }
        let prepared = catch_unwind(AssertUnwindSafe(|| prepare(job, index, &stored)))
            .unwrap_or_else(|_| {
                Err(Error::input(
                    "decoding panicked; this is a fault of the program",
                ))
            });
        match prepared {
            Ok((tensor, noted)) => {
                indices.push(index);
                tensors.push(tensor);
                notes.push(noted);
            }
            Err(error) => {
                shared.settle(job, |board| board.fail(index, error));
                job.observer.advance(1);
            }
        }
    }
    // Once the run has failed, pictures below the bound are only decoded, to find the lowest that fails.
    let Some(&first) = indices.first() else {
        return Ok(());
    };
    if shared.bound.load(Ordering::Relaxed) != usize::MAX {
        return Ok(());
    }
    let rows = job.engine.run(&tensors).map_err(|error| (first, error))?;
    let n = indices.len();
    for ((index, row), noted) in indices.into_iter().zip(rows).zip(notes) {
        check_row(job.extractor, &row).map_err(|error| (index, error))?;
        shared.settle(job, |board| board.place(index, &row, noted));
    }
    job.observer.advance(n);
    Ok(())
}

fn prepare(job: &Job<'_>, index: usize, stored: &Stored) -> Result<(Vec<f32>, Vec<String>)> {
    let decoded = decode(stored, &DecodeOptions::default())?;
    let tensor = job.protocol.tensor(&decoded.pixels)?;
    let mismatch = extension_note(&picture_name(job, index), decoded.info.format);
    let notes = decoded
        .notes
        .iter()
        .chain(&mismatch)
        .map(ToString::to_string)
        .collect();
    Ok((tensor, notes))
}

fn check_row(extractor: &Extractor, row: &[Vec<f32>]) -> Result<()> {
    for (output, values) in extractor.outputs.iter().zip(row) {
        if values.len() != output.width {
            return Err(Error::engine(format!(
                "the output `{}` has {} values, but the extractor declares {}",
                output.name,
                values.len(),
                output.width
            )));
        }
        if let Some((at, value)) = values
            .iter()
            .enumerate()
            .find(|(_, value)| !value.is_finite())
        {
            return Err(Error::engine(format!(
                "the network {} gave {value} at position {at} of `{}`; expected finite values",
                extractor.name, output.name
            ))
            .mend("check the weights, and that the declared range of the input is the one it was trained with"));
        }
    }
    if row.len() == extractor.outputs.len() {
        Ok(())
    } else {
        Err(Error::engine(format!(
            "the engine gave {} outputs, expected {}",
            row.len(),
            extractor.outputs.len()
        )))
    }
}

fn picture_name(job: &Job<'_>, index: usize) -> String {
    job.source
        .entries()
        .get(index)
        .map_or_else(|| format!("picture {index}"), |entry| entry.name.clone())
}

impl Shared {
    fn board(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts one picture's outcome on the board and, where that completes a chunk, the chunk into the store. The file is
    /// written without the lock.
    fn settle(&self, job: &Job<'_>, outcome: impl FnOnce(&mut Board) -> Option<usize>) {
        let mut board = self.board();
        let completed = outcome(&mut board);
        self.bound.store(board.bound(), Ordering::Relaxed);
        let (Some(id), Some(shelf)) = (completed, job.shelf) else {
            return;
        };
        let chunk = board.copy_out(id);
        drop(board);
        if let Some(Err(error)) = shelf.keys.get(id).map(|key| shelf.store.write(key, &chunk)) {
            self.board().note(error.message().to_owned());
        }
    }

    fn stop_with(&self, index: usize, error: Error) {
        let mut fatal = self.fatal.lock().unwrap_or_else(PoisonError::into_inner);
        if fatal.as_ref().is_none_or(|(earlier, _)| index < *earlier) {
            *fatal = Some((index, error));
        }
        self.stop.store(true, Ordering::Relaxed);
    }
}

fn save(job: &Job<'_>, board: &mut Board, id: usize) {
    if let Some(shelf) = job.shelf
        && let Some(key) = shelf.keys.get(id)
    {
        let chunk = board.copy_out(id);
        if let Err(error) = shelf.store.write(key, &chunk) {
            board.note(error.message().to_owned());
        }
    }
}

/// Keeps the store within its bound after a run that wrote to it.
fn tidy(job: &Job<'_>, board: &mut Board) {
    if let Some(shelf) = job.shelf
        && board.wrote()
        && let Err(error) = shelf.store.prune(shelf.store.max_bytes())
    {
        board.note(format!(
            "the feature store could not be pruned: {}",
            error.message()
        ));
    }
}
