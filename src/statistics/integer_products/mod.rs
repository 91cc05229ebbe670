//! Inner products of rows rounded once to 16-bit integers, exact but for that rounding and short float32 sums.
//!
//! Of a row x every [`CHUNK`] dimensions are written as s · q with integers q and a step s, such that |q| is just below
//! √2³¹: by Cauchy's inequality no sum of products can then leave `i32`. Products of chunks are added in float32, in order.
//!
//! **Error.** With x̂ the rounded row and E(x) = |x̂ − x| ([`Rows::squared_residual`]),
//!
//! ```text
//! |⟨x̂, ŷ⟩ − ⟨x, y⟩| ≤ E(x) |y| + |x| E(y) + E(x) E(y)
//! |sum − ⟨x̂, ŷ⟩|    ≤ γ |x̂| |ŷ| + chunks · 2⁻¹¹⁸      γ = k u / (1 − k u),  k = chunks + 3,  u = 2⁻²⁴
//! ```
//! The second line: each chunk's integer, the product of its steps and the product of both are rounded once, and it passes
//! at most one addition per chunk; Σ |x̂_c| |ŷ_c| ≤ |x̂| |ŷ|. Its last term is what underflows in a product of steps (2⁻¹⁵⁰,
//! times an integer below 2³¹). A rounded value is off by at most s / 2, so that E(x) is at most about 2.5e-4 of |x|, and
//! 1e-4 where no dimension of a chunk stands out.
//!
//! **Why.** 16-bit products run at one and a half to two times the rate of float32 and three to four times that of float64 where
//! the processor multiplies and adds them in one instruction (AVX-512 VNNI), and the bits are the same on all of them, which no floating-point product gives.

mod kernel;
mod panels;
mod rows;

pub(super) use kernel::is_fast;
pub(super) use panels::{Lines, Panels};
pub(super) use rows::Rows;

/// Dimensions with a common step.
const CHUNK: usize = 256;

/// Pairs of dimensions in a chunk.
const PAIRS: usize = CHUNK / 2;
