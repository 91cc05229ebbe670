//! A triangle's exact share of every pixel: what the 8 x 8 sub-pixels of the original rasteriser approximate.
//!
//! Pixel q of an axis covers the sub-pixels `8q - 3 ..= 8q + 4`, so the stretch from `q - 7/16` to `q + 9/16`; nothing lies
//! before the first sub-pixel (`-1/16`).

use super::SIDE;

/// Vertices `[row, column]` in pixels.
pub type Triangle = [[f64; 2]; 3];

/// A triangle cut by the four sides of a pixel has at most seven corners.
const CORNERS: usize = 8;

/// Adds `sign` times the triangle's share of each pixel to `shares`, row-major `[28 * 28]`.
pub(super) fn add(triangle: &Triangle, sign: f64, shares: &mut [f64]) {
    let [rows, columns] = [0, 1].map(|axis| reach(triangle.map(|p| p[axis])));
    let edges = edges(triangle);
    for row in rows {
        for column in columns.clone() {
            if let Some(place) = shares.get_mut(row * SIDE + column) {
                *place += sign * share(triangle, edges.as_ref(), [bounds(row), bounds(column)]);
            }
        }
    }
}

/// Area in square pixels.
#[must_use]
pub fn area([a, b, c]: &Triangle) -> f64 {
    ((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])).abs() / 2.0
}

/// The pixels that values of one axis may touch.
fn reach(values: [f64; 3]) -> std::ops::Range<usize> {
    let low = values.into_iter().fold(f64::INFINITY, f64::min) - 9.0 / 16.0;
    let high = values.into_iter().fold(f64::NEG_INFINITY, f64::max) + 7.0 / 16.0;
    let side = SIDE as f64;
    (low.ceil().clamp(0.0, side) as usize)..((high.floor() + 1.0).clamp(0.0, side) as usize)
}

/// The stretch of pixel `q`.
fn bounds(q: usize) -> [f64; 2] {
    let low = (q as f64 - 7.0 / 16.0).max(-1.0 / 16.0);
    [low, q as f64 + 9.0 / 16.0]
}

/// `a row + b column + c`, positive inside, for each edge, of unit length; none for a triangle without area.
fn edges(triangle: &Triangle) -> Option<[[f64; 3]; 3]> {
    let [a, b, c] = triangle;
    let turn = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
    if turn.abs() < 1e-12 {
        return None;
    }
    let line = |from: &[f64; 2], to: &[f64; 2]| {
        let (dr, dc) = (to[0] - from[0], to[1] - from[1]);
        let scale = turn.signum() / dr.hypot(dc);
        let (x, y) = (-dc * scale, dr * scale);
        [x, y, -(x * from[0] + y * from[1])]
    };
    Some([line(a, b), line(b, c), line(c, a)])
}

fn share(triangle: &Triangle, edges: Option<&[[f64; 3]; 3]>, pixel: [[f64; 2]; 2]) -> f64 {
    let Some(edges) = edges else { return 0.0 };
    let [middle_row, middle_column] = pixel.map(|[low, high]| f64::midpoint(low, high));
    // A pixel's corners are at most 0.71 from its middle.
    let depths = edges.map(|[a, b, c]| a * middle_row + b * middle_column + c);
    if depths.iter().any(|&depth| depth < -0.71) {
        return 0.0;
    }
    if depths.iter().all(|&depth| depth > 0.71) {
        return pixel.iter().map(|[low, high]| high - low).product();
    }
    let mut corners = [[0.0; 2]; CORNERS];
    corners[..3].copy_from_slice(triangle);
    let mut n = 3;
    for (axis, [low, high]) in pixel.into_iter().enumerate() {
        n = cut(&mut corners, n, axis, low, 1.0);
        n = cut(&mut corners, n, axis, high, -1.0);
    }
    let corners = &corners[..n];
    let next = corners.iter().cycle().skip(1);
    let doubled: f64 = corners
        .iter()
        .zip(next)
        .map(|(p, q)| p[0] * q[1] - p[1] * q[0])
        .sum();
    doubled.abs() / 2.0
}

/// Keeps the part of the polygon where `sign * (p[axis] - bound) >= 0` (Sutherland and Hodgman 1974).
fn cut(corners: &mut [[f64; 2]; CORNERS], n: usize, axis: usize, bound: f64, sign: f64) -> usize {
    let before = *corners;
    let mut kept = 0;
    let mut keep = |corner: [f64; 2]| {
        if let Some(place) = corners.get_mut(kept) {
            *place = corner;
            kept += 1;
        }
    };
    for i in 0..n {
        let (p, q) = (before[i], before[(i + 1) % n]);
        let (depth_p, depth_q) = (sign * (p[axis] - bound), sign * (q[axis] - bound));
        if depth_p >= 0.0 {
            keep(p);
        }
        if (depth_p >= 0.0) != (depth_q >= 0.0) {
            let t = depth_p / (depth_p - depth_q);
            keep([p[0] + t * (q[0] - p[0]), p[1] + t * (q[1] - p[1])]);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares(triangle: &Triangle) -> Vec<f64> {
        let mut shares = vec![0.0; SIDE * SIDE];
        add(triangle, 1.0, &mut shares);
        shares
    }

    #[test]
    fn half_a_pixel_is_covered_by_half_of_it() {
        // Pixel (3, 5) is [2.5625, 3.5625] x [4.5625, 5.5625]; the triangle is its lower left half.
        let (r, c) = (2.5625, 4.5625);
        let found = shares(&[[r, c], [r + 1.0, c], [r + 1.0, c + 1.0]]);
        assert!((found[3 * SIDE + 5] - 0.5).abs() < 1e-12);
        assert!((found.iter().sum::<f64>() - 0.5).abs() < 1e-12);
    }

    #[test]
    fn all_shares_together_are_the_area() {
        let triangle = [[3.3, 4.1], [22.7, 8.9], [11.2, 25.4]];
        let total: f64 = shares(&triangle).iter().sum();
        assert!((total - area(&triangle)).abs() < 1e-9);
        // (22.7 - 3.3) (25.4 - 4.1) - (8.9 - 4.1) (11.2 - 3.3) = 413.22 - 37.92 = 375.3; half of it.
        assert!((area(&triangle) - 187.65).abs() < 1e-9);
    }

    #[test]
    fn the_sub_pixels_of_the_original_agree() {
        // 64 points a pixel: each boundary pixel is off by a few 64ths at most.
        let triangle = [[3.3, 4.1], [22.7, 8.9], [11.2, 25.4]];
        let counted = super::super::raster::levels(&triangle);
        let exact = shares(&triangle);
        for (at, (k, share)) in counted.iter().zip(&exact).enumerate() {
            let counted = 1.0 - f64::from(*k) / 64.0;
            assert!(
                (counted - share).abs() < 0.07,
                "pixel {at}: {counted}, {share}"
            );
        }
        let bias: f64 = counted
            .iter()
            .map(|k| 1.0 - f64::from(*k) / 64.0)
            .sum::<f64>()
            - 187.65;
        assert!(
            bias.abs() < 1.0,
            "a shift by a sub-pixel would show here: {bias}"
        );
    }
}
