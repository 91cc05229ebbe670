//! From pixels to the tensor that enters a network: each [`Protocol`] is a pure function.
//!
//! A protocol is data, not code: a filter, whether the result is clipped, and a range ([`PROTOCOLS`] lists the named
//! ones). The extractor says which size, channel count and layout it takes ([`InputSpec`]).
//!
//! ```text
//! RGB bytes ─▶ gray (1-channel inputs only) ─▶ filter ─▶ clip ─▶ range ─▶ layout
//! ```
//! The arithmetic of each filter follows the program that it imitates, operation by operation, in that program's
//! precision; no step depends on the processor, on the number of threads or on the other pictures of a batch.

mod filters;
mod gray;
mod kernel;
mod levels;
mod passes;
mod presets;
mod protocol;
mod range;

pub use filters::Filter;
pub use presets::{PROTOCOLS, Preset};
pub use protocol::Protocol;
pub use range::Range;

/// The input that a network takes.
#[derive(Debug, Clone, PartialEq)]
pub struct InputSpec {
    /// Height and width.
    pub size: (usize, usize),
    /// 3 (RGB) or 1 (gray by Pillow's `convert("L")`).
    pub channels: usize,
    /// `true` for `[N, H, W, C]`.
    pub channels_last: bool,
    /// A range that the network insists on; `None` takes the protocol's.
    pub range: Option<Range>,
    /// A filter that the network insists on; `None` takes the protocol's.
    pub filter: Option<Filter>,
}
