//! `gavel sensitivity`.

use super::arguments::Sensitivity;
use super::console::Console;
use crate::error::{Error, Result};

/// Runs the command.
pub fn run(_typed: &Sensitivity, _command: Vec<String>, _console: &Console) -> Result<()> {
    Err(Error::usage("gavel sensitivity is not built yet"))
}
