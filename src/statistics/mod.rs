//! Arrays in, numbers out. No files, no images, no printing.

pub mod estimate;
