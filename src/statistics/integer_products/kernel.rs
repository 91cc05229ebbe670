//! Exact inner products of 16-bit integers: 8 rows with 48 columns at once, 2 dimensions in every step. So many sums just
//! fit into the 512-bit registers, and each value that is loaded is used several times.
//!
//! Integers have no rounding, so vector units change the time and never the result.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into `with_simd` is compiled for the vector units found at run time"
)]

use super::PAIRS;

/// Rows multiplied at once.
pub(super) const ROWS: usize = 8;

/// Columns multiplied at once.
pub(super) const COLUMNS: usize = 48;

/// Two 16-bit integers in one word: the dimensions 2k (low half) and 2k + 1.
pub(super) type Pair = i32;

/// One chunk of a row.
pub(super) type RowChunk = [Pair; PAIRS];

/// The products of [`ROWS`] with [`COLUMNS`].
pub(super) type Dots = [[i32; COLUMNS]; ROWS];

/// Packs two integers.
pub(super) fn pair(low: i16, high: i16) -> Pair {
    Pair::from(low) & 0xffff | Pair::from(high) << 16
}

/// Both integers of a pair.
pub(super) fn halves(pair: Pair) -> [i32; 2] {
    [i32::from(pair as i16), pair >> 16]
}

/// A way to multiply: with the vector units at hand, or without any.
pub(super) trait Unit: Copy {
    /// Σ over k of rows[r][k] · panel[k][c], for the `panel`'s lines: all [`PAIRS`], or those before the zeros that end a last
    /// chunk. No partial sum may leave the range of `i32`.
    fn dots(self, rows: [&RowChunk; ROWS], panel: &[[Pair; COLUMNS]]) -> Dots;

    /// Adds dots[c] · (steps[c] · step) to sums[c], each step rounded to float32.
    #[inline(always)]
    fn add_scaled(
        self,
        sums: &mut [f32; COLUMNS],
        dots: &[i32; COLUMNS],
        steps: &[f32; COLUMNS],
        step: f32,
    ) {
        for (c, sum) in sums.iter_mut().enumerate() {
            *sum += dots[c] as f32 * (steps[c] * step);
        }
    }
}

/// Plain integers, for any processor.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plain;

impl Unit for Plain {
    #[inline(always)]
    fn dots(self, rows: [&RowChunk; ROWS], panel: &[[Pair; COLUMNS]]) -> Dots {
        rows.map(|row| {
            let mut sums = [0; COLUMNS];
            for (&a, line) in row.iter().zip(panel) {
                let [a0, a1] = halves(a);
                for (sum, &b) in sums.iter_mut().zip(line) {
                    let [b0, b1] = halves(b);
                    *sum += a0 * b0 + a1 * b1;
                }
            }
            sums
        })
    }
}

/// Work that is compiled for a [`Unit`].
pub(super) trait Work {
    /// Does it.
    fn run<U: Unit>(self, unit: U);
}

/// Does the work with the best unit of this machine.
#[cfg(not(target_arch = "x86_64"))]
pub(super) fn dispatch(work: impl Work) {
    work.run(Plain);
}

/// Has this machine vector units that multiply faster in integers than in float32?
#[cfg(not(target_arch = "x86_64"))]
pub(in crate::statistics) fn is_fast() -> bool {
    false
}

#[cfg(target_arch = "x86_64")]
pub(super) use x86::dispatch;

#[cfg(target_arch = "x86_64")]
pub(in crate::statistics) use x86::is_fast;

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{COLUMNS, Dots, PAIRS, Pair, Plain, ROWS, RowChunk, Unit, Work};
    use core::arch::x86_64::{__m256, __m256i, __m512, __m512i};
    use pulp::x86::V3;

    pulp::simd_type! {
        /// 512-bit vectors with an instruction that multiplies and adds, into which the compiler joins the two of
        /// [`Avx512`].
        struct Vnni {
            avx512f: "avx512f",
            avx512bw: "avx512bw",
            avx512dq: "avx512dq",
            avx512vl: "avx512vl",
            avx512vnni: "avx512vnni",
        }
    }

    /// Does the work with the best unit of this machine.
    pub fn dispatch(work: impl Work) {
        if let Some(simd) = Vnni::try_new() {
            let unit = Avx512(simd);
            return simd.vectorize(On { work, unit });
        }
        match V3::try_new() {
            Some(simd) => {
                let unit = Avx2(simd);
                pulp::Simd::vectorize(simd, On { work, unit });
            }
            None => work.run(Plain),
        }
    }

    /// Has this machine vector units that multiply faster in integers than in float32?
    pub fn is_fast() -> bool {
        Vnni::try_new().is_some()
    }

    /// Does the work that `work` makes once with every unit of this machine, and names them.
    #[cfg(test)]
    pub fn dispatch_to_each<W: Work>(mut work: impl FnMut(&'static str) -> W) {
        if let Some(simd) = Vnni::try_new() {
            let unit = Avx512(simd);
            let work = work("512 bits");
            simd.vectorize(On { work, unit });
        }
        if let Some(simd) = V3::try_new() {
            let unit = Avx2(simd);
            let work = work("256 bits");
            pulp::Simd::vectorize(simd, On { work, unit });
        }
    }

    struct On<W, U> {
        work: W,
        unit: U,
    }

    impl<W: Work, U: Unit> pulp::NullaryFnOnce for On<W, U> {
        type Output = ();

        #[inline(always)]
        fn call(self) {
            self.work.run(self.unit);
        }
    }

    /// 512-bit vectors.
    #[derive(Clone, Copy)]
    struct Avx512(Vnni);

    impl Unit for Avx512 {
        #[inline(always)]
        fn dots(self, rows: [&RowChunk; ROWS], panel: &[[Pair; COLUMNS]]) -> Dots {
            let Vnni {
                avx512f, avx512bw, ..
            } = self.0;
            let mut sums = [[avx512f._mm512_setzero_si512(); 3]; ROWS];
            for (k, line) in panel.iter().take(PAIRS).enumerate() {
                let columns: [__m512i; 3] = pulp::cast(*line);
                for (row, sums) in rows.iter().zip(&mut sums) {
                    let both = avx512f._mm512_set1_epi32(row[k]);
                    for (sum, columns) in sums.iter_mut().zip(columns) {
                        let products = avx512bw._mm512_madd_epi16(both, columns);
                        *sum = avx512f._mm512_add_epi32(*sum, products);
                    }
                }
            }
            pulp::cast(sums)
        }

        #[inline(always)]
        fn add_scaled(
            self,
            sums: &mut [f32; COLUMNS],
            dots: &[i32; COLUMNS],
            steps: &[f32; COLUMNS],
            step: f32,
        ) {
            let Vnni { avx512f, .. } = self.0;
            let thirds = |values: &[f32; COLUMNS]| -> [__m512; 3] { pulp::cast(*values) };
            let (old, steps) = (thirds(sums), thirds(steps));
            let dots: [__m512i; 3] = pulp::cast(*dots);
            let step = avx512f._mm512_set1_ps(step);
            let new: [__m512; 3] = std::array::from_fn(|at| {
                let scale = avx512f._mm512_mul_ps(steps[at], step);
                let product = avx512f._mm512_mul_ps(avx512f._mm512_cvtepi32_ps(dots[at]), scale);
                avx512f._mm512_add_ps(old[at], product)
            });
            *sums = pulp::cast(new);
        }
    }

    /// 256-bit vectors.
    #[derive(Clone, Copy)]
    struct Avx2(V3);

    impl Unit for Avx2 {
        #[inline(always)]
        fn dots(self, rows: [&RowChunk; ROWS], panel: &[[Pair; COLUMNS]]) -> Dots {
            let V3 { avx, avx2, .. } = self.0;
            let mut dots = [[0; COLUMNS]; ROWS];
            // Four rows with a third of the columns fit into 256-bit registers.
            for third in 0..3 {
                for half in 0..2 {
                    let mut sums = [[avx._mm256_setzero_si256(); 2]; 4];
                    let rows = &rows[4 * half..4 * half + 4];
                    for (k, line) in panel.iter().take(PAIRS).enumerate() {
                        let columns: [[__m256i; 2]; 3] = pulp::cast(*line);
                        for (row, sums) in rows.iter().zip(&mut sums) {
                            let both = avx._mm256_set1_epi32(row[k]);
                            for (sum, columns) in sums.iter_mut().zip(columns[third]) {
                                let products = avx2._mm256_madd_epi16(both, columns);
                                *sum = avx2._mm256_add_epi32(*sum, products);
                            }
                        }
                    }
                    for (row, sums) in sums.into_iter().enumerate() {
                        let sums: [i32; 16] = pulp::cast(sums);
                        dots[4 * half + row][16 * third..16 * third + 16].copy_from_slice(&sums);
                    }
                }
            }
            dots
        }

        #[inline(always)]
        fn add_scaled(
            self,
            sums: &mut [f32; COLUMNS],
            dots: &[i32; COLUMNS],
            steps: &[f32; COLUMNS],
            step: f32,
        ) {
            let V3 { avx, .. } = self.0;
            let step = avx._mm256_set1_ps(step);
            let sixths = |values: &[f32; COLUMNS]| -> [__m256; 6] { pulp::cast(*values) };
            let (old, steps) = (sixths(sums), sixths(steps));
            let dots: [__m256i; 6] = pulp::cast(*dots);
            let new: [__m256; 6] = std::array::from_fn(|at| {
                let scale = avx._mm256_mul_ps(steps[at], step);
                let product = avx._mm256_mul_ps(avx._mm256_cvtepi32_ps(dots[at]), scale);
                avx._mm256_add_ps(old[at], product)
            });
            *sums = pulp::cast(new);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Seed;
    use std::cell::RefCell;

    type Sums = [f32; COLUMNS];

    struct Check<'a> {
        rows: [&'a RowChunk; ROWS],
        panel: &'a [[Pair; COLUMNS]],
        steps: Sums,
        out: &'a RefCell<Vec<(Dots, Sums)>>,
    }

    impl Work for Check<'_> {
        #[inline(always)]
        fn run<U: Unit>(self, unit: U) {
            let dots = unit.dots(self.rows, self.panel);
            let mut sums = [0.75; COLUMNS];
            unit.add_scaled(&mut sums, &dots[0], &self.steps, 1.1e-3);
            self.out.borrow_mut().push((dots, sums));
        }
    }

    #[test]
    fn halves_of_a_pair_are_what_was_packed() {
        for (low, high) in [(0, 0), (-1, 1), (1, -1), (i16::MIN, i16::MAX), (-32767, -1)] {
            assert_eq!(halves(pair(low, high)), [i32::from(low), i32::from(high)]);
        }
    }

    #[test]
    fn every_unit_multiplies_as_64_bit_integers_do_and_scales_to_the_same_bits() {
        let mut stream = Seed(4).stream("integer test", 0);
        let mut small = || stream.below(5001) as i16 - 2500;
        let mut both = || [small(), small()];
        let left: [[[i16; 2]; PAIRS]; ROWS] =
            std::array::from_fn(|_| std::array::from_fn(|_| both()));
        let right: [[[i16; 2]; COLUMNS]; PAIRS] =
            std::array::from_fn(|_| std::array::from_fn(|_| both()));
        let rows = left.map(|row| row.map(|[low, high]| pair(low, high)));
        let panel = right.map(|line| line.map(|[low, high]| pair(low, high)));
        let (out, mut names) = (RefCell::new(Vec::new()), vec!["plain"]);
        let check = || Check {
            rows: rows.each_ref(),
            panel: &panel,
            steps: std::array::from_fn(|c| 1.0 / (c as f32 + 3.0)),
            out: &out,
        };
        check().run(Plain);
        #[cfg(target_arch = "x86_64")]
        x86::dispatch_to_each(|name| {
            names.push(name);
            check()
        });
        let out = out.take();
        assert_eq!(out.len(), names.len());
        for ((dots, sums), name) in out.iter().zip(names) {
            for (r, line) in dots.iter().enumerate() {
                for (c, &dot) in line.iter().enumerate() {
                    let want: i64 = left[r]
                        .iter()
                        .zip(right.iter().map(|line| line[c]))
                        .map(|(a, b)| [0, 1].map(|h| i64::from(a[h]) * i64::from(b[h])))
                        .map(|[low, high]| low + high)
                        .sum();
                    assert_eq!(i64::from(dot), want, "{name}: row {r}, column {c}");
                }
            }
            assert_eq!(sums.map(f32::to_bits), out[0].1.map(f32::to_bits), "{name}");
        }
    }
}
