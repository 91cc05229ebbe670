//! The trace of the root of a product of covariances, and what its derivative needs.

use faer::Mat;

use super::side::{Factor, Prepared, Spread};
use crate::error::Result;
use crate::statistics::linalg;

/// Which matrix was rooted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Path {
    /// Both sides have n ≤ d: singular values of the product of centred samples.
    Samples,
    /// One side has n ≤ d: eigenvalues of the other's covariance between its samples.
    Mixed,
    /// Eigenvalues of one covariance between a factor of the other.
    Covariances,
}

impl Path {
    /// The name in a row's details.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Samples => "samples",
            Self::Mixed => "mixed",
            Self::Covariances => "covariances",
        }
    }
}

/// tr (Sr Sg)^½ with ddof = 1.
pub(super) struct Root {
    pub trace: f64,
    /// The eigenvalues of (Sr Sg)^½ whose sum the trace is.
    pub values: Vec<f64>,
    pub path: Path,
    pub derivative: Option<Derivative>,
}

/// The derivative of the root's trace: a sample at y from its side's mean moves the trace by yᵀ T y / 2, with one T for
/// each side. Reference first.
pub(super) enum Derivative {
    /// yᵀ T y of every sample.
    Forms([Vec<f64>; 2]),
    /// H `[d, k]` with yᵀ T y = |Hᵀ y|².
    Factors([Mat<f64>; 2]),
}

/// Roots by the path that the two spreads call for.
///
/// # Errors
/// Numerical: no convergence.
pub(super) fn root(r: &Prepared, g: &Prepared, with_derivative: bool) -> Result<Root> {
    let rank = r.rank_bound.min(g.rank_bound);
    match (&r.spread, &g.spread) {
        (Spread::Factor(fr), Spread::Factor(fg)) => {
            from_samples(&fr.matrix, &fg.matrix, with_derivative)
        }
        (Spread::Factor(f), Spread::Covariance(s)) => {
            from_factor(f, s, rank, Path::Mixed, false, with_derivative)
        }
        (Spread::Covariance(s), Spread::Factor(f)) => {
            from_factor(f, s, rank, Path::Mixed, true, with_derivative)
        }
        (Spread::Covariance(sr), Spread::Covariance(sg)) => from_factor(
            r.factor_of(sr)?,
            sg,
            rank,
            Path::Covariances,
            false,
            with_derivative,
        ),
    }
}

/// Nuclear norm of Frᵀ Fg = U diag(s) Vᵀ. The form of reference sample i is (n − 1) Σk Uik² sk, as its column of Fr is
/// x / √(n − 1); of generated sample j (m − 1) Σk Vjk² sk.
fn from_samples(fr: &Mat<f64>, fg: &Mat<f64>, with_derivative: bool) -> Result<Root> {
    let k = linalg::product(fr.transpose(), fg.as_ref());
    if !with_derivative {
        let values = linalg::singular_values(k.as_ref())?;
        return Ok(Root {
            trace: values.iter().sum(),
            values,
            path: Path::Samples,
            derivative: None,
        });
    }
    let svd = linalg::thin_svd(k.as_ref())?;
    let forms = |basis: &Mat<f64>| -> Vec<f64> {
        let n = basis.nrows() as f64;
        (0..basis.nrows())
            .map(|i| {
                let sum: f64 = svd
                    .values
                    .iter()
                    .enumerate()
                    .map(|(k, s)| basis[(i, k)] * basis[(i, k)] * s)
                    .sum();
                (n - 1.0) * sum
            })
            .collect()
    };
    let derivative = Derivative::Forms([forms(&svd.left), forms(&svd.right)]);
    Ok(Root {
        trace: svd.values.iter().sum(),
        values: svd.values,
        path: Path::Samples,
        derivative: Some(derivative),
    })
}

/// Σ √λ over the eigenvalues of M = Fᵀ S F = W diag(λ) Wᵀ, for one side's factor F and the other side's covariance S.
///
/// The derivative with respect to S is F M^(−½) Fᵀ / 2, and with respect to F Fᵀ it is S F M^(−3/2) Fᵀ S / 2, both as
/// pseudo-inverses.
fn from_factor(
    factor: &Factor,
    s: &Mat<f64>,
    rank: usize,
    path: Path,
    factor_is_generated: bool,
    with_derivative: bool,
) -> Result<Root> {
    let f = &factor.matrix;
    let sf = if factor.is_lower {
        linalg::product_with_lower(s.as_ref(), f.as_ref())
    } else {
        linalg::product(s.as_ref(), f.as_ref())
    };
    let m = linalg::symmetric_product(f.as_ref(), sf.as_ref(), factor.is_lower);
    let (values, vectors) = if with_derivative {
        linalg::eigen(m.as_ref())?
    } else {
        (linalg::eigenvalues(m.as_ref())?, Mat::new())
    };
    let kept = values.len() - rank.min(values.len());
    let roots: Vec<f64> = values[kept..]
        .iter()
        .map(|value| value.max(0.0).sqrt())
        .collect();
    let derivative = with_derivative.then(|| {
        let top = values.last().copied().unwrap_or(0.0);
        let noise = top * f64::EPSILON * values.len() as f64;
        let first = kept
            + values[kept..]
                .iter()
                .take_while(|value| **value <= noise)
                .count();
        let scaled = |power: f64| {
            Mat::from_fn(vectors.nrows(), values.len() - first, |i, k| {
                vectors[(i, first + k)] * values[first + k].powf(power)
            })
        };
        let for_covariance = linalg::product(f.as_ref(), scaled(-0.25).as_ref());
        let for_factor = linalg::product(sf.as_ref(), scaled(-0.75).as_ref());
        Derivative::Factors(if factor_is_generated {
            [for_covariance, for_factor]
        } else {
            [for_factor, for_covariance]
        })
    });
    Ok(Root {
        trace: roots.iter().sum(),
        values: roots,
        path,
        derivative,
    })
}
