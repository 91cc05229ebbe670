//! How far features are from a multivariate normal distribution, which is all that a Fréchet distance sees of them.
//!
//! Mardia's kurtosis (Mardia 1970, doi:10.1093/biomet/57.3.519) of the coordinates along the leading principal directions:
//!
//! ```text
//! b = 1/n Σi ((xi − μ)ᵀ S⁻¹ (xi − μ))²,   S divided by n,   E b = p (p + 2) (n − 1) / (n + 1) for a normal distribution,
//! z = (b − E b) / √(8 p (p + 2) / n)
//! ```
//! |z| beyond 3 is no chance; above 0 are heavy tails, below 0 clusters. z grows as √n, so the size of the departure is in
//! `ratio`. Any fixed projection of a normal distribution is normal, so the directions need not be exact: a few steps of
//! subspace iteration on the samples find them in O(n d p).

use faer::Mat;
use ndarray::ArrayView2;
use rayon::prelude::*;

use super::linalg;
use crate::error::Result;
use crate::rng::Seed;

/// Principal directions that are looked at.
const DIRECTIONS: usize = 16;

/// Steps of the subspace iteration.
const STEPS: usize = 4;

/// Samples of one block.
const BLOCK: usize = 512;

/// Mardia's kurtosis along the leading principal directions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Normality {
    /// Distance from the normal value in standard errors.
    pub z: f64,
    /// Kurtosis over its value for a normal distribution (1 for normal features).
    pub ratio: f64,
    /// Principal directions that it speaks of: 16, or fewer where there are fewer dimensions or samples.
    pub n_directions: usize,
}

/// Of the rows of `samples` `[n, d]`; `None` where there are fewer than 20 or they have no spread.
///
/// # Errors
/// Numerical: no convergence.
pub fn normality(samples: ArrayView2<'_, f32>, seed: Seed) -> Result<Option<Normality>> {
    let (n, d) = samples.dim();
    let p = DIRECTIONS.min(d).min(n / 10);
    if p < 2.min(d) || n < 20 {
        return Ok(None);
    }
    let centred = Centred::new(samples);
    let mut stream = seed.stream("normality", 0);
    let mut basis = Mat::from_fn(d, p, |_, _| stream.normal());
    for _ in 0..STEPS {
        let Some(orthonormal) = orthonormal(&basis)? else {
            return Ok(None);
        };
        basis = centred.times(&orthonormal);
    }
    let Some(basis) = orthonormal(&basis)? else {
        return Ok(None);
    };
    let coordinates = centred.coordinates(&basis);
    Ok(mardia(&coordinates)?.map(|(z, ratio)| Normality {
        z,
        ratio,
        n_directions: p,
    }))
}

/// Samples less their mean, taken block by block.
struct Centred<'a> {
    samples: ArrayView2<'a, f32>,
    mean: Vec<f64>,
}

impl<'a> Centred<'a> {
    fn new(samples: ArrayView2<'a, f32>) -> Self {
        let mut mean = vec![0.0; samples.ncols()];
        for row in samples.rows() {
            for (sum, &value) in mean.iter_mut().zip(row) {
                *sum += f64::from(value);
            }
        }
        for sum in &mut mean {
            *sum /= samples.nrows() as f64;
        }
        Self { samples, mean }
    }

    /// `f` of each block of centred columns `[d, rows]`, in order.
    fn blocks<T: Send>(&self, f: impl Fn(Mat<f64>) -> T + Sync) -> Vec<T> {
        let starts: Vec<usize> = (0..self.samples.nrows()).step_by(BLOCK).collect();
        starts
            .into_par_iter()
            .map(|start| {
                let end = (start + BLOCK).min(self.samples.nrows());
                let rows = self
                    .samples
                    .slice_axis(ndarray::Axis(0), (start..end).into());
                let mut block = linalg::columns(rows);
                for i in 0..block.ncols() {
                    for (value, mean) in block.col_as_slice_mut(i).iter_mut().zip(&self.mean) {
                        *value -= mean;
                    }
                }
                f(block)
            })
            .collect()
    }

    /// `Σ x xᵀ B`.
    fn times(&self, basis: &Mat<f64>) -> Mat<f64> {
        let parts = self.blocks(|block| {
            let coordinates = linalg::product(block.transpose(), basis.as_ref());
            linalg::product(block.as_ref(), coordinates.as_ref())
        });
        let mut sum = Mat::zeros(basis.nrows(), basis.ncols());
        for part in &parts {
            sum += part;
        }
        sum
    }

    /// `Bᵀ x` of every sample, as columns `[p, n]`.
    fn coordinates(&self, basis: &Mat<f64>) -> Mat<f64> {
        let parts = self.blocks(|block| linalg::product(basis.transpose(), block.as_ref()));
        Mat::from_fn(basis.ncols(), self.samples.nrows(), |j, i| {
            parts[i / BLOCK][(j, i % BLOCK)]
        })
    }
}

/// An orthonormal basis of the columns; `None` where they are all 0.
fn orthonormal(columns: &Mat<f64>) -> Result<Option<Mat<f64>>> {
    let svd = linalg::thin_svd(columns.as_ref())?;
    let top = svd.values.first().copied().unwrap_or(0.0);
    Ok((top > 0.0 && top.is_finite()).then_some(svd.left))
}

/// z and ratio of coordinates `[p, n]` whose mean is 0; `None` where their covariance is singular.
fn mardia(coordinates: &Mat<f64>) -> Result<Option<(f64, f64)>> {
    let (p, n) = (coordinates.nrows() as f64, coordinates.ncols() as f64);
    let (values, vectors) = linalg::eigen(linalg::gram_lower(coordinates.as_ref()).as_ref())?;
    let top = values.last().copied().unwrap_or(0.0);
    if values.first().is_none_or(|low| *low <= top * 1e-12) {
        return Ok(None);
    }
    let rotated = linalg::product(vectors.transpose(), coordinates.as_ref());
    let fourth: f64 = (0..rotated.ncols())
        .map(|i| {
            let column = rotated.col_as_slice(i).iter();
            // The Gram matrix is n S, so 1 / λ makes |y|² / n.
            let square: f64 = column.zip(&values).map(|(y, value)| y * y / value).sum();
            square * square
        })
        .sum();
    let kurtosis = fourth * n;
    let expected = p * (p + 2.0) * (n - 1.0) / (n + 1.0);
    let z = (kurtosis - expected) / (8.0 * p * (p + 2.0) / n).sqrt();
    Ok(Some((z, kurtosis / expected)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    #[test]
    fn normal_features_are_normal_and_others_are_not() {
        let mut stream = Seed(2).stream("normality test", 0);
        let normal = Array2::from_shape_fn((2000, 24), |(_, j)| {
            (stream.normal() / (1.0 + j as f64)) as f32
        });
        let found = normality(normal.view(), Seed(1)).unwrap().unwrap();
        assert!(found.z.abs() < 3.5 && found.n_directions == 16, "{found:?}");
        // One scale for each row, 1 or 3 with equal chance: E s⁴ / (E s²)² = 41 / 25 = 1.64.
        let mut heavy = normal.clone();
        for (i, mut row) in heavy.rows_mut().into_iter().enumerate() {
            row *= if i % 2 == 0 { 1.0 } else { 3.0 };
        }
        let found = normality(heavy.view(), Seed(1)).unwrap().unwrap();
        assert!(
            (found.ratio - 1.64).abs() < 0.1 && found.z > 50.0,
            "{found:?}"
        );
        // Two points on a line have the smallest kurtosis there is: b = 1 against 3.
        let clusters = Array2::from_shape_fn((100, 1), |(i, _)| (i % 2) as f32);
        let found = normality(clusters.view(), Seed(1)).unwrap().unwrap();
        assert!((found.ratio - 101.0 / 99.0 / 3.0).abs() < 1e-9 && found.z < -3.0);
    }

    #[test]
    fn features_without_spread_have_no_normality() {
        assert_eq!(
            normality(Array2::ones((50, 4)).view(), Seed(1)).unwrap(),
            None
        );
        assert_eq!(
            normality(Array2::ones((10, 4)).view(), Seed(1)).unwrap(),
            None
        );
    }
}
