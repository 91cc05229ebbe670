//! Pictures for people. A leaf: it knows no other stage.

mod letters;
pub mod palette;
pub mod panels;
mod raster;
pub mod sheet;
