//! What a sweep's folder says of itself: `sweep.json`.

use super::plan::Run;
use crate::atomic_file;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use std::io::ErrorKind;
use std::path::Path;

/// Its file name.
pub const MANIFEST: &str = "sweep.json";

const SCHEMA: &str = "gavel.sweep-plan/1";

/// All runs of a sweep, and what tells it from another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// `gavel.sweep-plan/1`.
    pub schema: String,
    /// Version of the program.
    pub gavel: String,
    /// The sweep's name.
    pub name: String,
    /// BLAKE3 of all ids.
    pub hash: String,
    /// Where relative sources are looked for.
    pub data: String,
    /// The runs in order.
    pub runs: Vec<Run>,
}

impl Manifest {
    /// The manifest of a plan.
    #[must_use]
    pub fn of(name: &str, data: &Path, runs: Vec<Run>) -> Self {
        let ids: Vec<&str> = runs.iter().map(|run| run.id.as_str()).collect();
        let hash = blake3::hash(ids.join("\n").as_bytes()).to_hex();
        Self {
            schema: SCHEMA.to_owned(),
            gavel: env!("CARGO_PKG_VERSION").to_owned(),
            name: name.to_owned(),
            hash: hash.chars().take(16).collect(),
            data: data.display().to_string(),
            runs,
        }
    }

    /// Reads the manifest of a folder; `None` where there is none.
    ///
    /// # Errors
    /// Input: it cannot be read, or is not one.
    pub fn read(folder: &Path) -> Result<Option<Self>> {
        let path = folder.join(MANIFEST);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(Error::io(&path, &e)),
        };
        let wrong = |what: String| {
            Error::input(what)
                .at(path.display())
                .mend("give another folder with -o, or the version of gavel that wrote this one")
        };
        let manifest: Self = serde_json::from_str(&text)
            .map_err(|e| wrong(format!("not the plan of a sweep: {e}")))?;
        if manifest.schema != SCHEMA {
            return Err(wrong(format!(
                "the plan has schema {:?}, this version reads {SCHEMA:?}",
                manifest.schema
            )));
        }
        Ok(Some(manifest))
    }

    /// Makes `folder` the home of this sweep, or finds that it is already; what is there stays.
    ///
    /// # Errors
    /// Input: the folder is the home of another sweep, holds something else, or cannot be written.
    pub fn settle(&self, folder: &Path) -> Result<()> {
        if let Some(old) = Self::read(folder)? {
            if old.hash != self.hash {
                return Err(Error::input(format!(
                    "{}: holds another sweep: {} ({} runs, {}), not {} ({} runs, {})",
                    folder.display(),
                    old.name,
                    old.runs.len(),
                    old.hash,
                    self.name,
                    self.runs.len(),
                    self.hash
                ))
                .mend("give another folder with -o; what is in this one stays"));
            }
            if old.data == self.data {
                return Ok(());
            }
        } else if std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) {
            return Err(Error::input(format!(
                "{}: is not empty and holds no sweep",
                folder.display()
            ))
            .mend("give an empty or a new folder with -o"));
        }
        std::fs::create_dir_all(folder).map_err(|e| Error::io(folder, &e))?;
        let mut text = serde_json::to_string_pretty(self)
            .map_err(|e| Error::numerical(format!("the plan cannot be written as JSON: {e}")))?;
        text.push('\n');
        let path = folder.join(MANIFEST);
        atomic_file::write(&path, text.as_bytes()).map_err(|e| Error::io(&path, &e))
    }
}
