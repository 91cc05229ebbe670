//! `gavel compare`.

use super::arguments::Compare;
use super::console::Console;
use crate::error::{Error, Result};

/// Runs the command.
pub fn run(_typed: &Compare, _command: Vec<String>, _console: &Console) -> Result<()> {
    Err(Error::usage("gavel compare is not built yet"))
}
