//! What a separable filter is made of: the taps of every output ([`Kernel`]), and how one value is folded out of its taps
//! ([`Fold`]): precision, fused or not, sum of products or interpolation. This is where the imitated programs differ.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into `with_simd` is compiled for the vector units found at run time"
)]

/// One source index with its weight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Tap<W> {
    pub(super) index: usize,
    pub(super) weight: W,
}

/// The taps of every output index along one axis.
#[derive(Debug, Clone)]
pub(super) struct Kernel<W> {
    taps: Vec<Tap<W>>,
    ends: Vec<usize>,
}

impl<W: Copy> Kernel<W> {
    /// Collects the taps of the outputs `0..n_outputs`. Every output has a tap, every tap's index lies inside the source,
    /// and neither the smallest nor the largest index falls from one output to the next.
    pub(super) fn collect<I: IntoIterator<Item = Tap<W>>>(
        n_outputs: usize,
        mut taps_of: impl FnMut(usize) -> I,
    ) -> Self {
        let mut kernel = Self {
            taps: Vec::with_capacity(n_outputs * 4),
            ends: Vec::with_capacity(n_outputs),
        };
        for output in 0..n_outputs {
            kernel.taps.extend(taps_of(output));
            kernel.ends.push(kernel.taps.len());
        }
        kernel
    }

    /// Number of outputs.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The taps of one output.
    #[inline(always)]
    pub(super) fn of(&self, output: usize) -> &[Tap<W>] {
        let start = if output == 0 {
            0
        } else {
            self.ends[output - 1]
        };
        &self.taps[start..self.ends[output]]
    }
}

/// How one output value is made of its taps, taken in index order.
pub(super) trait Fold: Copy {
    /// Precision of the weights.
    type Weight: Copy;
    /// The value before the first tap.
    const START: Self;
    /// Takes one more tap.
    fn tap(self, value: f32, weight: Self::Weight) -> Self;
    /// The result, stored as float32 between the passes too.
    fn end(self) -> f32;
}

/// Pillow's mode F: `sum(value * weight)` in float64.
impl Fold for f64 {
    type Weight = f64;
    const START: Self = 0.0;
    #[inline(always)]
    fn tap(self, value: f32, weight: f64) -> Self {
        self + f64::from(value) * weight
    }
    #[inline(always)]
    fn end(self) -> f32 {
        self as f32
    }
}

/// torch's float32 kernels: `sum(value * weight)` in float32 with fused multiply-adds, as its compiled CPU code has.
impl Fold for f32 {
    type Weight = f32;
    const START: Self = 0.0;
    #[inline(always)]
    fn tap(self, value: f32, weight: f32) -> Self {
        value.mul_add(weight, self)
    }
    #[inline(always)]
    fn end(self) -> f32 {
        self
    }
}

/// TensorFlow 1's interpolation in float32: `first + (second - first) * weight`. The first tap's weight is 1.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lerp(f32);

impl Fold for Lerp {
    type Weight = f32;
    const START: Self = Self(0.0);
    #[inline(always)]
    fn tap(self, value: f32, weight: f32) -> Self {
        Self(self.0 + (value - self.0) * weight)
    }
    #[inline(always)]
    fn end(self) -> f32 {
        self.0
    }
}
