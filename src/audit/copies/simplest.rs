//! The simplest turn and frame that explain a pair.

use super::fit::Fit;
use super::plane::{Frame, Plane};
use super::signature::Version;
use super::target::Target;
use super::turn::Turn;

/// Distances up to so many times the best are about as good, and so much more.
const AS_GOOD: (f32, f32) = (1.25, 0.02);

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
            |turn: Turn, frame: Frame| target.unexplained(&luma.unturned(turn), frame).uncovered;
        let least = measure(fit.version.turn, fit.version.frame);
        let plain = Turn::ALL
            .into_iter()
            .map(|turn| (turn, measure(turn, Frame::MIDDLE)));
        let (turn, frame, distance) = plain
            .into_iter()
            .find(|(_, distance)| *distance <= least * AS_GOOD.0 + AS_GOOD.1)
            .map_or(
                (fit.version.turn, fit.version.frame, least),
                |(turn, distance)| (turn, Frame::MIDDLE, distance),
            );
        return with(turn, frame, distance);
    }
    let (frame, least) = target.refine(&start, fit.version.frame, fit.inverted);
    let good_enough = least * AS_GOOD.0 + AS_GOOD.1;
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
    use crate::audit::copies::signature::SAMPLES;
    use crate::rng::Seed;

    /// A smooth random picture: sums of a few waves.
    fn picture(seed: u64) -> Vec<u8> {
        let mut stream = Seed(seed).stream("simplest test", 0);
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
                covered: None,
            },
            ..fit
        };
        let found = simplest(
            &plane(&moved(&symmetric, 2, 0)),
            &Target::new(&plane(&symmetric), SAMPLES),
            &shifted,
        );
        assert_eq!(found.version.turn, Turn::Upright);
        assert!((found.version.frame.right - 2.0).abs() < 0.02);
    }
}
