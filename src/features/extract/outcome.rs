//! What a finished board amounts to: the extraction, or the error of its failures.

use super::OnError;
use super::board::Board;
use crate::error::{Error, Result};
use crate::features::store::RowState;
use crate::features::{Extraction, Extractor, Role};
use crate::sources::ImageSource;
use ndarray::Array2;
use std::collections::BTreeMap;

impl Board {
    /// The extraction, or the error that its failures amount to.
    pub(super) fn finish(
        self,
        source: &dyn ImageSource,
        extractor: &Extractor,
        on_error: OnError,
    ) -> Result<Extraction> {
        let spec = source.spec();
        let name = |index: usize| {
            source
                .entries()
                .get(index)
                .map_or_else(|| format!("picture {index}"), |entry| entry.name.clone())
        };
        if self.failures.len() > self.tolerated {
            return Err(too_many(&self.failures, spec, name, on_error));
        }
        let lost = self.states.iter().enumerate().find(|(index, state)| {
            **state == RowState::Absent && !self.failures.contains_key(index)
        });
        if let Some((index, _)) = lost {
            return Err(Error::input(format!(
                "{spec}: {} was listed, but the source did not hand it out; did the set change during the run?",
                name(index)
            )));
        }
        let indices: Vec<usize> = (0..self.states.len())
            .filter(|index| !self.failures.contains_key(index))
            .collect();
        if let (true, Some((&index, error))) = (indices.is_empty(), self.failures.first_key_value())
        {
            return Err(error.clone().at(format!(
                "{spec}: none of {} pictures can be read; the first, {}",
                self.states.len(),
                name(index)
            )));
        }
        let mut features = None;
        let mut logits = None;
        let mut log_probabilities = None;
        let mut spatial = None;
        for ((block, width), output) in self
            .outputs
            .into_iter()
            .zip(&self.widths)
            .zip(&extractor.outputs)
        {
            let place = match output.role {
                Role::Features => &mut features,
                Role::Logits => &mut logits,
                Role::Probabilities => &mut log_probabilities,
                Role::Spatial => &mut spatial,
            };
            if place.is_none() {
                *place = Some(compact(block, *width, &indices, extractor)?);
            }
        }
        // An exact zero has no logarithm; the least positive float stands for it.
        let log_probabilities = log_probabilities
            .map(|rows: Array2<f32>| rows.mapv_into(|p| p.max(f32::MIN_POSITIVE).ln()));
        let mut notes = BTreeMap::new();
        let told = self.chunks.into_iter().map(|chunk| chunk.notes);
        for (note, count) in told.chain([self.store_notes]).flatten() {
            *notes.entry(note).or_default() += count;
        }
        Ok(Extraction {
            features: features.ok_or_else(|| {
                Error::engine(format!(
                    "{}: none of its outputs is declared as features",
                    extractor.name
                ))
            })?,
            logits: logits.or(log_probabilities),
            spatial,
            indices,
            failed: self
                .failures
                .iter()
                .map(|(&index, error)| (name(index), error.message().to_owned()))
                .collect(),
            notes: notes.into_iter().collect(),
            n_cached: self.n_cached,
        })
    }
}

/// Moves the rows at `indices` (ascending) to the front, without a second block.
fn compact(
    mut block: Vec<f32>,
    width: usize,
    indices: &[usize],
    extractor: &Extractor,
) -> Result<Array2<f32>> {
    for (row, &index) in indices.iter().enumerate() {
        if row != index {
            block.copy_within(index * width..(index + 1) * width, row * width);
        }
    }
    block.truncate(indices.len() * width);
    Array2::from_shape_vec((indices.len(), width), block).map_err(|error| {
        Error::engine(format!(
            "{}: an output has an impossible shape: {error}",
            extractor.name
        ))
    })
}

/// What to say of more unreadable pictures than `on_error` allows; `name` gives the name of an item.
pub(crate) fn too_many(
    failures: &BTreeMap<usize, Error>,
    spec: &str,
    name: impl Fn(usize) -> String,
    on_error: OnError,
) -> Error {
    const LISTED: usize = 3;
    if let (OnError::Fail, Some((&index, error))) = (on_error, failures.first_key_value()) {
        let advice = error
            .advice()
            .unwrap_or("repair or remove it, or leave such pictures out with --on-error skip")
            .to_owned();
        return error.clone().at(name(index)).at(spec).mend(advice);
    }
    let tolerated = on_error.tolerated();
    let first: Vec<String> = failures
        .iter()
        // Of those beyond the tolerated ones, which are met depends on the threads.
        .take(LISTED.min(tolerated.saturating_add(1)))
        .map(|(&index, error)| format!("{}: {}", name(index), error.message()))
        .collect();
    Error::input(format!(
        "{spec}: more pictures cannot be read than --max-bad {tolerated} allows; the first: {}",
        first.join("; ")
    ))
    .mend("repair the set, or allow more with --max-bad N")
}
