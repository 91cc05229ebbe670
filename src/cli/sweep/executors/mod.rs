//! Where runs are done. An executor hands runs to something that can do them; what a run is, and when it is finished, is
//! the folder's affair, so a sweep may change its executor half-way.

mod local;
mod slurm;

pub use local::Local;
pub use slurm::Slurm;

use super::folder::Folder;
use super::one::Trainer;
use crate::cli::console::Console;
use crate::error::Result;

/// Something that can do runs.
pub trait Executor {
    /// Hands all pending runs over. An executor of this machine comes back when they are done, another one at once.
    fn submit(&self, folder: &Folder, trainer: &Trainer, console: &Console) -> Result<()>;
}
