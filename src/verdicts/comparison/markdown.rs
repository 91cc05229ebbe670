//! Two Markdown tables, provenance and warnings.

use super::Comparison;
use super::terminal::{difference_rows, notes, value_rows};
use crate::verdicts::report::markdown::{cell, table};
use std::fmt::Write as _;

/// The comparison as Markdown.
#[must_use]
pub fn render(comparison: &Comparison) -> String {
    let mut out = table(&value_rows(comparison));
    let _ = write!(out, "\n{}\n", table(&difference_rows(comparison)));
    for line in notes(comparison).lines() {
        let _ = writeln!(out, "{line}");
    }
    out.push('\n');
    let generators = comparison
        .generators
        .iter()
        .map(|g| (g.label.as_str(), &g.input));
    let others = comparison
        .inputs
        .iter()
        .map(|(side, input)| (side.as_str(), input));
    for (name, input) in generators.chain(others) {
        let n = input.n.map_or("?".to_owned(), |n| n.to_string());
        let head: String = input.fingerprint.chars().take(16).collect();
        let source = cell(&input.source).replace('`', "'");
        let _ = writeln!(out, "- {name}: `{source}`, n = {n}, fingerprint `{head}`");
    }
    if let Some(extractor) = &comparison.extractor {
        let protocol = comparison.protocol.as_ref().map_or("", |p| p.name.as_str());
        let _ = writeln!(
            out,
            "- extractor: {}, protocol {protocol}",
            cell(&extractor.name)
        );
    }
    let _ = writeln!(
        out,
        "- gavel {}, seed {}",
        comparison.gavel, comparison.seed
    );
    for warning in &comparison.warnings {
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
