//! How many faces there are in pictures.
//!
//! ```text
//! name or file ── Detector::open ──▶ Detector ── detect(pixels, Settings) ──▶ [Face] ── rate ──▶ Report
//!                                      ├ cascade: OpenCV's LBP and Haar cascades, box for box
//!                                      └ network: UltraFace and YuNet in the project's ONNX engine
//! ```

pub mod cascade;

mod annotate;
mod declaration;
mod detector;
mod enlarge;
mod face;
mod gray;
mod network;
mod rate;
mod ratio;
mod search;
mod suppress;
mod ultraface;
mod yunet;

pub use annotate::{annotate, framed};
pub use declaration::{Declaration, Family, Order};
pub use detector::{Detector, Settings};
pub use enlarge::resize;
pub use face::Face;
pub use gray::Gray;
pub use rate::{Faces, chunks, detect_all, measure};
pub use search::Places;
