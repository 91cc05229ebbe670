//! How well a generated picture is explained by one training picture: the frame is fitted, the rest is measured.

use super::explained::Unexplained;
use super::plane::{Frame, Plane};
use super::signature::Version;
use super::target::{Target, luma};
use super::turn::Turn;
use crate::statistics::nearest_correlation::Hit;

/// Training pictures that are fitted to each generated one.
pub const CANDIDATES: usize = 16;

/// The typical near neighbour is the median of the fitted ones from this rank on (from 0). Before it there is room for
/// several copies of the same original in the training set.
const TYPICAL_FROM: usize = 6;

/// Added to both distances before they are compared: two pictures closer than this are equal for every purpose.
const FLOOR: f32 = 0.01;

/// Frames are fitted between pixels: pictures have so many times as many of them.
const FINE: usize = 4;

/// The best explanation of a generated picture by a training picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fit {
    /// Row of the training picture.
    pub row: usize,
    /// What was done to it.
    pub version: Version,
    /// Was it inverted too?
    pub inverted: bool,
    /// What part of the contrast is left unexplained (`explained`): 0 for a copy, 1 for pictures that have nothing in common.
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

/// ln((typical + 0.01) / (nearest + 0.01)): how much closer the nearest is than other near ones. About 0.1 to 0.3 for honest
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

/// The fine luma of a generated picture under every turn that was asked for.
struct Turned<'a> {
    rgb: &'a [u8],
    upright: [Option<Plane>; Turn::ALL.len()],
}

impl Turned<'_> {
    fn undo(&mut self, turn: Turn) -> Option<&Plane> {
        let place = self.upright.get_mut(turn as usize)?;
        Some(place.get_or_insert_with(|| luma(self.rgb).unturned(turn).enlarged(FINE)))
    }
}

/// Fits the training pictures that a search found, best first, and picks the closest.
///
/// `rgb` is the thumbnail of the generated picture, `targets` gives the middle of a training picture, `versions` are those of
/// the search. `None` without hits.
#[must_use]
pub fn closest(
    rgb: &[u8],
    hits: &[Hit],
    versions: &[Version],
    targets: &dyn Fn(usize) -> Target,
) -> Option<Closest> {
    let mut turned = Turned {
        rgb,
        upright: Default::default(),
    };
    let mut fits: Vec<Fit> = hits
        .iter()
        .take(CANDIDATES)
        .filter_map(|hit| {
            let version = *versions.get(hit.version)?;
            let upright = turned.undo(version.turn)?;
            Some(fitted(hit, version, upright, &targets(hit.row)))
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

/// Fits one training picture. What lies on a copy pulls the frame away, so that the frame of the search and the middle are
/// looked at too.
fn fitted(hit: &Hit, version: Version, upright: &Plane, target: &Target) -> Fit {
    let mut frames = vec![version.frame];
    if version.covered.is_none() {
        let start = version.frame;
        frames.insert(0, target.refine(upright, start, hit.inverted).0);
        if start != Frame::MIDDLE {
            frames.push(Frame::MIDDLE);
        }
    }
    let found: Vec<(Frame, Unexplained)> = frames
        .into_iter()
        .map(|frame| (frame, target.unexplained(upright, frame)))
        .collect();
    let least = |of: fn(&Unexplained) -> f32| {
        let all = found.iter().copied();
        all.min_by(|a, b| of(&a.1).total_cmp(&of(&b.1)))
    };
    let none = (
        version.frame,
        Unexplained {
            whole: 1.0,
            uncovered: 1.0,
        },
    );
    let whole = least(|u| u.whole).unwrap_or(none);
    let uncovered = least(|u| u.uncovered).unwrap_or(none);
    let mut fit = Fit {
        row: hit.row,
        version: Version {
            frame: whole.0,
            ..version
        },
        inverted: hit.inverted,
        distance: whole.1.whole,
        uncovered: uncovered.1.uncovered,
    };
    if fit.is_covered() {
        fit.version.frame = uncovered.0;
    }
    fit
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::copies::signature::versions;
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

    /// The picture moved to the right by whole pixels; the edge goes on.
    fn moved(rgb: &[u8], right: usize) -> Vec<u8> {
        (0..32 * 32)
            .flat_map(|at| {
                let from = (at / 32 * 32 + (at % 32_usize).saturating_sub(right)) * 3;
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
    fn the_score_compares_with_the_typical_neighbour_and_not_with_1() {
        // Sorted: 0.09, five of 0.1, then from rank 6 on three of 0.29: (0.29 + 0.01) / (0.09 + 0.01) = 3.
        let distances = vec![0.29, 0.1, 0.1, 0.29, 0.09, 0.1, 0.1, 0.1, 0.29];
        assert!((score(distances) - 3.0_f64.ln()).abs() < 1e-6);
        assert!(score(vec![0.1; 16]).abs() < 1e-6);
        assert_eq!(score(Vec::new()), 0.0);
    }

    #[test]
    fn a_mark_in_a_corner_hides_a_copy_only_from_the_whole_window() {
        let originals: Vec<Vec<u8>> = (0..CANDIDATES as u64).map(picture).collect();
        let targets = |row: usize| Target::of_thumbnail(&originals[row]);
        let mut marked = originals[2].clone();
        for at in (0..32 * 32).filter(|at| at % 32 >= 20 && at / 32 >= 21) {
            marked[at * 3..at * 3 + 3].fill(255);
        }
        // Version 0 is refined and pulled away; the last but four leaves the lower third of an upright picture out.
        let all = versions();
        for version in [0, all.len() - 7] {
            let hits: Vec<Hit> = (0..CANDIDATES).map(|row| hit(version, row)).collect();
            let found = closest(&marked, &hits, &all, &targets).unwrap();
            assert_eq!(found.fit.row, 2);
            assert!(found.fit.uncovered < 0.1 && found.fit.distance > 0.3);
            assert!(found.scores[1] > 2.0 * found.scores[0]);
        }
    }

    #[test]
    fn the_closest_is_the_original_and_others_tell_what_is_typical() {
        let originals: Vec<Vec<u8>> = (0..CANDIDATES as u64).map(picture).collect();
        let targets = |row: usize| Target::of_thumbnail(&originals[row]);
        let hits: Vec<Hit> = (0..CANDIDATES).map(|row| hit(0, row)).collect();
        let found = closest(&moved(&originals[5], 1), &hits, &versions(), &targets).unwrap();
        assert_eq!(found.fit.row, 5);
        assert!(found.fit.distance < 0.02 && found.scores[0] > 2.0);
        assert!(closest(&originals[0], &[], &versions(), &targets).is_none());
    }
}
