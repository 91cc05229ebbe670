//! Training with burn: the embedded extractor, and the reference generators of the study.
//!
//! The only stage that names `burn`; it is compiled with the cargo feature `training` alone, so that evaluating images
//! never pays for an autodiff.

pub mod embedded;
pub mod layers;
pub mod losses;
pub mod mixtures;
pub mod models;
pub mod run;
pub mod triangles;
