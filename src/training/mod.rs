//! Training with burn: today the embedded extractor, later reference generators.
//!
//! The only stage that names `burn`; it is compiled with the cargo feature `training` alone, so that evaluating images
//! never pays for an autodiff.

pub mod embedded;
