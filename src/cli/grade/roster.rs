//! Who handed in what, and how late.

use crate::error::{Error, Result};
use crate::verdicts::grade::Record;
use crate::verdicts::grade::judge::Enrolled;
use std::collections::BTreeMap;
use std::path::Path;

/// What the roster knows, by submission.
#[derive(Debug, Default)]
pub struct Roster(BTreeMap<String, Enrolled>);

impl Roster {
    /// Reads a CSV with a heading line; `submission` must be there, `student` and `late_days` may be, other columns are
    /// left alone.
    ///
    /// # Errors
    /// Input: the file, line and what was expected.
    pub fn read(path: &Path) -> Result<Self> {
        let place = path.display();
        let mut reader = ::csv::ReaderBuilder::new()
            .trim(::csv::Trim::All)
            .from_path(path)
            .map_err(|e| Error::input(format!("{place}: {e}")))?;
        let heads = reader
            .headers()
            .map_err(|e| Error::input(format!("{place}: {e}")))?
            .clone();
        let column = |name: &str| {
            heads.iter().position(|head| {
                head.trim_start_matches('\u{feff}')
                    .eq_ignore_ascii_case(name)
            })
        };
        let Some(submission) = column("submission") else {
            let found: Vec<&str> = heads.iter().collect();
            return Err(Error::input(format!(
                "{place}: no column \"submission\"; found {}",
                found.join(", ")
            ))
            .mend("the first line must be: submission,student,late_days"));
        };
        let (student, late) = (column("student"), column("late_days"));
        let mut known = BTreeMap::new();
        for row in reader.records() {
            let row = row.map_err(|e| Error::input(format!("{place}: {e}")))?;
            let line = row.position().map_or(0, ::csv::Position::line);
            let cell = |at: Option<usize>| at.and_then(|at| row.get(at)).unwrap_or("");
            let late_days = match cell(late) {
                "" => 0.0,
                text => text
                    .parse::<f64>()
                    .ok()
                    .filter(|days| days.is_finite())
                    .ok_or_else(|| {
                        Error::input(format!(
                            "{place}: line {line}: late_days is {text:?}, expected a number of days"
                        ))
                    })?,
            };
            let enrolled = Enrolled {
                student: cell(student).to_owned(),
                late_days,
            };
            let id = cell(Some(submission)).to_owned();
            if known.insert(id.clone(), enrolled).is_some() {
                return Err(Error::input(format!(
                    "{place}: line {line}: {id:?} stands twice"
                )));
            }
        }
        Ok(Self(known))
    }

    /// What is known of a submission.
    #[must_use]
    pub fn of(&self, id: &str) -> Enrolled {
        self.0.get(id).cloned().unwrap_or_default()
    }

    /// Submissions of the roster that are not there.
    #[must_use]
    pub fn unknown(&self, records: &[Record]) -> Vec<&str> {
        let is_there = |id: &&String| records.iter().any(|record| record.id == **id);
        self.0
            .keys()
            .filter(|id| !is_there(id))
            .map(String::as_str)
            .collect()
    }
}
