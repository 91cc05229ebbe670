//! How many faces there are in pictures.

pub mod cascade;

mod face;
mod gray;

pub use face::Face;
pub use gray::Gray;
