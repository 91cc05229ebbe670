//! Polygon to picture, with the sampling of the original program, flaws included.
//!
//! The polygon is tested on a grid of 224 x 224 integer points (matplotlib's `Path.contains_points`), then summed over
//! 8 x 8 blocks by `scipy.ndimage.convolve`, whose even kernel makes output q cover the points `8q - 3 ..= 8q + 4`;
//! points outside of the grid count as background.

use super::SIDE;

const SUB: usize = 8;
const GRID: usize = SIDE * SUB;

/// k in 0..=64 for each pixel, row-major.
pub(super) fn levels(vertices: &[[f64; 2]]) -> Vec<u8> {
    let mut inside = vec![0_u8; SIDE * SIDE];
    let scaled: Vec<[f64; 2]> = vertices.iter().map(|p| p.map(|v| v * SUB as f64)).collect();
    let [rows, columns] = [0, 1].map(|axis| bounds(scaled.iter().map(|p| p[axis])));
    for column in columns {
        let crossings = crossings(&scaled, column as f64);
        if crossings.is_empty() {
            continue;
        }
        for row in rows.clone() {
            // Point p belongs to output q with 8q - 3 <= p <= 8q + 4; the last three points of the grid to none.
            let (q_row, q_column) = ((row + 3) / SUB, (column + 3) / SUB);
            if q_row < SIDE
                && q_column < SIDE
                && contains(&crossings, row as f64)
                && let Some(count) = inside.get_mut(q_row * SIDE + q_column)
            {
                *count += 1;
            }
        }
    }
    inside
        .into_iter()
        .map(|count| (SUB * SUB) as u8 - count)
        .collect()
}

/// The grid points between the least and the greatest value, with one to spare on each side for rounding.
fn bounds(values: impl Iterator<Item = f64> + Clone) -> std::ops::Range<usize> {
    let low = values.clone().fold(f64::INFINITY, f64::min).floor() - 1.0;
    let high = values.fold(f64::NEG_INFINITY, f64::max).ceil() + 2.0;
    (low.max(0.0) as usize).min(GRID)..(high.max(0.0) as usize).min(GRID)
}

/// An edge from `(x0, y0)` to `(x1, y1)` whose ends lie on different sides of a line of constant y.
struct Crossing {
    /// `(y1 - y) * (x0 - x1)`.
    left: f64,
    x1: f64,
    /// `y0 - y1`.
    fall: f64,
    above1: bool,
}

/// The part of matplotlib's `point_in_path_impl` (crossings, after Haines in Graphics Gems IV) that depends on y alone.
fn crossings(vertices: &[[f64; 2]], y: f64) -> Vec<Crossing> {
    let next = vertices.iter().cycle().skip(1);
    let edges = vertices.iter().zip(next);
    let crossed = edges.filter(|(from, to)| (from[1] >= y) != (to[1] >= y));
    let crossing = |(&[x0, y0], &[x1, y1]): (&[f64; 2], &[f64; 2])| Crossing {
        left: (y1 - y) * (x0 - x1),
        x1,
        fall: y0 - y1,
        above1: y1 >= y,
    };
    crossed.map(crossing).collect()
}

/// The rest of it, comparison by comparison: an odd number of crossings is inside.
fn contains(crossings: &[Crossing], x: f64) -> bool {
    let passed = |c: &&Crossing| (c.left >= (c.x1 - x) * c.fall) == c.above1;
    crossings.iter().filter(passed).count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_square_covers_the_shifted_blocks() {
        // Points 8..=15 in both axes (x > 7.5 and x < 15.5) are 64 grid points. Output 1 covers 5..=12, output 2 13..=20:
        // 5 and 3 points an axis, so 25, 15, 15 and 9 of them.
        let square =
            [[7.5, 7.5], [7.5, 15.5], [15.5, 15.5], [15.5, 7.5]].map(|p| p.map(|v| v / 8.0));
        let levels = levels(&square);
        let at = |row: usize, column: usize| 64 - levels[row * SIDE + column];
        assert_eq!([at(1, 1), at(1, 2), at(2, 1), at(2, 2)], [25, 15, 15, 9]);
        assert_eq!(levels.iter().filter(|&&k| k == 64).count(), SIDE * SIDE - 4);
    }
}
