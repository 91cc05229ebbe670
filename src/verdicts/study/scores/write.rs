//! From scores to CSV (RFC 4180).

use super::fields::{Field, WRITTEN};
use super::{Measure, Outcome, Score};
use crate::error::{Error, Result};
use crate::verdicts::study::known;
use std::collections::BTreeSet;

/// The table as text: a header, one line for each score, in the order given. The column `energy` is written where a row
/// has it, hyper-parameters where a row has them.
///
/// # Errors
/// Numerical: the text cannot be put together.
pub fn render(scores: &[Score]) -> Result<String> {
    let failed = |e: String| Error::numerical(format!("the scores cannot be written as CSV: {e}"));
    let settings: BTreeSet<&str> = scores
        .iter()
        .flat_map(|score| score.settings.keys().map(String::as_str))
        .collect();
    let has_energy = scores
        .iter()
        .any(|score| score.measure(Measure::Energy).is_some());
    let columns: Vec<&str> = WRITTEN
        .into_iter()
        .chain(has_energy.then_some("energy"))
        .chain(settings)
        .collect();
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer
        .write_record(&columns)
        .map_err(|e| failed(e.to_string()))?;
    for score in scores {
        let cells = columns.iter().map(|column| cell(score, column));
        writer
            .write_record(cells)
            .map_err(|e| failed(e.to_string()))?;
    }
    let bytes = writer.into_inner().map_err(|e| failed(e.to_string()))?;
    String::from_utf8(bytes).map_err(|e| failed(e.to_string()))
}

fn cell(score: &Score, column: &str) -> String {
    let number = |value: Option<f64>| value.map(|v| v.to_string()).unwrap_or_default();
    let count = |value: Option<u64>| value.map(|v| v.to_string()).unwrap_or_default();
    let (status, reason) = match &score.outcome {
        Outcome::Done => ("ok", ""),
        Outcome::Failed(reason) => ("failed", reason.as_str()),
    };
    match Field::of(column) {
        Field::Run => score.run.clone(),
        Field::Loss => score.loss.clone(),
        // The study's readers expect its own names here.
        Field::Model => known::loss(&score.loss)
            .map_or(score.loss.as_str(), |known| known.study)
            .to_owned(),
        Field::Architecture => score.architecture.clone(),
        Field::Dataset => score.dataset.clone(),
        Field::Seed => score.seed.to_string(),
        Field::Sample => score.sample.map(|s| s.to_string()).unwrap_or_default(),
        Field::Step => count(score.step),
        Field::Budget => count(score.budget),
        Field::Extractor => score.extractor.clone(),
        Field::Checkpoint => score.checkpoint.clone(),
        Field::Status => status.to_owned(),
        Field::Reason => reason.to_owned(),
        Field::Measure(measure) => number(score.measure(measure)),
        Field::Setting(name) => score.settings.get(&name).cloned().unwrap_or_default(),
    }
}
