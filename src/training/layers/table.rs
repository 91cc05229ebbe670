//! Which pixel of the input each tap of a window sees: one table for a convolution and for its adjoint.

use super::{Extent, Rows};
use burn::tensor::{Device, IndexingUpdateOp, Int, Tensor, TensorData};
use std::sync::Mutex;

/// A sliding window over pictures of extent `from` with results at the pixels of `to`.
///
/// Result `(y, x)` sees at tap `(i, j)` the pixel `(stride * y + i - pad, stride * x + j - pad)`; outside of the picture
/// it sees zero.
pub struct Table {
    pub(super) from: Extent,
    pub(super) to: (usize, usize),
    pub(super) kernel: usize,
    pub(super) stride: usize,
    pub(super) pad: (usize, usize),
    /// The indices for a batch of `n`, made when first asked for.
    ready: Mutex<Vec<(usize, Tensor<1, Int>)>>,
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
            ready: Mutex::new(Vec::new()),
        }
    }

    /// Taps of a window.
    pub(super) fn taps(&self) -> usize {
        self.kernel * self.kernel
    }

    /// `[n * from, c]` to `[n * to, taps * c]`, taps row by row.
    pub(super) fn gather(&self, x: Rows) -> Rows {
        let [rows, channels] = x.dims();
        let n = rows / self.from.area();
        let nothing = Rows::zeros([1, channels], &x.device());
        let indices = self.indices(n, &x.device());
        let seen = Rows::cat(vec![x, nothing], 0).select(0, indices);
        seen.reshape([n * self.to.0 * self.to.1, self.taps() * channels])
    }

    /// The adjoint of [`Table::gather`]: `[n * to, taps * c]` to `[n * from, c]`, each value added to the pixel that its
    /// tap saw.
    pub(super) fn scatter(&self, seen: Rows) -> Rows {
        let [results, width] = seen.dims();
        let n = results / (self.to.0 * self.to.1);
        let (rows, channels) = (n * self.from.area(), width / self.taps());
        let indices = self.indices(n, &seen.device());
        let seen = seen.reshape([results * self.taps(), channels]);
        let empty = Rows::zeros([rows + 1, channels], &seen.device());
        let all = empty.select_assign(0, indices, seen, IndexingUpdateOp::Add);
        all.narrow(0, 0, rows)
    }

    fn indices(&self, n: usize, device: &Device) -> Tensor<1, Int> {
        let Ok(mut ready) = self.ready.lock() else {
            return self.made(n, device);
        };
        if let Some((_, indices)) = ready.iter().find(|(count, _)| *count == n) {
            return indices.clone();
        }
        let indices = self.made(n, device);
        ready.push((n, indices.clone()));
        indices
    }

    fn made(&self, n: usize, device: &Device) -> Tensor<1, Int> {
        let area = self.from.area();
        let one = self.of_one();
        let outside = (n * area) as i64;
        let of = |picture: usize| {
            let shift = (picture * area) as i64;
            one.iter()
                .map(move |seen| seen.map_or(outside, |pixel| pixel + shift))
        };
        let all: Vec<i64> = (0..n).flat_map(of).collect();
        let count = all.len();
        let device = device.clone().inner();
        Tensor::from_data(TensorData::new(all, [count]), &device)
    }

    /// The pixels that the windows of one picture see.
    fn of_one(&self) -> Vec<Option<i64>> {
        let mut seen = Vec::with_capacity(self.to.0 * self.to.1 * self.taps());
        let place = |result: usize, tap: usize, pad: usize, size: usize| {
            (result * self.stride + tap)
                .checked_sub(pad)
                .filter(|&at| at < size)
        };
        for y in 0..self.to.0 {
            for x in 0..self.to.1 {
                for i in 0..self.kernel {
                    let row = place(y, i, self.pad.0, self.from.height);
                    for j in 0..self.kernel {
                        let column = place(x, j, self.pad.1, self.from.width);
                        let pixel = row.zip(column).map(|(r, c)| r * self.from.width + c);
                        seen.push(pixel.map(|p| p as i64));
                    }
                }
            }
        }
        seen
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
        // A 2 x 2 picture, kernel 2, stride 1: SAME pads after only. The last window sees the last pixel alone.
        let table = Table::same(Extent::square(2, 1), 2, 1);
        let seen = table.of_one();
        assert_eq!(seen[..4], [Some(0), Some(1), Some(2), Some(3)]);
        assert_eq!(seen[4..8], [Some(1), None, Some(3), None]);
        assert_eq!(seen[12..], [Some(3), None, None, None]);
    }
}
