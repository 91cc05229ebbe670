//! The Gaussian window, and the way from one scale to the next.

use super::Plane;

/// Standard deviation of the window in pixels.
const SIGMA: f64 = 1.5;

/// A separable Gaussian window whose weights sum to 1.
#[derive(Debug, Clone)]
pub(super) struct Window(Vec<f64>);

impl Window {
    /// `side` pixels wide, or as many as the plane's smaller side has.
    pub(super) fn for_plane(plane: &Plane, side: usize) -> Self {
        let side = side.min(plane.width).min(plane.height).max(1);
        let centre = (side - 1) as f64 / 2.0;
        let bell = |i: usize| (-(i as f64 - centre).powi(2) / (2.0 * SIGMA * SIGMA)).exp();
        let sum: f64 = (0..side).map(bell).sum();
        Self((0..side).map(|i| bell(i) / sum).collect())
    }

    /// Weighted means of `values` (of the shape of `plane`) at every place where the window is inside, row by row.
    pub(super) fn blur(
        &self,
        values: &[f64],
        plane: &Plane,
        columns: &mut Vec<f64>,
        out: &mut Vec<f64>,
    ) {
        let taps = &self.0;
        let (width, height) = (plane.width, plane.height + 1 - taps.len());
        columns.clear();
        columns.resize(width * height, 0.0);
        for (y, row) in columns.chunks_exact_mut(width).enumerate() {
            for (tap, source) in taps.iter().zip(values.chunks_exact(width).skip(y)) {
                for (sum, value) in row.iter_mut().zip(source) {
                    *sum += tap * value;
                }
            }
        }
        let narrow = width + 1 - taps.len();
        out.clear();
        out.resize(narrow * height, 0.0);
        for (row, source) in out
            .chunks_exact_mut(narrow)
            .zip(columns.chunks_exact(width))
        {
            for (x, tap) in taps.iter().enumerate() {
                for (sum, value) in row.iter_mut().zip(&source[x..]) {
                    *sum += tap * value;
                }
            }
        }
    }
}

/// The means of blocks of 2 x 2; an odd side repeats its last row or column first.
pub(super) fn halved(plane: &Plane) -> Plane {
    let (width, height) = (plane.width.div_ceil(2), plane.height.div_ceil(2));
    let at = |y: usize, x: usize| {
        plane.values[y.min(plane.height - 1) * plane.width + x.min(plane.width - 1)]
    };
    let values = (0..height)
        .flat_map(|y| (0..width).map(move |x| (2 * y, 2 * x)))
        .map(|(y, x)| (at(y, x) + at(y + 1, x) + at(y, x + 1) + at(y + 1, x + 1)) / 4.0)
        .collect();
    Plane {
        width,
        height,
        values,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_sides_repeat_their_last_row_and_column() {
        // 1 2 3 / 4 5 6 / 7 8 9: (1+2+4+5)/4 = 3, (3+3+6+6)/4 = 4.5, (7+8+7+8)/4 = 7.5, 9.
        let plane = Plane {
            width: 3,
            height: 3,
            values: (1..=9).map(f64::from).collect(),
        };
        let half = halved(&plane);
        assert_eq!(half.values, [3.0, 4.5, 7.5, 9.0]);
        assert_eq!((half.width, half.height), (2, 2));
    }

    #[test]
    fn the_window_stays_inside_and_shrinks_to_the_picture() {
        let plane = Plane {
            width: 12,
            height: 3,
            values: vec![7.0; 36],
        };
        let (mut columns, mut out) = (Vec::new(), Vec::new());
        let window = Window::for_plane(&plane, 11);
        window.blur(&plane.values, &plane, &mut columns, &mut out);
        // A window of 3: 12 − 2 columns, 3 − 2 rows; a constant stays what it is.
        assert_eq!(out.len(), 10);
        assert!(out.iter().all(|v| (v - 7.0).abs() < 1e-12));
    }
}
