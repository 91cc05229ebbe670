//! What a pass over a set has found so far, and what it amounts to.

use std::collections::BTreeMap;

use super::super::{Exhibit, Item, Thumbnails};
use super::{Broken, Gathered};
use crate::error::{Error, Result};
use crate::features::extract::{OnError, too_many};
use crate::sources::ImageSource;

/// Rows by index in the source.
pub(super) struct Found {
    pub(super) items: Vec<Option<Item>>,
    pub(super) thumbnails: Vec<u8>,
    pub(super) broken: BTreeMap<usize, Error>,
}

impl Found {
    /// The exhibit, or the error that the failures amount to.
    pub(super) fn finish(
        mut self,
        source: &dyn ImageSource,
        tolerated: usize,
        on_error: OnError,
    ) -> Result<Gathered> {
        let spec = source.spec();
        let name = |index: usize| {
            let entry = source.entries().get(index);
            entry.map_or_else(|| format!("picture {index}"), |entry| entry.name.clone())
        };
        if self.broken.len() > tolerated {
            return Err(too_many(&self.broken, spec, name, on_error));
        }
        let indices: Vec<usize> = (0..self.items.len())
            .filter(|index| self.items.get(*index).is_some_and(Option::is_some))
            .collect();
        if let Some(lost) = (0..self.items.len())
            .find(|i| !self.broken.contains_key(i) && indices.binary_search(i).is_err())
        {
            return Err(Error::input(format!(
                "{spec}: {} was listed, but the source did not hand it out; did the set change meanwhile?",
                name(lost)
            )));
        }
        if let (true, Some((&index, error))) = (indices.is_empty(), self.broken.first_key_value()) {
            return Err(error.clone().at(format!(
                "{spec}: none of {} pictures can be read; the first, {}",
                self.items.len(),
                name(index)
            )));
        }
        for (row, &index) in indices.iter().enumerate() {
            let from = index * Thumbnails::BYTES;
            self.thumbnails
                .copy_within(from..from + Thumbnails::BYTES, row * Thumbnails::BYTES);
        }
        self.thumbnails.truncate(indices.len() * Thumbnails::BYTES);
        Ok(Gathered {
            exhibit: Exhibit {
                source: spec.to_owned(),
                items: self.items.into_iter().flatten().collect(),
                thumbnails: Thumbnails::from_bytes(self.thumbnails),
                features: None,
            },
            indices,
            broken: self
                .broken
                .iter()
                .map(|(&index, error)| Broken {
                    index,
                    name: name(index),
                    reason: error.message().to_owned(),
                })
                .collect(),
        })
    }
}
