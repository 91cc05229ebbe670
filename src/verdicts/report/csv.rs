//! One line a row, for spreadsheets. Columns are stable: new ones are added at the end.

use super::document::{Content, Document};
use crate::error::{Error, Result};
use crate::verdicts::results::Results;
use crate::verdicts::{comparison, protocols, sensitivity};

/// The columns, in order.
pub const COLUMNS: [&str; 17] = [
    "id",
    "value",
    "std_error",
    "lower",
    "upper",
    "level",
    "direction",
    "n_reference",
    "n_generated",
    "params",
    "protocol",
    "extractor",
    "engine",
    "seed",
    "reference",
    "generated",
    "floor",
];

/// Records under a header.
pub fn records(columns: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Result<String> {
    let failed =
        |e: csv::Error| Error::numerical(format!("the results cannot be written as CSV: {e}"));
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(columns).map_err(failed)?;
    for row in rows {
        writer.write_record(row).map_err(failed)?;
    }
    let bytes = writer
        .into_inner()
        .map_err(|e| Error::numerical(format!("the results cannot be written as CSV: {e}")))?;
    String::from_utf8(bytes)
        .map_err(|e| Error::numerical(format!("the results cannot be written as CSV: {e}")))
}

/// The rows of a document as CSV with a header; an absent value is an empty field.
pub fn render(results: &Results) -> Result<String> {
    records(&COLUMNS, rows(results).into_iter())
}

/// The rows of several documents of one kind under one header.
///
/// # Errors
/// Usage: documents of different kinds, or several of a kind that is not results.
pub fn render_all(documents: &[Document]) -> Result<String> {
    match documents {
        [one] => match &one.content {
            Content::Results(results) => render(results),
            Content::Comparison(comparison) => comparison::csv(comparison),
            Content::Protocols(protocols) => protocols::csv(protocols),
            Content::Sensitivity(document) => sensitivity::csv::render(document),
        },
        several => {
            let mut all = Vec::new();
            for document in several {
                let Content::Results(results) = &document.content else {
                    return Err(Error::usage(format!(
                        "{}: has other columns than results of evaluate and audit, so it cannot share a CSV file with them",
                        document.file
                    ))
                    .mend("write it alone"));
                };
                all.extend(rows(results));
            }
            records(&COLUMNS, all.into_iter())
        }
    }
}

fn rows(results: &Results) -> Vec<Vec<String>> {
    let text = |value: Option<f64>| value.map(|v| v.to_string()).unwrap_or_default();
    let source = |side: &str| {
        results
            .inputs
            .get(side)
            .map(|i| i.source.clone())
            .unwrap_or_default()
    };
    let rows = results.metrics.iter().map(|row| {
        vec![
            row.id.clone(),
            text(row.value),
            text(row.std_error),
            text(row.interval.map(|i| i.lower)),
            text(row.interval.map(|i| i.upper)),
            text(row.interval.map(|i| i.level)),
            row.direction.clone(),
            row.n_reference.map(|n| n.to_string()).unwrap_or_default(),
            row.n_generated.to_string(),
            row.params_text(),
            results
                .protocol
                .as_ref()
                .map(|p| p.name.clone())
                .unwrap_or_default(),
            results
                .extractor
                .as_ref()
                .map(|e| e.name.clone())
                .unwrap_or_default(),
            results
                .engine
                .as_ref()
                .map(|e| e.description.clone())
                .unwrap_or_default(),
            results.seed.to_string(),
            source("reference"),
            source("generated"),
            text(row.detail("floor_scaled")),
        ]
    });
    rows.collect()
}
