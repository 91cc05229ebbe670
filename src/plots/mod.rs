//! Pictures for people. A leaf: it knows no other stage.

pub mod axis;
pub mod chart;
mod letters;
pub mod multiples;
pub mod palette;
pub mod panels;
pub mod plane;
pub mod ranking;
mod raster;
pub mod scatter;
pub mod sheet;
pub mod strip;
