//! A table for README files and job summaries.

use super::document::{Content, Document};
use super::number;
use crate::verdicts::results::Results;
use crate::verdicts::{comparison, protocols, sensitivity};
use std::fmt::Write as _;

/// Text inside a table cell: the pipe would end the cell, a line break the row, and `<` could start markup.
#[must_use]
pub fn cell(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('|', "\\|")
        .replace('<', "&lt;")
        .replace(['\n', '\r'], " ")
}

/// Rows as a table; the first is its head.
#[must_use]
pub fn table<R: AsRef<[String]>>(rows: &[R]) -> String {
    let mut out = String::new();
    for (number, row) in rows.iter().enumerate() {
        let cells: Vec<String> = row.as_ref().iter().map(|text| cell(text)).collect();
        let _ = writeln!(out, "| {} |", cells.join(" | "));
        if number == 0 {
            let _ = writeln!(out, "|{}", "---|".repeat(cells.len()));
        }
    }
    out
}

/// The document as a Markdown table, its provenance and its warnings.
#[must_use]
pub fn render(results: &Results) -> String {
    let mut out = super::findings::markdown(&results.findings);
    if !results.metrics.is_empty() {
        out.push_str("| metric | value | ± | 95 % interval | better | floor | parameters |\n|---|---:|---:|---|---|---:|---|\n");
    }
    for row in &results.metrics {
        let interval = row.interval.map_or(String::new(), |i| {
            format!(
                "{} … {}",
                number(i.lower, row.std_error),
                number(i.upper, row.std_error)
            )
        });
        let _ = writeln!(
            out,
            "| {} | {} | {} | {interval} | {} | {} | {} |",
            cell(&row.name),
            row.value
                .map_or("–".to_string(), |v| number(v, row.std_error)),
            row.std_error.map_or(String::new(), |e| number(e, Some(e))),
            row.direction,
            row.detail("floor_scaled")
                .map_or(String::new(), |f| number(f, row.std_error)),
            cell(&row.params_text()),
        );
    }
    out.push('\n');
    for (side, input) in &results.inputs {
        let n = input.n.map_or("?".to_string(), |n| n.to_string());
        let head: String = input.fingerprint.chars().take(16).collect();
        let _ = writeln!(
            out,
            "- {side}: `{}`, n = {n}, fingerprint `{head}`",
            cell(&input.source).replace('`', "'")
        );
        if !input.failed.is_empty() {
            let _ = writeln!(out, "  - {} unreadable, left out", input.failed.len());
        }
    }
    if let Some(extractor) = &results.extractor {
        let head: String = extractor.sha256.chars().take(16).collect();
        let _ = writeln!(
            out,
            "- extractor: {}, sha256 `{head}`",
            cell(&extractor.name)
        );
    }
    if let Some(engine) = &results.engine {
        let _ = writeln!(out, "- engine: {}", cell(&engine.description));
    }
    let _ = writeln!(out, "- gavel {}, seed {}", results.gavel, results.seed);
    for warning in &results.warnings {
        let _ = writeln!(
            out,
            "- **{}**: {} *Mend:* {}",
            cell(&warning.code),
            cell(&warning.text),
            cell(&warning.mend)
        );
    }
    out
}

/// Documents one below the other, each under its file's name where there are several.
#[must_use]
pub fn render_all(documents: &[Document]) -> String {
    let mut out = String::new();
    for document in documents {
        if documents.len() > 1 {
            let _ = writeln!(out, "## {}\n", cell(&document.file));
        }
        out.push_str(&match &document.content {
            Content::Results(results) => render(results),
            Content::Comparison(comparison) => comparison::markdown(comparison),
            Content::Protocols(protocols) => protocols::markdown(protocols),
            Content::Sensitivity(document) => sensitivity::markdown::render(document),
        });
        out.push('\n');
    }
    out
}
