//! Regenerates `reports/coverage.md`: do nominal 95 % intervals contain what they say, and are standard errors the real
//! spread? For every metric of the registry, by simulation.
//!
//! `cargo run --release --example coverage_report` (some minutes; the real features need `../shared/data`)
//!
//! Options: `--replicates R` (200), `--n a,b` (200,500), `--only LIST` of metrics, `--skip LIST`, `--out FILE` (else
//! `reports/coverage.md`).

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "an example has no console of its own"
)]

mod real;
mod scenario;
mod synthetic;
mod table;
mod tally;

use gavel::error::{Error, Result};
use gavel::metrics::{Generated, Inputs, Metric, Outcome, Reference, Settings, Train, evaluate};
use gavel::rng::Seed;
use rayon::prelude::*;
use scenario::Scenario;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tally::Tally;

/// What is made cheaper than its default: the spread over sets does not depend on it.
const FEWER: [&str; 2] = [
    "sliced_wasserstein.n_directions=200",
    "mind.n_directions=200",
];

/// Metrics that take most of the time: only at the first size.
const SLOW: [&str; 5] = [
    "fld",
    "mind",
    "ms_ssim_diversity",
    "prd",
    "sliced_wasserstein",
];

/// What was asked for.
struct Options {
    replicates: usize,
    sizes: Vec<usize>,
    metrics: Vec<&'static dyn Metric>,
    out: PathBuf,
}

fn main() -> std::process::ExitCode {
    match options().and_then(|options| report(&options)) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("coverage_report: {e}");
            std::process::ExitCode::from(e.kind().exit_code())
        }
    }
}

fn options() -> Result<Options> {
    let mut options = Options {
        replicates: 200,
        sizes: vec![200, 500],
        metrics: gavel::metrics::select("all")?,
        out: Path::new(env!("CARGO_MANIFEST_DIR")).join("reports/coverage.md"),
    };
    let number = |text: &str| {
        text.parse::<usize>()
            .ok()
            .filter(|n| *n > 0)
            .ok_or_else(|| Error::usage(format!("{text}: not a number above 0")))
    };
    let mut arguments = std::env::args().skip(1);
    while let (Some(name), Some(value)) = (arguments.next(), arguments.next()) {
        match name.as_str() {
            "--replicates" => options.replicates = number(&value)?,
            "--n" => options.sizes = value.split(',').map(number).collect::<Result<_>>()?,
            "--only" => options.metrics = gavel::metrics::select(&value)?,
            "--skip" => {
                let skipped: Vec<&str> = value.split(',').collect();
                options
                    .metrics
                    .retain(|metric| !skipped.contains(&metric.card().name));
            }
            "--out" => options.out = value.into(),
            other => {
                return Err(Error::usage(format!("{other}: no such option"))
                    .mend("--replicates R, --n a,b, --only LIST, --skip LIST, --out FILE"));
            }
        }
    }
    Ok(options)
}

fn report(options: &Options) -> Result<()> {
    let mut scenarios = synthetic::all()?;
    match real::scenario()? {
        Ok(scenario) => scenarios.push(scenario),
        Err(absent) => println!("SKIPPED: {absent}"),
    }
    let mut tallies = Vec::new();
    for scenario in &scenarios {
        for (at, &n) in options.sizes.iter().enumerate() {
            let metrics: Vec<&'static dyn Metric> = options
                .metrics
                .iter()
                .copied()
                .filter(|metric| at == 0 || !SLOW.contains(&metric.card().name))
                .collect();
            let (outcomes, times) = simulate(scenario, n, &metrics, options.replicates)?;
            eprintln!("{} n = {n}: {}", scenario.name, slowest(&times));
            tallies.push((scenario, n, Tally::all(&outcomes, scenario.unsampled(n))));
            // After each table, so that a long run shows what it has.
            write(&options.out, options.replicates, &tallies)?;
        }
    }
    println!("{}\n{}", table::summary(&tallies), options.out.display());
    Ok(())
}

fn write(out: &Path, replicates: usize, tallies: &[(&Scenario, usize, Vec<Tally>)]) -> Result<()> {
    let mut text = table::heading(replicates);
    let _ = writeln!(text, "\n{}", table::summary(tallies));
    for (scenario, n, rows) in tallies {
        text.push_str(&table::section(scenario, *n, rows));
    }
    std::fs::write(out, &text).map_err(|e| Error::io(out, &e))
}

/// For each metric the outcomes of all replicates, or what went wrong; and how long each metric took in all.
type Outcomes = Vec<(&'static str, Vec<std::result::Result<Outcome, String>>)>;

fn simulate(
    scenario: &Scenario,
    n: usize,
    metrics: &[&'static dyn Metric],
    replicates: usize,
) -> Result<(Outcomes, Vec<(&'static str, Duration)>)> {
    let settings = Settings::parse(&FEWER)?;
    let runs: Vec<Vec<(Duration, std::result::Result<Outcome, String>)>> = (0..replicates)
        .into_par_iter()
        .map(|replicate| {
            let [reference, generated] = scenario.draw(replicate as u64, n)?;
            // The seed moves too: an interval must hold whatever the random choices of a metric are.
            let inputs = Inputs::new(
                Some(Reference(&reference)),
                Generated(&generated),
                Seed(replicate as u64),
            )?
            .with_train(Some(Train(&scenario.train)))?;
            Ok(metrics
                .iter()
                .map(|metric| {
                    let start = Instant::now();
                    let outcome = evaluate(&[*metric], &inputs, &settings);
                    (start.elapsed(), outcome.map_err(|e| e.to_string()))
                })
                .collect())
        })
        .collect::<Result<_>>()?;
    let mut outcomes: Outcomes = Vec::new();
    let mut times = Vec::new();
    for (index, metric) in metrics.iter().enumerate() {
        let name = metric.card().name;
        times.push((name, runs.iter().map(|run| run[index].0).sum()));
        outcomes.push((name, runs.iter().map(|run| run[index].1.clone()).collect()));
    }
    Ok((outcomes, times))
}

fn slowest(times: &[(&'static str, Duration)]) -> String {
    let mut sorted = times.to_vec();
    sorted.sort_by_key(|(_, time)| std::cmp::Reverse(*time));
    let shown: Vec<String> = sorted
        .iter()
        .take(5)
        .map(|(name, time)| format!("{name} {:.0} s", time.as_secs_f64()))
        .collect();
    shown.join(", ")
}
