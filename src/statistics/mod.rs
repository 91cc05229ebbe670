//! Arrays in, numbers out. No files, no images, no printing.

pub mod bins;
pub mod data_copying;
pub(crate) mod distance;
pub mod estimate;
pub mod fld;
pub mod frechet;
pub mod holm;
pub mod inception_score;
pub mod kmeans;
pub(crate) mod linalg;
pub mod mann_whitney;
pub mod memorization;
pub mod mixture;
pub mod mmd;
pub mod moments;
pub mod neighbors;
pub mod paired;
pub mod pca;
pub mod prd;
pub mod proportions;
pub mod resample;
