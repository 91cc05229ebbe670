//! How well a generated picture is explained by one training picture: the frame is fitted, the rest is measured.

use super::plane::{Frame, Plane};
use super::signature::{Version, dot, normalize};
use super::turn::Turn;
use crate::statistics::nearest_correlation::Hit;

/// Training pictures that are fitted to each generated one.
pub const CANDIDATES: usize = 16;

/// The typical near neighbour is the median of the fitted ones from this rank on (from 0). Before it there is room for
/// several copies of the same original in the training set.
const TYPICAL_FROM: usize = 6;

/// Added to both distances before they are compared: two pictures closer than this are equal for every purpose.
const FLOOR: f32 = 0.02;

/// Steps of the fit, in the units of [`Frame`].
const STEPS: [f32; 3] = [1.0, 0.5, 0.25];

/// Largest and smallest width that a fit may arrive at.
const WIDTHS: (f32, f32) = (18.0, 30.0);

/// The best explanation of a generated picture by a training picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fit {
    /// Row of the training picture.
    pub row: usize,
    /// What was done to it.
    pub version: Version,
    /// Was it inverted too?
    pub inverted: bool,
    /// √(1 − r²) with the correlation r of both windows: what part of the contrast is left unexplained. 0 for a copy, 1
    /// for pictures that have nothing in common.
    pub distance: f32,
}

/// What was found for one generated picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Closest {
    /// The best fit.
    pub fit: Fit,
    /// The distance of the typical near neighbour.
    pub typical: f32,
}

impl Closest {
    /// ln((typical + 0.02) / (distance + 0.02)): how much closer the nearest is than other near ones. About 0.1 to 0.3 for
    /// honest pictures of any domain, however narrow; 1 and more for copies.
    #[must_use]
    pub fn score(&self) -> f64 {
        f64::from((self.typical + FLOOR) / (self.fit.distance + FLOOR)).ln()
    }
}

/// The middle of a training picture, without mean and contrast.
#[derive(Debug, Clone)]
pub struct Target(Vec<f32>);

impl Target {
    /// Out of the picture's luma, as it is sampled `n` × `n`.
    #[must_use]
    pub fn new(luma: &Plane, n: usize) -> Self {
        let mut window = Vec::with_capacity(n * n);
        luma.window(Frame::MIDDLE, n, &mut window);
        normalize(&mut window, 0.0);
        Self(window)
    }

    /// √(1 − r²) for a window of the generated picture; 1 if the correlation has the wrong sign.
    fn distance(
        &self,
        upright: &Plane,
        frame: Frame,
        inverted: bool,
        window: &mut Vec<f32>,
    ) -> f32 {
        let n = (self.0.len() as f64).sqrt().round() as usize;
        upright.window(frame, n, window);
        normalize(window, 0.0);
        let r = if inverted {
            -dot(&self.0, window)
        } else {
            dot(&self.0, window)
        };
        (1.0 - r.max(0.0).powi(2)).max(0.0).sqrt()
    }

    /// The distance of `upright` (a generated picture whose turn is undone) at a frame.
    #[must_use]
    pub fn distance_at(&self, upright: &Plane, frame: Frame, inverted: bool) -> f32 {
        self.distance(upright, frame, inverted, &mut Vec::new())
    }

    /// The frame near `start` with the smallest distance, and that distance: one coordinate at a time, in ever smaller
    /// steps.
    #[must_use]
    pub fn refine(&self, upright: &Plane, start: Frame, inverted: bool) -> (Frame, f32) {
        let mut window = Vec::with_capacity(self.0.len());
        let mut best = (start, self.distance(upright, start, inverted, &mut window));
        for step in STEPS {
            for _ in 0..2 {
                let before = best;
                for (width, right, down) in [
                    (0.0, step, 0.0),
                    (0.0, -step, 0.0),
                    (0.0, 0.0, step),
                    (0.0, 0.0, -step),
                    (step, 0.0, 0.0),
                    (-step, 0.0, 0.0),
                ] {
                    let frame = Frame {
                        width: (best.0.width + width).clamp(WIDTHS.0, WIDTHS.1),
                        right: best.0.right + right,
                        down: best.0.down + down,
                    };
                    if frame.is_inside() {
                        let distance = self.distance(upright, frame, inverted, &mut window);
                        if distance < best.1 {
                            best = (frame, distance);
                        }
                    }
                }
                if best == before {
                    break;
                }
            }
        }
        best
    }
}

/// Fits the training pictures that a search found, best first, and picks the closest.
///
/// `targets` gives the middle of a training picture, `versions` are those of the search. `None` without hits.
#[must_use]
pub fn closest(
    luma: &Plane,
    hits: &[Hit],
    versions: &[Version],
    targets: &dyn Fn(usize) -> Target,
) -> Option<Closest> {
    let mut upright: [Option<Plane>; 8] = Default::default();
    let mut fits: Vec<Fit> = hits
        .iter()
        .take(CANDIDATES)
        .filter_map(|hit| {
            let version = *versions.get(hit.version)?;
            let plane = upright
                .get_mut(version.turn as usize)?
                .get_or_insert_with(|| luma.unturned(version.turn));
            let (frame, distance) = targets(hit.row).refine(plane, version.frame, hit.inverted);
            Some(Fit {
                row: hit.row,
                version: Version { frame, ..version },
                inverted: hit.inverted,
                distance,
            })
        })
        .collect();
    fits.sort_by(|a, b| a.distance.total_cmp(&b.distance));
    let fit = *fits.first()?;
    let others = fits.get(TYPICAL_FROM.min(fits.len() - 1)..)?;
    let typical = others.get(others.len() / 2)?.distance;
    Some(Closest { fit, typical })
}

/// The simplest turn that explains a pair about as well as `fit` does, and the frame with it: a picture that is its own
/// mirror image was copied, not mirrored.
///
/// Distances up to 1.25 times the best, and 0.02, are about as good.
#[must_use]
pub fn simplest(luma: &Plane, target: &Target, fit: &Fit) -> Fit {
    let start = luma.unturned(fit.version.turn);
    let (frame, least) = target.refine(&start, fit.version.frame, fit.inverted);
    let good_enough = least * 1.25 + FLOOR;
    let found = Fit {
        version: Version {
            frame,
            ..fit.version
        },
        distance: least,
        ..*fit
    };
    let with = |turn: Turn, frame: Frame, distance: f32| Fit {
        version: Version { turn, frame },
        distance,
        ..*fit
    };
    for turn in Turn::ALL {
        let distance = target.distance_at(&luma.unturned(turn), Frame::MIDDLE, fit.inverted);
        if distance <= good_enough {
            return with(turn, Frame::MIDDLE, distance);
        }
    }
    // A turned and shifted picture that is its own image under the turn is a shifted one; the shift turns with it.
    for turn in Turn::ALL {
        if turn == fit.version.turn {
            break;
        }
        for (across, along) in [(1.0, 1.0), (-1.0, 1.0), (1.0, -1.0), (-1.0, -1.0)] {
            let turned = Frame {
                right: frame.right * across,
                down: frame.down * along,
                ..frame
            };
            let (frame, distance) = target.refine(&luma.unturned(turn), turned, fit.inverted);
            if distance <= good_enough {
                return with(turn, frame, distance);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::copies::signature::{SAMPLES, versions};
    use crate::rng::Seed;

    /// A smooth random picture: sums of a few waves.
    fn picture(seed: u64) -> Vec<u8> {
        let mut stream = Seed(seed).stream("fit test", 0);
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
                let (x, y) = ((at % 32) as f64, (at / 32) as f64);
                let sum: f64 = waves
                    .iter()
                    .map(|[a, b, c, d]| d * (a * x + b * y + c).sin())
                    .sum();
                [(128.0 + 25.0 * sum).clamp(0.0, 255.0) as u8; 3]
            })
            .collect()
    }

    fn plane(rgb: &[u8]) -> Plane {
        Plane::luma(rgb, 32)
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

    fn hit(version: usize, row: usize) -> Hit {
        Hit {
            row,
            version,
            inverted: false,
            score: 1.0,
        }
    }

    #[test]
    fn a_picture_moved_to_the_right_is_found_to_the_right() {
        let original = picture(1);
        let target = Target::new(&plane(&original), SAMPLES);
        let (frame, distance) = target.refine(
            &plane(&moved(&original, 3, -1)),
            Frame {
                right: 2.0,
                down: -2.0,
                ..Frame::MIDDLE
            },
            false,
        );
        assert!(distance < 1e-3, "{distance}");
        assert_eq!((frame.right, frame.down, frame.width), (3.0, -1.0, 24.0));
    }

    #[test]
    fn the_score_compares_with_typical_neighbours_and_not_with_1() {
        let close = |distance, typical| Closest {
            fit: Fit {
                row: 0,
                version: versions()[0],
                inverted: false,
                distance,
            },
            typical,
        };
        // (0.28 + 0.02) / (0.08 + 0.02) = 3.
        assert!((close(0.08, 0.28).score() - 3.0_f64.ln()).abs() < 1e-6);
        assert!(close(0.1, 0.11).score() < 0.1);
    }

    #[test]
    fn the_closest_is_the_original_and_others_tell_what_is_typical() {
        let originals: Vec<Vec<u8>> = (0..CANDIDATES as u64).map(picture).collect();
        let targets = |row: usize| Target::new(&plane(&originals[row]), SAMPLES);
        let hits: Vec<Hit> = (0..CANDIDATES).map(|row| hit(0, row)).collect();
        let found = closest(
            &plane(&moved(&originals[5], 1, 0)),
            &hits,
            &versions(),
            &targets,
        )
        .unwrap();
        assert_eq!(found.fit.row, 5);
        assert!(found.fit.distance < 0.01 && found.typical > 0.5);
        assert!(closest(&plane(&originals[0]), &[], &versions(), &targets).is_none());
    }

    #[test]
    fn a_symmetric_picture_is_copied_and_an_asymmetric_one_mirrored() {
        let mirrored = |rgb: &[u8]| -> Vec<u8> {
            (0..32 * 32)
                .flat_map(|at| {
                    let from = (at / 32 * 32 + 31 - at % 32) * 3;
                    [rgb[from], rgb[from + 1], rgb[from + 2]]
                })
                .collect()
        };
        let plain = picture(3);
        let symmetric: Vec<u8> = plain
            .iter()
            .zip(mirrored(&plain))
            .map(|(&a, b)| ((u16::from(a) + u16::from(b)) / 2) as u8)
            .collect();
        let fit = Fit {
            row: 0,
            version: Version {
                turn: Turn::Mirror,
                frame: Frame::MIDDLE,
            },
            inverted: false,
            distance: 0.0,
        };
        let explained = |generated: &[u8], train: &[u8]| {
            simplest(
                &plane(generated),
                &Target::new(&plane(train), SAMPLES),
                &fit,
            )
            .version
            .turn
        };
        assert_eq!(explained(&mirrored(&plain), &plain), Turn::Mirror);
        assert_eq!(explained(&mirrored(&symmetric), &symmetric), Turn::Upright);
        // Moved too: it takes the second round.
        let shifted = Fit {
            version: Version {
                turn: Turn::Mirror,
                frame: Frame {
                    right: -2.0,
                    ..Frame::MIDDLE
                },
            },
            ..fit
        };
        let found = simplest(
            &plane(&moved(&symmetric, 2, 0)),
            &Target::new(&plane(&symmetric), SAMPLES),
            &shifted,
        );
        assert_eq!(found.version.turn, Turn::Upright);
        assert_eq!(found.version.frame.right, 2.0);
    }
}
