//! What was done to a training picture to get a generated one, seen at full size.

use super::colour::{self, Change};
use super::fit::Fit;
use super::plane::{Frame, Plane};
use super::signature::Version;
use super::simplest::simplest;
use super::target::Target;
use super::turn::Turn;
use crate::audit::thumbnail;
use crate::sources::Pixels;

/// Pictures are compared at their own size up to this side, larger ones reduced to it.
const LARGEST_SIDE: usize = 128;

/// A picture whose every value is off by at most this is the same one, written again.
const QUANTIZATION: u8 = 2;

/// Which finding a pair belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// The training picture itself, at most re-encoded, resized or noisy.
    Copy,
    /// Its mirror image, whatever else was done.
    Mirror,
    /// Anything else: turned, shifted, cropped, recoloured, framed.
    Disguise,
}

/// What explains a pair.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// The finding that it belongs to.
    pub family: Family,
    /// The transforms, joined by ` + `, without their numbers: `mirror + shift`.
    pub transform: String,
    /// The same with numbers, for a label.
    pub text: String,
    /// √(1 − r²) between the pictures after the transform, in [0, 1].
    pub distance: f64,
    /// Is every value off by at most 2 levels, with nothing done?
    pub is_near_exact: bool,
}

/// Explains a generated picture by a training picture that was found to be close.
#[must_use]
pub fn explain(generated: &Pixels, train: &Pixels, fit: &Fit) -> Explanation {
    if let Some(near) = near_exact(generated, train) {
        return near;
    }
    let side = train.width.max(train.height).min(LARGEST_SIDE);
    let (made, original) = (
        thumbnail::square(generated, side),
        thumbnail::square(train, side),
    );
    let samples = (side * 3 / 4).max(1);
    let target = Target::new(&Plane::luma(&original, side), samples);
    let luma = Plane::luma(&made, side);
    let pixels = generated.width as f32 / Frame::SIDE;
    let fit = whole_pixels(&luma, &target, simplest(&luma, &target, fit), pixels);
    let mut parts: Vec<(&str, String)> = Vec::new();
    let turn = fit.version.turn;
    if turn != Turn::Upright {
        parts.push((turn.name(), turn.name().to_owned()));
    }
    parts.extend(place(fit.version.frame, pixels));
    if fit.inverted {
        parts.push(("inversion", "inversion".to_owned()));
    }
    let changes = colour::changes(&made, &original, side, &fit);
    parts.extend(changes.into_iter().map(Change::into_part));
    let (family, fallback) = match (turn, parts.is_empty()) {
        (Turn::Mirror, _) => (Family::Mirror, ""),
        (_, true) => (Family::Copy, "re-encoded"),
        (_, false) => (Family::Disguise, ""),
    };
    let names: Vec<&str> = parts.iter().map(|(name, _)| *name).collect();
    let texts: Vec<&str> = parts.iter().map(|(_, text)| text.as_str()).collect();
    let or_fallback = |text: String| {
        if text.is_empty() {
            fallback.to_owned()
        } else {
            text
        }
    };
    Explanation {
        family,
        transform: or_fallback(names.join(" + ")),
        text: or_fallback(texts.join(" + ")),
        distance: f64::from(fit.distance),
        is_near_exact: false,
    }
}

/// The explanation of a picture of the same size whose values are all off by at most [`QUANTIZATION`].
fn near_exact(generated: &Pixels, train: &Pixels) -> Option<Explanation> {
    let same_shape = (generated.width, generated.height) == (train.width, train.height);
    let largest = generated
        .rgb
        .iter()
        .zip(&train.rgb)
        .map(|(&a, &b)| a.abs_diff(b))
        .max()?;
    (same_shape && largest <= QUANTIZATION).then(|| Explanation {
        family: Family::Copy,
        transform: if largest == 0 {
            "same pixels"
        } else {
            "near-exact"
        }
        .to_owned(),
        text: format!("no value differs by more than {largest} of 255"),
        distance: 0.0,
        is_near_exact: true,
    })
}

/// A shift by whole pixels, where it explains the pair as well as a fit between pixels, or clearly better than no shift.
fn whole_pixels(luma: &Plane, target: &Target, fit: Fit, pixels: f32) -> Fit {
    if fit.is_covered() {
        return fit;
    }
    let upright = luma.unturned(fit.version.turn);
    let start = fit.version.frame;
    let mut best = (Frame::MIDDLE, f32::INFINITY);
    for down in -1..=1_i16 {
        for right in -1..=1_i16 {
            let near = |at: f32, by: i16| ((at * pixels).round() + f32::from(by)) / pixels;
            let frame = Frame {
                right: near(start.right, right),
                down: near(start.down, down),
                ..Frame::MIDDLE
            };
            let distance = target.distance_at(&upright, frame, fit.inverted);
            if frame.is_inside() && distance < best.1 {
                best = (frame, distance);
            }
        }
    }
    let bar = if start == Frame::MIDDLE {
        fit.distance * 0.6
    } else {
        fit.distance * 1.05 + 0.005
    };
    if best.1 > bar {
        return fit;
    }
    Fit {
        version: Version {
            frame: best.0,
            ..fit.version
        },
        distance: best.1,
        ..fit
    }
}

/// Where the original lies in the copy; `pixels` of the copy are one unit of a frame.
fn place(frame: Frame, pixels: f32) -> Option<(&'static str, String)> {
    // What a fit cannot tell from nothing.
    let least = 0.5 / pixels;
    let [right, down] = [frame.right, frame.down].map(|v| v * pixels);
    if (frame.width - Frame::MIDDLE.width).abs() > least.max(0.4) {
        let size = Frame::MIDDLE.width / frame.width;
        let name = if size < 1.0 { "crop" } else { "reduced" };
        return Some((
            name,
            format!(
                "{name} (size {:.2}, moved by {right:.1}, {down:.1})",
                1.0 / size
            ),
        ));
    }
    (frame.right.abs().max(frame.down.abs()) > least)
        .then(|| ("shift", format!("shift by {right:.1}, {down:.1} pixels")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::copies::signature::versions;
    use crate::rng::Seed;

    fn picture() -> Pixels {
        let mut stream = Seed(12).stream("pair test", 0);
        let waves: Vec<[f64; 5]> = (0..10)
            .map(|_| {
                [
                    stream.normal() * 0.2,
                    stream.normal() * 0.2,
                    stream.uniform() * 6.3,
                    stream.normal(),
                    stream.uniform() * 2.0,
                ]
            })
            .collect();
        let rgb = (0..40 * 40)
            .flat_map(|at| {
                let (x, y) = ((at % 40) as f64, (at / 40) as f64);
                [0.0, 1.0, 2.0].map(|channel| {
                    let sum: f64 = waves
                        .iter()
                        .map(|[a, b, c, d, e]| d * (a * x + b * y + c + channel * e).sin())
                        .sum();
                    (128.0 + 20.0 * sum).clamp(30.0, 225.0) as u8
                })
            })
            .collect();
        Pixels {
            width: 40,
            height: 40,
            rgb,
        }
    }

    fn changed(pixels: &Pixels, change: impl Fn(usize, usize) -> [u8; 3]) -> Pixels {
        let rgb = (0..40 * 40)
            .flat_map(|at| change(at % 40, at / 40))
            .collect();
        Pixels {
            rgb,
            ..pixels.clone()
        }
    }

    fn at(pixels: &Pixels, x: usize, y: usize) -> [u8; 3] {
        let from = (y * 40 + x) * 3;
        [pixels.rgb[from], pixels.rgb[from + 1], pixels.rgb[from + 2]]
    }

    fn explained(
        generated: &Pixels,
        train: &Pixels,
        version: usize,
        inverted: bool,
    ) -> Explanation {
        let fit = Fit {
            row: 0,
            version: versions()[version],
            inverted,
            distance: 0.1,
            uncovered: 0.1,
        };
        explain(generated, train, &fit)
    }

    #[test]
    fn values_off_by_2_are_near_exact_and_by_3_re_encoded() {
        let train = picture();
        let by = |n: u8| {
            changed(&train, |x, y| {
                at(&train, x, y).map(|v| if (x + y) % 2 == 0 { v + n } else { v - n })
            })
        };
        assert!(explained(&by(2), &train, 0, false).is_near_exact);
        let found = explained(&by(3), &train, 0, false);
        assert_eq!(
            (found.family, found.transform.as_str()),
            (Family::Copy, "re-encoded")
        );
        assert_eq!(explained(&train, &train, 0, false).transform, "same pixels");
    }

    #[test]
    fn turns_and_shifts_are_named() {
        let train = picture();
        let mirrored = changed(&train, |x, y| at(&train, 39 - x, y));
        let found = explained(&mirrored, &train, Turn::Mirror as usize, false);
        assert_eq!(
            (found.family, found.transform.as_str()),
            (Family::Mirror, "mirror")
        );
        // numpy.rot90: what was in the last column is in the first row.
        let quarter = changed(&train, |x, y| at(&train, 39 - y, x));
        let found = explained(&quarter, &train, Turn::Quarter as usize, false);
        assert_eq!(
            (found.family, found.transform.as_str()),
            (Family::Disguise, "rotate 90")
        );
        let shifted = changed(&train, |x, y| {
            at(&train, x.saturating_sub(2), (y + 1).min(39))
        });
        let found = explained(&shifted, &train, 0, false);
        assert_eq!(found.text, "shift by 2.0, -1.0 pixels");
        assert_eq!(found.family, Family::Disguise);
    }

    #[test]
    fn what_was_done_to_the_values_is_named() {
        let train = picture();
        let every = |change: &dyn Fn([f64; 3]) -> [f64; 3]| {
            changed(&train, |x, y| {
                change(at(&train, x, y).map(f64::from)).map(|v| v.round().clamp(0.0, 255.0) as u8)
            })
        };
        let name =
            |generated: &Pixels, inverted| explained(generated, &train, 0, inverted).transform;
        assert_eq!(name(&every(&|p| p.map(|v| v + 30.0)), false), "brightness");
        assert_eq!(
            name(&every(&|p| p.map(|v| 128.0 + 0.6 * (v - 128.0))), false),
            "contrast"
        );
        assert_eq!(
            name(&every(&|p| p.map(|v| 255.0 * (v / 255.0).powf(2.0))), false),
            "gamma"
        );
        assert_eq!(name(&every(&|[r, g, b]| [g, b, r]), false), "hue");
        assert_eq!(
            name(
                &every(&|[r, g, b]| [0.299 * r + 0.587 * g + 0.114 * b; 3]),
                false
            ),
            "grayscale"
        );
        assert_eq!(name(&every(&|p| p.map(|v| 255.0 - v)), true), "inversion");
        let framed = changed(&train, |x, y| {
            if x.min(y).min(39 - x).min(39 - y) < 3 {
                [255; 3]
            } else {
                at(&train, x, y)
            }
        });
        assert_eq!(name(&framed, false), "border");
    }
}
