//! `gavel protocols` as typed.

use super::{Network, Output};
use clap::Args;

/// `gavel protocols`.
#[derive(Debug, Args)]
pub struct Protocols {
    /// The real set
    pub reference: String,
    /// The generated sets
    #[arg(required = true)]
    pub generated: Vec<String>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub network: Network,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub output: Output,
}
