//! `gavel plot`: a scores table as figures, tables and tested sentences.

mod samples;

use super::arguments::{Drawing, Plot};
use super::console::Console;
use super::output;
use crate::error::{Error, Result};
use crate::plots::multiples;
use crate::rng::Seed;
use crate::verdicts::sensitivity::{self, Sensitivity};
use crate::verdicts::study::figures::{self, Figure};
use crate::verdicts::study::markdown::{self, Frame};
use crate::verdicts::study::runs::Study;
use crate::verdicts::study::samples::Drawn;
use crate::verdicts::study::scores;
use samples::{Made, Studio};
use std::path::Path;

/// Runs the command.
pub fn run(typed: &Plot, command: &[String], console: &Console) -> Result<()> {
    let mut rows = Vec::new();
    for path in &typed.scores {
        rows.extend(scores::read(path)?);
    }
    if rows.is_empty() {
        return Err(Error::input("the table has a header and no rows")
            .at(typed
                .scores
                .first()
                .map_or_else(String::new, |p| p.display().to_string()))
            .mend("wait for a run of the sweep to finish"));
    }
    let documents = typed
        .sensitivity
        .iter()
        .map(|path| read_sensitivity(path))
        .collect::<Result<Vec<Sensitivity>>>()?;
    let study = Study::of(&rows);
    let curves = match &typed.curves {
        Some(path) => Some(Study::of(&scores::read(path)?)),
        None => None,
    };
    let (drawn, absent) = figures::all(&study, curves.as_ref(), &documents);
    let sheets = sheets(typed, &study, console)?;
    std::fs::create_dir_all(&typed.output).map_err(|e| Error::io(&typed.output, &e))?;
    for figure in &drawn {
        for format in &typed.format {
            write_figure(figure, *format, &typed.output)?;
        }
    }
    for sheet in &sheets {
        let path = typed.output.join(format!("{}.png", sheet.drawn.stem));
        output::write_file(&path, &sheet.png)?;
    }
    let shown: Vec<Drawn> = sheets.into_iter().map(|sheet| sheet.drawn).collect();
    let extension = typed
        .format
        .first()
        .map_or("svg", |format| format.extension());
    let page = markdown::render(
        &study,
        &Frame {
            command: &written(command),
            figures: &drawn,
            extension,
            absent: &absent,
            sheets: &shown,
            seed: Seed(typed.seed),
        },
    );
    output::write_file(&typed.output.join("study.md"), page.as_bytes())?;
    for one in &absent {
        console.talk(&format!("not drawn: {} ({})", one.stem, one.why));
    }
    console.talk(&format!(
        "{} runs, {} figures and study.md in {}",
        study.runs.len(),
        drawn.len() + shown.len(),
        typed.output.display()
    ));
    Ok(())
}

/// Sheets of samples where they are asked for, before anything is written.
fn sheets(typed: &Plot, study: &Study, console: &Console) -> Result<Vec<Made>> {
    let Some(folder) = &typed.samples else {
        return Ok(Vec::new());
    };
    Studio::new(folder.as_deref(), &typed.scores, Seed(typed.seed), console)?.sheets(study)
}

/// The command as it is repeated: the program by its name, wherever it lay.
fn written(command: &[String]) -> String {
    let rest = command.get(1..).unwrap_or_default();
    std::iter::once("gavel")
        .chain(rest.iter().map(String::as_str))
        .collect::<Vec<&str>>()
        .join(" ")
}

fn write_figure(figure: &Figure, format: Drawing, folder: &Path) -> Result<()> {
    let path = folder.join(format!("{}.{}", figure.stem, format.extension()));
    let drawn = match format {
        Drawing::Svg => multiples::svg(&figure.drawing).map(String::into_bytes),
        Drawing::Png => multiples::png(&figure.drawing),
    };
    let bytes = drawn.map_err(|e| Error::numerical(format!("{}: {e}", path.display())))?;
    output::write_file(&path, &bytes)
}

fn read_sensitivity(path: &Path) -> Result<Sensitivity> {
    let text = std::fs::read_to_string(path).map_err(|e| Error::io(path, &e))?;
    let wrong = |what: String| {
        Error::input(what)
            .at(path.display())
            .mend("give a file written by `gavel sensitivity SOURCE --json FILE`")
    };
    let document: Sensitivity = serde_json::from_str(&text)
        .map_err(|e| wrong(format!("not a sensitivity document: {e}")))?;
    if document.schema != sensitivity::SCHEMA {
        return Err(wrong(format!(
            "the document has schema {:?}, expected {:?}",
            document.schema,
            sensitivity::SCHEMA
        )));
    }
    Ok(document)
}
