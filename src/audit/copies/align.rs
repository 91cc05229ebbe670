//! Where the middle of a training picture lies in a generated one: the frame with the smallest distance.

use super::plane::{Frame, Plane};
use super::signature::{dot, normalize};
use super::target::Target;

/// Steps along one coordinate, in the units of [`Frame`].
const STEPS: [f32; 2] = [1.0, 0.5];

/// Steps towards the least squares of all coordinates at once.
const N_STEPS: usize = 2;

/// How far windows are moved to see what moving does.
const NUDGE: f32 = 0.25;

/// Smallest and largest width that a fit may arrive at.
const WIDTHS: (f32, f32) = (18.0, 30.0);

impl Target {
    /// The frame near `start` with the smallest distance, and that distance: one coordinate at a time, then by the method
    /// of Gauss and Newton.
    #[must_use]
    pub fn refine(&self, upright: &Plane, start: Frame, inverted: bool) -> (Frame, f32) {
        let mut window = Vec::with_capacity(self.n * self.n);
        let mut best = (start, self.distance(upright, start, inverted, &mut window));
        for step in STEPS {
            for _ in 0..2 {
                let before = best;
                for by in [
                    [0.0, step, 0.0],
                    [0.0, -step, 0.0],
                    [0.0, 0.0, step],
                    [0.0, 0.0, -step],
                    [step, 0.0, 0.0],
                    [-step, 0.0, 0.0],
                ] {
                    self.try_step(upright, inverted, by, &mut window, &mut best);
                }
                if best == before {
                    break;
                }
            }
        }
        for _ in 0..N_STEPS {
            let Some(by) = self.newton(upright, best.0, inverted) else {
                break;
            };
            let halved = by.map(|v| v / 2.0);
            if !self.try_step(upright, inverted, by, &mut window, &mut best)
                && !self.try_step(upright, inverted, halved, &mut window, &mut best)
            {
                break;
            }
        }
        best
    }

    /// Moves the frame by (width, right, down) where that makes the distance smaller.
    fn try_step(
        &self,
        upright: &Plane,
        inverted: bool,
        by: [f32; 3],
        window: &mut Vec<f32>,
        best: &mut (Frame, f32),
    ) -> bool {
        let frame = best.0.moved(by);
        let frame = Frame {
            width: frame.width.clamp(WIDTHS.0, WIDTHS.1),
            ..frame
        };
        if !frame.is_inside() {
            return false;
        }
        let distance = self.distance(upright, frame, inverted, window);
        let is_better = distance < best.1;
        if is_better {
            *best = (frame, distance);
        }
        is_better
    }

    /// The step of Gauss and Newton: with the window w(θ) of norm 1 and the look t, `JᵀJ Δ = Jᵀ(t − w)`; `None` where windows do
    /// not change with the frame.
    fn newton(&self, upright: &Plane, frame: Frame, inverted: bool) -> Option<[f32; 3]> {
        let at = |frame: Frame| {
            let mut window = Vec::with_capacity(self.n * self.n);
            upright.window(frame, self.n, &mut window);
            normalize(&mut window, 0.0);
            window
        };
        let here = at(frame);
        let (look, _) = self.best_look(&here, inverted);
        let sign = if inverted { -1.0 } else { 1.0 };
        let rest: Vec<f32> = look.iter().zip(&here).map(|(t, w)| sign * t - w).collect();
        let slopes = [[NUDGE, 0.0, 0.0], [0.0, NUDGE, 0.0], [0.0, 0.0, NUDGE]].map(|by| {
            let there = at(frame.moved(by));
            let differences = there.iter().zip(&here);
            differences
                .map(|(there, here)| (there - here) / NUDGE)
                .collect::<Vec<f32>>()
        });
        let mut lines = slopes.each_ref().map(|a| {
            let [x, y, z] = slopes.each_ref().map(|b| f64::from(dot(a, b)));
            [x, y, z, f64::from(dot(a, &rest))]
        });
        solve(&mut lines)
    }
}

/// Gauss's elimination of three equations, right sides last; `None` where they are not independent.
fn solve(lines: &mut [[f64; 4]; 3]) -> Option<[f32; 3]> {
    let largest = (0..3).map(|at| lines[at][at]).fold(0.0, f64::max);
    for pivot in 0..3 {
        // Of a symmetric positive matrix the diagonal stays positive.
        if lines[pivot][pivot] <= 1e-6 * largest {
            return None;
        }
        let line = lines[pivot].map(|value| value / lines[pivot][pivot]);
        for (row, other) in lines.iter_mut().enumerate() {
            let factor = other[pivot];
            for (value, own) in other.iter_mut().zip(line) {
                *value = if row == pivot {
                    own
                } else {
                    *value - factor * own
                };
            }
        }
    }
    Some([0, 1, 2].map(|at| lines[at][3] as f32))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::copies::target::luma;
    use crate::rng::Seed;

    /// A smooth random picture: sums of a few waves.
    fn picture(seed: u64, zoom: f64) -> Vec<u8> {
        let mut stream = Seed(seed).stream("align test", 0);
        let waves: Vec<[f64; 4]> = (0..12)
            .map(|_| {
                [
                    stream.normal() * 0.25,
                    stream.normal() * 0.25,
                    stream.uniform() * 6.3,
                    stream.normal(),
                ]
            })
            .collect();
        (0..32 * 32)
            .flat_map(|at| {
                let (x, y) = ((at % 32) as f64 - 15.5, (at / 32) as f64 - 15.5);
                let sum: f64 = waves
                    .iter()
                    .map(|[a, b, c, d]| d * (a * x / zoom + b * y / zoom + c).sin())
                    .sum();
                [(128.0 + 25.0 * sum).clamp(0.0, 255.0) as u8; 3]
            })
            .collect()
    }

    /// The picture moved by whole pixels; the edge goes on.
    fn moved(rgb: &[u8], right: isize, down: isize) -> Vec<u8> {
        (0..32 * 32)
            .flat_map(|at: isize| {
                let x = (at % 32 - right).clamp(0, 31);
                let y = (at / 32 - down).clamp(0, 31);
                let from = ((y * 32 + x) * 3) as usize;
                [rgb[from], rgb[from + 1], rgb[from + 2]]
            })
            .collect()
    }

    #[test]
    fn a_picture_moved_to_the_right_is_found_to_the_right() {
        let original = picture(1, 1.0);
        let target = Target::of_thumbnail(&original);
        let start = Frame {
            right: 2.0,
            down: -2.0,
            ..Frame::MIDDLE
        };
        let made = luma(&moved(&original, 3, -1));
        let (frame, distance) = target.refine(&made, start, false);
        assert!(distance < 1e-2, "{distance}");
        assert!((frame.right - 3.0).abs() < 0.02 && (frame.down + 1.0).abs() < 0.02);
        assert!((frame.width - 24.0).abs() < 0.05, "{frame:?}");
    }

    #[test]
    fn an_enlarged_picture_fills_a_larger_frame_by_just_its_factor() {
        // 1.1 · 24 = 26.4, between all steps along a coordinate.
        let target = Target::of_thumbnail(&picture(2, 1.0));
        let start = Frame {
            width: 26.0,
            ..Frame::MIDDLE
        };
        let made = luma(&picture(2, 1.1)).enlarged(4);
        let (frame, distance) = target.refine(&made, start, false);
        assert!((frame.width - 26.4).abs() < 0.05, "{frame:?}");
        assert!(distance < 0.03, "{distance}");
    }

    #[test]
    fn three_equations_are_solved_and_dependent_ones_are_not() {
        // x = 1, y = 2, z = 3: 2 + 2, 1 + 6 + 3, 2 + 6.
        let mut lines = [
            [2.0, 1.0, 0.0, 4.0],
            [1.0, 3.0, 1.0, 10.0],
            [0.0, 1.0, 2.0, 8.0],
        ];
        let found = solve(&mut lines).unwrap();
        for (value, expected) in found.iter().zip([1.0, 2.0, 3.0]) {
            assert!((value - expected).abs() < 1e-6);
        }
        let mut same = [
            [1.0, 1.0, 0.0, 1.0],
            [1.0, 1.0, 0.0, 1.0],
            [0.0, 0.0, 1.0, 1.0],
        ];
        assert!(solve(&mut same).is_none());
    }
}
