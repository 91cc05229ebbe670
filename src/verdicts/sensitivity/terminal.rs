//! The table for people.

use super::{Sensitivity, legend, lines};
use crate::verdicts::report::terminal::table;

/// Metric by corruption: the smallest level seen.
#[must_use]
pub fn render(document: &Sensitivity) -> String {
    format!("{}\n{}", table(&lines(document)), legend(document))
}
