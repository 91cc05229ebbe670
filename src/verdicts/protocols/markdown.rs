//! A Markdown table, the notes, provenance and warnings.

use super::Protocols;
use super::terminal::{notes, value_rows};
use crate::verdicts::report::markdown::{cell, table};
use std::fmt::Write as _;

/// The document as Markdown.
#[must_use]
pub fn render(document: &Protocols) -> String {
    let mut out = table(&value_rows(document));
    out.push('\n');
    for line in notes(document).lines() {
        let _ = writeln!(out, "- {}", cell(line));
    }
    let generators = document
        .generators
        .iter()
        .map(|g| (g.label.as_str(), &g.input));
    let others = document
        .inputs
        .iter()
        .map(|(side, input)| (side.as_str(), input));
    for (name, input) in generators.chain(others) {
        let n = input.n.map_or("?".to_owned(), |n| n.to_string());
        let source = cell(&input.source).replace('`', "'");
        let _ = writeln!(out, "- {name}: `{source}`, n = {n}");
    }
    if let Some(extractor) = &document.extractor {
        let _ = writeln!(out, "- extractor: {}", cell(&extractor.name));
    }
    let _ = writeln!(out, "- gavel {}, seed {}", document.gavel, document.seed);
    for warning in &document.warnings {
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
