//! One more row, whole or not at all.

use super::{Score, parse, render};
use crate::atomic_file;
use crate::error::{Error, Result};
use std::io::ErrorKind;
use std::path::Path;

/// Puts `score` into the table `path`: the file is written anew beside its place and renamed, so that a reader, or a
/// program killed at any moment, has the old table or the new one. A row of the same run and step is replaced, so a run
/// that was done twice counts once. One writer at a time: the caller holds the sweep's lock.
///
/// # Errors
/// Input: the table that is there cannot be read as one, or the new one cannot be written; the old one stays.
pub fn append(path: &Path, score: Score) -> Result<()> {
    let mut scores = match std::fs::read(path) {
        Ok(bytes) => parse(&bytes, &path.display().to_string())?,
        Err(e) if e.kind() == ErrorKind::NotFound => Vec::new(),
        Err(e) => return Err(Error::io(path, &e)),
    };
    scores.retain(|old| score.run.is_empty() || old.run != score.run || old.step != score.step);
    scores.push(score);
    let text = render(&scores)?;
    atomic_file::write(path, text.as_bytes()).map_err(|e| Error::io(path, &e))
}
