//! What a new baseline changes, for the person who reviews it.

use crate::verdicts::alike::unlike;
use crate::verdicts::report::number;
use crate::verdicts::results::Results;
use std::fmt::Write as _;

/// One line for each thing that a new baseline changes; all numbers of the first one.
#[must_use]
pub fn changes(old: Option<&Results>, new: &Results) -> String {
    let mut out = String::new();
    let shown = |row: &crate::verdicts::results::Row| {
        row.value
            .map_or("no value".to_owned(), |value| number(value, row.std_error))
    };
    for row in &new.metrics {
        let before = old.and_then(|old| {
            let mut rows = old.metrics.iter();
            rows.find(|other| other.id == row.id && other.params == row.params)
        });
        let name = match row.params_text() {
            text if text.is_empty() => row.id.clone(),
            text => format!("{} ({text})", row.id),
        };
        let _ = match before {
            Some(before) if before.value == row.value => {
                writeln!(out, "  {name}: {} as before", shown(row))
            }
            Some(before) => writeln!(out, "  {name}: {} → {}", shown(before), shown(row)),
            None => writeln!(out, "  {name}: {} (new)", shown(row)),
        };
    }
    let Some(old) = old else { return out };
    for row in &old.metrics {
        let is_gone = !new
            .metrics
            .iter()
            .any(|other| other.id == row.id && other.params == row.params);
        if is_gone {
            let _ = writeln!(out, "  {} ({}): gone", row.id, row.params_text());
        }
    }
    for one in unlike(old, new) {
        let _ = writeln!(out, "  {}: {} → {}", one.what, one.first, one.second);
    }
    out
}
