//! Arrays in, numbers out. No files, no images, no printing.

pub mod estimate;
pub mod frechet;
pub mod holm;
pub mod inception_score;
pub(crate) mod linalg;
pub mod mmd;
pub mod moments;
pub mod paired;
pub mod resample;
