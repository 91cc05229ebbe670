//! `gavel report` as typed.

use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// `gavel report`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gavel report results.json -o report.html
  gavel report evaluate.json audit.json -o report.html     # one page where both speak of the same generated set
  gavel report week1.json week2.json week3.json -o history.html
  gavel report audit.json --format junit > audit.xml

Documents are written with --json by evaluate, audit, compare, protocols and sensitivity. No model and no image is
needed: the small pictures that prove the findings are in the documents.")]
pub struct Report {
    /// Saved documents (.json), in the order of their history
    #[arg(required = true, value_name = "RESULTS.json")]
    pub documents: Vec<PathBuf>,
    /// The file to write [default: stdout]
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// What to write [default: by the extension of --output, else html]
    #[arg(long, value_enum)]
    pub format: Option<Format>,
}

/// What a report is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// One self-contained page (.html, .htm).
    Html,
    /// Tables for README files and job summaries (.md, .markdown).
    Markdown,
    /// One line a row (.csv).
    Csv,
    /// Findings and warnings as test cases (.xml).
    Junit,
}
