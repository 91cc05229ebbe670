//! What each metric sees of known corruptions: the document `gavel.sensitivity/1` and its renderings.

pub mod csv;
pub mod figure;
pub mod markdown;
mod response;
pub mod terminal;

use crate::error::{Error, Result};
use crate::verdicts::results::{
    EngineRecord, ExtractorRecord, Input, ProtocolRecord, Row, Warning,
};
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

pub use response::{Point, Response, SEEN, Seen};

/// The schema that this version writes.
pub const SCHEMA: &str = "gavel.sensitivity/1";

/// Everything that a run found, and everything it depends on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sensitivity {
    /// `gavel.sensitivity/1`.
    pub schema: String,
    /// Version of the program.
    pub gavel: String,
    /// The command line as typed.
    pub command: Vec<String>,
    /// The whole set that was split.
    pub input: Input,
    /// Samples of the reference part.
    pub n_reference: usize,
    /// Samples of the held-out part.
    pub n_held_out: usize,
    /// Samples of the training part; `null` where no metric asked for one.
    pub n_train: Option<usize>,
    /// The part that copies are taken from: `train` or `reference`.
    pub copies_from: String,
    /// What a mode is: `labels`, `clusters`, or `null` where there is one mode only.
    pub modes: Option<String>,
    /// The network; `null` where none ran.
    pub extractor: Option<ExtractorRecord>,
    /// The way from pixels to tensor; `null` where none was used.
    pub protocol: Option<ProtocolRecord>,
    /// What ran the network; `null` where none ran.
    pub engine: Option<EngineRecord>,
    /// The one seed.
    pub seed: u64,
    /// Standard errors from which an effect counts as seen.
    pub seen_at: f64,
    /// The metrics of the uncorrupted held-out part; `name` is what `responses` call them.
    pub metrics: Vec<Row>,
    /// What was done to it.
    pub corruptions: Vec<CorruptionRecord>,
    /// Each metric under each corruption.
    pub responses: Vec<Response>,
    /// What makes a number doubtful, and how to mend it.
    pub warnings: Vec<Warning>,
}

/// A corruption that was tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CorruptionRecord {
    /// Stable name.
    pub name: String,
    /// For people.
    pub title: String,
    /// What its levels count.
    pub unit: String,
    /// The levels, rising.
    pub levels: Vec<f64>,
    /// The same as people write them.
    pub written: Vec<String>,
    /// What the level 0 is called.
    pub zero: String,
}

impl Sensitivity {
    /// The response of a metric to a corruption.
    #[must_use]
    pub fn response(&self, metric: &str, corruption: &str) -> Option<&Response> {
        self.responses
            .iter()
            .find(|r| r.metric == metric && r.corruption == corruption)
    }

    /// The document as indented JSON with a final newline.
    ///
    /// # Errors
    /// Numerical: a number that JSON cannot hold.
    pub fn to_json(&self) -> Result<String> {
        let mut text = serde_json::to_string_pretty(self).map_err(|e| {
            Error::numerical(format!("the document cannot be written as JSON: {e}"))
        })?;
        text.push('\n');
        Ok(text)
    }
}

/// What a cell of the table says: the smallest level seen, `!` where the metric calls it better, `~` where the effect
/// turns back on the way.
fn cell(response: Option<&Response>) -> String {
    match response {
        None => "–".to_owned(),
        Some(r) if r.why_absent.is_some() => "n/a".to_owned(),
        Some(r) => {
            let turn = if r.monotone == Some(false) { " ~" } else { "" };
            match &r.smallest {
                None => format!("–{turn}"),
                Some(seen) if seen.better => format!("{} !{turn}", seen.text),
                Some(seen) => format!("{}{turn}", seen.text),
            }
        }
    }
}

/// The lines of the table: a header, then a line a metric.
pub(super) fn lines(document: &Sensitivity) -> Vec<Vec<String>> {
    let mut header = vec!["metric".to_owned()];
    header.extend(document.corruptions.iter().map(|c| c.name.clone()));
    let rows = document.metrics.iter().map(|metric| {
        let cells = document
            .corruptions
            .iter()
            .map(|c| cell(document.response(&metric.name, &c.name)));
        std::iter::once(metric.name.clone()).chain(cells).collect()
    });
    std::iter::once(header).chain(rows).collect()
}

/// How the table is read.
pub(super) fn legend(document: &Sensitivity) -> String {
    let units: Vec<String> = document
        .corruptions
        .iter()
        .map(|c| format!("{} ({})", c.name, c.unit))
        .collect();
    let mut text = format!(
        "smallest level that each metric sees at n = {}: an effect of {:.1} standard errors, seen with 80 % power at the 5 % level\n",
        document.n_held_out, document.seen_at
    );
    text.push_str("– not at any level tried    < already at the first level    ! calls the corrupted set better    ~ turns back on the way    n/a no value or no standard error\n");
    let _ = writeln!(text, "levels: {}", units.join(", "));
    let _ = write!(
        text,
        "copies are taken from the {} part",
        document.copies_from
    );
    if let Some(modes) = &document.modes {
        let _ = write!(text, "; modes are {modes}");
    }
    text.push('\n');
    text
}
