//! One question to a window: an LBP code in a set, or a Haar value below a threshold.
//!
//! Every question is asked in two ways with the same answer: of one window, and of [`LANES`] neighbouring windows at
//! once, which the compiler turns into vector instructions.

use super::LANES;
use super::integral::{Kind, Layout};
use super::model::{Block, Rectangles};

/// A question whose answer is "left" or "right".
pub(super) trait Weak: Sized + Send + Sync {
    /// Of the window whose sums begin at `at`; `norm` is its contrast's inverse.
    fn is_left(&self, sums: &[i32], at: usize, norm: f32) -> bool;

    /// Of the window at `at` and those after it.
    fn are_left(&self, sums: &[i32], at: usize, norms: &[f32; LANES]) -> [bool; LANES];
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
    fn are_left(&self, sums: &[i32], at: usize, _: &[f32; LANES]) -> [bool; LANES] {
        let p = self.corners.map(|corner| lanes(sums, at + corner as usize));
        let block = |i: usize| -> [i32; LANES] {
            std::array::from_fn(|lane| {
                p[i][lane]
                    .wrapping_sub(p[i + 1][lane])
                    .wrapping_sub(p[i + 4][lane])
                    .wrapping_add(p[i + 5][lane])
            })
        };
        let middle = block(5);
        let mut codes = [0_u32; LANES];
        for (bit, i) in AROUND.into_iter().enumerate() {
            let outer = block(i);
            for lane in 0..LANES {
                codes[lane] |= u32::from(outer[lane] >= middle[lane]) << (7 - bit);
            }
        }
        codes.map(|code| self.set[(code >> 5) as usize & 7] >> (code & 31) & 1 == 1)
    }
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
    fn are_left(&self, sums: &[i32], at: usize, norms: &[f32; LANES]) -> [bool; LANES] {
        let part = |i: usize| -> [f32; LANES] {
            let [a, b, c, d] = self.corners[i].map(|corner| lanes(sums, at + corner as usize));
            std::array::from_fn(|lane| {
                let sum = a[lane]
                    .wrapping_sub(b[lane])
                    .wrapping_sub(c[lane])
                    .wrapping_add(d[lane]);
                self.weights[i] * sum as f32
            })
        };
        let (first, second) = (part(0), part(1));
        let mut values: [f32; LANES] = std::array::from_fn(|lane| first[lane] + second[lane]);
        if self.weights[2] != 0.0 {
            let third = part(2);
            for lane in 0..LANES {
                values[lane] += third[lane];
            }
        }
        std::array::from_fn(|lane| values[lane] * norms[lane] < self.threshold)
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
    pub fn of(&self, sums: &[i32], at: usize) -> [f32; LANES] {
        let total = |corners: [u32; 4]| -> [i32; LANES] {
            let [a, b, c, d] = corners.map(|corner| lanes(sums, at + corner as usize));
            std::array::from_fn(|lane| {
                a[lane]
                    .wrapping_sub(b[lane])
                    .wrapping_sub(c[lane])
                    .wrapping_add(d[lane])
            })
        };
        let (values, squares) = (total(self.values), total(self.squares));
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
                only.are_left(&sums, 0, &[0.0; LANES])[0]
                    && !none.are_left(&sums, 0, &[0.0; LANES])[0]
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
            assert_eq!(weak.are_left(&sums, 0, &[0.5; LANES])[0], left);
        }
    }

    #[test]
    fn flat_windows_have_no_norm() {
        let (layout, flat) = sums(|_, _| 100);
        let normal = Normal::new((6, 6), &layout);
        assert_eq!(normal.of(&flat, 0)[0], 0.0);
        // Inside, 4 x 4 pixels, half of them 20 and half 220: 16 * 8 * (400 + 48400) - (8 * 240)^2 = 2,560,000 = 1600^2.
        // The quotient 16 / 1600 = 0.01 is below 0.1.
        let (layout, striped) = sums(|x, _| if x % 2 == 0 { 20 } else { 220 });
        let normal = Normal::new((6, 6), &layout);
        assert_eq!(normal.of(&striped, 0)[0], 1.0 / 1600.0);
        // 100 and 102: 16 * 8 * (10000 + 10404) - (8 * 202)^2 = 256 = 16^2, and 16 / 16 = 1.
        let (_, faint) = sums(|x, _| if x % 2 == 0 { 100 } else { 102 });
        assert_eq!(normal.of(&faint, 0)[0], 0.0);
    }
}
