//! For every picture, in any of several versions, the rows with which it correlates best.
//!
//! Brute force through exact 16-bit integer products (`statistics::integer_products`): nothing is missed, the bits are the
//! same on every processor and for any number of threads, and memory is that of the rows (2 bytes a value) and of one tile
//! for each thread.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use super::integer_products::{Panels, Rows};

/// Versions that are multiplied together, of as many pictures as have so many: nine panels of 48 columns.
const BLOCK: usize = 432;

/// Rows of a tile, whose products with a block stay in the processor's cache.
const TILE: usize = 384;

/// The rows that are searched.
#[derive(Debug)]
pub struct Haystack {
    rows: Rows,
    n: usize,
    n_values: usize,
}

/// One row that a picture correlates with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// Index of the row.
    pub row: usize,
    /// Which version of the picture.
    pub version: usize,
    /// Does it fit inverted?
    pub inverted: bool,
    /// The product of that version with the row, its negative for an inverted match.
    pub score: f32,
}

/// What is looked for.
pub struct Needles<'a> {
    /// Number of pictures.
    pub n: usize,
    /// Versions of each.
    pub n_versions: usize,
    /// The first so many versions are also looked for inverted: with a product far below 0.
    pub n_inverted: usize,
    /// Writes the versions of a picture, `[n_versions, n_values]`, each of norm 1 or 0.
    pub fill: &'a (dyn Fn(usize, &mut [f32]) + Sync),
    /// A row that a picture must not be compared with: itself.
    pub without: &'a (dyn Fn(usize) -> Option<usize> + Sync),
}

impl Haystack {
    /// `n` rows of `n_values`, each of norm 1 or 0, of which `fill` writes the values of a range.
    pub fn new(
        n: usize,
        n_values: usize,
        fill: impl Fn(usize, Range<usize>, &mut [f32]) + Sync,
    ) -> Self {
        Self {
            rows: Rows::new(n, n_values, fill),
            n,
            n_values,
        }
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.n
    }

    /// No rows?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.n == 0
    }

    /// For every needle its best `keep` rows, best first (of equal ones the lower row), each with the version that fits
    /// best. `go_on` hears how many pictures more are done; `None` as soon as it says no.
    ///
    /// Products are rounded as `statistics::integer_products` says: about 1e-4.
    #[must_use]
    pub fn search(
        &self,
        needles: &Needles<'_>,
        keep: usize,
        go_on: &(dyn Fn(usize) -> bool + Sync),
    ) -> Option<Vec<Vec<Hit>>> {
        let stopped = AtomicBool::new(false);
        let in_block = (BLOCK / needles.n_versions.max(1)).max(1);
        let blocks: Vec<Vec<Vec<Hit>>> = (0..needles.n.div_ceil(in_block))
            .into_par_iter()
            .map(|block| {
                if stopped.load(Ordering::Relaxed) {
                    return Vec::new();
                }
                let first = block * in_block;
                let len = in_block.min(needles.n - first);
                let found = self.search_block(needles, first, len, keep);
                if !go_on(len) {
                    stopped.store(true, Ordering::Relaxed);
                }
                found
            })
            .collect();
        if stopped.into_inner() {
            return None;
        }
        Some(blocks.into_iter().flatten().collect())
    }

    fn search_block(
        &self,
        needles: &Needles<'_>,
        first: usize,
        len: usize,
        keep: usize,
    ) -> Vec<Vec<Hit>> {
        let n_versions = needles.n_versions;
        let panels = panels_of(needles, self.n_values, first, len);
        let mut best: Vec<Best> = (0..len).map(|_| Best::new(keep)).collect();
        for start in (0..self.n).step_by(TILE) {
            let n_rows = TILE.min(self.n - start);
            let lines = self.rows.multiply(start, n_rows, &panels);
            for at in 0..n_rows {
                let products = lines.line(at).chunks_exact(n_versions.max(1));
                for (picture, (products, best)) in products.zip(&mut best).enumerate() {
                    let row = start + at;
                    if best.may_take(products, needles.n_inverted)
                        && (needles.without)(first + picture) != Some(row)
                    {
                        best.take(row, products, needles.n_inverted);
                    }
                }
            }
        }
        best.into_iter().map(|best| best.hits).collect()
    }
}

fn panels_of(needles: &Needles<'_>, n_values: usize, first: usize, len: usize) -> Panels {
    let n_versions = needles.n_versions;
    let mut values = vec![0.0; len * n_versions * n_values];
    for (picture, out) in values
        .chunks_exact_mut((n_versions * n_values).max(1))
        .enumerate()
    {
        (needles.fill)(first + picture, out);
    }
    Rows::new(len * n_versions, n_values, |row, range, out| {
        out.copy_from_slice(&values[row * n_values..][range]);
    })
    .panels(0, len * n_versions, 1.0)
}

/// The best rows of one picture so far.
struct Best {
    keep: usize,
    /// Best first.
    hits: Vec<Hit>,
    /// What a product must exceed.
    bar: f32,
}

impl Best {
    fn new(keep: usize) -> Self {
        Self {
            keep,
            hits: Vec::with_capacity(keep + 1),
            bar: if keep == 0 {
                f32::INFINITY
            } else {
                f32::NEG_INFINITY
            },
        }
    }

    fn may_take(&self, products: &[f32], n_inverted: usize) -> bool {
        largest(products) > self.bar
            || products[..n_inverted.min(products.len())]
                .iter()
                .any(|&product| -product > self.bar)
    }

    fn take(&mut self, row: usize, products: &[f32], n_inverted: usize) {
        let mut hit = Hit {
            row,
            version: 0,
            inverted: false,
            score: f32::NEG_INFINITY,
        };
        for (version, &product) in products.iter().enumerate() {
            let inverted = version < n_inverted && -product > product;
            let score = if inverted { -product } else { product };
            if score > hit.score {
                hit = Hit {
                    row,
                    version,
                    inverted,
                    score,
                };
            }
        }
        let place = self.hits.partition_point(|other| other.score >= hit.score);
        self.hits.insert(place, hit);
        self.hits.truncate(self.keep);
        if self.hits.len() == self.keep {
            self.bar = self.hits.last().map_or(f32::INFINITY, |hit| hit.score);
        }
    }
}

/// The largest value, side by side for the vector units.
fn largest(values: &[f32]) -> f32 {
    let (chunks, rest) = values.as_chunks::<16>();
    let mut lanes = [f32::NEG_INFINITY; 16];
    for chunk in chunks {
        for (lane, &value) in lanes.iter_mut().zip(chunk) {
            *lane = if value > *lane { value } else { *lane };
        }
    }
    lanes
        .iter()
        .chain(rest)
        .copied()
        .fold(f32::NEG_INFINITY, f32::max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Seed;

    /// More than one chunk, and not a whole number of them.
    const N_VALUES: usize = 300;

    fn unit(name: &str, index: u64) -> Vec<f32> {
        let mut stream = Seed(5).stream(name, index);
        let raw: Vec<f64> = (0..N_VALUES).map(|_| stream.normal()).collect();
        let norm = raw.iter().map(|v| v * v).sum::<f64>().sqrt();
        raw.iter().map(|v| (v / norm) as f32).collect()
    }

    fn dot(a: &[f32], b: &[f32]) -> f64 {
        a.iter()
            .zip(b)
            .map(|(&x, &y)| f64::from(x) * f64::from(y))
            .sum()
    }

    #[test]
    fn the_best_rows_are_those_of_a_search_in_float64_and_do_not_depend_on_threads() {
        let (n_rows, n, n_versions) = (500, 150, 5);
        let rows: Vec<Vec<f32>> = (0..n_rows).map(|r| unit("row", r)).collect();
        let version = |picture: usize, v: usize| unit("needle", (picture * n_versions + v) as u64);
        let haystack = Haystack::new(rows.len(), N_VALUES, |row, range, out| {
            out.copy_from_slice(&rows[row][range]);
        });
        let fill = |picture: usize, out: &mut [f32]| {
            for (v, out) in out.chunks_exact_mut(N_VALUES).enumerate() {
                out.copy_from_slice(&version(picture, v));
            }
        };
        let needles = Needles {
            n,
            n_versions,
            n_inverted: 2,
            fill: &fill,
            without: &|picture| Some(picture),
        };
        let search = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| haystack.search(&needles, 3, &|_| true))
                .unwrap()
        };
        let found = search(1);
        assert_eq!(found, search(3));
        for (picture, hits) in found.iter().enumerate() {
            let mut all: Vec<(f64, usize)> = (0..n_rows as usize)
                .filter(|&row| row != picture)
                .map(|row| {
                    let scores = (0..n_versions).map(|v| {
                        let product = dot(&version(picture, v), &rows[row]);
                        if v < 2 { product.abs() } else { product }
                    });
                    (scores.fold(-1.0, f64::max), row)
                })
                .collect();
            all.sort_by(|a, b| b.0.total_cmp(&a.0));
            for (hit, (score, row)) in hits.iter().zip(&all) {
                assert_eq!(hit.row, *row);
                assert!((f64::from(hit.score) - score).abs() < 3e-4);
            }
        }
    }

    #[test]
    fn only_the_first_versions_are_looked_for_inverted_and_equal_rows_keep_their_order() {
        let row = unit("row", 0);
        let haystack = Haystack::new(3, N_VALUES, |_, range, out| {
            out.copy_from_slice(&row[range]);
        });
        let fill = |_: usize, out: &mut [f32]| {
            for (value, &original) in out.iter_mut().zip(row.iter().chain(&row)) {
                *value = -original;
            }
        };
        let search = |n_inverted| {
            let needles = Needles {
                n: 1,
                n_versions: 2,
                n_inverted,
                fill: &fill,
                without: &|_| None,
            };
            haystack.search(&needles, 2, &|_| true).unwrap().remove(0)
        };
        let hits = search(1);
        assert_eq!([hits[0].row, hits[1].row], [0, 1]);
        assert!(hits[0].inverted && hits[0].version == 0 && (hits[0].score - 1.0).abs() < 1e-3);
        let upright = search(0);
        assert!(!upright[0].inverted && upright[0].score < -0.99);
    }

    #[test]
    fn a_search_that_is_told_to_stop_finds_nothing() {
        let haystack = Haystack::new(1, N_VALUES, |_, _, out| out.fill(0.0));
        let needles = Needles {
            n: 9,
            n_versions: 1,
            n_inverted: 0,
            fill: &|_, _| {},
            without: &|_| None,
        };
        assert!(haystack.search(&needles, 1, &|_| false).is_none());
        let none = haystack.search(&needles, 0, &|_| true).unwrap();
        assert!(none.iter().all(Vec::is_empty));
    }
}
