//! Nearest neighbours: one pass over the features for every metric that is built on them.
//!
//! ```text
//! sets ── Frame ──▶ Points ── within ──▶ Lists (radii) ─┐
//!                      └───── across ◀──────────────────┴──▶ Tables ──▶ precision, density, realism, 1-NN …
//! ```
//! No n × m matrix is held: products come in tiles of 576 × 576, in float32 or of rows rounded to 16-bit integers
//! (`points.rs`), and of each tile only the pairs near a boundary are looked at. An estimated distance carries a rigorous bound on its error (`frame.rs`); a comparison that the bound does
//! not decide is made with the float64 sum of squared differences, in which equal rows are at exactly 0. So counts are
//! those of float64, and [`Tables::n_settled`] says how often it was asked. Where many rows are as good as equal most
//! pairs are settled: slower, in the same memory.
//!
//! Standard errors come from complementary halves ([`crate::statistics::resample::split_std_error`]) inside the same
//! pass: the radius of a ball in half of its set is read from a longer list of neighbours (`halves.rs`), and a pair counts
//! for all halves at once, as the bits of a word.

mod across;
pub mod authenticity;
mod balls;
mod frame;
mod halves;
mod lists;
mod nearest;
pub mod one_nn;
mod points;
pub mod prdc;
pub mod realism;
mod tables;
mod tile;
mod within;

pub use balls::{Ball, Boundary};
pub use lists::Lists;
pub use tables::{Request, Tables};
