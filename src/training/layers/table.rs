//! Which pixel of the input each tap of a window sees: one table for a convolution and for its adjoint.

use super::operations;
use super::{Extent, Rows};
use burn::tensor::TensorData;

/// A sliding window over pictures of extent `from` with results at the pixels of `to`.
///
/// Result `(y, x)` sees at tap `(i, j)` the pixel `(stride * y + i - pad, stride * x + j - pad)`; outside of the picture
/// it sees zero.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    pub(super) from: Extent,
    pub(super) to: (usize, usize),
    pub(super) kernel: usize,
    pub(super) stride: usize,
    pub(super) pad: (usize, usize),
}

impl Table {
    /// TensorFlow's SAME padding: `ceil(size / stride)` results, and of an odd padding the smaller half comes first.
    pub(super) fn same(from: Extent, kernel: usize, stride: usize) -> Self {
        let to = (from.height.div_ceil(stride), from.width.div_ceil(stride));
        let before = |size: usize, results: usize| {
            ((results.max(1) - 1) * stride + kernel).saturating_sub(size) / 2
        };
        Self {
            from,
            to,
            kernel,
            stride,
            pad: (before(from.height, to.0), before(from.width, to.1)),
        }
    }

    /// Taps of a window.
    pub(super) fn taps(&self) -> usize {
        self.kernel * self.kernel
    }

    /// Pixels of a picture.
    pub(super) fn area(&self) -> usize {
        self.from.area()
    }

    /// Windows of a picture.
    pub(super) fn results(&self) -> usize {
        self.to.0 * self.to.1
    }

    /// Values of a picture and of what its windows see, with `channels` values a pixel.
    pub(super) fn values(&self, channels: usize) -> [usize; 2] {
        [self.area(), self.results() * self.taps()].map(|pixels| pixels * channels)
    }

    /// `[n * from, c]` to `[n * to, taps * c]`, taps row by row.
    pub(super) fn gather(&self, x: Rows) -> Rows {
        operations::gather(x, *self)
    }

    /// The adjoint of [`Table::gather`]: `[n * to, taps * c]` to `[n * from, c]`, each value added to the pixel that its
    /// tap saw.
    pub(super) fn scatter(&self, seen: Rows) -> Rows {
        operations::scatter(seen, *self)
    }

    /// Calls `each` with the first tap, its pixel and the number of taps for every row of every window: what they see lies
    /// side by side. Taps are counted over all windows of a picture, and what sees nothing is left out.
    pub(super) fn runs(&self, mut each: impl FnMut(usize, usize, usize)) {
        for y in 0..self.to.0 {
            for x in 0..self.to.1 {
                let left = x * self.stride;
                let first = self.pad.1.saturating_sub(left);
                let end = (self.from.width + self.pad.1).saturating_sub(left);
                let n = end.min(self.kernel).saturating_sub(first);
                for i in 0..self.kernel {
                    let row = (y * self.stride + i).checked_sub(self.pad.0);
                    let Some(row) = row.filter(|&row| row < self.from.height && n > 0) else {
                        continue;
                    };
                    let tap = ((y * self.to.1 + x) * self.kernel + i) * self.kernel + first;
                    each(tap, row * self.from.width + left + first - self.pad.1, n);
                }
            }
        }
    }

    /// The pixels that the windows of `n` pictures see, tap by tap; the place after the last pixel for nothing.
    pub(super) fn indices(&self, n: usize) -> TensorData {
        let area = self.area();
        let mut one = vec![None; self.results() * self.taps()];
        self.runs(|tap, pixel, n| {
            for k in 0..n {
                one[tap + k] = Some(pixel + k);
            }
        });
        let of = |picture: usize| {
            one.iter()
                .map(move |seen: &Option<usize>| seen.map_or(n * area, |p| p + picture * area))
        };
        let all: Vec<i64> = (0..n).flat_map(of).map(|at| at as i64).collect();
        let count = all.len();
        TensorData::new(all, [count])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_padding_puts_the_smaller_half_first() {
        // 28 with kernel 4, stride 2: 14 results, (13 * 2 + 4 - 28) = 2, one before. 7: 4 results, 3 * 2 + 4 - 7 = 3, one
        // before and two after.
        let even = Table::same(Extent::square(28, 1), 4, 2);
        assert_eq!((even.to, even.pad), ((14, 14), (1, 1)));
        let odd = Table::same(Extent::square(7, 1), 4, 2);
        assert_eq!((odd.to, odd.pad), ((4, 4), (1, 1)));
        let whole = Table::same(Extent::square(5, 1), 3, 1);
        assert_eq!((whole.to, whole.pad), ((5, 5), (1, 1)));
    }

    #[test]
    fn a_window_sees_its_pixels_row_by_row_and_nothing_outside() {
        // A 2 x 2 picture, kernel 2, stride 1: SAME pads after only. The last window sees the last pixel alone. In the second
        // of two pictures everything lies four places later; 8 is nothing.
        let table = Table::same(Extent::square(2, 1), 2, 1);
        let seen = table.indices(2).try_into_vec::<i64>().unwrap();
        assert_eq!(seen[..8], [0, 1, 2, 3, 1, 8, 3, 8]);
        assert_eq!(seen[8..16], [2, 3, 8, 8, 3, 8, 8, 8]);
        assert_eq!(seen[16..20], [4, 5, 6, 7]);
    }

    #[test]
    fn a_window_that_pads_before_starts_with_the_taps_inside() {
        // One row of three pixels, kernel 3, stride 2: two windows, one padding column before the first and one after the last,
        // and of their three rows only the middle one is inside.
        let extent = Extent {
            height: 1,
            width: 3,
            channels: 1,
        };
        let table = Table::same(extent, 3, 2);
        let mut runs = Vec::new();
        table.runs(|tap, pixel, n| runs.push((tap, pixel, n)));
        assert_eq!(runs, [(4, 0, 2), (12, 1, 2)]);
    }
}
