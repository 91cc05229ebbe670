//! The two passes of a separable filter: columns first, then rows, as Pillow and torch both do it.
//!
//! Many neighbouring values are folded at once, each in its own order ([`Fold`]), so vector units change the time and
//! never a bit.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into `with_simd` is compiled for the vector units found at run time"
)]

use super::kernel::{Fold, Kernel, Tap};
use super::levels::Levels;

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
        if self.source.channels == 1 {
            self.run::<1>();
        } else {
            self.run::<3>();
        }
    }
}

impl<F: Fold> Passes<'_, F> {
    #[inline(always)]
    fn run<const C: usize>(self) {
        let columns = ColumnPass::<F, C>::new(self.source, self.columns);
        match self.rows {
            Some(kernel) => row_pass(columns, kernel, self.sink),
            None => columns.hand_over(self.sink),
        }
    }
}

/// How many values are folded side by side: a multiple of 3 channels and of every vector width.
const LANES: usize = 24;

/// How many rows may have been used up before the window of the row pass is moved.
const USED_ROWS: usize = 64;

/// The filter along x, a block of rows at a time. A block is turned on its side first, so that a tap is a run of
/// [`LANES`] values.
struct ColumnPass<'a, F: Fold, const C: usize> {
    source: &'a Levels<'a>,
    kernel: Option<&'a Kernel<F::Weight>>,
    row_length: usize,
    next_row: usize,
    block: Vec<[f32; LANES]>,
}

impl<'a, F: Fold, const C: usize> ColumnPass<'a, F, C> {
    fn new(source: &'a Levels<'a>, kernel: Option<&'a Kernel<F::Weight>>) -> Self {
        Self {
            source,
            kernel,
            row_length: C * kernel.map_or(source.width, Kernel::len),
            next_row: 0,
            block: vec![[0.0; LANES]; kernel.map_or(0, |_| source.width)],
        }
    }

    /// Filters the next rows, as many as fill a block or are left, and appends them to `window`.
    #[inline(always)]
    fn append(&mut self, window: &mut Vec<f32>) {
        let n_rows = (LANES / C).min(self.source.height - self.next_row);
        let start = window.len();
        window.resize(start + n_rows * self.row_length, 0.0);
        let rows = &mut window[start..];
        match self.kernel {
            Some(kernel) => self.filter(kernel, rows),
            None => {
                for (y, row) in rows.chunks_exact_mut(self.row_length).enumerate() {
                    for (value, &byte) in row.iter_mut().zip(self.source.row(self.next_row + y)) {
                        *value = self.source.float(byte);
                    }
                }
            }
        }
        self.next_row += n_rows;
    }

    #[inline(always)]
    fn filter(&mut self, kernel: &Kernel<F::Weight>, rows: &mut [f32]) {
        for (lane, _) in rows.chunks_exact(self.row_length).enumerate() {
            let bytes = self.source.row(self.next_row + lane);
            for (column, pixel) in self.block.iter_mut().zip(bytes.as_chunks::<C>().0) {
                column.as_chunks_mut::<C>().0[lane] = pixel.map(|byte| self.source.float(byte));
            }
        }
        for x in 0..kernel.len() {
            let mut folds = [F::START; LANES];
            for tap in kernel.of(x) {
                take(&mut folds, &self.block[tap.index], tap.weight);
            }
            let values = folds.map(F::end);
            let pixels = values.as_chunks::<C>().0;
            for (row, &pixel) in rows.chunks_exact_mut(self.row_length).zip(pixels) {
                row.as_chunks_mut::<C>().0[x] = pixel;
            }
        }
    }

    /// All rows as they are, where the height does not change.
    #[inline(always)]
    fn hand_over(mut self, sink: RowSink<'_>) {
        let mut window = Vec::new();
        while self.next_row < self.source.height {
            window.clear();
            self.append(&mut window);
            window.chunks_exact(self.row_length).for_each(&mut *sink);
        }
    }
}

/// The filter along y: every output row is folded out of whole rows of the column pass. Only a window of these is
/// kept, so that a tall picture stays in the cache and takes no memory.
#[inline(always)]
fn row_pass<F: Fold, const C: usize>(
    mut columns: ColumnPass<'_, F, C>,
    kernel: &Kernel<F::Weight>,
    sink: RowSink<'_>,
) {
    let length = columns.row_length;
    let mut window = Vec::new();
    let mut first = 0;
    let mut row = vec![0.0; length];
    for y in 0..kernel.len() {
        let taps = kernel.of(y);
        let low = taps.iter().map(|tap| tap.index).min().unwrap_or(first);
        let high = taps.iter().map(|tap| tap.index).max().unwrap_or(first);
        while columns.next_row <= high {
            if low >= first + USED_ROWS {
                let used = (low - first) * length;
                window.drain(..used.min(window.len()));
                first = low.min(columns.next_row);
            }
            columns.append(&mut window);
        }
        let (wide, rest) = row.as_chunks_mut::<LANES>();
        let n_wide = wide.len() * LANES;
        for (i, chunk) in wide.iter_mut().enumerate() {
            *chunk = fold_rows::<F, LANES>(&window, length, first, i * LANES, taps);
        }
        for (i, value) in rest.iter_mut().enumerate() {
            [*value] = fold_rows::<F, 1>(&window, length, first, n_wide + i, taps);
        }
        sink(&row);
    }
}

/// `N` neighbouring values of an output row, beginning at `x`. The window begins with the row `first`.
#[inline(always)]
fn fold_rows<F: Fold, const N: usize>(
    window: &[f32],
    row_length: usize,
    first: usize,
    x: usize,
    taps: &[Tap<F::Weight>],
) -> [f32; N] {
    let mut folds = [F::START; N];
    for tap in taps {
        let start = (tap.index - first) * row_length + x;
        take(&mut folds, &window[start..start + N], tap.weight);
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
