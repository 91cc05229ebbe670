//! Arrays in, numbers out. No files, no images, no printing.

pub mod estimate;
pub mod frechet;
pub mod inception_score;
pub(crate) mod linalg;
pub mod mmd;
pub mod moments;
pub mod neighbors;
pub mod resample;
