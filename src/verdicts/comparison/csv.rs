//! One line a difference, for spreadsheets. Columns are stable: new ones are added at the end.

use super::Comparison;
use crate::error::Result;
use crate::verdicts::report::csv::records;
use crate::verdicts::results::params_text;

/// The columns, in order.
pub const COLUMNS: [&str; 24] = [
    "id",
    "a",
    "b",
    "value_a",
    "value_b",
    "difference",
    "std_error",
    "lower",
    "upper",
    "level",
    "p_value",
    "p_holm",
    "verdict",
    "n_needed",
    "direction",
    "params",
    "method",
    "paired",
    "source_a",
    "source_b",
    "reference",
    "protocol",
    "extractor",
    "seed",
];

/// The differences as CSV with a header; an absent value is an empty field.
pub fn render(comparison: &Comparison) -> Result<String> {
    let text = |value: Option<f64>| value.map(|v| v.to_string()).unwrap_or_default();
    let source = |label: &str| {
        let generator = comparison.generator(label);
        generator
            .map(|g| g.input.source.clone())
            .unwrap_or_default()
    };
    let rows = comparison.differences.iter().map(|row| {
        vec![
            row.id.clone(),
            row.a.clone(),
            row.b.clone(),
            text(row.value_a),
            text(row.value_b),
            text(row.difference),
            text(row.std_error),
            text(row.interval.map(|i| i.lower)),
            text(row.interval.map(|i| i.upper)),
            text(row.interval.map(|i| i.level)),
            text(row.p_value),
            text(row.p_holm),
            row.verdict.name().to_owned(),
            row.n_needed.map(|n| n.to_string()).unwrap_or_default(),
            row.direction.clone(),
            params_text(&row.params),
            row.method.clone(),
            comparison.paired.to_string(),
            source(&row.a),
            source(&row.b),
            comparison
                .inputs
                .get("reference")
                .map(|i| i.source.clone())
                .unwrap_or_default(),
            comparison
                .protocol
                .as_ref()
                .map(|p| p.name.clone())
                .unwrap_or_default(),
            comparison
                .extractor
                .as_ref()
                .map(|e| e.name.clone())
                .unwrap_or_default(),
            comparison.seed.to_string(),
        ]
    });
    records(&COLUMNS, rows)
}
