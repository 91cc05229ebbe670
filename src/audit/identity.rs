//! Which pictures are the same one, by their digests.

use std::collections::{BTreeMap, HashMap};

use super::Item;
use crate::sources::Digest;

/// Rows of pictures whose decoded pixels are equal, in groups of two and more: the largest first, then by first row.
#[must_use]
pub fn groups(items: &[Item]) -> Vec<Vec<usize>> {
    let mut rows: BTreeMap<Digest, Vec<usize>> = BTreeMap::new();
    for (row, item) in items.iter().enumerate() {
        rows.entry(item.pixels).or_default().push(row);
    }
    let mut groups: Vec<Vec<usize>> = rows.into_values().filter(|group| group.len() > 1).collect();
    groups.sort_by_key(|group| (std::cmp::Reverse(group.len()), group.first().copied()));
    groups
}

/// A picture of one set that is also in another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shared {
    /// Row in the first set.
    pub row: usize,
    /// The first row of the second set with the same pixels.
    pub other: usize,
    /// Are the stored bytes equal too?
    pub is_same_file: bool,
}

/// The pictures of `items` whose decoded pixels are also in `others`, by row; blank ones are left out, as two of them are
/// equal without being copies.
#[must_use]
pub fn shared(items: &[Item], others: &[Item]) -> Vec<Shared> {
    let mut rows: HashMap<Digest, usize> = HashMap::with_capacity(others.len());
    for (row, item) in others.iter().enumerate().rev() {
        rows.insert(item.pixels, row);
    }
    let shown = items.iter().enumerate().filter(|(_, item)| !item.blank);
    shown
        .filter_map(|(row, item)| {
            let other = *rows.get(&item.pixels)?;
            let is_same_file = others.get(other).is_some_and(|o| o.stored == item.stored);
            Some(Shared {
                row,
                other,
                is_same_file,
            })
        })
        .collect()
}
