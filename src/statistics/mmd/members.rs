//! Which sample is in which subset, by tile.

use super::gram::TILE;

/// Membership of the samples of one side in every subset.
#[derive(Debug, Clone)]
pub(super) struct Members {
    /// For each sample the subsets that hold it, in order.
    subsets_of: Vec<Vec<u32>>,
    /// For each tile and subset the members, counted from the tile's first sample.
    in_tile: Vec<Vec<Vec<u16>>>,
}

impl Members {
    /// From the indices of each subset, which must be below `n`.
    pub(super) fn new<'a>(n: usize, subsets: impl ExactSizeIterator<Item = &'a [usize]>) -> Self {
        let mut in_tile = vec![vec![Vec::new(); subsets.len()]; n.div_ceil(TILE)];
        let mut subsets_of = vec![Vec::new(); n];
        for (s, subset) in subsets.enumerate() {
            let mut sorted = subset.to_vec();
            sorted.sort_unstable();
            for i in sorted {
                subsets_of[i].push(s as u32);
                in_tile[i / TILE][s].push((i % TILE) as u16);
            }
        }
        Self {
            subsets_of,
            in_tile,
        }
    }

    pub(super) fn n_subsets(&self) -> usize {
        self.in_tile.first().map_or(0, Vec::len)
    }

    /// The subsets that hold `sample`.
    pub(super) fn of(&self, sample: usize) -> &[u32] {
        &self.subsets_of[sample]
    }

    /// For each subset its members in the tile that begins at sample `start`.
    pub(super) fn tile(&self, start: usize) -> &[Vec<u16>] {
        &self.in_tile[start / TILE]
    }
}
