//! Matrix products and decompositions whose bits do not depend on the number of threads.
//!
//! Products are cut into column strips of a fixed width, one sequential product each. faer's eigenvalues and singular
//! values change their last bits with the number of threads, so they run on one; callers run independent ones side by
//! side.

use faer::diag::Diag;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::cholesky::llt::factor::{
    LltRegularization, cholesky_in_place, cholesky_in_place_scratch,
};
use faer::linalg::evd::{ComputeEigenvectors, self_adjoint_evd, self_adjoint_evd_scratch};
use faer::linalg::matmul::matmul;
use faer::linalg::svd::{ComputeSvdVectors, svd, svd_scratch};
use faer::{Accum, Mat, MatRef, Par};
use ndarray::ArrayView2;
use rayon::prelude::*;

use crate::error::{Error, Result};

/// Columns of one strip.
const STRIP: usize = 128;

/// `A Aᵀ` of `a` `[d, n]`: only the lower triangle (and the blocks on the diagonal) is filled.
pub fn gram_lower(a: MatRef<'_, f64>) -> Mat<f64> {
    let d = a.nrows();
    let mut out = Mat::zeros(d, d);
    out.as_mut()
        .par_col_chunks_mut(STRIP)
        .enumerate()
        .for_each(|(strip, block)| {
            let start = strip * STRIP;
            let width = block.ncols();
            let below = block.subrows_mut(start, d - start);
            let rows = a.subrows(start, d - start);
            let right = a.subrows(start, width).transpose();
            matmul(below, Accum::Replace, rows, right, 1.0, Par::Seq);
        });
    out
}

/// `A B`.
pub fn product(a: MatRef<'_, f64>, b: MatRef<'_, f64>) -> Mat<f64> {
    let mut out = Mat::zeros(a.nrows(), b.ncols());
    out.as_mut()
        .par_col_chunks_mut(STRIP)
        .enumerate()
        .for_each(|(strip, block)| {
            let right = b.subcols(strip * STRIP, block.ncols());
            matmul(block, Accum::Replace, a, right, 1.0, Par::Seq);
        });
    out
}

/// An ndarray matrix as faer holds it.
pub fn to_faer(values: ArrayView2<'_, f64>) -> Mat<f64> {
    Mat::from_fn(values.nrows(), values.ncols(), |i, j| values[[i, j]])
}

/// L with L Lᵀ = `a`, or `None` where a pivot is not positive; only the lower triangle is read.
pub fn cholesky(a: &Mat<f64>) -> Option<Mat<f64>> {
    let d = a.nrows();
    let mut lower = a.clone();
    let mut memory = MemBuffer::new(cholesky_in_place_scratch::<f64>(
        d,
        Par::Seq,
        Default::default(),
    ));
    cholesky_in_place(
        lower.as_mut(),
        LltRegularization::default(),
        Par::Seq,
        MemStack::new(&mut memory),
        Default::default(),
    )
    .ok()?;
    for j in 0..d {
        lower.col_as_slice_mut(j)[..j].fill(0.0);
    }
    Some(lower)
}

/// Eigenvalues of a symmetric matrix in rising order; only the lower triangle is read.
///
/// # Errors
/// Numerical: no convergence.
pub fn eigenvalues(a: MatRef<'_, f64>) -> Result<Vec<f64>> {
    Ok(decompose(a, false)?.0)
}

/// Eigenvalues of a symmetric matrix in rising order and, as columns, their vectors; only the lower triangle is read.
///
/// # Errors
/// Numerical: no convergence.
pub fn eigen(a: MatRef<'_, f64>) -> Result<(Vec<f64>, Mat<f64>)> {
    decompose(a, true)
}

fn decompose(a: MatRef<'_, f64>, vectors: bool) -> Result<(Vec<f64>, Mat<f64>)> {
    let d = a.nrows();
    let compute = if vectors {
        ComputeEigenvectors::Yes
    } else {
        ComputeEigenvectors::No
    };
    let mut values = Diag::<f64>::zeros(d);
    let mut basis = if vectors {
        Mat::zeros(d, d)
    } else {
        Mat::new()
    };
    let mut memory = MemBuffer::new(self_adjoint_evd_scratch::<f64>(
        d,
        compute,
        Par::Seq,
        Default::default(),
    ));
    self_adjoint_evd(
        a,
        values.as_mut(),
        vectors.then(|| basis.as_mut()),
        Par::Seq,
        MemStack::new(&mut memory),
        Default::default(),
    )
    .map_err(|_| no_convergence("eigenvalues", d, d))?;
    Ok((values.column_vector().iter().copied().collect(), basis))
}

/// Singular values in falling order.
///
/// # Errors
/// Numerical: no convergence.
pub fn singular_values(a: MatRef<'_, f64>) -> Result<Vec<f64>> {
    Ok(singular(a, false)?.values)
}

/// `A = U diag(s) Vᵀ`.
pub struct Singular {
    /// Singular values in falling order.
    pub values: Vec<f64>,
    /// Left singular vectors, `[rows, min(rows, columns)]`.
    pub left: Mat<f64>,
    /// Right singular vectors, `[columns, min(rows, columns)]`.
    pub right: Mat<f64>,
}

/// The thin singular value decomposition.
///
/// # Errors
/// Numerical: no convergence.
pub fn thin_svd(a: MatRef<'_, f64>) -> Result<Singular> {
    singular(a, true)
}

fn singular(a: MatRef<'_, f64>, vectors: bool) -> Result<Singular> {
    let (m, n) = (a.nrows(), a.ncols());
    let k = m.min(n);
    let compute = if vectors {
        ComputeSvdVectors::Thin
    } else {
        ComputeSvdVectors::No
    };
    let mut values = Diag::<f64>::zeros(k);
    let size = if vectors { k } else { 0 };
    let (mut left, mut right) = (Mat::zeros(m, size), Mat::zeros(n, size));
    let mut memory = MemBuffer::new(svd_scratch::<f64>(
        m,
        n,
        compute,
        compute,
        Par::Seq,
        Default::default(),
    ));
    svd(
        a,
        values.as_mut(),
        vectors.then(|| left.as_mut()),
        vectors.then(|| right.as_mut()),
        Par::Seq,
        MemStack::new(&mut memory),
        Default::default(),
    )
    .map_err(|_| no_convergence("singular values", m, n))?;
    Ok(Singular {
        values: values.column_vector().iter().copied().collect(),
        left,
        right,
    })
}

fn no_convergence(what: &str, rows: usize, columns: usize) -> Error {
    Error::numerical(format!(
        "the {what} of a [{rows}, {columns}] matrix did not converge"
    ))
    .mend("look for features of absurd size (above 1e150) in either set")
}
