//! Arrays in, numbers out. No files, no images, no printing.

pub mod cmmd;
pub mod estimate;
pub mod extrapolation;
pub mod frechet;
mod gaussian_kernel;
pub mod inception_score;
pub mod inception_score_infinity;
pub(crate) mod linalg;
pub mod mmd;
pub mod moments;
pub mod normality;
pub mod renyi;
pub mod resample;
pub mod sliced;
pub mod vendi;
