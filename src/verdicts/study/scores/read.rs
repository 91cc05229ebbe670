//! From CSV to scores; every error names line and column.

use super::fields::{self, Field};
use super::{Measure, Outcome, Score};
use crate::error::{Error, Result};
use crate::verdicts::study::known::{self, STUDY_ARCHITECTURE};
use std::collections::BTreeMap;
use std::path::Path;

/// What the study writes as distance where the generated images are not numbers, and where the distance is not.
const STUDY_FAILURES: [(f64, &str); 2] = [
    (
        31337.0,
        "the study's code for generated images that are not numbers",
    ),
    (
        4242.0,
        "the study's code for a distance that could not be computed",
    ),
];

/// Reads a scores table.
///
/// # Errors
/// Input: as [`parse`], or the file cannot be read.
pub fn read(path: &Path) -> Result<Vec<Score>> {
    let bytes = std::fs::read(path).map_err(|e| Error::io(path, &e))?;
    parse(&bytes, &path.display().to_string())
}

/// A scores table from its bytes (RFC 4180, with a header); `file` is how errors call it.
///
/// # Errors
/// Input, with line and column: not CSV, no header, a column missing or twice, a row of another length, a word where a
/// number is expected, an unknown status.
pub fn parse(bytes: &[u8], file: &str) -> Result<Vec<Score>> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(bytes);
    let names: Vec<String> = reader
        .headers()
        .map_err(|e| damaged(&e, file))?
        .iter()
        .map(str::to_owned)
        .collect();
    if names.iter().all(String::is_empty) {
        return Err(Error::input("the table is empty, expected a header")
            .at(file)
            .mend("give a scores.csv of `gavel sweep` or of the study"));
    }
    let fields = fields::of_header(&names).map_err(|e| e.at(format!("{file}:1")))?;
    let mut scores = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| damaged(&e, file))?;
        let line = record.position().map_or(0, csv::Position::line);
        let row = Row {
            fields: &fields,
            names: &names,
            record: &record,
            place: format!("{file}:{line}"),
        };
        scores.push(row.score()?);
    }
    Ok(scores)
}

fn damaged(error: &csv::Error, file: &str) -> Error {
    let line = error.position().map_or(0, csv::Position::line);
    let text = match error.kind() {
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => format!("the row has {len} fields, the header {expected_len}"),
        csv::ErrorKind::Utf8 { err, .. } => {
            format!("field {} is not UTF-8", err.field() + 1)
        }
        _ => error.to_string(),
    };
    Error::input(text)
        .at(format!("{file}:{line}"))
        .mend("expected a comma-separated table with a header and one line a run")
}

/// One line with its place.
struct Row<'a> {
    fields: &'a [Field],
    names: &'a [String],
    record: &'a csv::StringRecord,
    place: String,
}

impl Row<'_> {
    /// Number, name and text of the column that holds `field`, where it is there and not empty.
    fn cell(&self, field: &Field) -> Option<(usize, &str, &str)> {
        let at = self.fields.iter().position(|f| f == field)?;
        let text = self.record.get(at)?;
        let name = self.names.get(at)?;
        (!text.is_empty()).then_some((at, name, text))
    }

    fn text(&self, field: &Field) -> Option<&str> {
        self.cell(field).map(|(_, _, text)| text)
    }

    fn wrong(&self, (at, name, text): (usize, &str, &str), expected: &str) -> Error {
        Error::input(format!(
            "column {} ({name}): {text:?}, expected {expected}",
            at + 1
        ))
        .at(&self.place)
    }

    fn required(&self, field: &Field, name: &str) -> Result<&str> {
        self.text(field)
            .ok_or_else(|| Error::input(format!("column {name} is empty")).at(&self.place))
    }

    /// A whole number; −1 is the study's word for absent.
    fn whole(&self, field: &Field) -> Result<Option<i64>> {
        let Some(cell) = self.cell(field) else {
            return Ok(None);
        };
        let plain = cell.2.strip_suffix(".0").unwrap_or(cell.2);
        plain
            .parse::<i64>()
            .map(Some)
            .map_err(|_| self.wrong(cell, "a whole number"))
    }

    fn count(&self, field: &Field) -> Result<Option<u64>> {
        let Some(number) = self.whole(field)? else {
            return Ok(None);
        };
        match (u64::try_from(number), self.cell(field)) {
            (Ok(count), _) => Ok(Some(count)),
            (Err(_), _) if number == -1 => Ok(None),
            (Err(_), Some(cell)) => Err(self.wrong(cell, "a count")),
            (Err(_), None) => Ok(None),
        }
    }

    fn measures(&self) -> Result<BTreeMap<Measure, f64>> {
        let mut found = BTreeMap::new();
        for measure in Measure::ALL {
            let Some(cell) = self.cell(&Field::Measure(measure)) else {
                continue;
            };
            let value: f64 = cell
                .2
                .parse()
                .map_err(|_| self.wrong(cell, "a number or nothing"))?;
            if value.is_finite() {
                found.insert(measure, value);
            }
        }
        if let (None, Some(p), Some(r)) = (
            found.get(&Measure::F1),
            found.get(&Measure::Precision),
            found.get(&Measure::Recall),
        ) {
            let f1 = if p + r > 0.0 {
                2.0 * p * r / (p + r)
            } else {
                0.0
            };
            found.insert(Measure::F1, f1);
        }
        Ok(found)
    }

    fn settings(&self) -> BTreeMap<String, String> {
        let cells = self.fields.iter().zip(self.record);
        cells
            .filter_map(|(field, text)| match field {
                Field::Setting(name) if !text.is_empty() && !is_absent(text) => {
                    Some((name.clone(), text.to_owned()))
                }
                _ => None,
            })
            .collect()
    }

    fn outcome(&self, measures: &BTreeMap<Measure, f64>) -> Result<Outcome> {
        let reason = self.text(&Field::Reason).unwrap_or("no reason is given");
        if let Some(cell) = self.cell(&Field::Status) {
            match cell.2 {
                "ok" | "done" => {}
                "failed" => return Ok(Outcome::Failed(reason.to_owned())),
                _ => return Err(self.wrong(cell, "ok or failed")),
            }
        }
        Ok(match measures.get(&Measure::Fid) {
            None => Outcome::Failed("the distance is not a number".to_owned()),
            // Also −1 for none, as the study writes it for hyper-parameters.
            Some(fid) if *fid < 0.0 => Outcome::Failed(format!("{fid} is no distance")),
            Some(fid) => {
                let code = STUDY_FAILURES.iter().find(|(code, _)| code == fid);
                code.map_or(Outcome::Done, |(_, why)| Outcome::Failed((*why).to_owned()))
            }
        })
    }

    fn score(&self) -> Result<Score> {
        let typed = match self.text(&Field::Loss) {
            Some(loss) => loss,
            None => self.required(&Field::Model, "model")?,
        };
        let loss = known::loss(typed).map_or(typed, |known| known.name);
        let mut measures = self.measures()?;
        let outcome = self.outcome(&measures)?;
        if matches!(outcome, Outcome::Failed(_)) {
            // The study writes its code into both scores.
            measures.retain(|measure, _| matches!(measure, Measure::Seconds | Measure::Energy));
        }
        let checkpoint = self.text(&Field::Checkpoint).unwrap_or_default();
        let owned = |field: &Field| self.text(field).unwrap_or_default().to_owned();
        Ok(Score {
            run: owned(&Field::Run),
            loss: loss.to_owned(),
            architecture: self
                .text(&Field::Architecture)
                .unwrap_or(STUDY_ARCHITECTURE)
                .to_owned(),
            dataset: self.required(&Field::Dataset, "dataset")?.to_owned(),
            seed: self.whole(&Field::Seed)?.unwrap_or(0),
            sample: self.whole(&Field::Sample)?.filter(|id| *id >= 0),
            step: match self.count(&Field::Step)? {
                Some(step) => Some(step),
                None => step_of(checkpoint),
            },
            budget: self.count(&Field::Budget)?,
            extractor: owned(&Field::Extractor),
            checkpoint: checkpoint.to_owned(),
            outcome,
            measures,
            settings: self.settings(),
        })
    }
}

/// The study writes −1 where a model has no such hyper-parameter.
fn is_absent(text: &str) -> bool {
    matches!(text, "-1" | "-1.0" | "None")
}

/// `model.ckpt-3906` was saved at step 3906.
fn step_of(checkpoint: &str) -> Option<u64> {
    let (_, after) = checkpoint.rsplit_once("ckpt-")?;
    let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}
