//! Where rows land by index, and what the run knows of each picture.

use super::Shelf;
use crate::error::Error;
use crate::features::Extractor;
use crate::features::store::{CHUNK, Chunk, Lookup, RowState};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// All rows of the extraction and the state of every picture.
pub(super) struct Board {
    pub(super) widths: Vec<usize>,
    /// One flat `[n, width]` block per output.
    pub(super) outputs: Vec<Vec<f32>>,
    pub(super) states: Vec<RowState>,
    /// Pictures that failed, by index; those that could not even be fetched have the state `Absent`.
    pub(super) failures: BTreeMap<usize, Error>,
    pub(super) chunks: Vec<ChunkState>,
    /// How many failures the run may have.
    pub(super) tolerated: usize,
    /// Things to tell about the store.
    pub(super) store_notes: BTreeMap<String, usize>,
    pub(super) n_cached: usize,
    wrote: bool,
}

#[derive(Default)]
pub(super) struct ChunkState {
    /// Pictures without an outcome.
    open: usize,
    /// Rows that the store does not have.
    fresh: usize,
    pub(super) notes: BTreeMap<String, usize>,
}

impl Board {
    pub(super) fn new(n: usize, extractor: &Extractor, tolerated: usize) -> Self {
        let widths: Vec<usize> = extractor
            .outputs
            .iter()
            .map(|output| output.width)
            .collect();
        Self {
            outputs: widths.iter().map(|width| vec![0.0; n * width]).collect(),
            widths,
            states: vec![RowState::Absent; n],
            failures: BTreeMap::new(),
            chunks: (0..n.div_ceil(CHUNK))
                .map(|chunk| ChunkState {
                    open: CHUNK.min(n - chunk * CHUNK),
                    ..ChunkState::default()
                })
                .collect(),
            tolerated,
            store_notes: BTreeMap::new(),
            n_cached: 0,
            wrote: false,
        }
    }

    /// Takes over what the store has. Entries are read on all cores and taken over in order.
    pub(super) fn fill(&mut self, shelf: &Shelf<'_>) {
        // A few at a time, so that the entries' own buffers stay small beside the board.
        const AT_ONCE: usize = 16;
        let n = self.states.len();
        for (group, keys) in shelf.keys.chunks(AT_ONCE).enumerate() {
            let found: Vec<Lookup> = keys
                .par_iter()
                .enumerate()
                .map(|(offset, key)| {
                    let first = (group * AT_ONCE + offset) * CHUNK;
                    shelf
                        .store
                        .read(key, CHUNK.min(n.saturating_sub(first)), &self.widths)
                })
                .collect();
            for (offset, lookup) in found.into_iter().enumerate() {
                match lookup {
                    Lookup::Found(chunk) => self.take_over(group * AT_ONCE + offset, chunk),
                    Lookup::Missing => {}
                    Lookup::Damaged(reason) => {
                        self.note(format!("a damaged entry of the feature store was dropped and computed again ({reason})"));
                    }
                }
            }
        }
    }

    fn take_over(&mut self, id: usize, chunk: Chunk) {
        let first = id * CHUNK;
        for ((block, output), width) in self
            .outputs
            .iter_mut()
            .zip(&chunk.outputs)
            .zip(&self.widths)
        {
            block[first * width..first * width + output.len()].copy_from_slice(output);
        }
        let state = &mut self.chunks[id];
        state.notes = chunk.notes;
        for (offset, row) in chunk.states.into_iter().enumerate() {
            match &row {
                RowState::Absent => continue,
                RowState::Done => self.n_cached += 1,
                RowState::Failed(message, advice) => {
                    let error = Error::input(message.clone());
                    let error = advice
                        .iter()
                        .fold(error, |error, advice| error.mend(advice.clone()));
                    self.failures.insert(first + offset, error);
                }
            }
            state.open -= 1;
            self.states[first + offset] = row;
        }
    }

    /// Which pictures have no outcome yet.
    pub(super) fn wanted(&self) -> Vec<bool> {
        self.states
            .iter()
            .map(|state| *state == RowState::Absent)
            .collect()
    }

    /// Has this picture an outcome?
    pub(super) fn is_known(&self, index: usize) -> bool {
        self.states
            .get(index)
            .is_some_and(|state| *state != RowState::Absent)
    }

    /// Pictures from this index on no longer matter: with more failures than tolerated, the error that will be
    /// reported names the lowest `tolerated + 1` of them.
    pub(super) fn bound(&self) -> usize {
        if self.failures.len() <= self.tolerated {
            return usize::MAX;
        }
        self.failures
            .keys()
            .nth(self.tolerated)
            .copied()
            .unwrap_or(usize::MAX)
    }

    /// A picture's row. Answers with the chunk that this completed.
    pub(super) fn place(
        &mut self,
        index: usize,
        outputs: &[Vec<f32>],
        notes: Vec<String>,
    ) -> Option<usize> {
        for ((block, row), width) in self.outputs.iter_mut().zip(outputs).zip(&self.widths) {
            block[index * width..(index + 1) * width].copy_from_slice(row);
        }
        for note in notes {
            *self.chunks[index / CHUNK].notes.entry(note).or_default() += 1;
        }
        self.states[index] = RowState::Done;
        self.settle(index)
    }

    /// A picture whose bytes are no picture. Answers with the chunk that this completed.
    pub(super) fn fail(&mut self, index: usize, error: Error) -> Option<usize> {
        self.states[index] = RowState::Failed(
            error.message().to_owned(),
            error.advice().map(str::to_owned),
        );
        self.failures.insert(index, error);
        self.settle(index)
    }

    /// A picture whose bytes could not be fetched: the store does not remember that. Answers with the chunk that this
    /// completed.
    pub(super) fn miss(&mut self, index: usize, error: Error) -> Option<usize> {
        self.failures.insert(index, error);
        self.settle(index)
    }

    fn settle(&mut self, index: usize) -> Option<usize> {
        let id = index / CHUNK;
        let chunk = &mut self.chunks[id];
        chunk.open = chunk.open.saturating_sub(1);
        chunk.fresh += usize::from(self.states[index] != RowState::Absent);
        (chunk.open == 0 && chunk.fresh > 0).then_some(id)
    }

    /// A copy of a chunk's rows for the store; after it the chunk counts as stored.
    pub(super) fn copy_out(&mut self, id: usize) -> Chunk {
        let first = id * CHUNK;
        let last = (first + CHUNK).min(self.states.len());
        self.chunks[id].fresh = 0;
        self.wrote = true;
        Chunk {
            states: self.states[first..last].to_vec(),
            widths: self.widths.clone(),
            outputs: self
                .outputs
                .iter()
                .zip(&self.widths)
                .map(|(block, width)| block[first * width..last * width].to_vec())
                .collect(),
            notes: self.chunks[id].notes.clone(),
        }
    }

    /// Has any chunk gone to the store in this run?
    pub(super) fn wrote(&self) -> bool {
        self.wrote
    }

    /// Chunks with rows that the store does not have.
    pub(super) fn unsaved(&self) -> Vec<usize> {
        (0..self.chunks.len())
            .filter(|&id| self.chunks[id].fresh > 0)
            .collect()
    }

    /// One more thing to tell about the store.
    pub(super) fn note(&mut self, text: String) {
        *self.store_notes.entry(text).or_default() += 1;
    }
}
