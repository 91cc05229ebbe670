//! The submissions in a folder.

use crate::error::{Error, Result};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What was handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// Its name without what tells the format.
    pub id: String,
    /// The file or folder.
    pub path: PathBuf,
}

/// Endings that tell the format.
const ENDINGS: [&str; 12] = [
    ".tar.gz", ".tar.bz2", ".tar.xz", ".tgz", ".tar", ".zip", ".rar", ".7z", ".gz", ".npz", ".npy",
    ".xz",
];

/// Longest file name that is kept as it is.
const LONGEST: usize = 80;

/// Every file and folder of `folder` but hidden ones, in byte order of their ids. Links are not followed.
///
/// # Errors
/// Input: no such folder, or nothing in it.
pub fn list(folder: &Path) -> Result<Vec<Submission>> {
    let entries = std::fs::read_dir(folder).map_err(|e| {
        Error::io(folder, &e).mend("give a folder with one archive or folder for each submission")
    })?;
    let mut found: Vec<(String, PathBuf)> = Vec::new();
    let mut n_links = 0;
    for entry in entries {
        let entry = entry.map_err(|e| Error::io(folder, &e))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
        n_links += usize::from(is_link);
        if !name.starts_with('.') && !is_link {
            found.push((name, entry.path()));
        }
    }
    found.sort();
    if found.is_empty() {
        return Err(Error::input(match n_links {
            0 => format!("{}: no submission in it", folder.display()),
            n => format!(
                "{}: no submission in it, only {n} symbolic links, which are not followed",
                folder.display()
            ),
        })
        .mend("put one archive or folder for each submission into it"));
    }
    let mut taken = BTreeSet::new();
    let mut class: Vec<Submission> = found
        .into_iter()
        .map(|(name, path)| {
            // `alice.zip` and `alice.tgz` are two submissions.
            let short = stem(&name).to_owned();
            let id = if taken.insert(short.clone()) {
                short
            } else {
                name
            };
            taken.insert(id.clone());
            Submission { id, path }
        })
        .collect();
    class.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(class)
}

fn stem(name: &str) -> &str {
    let lower = name.to_ascii_lowercase();
    let ending = ENDINGS
        .iter()
        .find(|ending| lower.ends_with(*ending) && lower.len() > ending.len());
    ending.map_or(name, |ending| {
        name.get(..name.len() - ending.len()).unwrap_or(name)
    })
}

/// The name of a file about a submission: letters, digits, `-`, `_` and `.` are kept; a name that is not kept whole gets a
/// hash of the whole, so that no two are the same.
#[must_use]
pub fn file_name(id: &str, extension: &str) -> String {
    let kept: String = id
        .chars()
        .take(LONGEST)
        .map(|c| {
            if c.is_ascii_alphanumeric() || "-_.".contains(c) {
                c
            } else {
                '_'
            }
        })
        .collect();
    if kept == id && !id.starts_with('.') {
        return format!("{kept}.{extension}");
    }
    let hash = blake3::hash(id.as_bytes()).to_hex();
    format!("_{kept}-{}.{extension}", hash.get(..8).unwrap_or(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_is_the_name_without_its_format() {
        for (name, id) in [
            ("a.tgz", "a"),
            ("a.b.TAR.GZ", "a.b"),
            ("folder", "folder"),
            (".zip", ".zip"),
            ("x.jpg", "x.jpg"),
        ] {
            assert_eq!(stem(name), id);
        }
    }

    #[test]
    fn no_name_leaves_the_folder_and_no_two_names_meet() {
        assert_eq!(file_name("alice-1", "html"), "alice-1.html");
        let hostile = file_name("../../x", "html");
        assert!(
            hostile.starts_with("_.._.._x-") && !hostile.contains('/'),
            "{hostile}"
        );
        assert_ne!(file_name("a b", "json"), file_name("a_b", "json"));
        assert_ne!(file_name("a b", "json"), file_name("a?b", "json"));
        assert!(file_name(&"x".repeat(500), "json").len() < 100);
    }

    #[test]
    fn two_formats_of_one_name_are_two_submissions_and_hidden_files_none() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.zip", "a.tgz", ".DS_Store", "b.tar.gz"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let ids: Vec<String> = list(folder.path())
            .unwrap()
            .into_iter()
            .map(|s| s.id)
            .collect();
        assert_eq!(ids, ["a", "a.zip", "b"]);
    }
}
