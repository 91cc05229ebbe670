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

/// Ninths of a window that may be covered by a mark.
const N_COVERED: usize = 2;

/// A target is also looked at blurred once and three times.
const BLURS: [usize; 3] = [0, 1, 2];

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
    /// The same without the two ninths of the window that fit worst: what a mark pasted on a copy leaves of it.
    pub uncovered: f32,
}

impl Fit {
    /// Does something lie on the copy, without which it fits far better?
    #[must_use]
    pub fn is_covered(&self) -> bool {
        self.uncovered < 0.4 * self.distance
    }
}

/// What was found for one generated picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Closest {
    /// The best fit.
    pub fit: Fit,
    /// How much closer it is than typical: of whole windows, and of windows without their worst parts.
    pub scores: [f64; 2],
}

/// ln((typical + 0.02) / (nearest + 0.02)): how much closer the nearest is than other near ones. About 0.1 to 0.3 for honest
/// pictures of any domain, however narrow; 1 and more for copies.
#[must_use]
pub fn score(mut distances: Vec<f32>) -> f64 {
    distances.sort_by(f32::total_cmp);
    let others = distances.get(TYPICAL_FROM.min(distances.len().saturating_sub(1))..);
    let typical = others.and_then(|others| others.get(others.len() / 2));
    match (distances.first(), typical) {
        (Some(nearest), Some(typical)) => f64::from((typical + FLOOR) / (nearest + FLOOR)).ln(),
        _ => 0.0,
    }
}

/// The middle of a training picture, without mean and contrast.
#[derive(Debug, Clone)]
pub struct Target {
    /// As it is, and blurred ever more: a copy that was resized or moved by parts of a pixel is blurred too.
    looks: Vec<Vec<f32>>,
    /// Samples of a window in each direction.
    n: usize,
    /// Samples in each direction of which the mean is taken before windows are compared.
    cell: usize,
}

impl Target {
    /// Out of the picture's luma, sampled `n` × `n` and compared by cells of `cell` × `cell` samples.
    #[must_use]
    pub fn new(luma: &Plane, n: usize, cell: usize) -> Self {
        let mut target = Self {
            looks: Vec::new(),
            n,
            cell: cell.max(1),
        };
        let mut plane = luma.clone();
        for n_blurs in BLURS {
            for _ in 0..n_blurs {
                plane = plane.blurred();
            }
            let mut window = Vec::with_capacity(n * n);
            target.look(&plane, Frame::MIDDLE, &mut window);
            target.looks.push(window);
        }
        target
    }

    /// A window of `luma`, by cells, without mean and contrast.
    fn look(&self, luma: &Plane, frame: Frame, window: &mut Vec<f32>) {
        luma.window(frame, self.n, window);
        if self.cell > 1 {
            let (n, cell, side) = (self.n, self.cell, self.n / self.cell);
            let mut cells = vec![0.0_f32; side * side];
            for (y, line) in window.chunks_exact(n).take(side * cell).enumerate() {
                let out = &mut cells[y / cell * side..][..side];
                for (sum, values) in out.iter_mut().zip(line.chunks_exact(cell)) {
                    *sum += values.iter().sum::<f32>();
                }
            }
            *window = cells;
        }
        normalize(window, 0.0);
    }

    /// √(1 − r²) for a window of the generated picture; 1 if the correlation has the wrong sign.
    fn distance(
        &self,
        upright: &Plane,
        frame: Frame,
        inverted: bool,
        window: &mut Vec<f32>,
    ) -> f32 {
        self.look(upright, frame, window);
        let (_, r) = self.best_look(window, inverted);
        unexplained(r)
    }

    /// The look that a window correlates with best, and the correlation (of the inverse, if inverted).
    fn best_look(&self, window: &[f32], inverted: bool) -> (&[f32], f32) {
        let sign = if inverted { -1.0 } else { 1.0 };
        let all = self
            .looks
            .iter()
            .map(|look| (look.as_slice(), sign * dot(look, window)));
        all.max_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((&[], 0.0))
    }

    /// The distance of `upright` (a generated picture whose turn is undone) at a frame.
    #[must_use]
    pub fn distance_at(&self, upright: &Plane, frame: Frame, inverted: bool) -> f32 {
        self.distance(upright, frame, inverted, &mut Vec::new())
    }

    /// The distance without the [`N_COVERED`] of 3 × 3 parts of the window whose errors are largest, the gain being that of
    /// the parts left.
    fn uncovered(&self, upright: &Plane, frame: Frame, inverted: bool) -> f32 {
        let mut window = Vec::with_capacity(self.n * self.n);
        self.look(upright, frame, &mut window);
        let (target, _) = self.best_look(&window, inverted);
        let side = (self.n / self.cell).max(1);
        let part = |at: usize| (at / side * 3 / side) * 3 + at % side * 3 / side;
        let mut is_kept = [true; 9];
        for _ in 0..N_COVERED {
            let of = |values: &[f32]| {
                let all = values.iter().enumerate();
                let mut rest: Vec<f32> = all
                    .map(|(at, value)| {
                        if is_kept[part(at).min(8)] {
                            *value
                        } else {
                            0.0
                        }
                    })
                    .collect();
                recentre(&mut rest, |at| is_kept[part(at).min(8)]);
                rest
            };
            let (original, made) = (of(target), of(&window));
            let slope = dot(&original, &made);
            let mut errors = [0.0_f32; 9];
            for (at, (value, original)) in made.iter().zip(&original).enumerate() {
                errors[part(at).min(8)] += (value - slope * original).powi(2);
            }
            let worst = (0..9).max_by(|a, b| errors[*a].total_cmp(&errors[*b]));
            is_kept[worst.unwrap_or(0)] = false;
        }
        let of = |values: &[f32]| {
            let all = values.iter().enumerate();
            let kept = all.filter(|(at, _)| is_kept[part(*at).min(8)]);
            let mut rest: Vec<f32> = kept.map(|(_, value)| *value).collect();
            normalize(&mut rest, 0.0);
            rest
        };
        let r = dot(&of(target), &of(&window));
        unexplained(if inverted { -r } else { r })
    }

    /// The frame near `start` with the smallest distance, and that distance: one coordinate at a time, in ever smaller
    /// steps.
    #[must_use]
    pub fn refine(&self, upright: &Plane, start: Frame, inverted: bool) -> (Frame, f32) {
        let mut window = Vec::with_capacity(self.n * self.n);
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

/// √(1 − r²), and 1 for a correlation of the wrong sign.
fn unexplained(r: f32) -> f32 {
    (1.0 - r.max(0.0).powi(2)).max(0.0).sqrt()
}

/// Takes the mean of what is kept off it, and scales it to norm 1; the rest becomes 0.
fn recentre(values: &mut [f32], is_kept: impl Fn(usize) -> bool) {
    let mut kept: Vec<f32> = Vec::with_capacity(values.len());
    kept.extend(
        values
            .iter()
            .enumerate()
            .filter(|(at, _)| is_kept(*at))
            .map(|(_, v)| *v),
    );
    normalize(&mut kept, 0.0);
    let mut kept = kept.into_iter();
    for (at, value) in values.iter_mut().enumerate() {
        *value = if is_kept(at) {
            kept.next().unwrap_or(0.0)
        } else {
            0.0
        };
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
            let target = targets(hit.row);
            let (frame, distance) = if version.covered.is_some() {
                // What lies on the picture would pull the frame away.
                (
                    version.frame,
                    target.distance_at(plane, version.frame, hit.inverted),
                )
            } else {
                target.refine(plane, version.frame, hit.inverted)
            };
            Some(Fit {
                row: hit.row,
                version: Version { frame, ..version },
                inverted: hit.inverted,
                distance,
                uncovered: target.uncovered(plane, frame, hit.inverted),
            })
        })
        .collect();
    fits.sort_by(|a, b| a.distance.total_cmp(&b.distance));
    let scores = [
        score(fits.iter().map(|fit| fit.distance).collect()),
        score(fits.iter().map(|fit| fit.uncovered).collect()),
    ];
    let by = |a: &&Fit, b: &&Fit| a.uncovered.total_cmp(&b.uncovered);
    let (whole, uncovered) = (*fits.first()?, *fits.iter().min_by(by)?);
    // A whole window says more, unless the nearest stands out only without its worst parts.
    let fit = if scores[1] > 2.0 * scores[0] {
        uncovered
    } else {
        whole
    };
    Some(Closest { fit, scores })
}

/// The simplest turn that explains a pair about as well as `fit` does, and the frame with it: a picture that is its own
/// mirror image was copied, not mirrored.
///
/// Distances up to 1.25 times the best, and 0.02, are about as good.
#[must_use]
pub fn simplest(luma: &Plane, target: &Target, fit: &Fit) -> Fit {
    let start = luma.unturned(fit.version.turn);
    let with = |turn: Turn, frame: Frame, distance: f32| Fit {
        version: Version {
            turn,
            frame,
            covered: None,
        },
        distance,
        ..*fit
    };
    if fit.is_covered() {
        let measure =
            |turn: Turn, frame: Frame| target.uncovered(&luma.unturned(turn), frame, fit.inverted);
        let least = measure(fit.version.turn, fit.version.frame);
        let plain = Turn::ALL
            .into_iter()
            .map(|turn| (turn, measure(turn, Frame::MIDDLE)));
        let (turn, frame, distance) = plain
            .into_iter()
            .find(|(_, distance)| *distance <= least * 1.25 + FLOOR)
            .map_or(
                (fit.version.turn, fit.version.frame, least),
                |(turn, distance)| (turn, Frame::MIDDLE, distance),
            );
        return with(turn, frame, distance);
    }
    let (frame, least) = target.refine(&start, fit.version.frame, fit.inverted);
    let good_enough = least * 1.25 + FLOOR;
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
    with(fit.version.turn, frame, least)
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
        let target = Target::new(&plane(&original), SAMPLES, 1);
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
    fn the_score_compares_with_the_typical_neighbour_and_not_with_1() {
        // Sorted: 0.08, five of 0.1, then from rank 6 on three of 0.28: (0.28 + 0.02) / (0.08 + 0.02) = 3.
        let distances = vec![0.28, 0.1, 0.1, 0.28, 0.08, 0.1, 0.1, 0.1, 0.28];
        assert!((score(distances) - 3.0_f64.ln()).abs() < 1e-6);
        assert!(score(vec![0.1; 16]).abs() < 1e-6);
        assert_eq!(score(Vec::new()), 0.0);
    }

    #[test]
    fn a_mark_in_a_corner_hides_a_copy_only_from_the_whole_window() {
        let originals: Vec<Vec<u8>> = (0..CANDIDATES as u64).map(picture).collect();
        let targets = |row: usize| Target::new(&plane(&originals[row]), SAMPLES, 1);
        let mut marked = originals[2].clone();
        for at in (0..32 * 32).filter(|at| at % 32 >= 20 && at / 32 >= 21) {
            marked[at * 3..at * 3 + 3].fill(255);
        }
        // Version 105 leaves the lower third of an upright picture out.
        let hits: Vec<Hit> = (0..CANDIDATES).map(|row| hit(105, row)).collect();
        let found = closest(&plane(&marked), &hits, &versions(), &targets).unwrap();
        assert_eq!(found.fit.row, 2);
        assert!(found.fit.uncovered < 0.05 && found.fit.distance > 0.3);
        assert!(found.scores[1] > 2.0 * found.scores[0]);
    }

    #[test]
    fn the_closest_is_the_original_and_others_tell_what_is_typical() {
        let originals: Vec<Vec<u8>> = (0..CANDIDATES as u64).map(picture).collect();
        let targets = |row: usize| Target::new(&plane(&originals[row]), SAMPLES, 1);
        let hits: Vec<Hit> = (0..CANDIDATES).map(|row| hit(0, row)).collect();
        let found = closest(
            &plane(&moved(&originals[5], 1, 0)),
            &hits,
            &versions(),
            &targets,
        )
        .unwrap();
        assert_eq!(found.fit.row, 5);
        assert!(found.fit.distance < 0.01 && found.scores[0] > 2.0);
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
            .map(|(&a, b)| u8::midpoint(a, b))
            .collect();
        let fit = Fit {
            row: 0,
            version: Version {
                turn: Turn::Mirror,
                frame: Frame::MIDDLE,
                covered: None,
            },
            inverted: false,
            distance: 0.0,
            uncovered: 0.0,
        };
        let explained = |generated: &[u8], train: &[u8]| {
            simplest(
                &plane(generated),
                &Target::new(&plane(train), SAMPLES, 1),
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
                covered: None,
            },
            ..fit
        };
        let found = simplest(
            &plane(&moved(&symmetric, 2, 0)),
            &Target::new(&plane(&symmetric), SAMPLES, 1),
            &shifted,
        );
        assert_eq!(found.version.turn, Turn::Upright);
        assert_eq!(found.version.frame.right, 2.0);
    }
}
