//! One tile of products, and the scan that finds the few pairs of it worth a look.

use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, MatRef, Par};

use super::points::{Block, Points, Values};
use crate::statistics::integer_products::Lines;

/// Rows and columns of a tile: a multiple of the 96 rows that float32's kernel works on (with 512-bit vectors), and of the
/// 16 and 6 of the integers'.
pub(super) const TILE: usize = 576;

/// Values that are tested together.
const LANES: usize = 16;

/// Twice the products of some rows (places in a column) and columns.
pub(super) struct Doubled {
    n_rows: usize,
    products: Products,
}

enum Products {
    Floats(Mat<f32>),
    Integers(Lines),
}

impl Doubled {
    /// Those of one column with every row.
    pub fn column(&self, at: usize) -> &[f32] {
        let values = match &self.products {
            Products::Floats(products) => products.col_as_slice(at),
            Products::Integers(lines) => lines.line(at),
        };
        &values[..self.n_rows]
    }
}

/// Twice the products of the rows of a block and `len` rows of `others` from `start` on, of as many dimensions, on one
/// thread. In few dimensions they are products of float32. In many they are those of rows rounded to 16-bit integers, at
/// a higher rate and with a bound about twice as wide: the few more pairs that are settled cost less than that gains.
pub(super) fn doubled_products(
    rows: &Block,
    others: &Points<'_>,
    start: usize,
    len: usize,
) -> Doubled {
    let products = match &rows.values {
        Values::Floats(values) => {
            let columns = others.floats(start, len);
            let mut out = Mat::zeros(rows.len, len);
            let d = others.n_features();
            matmul(
                out.as_mut(),
                Accum::Replace,
                MatRef::from_row_major_slice(values, rows.len, d),
                MatRef::from_column_major_slice(&columns, d, len),
                2.0,
                Par::Seq,
            );
            Products::Floats(out)
        }
        Values::Integers(panels) => {
            Products::Integers(others.rounded().multiply(start, len, panels))
        }
    };
    Doubled {
        n_rows: rows.len,
        products,
    }
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
