//! `gavel report`: saved documents as a page, Markdown, CSV or JUnit.

use super::arguments::{Format, Report};
use super::console::Console;
use super::output;
use crate::error::{Error, Result};
use crate::verdicts::report::document::Document;
use crate::verdicts::report::{csv, html, junit, markdown};
use std::io::IsTerminal;
use std::path::Path;

/// Runs the command.
pub fn run(typed: &Report, console: &Console) -> Result<()> {
    let to = typed
        .output
        .as_deref()
        .filter(|path| path.as_os_str() != "-");
    let format = match typed.format {
        Some(format) => format,
        None => to.map_or(Ok(Format::Html), by_extension)?,
    };
    match to {
        Some(path) => output::check_file(path)?,
        None if format == Format::Html && std::io::stdout().is_terminal() => {
            return Err(
                Error::usage("a page would be printed on the terminal, expected a file")
                    .mend("-o report.html, or --format markdown"),
            );
        }
        None => {}
    }
    let documents = typed
        .documents
        .iter()
        .map(|path| Document::read(path))
        .collect::<Result<Vec<Document>>>()?;
    let text = match format {
        Format::Html => html::render(&documents)?,
        Format::Markdown => markdown::render_all(&documents),
        Format::Csv => csv::render_all(&documents)?,
        Format::Junit => junit::render(&documents)?,
    };
    let Some(path) = to else {
        return console.data(&text);
    };
    output::write_file(path, text.as_bytes())?;
    console.talk(&format!(
        "report: {} ({} KiB)",
        path.display(),
        text.len().div_ceil(1024)
    ));
    Ok(())
}

fn by_extension(path: &Path) -> Result<Format> {
    let extension = path
        .extension()
        .map(|e| e.to_string_lossy().to_ascii_lowercase());
    Ok(match extension.as_deref() {
        Some("html" | "htm") => Format::Html,
        Some("md" | "markdown") => Format::Markdown,
        Some("csv") => Format::Csv,
        Some("xml") => Format::Junit,
        _ => {
            return Err(Error::usage(format!(
                "{}: the extension does not say what to write, expected .html, .md, .csv or .xml",
                path.display()
            ))
            .mend("--format html|markdown|csv|junit"));
        }
    })
}
