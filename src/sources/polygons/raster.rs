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
    for row in rows {
        for column in columns.clone() {
            if contains(&scaled, row as f64, column as f64) {
                // Point p belongs to output q with 8q - 3 <= p <= 8q + 4; the last three points of the grid to none.
                let (q_row, q_column) = ((row + 3) / SUB, (column + 3) / SUB);
                if q_row < SIDE && q_column < SIDE {
                    if let Some(count) = inside.get_mut(q_row * SIDE + q_column) {
                        *count += 1;
                    }
                }
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

/// matplotlib's `point_in_path_impl` (crossings, after Haines in Graphics Gems IV), comparison by comparison.
fn contains(vertices: &[[f64; 2]], x: f64, y: f64) -> bool {
    let mut inside = false;
    let next = vertices.iter().cycle().skip(1);
    for (&[x0, y0], &[x1, y1]) in vertices.iter().zip(next) {
        let (above0, above1) = (y0 >= y, y1 >= y);
        if above0 != above1 && ((y1 - y) * (x0 - x1) >= (x1 - x) * (y0 - y1)) == above1 {
            inside = !inside;
        }
    }
    inside
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
