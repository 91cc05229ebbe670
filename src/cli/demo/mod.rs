//! `gavel demo`: six generators of known vices, judged with what is compiled in.

mod generators;

use super::arguments::Demo;
use super::audit::scene::{Looking, Scene, Sources};
use super::audit::{examine, records};
use super::console::Console;
use super::evaluate::{Panel, Sets};
use super::laboratory::Laboratory;
use super::output;
use super::plan::NetworkPlan;
use crate::audit::{self, Audit, Need};
use crate::error::{Error, Result};
use crate::metrics::{self, Settings};
use crate::plots::sheet;
use crate::rng::Seed;
use crate::sources::memory::MemorySource;
use crate::sources::{Opened, Pixels};
use crate::verdicts::report;
use crate::verdicts::results::Results;
use generators::{GENERATORS, Generator, Material};
use image::RgbImage;
use std::fmt::Write as _;

const SHEET_COLUMNS: usize = 12;
const SHEET_CELL: u32 = 56;

/// Distance, realism, variety, and whether the pictures are new: enough to tell all six apart.
const METRICS: &str = "fid,kid,precision_recall,authenticity";

/// Runs the command.
pub fn run(typed: &Demo, command: &[String], console: &Console) -> Result<()> {
    if typed.n < 50 {
        return Err(Error::usage(format!(
            "--n {}: expected at least 50 pictures a set",
            typed.n
        ))
        .mend("--n 1000"));
    }
    let plan = NetworkPlan::check(&typed.network)?;
    std::fs::create_dir_all(&typed.output).map_err(|e| Error::io(&typed.output, &e))?;
    let lab = Laboratory::new(&plan, console);
    let metrics = metrics::select(METRICS)?;
    let settings = Settings::parse::<String>(&[])?;
    let audits: Vec<&dyn Audit> = audit::select("all")?
        .into_iter()
        .filter(|audit| !audit.card().needs.contains(&Need::Detector))
        .collect();
    let parameters = audit::parameters::<String>(&[])?;
    let looking = Looking {
        lab: &lab,
        plan: &plan,
        console,
        with_features: true,
    };
    let material = Material::new(typed.n, typed.seed)?;
    let reference = material.reference()?;

    let mut sheet_rows = vec![
        row("reference", "test triangles", &reference),
        row("train", "what they saw", &material.train),
    ];
    let mut judged = Vec::new();
    for generator in &GENERATORS {
        let pictures = generator.draw(&material)?;
        sheet_rows.push(row(generator.name, "", &pictures));
        let source = |name: &str, pictures: &[Pixels]| {
            Box::new(MemorySource::new(
                &format!("demo:{name}"),
                pictures.to_vec(),
            ))
        };
        let set =
            |name: &str, pictures: &[Pixels]| lab.measure(Opened::Images(source(name, pictures)));
        let sources = Sources {
            reference: source("reference", &reference),
            generated: source(generator.name, &pictures),
            train: Some(source("train", &material.train)),
            checkpoints: Vec::new(),
        };
        let scene = Scene::of(sources, &looking)?;
        let case = scene.case(Seed(typed.seed), None, console);
        let report = examine(&case, &audits, &parameters, console)?;
        let reference = set("reference", &reference)?;
        let train = set("train", &material.train)?;
        let generated = set(generator.name, &pictures)?;
        let panel = Panel {
            lab: &lab,
            metrics: &metrics,
            settings: &settings,
            seed: typed.seed,
            console,
            protocol: None,
        };
        let sets = Sets {
            reference: Some(reference),
            generated,
            train: Some(train),
        };
        let mut results = panel.judge(sets, command.to_vec())?;
        results.findings = records(&report, &scene);
        let file = typed.output.join(format!("{}.json", generator.name));
        output::write_file(&file, report::json::render(&results)?.as_bytes())?;
        judged.push((generator, results));
    }

    let png = sheet::draw(&sheet_rows, SHEET_CELL)
        .map_err(|e| Error::numerical(format!("the contact sheet cannot be drawn: {e}")))?;
    output::write_file(&typed.output.join("contact-sheet.png"), &png)?;
    let table = table(&judged);
    let reading = reading(&judged);
    output::write_file(
        &typed.output.join("README.md"),
        markdown(&judged, &reading).as_bytes(),
    )?;
    console.data(&format!(
        "{table}\n{reading}\nwritten to {}\n",
        typed.output.display()
    ))
}

fn row(name: &str, about: &str, pictures: &[Pixels]) -> sheet::Row {
    let drawn = pictures.iter().take(SHEET_COLUMNS).filter_map(|p| {
        RgbImage::from_raw(
            u32::try_from(p.width).ok()?,
            u32::try_from(p.height).ok()?,
            p.rgb.clone(),
        )
    });
    sheet::Row {
        label: format!("{name}\n{about}"),
        pictures: drawn.collect(),
    }
}

/// Value ± standard error of a metric, or a dash.
fn cell(results: &Results, id: &str) -> String {
    match results.row(id).map(|row| (row.value, row.std_error)) {
        Some((Some(value), Some(error))) => {
            format!(
                "{} ± {}",
                report::number(value, Some(error)),
                report::number(error, Some(error))
            )
        }
        Some((Some(value), None)) => report::number(value, None),
        _ => "–".to_string(),
    }
}

/// The metric ids that the runs gave, in their order.
fn ids(judged: &[(&Generator, Results)]) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for row in judged.iter().flat_map(|(_, results)| &results.metrics) {
        if !ids.contains(&row.id) {
            ids.push(row.id.clone());
        }
    }
    ids
}

fn lines(judged: &[(&Generator, Results)]) -> Vec<Vec<String>> {
    let ids = ids(judged);
    let extractor = judged
        .first()
        .and_then(|(_, r)| r.extractor.as_ref())
        .map_or("", |e| e.name.as_str());
    let mut lines = vec![["generator".to_string(), "what it does".to_string()].to_vec()];
    lines[0].extend(ids.iter().map(|id| format!("{id}[{extractor}]")));
    lines[0].push("caught by".to_string());
    for (generator, results) in judged {
        let mut line = vec![generator.name.to_string(), generator.vice.to_string()];
        line.extend(ids.iter().map(|id| cell(results, id)));
        line.push(caught_by(results));
        lines.push(line);
    }
    lines
}

/// The findings that speak against a generator.
fn caught_by(results: &Results) -> String {
    let found: Vec<&str> = results
        .findings
        .iter()
        .filter(|finding| ["warning", "serious"].contains(&finding.severity.as_str()))
        .map(|finding| finding.id.as_str())
        .collect();
    match found.as_slice() {
        [] => "nothing".to_owned(),
        found => found.join(", "),
    }
}

fn table(judged: &[(&Generator, Results)]) -> String {
    let lines = lines(judged);
    let columns = lines.first().map_or(0, Vec::len);
    let widths: Vec<usize> = (0..columns)
        .map(|c| {
            lines
                .iter()
                .map(|line| line[c].chars().count())
                .max()
                .unwrap_or(0)
        })
        .collect();
    let mut out = String::new();
    for line in &lines {
        for (text, width) in line.iter().zip(&widths) {
            let _ = write!(out, "{text}{}  ", " ".repeat(width - text.chars().count()));
        }
        out.truncate(out.trim_end().len());
        out.push('\n');
    }
    out
}

/// What the numbers say, and what they cannot say, with the numbers of this run.
fn reading(judged: &[(&Generator, Results)]) -> String {
    let distance = |name: &str| {
        judged
            .iter()
            .find(|(generator, _)| generator.name == name)
            .and_then(|(_, results)| results.metrics.first())
            .and_then(|row| row.value)
    };
    let floor = judged
        .first()
        .and_then(|(_, r)| r.metrics.first())
        .and_then(|row| row.detail("floor_scaled"));
    let mut out = String::new();
    if let Some(floor) = floor {
        let _ = writeln!(
            out,
            "two honest samples of this size are {} apart: the floor.",
            report::number(floor, Some(floor))
        );
    }
    let openly_bad =
        ["collapsed", "mode-dropper", "blurred"].map(|name| distance(name).unwrap_or(0.0));
    let nearest_bad = openly_bad.into_iter().fold(f64::INFINITY, f64::min);
    if let (Some(memoriser), Some(mirror)) = (distance("memoriser"), distance("mirror-copier"))
        && memoriser.max(mirror) < nearest_bad
    {
        let _ = writeln!(
            out,
            "the memoriser ({}) and the mirror-copier ({}) pass before all openly bad ones ({} and more):\na distance between sets cannot see copying.",
            report::number(memoriser, Some(memoriser)),
            report::number(mirror, Some(mirror)),
            report::number(nearest_bad, Some(nearest_bad)),
        );
    }
    let authentic = |name: &str| {
        judged
            .iter()
            .find(|(generator, _)| generator.name == name)
            .and_then(|(_, results)| results.row("authenticity")?.value)
    };
    if let (Some(memoriser), Some(mirror), Some(honest)) = (
        authentic("memoriser"),
        authentic("mirror-copier"),
        authentic("honest"),
    ) && memoriser < 0.5 * honest
    {
        let _ = writeln!(
            out,
            "authenticity knows the training set: {memoriser:.1} % for the memoriser against {honest:.1} % for the honest one.\na mirrored copy is {mirror:.1} %: {}",
            if mirror < 0.5 * honest {
                "it is seen too."
            } else {
                "it passes here too, as its features are others."
            }
        );
    }
    out
}

fn markdown(judged: &[(&Generator, Results)], reading: &str) -> String {
    let mut out = String::from("# gavel demo\n\n");
    for (number, line) in lines(judged).iter().enumerate() {
        let _ = writeln!(out, "| {} |", line.join(" | "));
        if number == 0 {
            let _ = writeln!(out, "|{}", "---|".repeat(line.len()));
        }
    }
    let _ = write!(
        out,
        "\n{reading}\n![contact sheet](contact-sheet.png)\n\nEach generator's results document is `NAME.json`.\n"
    );
    out
}
