//! Neighbours of every row of a set, nearest first.

use super::nearest::Candidate;

/// For every row of a set its nearest rows (in the same set: other rows), nearest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Lists {
    width: usize,
    exact: usize,
    rows: Vec<u32>,
    squared: Vec<f64>,
}

impl Lists {
    /// Out of finished candidates, each with at least `width` entries; `scale` is the frame's squared scale.
    pub(super) fn new(found: Vec<Vec<Candidate>>, exact: usize, width: usize, scale: f64) -> Self {
        let entries = || found.iter().flat_map(|list| &list[..width]);
        Self {
            width,
            exact: exact.min(width),
            rows: entries().map(|candidate| candidate.row).collect(),
            squared: entries().map(|candidate| candidate.value / scale).collect(),
        }
    }

    /// Number of rows that have neighbours here.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len().checked_div(self.width).unwrap_or(0)
    }

    /// Is there no row, or nothing known of them?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many neighbours of each row are known.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// How many of them are known exactly (the rest by float32 estimates).
    #[must_use]
    pub fn exact(&self) -> usize {
        self.exact
    }

    /// Neighbours of a row, nearest first; the first at equal distances comes first.
    #[must_use]
    pub fn rows(&self, row: usize) -> &[u32] {
        self.rows
            .get(row * self.width..(row + 1) * self.width)
            .unwrap_or_default()
    }

    /// Squared distances of these neighbours.
    #[must_use]
    pub fn squared(&self, row: usize) -> &[f64] {
        self.squared
            .get(row * self.width..(row + 1) * self.width)
            .unwrap_or_default()
    }

    /// The squared distance of every row to its `k`-th nearest, counted from 1; `None` where that is not known exactly.
    #[must_use]
    pub fn squared_radii(&self, k: usize) -> Option<Vec<f64>> {
        if k == 0 || k > self.exact {
            return None;
        }
        Some(
            self.squared
                .chunks(self.width)
                .map(|list| list[k - 1])
                .collect(),
        )
    }

    /// The nearest of a row and its squared distance.
    #[must_use]
    pub fn nearest(&self, row: usize) -> Option<(usize, f64)> {
        let (row, squared) = (self.rows(row).first()?, self.squared(row).first()?);
        Some((*row as usize, *squared))
    }
}
