//! Small versions of pictures, in integers, so that they are the same bytes everywhere.

use super::Thumbnails;
use crate::sources::Pixels;

/// The parts that a source sample has in one target sample: source index and weight.
type Taps = Vec<(usize, i64)>;

/// The thumbnail of a picture, `[SIDE, SIDE, 3]` with [`Thumbnails::SIDE`], whatever its shape.
///
/// See [`square`].
#[must_use]
pub fn of(pixels: &Pixels) -> Vec<u8> {
    square(pixels, Thumbnails::SIDE)
}

/// A picture stretched or reduced to `side` × `side`, `[side, side, 3]`.
///
/// Each direction on its own: where it has at least `side` samples, the mean over the area of the new sample; where it
/// has fewer, the cubic through the four sample centres around it (Catmull and Rom 1974: a = −1/2; edges go on), which keeps
/// thin lines as sharp wherever they lie. Sums are exact, the one rounding at the end is to the nearest, halves up. A picture
/// that has this size comes back unchanged; one without pixels is black.
#[must_use]
pub fn square(pixels: &Pixels, side: usize) -> Vec<u8> {
    let (width, height) = (pixels.width, pixels.height);
    if width == 0 || height == 0 || side == 0 || pixels.rgb.len() != width * height * 3 {
        return vec![0; side * side * 3];
    }
    if width == side && height == side {
        return pixels.rgb.clone();
    }
    let (across, down) = (taps(width, side), taps(height, side));
    let mut lines = vec![0_i64; height * side * 3];
    for (line, row) in lines
        .chunks_exact_mut(side * 3)
        .zip(pixels.rgb.chunks_exact(width * 3))
    {
        for (out, taps) in line.chunks_exact_mut(3).zip(&across) {
            for &(x, weight) in taps {
                for (sum, &value) in out.iter_mut().zip(&row[x * 3..]) {
                    *sum += weight * i64::from(value);
                }
            }
        }
    }
    let whole = total(&across) * total(&down);
    let mut small = Vec::with_capacity(side * side * 3);
    for taps in &down {
        let mut sums = vec![0_i64; side * 3];
        for &(y, weight) in taps {
            let line = &lines[y * side * 3..(y + 1) * side * 3];
            for (sum, &value) in sums.iter_mut().zip(line) {
                *sum += weight * value;
            }
        }
        small.extend(
            sums.iter()
                .map(|&sum| (2 * sum + whole).div_euclid(2 * whole).clamp(0, 255) as u8),
        );
    }
    small
}

/// The sum of the weights of every target sample.
fn total(taps: &[Taps]) -> i64 {
    taps.first()
        .map_or(1, |taps| taps.iter().map(|(_, weight)| weight).sum())
}

/// For each of `side` target samples, the parts of `size` source samples.
fn taps(size: usize, side: usize) -> Vec<Taps> {
    (0..side)
        .map(|k| {
            if size >= side {
                // In units of 1 / side: the target covers k size to (k + 1) size, source p covers p side to (p + 1) side.
                let (start, end) = (k * size, (k + 1) * size);
                (start / side..end.div_ceil(side))
                    .map(|p| {
                        let overlap = end.min((p + 1) * side) - start.max(p * side);
                        (p, overlap as i64)
                    })
                    .collect()
            } else {
                // The centre lies at ((2k + 1) size − side) / (2 side) in source samples.
                let unit = 2 * side as i64;
                let centre = ((2 * k + 1) * size) as i64 - side as i64;
                let (first, t) = (centre.div_euclid(unit), centre.rem_euclid(unit));
                let place = |at: i64| at.clamp(0, size as i64 - 1) as usize;
                // Twice the cubic's weights at t / unit, times unit³.
                let (t2, t3) = (t * t * unit, t * t * t);
                let weights = [
                    -t3 + 2 * t2 - t * unit * unit,
                    3 * t3 - 5 * t2 + 2 * unit * unit * unit,
                    -3 * t3 + 4 * t2 + t * unit * unit,
                    t3 - t2,
                ];
                (first - 1..).map(place).zip(weights).collect()
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gray(width: usize, height: usize, values: &[u8]) -> Pixels {
        Pixels {
            width,
            height,
            rgb: values.iter().flat_map(|&v| [v, v, v]).collect(),
        }
    }

    fn red(bytes: &[u8]) -> Vec<u8> {
        bytes.iter().step_by(3).copied().collect()
    }

    #[test]
    fn larger_pictures_are_reduced_to_the_mean_over_the_area() {
        // Three samples to two: (2 · 30 + 60) / 3 = 40 and (60 + 2 · 91) / 3 = 80.67, rounded 81.
        let small = square(&gray(3, 2, &[30, 60, 91, 30, 60, 91]), 2);
        assert_eq!(red(&small), [40, 81, 40, 81]);
    }

    #[test]
    fn smaller_pictures_are_enlarged_by_the_cubic_between_their_sample_centres() {
        // Two samples to four: centres at -0.25, 0.25, 0.75, 1.25; edges go on. The cubic's weights at t = 0.25 are
        // (-9, 111, 29, -3) / 128, at 0.75 the same backwards. At 0.25: 0 0 | 100 100 → (29 - 3) · 100 / 128 = 20.31; at
        // -0.25 (t = 0.75 between 0 and 0, then 100): -9 · 100 / 128 = -7.03, held at 0.
        let large = square(&gray(2, 1, &[0, 100]), 4);
        assert_eq!(red(&large)[..4], [0, 20, 80, 107]);
        assert_eq!(red(&large)[12..], [0, 20, 80, 107]);
    }

    #[test]
    fn one_direction_may_shrink_while_the_other_grows() {
        // Four wide, one high, to two by two: (10 + 20) / 2 and (31 + 40) / 2 = 35.5, halves up.
        let small = square(&gray(4, 1, &[10, 20, 31, 40]), 2);
        assert_eq!(red(&small), [15, 36, 15, 36]);
    }

    #[test]
    fn rows_are_rows_and_channels_stay_apart() {
        let pixels = Pixels {
            width: 1,
            height: 2,
            rgb: vec![1, 2, 3, 200, 201, 202],
        };
        let square = square(&pixels, 2);
        assert_eq!(square[..6], [1, 2, 3, 1, 2, 3]);
        assert_eq!(square[6..], [200, 201, 202, 200, 201, 202]);
    }

    #[test]
    fn a_picture_of_the_size_asked_for_is_unchanged_and_damaged_ones_are_black() {
        let pixels = gray(2, 2, &[7, 8, 9, 10]);
        assert_eq!(square(&pixels, 2), pixels.rgb);
        let broken = Pixels {
            width: 5,
            height: 5,
            rgb: vec![1],
        };
        assert!(of(&broken).iter().all(|&v| v == 0) && of(&broken).len() == Thumbnails::BYTES);
    }
}
