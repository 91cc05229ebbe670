//! `gavel protocols`.

use super::arguments::Protocols;
use super::console::Console;
use crate::error::{Error, Result};

/// Runs the command.
pub fn run(_typed: &Protocols, _command: Vec<String>, _console: &Console) -> Result<()> {
    Err(Error::usage("gavel protocols is not built yet"))
}
