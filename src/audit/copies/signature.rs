//! What pictures are searched by: the middle in 12 × 12 gray cells, without its mean and contrast.

use super::plane::{Frame, Plane};
use super::turn::Turn;

/// Samples of a window in each direction.
pub const SAMPLES: usize = 24;

/// Cells of a signature in each direction; each is 2 samples wide.
const CELLS: usize = 12;

const _: () = assert!(CELLS * 2 == SAMPLES);

/// Values of a signature.
pub const N_VALUES: usize = CELLS * CELLS;

/// A window whose standard deviation is below this many levels shows nothing that could be recognized.
const FLATTEST: f32 = 2.0;

/// One way in which a copy may lie in a generated picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Version {
    /// How the training picture was turned.
    pub turn: Turn,
    /// Where its middle lies once the turn is undone.
    pub frame: Frame,
    /// The third of the window that is not looked at, because something may lie on it.
    pub covered: Option<Third>,
}

/// An outer third of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Third {
    /// The upper.
    Top,
    /// The lower.
    Bottom,
    /// The left.
    Left,
    /// The right.
    Right,
}

impl Third {
    /// Does it hold a cell?
    fn holds(self, cell: usize) -> bool {
        let (x, y) = (cell % CELLS * 3, cell / CELLS * 3);
        match self {
            Self::Top => y < CELLS,
            Self::Bottom => y >= 2 * CELLS,
            Self::Left => x < CELLS,
            Self::Right => x >= 2 * CELLS,
        }
    }
}

/// Number of versions that are also looked for inverted: the plain turns, which come first.
pub const N_INVERTED: usize = Turn::ALL.len();

/// The versions of every generated picture: all turns; upright and mirrored also shifted by up to an eighth,
/// enlarged (a crop that was resized back) with smaller shifts, reduced (set into a border), and without each outer third
/// (a mark lies on it).
#[must_use]
pub fn versions() -> Vec<Version> {
    let mut all: Vec<Version> = Turn::ALL
        .into_iter()
        .map(|turn| Version {
            turn,
            frame: Frame::MIDDLE,
            covered: None,
        })
        .collect();
    // Thin strokes are lost by a step much larger than a pixel of a small picture. A crop by a part p that
    // was resized back has a middle of width 24 / (1 − p), moved by at most 16 p / (1 − p): two thirds of what the width
    // gained.
    let upright: [(f32, &[f32]); 5] = [
        (24.0, &[-3.45, -2.3, -1.15, 0.0, 1.15, 2.3, 3.45]),
        (26.0, &[-1.8, -0.6, 0.6, 1.8]),
        (28.0, &[-2.6, -1.3, 0.0, 1.3, 2.6]),
        (22.0, &[0.0]),
        (20.0, &[0.0]),
    ];
    let mirrored: [(f32, &[f32]); 5] = [
        (24.0, &[-2.3, 0.0, 2.3]),
        (26.0, &[-2.0, 0.0, 2.0]),
        (28.0, &[-2.0, 0.0, 2.0]),
        (22.0, &[0.0]),
        (20.0, &[0.0]),
    ];
    for (turn, grids) in [(Turn::Upright, upright), (Turn::Mirror, mirrored)] {
        for (width, steps) in grids {
            for &down in steps {
                for &right in steps {
                    let frame = Frame { width, right, down };
                    if frame != Frame::MIDDLE {
                        all.push(Version {
                            turn,
                            frame,
                            covered: None,
                        });
                    }
                }
            }
        }
    }
    for turn in [Turn::Upright, Turn::Mirror] {
        for third in [Third::Top, Third::Bottom, Third::Left, Third::Right] {
            all.push(Version {
                turn,
                frame: Frame::MIDDLE,
                covered: Some(third),
            });
        }
    }
    all
}

/// The signature of a window of `[SAMPLES, SAMPLES]` samples: means of cells, less their mean, of norm 1. All 0 where the
/// window is flat.
pub fn of_window(window: &[f32], covered: Option<Third>, out: &mut [f32]) {
    out.fill(0.0);
    for (y, line) in window.chunks_exact(SAMPLES).enumerate() {
        let cells = &mut out[y / 2 * CELLS..][..CELLS];
        for (cell, pair) in cells.iter_mut().zip(line.as_chunks::<2>().0) {
            *cell += pair[0] + pair[1];
        }
    }
    // A cell is a sum over four samples.
    let flattest = FLATTEST * 4.0;
    let Some(third) = covered else {
        return normalize(out, flattest);
    };
    let kept = |cell: &usize| !third.holds(*cell);
    let mut rest: Vec<f32> = (0..out.len()).filter(kept).map(|cell| out[cell]).collect();
    normalize(&mut rest, flattest);
    out.fill(0.0);
    for (cell, value) in (0..out.len()).filter(kept).zip(rest) {
        out[cell] = value;
    }
}

/// Takes the mean off and scales to norm 1, or to 0 where the standard deviation is below `flattest`.
pub fn normalize(values: &mut [f32], flattest: f32) {
    let n = values.len().max(1) as f32;
    let mean = lanes(values, |v| v) / n;
    for value in values.iter_mut() {
        *value -= mean;
    }
    let norm = lanes(values, |v| v * v).sqrt();
    let scale = if norm > flattest * n.sqrt() {
        1.0 / norm
    } else {
        0.0
    };
    for value in values.iter_mut() {
        *value *= scale;
    }
}

/// A sum in eight lanes, in a fixed order.
fn lanes(values: &[f32], term: impl Fn(f32) -> f32) -> f32 {
    let mut sums = [0.0_f32; 8];
    for chunk in values.chunks(8) {
        for (sum, &value) in sums.iter_mut().zip(chunk) {
            *sum += term(value);
        }
    }
    sums.iter().sum()
}

/// The inner product in eight lanes, in a fixed order.
#[must_use]
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0_f32; 8];
    for (a, b) in a.chunks(8).zip(b.chunks(8)) {
        for ((sum, &x), &y) in sums.iter_mut().zip(a).zip(b) {
            *sum += x * y;
        }
    }
    sums.iter().sum()
}

/// The signature of a training picture's middle.
pub fn of_train(luma: &Plane, out: &mut [f32]) {
    let mut window = Vec::with_capacity(SAMPLES * SAMPLES);
    luma.window(Frame::MIDDLE, SAMPLES, &mut window);
    of_window(&window, None, out);
}

/// The signatures of all versions of a generated picture, `[n_versions, N_VALUES]`.
pub fn of_versions(luma: &Plane, versions: &[Version], out: &mut [f32]) {
    let turned = Turn::ALL.map(|turn| luma.unturned(turn));
    let mut window = Vec::with_capacity(SAMPLES * SAMPLES);
    for (version, out) in versions.iter().zip(out.chunks_exact_mut(N_VALUES)) {
        turned[version.turn as usize].window(version.frame, SAMPLES, &mut window);
        of_window(&window, version.covered, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_135_versions_all_within_the_picture_and_none_twice() {
        // 8 turns; upright 48 shifts and 16 + 25 + 1 + 1 other frames, mirrored 8 and 9 + 9 + 1 + 1; 4 thirds of both.
        let all = versions();
        assert_eq!(all.len(), 135);
        assert!(all.iter().all(|version| version.frame.is_inside()));
        for (at, version) in all.iter().enumerate() {
            assert!(!all[..at].contains(version), "{version:?}");
            let is_plain = version.frame == Frame::MIDDLE && version.covered.is_none();
            assert_eq!(is_plain, at < N_INVERTED);
        }
    }

    #[test]
    fn cells_are_sums_over_two_samples_in_each_direction() {
        // Every line is 0 3 9 18 30 …, k (k + 1) 3 / 2: the cells of a line are 2 (0 + 3), 2 (9 + 18) and so on, but for a
        // mean that is taken off and a common factor.
        let window: Vec<f32> = (0..576)
            .map(|at| {
                let k = (at % 24) as f32;
                k * (k + 1.0) * 1.5
            })
            .collect();
        let mut out = [0.0; N_VALUES];
        of_window(&window, None, &mut out);
        let step = |a: usize, b: usize| out[b] - out[a];
        // Third cell: 2 (30 + 45) = 150.
        assert!((step(0, 1) / step(0, 2) - (54.0 - 6.0) / (150.0 - 6.0)).abs() < 1e-4);
        assert!((step(0, 12)).abs() < 1e-6, "lines are alike");
        assert!((dot(&out, &out) - 1.0).abs() < 1e-5);
    }

    #[test]
    fn brightness_and_contrast_do_not_matter_and_inversion_is_the_negative() {
        let window: Vec<f32> = (0..576).map(|at| ((at * 37) % 101) as f32).collect();
        let of = |gain: f32, offset: f32| {
            let mut out = [0.0; N_VALUES];
            let changed: Vec<f32> = window.iter().map(|v| gain * v + offset).collect();
            of_window(&changed, None, &mut out);
            out
        };
        assert!((dot(&of(1.0, 0.0), &of(2.0, -30.0)) - 1.0).abs() < 1e-5);
        assert!((dot(&of(1.0, 0.0), &of(-1.0, 255.0)) + 1.0).abs() < 1e-5);
        assert!(
            of(0.0, 128.0).iter().all(|&v| v == 0.0),
            "a flat window has no signature"
        );
    }

    #[test]
    fn a_covered_third_does_not_matter_and_the_rest_does() {
        let of = |top: f32, bottom: f32| {
            let window: Vec<f32> = (0..576)
                .map(|at| {
                    ((at * 37) % 101) as f32
                        + if at < 8 * 24 { top } else { 0.0 } * (at % 7) as f32
                        + if at >= 16 * 24 { bottom } else { 0.0 } * (at % 5) as f32
                })
                .collect();
            let mut out = [0.0; N_VALUES];
            of_window(&window, Some(Third::Top), &mut out);
            out
        };
        assert!(dot(&of(0.0, 0.0), &of(0.0, 30.0)) < 0.9);
        // Four of the 12 rows of cells are the upper third.
        assert!(of(0.0, 0.0)[..4 * 12].iter().all(|&v| v == 0.0));
        assert!(of(0.0, 0.0)[4 * 12..5 * 12].iter().any(|&v| v != 0.0));
        assert!(dot(&of(0.0, 0.0), &of(50.0, 0.0)) > 0.99);
    }
}
