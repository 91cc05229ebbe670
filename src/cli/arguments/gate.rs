//! `gavel gate` as typed.

use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// `gavel gate`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gavel gate results.json --policy policy.toml
  gavel gate results.json --policy policy.toml --baseline baseline.json --junit gate.xml --markdown gate.md --annotations github
  gavel gate results.json --policy policy.toml --audit audit.json --history history/ --figure history.svg
  gavel gate results.json --policy policy.toml --baseline baseline.json --update-baseline

A policy (every key but the checks themselves may be left out):

  error_rate = 0.05               # of each decision
  multiplicity = \"holm\"           # or \"none\": how \"fail\" is corrected for the number of checks
  when_undecided = \"cannot_tell\"  # or \"pass\", \"fail\": what the exit code makes of \"cannot tell\"
  allow = []                      # protocol, extractor, engine, reference, train, n, params

  [[limit]]
  metric = \"fd\"                   # the id of a row; params = { ddof = 1 } where several have it
  at_most = 12.0                  # or at_least, or both
  judged_by = \"interval\"          # or \"value\", \"upper\", \"lower\"

  [[baseline]]
  metric = \"kid\"
  margin = 0.5                    # or margin_relative = 0.05

  [audits]
  fail_on = \"serious\"             # or \"warning\", \"note\"
  required = [\"duplicates\"]
  ignore = [\"format_mismatch\"]

Exit code 0: all checks pass. 1: one fails. 6: none fails, one cannot tell. 3: the policy or the results are
wrong, or baseline and results are unlike in what their numbers depend on.")]
pub struct Gate {
    /// Saved results (`gavel evaluate … --json FILE`)
    #[arg(value_name = "RESULTS.json")]
    pub results: PathBuf,
    /// What the results must be
    #[arg(long, value_name = "FILE.toml")]
    pub policy: PathBuf,
    /// Earlier results to compare with
    #[arg(long, value_name = "FILE.json")]
    pub baseline: Option<PathBuf>,
    /// Saved findings of the same pictures (`gavel audit … --json FILE`), where they are not in the results
    #[arg(long, value_name = "FILE.json")]
    pub audit: Option<PathBuf>,
    /// A saved comparison (`gavel compare REFERENCE OLD NEW --json FILE`): its paired errors decide about differences
    #[arg(long, value_name = "FILE.json")]
    pub comparison: Option<PathBuf>,
    /// What baseline and results may differ in: protocol, extractor, engine, reference, train, n, params
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub allow: Vec<String>,
    /// Make the results the new baseline, if they pass
    #[arg(long, requires = "baseline")]
    pub update_baseline: bool,
    /// Make them the new baseline whatever the verdict is, and however unlike the old one they are
    #[arg(long, requires = "update_baseline")]
    pub force: bool,
    /// Older results, oldest first, or folders of them in the order of their names
    #[arg(long, value_name = "DIR|FILE", num_args = 1..)]
    pub history: Vec<PathBuf>,
    /// Draw the history (.svg or .png)
    #[arg(long, value_name = "FILE.svg|FILE.png", requires = "history")]
    pub figure: Option<PathBuf>,
    /// Write the gate's document (`-` for stdout)
    #[arg(long, value_name = "FILE|-")]
    pub json: Option<PathBuf>,
    /// Write JUnit XML, one test case a check (`-` for stdout)
    #[arg(long, value_name = "FILE|-")]
    pub junit: Option<PathBuf>,
    /// Write a job summary in Markdown (`-` for stdout)
    #[arg(long, value_name = "FILE|-")]
    pub markdown: Option<PathBuf>,
    /// Notes beside the policy's lines: workflow commands for GitHub Actions, or GitLab's code quality report
    #[arg(long, value_enum, default_value_t = Annotations::None)]
    pub annotations: Annotations,
    /// Where the notes go [default: stdout]
    #[arg(long, value_name = "FILE|-")]
    pub annotations_to: Option<PathBuf>,
}

/// The form of notes beside lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Annotations {
    /// Workflow commands: `::error file=…,line=…::…`.
    Github,
    /// A JSON array of code quality notes.
    Gitlab,
    /// None.
    None,
}
