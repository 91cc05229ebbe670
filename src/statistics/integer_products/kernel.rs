//! Exact inner products of 16-bit integers: 6 rows with 16 columns at once, 2 dimensions in every step.
//!
//! Integers have no rounding, so vector units change the time and never the result.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined into `with_simd` is compiled for the vector units found at run time"
)]

/// Rows multiplied at once.
pub(super) const ROWS: usize = 6;

/// Columns multiplied at once.
pub(super) const COLUMNS: usize = 16;

/// The number of pairs in a row is a multiple of this, so that a loop over them is no part of the cost.
pub(super) const STEP: usize = 2;

/// Two 16-bit integers in one word: the dimensions 2k (low half) and 2k + 1.
pub(super) type Pair = i32;

/// One pair of dimensions of [`COLUMNS`] samples.
pub(super) type PanelLine = [Pair; COLUMNS];

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
    /// Σ over k of rows[r][k] · panel[k][c], for a multiple of [`STEP`] of k. No partial sum may leave the range of `i32`.
    fn dots(self, rows: [&[Pair]; ROWS], panel: &[PanelLine]) -> [[i32; COLUMNS]; ROWS];

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
    fn dots(self, rows: [&[Pair]; ROWS], panel: &[PanelLine]) -> [[i32; COLUMNS]; ROWS] {
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
    use super::{COLUMNS, Pair, PanelLine, Plain, ROWS, STEP, Unit, Work};
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
        fn dots(self, rows: [&[Pair]; ROWS], panel: &[PanelLine]) -> [[i32; COLUMNS]; ROWS] {
            let Vnni {
                avx512f, avx512bw, ..
            } = self.0;
            let mut sums = [avx512f._mm512_setzero_si512(); ROWS];
            let [a, b, c, d, e, f] = rows.map(|row| row.as_chunks::<STEP>().0.iter());
            let six = a.zip(b).zip(c).zip(d).zip(e).zip(f);
            for (lines, (((((a, b), c), d), e), f)) in panel.as_chunks::<STEP>().0.iter().zip(six) {
                for (k, line) in lines.iter().enumerate() {
                    let columns: __m512i = pulp::cast(*line);
                    for (values, sum) in [a, b, c, d, e, f].into_iter().zip(&mut sums) {
                        let both = avx512f._mm512_set1_epi32(values[k]);
                        let products = avx512bw._mm512_madd_epi16(both, columns);
                        *sum = avx512f._mm512_add_epi32(*sum, products);
                    }
                }
            }
            sums.map(|sum| pulp::cast(sum))
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
            let (old, steps): (__m512, __m512) = (pulp::cast(*sums), pulp::cast(*steps));
            let scale = avx512f._mm512_mul_ps(steps, avx512f._mm512_set1_ps(step));
            let dots = avx512f._mm512_cvtepi32_ps(pulp::cast(*dots));
            let product = avx512f._mm512_mul_ps(dots, scale);
            *sums = pulp::cast(avx512f._mm512_add_ps(old, product));
        }
    }

    /// 256-bit vectors.
    #[derive(Clone, Copy)]
    struct Avx2(V3);

    impl Unit for Avx2 {
        #[inline(always)]
        fn dots(self, rows: [&[Pair]; ROWS], panel: &[PanelLine]) -> [[i32; COLUMNS]; ROWS] {
            let V3 { avx, avx2, .. } = self.0;
            let mut sums = [[avx._mm256_setzero_si256(); 2]; ROWS];
            let [a, b, c, d, e, f] = rows.map(|row| row.as_chunks::<STEP>().0.iter());
            let six = a.zip(b).zip(c).zip(d).zip(e).zip(f);
            for (lines, (((((a, b), c), d), e), f)) in panel.as_chunks::<STEP>().0.iter().zip(six) {
                for (k, line) in lines.iter().enumerate() {
                    let columns: [__m256i; 2] = pulp::cast(*line);
                    for (values, sums) in [a, b, c, d, e, f].into_iter().zip(&mut sums) {
                        let both = avx._mm256_set1_epi32(values[k]);
                        for (sum, columns) in sums.iter_mut().zip(columns) {
                            let products = avx2._mm256_madd_epi16(both, columns);
                            *sum = avx2._mm256_add_epi32(*sum, products);
                        }
                    }
                }
            }
            let [a, b, c, d, e, f] = sums;
            [
                pulp::cast(a),
                pulp::cast(b),
                pulp::cast(c),
                pulp::cast(d),
                pulp::cast(e),
                pulp::cast(f),
            ]
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
            let halves = |values: &[f32; COLUMNS]| -> [__m256; 2] { pulp::cast(*values) };
            let (old, steps) = (halves(sums), halves(steps));
            let dots: [__m256i; 2] = pulp::cast(*dots);
            let new: [__m256; 2] = std::array::from_fn(|h| {
                let scale = avx._mm256_mul_ps(steps[h], step);
                let product = avx._mm256_mul_ps(avx._mm256_cvtepi32_ps(dots[h]), scale);
                avx._mm256_add_ps(old[h], product)
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

    type Dots = [[i32; COLUMNS]; ROWS];
    type Sums = [f32; COLUMNS];

    struct Check<'a> {
        rows: [&'a [Pair]; ROWS],
        panel: &'a [PanelLine],
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
        let mut small = || stream.below(8191) as i16 - 4095;
        let left: Vec<[i16; 2]> = (0..ROWS * 30).map(|_| [small(), small()]).collect();
        let right: Vec<[i16; 2]> = (0..COLUMNS * 30).map(|_| [small(), small()]).collect();
        let pairs =
            |all: &[[i16; 2]]| -> Vec<Pair> { all.iter().map(|p| pair(p[0], p[1])).collect() };
        let (rows, columns) = (pairs(&left), pairs(&right));
        let panel: Vec<PanelLine> = (0..30)
            .map(|k| std::array::from_fn(|c| columns[c * 30 + k]))
            .collect();
        let (out, mut names) = (RefCell::new(Vec::new()), vec!["plain"]);
        let check = || Check {
            rows: std::array::from_fn(|r| &rows[r * 30..(r + 1) * 30]),
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
        println!("units: {names:?}");
        let out = out.take();
        for ((dots, sums), name) in out.iter().zip(names) {
            for (r, line) in dots.iter().enumerate() {
                for (c, &dot) in line.iter().enumerate() {
                    let want: i64 = (0..30)
                        .flat_map(|k| [0, 1].map(|h| (left[r * 30 + k][h], right[c * 30 + k][h])))
                        .map(|(a, b)| i64::from(a) * i64::from(b))
                        .sum();
                    assert_eq!(i64::from(dot), want, "{name}: row {r}, column {c}");
                }
            }
            assert_eq!(sums.map(f32::to_bits), out[0].1.map(f32::to_bits), "{name}");
        }
    }
}
