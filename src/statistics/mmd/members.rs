//! Which sample is in which subset, as a matrix of zeros and ones.

use faer::Mat;

/// Membership of the `n` samples of one side in every subset.
#[derive(Debug, Clone)]
pub(super) struct Members {
    /// `[n, n_subsets]`.
    matrix: Mat<f64>,
}

impl Members {
    /// From the indices of each subset, which must be below `n`.
    pub(super) fn new<'a>(n: usize, subsets: impl ExactSizeIterator<Item = &'a [usize]>) -> Self {
        let mut matrix = Mat::zeros(n, subsets.len());
        for (s, subset) in subsets.enumerate() {
            let column = matrix.col_as_slice_mut(s);
            for &i in subset {
                column[i] = 1.0;
            }
        }
        Self { matrix }
    }

    pub(super) fn n_subsets(&self) -> usize {
        self.matrix.ncols()
    }

    /// Rows `start..start + len`.
    pub(super) fn block(&self, start: usize, len: usize) -> Mat<f64> {
        self.matrix.subrows(start, len).to_owned()
    }
}
