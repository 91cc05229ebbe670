//! A perceptual hash: which of the lowest frequencies are above their median.
//!
//! ```text
//! C = DCT-II of the 32 × 32 luma (rounded to levels, ITU-R BT.601), its first 8 × 8 values, mean included
//! bit(i) = C(i) > median(C)
//! distance = number of bits that differ, of the picture or of its mirror image, whichever is nearer
//! ```
//! The bits are those of the program `imagehash` (`phash`, hash size 8) for a picture of 32 × 32.

use std::f64::consts::PI;
use std::sync::LazyLock;

use rayon::prelude::*;

use super::near::{Look, Near, RANKED};
use super::plane::Plane;
use super::turn::Turn;
use crate::audit::{Exhibit, Thumbnails};
use crate::error::{Error, Result};
use crate::progress::Observer;

const SIDE: usize = Thumbnails::SIDE;

/// Frequencies in each direction.
const LOW: usize = 8;

/// Two hashes that differ by less say nothing more by being equal.
const FLOOR: f64 = 2.0;

/// Queries between two questions whether to stop.
const BATCH: usize = 512;

/// cos(π f (2 x + 1) / 64) of the frequency f at the pixel x, `[LOW, SIDE]`.
static COSINES: LazyLock<Vec<f64>> = LazyLock::new(|| {
    let cosine =
        |f: usize, x: usize| libm::cos(PI * f as f64 * (2 * x + 1) as f64 / (2 * SIDE) as f64);
    (0..LOW * SIDE)
        .map(|at| cosine(at / SIDE, at % SIDE))
        .collect()
});

/// Hashes of a training set.
pub struct Hashes {
    bits: Vec<u64>,
}

impl Hashes {
    /// Of all pictures of a set.
    #[must_use]
    pub fn new(set: &Exhibit) -> Self {
        let rows = (0..set.len()).into_par_iter();
        Self {
            bits: rows
                .map(|row| hash(&luma(set.thumbnails.get(row))))
                .collect(),
        }
    }

    fn ranked(&self, rgb: &[u8], without: Option<usize>) -> Vec<(usize, f64)> {
        let luma = luma(rgb);
        let own = [hash(&luma), hash(&luma.unturned(Turn::Mirror))];
        let mut best: Vec<(u32, usize)> = Vec::with_capacity(RANKED + 1);
        for (row, bits) in self.bits.iter().enumerate() {
            let distance = own.map(|own| (own ^ bits).count_ones());
            let distance = distance[0].min(distance[1]);
            let is_far = best.len() == RANKED && best.last().is_some_and(|last| distance >= last.0);
            if !is_far && without != Some(row) {
                let place = best.partition_point(|other| other.0 <= distance);
                best.insert(place, (distance, row));
                best.truncate(RANKED);
            }
        }
        let ranked = best.into_iter();
        ranked
            .map(|(distance, row)| (row, f64::from(distance)))
            .collect()
    }
}

impl Look for Hashes {
    fn name(&self) -> &'static str {
        "perceptual hash"
    }

    fn nearest(
        &self,
        set: &Exhibit,
        rows: &[usize],
        is_train: bool,
        observer: &dyn Observer,
    ) -> Result<Vec<Option<Near>>> {
        let mut found = Vec::with_capacity(rows.len());
        for batch in rows.chunks(BATCH) {
            if observer.stop_requested() {
                return Err(Error::interrupted());
            }
            let near = batch.par_iter().map(|&row| {
                let ranked = self.ranked(set.thumbnails.get(row), is_train.then_some(row));
                Near::of(&ranked, FLOOR)
            });
            found.extend(near.collect::<Vec<_>>());
        }
        Ok(found)
    }
}

fn luma(rgb: &[u8]) -> Plane {
    Plane::luma(rgb, SIDE)
}

/// The 64 bits, the lowest frequencies first.
fn hash(luma: &Plane) -> u64 {
    let product = |values: &[f64], frequency: usize| -> f64 {
        let own = &COSINES[frequency * SIDE..][..SIDE];
        values
            .iter()
            .zip(own)
            .map(|(value, cosine)| value * cosine)
            .sum()
    };
    // Across every line, then down.
    let lines: Vec<[f64; LOW]> = luma
        .values()
        .chunks_exact(SIDE)
        .map(|line| {
            let line: Vec<f64> = line.iter().map(|v| f64::from(v.round())).collect();
            std::array::from_fn(|frequency| product(&line, frequency))
        })
        .collect();
    let mut low = Vec::with_capacity(LOW * LOW);
    for down in 0..LOW {
        for across in 0..LOW {
            let column: Vec<f64> = lines.iter().map(|line| line[across]).collect();
            low.push(product(&column, down));
        }
    }
    let mut sorted = low.clone();
    sorted.sort_by(f64::total_cmp);
    let middle = LOW * LOW / 2;
    let median = f64::midpoint(sorted[middle - 1], sorted[middle]);
    let bits = low.iter().enumerate();
    bits.fold(0, |bits, (at, value)| {
        bits | u64::from(*value > median) << (63 - at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gray(of: impl Fn(usize, usize) -> usize) -> Vec<u8> {
        let values = (0..SIDE * SIDE).map(|at| of(at % SIDE, at / SIDE) as u8);
        values.flat_map(|value| [value; 3]).collect()
    }

    #[test]
    fn the_bits_are_those_of_scipys_transform() {
        // scipy 1.17: d = dct(dct(pixels, axis=0), axis=1)[:8, :8]; d > median(d), as imagehash.phash packs it. The values
        // nearest to the median are 46 off it.
        let a = gray(|x, y| (x * x * 3 + y * 5 + x * y) % 256);
        let b = gray(|x, y| (x * 7 + y * y) % 251);
        assert_eq!(hash(&luma(&a)), 0x8000_0f3f_a7bf_c35d);
        assert_eq!(hash(&luma(&b)), 0x9205_3e2f_2a6b_4ad7);
    }

    #[test]
    fn a_mirrored_picture_is_near_and_a_picture_is_not_its_own_neighbour() {
        let pictures: Vec<Vec<u8>> = (0..20)
            .map(|k| gray(move |x, y| (x * (k + 3) * 5 + y * y * (k % 7) + x * y) % 256))
            .collect();
        let hashes = Hashes {
            bits: pictures.iter().map(|rgb| hash(&luma(rgb))).collect(),
        };
        let mirrored: Vec<u8> = (0..SIDE * SIDE)
            .flat_map(|at| {
                let from = (at / SIDE * SIDE + SIDE - 1 - at % SIDE) * 3;
                [pictures[4][from]; 3]
            })
            .collect();
        assert_eq!(hashes.ranked(&mirrored, None)[0], (4, 0.0));
        assert_eq!(hashes.ranked(&pictures[6], None)[0], (6, 0.0));
        assert!(
            hashes
                .ranked(&pictures[6], Some(6))
                .iter()
                .all(|(row, _)| *row != 6)
        );
    }
}
