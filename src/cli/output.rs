//! Where documents go: files that appear whole, or stdout for one of them.

use super::arguments::Output;
use super::console::Console;
use crate::atomic_file;
use crate::error::{Error, Result};
use std::path::Path;

fn is_stdout(path: &Path) -> bool {
    path.as_os_str() == "-"
}

fn all(output: &Output) -> [Option<&Path>; 4] {
    [
        output.json.as_deref(),
        output.csv.as_deref(),
        output.markdown.as_deref(),
        output.html.as_deref(),
    ]
}

/// Refuses, before any work is done, two documents on stdout and folders that are not there.
pub fn check(output: &Output) -> Result<()> {
    if all(output)
        .into_iter()
        .flatten()
        .filter(|p| is_stdout(p))
        .count()
        > 1
    {
        return Err(
            Error::usage("two documents were sent to stdout (`-`), expected one")
                .mend("give the other one a file name"),
        );
    }
    for path in all(output).into_iter().flatten().filter(|p| !is_stdout(p)) {
        check_file(path)?;
    }
    Ok(())
}

/// Refuses a file whose folder is not there, or a folder in its place.
pub fn check_file(path: &Path) -> Result<()> {
    if path.is_dir() {
        return Err(Error::usage(format!(
            "{}: is a folder, expected a file to write",
            path.display()
        )));
    }
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() && !folder.is_dir() => {
            Err(Error::usage(format!(
                "{}: there is no folder {}",
                path.display(),
                folder.display()
            ))
            .mend(format!("mkdir -p {}", folder.display())))
        }
        _ => Ok(()),
    }
}

/// Does the table go to stdout, or does a document?
#[must_use]
pub fn stdout_is_free(output: &Output) -> bool {
    !all(output).into_iter().flatten().any(is_stdout)
}

/// Writes a document to its place, where it has one.
pub fn write(to: Option<&Path>, text: &str, console: &Console) -> Result<()> {
    match to {
        None => Ok(()),
        Some(path) if is_stdout(path) => console.data(text),
        Some(path) => write_file(path, text.as_bytes()),
    }
}

/// Writes a file whole or not at all.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<()> {
    atomic_file::write(path, bytes).map_err(|e| Error::io(path, &e))
}
