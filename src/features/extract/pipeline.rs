//! The streaming pass: one reader, a bounded queue, workers. A picture is decoded once, whatever the number of protocols.

use super::Shelf;
use super::board::Board;
use crate::error::{Error, Result};
use crate::features::{Engine, Extractor};
use crate::preprocess::Protocol;
use crate::progress::Observer;
use crate::sources::decode::{DecodeOptions, decode, extension_note};
use crate::sources::{ImageSource, Pixels, Stored};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

/// Everything that the workers share and nobody changes.
pub(super) struct Job<'a> {
    pub source: &'a dyn ImageSource,
    pub lanes: &'a [Lane<'a>],
    pub extractor: &'a Extractor,
    pub engine: &'a dyn Engine,
    pub workers: usize,
    /// Pictures read ahead of the workers.
    pub queue: usize,
    pub observer: &'a dyn Observer,
}

/// One protocol of a job, and where its rows are kept.
pub(super) struct Lane<'a> {
    pub protocol: &'a Protocol,
    pub shelf: Option<Shelf<'a>>,
}

/// What the workers and the reader write to.
struct Shared {
    /// One a lane.
    boards: Vec<Mutex<Board>>,
    /// For each lane, which pictures it has no row for.
    wanted: Vec<Vec<bool>>,
    /// The least [`Board::bound`], readable without a lock.
    bound: AtomicUsize,
    stop: AtomicBool,
    /// The first failure of the engine, by index: no other picture could fare better.
    fatal: Mutex<Option<(usize, Error)>>,
}

type Item = (usize, Stored);

/// A decoded picture, by index, with what was noticed of it.
type Developed = (usize, Pixels, Vec<String>);

/// Runs the pictures that the boards, one a lane, have no row for. Whatever ends the run, finished rows go to the store
/// first.
pub(super) fn run(job: &Job<'_>, boards: Vec<Board>) -> Result<Vec<Board>> {
    let shared = Shared {
        wanted: boards.iter().map(Board::wanted).collect(),
        bound: AtomicUsize::new(boards.iter().map(Board::bound).min().unwrap_or(usize::MAX)),
        boards: boards.into_iter().map(Mutex::new).collect(),
        stop: AtomicBool::new(false),
        fatal: Mutex::new(None),
    };
    let visited = if shared.wanted.iter().flatten().any(|&wanted| wanted) {
        stream(job, &shared)
    } else {
        Ok(())
    };
    let boards = shared
        .boards
        .into_iter()
        .zip(job.lanes)
        .map(|(board, lane)| {
            let mut board = board.into_inner().unwrap_or_else(PoisonError::into_inner);
            for id in board.unsaved() {
                save(lane, &mut board, id);
            }
            tidy(lane, &mut board);
            board
        });
    let boards: Vec<Board> = boards.collect();
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
    visited.map(|()| boards)
}

fn stream(job: &Job<'_>, shared: &Shared) -> Result<()> {
    let (sender, receiver) = sync_channel::<Item>(job.queue);
    let receiver = Mutex::new(receiver);
    thread::scope(|scope| {
        for _ in 0..job.workers {
            scope.spawn(|| work(job, shared, &receiver));
        }
        let wants = |index: usize| {
            shared.lanes_for(index).next().is_some() && index < shared.bound.load(Ordering::Relaxed)
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
                    shared.settle_all(job, index, |board| board.miss(index, error.clone()));
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
    let mut pictures = Vec::with_capacity(items.len());
    for (index, stored) in items {
        if index >= shared.bound.load(Ordering::Relaxed) {
            continue;
        }
        match guarded(|| develop(job, index, &stored)) {
            Ok((pixels, notes)) => pictures.push((index, pixels, notes)),
            Err(error) => {
                shared.settle_all(job, index, |board| board.fail(index, error.clone()));
                job.observer.advance(1);
            }
        }
    }
    for lane in 0..job.lanes.len() {
        run_lane(job, shared, lane, &pictures)?;
    }
    job.observer.advance(pictures.len());
    Ok(())
}

/// The rows of decoded pictures under one protocol, of those that it has no row for.
fn run_lane(
    job: &Job<'_>,
    shared: &Shared,
    lane: usize,
    pictures: &[Developed],
) -> std::result::Result<(), (usize, Error)> {
    let mut rows = Vec::with_capacity(pictures.len());
    let mut tensors = Vec::with_capacity(pictures.len());
    for (index, pixels, notes) in pictures {
        if !shared.wants(lane, *index) {
            continue;
        }
        match guarded(|| job.lanes[lane].protocol.tensor(pixels)) {
            Ok(tensor) => {
                rows.push((*index, notes));
                tensors.push(tensor);
            }
            Err(error) => shared.settle(job, lane, |board| board.fail(*index, error)),
        }
    }
    // Once the run has failed, pictures below the bound are only decoded, to find the lowest that fails.
    let Some(&(first, _)) = rows.first() else {
        return Ok(());
    };
    if shared.bound.load(Ordering::Relaxed) != usize::MAX {
        return Ok(());
    }
    let outputs = job.engine.run(&tensors).map_err(|error| (first, error))?;
    for ((index, notes), row) in rows.into_iter().zip(outputs) {
        check_row(job.extractor, &row).map_err(|error| (index, error))?;
        shared.settle(job, lane, |board| board.place(index, &row, notes.clone()));
    }
    Ok(())
}

fn guarded<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        Err(Error::input(
            "decoding panicked; this is a fault of the program",
        ))
    })
}

fn develop(job: &Job<'_>, index: usize, stored: &Stored) -> Result<(Pixels, Vec<String>)> {
    let decoded = decode(stored, &DecodeOptions::default())?;
    let mismatch = extension_note(&picture_name(job, index), decoded.info.format);
    let notes = decoded
        .notes
        .iter()
        .chain(&mismatch)
        .map(ToString::to_string)
        .collect();
    Ok((decoded.pixels, notes))
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
    fn board(&self, lane: usize) -> MutexGuard<'_, Board> {
        self.boards[lane]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn wants(&self, lane: usize, index: usize) -> bool {
        self.wanted[lane].get(index).copied().unwrap_or(false)
    }

    /// The lanes that have no row for this picture.
    fn lanes_for(&self, index: usize) -> impl Iterator<Item = usize> {
        (0..self.wanted.len()).filter(move |&lane| self.wants(lane, index))
    }

    /// The same outcome of a picture for every lane that has no row for it.
    fn settle_all(
        &self,
        job: &Job<'_>,
        index: usize,
        outcome: impl Fn(&mut Board) -> Option<usize>,
    ) {
        for lane in self.lanes_for(index) {
            self.settle(job, lane, &outcome);
        }
    }

    /// Puts one picture's outcome on a lane's board and, where that completes a chunk, the chunk into the store. The
    /// file is written without the lock.
    fn settle(
        &self,
        job: &Job<'_>,
        lane: usize,
        outcome: impl FnOnce(&mut Board) -> Option<usize>,
    ) {
        let mut board = self.board(lane);
        let completed = outcome(&mut board);
        // A board's bound only falls.
        self.bound.fetch_min(board.bound(), Ordering::Relaxed);
        let (Some(id), Some(shelf)) = (completed, &job.lanes[lane].shelf) else {
            return;
        };
        let chunk = board.copy_out(id);
        drop(board);
        if let Some(Err(error)) = shelf.keys.get(id).map(|key| shelf.store.write(key, &chunk)) {
            self.board(lane).note(error.message().to_owned());
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

fn save(lane: &Lane<'_>, board: &mut Board, id: usize) {
    if let Some(shelf) = &lane.shelf
        && let Some(key) = shelf.keys.get(id)
    {
        let chunk = board.copy_out(id);
        if let Err(error) = shelf.store.write(key, &chunk) {
            board.note(error.message().to_owned());
        }
    }
}

/// Keeps the store within its bound after a run that wrote to it.
fn tidy(lane: &Lane<'_>, board: &mut Board) {
    if let Some(shelf) = &lane.shelf
        && board.wrote()
        && let Err(error) = shelf.store.prune(shelf.store.max_bytes())
    {
        board.note(format!(
            "the feature store could not be pruned: {}",
            error.message()
        ));
    }
}
