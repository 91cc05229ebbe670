//! `gavel sensitivity` as typed.

use super::Network;
use clap::Args;

/// `gavel sensitivity`.
#[derive(Debug, Args)]
pub struct Sensitivity {
    /// The real set
    pub reference: String,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub network: Network,
}
