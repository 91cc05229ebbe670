//! Pictures for people. A leaf: it knows no other stage.

pub mod chart;
mod letters;
pub mod palette;
pub mod panels;
mod raster;
pub mod sheet;
pub mod strip;
