//! One question to a window: an LBP code in a set, or a Haar value below a threshold.
//!
//! Every question is asked in two ways with the same answer: of one window, and of [`LANES`] neighbouring windows at
//! once in vector instructions.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined runs with the vector units that were chosen at run time"
)]

use super::LANES;
use super::integral::{Kind, Layout};
use super::model::{Block, Rectangles};
use pulp::Simd;

/// A question whose answer is "left" or "right".
pub(super) trait Weak: Sized + Send + Sync {
    /// Of the window whose sums begin at `at`; `norm` is its contrast's inverse.
    fn is_left(&self, sums: &[i32], at: usize, norm: f32) -> bool;

    /// Of the window at `at` and those after it; 1 for left, 0 for right.
    fn are_left<S: Simd>(
        &self,
        simd: S,
        sums: &[i32],
        at: usize,
        norms: &[f32; LANES],
    ) -> [u32; LANES];
}

/// The sums at one corner of [`LANES`] neighbouring windows.
#[inline(always)]
fn lanes(sums: &[i32], at: usize) -> &[i32; LANES] {
    const NOTHING: [i32; LANES] = [0; LANES];
    sums.get(at..)
        .and_then(|sums| sums.first_chunk())
        .unwrap_or(&NOTHING)
}

#[inline(always)]
fn one(sums: &[i32], at: usize) -> i32 {
    sums.get(at).copied().unwrap_or(0)
}

/// The code of 3 x 3 blocks: one bit for each outer block whose sum is at least the middle one's.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    /// Offsets of the 4 x 4 corners, row by row.
    corners: [u32; 16],
    /// The codes that go left, one bit each.
    set: [u32; 8],
}

/// The outer blocks from the highest bit on, by their upper left corner among the 4 x 4; clockwise from the upper left.
const AROUND: [usize; 8] = [0, 1, 2, 6, 10, 9, 8, 4];

impl Pattern {
    pub fn new(block: Block, set: [u32; 8], layout: &Layout) -> Self {
        let corner = |index: usize| {
            let (x, y) = (
                block.x + index % 4 * block.width,
                block.y + index / 4 * block.height,
            );
            layout.place(Kind::Values, x, y) as u32
        };
        Self {
            corners: std::array::from_fn(corner),
            set,
        }
    }
}

impl Weak for Pattern {
    #[inline(always)]
    fn is_left(&self, sums: &[i32], at: usize, _: f32) -> bool {
        let p = self.corners.map(|corner| one(sums, at + corner as usize));
        let block = |i: usize| {
            p[i].wrapping_sub(p[i + 1])
                .wrapping_sub(p[i + 4])
                .wrapping_add(p[i + 5])
        };
        let middle = block(5);
        let code = AROUND
            .iter()
            .fold(0, |code, &i| code << 1 | u32::from(block(i) >= middle));
        self.set[(code >> 5) as usize & 7] >> (code & 31) & 1 == 1
    }

    #[inline(always)]
    fn are_left<S: Simd>(
        &self,
        simd: S,
        sums: &[i32],
        at: usize,
        _: &[f32; LANES],
    ) -> [u32; LANES] {
        let corners = self.corners.map(|corner| lanes(sums, at + corner as usize));
        let mut answers = [0; LANES];
        for (part, answer) in S::as_mut_simd_u32s(&mut answers).0.iter_mut().enumerate() {
            *answer = self.are_left_in(simd, corners.map(|values| vector(simd, values, part)));
        }
        answers
    }
}

// What follows is made of functions and not of closures: only a function can be made to stay inside the code that is
// compiled for the vector unit.

impl Pattern {
    /// As many windows as a vector has lanes.
    #[inline(always)]
    fn are_left_in<S: Simd>(&self, simd: S, p: [S::i32s; 16]) -> S::u32s {
        let middle = block(simd, &p, 5);
        let [a, b, c, d, e, f, g, h] = [
            is_bright(simd, &p, 0, middle),
            is_bright(simd, &p, 1, middle),
            is_bright(simd, &p, 2, middle),
            is_bright(simd, &p, 6, middle),
            is_bright(simd, &p, 10, middle),
            is_bright(simd, &p, 9, middle),
            is_bright(simd, &p, 8, middle),
            is_bright(simd, &p, 4, middle),
        ];
        // The three highest bits of the code choose the word, the others the bit in it.
        let place = bit(
            simd,
            d,
            16,
            bit(
                simd,
                e,
                8,
                bit(
                    simd,
                    f,
                    4,
                    bit(simd, g, 2, bit(simd, h, 1, simd.splat_u32s(0))),
                ),
            ),
        );
        let [s0, s1, s2, s3, s4, s5, s6, s7] = self.set;
        let low = choose(simd, b, pair(simd, c, s0, s1), pair(simd, c, s2, s3));
        let high = choose(simd, b, pair(simd, c, s4, s5), pair(simd, c, s6, s7));
        let words = choose(simd, a, low, high);
        simd.and_u32s(simd.wrapping_dyn_shr_u32s(words, place), simd.splat_u32s(1))
    }
}

/// The sums over the block whose upper left corner is `i`.
#[inline(always)]
fn block<S: Simd>(simd: S, p: &[S::i32s; 16], i: usize) -> S::i32s {
    simd.sub_i32s(
        simd.sub_i32s(p[i], p[i + 1]),
        simd.sub_i32s(p[i + 4], p[i + 5]),
    )
}

#[inline(always)]
fn is_bright<S: Simd>(simd: S, p: &[S::i32s; 16], i: usize, middle: S::i32s) -> S::m32s {
    simd.greater_than_or_equal_i32s(block(simd, p, i), middle)
}

/// `rest` with one bit more where the mask says so.
#[inline(always)]
fn bit<S: Simd>(simd: S, mask: S::m32s, bit: u32, rest: S::u32s) -> S::u32s {
    simd.or_u32s(
        rest,
        simd.select_u32s(mask, simd.splat_u32s(bit), simd.splat_u32s(0)),
    )
}

#[inline(always)]
fn choose<S: Simd>(simd: S, mask: S::m32s, if_not: S::u32s, if_so: S::u32s) -> S::u32s {
    simd.select_u32s(mask, if_so, if_not)
}

#[inline(always)]
fn pair<S: Simd>(simd: S, mask: S::m32s, if_not: u32, if_so: u32) -> S::u32s {
    choose(simd, mask, simd.splat_u32s(if_not), simd.splat_u32s(if_so))
}

/// One vector out of the values of [`LANES`] windows.
#[inline(always)]
fn vector<S: Simd>(simd: S, values: &[i32; LANES], part: usize) -> S::i32s {
    S::as_simd_i32s(values)
        .0
        .get(part)
        .copied()
        .unwrap_or_else(|| simd.splat_i32s(0))
}

/// The sums over one rectangle in [`LANES`] windows: plus, minus, minus, plus.
#[inline(always)]
fn rectangle<S: Simd>(simd: S, sums: &[i32], at: usize, corners: [u32; 4]) -> [i32; LANES] {
    let corners = corners.map(|corner| lanes(sums, at + corner as usize));
    let mut totals = [0; LANES];
    for (part, total) in S::as_mut_simd_i32s(&mut totals).0.iter_mut().enumerate() {
        let [a, b, c, d] = corners.map(|values| vector(simd, values, part));
        *total = simd.sub_i32s(simd.sub_i32s(a, b), simd.sub_i32s(c, d));
    }
    totals
}

/// A weighted sum of two or three rectangles, times the window's inverse contrast.
#[derive(Debug, Clone)]
pub(super) struct Contrast {
    /// Offsets of the corners of each rectangle: plus, minus, minus, plus.
    corners: [[u32; 4]; 3],
    weights: [f32; 3],
    threshold: f32,
}

impl Contrast {
    pub fn new(feature: &Rectangles, threshold: f32, layout: &Layout) -> Self {
        let corners = feature.parts.map(|(r, _)| {
            let kind = if feature.tilted {
                Kind::Tilted
            } else {
                Kind::Values
            };
            let places = if feature.tilted {
                [
                    (r.x, r.y),
                    (r.x.saturating_sub(r.height), r.y + r.height),
                    (r.x + r.width, r.y + r.width),
                    (
                        (r.x + r.width).saturating_sub(r.height),
                        r.y + r.width + r.height,
                    ),
                ]
            } else {
                let (right, bottom) = (r.x + r.width, r.y + r.height);
                [(r.x, r.y), (right, r.y), (r.x, bottom), (right, bottom)]
            };
            places.map(|(x, y)| layout.place(kind, x, y) as u32)
        });
        Self {
            corners,
            weights: feature.parts.map(|(_, weight)| weight),
            threshold,
        }
    }
}

impl Weak for Contrast {
    #[inline(always)]
    fn is_left(&self, sums: &[i32], at: usize, norm: f32) -> bool {
        let part = |i: usize| {
            let [a, b, c, d] = self.corners[i].map(|corner| one(sums, at + corner as usize));
            self.weights[i] * a.wrapping_sub(b).wrapping_sub(c).wrapping_add(d) as f32
        };
        let mut value = part(0) + part(1);
        if self.weights[2] != 0.0 {
            value += part(2);
        }
        value * norm < self.threshold
    }

    #[inline(always)]
    fn are_left<S: Simd>(
        &self,
        simd: S,
        sums: &[i32],
        at: usize,
        norms: &[f32; LANES],
    ) -> [u32; LANES] {
        let part = |i: usize| {
            rectangle(simd, sums, at, self.corners[i]).map(|sum| self.weights[i] * sum as f32)
        };
        let (first, second) = (part(0), part(1));
        let mut values: [f32; LANES] = std::array::from_fn(|lane| first[lane] + second[lane]);
        if self.weights[2] != 0.0 {
            let third = part(2);
            for lane in 0..LANES {
                values[lane] += third[lane];
            }
        }
        std::array::from_fn(|lane| u32::from(values[lane] * norms[lane] < self.threshold))
    }
}

/// The contrast of windows: `1 / sqrt(area * sum of squares - sum^2)` over the window without its outermost pixels.
#[derive(Debug, Clone)]
pub(super) struct Normal {
    values: [u32; 4],
    squares: [u32; 4],
    area: f64,
}

impl Normal {
    pub fn new((width, height): (usize, usize), layout: &Layout) -> Self {
        let corners = |kind| {
            let places = [
                (1, 1),
                (width - 1, 1),
                (1, height - 1),
                (width - 1, height - 1),
            ];
            places.map(|(x, y)| layout.place(kind, x, y) as u32)
        };
        Self {
            values: corners(Kind::Values),
            squares: corners(Kind::Squares),
            area: ((width - 2) * (height - 2)) as f64,
        }
    }

    /// The inverse contrasts of neighbouring windows; 0 for windows that are too flat to be looked at: those of no
    /// contrast, and those where `area / contrast` is 0.1 or more.
    #[inline(always)]
    pub fn of<S: Simd>(&self, simd: S, sums: &[i32], at: usize) -> [f32; LANES] {
        let values = rectangle(simd, sums, at, self.values);
        let squares = rectangle(simd, sums, at, self.squares);
        std::array::from_fn(|lane| {
            let sum = f64::from(values[lane]);
            let spread = self.area * f64::from(squares[lane].cast_unsigned()) - sum * sum;
            let norm = (1.0 / spread.max(0.0).sqrt()) as f32;
            // Without contrast the quotient is infinite, so one comparison catches both.
            if self.area * f64::from(norm) < 0.1 {
                norm
            } else {
                0.0
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sums of a 6 x 6 picture at step 1, with room for all lanes.
    fn sums(pixel: impl Fn(usize, usize) -> i32) -> (Layout, Vec<i32>) {
        let layout = Layout::new(1, (6, 6), 2);
        let mut sums = vec![0; layout.len()];
        for y in 0..6 {
            layout.add_row(&mut sums, Kind::Values, y, (0..6).map(|x| pixel(x, y)));
            layout.add_row(
                &mut sums,
                Kind::Squares,
                y,
                (0..6).map(|x| pixel(x, y).pow(2)),
            );
        }
        (layout, sums)
    }

    #[test]
    fn the_bits_of_a_code_run_clockwise_from_the_upper_left_block() {
        // One bright 2 x 2 block among dark ones, the middle at 1: its bit alone is set.
        let blocks = [
            (0, 0),
            (1, 0),
            (2, 0),
            (2, 1),
            (2, 2),
            (1, 2),
            (0, 2),
            (0, 1),
        ];
        for (index, (bx, by)) in blocks.into_iter().enumerate() {
            let (layout, sums) = sums(|x, y| match (x / 2, y / 2) {
                (1, 1) => 1,
                place if place == (bx, by) => 9,
                _ => 0,
            });
            let code = 128_u32 >> index;
            let mut set = [0; 8];
            set[(code / 32) as usize] = 1 << (code % 32);
            let block = Block {
                x: 0,
                y: 0,
                width: 2,
                height: 2,
            };
            let only = Pattern::new(block, set, &layout);
            let none = Pattern::new(block, set.map(|word| !word), &layout);
            assert!(
                only.is_left(&sums, 0, 0.0) && !none.is_left(&sums, 0, 0.0),
                "block {bx} {by}"
            );
            assert!(
                only.are_left(pulp::Scalar::new(), &sums, 0, &[0.0; LANES])[0] == 1
                    && none.are_left(pulp::Scalar::new(), &sums, 0, &[0.0; LANES])[0] == 0
            );
        }
    }

    #[test]
    fn a_block_as_bright_as_the_middle_counts_as_brighter() {
        let (layout, sums) = sums(|_, _| 5);
        let block = Block {
            x: 0,
            y: 0,
            width: 2,
            height: 2,
        };
        let all = Pattern::new(block, [0, 0, 0, 0, 0, 0, 0, 1 << 31], &layout);
        assert!(all.is_left(&sums, 0, 0.0));
    }

    #[test]
    fn a_haar_value_is_the_weighted_sum_times_the_norm_and_left_is_strictly_below() {
        // Left half 0, right half 10: -1 * (whole, 36 pixels of 5 on average = 180) + 2 * (right half = 180) = 180.
        let (layout, sums) = sums(|x, _| if x < 3 { 0 } else { 10 });
        let block = |x, width| Block {
            x,
            y: 0,
            width,
            height: 6,
        };
        let feature = Rectangles {
            parts: [(block(0, 6), -1.0), (block(3, 3), 2.0), (block(0, 0), 0.0)],
            tilted: false,
        };
        for (threshold, left) in [(90.0, false), (90.1, true)] {
            let weak = Contrast::new(&feature, threshold, &layout);
            assert_eq!(weak.is_left(&sums, 0, 0.5), left);
            assert_eq!(
                weak.are_left(pulp::Scalar::new(), &sums, 0, &[0.5; LANES])[0] == 1,
                left
            );
        }
    }

    #[test]
    fn flat_windows_have_no_norm() {
        let (layout, flat) = sums(|_, _| 100);
        let normal = Normal::new((6, 6), &layout);
        assert_eq!(normal.of(pulp::Scalar::new(), &flat, 0)[0], 0.0);
        // Inside, 4 x 4 pixels, half of them 20 and half 220: 16 * 8 * (400 + 48400) - (8 * 240)^2 = 2,560,000 = 1600^2.
        // The quotient 16 / 1600 = 0.01 is below 0.1.
        let (layout, striped) = sums(|x, _| if x % 2 == 0 { 20 } else { 220 });
        let normal = Normal::new((6, 6), &layout);
        assert_eq!(normal.of(pulp::Scalar::new(), &striped, 0)[0], 1.0 / 1600.0);
        // 100 and 102: 16 * 8 * (10000 + 10404) - (8 * 202)^2 = 256 = 16^2, and 16 / 16 = 1.
        let (_, faint) = sums(|x, _| if x % 2 == 0 { 100 } else { 102 });
        assert_eq!(normal.of(pulp::Scalar::new(), &faint, 0)[0], 0.0);
    }
}
