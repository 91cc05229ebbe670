//! `gavel selftest`: known values recomputed, and the agreement table.
//!
//! A check is one entry of [`known`] (values that stand here) or [`golden`] (those of a conformance kit): an id, the
//! metric with its options and arrays, and where the number is.

mod arrays;
mod case;
mod check;
mod functions;
mod golden;
mod kit;
mod known;
mod pictures;

use super::arguments::Selftest;
use super::console::Console;
use super::output;
use crate::error::{Error, Result};
use crate::progress::Observer;
use crate::verdicts::report::terminal::table;
use check::{Agreement, Checker, Verdict};
use kit::Kit;
use serde::Serialize;
use std::fmt::Write as _;
use std::path::Path;

/// The document of `--json`.
#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    gavel: &'static str,
    n_agreeing: usize,
    n_disagreeing: usize,
    n_skipped: usize,
    agreements: &'a [Agreement],
    unchecked: &'a [Unchecked],
}

/// A golden value of the kit that nothing here is compared with.
#[derive(Serialize)]
struct Unchecked {
    id: String,
    reason: &'static str,
}

/// Runs the command.
pub fn run(typed: &Selftest, console: &Console) -> Result<()> {
    let on_stdout = typed.json.as_deref() == Some(Path::new("-"));
    if let Some(path) = typed.json.as_deref().filter(|_| !on_stdout) {
        output::check_file(path)?;
    }
    let kit = typed.conformance.as_deref().map(Kit::open).transpose()?;
    let mut agreements = Vec::new();
    let mut checker = Checker::new(kit.as_ref());
    let of_kit = kit.iter().flat_map(|_| golden::CASES);
    let cases: Vec<_> = known::CASES.iter().chain(of_kit).collect();
    console.begin("recomputing known values", cases.len());
    for case in cases {
        if console.stop_requested() {
            console.end();
            return Err(Error::interrupted());
        }
        let found = checker.check(case).inspect_err(|_| console.end())?;
        agreements.extend(found);
        console.advance(1);
    }
    console.end();
    let unchecked = kit.as_ref().map_or_else(Vec::new, unchecked);
    let count = |verdict| agreements.iter().filter(|a| a.verdict == verdict).count();
    let document = Document {
        schema: "gavel.selftest/1",
        gavel: env!("CARGO_PKG_VERSION"),
        n_agreeing: count(Verdict::Agrees),
        n_disagreeing: count(Verdict::Disagrees),
        n_skipped: count(Verdict::Skipped),
        agreements: &agreements,
        unchecked: &unchecked,
    };
    let mut json = serde_json::to_string_pretty(&document)
        .map_err(|e| Error::numerical(format!("the table cannot be written as JSON: {e}")))?;
    json.push('\n');
    output::write(typed.json.as_deref(), &json, console)?;
    if !on_stdout {
        console.data(&render(&document))?;
    }
    verdict(&document)
}

/// Success, or exit code 5 with the first values that disagree.
fn verdict(document: &Document<'_>) -> Result<()> {
    if document.n_disagreeing == 0 {
        return Ok(());
    }
    let names: Vec<&str> = document
        .agreements
        .iter()
        .filter(|a| a.verdict == Verdict::Disagrees)
        .map(|a| a.id.as_str())
        .take(5)
        .collect();
    Err(Error::numerical(format!(
        "{} of {} known values disagree: {}{}",
        document.n_disagreeing,
        document.agreements.len(),
        names.join(", "),
        if document.n_disagreeing > names.len() {
            ", …"
        } else {
            ""
        }
    ))
    .mend("do not use this build for results; report the table with your processor and system"))
}

fn render(document: &Document<'_>) -> String {
    let header = [
        "known value",
        "golden",
        "got",
        "off",
        "allowed",
        "",
        "by",
        "golden from",
    ];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    for agreement in document.agreements {
        let text = |value: Option<f64>| value.map_or("–".to_owned(), digits);
        let times = match agreement.n_values {
            0 | 1 => String::new(),
            n => format!(" (worst of {n})"),
        };
        rows.push(vec![
            format!("{}{times}", agreement.id),
            text(agreement.golden),
            text(agreement.got),
            agreement
                .off
                .map_or("–".to_owned(), |off| format!("{off:.0e}")),
            allowed(agreement),
            agreement.verdict.name().to_owned(),
            agreement.by.clone(),
            agreement.source.clone(),
        ]);
    }
    let mut out = left_aligned_tail(&rows);
    out.push('\n');
    for agreement in document.agreements {
        if let (Some(note), Verdict::Disagrees) = (&agreement.note, agreement.verdict) {
            let _ = writeln!(out, "{}: {note}", agreement.id);
        }
    }
    let skipped: Vec<&str> = document
        .agreements
        .iter()
        .filter(|a| a.verdict == Verdict::Skipped)
        .map(|a| a.id.as_str())
        .collect();
    if !skipped.is_empty() {
        let _ = writeln!(out, "not in this build: {}", skipped.join(", "));
    }
    for unchecked in document.unchecked {
        let _ = writeln!(out, "not compared: {}: {}", unchecked.id, unchecked.reason);
    }
    let _ = writeln!(
        out,
        "{} known values agree, {} disagree, {} skipped",
        document.n_agreeing, document.n_disagreeing, document.n_skipped
    );
    out
}

/// The last two columns are words: flush left, as the first.
fn left_aligned_tail(rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..8).map(width).collect();
    let padded: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let cells = row.iter().zip(&widths).enumerate();
            cells
                .map(|(column, (cell, width))| match column {
                    6.. => format!("{cell}{}", " ".repeat(width - cell.chars().count())),
                    _ => cell.clone(),
                })
                .collect()
        })
        .collect();
    table(&padded)
}

/// Ten significant digits: enough to see where values part.
fn digits(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let size = value.abs().log10().floor();
    if (-5.0..10.0).contains(&size) {
        format!("{value:.*}", (9.0 - size) as usize)
    } else {
        format!("{value:.9e}")
    }
}

fn allowed(agreement: &Agreement) -> String {
    match (agreement.rel > 0.0, agreement.abs > 0.0) {
        (true, true) => format!("{:.0e}, {:.0e} abs", agreement.rel, agreement.abs),
        (true, false) => format!("{:.0e}", agreement.rel),
        (false, true) => format!("{:.0e} abs", agreement.abs),
        (false, false) => "exact".to_owned(),
    }
}

/// The kit's golden values without a case here.
fn unchecked(kit: &Kit) -> Vec<Unchecked> {
    kit.ids()
        .filter(|id| !golden::CASES.iter().any(|case| case.id == *id))
        .map(|id| Unchecked {
            id: id.to_owned(),
            reason: golden::LEFT_OUT
                .iter()
                .find(|(left_out, _)| *left_out == id)
                .map_or("there is no check for it", |(_, reason)| *reason),
        })
        .collect()
}
