//! What was learnt of one submission, without any judgement: `gavel.submission/1`.

use crate::error::{Error, Result};
use crate::verdicts::results::{Failure, Results};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The schema that this version writes.
pub const SCHEMA: &str = "gavel.submission/1";

/// What was learnt of one submission.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// `gavel.submission/1`.
    pub schema: String,
    /// The file's name without its extension.
    pub id: String,
    /// The file's or folder's name as handed in.
    pub source: String,
    /// What the measurement depends on, as a hash: the bytes, the course's data and measures, the program.
    pub key: String,
    /// What was in it; `None` where it could not be opened.
    pub files: Option<Files>,
    /// Its numbers and findings; `None` where there are none.
    pub results: Option<Results>,
    /// Why it could not be opened or measured.
    #[serde(default)]
    pub error: Option<String>,
}

/// The files of a submission.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Files {
    /// `archive`, `folder`, or what else was found.
    pub kind: String,
    /// The pictures, in the order of the set.
    pub entries: Vec<FileRecord>,
    /// Those that cannot be read.
    #[serde(default)]
    pub failed: Vec<Failure>,
    /// What was left out: links, members outside the folder.
    #[serde(default)]
    pub notes: Vec<String>,
}

/// One picture file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRecord {
    /// Name within the submission.
    pub name: String,
    /// `jpeg`, `png` …
    pub format: String,
    /// Pillow's name for the mode.
    pub mode: String,
    /// In pixels.
    pub width: usize,
    /// In pixels.
    pub height: usize,
}

impl Record {
    /// Reads a saved record; another schema is refused.
    ///
    /// # Errors
    /// Input: no such file, not a record, of another version.
    pub fn read(path: &Path) -> Result<Self> {
        let bytes = std::fs::read(path).map_err(|e| Error::io(path, &e))?;
        let record: Self = serde_json::from_slice(&bytes).map_err(|e| {
            Error::input(format!(
                "{}: not a record of a submission: {e}",
                path.display()
            ))
        })?;
        if record.schema == SCHEMA {
            Ok(record)
        } else {
            Err(Error::input(format!(
                "{}: schema {:?}, this version reads {SCHEMA:?}",
                path.display(),
                record.schema
            ))
            .mend("grade the class again with this version"))
        }
    }
}
