//! Spectral normalisation: a weight divided by its largest singular value (Miyato et al. 2018).

use super::{Lent, Rows};
use burn::tensor::Tensor;

/// Keeps a direction that has vanished from being divided by zero.
const EPSILON: f32 = 1e-12;

/// A weight `[i, o]` and the vector `[1, o]` that follows its first right singular vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spectral {
    /// Place of the weight.
    pub weight: usize,
    /// Place of the vector.
    pub vector: usize,
}

impl Spectral {
    /// One power iteration `v = W u / |W u|`, `u = Wᵀ v / |Wᵀ v|`; then the weight lent is `W / (vᵀ W u)`, with `u` and
    /// `v` as constants. Gives the new `u`, which is kept once a discriminator step.
    pub(super) fn apply(self, lent: &mut Lent) -> Tensor<2> {
        let weight = lent.raw(self.weight).clone();
        let still = weight.clone().inner();
        let u = lent.raw(self.vector).clone().inner().transpose();
        let v = unit(still.clone().matmul(u));
        let u = unit(still.transpose().matmul(v.clone()));
        let sigma: Rows = (weight.clone().matmul(u.clone()) * v).sum_dim(0);
        lent.replace(self.weight, weight / sigma);
        u.transpose()
    }
}

fn unit(column: Rows) -> Rows {
    let norm = column.clone().square().sum_dim(0).sqrt();
    column / norm.add_scalar(EPSILON)
}
