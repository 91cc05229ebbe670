//! How alike small pictures are: all pairs of them, without a matrix of pairs.
//!
//! ```text
//! distance(x, y) = √(Σ (x − y)² / 3072)   in gray levels, over the bytes of two thumbnails
//! ```
//! Most pairs are dismissed by the sums over blocks of 4 × 4: `Σ (Σ x − Σ y)² / 16 ≤ Σ (x − y)²` (Cauchy and Schwarz), so
//! nothing is lost by it. All arithmetic is of integers, hence the same bits everywhere. Rows are looked at in parallel and
//! folded in order.

use std::sync::atomic::{AtomicU32, Ordering};

use rayon::prelude::*;

use super::Thumbnails;
use crate::error::{Error, Result};
use crate::progress::Observer;

/// Blocks of a thumbnail in each direction, and the pixels of a block.
const BLOCKS: usize = 8;
const IN_BLOCK: u64 = ((Thumbnails::SIDE / BLOCKS) * (Thumbnails::SIDE / BLOCKS)) as u64;

/// Block sums of one thumbnail.
const SUMS: usize = BLOCKS * BLOCKS * 3;

/// Bytes that are compared before the sum so far is looked at.
const STRIDE: usize = Thumbnails::BYTES / 4;

/// Some thumbnails of a set, made ready for comparisons.
#[derive(Debug)]
pub struct Likeness<'a> {
    pictures: Vec<&'a [u8]>,
    /// `[n, SUMS]`.
    sums: Vec<i16>,
}

/// The picture that is nearest to another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nearest {
    /// Its row.
    pub row: usize,
    /// Sum of the squared differences.
    pub squared: u32,
}

/// Pictures that are all near to one of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    /// Rows, the leader first, the others by their distance to it.
    pub rows: Vec<usize>,
    /// Sum of the squared differences between the leader and the farthest.
    pub radius: u32,
}

/// A sum of squared differences as a distance in gray levels.
#[must_use]
pub fn levels(squared: u32) -> f64 {
    (f64::from(squared) / Thumbnails::BYTES as f64).sqrt()
}

impl<'a> Likeness<'a> {
    /// The thumbnails of `rows`, which keep this order.
    #[must_use]
    pub fn of(thumbnails: &'a Thumbnails, rows: &[usize]) -> Self {
        let pictures: Vec<&[u8]> = rows.iter().map(|&row| thumbnails.get(row)).collect();
        let sums = pictures
            .iter()
            .flat_map(|picture| block_sums(picture))
            .collect();
        Self { pictures, sums }
    }

    /// Number of pictures.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pictures.len()
    }

    /// No picture at all?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pictures.is_empty()
    }

    /// The mean colors of the 8 × 8 blocks of every picture, `[n, 192]` in rows, in gray levels.
    #[must_use]
    pub fn blocks(&self) -> Vec<f32> {
        self.sums
            .iter()
            .map(|&sum| f32::from(sum) / IN_BLOCK as f32)
            .collect()
    }

    /// Width of a row of [`Likeness::blocks`].
    pub const N_BLOCKS: usize = SUMS;

    /// Sum of the squared differences of two pictures, or `None` where it is above `limit`.
    #[must_use]
    pub fn squared_within(&self, a: usize, b: usize, limit: u32) -> Option<u32> {
        let least: u32 = squares_of_sums(self.sums_of(a), self.sums_of(b));
        if u64::from(least) > u64::from(limit) * IN_BLOCK {
            return None;
        }
        let (x, y) = (self.pictures.get(a)?, self.pictures.get(b)?);
        let mut total = 0;
        for (x, y) in x.chunks(STRIDE).zip(y.chunks(STRIDE)) {
            total += squares(x, y);
            if total > limit {
                return None;
            }
        }
        Some(total)
    }

    fn sums_of(&self, row: usize) -> &[i16] {
        self.sums
            .get(row * SUMS..(row + 1) * SUMS)
            .unwrap_or_default()
    }

    /// For every picture the nearest that does not look exactly the same, the first of equally near ones.
    ///
    /// # Errors
    /// Interrupted.
    pub fn nearest(&self, observer: &dyn Observer) -> Result<Vec<Option<Nearest>>> {
        self.each(observer, |row| {
            let own = self.sums_of(row);
            let others = self.sums.chunks_exact(SUMS);
            let bounds: Vec<u32> = others.map(|sums| squares_of_sums(own, sums)).collect();
            // The picture with the least bound comes first, as nearly all others are then dismissed by theirs.
            let first = (0..self.len())
                .filter(|&other| other != row)
                .min_by_key(|&other| bounds[other]);
            let mut best: Option<Nearest> = None;
            for other in first
                .into_iter()
                .chain((0..self.len()).filter(|&other| other != row))
            {
                let limit = best.map_or(u32::MAX, |best| best.squared);
                if u64::from(bounds[other]) > u64::from(limit) * IN_BLOCK {
                    continue;
                }
                let found = self
                    .squared_within(row, other, limit)
                    .filter(|squared| *squared > 0);
                if let Some(squared) = found
                    && best.is_none_or(|best| (squared, other) < (best.squared, best.row))
                {
                    best = Some(Nearest {
                        row: other,
                        squared,
                    });
                }
            }
            best
        })
    }

    /// For every picture how many others are within `limit` of it.
    ///
    /// # Errors
    /// Interrupted.
    pub fn degrees(&self, limit: u32, observer: &dyn Observer) -> Result<Vec<u32>> {
        let degrees: Vec<AtomicU32> = (0..self.len()).map(|_| AtomicU32::new(0)).collect();
        self.each(observer, |row| {
            let mut n = 0;
            for (other, degree) in degrees.iter().enumerate().skip(row + 1) {
                if self.squared_within(row, other, limit).is_some() {
                    degree.fetch_add(1, Ordering::Relaxed);
                    n += 1;
                }
            }
            if let Some(degree) = degrees.get(row) {
                degree.fetch_add(n, Ordering::Relaxed);
            }
        })?;
        Ok(degrees.into_iter().map(AtomicU32::into_inner).collect())
    }

    /// Clusters of pictures within `limit` of their leader, of two and more, the largest first.
    ///
    /// The picture with the most others within `limit` (`degrees`) leads first and takes all of them; then the next that is
    /// still free, and so on. So there is no chain of pictures whose ends have nothing in common.
    ///
    /// # Errors
    /// Interrupted.
    pub fn clusters(
        &self,
        limit: u32,
        degrees: &[u32],
        observer: &dyn Observer,
    ) -> Result<Vec<Cluster>> {
        let degree = |row: usize| degrees.get(row).copied().unwrap_or(0);
        let mut order: Vec<usize> = (0..self.len()).filter(|&row| degree(row) > 0).collect();
        order.sort_by_key(|&row| (std::cmp::Reverse(degree(row)), row));
        let mut free = vec![true; self.len()];
        let mut clusters = Vec::new();
        for &leader in &order {
            if !free[leader] {
                continue;
            }
            if observer.stop_requested() {
                return Err(Error::interrupted());
            }
            let mut members: Vec<(u32, usize)> = order
                .par_iter()
                .filter(|&&row| row != leader && free[row])
                .filter_map(|&row| Some((self.squared_within(leader, row, limit)?, row)))
                .collect();
            members.sort_unstable();
            free[leader] = false;
            for &(_, row) in &members {
                free[row] = false;
            }
            if let Some(&(radius, _)) = members.last() {
                let rows = std::iter::once(leader).chain(members.iter().map(|(_, row)| *row));
                clusters.push(Cluster {
                    rows: rows.collect(),
                    radius,
                });
            }
        }
        clusters.sort_by_key(|cluster| std::cmp::Reverse(cluster.rows.len()));
        Ok(clusters)
    }

    /// All pairs `(a, b, squared)` within `limit` with `a < b` and `a < n` for which `asked` holds, in order.
    ///
    /// # Errors
    /// Interrupted.
    pub fn pairs(
        &self,
        n: usize,
        limit: u32,
        asked: &(dyn Fn(usize, usize) -> bool + Sync),
        observer: &dyn Observer,
    ) -> Result<Vec<(usize, usize, u32)>> {
        let found = self.each(observer, |a| {
            let others = (a + 1..self.len()).filter(|&b| a < n && asked(a, b));
            let near = others.filter_map(|b| Some((a, b, self.squared_within(a, b, limit)?)));
            near.collect::<Vec<_>>()
        })?;
        Ok(found.into_iter().flatten().collect())
    }

    fn each<T: Send>(
        &self,
        observer: &dyn Observer,
        look: impl Fn(usize) -> T + Sync,
    ) -> Result<Vec<T>> {
        (0..self.len())
            .into_par_iter()
            .map(|row| {
                if observer.stop_requested() {
                    return Err(Error::interrupted());
                }
                Ok(look(row))
            })
            .collect()
    }
}

/// Sums of the 4 × 4 blocks, `[8, 8, 3]`; at most 16 · 255 = 4080.
fn block_sums(picture: &[u8]) -> [i16; SUMS] {
    let wide = Thumbnails::SIDE / BLOCKS;
    let mut sums = [0_i16; SUMS];
    for (at, pixel) in picture.chunks_exact(3).enumerate() {
        let (y, x) = (at / Thumbnails::SIDE / wide, at % Thumbnails::SIDE / wide);
        let start = 3 * (y * BLOCKS + x);
        if let Some(slots) = sums.get_mut(start..start + 3) {
            for (slot, value) in slots.iter_mut().zip(pixel) {
                *slot += i16::from(*value);
            }
        }
    }
    sums
}

/// At most 192 · 4080² = 3.2e9, which fits 32 bits without a sign. Differences of 16 bits are what processors multiply and
/// add in pairs.
fn squares_of_sums(x: &[i16], y: &[i16]) -> u32 {
    let squares = x.iter().zip(y).map(|(x, y)| {
        let difference = x.wrapping_sub(*y);
        i32::from(difference) * i32::from(difference)
    });
    squares.fold(0_i32, i32::wrapping_add).cast_unsigned()
}

/// At most 768 · 255² = 5e7, which fits.
fn squares(x: &[u8], y: &[u8]) -> u32 {
    let squares = x.iter().zip(y).map(|(x, y)| {
        let difference = i32::from(*x) - i32::from(*y);
        (difference * difference).cast_unsigned()
    });
    squares.sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Silent;
    use crate::rng::Seed;

    fn noise(n: usize) -> Vec<u8> {
        let mut stream = Seed(3).stream("likeness", 0);
        (0..n * Thumbnails::BYTES)
            .map(|_| stream.below(256) as u8)
            .collect()
    }

    fn plain(values: &[u8]) -> Thumbnails {
        Thumbnails::from_bytes(
            values
                .iter()
                .flat_map(|&v| vec![v; Thumbnails::BYTES])
                .collect(),
        )
    }

    fn all(thumbnails: &Thumbnails, n: usize) -> Likeness<'_> {
        Likeness::of(thumbnails, &(0..n).collect::<Vec<_>>())
    }

    #[test]
    fn plain_pictures_are_as_far_apart_as_their_gray_levels() {
        let thumbnails = plain(&[10, 13, 20]);
        let likeness = all(&thumbnails, 3);
        // 3072 · 3² = 27648.
        assert_eq!(likeness.squared_within(0, 1, u32::MAX), Some(27648));
        assert_eq!(levels(27648), 3.0);
        // A distance at the limit is within it.
        assert_eq!(likeness.squared_within(0, 1, 27648), Some(27648));
        assert_eq!(likeness.squared_within(0, 1, 27647), None);
    }

    #[test]
    fn no_pair_is_dismissed_that_the_full_sum_would_keep() {
        let mut bytes = noise(12);
        // Pictures 1 and 2 differ by 2 in every byte and by much in one.
        let first = bytes[Thumbnails::BYTES..2 * Thumbnails::BYTES].to_vec();
        for (slot, value) in bytes[2 * Thumbnails::BYTES..].iter_mut().zip(&first) {
            *slot = value ^ 2;
        }
        let thumbnails = Thumbnails::from_bytes(bytes);
        let likeness = all(&thumbnails, 12);
        for (a, b) in [(0, 1), (1, 2), (3, 11), (5, 5)] {
            let full: u32 = thumbnails
                .get(a)
                .iter()
                .zip(thumbnails.get(b))
                .map(|(x, y)| u32::from(x.abs_diff(*y)).pow(2))
                .sum();
            assert_eq!(likeness.squared_within(a, b, full), Some(full));
            if full > 0 {
                assert_eq!(likeness.squared_within(a, b, full - 1), None);
            }
        }
    }

    #[test]
    fn black_and_white_are_as_far_apart_as_can_be() {
        // 3072 · 255² = 199,756,800; of the block sums 192 · 4080² = 3,196,108,800, beyond 31 bits.
        let thumbnails = plain(&[0, 255]);
        let likeness = all(&thumbnails, 2);
        assert_eq!(likeness.squared_within(0, 1, u32::MAX), Some(199_756_800));
        assert_eq!(
            squares_of_sums(likeness.sums_of(0), likeness.sums_of(1)),
            3_196_108_800
        );
        assert_eq!(likeness.squared_within(0, 1, 199_756_799), None);
    }

    #[test]
    fn the_nearest_is_never_the_picture_itself_nor_one_that_looks_the_same() {
        let thumbnails = plain(&[10, 10, 13, 40]);
        let nearest = all(&thumbnails, 4).nearest(&Silent).unwrap();
        let rows: Vec<Option<usize>> = nearest.iter().map(|n| n.map(|n| n.row)).collect();
        assert_eq!(rows, [Some(2), Some(2), Some(0), Some(2)]);
    }

    #[test]
    fn a_cluster_holds_what_is_near_its_leader_and_no_chain() {
        // 10, 12, 14 are neighbors within 2; 12 leads. 16 is near 14 only, which is taken.
        let thumbnails = plain(&[10, 12, 14, 16, 100, 101]);
        let likeness = all(&thumbnails, 6);
        let limit = 3072 * 4;
        let degrees = likeness.degrees(limit, &Silent).unwrap();
        assert_eq!(degrees, [1, 2, 2, 1, 1, 1]);
        let clusters = likeness.clusters(limit, &degrees, &Silent).unwrap();
        let rows: Vec<&[usize]> = clusters.iter().map(|c| c.rows.as_slice()).collect();
        assert_eq!(rows, [&[1, 0, 2][..], &[4, 5]]);
        assert_eq!(
            (levels(clusters[0].radius), levels(clusters[1].radius)),
            (2.0, 1.0)
        );
    }

    #[test]
    fn any_number_of_threads_finds_the_same() {
        let thumbnails = Thumbnails::from_bytes(noise(60));
        let with = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| {
                let likeness = all(&thumbnails, 60);
                let limit = likeness.nearest(&Silent).unwrap()[0].unwrap().squared;
                let degrees = likeness.degrees(limit, &Silent).unwrap();
                likeness.clusters(limit, &degrees, &Silent).unwrap()
            })
        };
        assert_eq!(with(1), with(3));
    }
}
