//! `gavel compare` as typed.

use super::{Network, Output};
use clap::Args;

/// `gavel compare`.
#[derive(Debug, Args)]
pub struct Compare {
    /// The real set
    pub reference: String,
    /// The generated sets, two or more
    #[arg(required = true, num_args = 2..)]
    pub generated: Vec<String>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub network: Network,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub output: Output,
}
