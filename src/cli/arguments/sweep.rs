//! `gavel sweep` as typed.

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// `gavel sweep`.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "\
Examples:
  gavel sweep smoke -o smoke/                          # two minutes: does everything work here?
  gavel sweep mini -o mini/ --data ~/data              # half an hour on two cores
  gavel sweep mini --print > mine.toml                 # a file to change
  gavel sweep mine.toml -o mine/                       # the same command goes on where it was stopped
  gavel sweep submit paper -o paper/ --executor slurm  # a job array; then status, gather, cancel
  gavel plot mine/scores.csv -o figures/

A sweep file has losses, architectures, seeds, steps and data sets; ranges of hyper-parameters and samples drawn from them;
[settings] of every run, [architecture.NAME] and [loss.NAME] of some (the loss's go first); [evaluate], where train = N adds
the share of samples that are as near to a training picture as only copies and neighbours are (the column memorization).

Every finished run is one row of DIR/scores.csv. A sweep that is stopped or killed loses at most the runs in flight; a run
that ends in numbers that are none is a row with status failed. --trainer PROGRAM sweeps another trainer: it is called as
PROGRAM --run-file RUN.toml -o DIR, and leaves DIR/run.json ({\"status\": \"ok\"}) and DIR/scores.json (a document of
`gavel evaluate --json`); or, instead of the latter, {\"extractor\": NAME, \"measures\": {\"fid_score\": …}} in run.json, as
`gavel train` does for points in the plane."
)]
pub struct Sweep {
    /// What to do with a sweep that is there.
    #[command(subcommand)]
    pub command: Option<SweepCommand>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub plan: SweepPlan,
}

/// What can be done with a sweep.
#[derive(Debug, Subcommand)]
pub enum SweepCommand {
    /// Hand a sweep to an executor
    Submit(SweepPlan),
    /// How far it is
    Status {
        /// The sweep's folder
        folder: PathBuf,
    },
    /// Stop it; finished runs stay
    Cancel {
        /// The sweep's folder
        folder: PathBuf,
    },
    /// Write scores.csv from all finished runs
    Gather {
        /// The sweep's folder
        folder: PathBuf,
    },
    /// One run (what executors call)
    #[command(hide = true)]
    RunOne(RunOne),
}

/// A sweep and how it is done.
#[derive(Debug, Args)]
pub struct SweepPlan {
    /// A sweep file, or a preset: smoke, mini, paper
    #[arg(required = true, value_name = "FILE.toml|PRESET")]
    pub sweep: Option<String>,
    /// Where the sweep lives
    #[arg(short, long, value_name = "DIR", default_value = "sweep")]
    pub output: PathBuf,
    /// Folder that relative sources are looked up in [default: the sweep file's folder; the current one for a preset]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Where runs are done
    #[arg(long, value_enum, default_value_t = ExecutorChoice::Local)]
    pub executor: ExecutorChoice,
    /// Runs at a time, one thread each [default: one a core; for Slurm: as many as it gives]
    #[arg(long, value_name = "N")]
    pub processes: Option<usize>,
    /// Further words for sbatch (repeatable): --slurm=--partition=long --slurm=--time=2:00:00
    #[arg(long, value_name = "WORD", allow_hyphen_values = true)]
    pub slurm: Vec<String>,
    /// Another trainer than `gavel train`
    #[arg(long, value_name = "PROGRAM")]
    pub trainer: Option<PathBuf>,
    /// Do failed runs again
    #[arg(long)]
    pub retry_failed: bool,
    /// Print the sweep file (of a preset: to change it) and stop
    #[arg(long)]
    pub print: bool,
    /// List the runs and stop
    #[arg(long)]
    pub list: bool,
}

/// One run of a sweep.
#[derive(Debug, Args)]
pub struct RunOne {
    /// The sweep's folder
    pub folder: PathBuf,
    /// The run
    #[arg(required_unless_present = "list")]
    pub id: Option<String>,
    /// A file with one id a line
    #[arg(long, value_name = "FILE", requires = "index")]
    pub list: Option<PathBuf>,
    /// Which of its lines, from 0
    #[arg(long, value_name = "N")]
    pub index: Option<usize>,
    /// Another trainer than `gavel train`
    #[arg(long, value_name = "PROGRAM")]
    pub trainer: Option<PathBuf>,
}

/// Where runs are done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExecutorChoice {
    /// Here, as many processes as cores.
    Local,
    /// In an array of jobs.
    Slurm,
}
