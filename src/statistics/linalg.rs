//! Matrix products and decompositions whose bits do not depend on the number of threads.
//!
//! Products are cut into column strips of a fixed width, one sequential product each. faer's eigenvalues change their
//! last bits with the degree of parallelism that they are asked for, but not with the threads that there are, so the
//! degree is fixed. Singular values run on one thread.

use faer::diag::Diag;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::cholesky::llt::factor::{
    LltRegularization, cholesky_in_place, cholesky_in_place_scratch,
};
use faer::linalg::evd::{ComputeEigenvectors, self_adjoint_evd, self_adjoint_evd_scratch};
use faer::linalg::matmul::matmul;
use faer::linalg::svd::{ComputeSvdVectors, svd, svd_scratch};
use faer::{Accum, Mat, MatMut, MatRef, Par, Spec};
use ndarray::ArrayView2;
use rayon::prelude::*;

use crate::error::{Error, Result};

/// Columns of one strip.
const STRIP: usize = 128;

/// Jobs that an eigenvalue decomposition is cut into, on any machine.
const JOBS: usize = 4;

/// The lower triangle of `A Aᵀ` (and the blocks on its diagonal).
pub fn gram_lower(a: MatRef<'_, f64>) -> Mat<f64> {
    symmetric_product(a.transpose(), a.transpose(), false)
}

/// `A B`.
pub fn product(a: MatRef<'_, f64>, b: MatRef<'_, f64>) -> Mat<f64> {
    strips(a.nrows(), b.ncols(), |start, block| {
        let right = b.subcols(start, block.ncols());
        matmul(block, Accum::Replace, a, right, 1.0, Par::Seq);
    })
}

/// `A L` for a lower triangular `L`, whose zeros are not multiplied.
pub fn product_with_lower(a: MatRef<'_, f64>, lower: MatRef<'_, f64>) -> Mat<f64> {
    let d = lower.nrows();
    strips(a.nrows(), d, |start, block| {
        let right = lower.submatrix(start, start, d - start, block.ncols());
        let left = a.subcols(start, d - start);
        matmul(block, Accum::Replace, left, right, 1.0, Par::Seq);
    })
}

/// The lower triangle of the symmetric `Aᵀ B` (and the blocks on its diagonal); of a lower triangular `A` the zeros are
/// not multiplied.
pub fn symmetric_product(a: MatRef<'_, f64>, b: MatRef<'_, f64>, a_is_lower: bool) -> Mat<f64> {
    let k = a.ncols();
    strips(k, k, |start, block| {
        let top = if a_is_lower { start } else { 0 };
        let height = a.nrows() - top;
        let left = a.submatrix(top, start, height, k - start).transpose();
        let right = b.submatrix(top, start, height, block.ncols());
        let below = block.subrows_mut(start, k - start);
        matmul(below, Accum::Replace, left, right, 1.0, Par::Seq);
    })
}

/// A matrix whose column strips are filled in parallel: `fill` gets the first column of its strip.
fn strips(rows: usize, columns: usize, fill: impl Fn(usize, MatMut<'_, f64>) + Sync) -> Mat<f64> {
    let mut out = Mat::zeros(rows, columns);
    out.as_mut()
        .par_col_chunks_mut(STRIP)
        .enumerate()
        .for_each(|(strip, block)| fill(strip * STRIP, block));
    out
}

/// An ndarray matrix as faer holds it.
pub fn to_faer(values: ArrayView2<'_, f64>) -> Mat<f64> {
    Mat::from_fn(values.nrows(), values.ncols(), |i, j| values[[i, j]])
}

/// Samples `[n, d]` as float64 columns `[d, n]`.
pub fn columns<T: Copy + Into<f64>>(samples: ArrayView2<'_, T>) -> Mat<f64> {
    let mut out = Mat::zeros(samples.ncols(), samples.nrows());
    for (i, row) in samples.rows().into_iter().enumerate() {
        for (slot, &value) in out.col_as_slice_mut(i).iter_mut().zip(row) {
            *slot = value.into();
        }
    }
    out
}

/// `Aᵀ B` on the calling thread, for callers that run blocks of `B` in parallel.
pub fn inner_products(a: MatRef<'_, f64>, b: MatRef<'_, f64>) -> Mat<f64> {
    let mut out = Mat::zeros(a.ncols(), b.ncols());
    matmul(
        out.as_mut(),
        Accum::Replace,
        a.transpose(),
        b,
        1.0,
        Par::Seq,
    );
    out
}

/// L with L Lᵀ = `a`, or `None` where a pivot is not positive; only the lower triangle is read.
pub fn cholesky(a: &Mat<f64>) -> Option<Mat<f64>> {
    let d = a.nrows();
    let mut lower = a.clone();
    let mut memory = MemBuffer::new(cholesky_in_place_scratch::<f64>(
        d,
        Par::Seq,
        Spec::default(),
    ));
    cholesky_in_place(
        lower.as_mut(),
        LltRegularization::default(),
        Par::Seq,
        MemStack::new(&mut memory),
        Spec::default(),
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
    let par = Par::rayon(JOBS);
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
        par,
        Spec::default(),
    ));
    self_adjoint_evd(
        a,
        values.as_mut(),
        vectors.then(|| basis.as_mut()),
        par,
        MemStack::new(&mut memory),
        Spec::default(),
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
        Spec::default(),
    ));
    svd(
        a,
        values.as_mut(),
        vectors.then(|| left.as_mut()),
        vectors.then(|| right.as_mut()),
        Par::Seq,
        MemStack::new(&mut memory),
        Spec::default(),
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
