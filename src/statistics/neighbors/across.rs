//! One pass over all pairs of two sets: nearest rows both ways, balls, realism.
//!
//! The tiles of one row of tiles run in parallel. A generated row belongs to one tile of them, so its lists are written in
//! place; what concerns the reference rows is folded in order.

use rayon::prelude::*;

use super::balls::{Boundary, Pair, Place, Shells, Tally, look};
use super::frame::raised;
use super::nearest::{Anchor, Candidate, Nearest};
use super::points::{Block, Points};
use super::tile::{Gates, TILE, doubled_products, scan};
use crate::statistics::resample::N_HALVES;

/// What is looked for.
pub(super) struct Search<'a> {
    pub reference: &'a Points<'a>,
    pub generated: &'a Points<'a>,
    /// Nearest rows to list for every row of both sides; 0 for none.
    pub width: usize,
    pub balls: Option<BallSearch<'a>>,
    /// Weighted distances: the `list` reference rows of the smallest `(distance² + offset) weight`.
    pub weighted: &'a [Weighted],
}

/// Which balls are asked for.
pub(super) struct BallSearch<'a> {
    pub reference: Shells<'a>,
    pub generated: Shells<'a>,
    /// Number of different k.
    pub n_k: usize,
    /// k by its number, and the boundary.
    pub balls: &'a [(usize, Boundary)],
}

/// A weighted distance to reference rows, in the frame.
pub(super) struct Weighted {
    pub offset: f64,
    /// One for each reference row; 0: not looked at.
    pub weights: Vec<f64>,
    /// How many rows are listed.
    pub list: usize,
}

/// What was found.
pub(super) struct Found {
    /// For each reference row the nearest generated rows, and the other way round.
    pub nearest_generated: Vec<Vec<Candidate>>,
    pub nearest_reference: Vec<Vec<Candidate>>,
    pub reference: Tally,
    pub generated: Tally,
    /// Pairs in reference balls, for each k and half.
    pub by_half: Vec<[u64; N_HALVES]>,
    /// For each weighted distance and generated row: reference rows, smallest first.
    pub weighted: Vec<Vec<Vec<Candidate>>>,
    pub n_settled: u64,
}

/// Lists of one generated row.
#[derive(Clone)]
struct Column {
    nearest: Nearest,
    weighted: Vec<Nearest>,
}

/// What one tile found, beside the lists of its columns.
struct TileFound {
    rows: Tally,
    columns: Tally,
    lists: Vec<Nearest>,
    by_half: Vec<[u64; N_HALVES]>,
    n_settled: u64,
}

impl Search<'_> {
    /// The pass.
    pub fn run(&self) -> Found {
        let (n, m) = (self.reference.len(), self.generated.len());
        let (n_balls, n_k) = self
            .balls
            .as_ref()
            .map_or((0, 0), |search| (search.balls.len(), search.n_k));
        let mut columns = vec![
            Column {
                nearest: Nearest::new(self.width, f64::INFINITY),
                weighted: self
                    .weighted
                    .iter()
                    .map(|weighted| Nearest::new(weighted.list, f64::INFINITY))
                    .collect(),
            };
            m
        ];
        let mut found = Found {
            nearest_generated: Vec::with_capacity(n),
            nearest_reference: Vec::new(),
            reference: Tally::new(n, n_balls, n_k),
            generated: Tally::new(m, n_balls, n_k),
            by_half: vec![[0; N_HALVES]; n_k],
            weighted: Vec::new(),
            n_settled: 0,
        };
        for start in (0..n).step_by(TILE) {
            let rows = self.reference.block(start, TILE);
            let tiles: Vec<TileFound> = columns
                .par_chunks_mut(TILE)
                .enumerate()
                .map(|(tile, columns)| self.visit(&rows, tile * TILE, columns, n_balls, n_k))
                .collect();
            let mut lists = vec![Nearest::new(self.width, f64::INFINITY); rows.len];
            for (tile, part) in tiles.into_iter().enumerate() {
                found.reference.add(start, &part.rows);
                found.generated.add(tile * TILE, &part.columns);
                found.n_settled += part.n_settled;
                for (counts, more) in found.by_half.iter_mut().zip(part.by_half) {
                    for (count, more) in counts.iter_mut().zip(more) {
                        *count += more;
                    }
                }
                for (at, (list, part)) in lists.iter_mut().zip(part.lists).enumerate() {
                    list.absorb(part, &self.row_anchor(start + at));
                }
            }
            for (at, list) in lists.into_iter().enumerate() {
                let (list, n_settled) = list.finish(1, &self.row_anchor(start + at));
                found.n_settled += n_settled;
                found.nearest_generated.push(list);
            }
        }
        self.finish(columns, found)
    }

    fn finish(&self, columns: Vec<Column>, mut found: Found) -> Found {
        type Finished = (Vec<Candidate>, Vec<Vec<Candidate>>, u64);
        let finished: Vec<Finished> = columns
            .into_par_iter()
            .enumerate()
            .map(|(column, state)| {
                let (nearest, mut settled) = state.nearest.finish(1, &self.column_anchor(column));
                let weighted = state.weighted.into_iter().zip(self.weighted);
                let weighted = weighted
                    .map(|(list, by)| {
                        let (list, n) = list.finish(1, &self.weighted_anchor(column, by));
                        settled += n;
                        list
                    })
                    .collect();
                (nearest, weighted, settled)
            })
            .collect();
        found.weighted = vec![Vec::with_capacity(finished.len()); self.weighted.len()];
        for (nearest, weighted, settled) in finished {
            found.nearest_reference.push(nearest);
            found.n_settled += settled;
            for (into, list) in found.weighted.iter_mut().zip(weighted) {
                into.push(list);
            }
        }
        found
    }

    fn row_anchor(&self, row: usize) -> Anchor<'_> {
        Anchor {
            own: self.reference,
            row,
            others: self.generated,
            weights: None,
        }
    }

    fn column_anchor(&self, row: usize) -> Anchor<'_> {
        Anchor {
            own: self.generated,
            row,
            others: self.reference,
            weights: None,
        }
    }

    fn weighted_anchor<'a>(&'a self, row: usize, by: &'a Weighted) -> Anchor<'a> {
        Anchor {
            weights: Some((by.offset, &by.weights)),
            ..self.column_anchor(row)
        }
    }

    /// One tile, whose columns begin at `first`.
    fn visit(
        &self,
        rows: &Block,
        first: usize,
        columns: &mut [Column],
        n_balls: usize,
        n_k: usize,
    ) -> TileFound {
        let mut out = TileFound {
            rows: Tally::new(rows.len, n_balls, n_k),
            columns: Tally::new(columns.len(), n_balls, n_k),
            lists: vec![Nearest::new(self.width, f64::INFINITY); rows.len],
            by_half: vec![[0; N_HALVES]; n_k],
            n_settled: 0,
        };
        let doubled = doubled_products(rows, self.generated, first, columns.len());
        let lowered = &self.reference.lowered()[rows.start..rows.start + rows.len];
        let gate =
            |at: usize, list: &Nearest| lowered[at] - raised(self.row_reach(rows.start + at, list));
        let mut gates: Vec<f32> = out
            .lists
            .iter()
            .enumerate()
            .map(|(at, list)| gate(at, list))
            .collect();
        for (at, state) in columns.iter_mut().enumerate() {
            let column = first + at;
            let values = doubled.column(at);
            if self.width > 0 || self.balls.is_some() {
                let gates = Gates {
                    lowered,
                    rows: &mut gates,
                    column: self.generated.lowered()[column],
                    reach: raised(self.column_reach(column, &state.nearest)),
                };
                scan(values, gates, |row, doubled| {
                    self.visit_pair((rows.start, row), (first, at), doubled, state, &mut out);
                    (
                        raised(self.column_reach(column, &state.nearest)),
                        gate(row, &out.lists[row]),
                    )
                });
            }
            for (list, by) in state.weighted.iter_mut().zip(self.weighted) {
                self.visit_weighted(rows, column, values, list, by);
            }
        }
        out
    }

    /// The largest squared distance that matters to a reference row.
    fn row_reach(&self, row: usize, list: &Nearest) -> f64 {
        let balls = self.balls.as_ref();
        let balls = balls.map_or(-1.0, |search| search.reference.reach(row));
        if self.width > 0 {
            balls.max(list.limit())
        } else {
            balls
        }
    }

    /// The largest squared distance that matters to a generated row.
    fn column_reach(&self, column: usize, list: &Nearest) -> f64 {
        let balls = self.balls.as_ref();
        let balls = balls.map_or(-1.0, |search| search.generated.reach(column));
        if self.width > 0 {
            balls.max(list.limit())
        } else {
            balls
        }
    }

    /// One pair that may matter; both places are (start of the block, place in it).
    fn visit_pair(
        &self,
        (row_start, row_at): (usize, usize),
        (column_start, column_at): (usize, usize),
        doubled: f32,
        state: &mut Column,
        out: &mut TileFound,
    ) {
        let (row, column) = (row_start + row_at, column_start + column_at);
        let (value, error) = self
            .reference
            .estimate(row, self.generated, column, doubled);
        let candidate = |row: usize| Candidate {
            row: row as u32,
            value,
            error,
        };
        if self.width > 0 {
            state
                .nearest
                .offer(candidate(row), &self.column_anchor(column));
            out.lists[row_at].offer(candidate(column), &self.row_anchor(row));
        }
        let Some(search) = &self.balls else { return };
        let mut pair = Pair::new(value, error, || {
            self.reference.settle(row, self.generated, column)
        });
        let (real, made) = (&search.reference, &search.generated);
        let mut real_place = Place {
            tally: &mut out.rows,
            at: row_at,
            row,
        };
        let mut made_place = Place {
            tally: &mut out.columns,
            at: column_at,
            row: column,
        };
        look(
            [real, made],
            search.balls,
            &mut real_place,
            &mut made_place,
            &mut pair,
            Some(&mut out.by_half),
        );
        look(
            [made, real],
            search.balls,
            &mut made_place,
            &mut real_place,
            &mut pair,
            None,
        );
        out.n_settled += u64::from(pair.was_settled());
    }

    /// Offers the reference rows of a tile to a weighted list of one generated row.
    fn visit_weighted(
        &self,
        rows: &Block,
        column: usize,
        doubled: &[f32],
        list: &mut Nearest,
        by: &Weighted,
    ) {
        let own = f64::from(self.generated.lowered()[column]);
        let anchor = self.weighted_anchor(column, by);
        for (at, &doubled) in doubled.iter().enumerate() {
            let row = rows.start + at;
            let weight = by.weights[row];
            let lower = f64::from(self.reference.lowered()[row]) + own - f64::from(doubled);
            if weight <= 0.0 || (lower + by.offset) * weight > list.limit() {
                continue;
            }
            let (value, error) = self
                .reference
                .estimate(row, self.generated, column, doubled);
            let candidate = Candidate {
                row: row as u32,
                value: (value + by.offset) * weight,
                error: error * weight,
            };
            list.offer(candidate, &anchor);
        }
    }
}
