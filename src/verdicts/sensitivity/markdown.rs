//! The table as Markdown.

use super::{Sensitivity, legend, lines};
use std::fmt::Write as _;

/// Metric by corruption: the smallest level seen.
#[must_use]
pub fn render(document: &Sensitivity) -> String {
    let mut out = String::new();
    for (number, line) in lines(document).iter().enumerate() {
        let _ = writeln!(out, "| {} |", line.join(" | "));
        if number == 0 {
            let _ = writeln!(out, "|{}", "---|".repeat(line.len()));
        }
    }
    for line in legend(document).lines() {
        let _ = write!(out, "\n{line}\n");
    }
    out
}
