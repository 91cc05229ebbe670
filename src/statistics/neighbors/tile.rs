//! One tile of products, and the scan that finds the few pairs of it worth a look.

use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, MatRef, Par};

use super::points::Block;

/// Rows and columns of a tile: a multiple of the 96 rows that the product's kernel works on (with 512-bit vectors).
pub(super) const TILE: usize = 576;

/// Values that are tested together.
const LANES: usize = 16;

/// Twice the products of the rows of two blocks, `[rows, columns]`, on one thread.
pub(super) fn doubled_products(rows: &Block, columns: &Block) -> Mat<f32> {
    let mut out = Mat::zeros(rows.len, columns.len);
    let d = rows.values.len() / rows.len.max(1);
    matmul(
        out.as_mut(),
        Accum::Replace,
        MatRef::from_row_major_slice(&rows.values, rows.len, d),
        MatRef::from_column_major_slice(&columns.values, d, columns.len),
        2.0,
        Par::Seq,
    );
    out
}

/// What decides whether a pair of a tile's column is worth a look.
pub(super) struct Gates<'a> {
    /// What the norm of each row contributes to a lower end.
    pub lowered: &'a [f32],
    /// For each row: its contribution less the largest squared distance that matters to it.
    pub rows: &'a mut [f32],
    /// What the norm of the column contributes.
    pub column: f32,
    /// The largest squared distance that matters to the column.
    pub reach: f32,
}

/// Calls `visit(row, doubled)` for every row of a column whose squared distance may be within the reach of the row or of
/// the column. `visit` gives the new reach of the column and the new gate of the row, as they shrink on the way.
pub(super) fn scan(
    doubled: &[f32],
    mut gates: Gates<'_>,
    mut visit: impl FnMut(usize, f32) -> (f32, f32),
) {
    for (chunk, values) in doubled.chunks(LANES).enumerate() {
        let start = chunk * LANES;
        if !any(values, start, &gates) {
            continue;
        }
        for (lane, &value) in values.iter().enumerate() {
            let row = start + lane;
            if open(value, gates.lowered[row], gates.rows[row], &gates) {
                (gates.reach, gates.rows[row]) = visit(row, value);
            }
        }
    }
}

#[expect(
    clippy::needless_bitwise_bool,
    reason = "a branch here would keep the loop out of vector registers"
)]
fn open(doubled: f32, lowered: f32, gate: f32, gates: &Gates<'_>) -> bool {
    let t = doubled - gates.column;
    (t >= lowered - gates.reach) | (t >= gate)
}

/// May any of up to [`LANES`] values pass? Whole chunks are tested without a branch.
fn any(values: &[f32], start: usize, gates: &Gates<'_>) -> bool {
    let (lowered, rows) = (&gates.lowered[start..], &gates.rows[start..]);
    let (Some(values), Some(lowered), Some(rows)) = (
        values.first_chunk::<LANES>(),
        lowered.first_chunk::<LANES>(),
        rows.first_chunk::<LANES>(),
    ) else {
        return true;
    };
    let mut open_lanes = [0_u32; LANES];
    for lane in 0..LANES {
        open_lanes[lane] = u32::from(open(values[lane], lowered[lane], rows[lane], gates));
    }
    open_lanes.iter().fold(0, |any, lane| any | lane) != 0
}
