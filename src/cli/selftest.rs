//! `gavel selftest`.

use super::arguments::Selftest;
use super::console::Console;
use crate::error::{Error, Result};

/// Runs the command.
pub fn run(_typed: &Selftest, _console: &Console) -> Result<()> {
    Err(Error::usage("gavel selftest is not built yet"))
}
