//! The nearest rows of one row, while the blocks go by.

use super::points::{Points, UNIQUE};

/// Rows kept beyond the wanted ones before the list is trimmed.
const SLACK: usize = 16;

/// A row that may be among the nearest.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    /// Its index.
    pub row: u32,
    /// Its squared distance in the frame (or a multiple of it), estimated or settled.
    pub value: f64,
    /// Bound on the error of an estimate; 0 when settled.
    pub error: f64,
}

impl Candidate {
    fn lower(&self) -> f64 {
        self.value - self.error
    }

    fn upper(&self) -> f64 {
        self.value + self.error
    }
}

/// One row and the set that its neighbours are looked for in; settles distances in float64.
#[derive(Debug, Clone, Copy)]
pub(super) struct Anchor<'a> {
    /// The set of the row.
    pub own: &'a Points<'a>,
    /// The row.
    pub row: usize,
    /// The set of the neighbours.
    pub others: &'a Points<'a>,
    /// For weighted distances `(distance² + offset) weight`: offset and one weight for each row of `others`.
    pub weights: Option<(f64, &'a [f64])>,
}

impl Anchor<'_> {
    fn settle(&self, row: usize) -> f64 {
        let squared = self.own.settle(self.row, self.others, row);
        self.weights.map_or(squared, |(offset, weights)| {
            (squared + offset) * weights[row]
        })
    }
}

/// The nearest rows seen so far: all that may be among the `width` nearest, and a few more.
#[derive(Debug, Clone)]
pub(super) struct Nearest {
    width: usize,
    limit: f64,
    kept: Vec<Candidate>,
    n_settled: u64,
}

impl Nearest {
    /// An empty list for the `width` nearest that takes no row above `limit`.
    pub fn new(width: usize, limit: f64) -> Self {
        Self {
            width,
            limit,
            kept: Vec::new(),
            n_settled: 0,
        }
    }

    /// Rows whose lower end is above this are not among the nearest.
    pub fn limit(&self) -> f64 {
        self.limit
    }

    /// Takes a row if it may be among the nearest.
    pub fn offer(&mut self, candidate: Candidate, anchor: &Anchor<'_>) {
        if self.width == 0 || candidate.lower() > self.limit {
            return;
        }
        self.kept.push(candidate);
        if self.kept.len() >= 2 * self.width + SLACK {
            self.trim(anchor);
        }
    }

    /// Takes what another list of the same row kept.
    pub fn absorb(&mut self, other: Self, anchor: &Anchor<'_>) {
        self.n_settled += other.n_settled;
        for candidate in other.kept {
            self.offer(candidate, anchor);
        }
    }

    /// Leaves out what cannot be among the nearest; where bounds cannot tell, float64 does, and of rows at the same
    /// distance the first stay.
    fn trim(&mut self, anchor: &Anchor<'_>) {
        self.limit = self.limit.min(self.upper_of(self.width));
        let limit = self.limit;
        self.kept.retain(|candidate| candidate.lower() <= limit);
        if self.kept.len() > self.width + SLACK / 2 {
            self.settle_below(f64::INFINITY, anchor);
            self.sort();
            self.kept.truncate(self.width);
            if let Some(last) = self.kept.last() {
                self.limit = self.limit.min(last.value);
            }
        }
    }

    /// The `rank`-th smallest upper end, counted from 1; infinite where there are fewer.
    fn upper_of(&self, rank: usize) -> f64 {
        if rank == 0 || self.kept.len() < rank {
            return f64::INFINITY;
        }
        let mut uppers: Vec<f64> = self.kept.iter().map(Candidate::upper).collect();
        *uppers.select_nth_unstable_by(rank - 1, f64::total_cmp).1
    }

    /// Settles all rows whose lower end is not above `limit`. Rows that are equal are measured once.
    fn settle_below(&mut self, limit: f64, anchor: &Anchor<'_>) {
        let mut known: Vec<(u32, f64)> = Vec::new();
        for candidate in &mut self.kept {
            if candidate.error == 0.0 || candidate.lower() > limit {
                continue;
            }
            let row = candidate.row as usize;
            let group = anchor.others.group(row);
            let same = known.iter().find(|(other, _)| *other == group);
            candidate.value = match same {
                // A weight belongs to a row, so only plain distances are shared.
                Some((_, value)) if anchor.weights.is_none() => *value,
                _ => {
                    let value = anchor.settle(row);
                    if group != UNIQUE {
                        known.push((group, value));
                    }
                    value
                }
            };
            candidate.error = 0.0;
            self.n_settled += 1;
        }
    }

    fn sort(&mut self) {
        self.kept
            .sort_unstable_by(|a, b| a.value.total_cmp(&b.value).then(a.row.cmp(&b.row)));
    }

    /// The nearest rows, nearest first: the first `exact` settled and in their true order (of equal distances the first
    /// row first), the others by their estimates.
    pub fn finish(mut self, exact: usize, anchor: &Anchor<'_>) -> (Vec<Candidate>, u64) {
        let limit = self.upper_of(exact.min(self.kept.len()));
        self.settle_below(limit, anchor);
        self.sort();
        self.kept.truncate(self.width);
        (self.kept, self.n_settled)
    }
}
