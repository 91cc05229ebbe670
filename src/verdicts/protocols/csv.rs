//! One line a number under a protocol, for spreadsheets. Columns are stable: new ones are added at the end.

use super::Protocols;
use crate::error::Result;
use crate::verdicts::report::csv::records;

/// The columns, in order.
pub const COLUMNS: [&str; 13] = [
    "protocol",
    "generator",
    "id",
    "value",
    "std_error",
    "lower",
    "upper",
    "direction",
    "params",
    "source",
    "reference",
    "extractor",
    "seed",
];

/// The rows as CSV with a header; an absent value is an empty field.
pub fn render(document: &Protocols) -> Result<String> {
    let text = |value: Option<f64>| value.map(|v| v.to_string()).unwrap_or_default();
    let source = |label: &str| {
        let generator = document.generators.iter().find(|g| g.label == label);
        generator
            .map(|g| g.input.source.clone())
            .unwrap_or_default()
    };
    let rows = document.rows.iter().map(|row| {
        vec![
            row.protocol.clone(),
            row.generator.clone(),
            row.row.id.clone(),
            text(row.row.value),
            text(row.row.std_error),
            text(row.row.interval.map(|i| i.lower)),
            text(row.row.interval.map(|i| i.upper)),
            row.row.direction.clone(),
            row.row.params_text(),
            source(&row.generator),
            document
                .inputs
                .get("reference")
                .map(|i| i.source.clone())
                .unwrap_or_default(),
            document
                .extractor
                .as_ref()
                .map(|e| e.name.clone())
                .unwrap_or_default(),
            document.seed.to_string(),
        ]
    });
    records(&COLUMNS, rows)
}
