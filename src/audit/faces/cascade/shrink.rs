//! Shrinking as OpenCV's `INTER_LINEAR_EXACT` does it: weights of 8 bits, exact sums, one rounding.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined runs with the vector units that were chosen at run time"
)]

use super::round_half_even;
use crate::audit::faces::gray::Gray;

/// Where the pixels of one axis come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Axis {
    /// The first of two neighbours.
    pub first: Vec<u32>,
    /// 256ths of the second; the first has the rest.
    pub second_weight: Vec<u16>,
}

impl Axis {
    /// From `source` to `target` pixels, centres on centres. At both ends the outermost pixel counts alone.
    pub fn new(source: usize, target: usize) -> Self {
        // The ratio is inverted twice, and each step rounds: the library does so too.
        let scale = 1.0 / (target as f64 / source as f64);
        let last = source.saturating_sub(1);
        let (first, second_weight) = (0..target)
            .map(|index| {
                let place = scale * (index as f64 + 0.5) - 0.5;
                let floor = place.floor();
                if floor < 0.0 {
                    (0, 0)
                } else if floor as usize >= last {
                    (last as u32, 0)
                } else {
                    (
                        floor as u32,
                        round_half_even((place - floor) * 256.0) as u16,
                    )
                }
            })
            .unzip();
        Self {
            first,
            second_weight,
        }
    }
}

/// One row of the shrunk picture.
///
/// `blend` and `row` are working memory; `row` has the result.
#[inline(always)]
pub(super) fn row(
    gray: &Gray,
    [across, down]: [&Axis; 2],
    y: usize,
    blend: &mut Vec<u16>,
    row: &mut Vec<u8>,
) {
    let width = gray.width();
    let top = down.first.get(y).map_or(0, |&first| first as usize);
    let weight = down.second_weight.get(y).copied().unwrap_or(0);
    let line = |y: usize| {
        gray.values()
            .get(y * width..(y + 1) * width)
            .unwrap_or_default()
    };
    blend.clear();
    if weight == 0 {
        blend.extend(line(top).iter().map(|&value| u16::from(value) << 8));
    } else {
        let pairs = line(top).iter().zip(line(top + 1));
        blend.extend(pairs.map(|(&a, &b)| u16::from(a) * (256 - weight) + u16::from(b) * weight));
    }
    // The last pixel has a neighbour of weight 0.
    blend.push(0);
    row.clear();
    let places = across.first.iter().zip(&across.second_weight);
    row.extend(places.map(|(&first, &weight)| {
        let [a, b] = match blend.get(first as usize..) {
            Some([a, b, ..]) => [u32::from(*a), u32::from(*b)],
            _ => [0, 0],
        };
        let weight = u32::from(weight);
        ((a * (256 - weight) + b * weight + (1 << 15)) >> 16) as u8
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shrunk(gray: &Gray, width: usize, height: usize) -> Vec<u8> {
        let axes = [
            Axis::new(gray.width(), width),
            Axis::new(gray.height(), height),
        ];
        let (mut blend, mut line, mut all) = (Vec::new(), Vec::new(), Vec::new());
        for y in 0..height {
            row(gray, [&axes[0], &axes[1]], y, &mut blend, &mut line);
            all.extend_from_slice(&line);
        }
        all
    }

    #[test]
    fn the_same_size_is_the_same_picture() {
        let gray = Gray::new(3, 2, vec![1, 2, 3, 250, 251, 252]).unwrap();
        assert_eq!(shrunk(&gray, 3, 2), gray.values());
    }

    #[test]
    fn weights_have_eight_bits_and_halves_round_up() {
        // 3 to 2: places 0.25 and 1.75, so 0.75 * 0 + 0.25 * 100 = 25 and 0.25 * 100 + 0.75 * 201 = 175.75.
        let gray = Gray::new(3, 1, vec![0, 100, 201]).unwrap();
        assert_eq!(shrunk(&gray, 2, 1), [25, 176]);
        // 2 to 1: (1 + 2) / 2 = 1.5 becomes 2.
        assert_eq!(shrunk(&Gray::new(2, 1, vec![1, 2]).unwrap(), 1, 1), [2]);
        assert_eq!(shrunk(&Gray::new(1, 2, vec![1, 2]).unwrap(), 1, 1), [2]);
    }

    #[test]
    fn the_ends_count_alone_when_growing() {
        // 2 to 4: places -0.25, 0.25, 0.75, 1.25.
        let gray = Gray::new(2, 1, vec![0, 200]).unwrap();
        assert_eq!(shrunk(&gray, 4, 1), [0, 50, 150, 200]);
    }
}
