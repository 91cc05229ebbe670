//! `gavel sensitivity`: how each metric responds to known corruptions of the user's own set, and the smallest effect
//! that each can see at this size.

mod corruptions;
mod judge;
mod material;
mod modes;
mod part;
pub mod pixels;
mod rows;
mod variants;

use super::arguments;
use super::console::Console;
use super::laboratory::Laboratory;
use super::output;
use super::plan::NetworkPlan;
use crate::error::{Error, Result};
use crate::metrics::{self, Need, Settings};
use crate::plots::panels;
use crate::progress::Observer;
use crate::rng::Seed;
use crate::verdicts::report;
use crate::verdicts::results::{Row, Warning};
use crate::verdicts::sensitivity::{
    self, CorruptionRecord, Point, Response, SCHEMA, SEEN, Sensitivity,
};
use corruptions::Corruption;
use judge::{Judge, Table, find};
use material::Material;
use modes::Modes;
use std::path::Path;
use variants::Workshop;

/// Runs the command.
pub fn run(typed: &arguments::Sensitivity, command: Vec<String>, console: &Console) -> Result<()> {
    let plan = NetworkPlan::check(&typed.network)?;
    let metrics = metrics::select(&typed.metrics)?;
    let settings = Settings::parse(&typed.set)?;
    let chosen = corruptions::select(typed.corruptions.as_deref())?;
    output::check(&typed.output)?;
    if let Some(folder) = &typed.folder {
        std::fs::create_dir_all(folder).map_err(|e| Error::io(folder, &e))?;
    }
    let seed = Seed(typed.seed);
    let lab = Laboratory::new(&plan, console)
        .seeded(typed.seed)
        .for_metrics(&metrics);
    let with_train = metrics
        .iter()
        .any(|metric| metric.card().needs.contains(&Need::TrainFeatures));
    let spec = &typed.reference;
    let material = Material::open(&lab, spec, typed.n, with_train, seed, console)?;
    let judge = Judge {
        lab: &lab,
        observer: console,
        memo: lab.memo(),
        metrics: &metrics,
        settings: &settings,
        seed: typed.seed,
        reference: material.select(&material.reference),
        train: material.train.as_ref().map(|rows| material.select(rows)),
    };
    let (held_out, identity) = material.select(&material.held_out);
    let clean = judge.clean(&held_out, &identity)?;
    let modes = modes::modes(&held_out, seed);
    let workshop = Workshop {
        lab: &lab,
        material: &material,
        modes: modes.as_ref(),
        seed,
    };
    let names = labels(&clean);
    let mut records = Vec::new();
    let mut responses = Vec::new();
    for corruption in chosen {
        match workshop.levels(corruption) {
            Err(reason) => lab.warn(Warning::new(
                "corruption_left_out",
                format!("{spec}: {} is left out: {reason}", corruption.name),
                "give pictures, with labels where modes are to be dropped",
            )),
            Ok(levels) => {
                let tables = try_levels(&workshop, &judge, corruption, &levels, &clean, console)?;
                responses.extend(respond(corruption, &levels, &clean, &names, &tables));
                records.push(record(corruption, levels, modes.as_ref()));
            }
        }
    }
    let (extractor, protocol, engine) = lab.records();
    let document = Sensitivity {
        schema: SCHEMA.to_owned(),
        gavel: env!("CARGO_PKG_VERSION").to_owned(),
        command,
        n_reference: material.reference.len(),
        n_held_out: material.held_out.len(),
        n_train: material.train.as_ref().map(Vec::len),
        copies_from: if with_train { "train" } else { "reference" }.to_owned(),
        modes: modes.map(|modes| modes.origin.to_owned()),
        input: material.input,
        extractor,
        protocol,
        engine,
        seed: typed.seed,
        seen_at: SEEN,
        metrics: named(clean, &names),
        corruptions: records,
        responses,
        warnings: lab.warnings(),
    };
    finish(&document, typed, console)
}

/// The rows of a corrupted set beside those that they are compared with.
struct Tried {
    corrupted: Table,
    /// Another clean set than the whole held-out part, of the same size as the corrupted one.
    honest: Option<Table>,
}

fn try_levels(
    workshop: &Workshop<'_>,
    judge: &Judge<'_>,
    corruption: &Corruption,
    levels: &[f64],
    clean: &Table,
    console: &Console,
) -> Result<Vec<Tried>> {
    let mut tried = Vec::new();
    for (number, level) in levels.iter().enumerate() {
        if console.stop_requested() {
            return Err(Error::interrupted());
        }
        console.talk(&format!(
            "{} {} ({} of {}), {} rows",
            corruption.name,
            corruption.write(*level),
            number + 1,
            levels.len(),
            clean.len()
        ));
        let variant = workshop.variant(corruption, *level)?;
        let honest = variant.honest.map(|rows| workshop.material.select(&rows));
        let honest = honest.map(|(set, identity)| judge.corrupted(&set, &identity));
        tried.push(Tried {
            corrupted: judge.corrupted(&variant.generated, &variant.identity)?,
            honest: honest.transpose()?,
        });
    }
    Ok(tried)
}

fn respond(
    corruption: &Corruption,
    levels: &[f64],
    clean: &Table,
    names: &[String],
    tried: &[Tried],
) -> Vec<Response> {
    let of_metric = |((key, _), name): (&(String, Row), &String)| {
        let points = levels.iter().zip(tried).map(|(level, tried)| {
            let before = find(tried.honest.as_ref().unwrap_or(clean), key);
            Point::of(*level, before, find(&tried.corrupted, key))
        });
        let write = |level| corruption.write(level);
        Response::of(name, corruption.name, points.collect(), &write)
    };
    clean.iter().zip(names).map(of_metric).collect()
}

fn record(corruption: &Corruption, levels: Vec<f64>, modes: Option<&Modes>) -> CorruptionRecord {
    let unit = match (corruption.name, modes) {
        ("modes_dropped", Some(modes)) => format!("of {} {}", modes.n, modes.origin),
        _ => corruption.unit.to_owned(),
    };
    CorruptionRecord {
        name: corruption.name.to_owned(),
        title: corruption.title.to_owned(),
        unit,
        written: levels.iter().map(|l| corruption.write(*l)).collect(),
        levels,
        zero: "clean".to_owned(),
    }
}

/// The id of each row, with those parameters that tell rows of the same id apart.
fn labels(table: &Table) -> Vec<String> {
    let label = |row: &Row| {
        let siblings: Vec<&Row> = table
            .iter()
            .map(|(_, other)| other)
            .filter(|other| other.id == row.id)
            .collect();
        let told = row.params.iter().filter(|(key, value)| {
            siblings
                .iter()
                .any(|other| other.params.get(*key) != Some(value))
        });
        told.fold(row.id.clone(), |text, (key, value)| {
            format!("{text} {key}={}", value.to_string().trim_matches('"'))
        })
    };
    table.iter().map(|(_, row)| label(row)).collect()
}

fn named(table: Table, names: &[String]) -> Vec<Row> {
    let rows = table.into_iter().zip(names);
    rows.map(|((_, row), name)| Row {
        name: name.clone(),
        ..row
    })
    .collect()
}

/// Writes the documents asked for, and the table where stdout is free.
fn finish(document: &Sensitivity, typed: &arguments::Sensitivity, console: &Console) -> Result<()> {
    let json = document.to_json()?;
    let csv = sensitivity::csv::render(document)?;
    if let Some(folder) = &typed.folder {
        write_folder(document, folder, &json, &csv)?;
        console.talk(&format!("written to {}", folder.display()));
    }
    output::write(typed.output.json.as_deref(), &json, console)?;
    output::write(typed.output.csv.as_deref(), &csv, console)?;
    output::write(
        typed.output.markdown.as_deref(),
        &sensitivity::markdown::render(document),
        console,
    )?;
    if typed.output.html.is_some() {
        let page = report::html::of_sensitivity(document)?;
        output::write(typed.output.html.as_deref(), &page, console)?;
    }
    if output::stdout_is_free(&typed.output) {
        console.data(&sensitivity::terminal::render(document))?;
    }
    Ok(())
}

fn write_folder(document: &Sensitivity, folder: &Path, json: &str, csv: &str) -> Result<()> {
    let figure = sensitivity::figure::figure(document);
    let failed = |e: std::io::Error| Error::numerical(format!("the figure cannot be drawn: {e}"));
    let svg = panels::svg(&figure).map_err(failed)?;
    let png = panels::png(&figure).map_err(failed)?;
    for (name, bytes) in [
        ("sensitivity.json", json.as_bytes()),
        ("sensitivity.csv", csv.as_bytes()),
        ("sensitivity.svg", svg.as_bytes()),
        ("sensitivity.png", &png),
    ] {
        output::write_file(&folder.join(name), bytes)?;
    }
    Ok(())
}
