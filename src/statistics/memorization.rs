//! How close generated samples come to the training set by angle: the part of MiFID that speaks of copying.
//!
//! ```text
//! dg = min over t of 1 − |cos(g, t)|
//! ```
//! 1 − |cos| of the nearest is taken as ½ |ĝ ∓ t̂|² on rows of length 1, which is exact for copies; which row is the
//! nearest is found by float64 products on blocks.

use faer::Mat;
use ndarray::ArrayView2;
use rayon::prelude::*;

use super::distance::squared;
use super::linalg;

/// Rows of one block.
const BLOCK: usize = 256;

/// Smallest cosine distances between two sets, both ways. Rows of length 0 have no direction and are left out.
#[derive(Debug, Clone, PartialEq)]
pub struct CosineDistances {
    /// For every row of the first set that has a direction: to its nearest in the second.
    pub of_first: Vec<f64>,
    /// For every row of the second set that has a direction: to its nearest in the first.
    pub of_second: Vec<f64>,
    /// The rows that `of_first` speaks of.
    pub rows_of_first: Vec<usize>,
    /// For each of them, its nearest row of the second set.
    pub nearest_of_first: Vec<usize>,
}

/// Smallest cosine distances between the rows of `first` and of `second`; empty where a set has no row with a direction.
#[must_use]
pub fn cosine_distances(
    first: ArrayView2<'_, f32>,
    second: ArrayView2<'_, f32>,
) -> CosineDistances {
    let (rows_of_first, first) = directions(first);
    let (rows_of_second, second) = directions(second);
    if first.ncols() == 0 || second.ncols() == 0 {
        return CosineDistances {
            of_first: Vec::new(),
            of_second: Vec::new(),
            rows_of_first: Vec::new(),
            nearest_of_first: Vec::new(),
        };
    }
    let (nearest_of_first, nearest_of_second) = nearest(&first, &second);
    let measure = |own: &Mat<f64>, other: &Mat<f64>, nearest: &[usize]| -> Vec<f64> {
        nearest
            .par_iter()
            .enumerate()
            .map(|(i, &j)| one_minus_cosine(own.col_as_slice(i), other.col_as_slice(j)))
            .collect()
    };
    CosineDistances {
        of_first: measure(&first, &second, &nearest_of_first),
        of_second: measure(&second, &first, &nearest_of_second),
        nearest_of_first: nearest_of_first
            .iter()
            .map(|&j| rows_of_second[j])
            .collect(),
        rows_of_first,
    }
}

/// 1 − |cos| of two directions: half of the smaller of |a − b|² and |a + b|².
fn one_minus_cosine(a: &[f64], b: &[f64]) -> f64 {
    let opposite: Vec<f64> = b.iter().map(|v| -v).collect();
    0.5 * squared(a, b).min(squared(a, &opposite))
}

/// Rows that have a direction, and their directions as columns `[d, rows]`.
fn directions(samples: ArrayView2<'_, f32>) -> (Vec<usize>, Mat<f64>) {
    let norms: Vec<f64> = samples
        .rows()
        .into_iter()
        .map(|row| {
            row.iter()
                .map(|&v| f64::from(v).powi(2))
                .sum::<f64>()
                .sqrt()
        })
        .collect();
    let kept: Vec<usize> = (0..norms.len()).filter(|&i| norms[i] > 0.0).collect();
    let columns = Mat::from_fn(samples.ncols(), kept.len(), |j, i| {
        f64::from(samples[[kept[i], j]]) / norms[kept[i]]
    });
    (kept, columns)
}

/// The column of the other matrix with the largest |cosine|, the first of equals, for the columns of both.
fn nearest(first: &Mat<f64>, second: &Mat<f64>) -> (Vec<usize>, Vec<usize>) {
    let (n, m) = (first.ncols(), second.ncols());
    let starts: Vec<usize> = (0..n).step_by(BLOCK).collect();
    let mut of_first = Vec::with_capacity(n);
    let mut of_second = vec![(-1.0_f64, 0_usize); m];
    // As many blocks at once as keep the products below 64 MiB, folded in order.
    let at_once = (8_388_608 / (BLOCK * m)).max(1);
    for group in starts.chunks(at_once) {
        let blocks: Vec<BestOfBlock> = group
            .par_iter()
            .map(|&start| {
                let width = BLOCK.min(n - start);
                best_of_block(first.subcols(start, width), second, start)
            })
            .collect();
        for (rows, columns) in blocks {
            of_first.extend(rows);
            for (best, found) in of_second.iter_mut().zip(columns) {
                if found.0 > best.0 {
                    *best = found;
                }
            }
        }
    }
    (of_first, of_second.into_iter().map(|(_, i)| i).collect())
}

/// The nearest of each column of a block, and for every other column the largest |cosine| in the block and where it is.
type BestOfBlock = (Vec<usize>, Vec<(f64, usize)>);

/// For the columns of one block the nearest in `second`, and for those of `second` the nearest in the block.
fn best_of_block(block: faer::MatRef<'_, f64>, second: &Mat<f64>, start: usize) -> BestOfBlock {
    let products = linalg::inner_products(second.as_ref(), block);
    let mut columns = vec![(-1.0_f64, 0_usize); second.ncols()];
    let rows = (0..block.ncols())
        .map(|i| {
            let (mut largest, mut nearest) = (-1.0, 0);
            for (j, (product, best)) in products
                .col_as_slice(i)
                .iter()
                .zip(&mut columns)
                .enumerate()
            {
                let cosine = product.abs();
                if cosine > largest {
                    (largest, nearest) = (cosine, j);
                }
                if cosine > best.0 {
                    *best = (cosine, start + i);
                }
            }
            nearest
        })
        .collect();
    (rows, columns)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Seed;
    use ndarray::{Array2, array};

    #[test]
    fn copies_and_mirrored_copies_are_at_zero_and_right_angles_at_one() {
        let generated = array![[1.0_f32, 1.0], [-3.0, 0.0], [0.0, 0.0]];
        let train = array![[5.0_f32, 0.0], [0.0, 0.0]];
        let found = cosine_distances(generated.view(), train.view());
        // (1, 1) and (5, 0): cos = 1/√2. The zero rows of both sides are left out.
        assert!((found.of_first[0] - (1.0 - 0.5_f64.sqrt())).abs() < 1e-15);
        assert_eq!(found.of_first[1], 0.0);
        assert_eq!(
            (found.rows_of_first.as_slice(), found.of_second.len()),
            (&[0, 1][..], 1)
        );
        assert_eq!(found.nearest_of_first, [0, 0]);
        assert_eq!(found.of_second, [0.0]);
        let nothing = cosine_distances(array![[0.0_f32, 0.0]].view(), train.view());
        assert!(nothing.of_first.is_empty() && nothing.of_second.is_empty());
    }

    #[test]
    fn many_blocks_find_what_a_plain_search_finds() {
        let mut stream = Seed(8).stream("cosine", 0);
        let mut draw = |n: usize| Array2::from_shape_fn((n, 5), |_| stream.normal() as f32);
        let (a, b) = (draw(600), draw(300));
        let found = cosine_distances(a.view(), b.view());
        for i in [0, 255, 256, 599] {
            let least = b
                .rows()
                .into_iter()
                .map(|row| {
                    let dot = |x: ndarray::ArrayView1<'_, f32>, y: ndarray::ArrayView1<'_, f32>| {
                        x.iter()
                            .zip(y)
                            .map(|(&x, &y)| f64::from(x) * f64::from(y))
                            .sum::<f64>()
                    };
                    1.0 - dot(a.row(i), row).abs()
                        / (dot(a.row(i), a.row(i)) * dot(row, row)).sqrt()
                })
                .fold(f64::INFINITY, f64::min);
            assert!((found.of_first[i] - least).abs() < 1e-14);
        }
        let back = cosine_distances(b.view(), a.view());
        assert_eq!(found.of_second, back.of_first);
    }
}
