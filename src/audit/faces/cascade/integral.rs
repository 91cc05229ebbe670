//! Sums of everything above and to the left, in the layout that windows are read from.
//!
//! With a step of two pixels only every second column begins a window, so columns of each parity stand together:
//! the sums for neighbouring windows are then neighbours in memory, at any step.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined runs with the vector units that were chosen at run time"
)]

use super::LANES;

/// Where the sums of one row, and of the next kind, begin. The same for all levels of one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    /// Columns between windows: 1 or 2.
    pub step: usize,
    /// Sums of one parity in a row.
    plane: usize,
    /// Sums of one kind in all.
    kind: usize,
    /// How many kinds there are.
    n_kinds: usize,
}

/// The kinds of sums, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Of the values.
    Values,
    /// Of their squares, modulo 2^32.
    Squares,
    /// Of the values in a cone above: for tilted features.
    Tilted,
}

impl Layout {
    /// For pictures up to this size (width, height).
    pub fn new(step: usize, (width, height): (usize, usize), n_kinds: usize) -> Self {
        let plane = (width + 1).div_ceil(step).next_multiple_of(8);
        Self {
            step,
            plane,
            kind: plane * step * (height + 1),
            n_kinds,
        }
    }

    /// Sums of one row.
    pub fn row(&self) -> usize {
        self.plane * self.step
    }

    /// Place of the sum of everything above `y` and to the left of `x`; for a window, of its corner at (x, y).
    pub fn place(&self, kind: Kind, x: usize, y: usize) -> usize {
        kind as usize * self.kind + y * self.row() + x % self.step * self.plane + x / self.step
    }

    /// Are there sums of this kind?
    pub fn has(&self, kind: Kind) -> bool {
        (kind as usize) < self.n_kinds
    }

    /// Memory for all sums, and for reading beyond the last window.
    pub fn len(&self) -> usize {
        self.kind * self.n_kinds + LANES
    }

    /// Fills in row `y + 1` of the values' sums, or of any other kind that is a plain sum of `amounts`.
    #[inline(always)]
    pub fn add_row(
        &self,
        sums: &mut [i32],
        kind: Kind,
        y: usize,
        amounts: impl Iterator<Item = i32>,
    ) {
        let start = kind as usize * self.kind;
        let Some(sums) = sums.get_mut(start..start + self.kind) else {
            return;
        };
        if y == 0 {
            sums.iter_mut().take(self.row()).for_each(|sum| *sum = 0);
        }
        let (above, below) = sums.split_at_mut((y + 1) * self.row());
        let (Some(above), Some(below)) = (above.get(y * self.row()..), below.get_mut(..self.row()))
        else {
            return;
        };
        let mut total = 0_i32;
        if self.step == 1 {
            let mut pairs = below.iter_mut().zip(above);
            if let Some((first, _)) = pairs.next() {
                *first = 0;
            }
            for ((sum, &above), amount) in pairs.zip(amounts) {
                total = total.wrapping_add(amount);
                *sum = above.wrapping_add(total);
            }
            return;
        }
        let (even, odd) = below.split_at_mut(self.plane);
        let (even_above, odd_above) = above.split_at(self.plane);
        let mut evens = even.iter_mut().zip(even_above);
        if let Some((first, _)) = evens.next() {
            *first = 0;
        }
        let mut odds = odd.iter_mut().zip(odd_above);
        let mut is_odd = true;
        for amount in amounts {
            total = total.wrapping_add(amount);
            let place = if is_odd { odds.next() } else { evens.next() };
            if let Some((sum, &above)) = place {
                *sum = above.wrapping_add(total);
            }
            is_odd = !is_odd;
        }
    }
}

/// The sums for tilted features: at (x, y) everything at (x', y') with y' < y and |x' - x + 1| <= y - y' - 1.
///
/// The cone grows by two diagonals that rise to the right:
/// `cone(x, y) = cone(x - 1, y - 1) + diagonal(x - 1, y - 1) + diagonal(x - 1, y - 2)`.
#[derive(Debug, Default)]
pub(super) struct Cones {
    /// The cones of the row above, `width + 2` of them.
    above: Vec<i32>,
    /// For each pixel of the row above: the sum along the diagonal that rises to the right from it.
    diagonals: Vec<i32>,
}

impl Cones {
    /// The cones of row `y + 1`, from the pixels of row y; `y` = 0 begins a picture.
    pub fn next(&mut self, y: usize, pixels: &[u8]) -> &[i32] {
        if y == 0 {
            self.above = vec![0; pixels.len() + 1];
            self.diagonals = vec![0; pixels.len() + 1];
        }
        let rising = |x: usize, diagonals: &[i32]| {
            let pixel = pixels.get(x).map_or(0, |&pixel| i32::from(pixel));
            pixel.wrapping_add(diagonals.get(x + 1).copied().unwrap_or(0))
        };
        let diagonals: Vec<i32> = (0..=pixels.len())
            .map(|x| rising(x, &self.diagonals))
            .collect();
        // The cone left of the picture has the same pixels as the one to the right of it and a row higher.
        let leftmost = self.above.get(1).copied().unwrap_or(0);
        let parts = self.above.iter().zip(&diagonals).zip(&self.diagonals);
        let next = parts.map(|((cone, new), old)| cone.wrapping_add(*new).wrapping_add(*old));
        let mut cones: Vec<i32> = std::iter::once(leftmost).chain(next).collect();
        cones.truncate(pixels.len() + 1);
        self.above = cones;
        self.diagonals = diagonals;
        &self.above
    }
}

impl Layout {
    /// Fills in row `y + 1` of the tilted sums.
    pub fn put_row(&self, sums: &mut [i32], y: usize, cones: &[i32]) {
        for (x, &cone) in cones.iter().enumerate() {
            if y == 0
                && let Some(sum) = sums.get_mut(self.place(Kind::Tilted, x, 0))
            {
                *sum = 0;
            }
            if let Some(sum) = sums.get_mut(self.place(Kind::Tilted, x, y + 1)) {
                *sum = cone;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDTH: usize = 5;
    const HEIGHT: usize = 4;

    fn pixel(x: usize, y: usize) -> i32 {
        (7 * x * x + 13 * y + 3 * x * y) as i32 % 251
    }

    fn pixels(y: usize) -> Vec<u8> {
        (0..WIDTH).map(|x| pixel(x, y) as u8).collect()
    }

    #[test]
    fn every_sum_stands_at_its_place_at_both_steps() {
        for step in [1, 2] {
            let layout = Layout::new(step, (WIDTH, HEIGHT), 2);
            let mut sums = vec![-1; layout.len()];
            for y in 0..HEIGHT {
                let row = pixels(y);
                layout.add_row(
                    &mut sums,
                    Kind::Values,
                    y,
                    row.iter().map(|&v| i32::from(v)),
                );
                layout.add_row(
                    &mut sums,
                    Kind::Squares,
                    y,
                    row.iter().map(|&v| i32::from(v) * i32::from(v)),
                );
            }
            for (x, y) in (0..=WIDTH).flat_map(|x| (0..=HEIGHT).map(move |y| (x, y))) {
                let inside = || (0..x).flat_map(|x| (0..y).map(move |y| pixel(x, y)));
                assert_eq!(
                    sums[layout.place(Kind::Values, x, y)],
                    inside().sum::<i32>(),
                    "{x} {y} step {step}"
                );
                assert_eq!(
                    sums[layout.place(Kind::Squares, x, y)],
                    inside().map(|v| v * v).sum::<i32>()
                );
            }
        }
    }

    #[test]
    fn a_cone_holds_what_its_definition_says() {
        let mut cones = Cones::default();
        for y in 0..HEIGHT {
            let row = cones.next(y, &pixels(y)).to_vec();
            for (x, &cone) in row.iter().enumerate() {
                let mut want = 0;
                for (px, py) in (0..WIDTH).flat_map(|px| (0..=y).map(move |py| (px, py))) {
                    if (px as i32 - x as i32 + 1).abs() <= (y - py) as i32 {
                        want += pixel(px, py);
                    }
                }
                assert_eq!(cone, want, "({x}, {})", y + 1);
            }
        }
    }
}
