//! One line for each metric, corruption and level.

use super::Sensitivity;
use crate::error::{Error, Result};

/// The columns, in order; new ones are added at the end.
pub const COLUMNS: [&str; 10] = [
    "metric",
    "corruption",
    "unit",
    "level",
    "value",
    "clean",
    "std_error",
    "effect",
    "monotone",
    "smallest_seen",
];

/// The points as CSV with a header; an absent value is an empty field.
///
/// # Errors
/// Numerical: the text cannot be put together.
pub fn render(document: &Sensitivity) -> Result<String> {
    let failed = |e: String| Error::numerical(format!("the points cannot be written as CSV: {e}"));
    let mut writer = csv::Writer::from_writer(Vec::new());
    let text = |value: Option<f64>| value.map(|v| v.to_string()).unwrap_or_default();
    writer
        .write_record(COLUMNS)
        .map_err(|e| failed(e.to_string()))?;
    for response in &document.responses {
        let unit = document
            .corruptions
            .iter()
            .find(|c| c.name == response.corruption)
            .map_or("", |c| &c.unit);
        for point in &response.points {
            writer
                .write_record([
                    response.metric.clone(),
                    response.corruption.clone(),
                    unit.to_owned(),
                    point.level.to_string(),
                    text(point.value),
                    text(point.clean),
                    text(point.std_error),
                    text(point.effect),
                    response.monotone.map(|m| m.to_string()).unwrap_or_default(),
                    text(response.smallest.as_ref().map(|s| s.level)),
                ])
                .map_err(|e| failed(e.to_string()))?;
        }
    }
    let bytes = writer.into_inner().map_err(|e| failed(e.to_string()))?;
    String::from_utf8(bytes).map_err(|e| failed(e.to_string()))
}
