//! OpenCV's plain bilinear resize of 8-bit pictures (`cv2.resize(..., INTER_LINEAR)`), to the bit.

use super::cascade::round_half_even;
use crate::sources::Pixels;

/// One: weights have 11 bits.
const ONE: f32 = 2048.0;

/// Two neighbours on an axis and their weights.
#[derive(Debug, Clone, Copy)]
struct Taps {
    places: [usize; 2],
    weights: [i32; 2],
}

/// Brings a picture to `width` x `height`, centres on centres and without averaging, as detectors were trained with.
///
/// Rows are blended as OpenCV blends them: each product is cut to 16 bits before the sum, and the sum is rounded.
#[must_use]
pub fn resize(pixels: &Pixels, width: usize, height: usize) -> Pixels {
    if (width, height) == (pixels.width, pixels.height) {
        return pixels.clone();
    }
    let across = taps(pixels.width, width, true);
    let down = taps(pixels.height, height, false);
    let mut rgb = Vec::with_capacity(width * height * 3);
    let mut lines: [(usize, Vec<i32>); 2] = [(usize::MAX, Vec::new()), (usize::MAX, Vec::new())];
    for Taps { places, weights } in down {
        // The row that was the second one is often the first one now.
        if lines[1].0 == places[0] {
            lines.swap(0, 1);
        }
        for (line, place) in lines.iter_mut().zip(places) {
            if line.0 != place {
                *line = (place, stretched(pixels, place, &across));
            }
        }
        let pairs = lines[0].1.iter().zip(&lines[1].1);
        rgb.extend(pairs.map(|(&a, &b)| {
            let sum = ((weights[0] * (a >> 4)) >> 16) + ((weights[1] * (b >> 4)) >> 16);
            ((sum + 2) >> 2).clamp(0, 255) as u8
        }));
    }
    Pixels { width, height, rgb }
}

/// Where each of `target` pixels comes from. On the horizontal axis what lies outside is cut off before it is weighed, on
/// the vertical axis afterwards; the weights differ.
fn taps(source: usize, target: usize, cut_first: bool) -> Vec<Taps> {
    let scale = 1.0 / (target as f64 / source as f64);
    let last = source.saturating_sub(1);
    (0..target)
        .map(|index| {
            let place = ((index as f64 + 0.5) * scale - 0.5) as f32;
            let floor = place.floor();
            let mut share = place - floor;
            let first = (floor.max(0.0) as usize).min(last);
            let is_outside = floor < 0.0 || floor as usize >= last;
            if cut_first && is_outside {
                share = 0.0;
            }
            let second = if floor < 0.0 {
                0
            } else {
                (first + 1).min(last)
            };
            let weight = |share: f32| round_half_even(f64::from(share * ONE)) as i32;
            Taps {
                places: [first, second],
                weights: [weight(1.0 - share), weight(share)],
            }
        })
        .collect()
}

/// One row of the picture, brought to the new width; 11 bits behind the point.
fn stretched(pixels: &Pixels, y: usize, across: &[Taps]) -> Vec<i32> {
    let row = pixels
        .rgb
        .get(y * pixels.width * 3..(y + 1) * pixels.width * 3)
        .unwrap_or_default();
    let (colours, _) = row.as_chunks::<3>();
    let colour = |x: usize| colours.get(x).copied().unwrap_or_default();
    across
        .iter()
        .flat_map(|taps| {
            let [a, b] = taps.places.map(colour);
            let [v, w] = taps.weights;
            [0, 1, 2].map(|channel: usize| i32::from(a[channel]) * v + i32::from(b[channel]) * w)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(values: &[u8]) -> Pixels {
        Pixels {
            width: values.len(),
            height: 1,
            rgb: values.iter().flat_map(|&value| [value; 3]).collect(),
        }
    }

    #[test]
    fn growing_fourfold_takes_eighths() {
        // Places -0.375 -0.125 0.125 0.375 0.625 0.875 1.125 1.375: 0 0 1/8 3/8 5/8 7/8 1 1 of 80.
        let grown = resize(&row(&[0, 80]), 8, 1);
        let red: Vec<u8> = grown.rgb.iter().step_by(3).copied().collect();
        assert_eq!(red, [0, 0, 10, 30, 50, 70, 80, 80]);
    }

    #[test]
    fn shrinking_by_two_takes_the_mean() {
        let small = resize(&row(&[10, 20, 30, 50]), 2, 1);
        assert_eq!(small.rgb, [15, 15, 15, 40, 40, 40]);
        assert_eq!(resize(&row(&[1, 2]), 2, 1), row(&[1, 2]));
    }
}
