//! Regenerates `reports/gate.md`: how often does the gate raise a false alarm or let a worse generator through, and is that
//! what the policy says? By simulation, on the real path: metrics, saved rows, policy, verdict.
//!
//! `cargo run --release --example gate_report` (half an hour on 2 cores; the last scenario needs
//! `../shared/data`)
//!
//! Options: `--replicates R` (400), `--kid-replicates R` (at the largest size, 100), `--n a,b` (1000),
//! `--out FILE` (else `reports/gate.md`).

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "an example has no console of its own"
)]

mod questions;
mod real;
mod scenario;
mod simulate;
mod table;

use gavel::error::{Error, Result};
use scenario::Scenario;
use simulate::Plan;
use std::path::{Path, PathBuf};

/// What was asked for.
pub struct Options {
    /// Replicates of every scenario.
    pub replicates: usize,
    /// Replicates that have a kernel distance at sizes above 1000.
    pub kid_replicates: usize,
    /// Generated samples.
    pub sizes: Vec<usize>,
    out: PathBuf,
}

fn main() -> std::process::ExitCode {
    match options().and_then(|options| report(&options)) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("gate_report: {e}");
            std::process::ExitCode::from(e.kind().exit_code())
        }
    }
}

fn options() -> Result<Options> {
    let mut options = Options {
        replicates: 400,
        kid_replicates: 100,
        sizes: vec![1000],
        out: Path::new(env!("CARGO_MANIFEST_DIR")).join("reports/gate.md"),
    };
    let number = |text: &str| {
        text.parse::<usize>()
            .ok()
            .filter(|n| *n > 1)
            .ok_or_else(|| Error::usage(format!("{text}: not a number above 1")))
    };
    let mut arguments = std::env::args().skip(1);
    while let (Some(name), Some(value)) = (arguments.next(), arguments.next()) {
        match name.as_str() {
            "--replicates" => options.replicates = number(&value)?,
            "--kid-replicates" => options.kid_replicates = number(&value)?,
            "--n" => options.sizes = value.split(',').map(number).collect::<Result<_>>()?,
            "--out" => options.out = value.into(),
            other => {
                return Err(Error::usage(format!("{other}: no such option"))
                    .mend("--replicates R, --kid-replicates R, --n a,b, --out FILE"));
            }
        }
    }
    Ok(options)
}

fn report(options: &Options) -> Result<()> {
    let mut scenarios = scenario::synthetic();
    match real::scenario()? {
        Ok(scenario) => scenarios.push(scenario),
        Err(absent) => println!("SKIPPED: {absent}"),
    }
    let mut sections = Vec::new();
    // Small sizes first, so that a long run shows what it has.
    for &n in &options.sizes {
        for scenario in scenarios.iter().filter(|s| s.most >= n) {
            let plan = plan(scenario, n, options);
            let replicates = simulate::run(scenario, &plan)?;
            eprintln!("{} n = {n}: {} replicates", scenario.name, replicates.len());
            sections.push(questions::section(scenario, n, &replicates)?);
            let text = table::page(options, &sections);
            std::fs::write(&options.out, text).map_err(|e| Error::io(&options.out, &e))?;
        }
    }
    println!("{}", options.out.display());
    Ok(())
}

fn plan(scenario: &Scenario, n: usize, options: &Options) -> Plan {
    let kid = if n > 1000 {
        options.kid_replicates.min(options.replicates)
    } else {
        options.replicates
    };
    Plan {
        n,
        replicates: options.replicates,
        with_kid: if n <= scenario.kid_most { kid } else { 0 },
    }
}
