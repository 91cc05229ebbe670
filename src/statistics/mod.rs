//! Arrays in, numbers out. No files, no images, no printing.

pub mod entropy;
pub mod estimate;
pub mod frechet;
pub mod inception_score;
pub(crate) mod linalg;
pub mod mmd;
pub mod moments;
pub mod ms_ssim;
pub mod profile_distance;
pub mod resample;
pub mod score_interval;
