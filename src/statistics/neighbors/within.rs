//! Nearest other rows inside one set.
//!
//! Only tiles on and below the diagonal are multiplied; each serves its rows and its columns. The tiles of one row of
//! tiles run in parallel, and what they found for their common rows is folded in order.

use rayon::prelude::*;

use super::frame::raised;
use super::lists::Lists;
use super::nearest::{Anchor, Candidate, Nearest};
use super::points::{Block, Points};
use super::tile::{Gates, TILE, doubled_products, scan};

/// For every row its `width` nearest other rows (fewer in a small set), the first `exact` of them settled, and how many
/// distances were settled. Rows equal to it are others, at distance 0.
pub(super) fn within(points: &Points<'_>, exact: usize, width: usize) -> (Lists, u64) {
    let n = points.len();
    let width = width.min(n.saturating_sub(1));
    if width == 0 {
        return (Lists::new(Vec::new(), 0, 0, 1.0), 0);
    }
    let mut states = vec![Nearest::new(width, f64::INFINITY); n];
    for start in (0..n).step_by(TILE) {
        let rows = points.block(start, TILE);
        let limits: Vec<f64> = states[start..start + rows.len]
            .iter()
            .map(Nearest::limit)
            .collect();
        let found: Vec<Vec<Nearest>> = states[start..]
            .par_chunks_mut(TILE)
            .enumerate()
            .map(|(tile, columns)| {
                if tile == 0 {
                    // Both halves of a diagonal tile are there: every row is met as a column.
                    visit_tile(points, &rows, start, &mut [], columns);
                    return Vec::new();
                }
                let mut lists: Vec<Nearest> = limits
                    .iter()
                    .map(|&limit| Nearest::new(width, limit))
                    .collect();
                visit_tile(points, &rows, start + tile * TILE, &mut lists, columns);
                lists
            })
            .collect();
        for lists in found {
            for (at, list) in lists.into_iter().enumerate() {
                let row = start + at;
                states[row].absorb(list, &anchor(points, row));
            }
        }
    }
    let finished: Vec<(Vec<Candidate>, u64)> = states
        .into_par_iter()
        .enumerate()
        .map(|(row, state)| state.finish(exact, &anchor(points, row)))
        .collect();
    let n_settled = finished.iter().map(|(_, settled)| settled).sum();
    let found = finished.into_iter().map(|(list, _)| list).collect();
    let scale = points.frame().squared_scale();
    (Lists::new(found, exact, width, scale), n_settled)
}

fn anchor<'a>(points: &'a Points<'a>, row: usize) -> Anchor<'a> {
    Anchor {
        own: points,
        row,
        others: points,
        weights: None,
    }
}

/// Offers the pairs of a tile, whose columns begin at `first`, to its columns and, where `lists` has them, to its rows.
fn visit_tile(
    points: &Points<'_>,
    rows: &Block,
    first: usize,
    lists: &mut [Nearest],
    columns: &mut [Nearest],
) {
    let doubled = doubled_products(rows, points, first, columns.len());
    let lowered = &points.lowered()[rows.start..rows.start + rows.len];
    let gate = |row: usize, list: &Nearest| lowered[row] - raised(list.limit());
    let mut gates: Vec<f32> = (0..rows.len)
        .map(|row| lists.get(row).map_or(f32::INFINITY, |list| gate(row, list)))
        .collect();
    for (at, state) in columns.iter_mut().enumerate() {
        let column = first + at;
        let own = anchor(points, column);
        let gates = Gates {
            lowered,
            rows: &mut gates,
            column: points.lowered()[column],
            reach: raised(state.limit()),
        };
        scan(doubled.column(at), gates, |at, value| {
            let row = rows.start + at;
            if row == column {
                return (raised(state.limit()), f32::INFINITY);
            }
            let (value, error) = points.estimate(row, points, column, value);
            let candidate = |row: usize| Candidate {
                row: row as u32,
                value,
                error,
            };
            state.offer(candidate(row), &own);
            let gate = lists.get_mut(at).map_or(f32::INFINITY, |list| {
                list.offer(candidate(column), &anchor(points, row));
                gate(at, list)
            });
            (raised(state.limit()), gate)
        });
    }
}
