//! Training pictures by their digests.

use std::collections::HashMap;

use crate::audit::{Exhibit, Item};
use crate::sources::Digest;

/// The first training row of every digest.
pub struct Known {
    stored: HashMap<Digest, usize>,
    pixels: HashMap<Digest, usize>,
}

/// How two pictures are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sameness {
    /// Byte for byte as stored.
    Stored,
    /// Size and every pixel, stored otherwise.
    Pixels,
}

impl Known {
    /// Of a training set; blank pictures are left out, because any generator may make them.
    #[must_use]
    pub fn new(train: &Exhibit) -> Self {
        let mut known = Self {
            stored: HashMap::new(),
            pixels: HashMap::new(),
        };
        for (row, item) in train
            .items
            .iter()
            .enumerate()
            .filter(|(_, item)| !item.blank)
        {
            known.stored.entry(item.stored).or_insert(row);
            known.pixels.entry(item.pixels).or_insert(row);
        }
        known
    }

    /// The training row that is the same picture.
    #[must_use]
    pub fn find(&self, item: Option<&Item>) -> Option<(usize, Sameness)> {
        let item = item.filter(|item| !item.blank)?;
        let stored = self
            .stored
            .get(&item.stored)
            .map(|&row| (row, Sameness::Stored));
        stored.or_else(|| {
            self.pixels
                .get(&item.pixels)
                .map(|&row| (row, Sameness::Pixels))
        })
    }
}
