//! The two passes of a separable filter: columns first, then rows, as Pillow and torch both do it.
//!
//! The programs that are imitated differ in how one output value is folded out of its taps (precision, fused or not,
//! sum of products or interpolation). That is the [`Fold`]; everything else is shared. Many neighbouring values are
//! folded at once, each in its own order, so vector units change the time and never a bit.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into `with_simd` is compiled for the vector units found at run time"
)]

use super::levels::Levels;

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
    /// Collects the taps of the outputs `0..n_outputs`. Every tap's index must lie inside the source.
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
    fn len(&self) -> usize {
        self.ends.len()
    }

    /// The taps of one output.
    #[inline(always)]
    fn of(&self, output: usize) -> &[Tap<W>] {
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

/// Takes the rows of a result from top to bottom, each `[width, channels]`. Handing rows over one by one keeps the
/// whole picture from being written and read once more.
pub(super) type RowSink<'a> = &'a mut dyn FnMut(&[f32]);

/// Runs the passes that are given, columns first; without a kernel an axis keeps its size.
pub(super) fn resample<F: Fold>(
    source: &Levels<'_>,
    columns: Option<&Kernel<F::Weight>>,
    rows: Option<&Kernel<F::Weight>>,
    sink: RowSink<'_>,
) {
    pulp::Arch::new().dispatch(Passes::<F> {
        source,
        columns,
        rows,
        sink,
    });
}

/// The work of [`resample`] as a value, so that it is compiled for the vector units that are found at run time.
struct Passes<'a, F: Fold> {
    source: &'a Levels<'a>,
    columns: Option<&'a Kernel<F::Weight>>,
    rows: Option<&'a Kernel<F::Weight>>,
    sink: RowSink<'a>,
}

impl<F: Fold> pulp::WithSimd for Passes<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) {
        let source = self.source;
        let (values, width) = match self.columns {
            None => (source.floats(), source.width),
            Some(kernel) if source.channels == 1 => {
                (column_pass::<F, 1>(source, kernel), kernel.len())
            }
            Some(kernel) => (column_pass::<F, 3>(source, kernel), kernel.len()),
        };
        let row_length = width * source.channels;
        match self.rows {
            None => values.chunks_exact(row_length).for_each(self.sink),
            Some(kernel) => row_pass::<F>(&values, row_length, kernel, self.sink),
        }
    }
}

/// How many values are folded side by side: a multiple of 3 channels and of every vector width.
const LANES: usize = 24;

/// Filters along x. Blocks of rows are turned on their side first, so that a tap is a run of [`LANES`] values.
#[inline(always)]
fn column_pass<F: Fold, const C: usize>(
    source: &Levels<'_>,
    kernel: &Kernel<F::Weight>,
) -> Vec<f32> {
    let rows_in_block = LANES / C;
    let row_length = kernel.len() * C;
    let mut result = vec![0.0; source.height * row_length];
    let mut block = vec![[0.0_f32; LANES]; source.width];
    for (block_index, rows) in result.chunks_mut(rows_in_block * row_length).enumerate() {
        for (lane, _) in rows.chunks(row_length).enumerate() {
            let bytes = source.row(block_index * rows_in_block + lane);
            for (column, pixel) in block.iter_mut().zip(bytes.as_chunks::<C>().0) {
                column.as_chunks_mut::<C>().0[lane] = pixel.map(|byte| source.float(byte));
            }
        }
        for x in 0..kernel.len() {
            let mut folds = [F::START; LANES];
            for tap in kernel.of(x) {
                take(&mut folds, &block[tap.index], tap.weight);
            }
            let values = folds.map(F::end);
            let pixels = values.as_chunks::<C>().0;
            for (row, &pixel) in rows.chunks_exact_mut(row_length).zip(pixels) {
                row.as_chunks_mut::<C>().0[x] = pixel;
            }
        }
    }
    result
}

/// Filters along y: every output row is folded out of whole source rows of `row_length` values.
#[inline(always)]
fn row_pass<F: Fold>(
    source: &[f32],
    row_length: usize,
    kernel: &Kernel<F::Weight>,
    sink: RowSink<'_>,
) {
    let mut row = vec![0.0; row_length];
    for y in 0..kernel.len() {
        let taps = kernel.of(y);
        let (wide, rest) = row.as_chunks_mut::<LANES>();
        let n_wide = wide.len() * LANES;
        for (i, chunk) in wide.iter_mut().enumerate() {
            *chunk = fold_rows::<F, LANES>(source, row_length, i * LANES, taps);
        }
        for (i, value) in rest.iter_mut().enumerate() {
            [*value] = fold_rows::<F, 1>(source, row_length, n_wide + i, taps);
        }
        sink(&row);
    }
}

/// `N` neighbouring values of an output row, beginning at `x`.
#[inline(always)]
fn fold_rows<F: Fold, const N: usize>(
    source: &[f32],
    row_length: usize,
    x: usize,
    taps: &[Tap<F::Weight>],
) -> [f32; N] {
    let mut folds = [F::START; N];
    for tap in taps {
        let start = tap.index * row_length + x;
        take(&mut folds, &source[start..start + N], tap.weight);
    }
    folds.map(F::end)
}

/// One tap for `N` neighbouring values (there are at least `N`).
#[inline(always)]
fn take<F: Fold, const N: usize>(folds: &mut [F; N], values: &[f32], weight: F::Weight) {
    for (fold, &value) in folds.iter_mut().zip(values) {
        *fold = fold.tap(value, weight);
    }
}
