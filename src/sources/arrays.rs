//! NumPy files: features `[n, d]`, statistics `mu` and `sigma`, and the arrays inside of `.npz`.

mod features;
mod npy;
mod npz;
mod statistics;
mod write;

pub use features::{read_features, write_features};
pub(super) use statistics::is_statistics;
pub use statistics::{read_statistics, write_statistics};
pub use write::{Array, write_npy, write_npz};

pub(super) use npy::{Header, Kind};
pub(super) use npz::Npz;
