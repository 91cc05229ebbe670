//! `gavel gate`: a policy held against saved results, for CI.

use super::arguments::{Annotations, Gate as Typed};
use super::console::Console;
use super::output;
use crate::error::{Error, Result};
use crate::plots::panels;
use crate::verdicts::alike::KEYS;
use crate::verdicts::comparison::Comparison;
use crate::verdicts::gate::{
    Case, Decision, Gate, Policy, annotations, figure, history, judge, junit, markdown, terminal,
    update,
};
use crate::verdicts::report;
use crate::verdicts::results::{Results, Warning};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Runs the command.
pub fn run(typed: &Typed, command: Vec<String>, console: &Console) -> Result<()> {
    check(typed)?;
    let policy = Policy::read(&typed.policy)?;
    let results = Results::read(&typed.results)?;
    let baseline = baseline(typed)?;
    let audit = typed.audit.as_deref().map(Results::read).transpose()?;
    let comparison = typed
        .comparison
        .as_deref()
        .map(Comparison::read)
        .transpose()?;
    let older = older(&typed.history)?;
    let file = |path: &Option<PathBuf>| shown(path.as_deref().unwrap_or(Path::new("")));
    let (audit_file, baseline_file, comparison_file) = (
        file(&typed.audit),
        file(&typed.baseline),
        file(&typed.comparison),
    );
    let case = Case {
        audit: audit.as_ref().map(|found| (audit_file.as_str(), found)),
        baseline: baseline
            .as_ref()
            .map(|found| (baseline_file.as_str(), found)),
        comparison: comparison
            .as_ref()
            .map(|found| (comparison_file.as_str(), found)),
        history: &older.found,
        allow: &typed.allow,
        renewing: typed.update_baseline && (typed.force || baseline.is_none()),
        command,
    };
    let mut gate = judge(&policy, (&shown(&typed.results), &results), case)?;
    gate.warnings.extend(older.skipped);
    for warning in &gate.warnings {
        console.warn(warning);
    }
    write(&gate, typed, console)?;
    if typed.update_baseline {
        renew(typed, &gate, baseline.as_ref(), &results, console)?;
    }
    verdict(&gate)
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// What can be told to be wrong before anything is read.
fn check(typed: &Typed) -> Result<()> {
    for key in &typed.allow {
        if !KEYS.contains(&key.as_str()) {
            return Err(Error::usage(format!("--allow {key}: unknown"))
                .mend(format!("some of {}", KEYS.join(","))));
        }
    }
    let notes = match typed.annotations {
        Annotations::Gitlab => Some(typed.annotations_to.as_deref().unwrap_or(Path::new("-"))),
        Annotations::Github => typed.annotations_to.as_deref(),
        Annotations::None => None,
    };
    let documents = [
        typed.json.as_deref(),
        typed.junit.as_deref(),
        typed.markdown.as_deref(),
        notes,
    ];
    let on_stdout = documents.iter().flatten().filter(|p| is_stdout(p)).count();
    if on_stdout > 1 {
        return Err(Error::usage(format!(
            "{on_stdout} documents were sent to stdout (`-`), expected one"
        ))
        .mend("give the others file names"));
    }
    let files = documents.iter().flatten().filter(|p| !is_stdout(p));
    for path in files.copied().chain(typed.figure.as_deref()) {
        output::check_file(path)?;
    }
    if let Some(path) = &typed.figure {
        kind_of_figure(path)?;
    }
    if typed.update_baseline
        && let Some(path) = &typed.baseline
    {
        output::check_file(path)?;
    }
    Ok(())
}

fn is_stdout(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// The baseline; the first one need not be there when it is to be written.
fn baseline(typed: &Typed) -> Result<Option<Results>> {
    match &typed.baseline {
        None => Ok(None),
        Some(path) if typed.update_baseline && !path.exists() => Ok(None),
        Some(path) if !path.exists() => {
            Err(Error::input(format!("{}: no such file", path.display()))
                .mend("the first baseline is written with --update-baseline"))
        }
        Some(path) => Results::read(path).map(Some),
    }
}

/// Older results with their files, and what was left out.
struct Older {
    found: Vec<(String, Results)>,
    skipped: Vec<Warning>,
}

/// Older results in the order given; those of a folder in the order of their names, where `run-9` comes before `run-10`.
/// What is no results document in a folder is left out, with a warning; a file that was named must be one.
fn older(paths: &[PathBuf]) -> Result<Older> {
    let (mut found, mut skipped) = (Vec::new(), Vec::new());
    for path in paths {
        if !path.is_dir() {
            found.push((shown(path), Results::read(path)?));
            continue;
        }
        let entries = std::fs::read_dir(path).map_err(|e| Error::io(path, &e))?;
        let mut names: Vec<PathBuf> = entries
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<std::io::Result<_>>()
            .map_err(|e| Error::io(path, &e))?;
        names.retain(|name| {
            let json = |e: &OsStr| e.eq_ignore_ascii_case("json");
            name.extension().is_some_and(json)
        });
        names.sort_by(|a, b| history::natural(&shown(a), &shown(b)));
        for name in names {
            match Results::read(&name) {
                Ok(document) => found.push((shown(&name), document)),
                Err(error) => skipped.push(Warning::new(
                    "history_skipped",
                    error.message(),
                    "keep only results of gavel evaluate in this folder",
                )),
            }
        }
    }
    Ok(Older { found, skipped })
}

/// Writes the documents asked for, and the table where stdout is free.
fn write(gate: &Gate, typed: &Typed, console: &Console) -> Result<()> {
    output::write(typed.json.as_deref(), &report::json::render(gate)?, console)?;
    output::write(typed.junit.as_deref(), &junit::render(gate), console)?;
    output::write(typed.markdown.as_deref(), &markdown::render(gate), console)?;
    if let Some(path) = &typed.figure {
        draw(gate, path)?;
    }
    let taken = [
        &typed.json,
        &typed.junit,
        &typed.markdown,
        &typed.annotations_to,
    ];
    let mut free = !taken.into_iter().flatten().any(|path| is_stdout(path));
    let to = typed.annotations_to.as_deref();
    match (typed.annotations, to) {
        (Annotations::Gitlab, to) => {
            let to = to.unwrap_or(Path::new("-"));
            output::write(Some(to), &annotations::gitlab(gate)?, console)?;
            free &= !is_stdout(to);
        }
        (Annotations::Github, Some(to)) => {
            output::write(Some(to), &annotations::github(gate), console)?;
        }
        _ => {}
    }
    if free {
        console.data(&terminal::render(gate))?;
    }
    if typed.annotations == Annotations::Github && to.is_none() {
        let notes = annotations::github(gate);
        // A document on stdout must stay whole; runners read workflow commands on both streams.
        if free {
            console.data(&notes)?;
        } else {
            console.talk(notes.trim_end());
        }
    }
    Ok(())
}

/// The figure's kind by its extension: is it SVG?
fn kind_of_figure(path: &Path) -> Result<bool> {
    let extension = path.extension().map(OsStr::to_ascii_lowercase);
    match extension.as_deref().and_then(OsStr::to_str) {
        Some("svg") => Ok(true),
        Some("png") => Ok(false),
        _ => Err(Error::usage(format!(
            "--figure {}: expected a file that ends in .svg or .png",
            path.display()
        ))),
    }
}

fn draw(gate: &Gate, path: &Path) -> Result<()> {
    let figure = figure::figure(gate);
    let bytes = if kind_of_figure(path)? {
        panels::svg(&figure).map(String::into_bytes)
    } else {
        panels::png(&figure)
    };
    let bytes = bytes.map_err(|e| Error::numerical(format!("the history cannot be drawn: {e}")))?;
    output::write_file(path, &bytes)
}

/// Writes the results as the new baseline where that is allowed, and says what it changes.
fn renew(
    typed: &Typed,
    gate: &Gate,
    old: Option<&Results>,
    results: &Results,
    console: &Console,
) -> Result<()> {
    let Some(path) = &typed.baseline else {
        return Ok(());
    };
    if gate.verdict != Decision::Pass && !typed.force {
        console.talk(&format!(
            "{} stays as it is: the verdict is \"{}\" (--force writes it all the same)",
            path.display(),
            gate.verdict.name()
        ));
        return Ok(());
    }
    output::write_file(path, report::json::render(results)?.as_bytes())?;
    console.talk(&format!(
        "{} written; review and commit it:\n{}",
        path.display(),
        update::changes(old, results)
    ));
    Ok(())
}

/// What the exit code says.
fn verdict(gate: &Gate) -> Result<()> {
    let worst = |verdict: Decision| {
        let names: Vec<&str> = gate
            .checks
            .iter()
            .filter(|check| check.verdict == verdict)
            .map(|check| check.name.as_str())
            .collect();
        names.join("; ")
    };
    match gate.outcome {
        Decision::Pass => Ok(()),
        Decision::Fail => {
            let names = worst(gate.verdict);
            Err(Error::failed(format!("{}: {names}", gate.summary())))
        }
        Decision::CannotTell => Err(Error::cannot_tell(format!(
            "{}: {}",
            gate.summary(),
            worst(Decision::CannotTell)
        ))
        .mend("give more pictures, a wider margin, or when_undecided = \"pass\" in the policy")),
    }
}
