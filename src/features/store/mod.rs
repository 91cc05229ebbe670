//! The feature store: what was computed once is read back.
//!
//! Entries are content-addressed ([`Recipe`]) files of up to [`CHUNK`] consecutive pictures of a set, in folders named
//! by the first two hex digits of the key. An entry is written to a temporary name in its own folder and renamed, so
//! any number of processes may share a store and a killed one leaves at most a temporary file behind. Nothing is
//! flushed to disk: a torn entry is recognised by its checksum, dropped and computed again.
//!
//! The store touches nothing but its own files: two-hex-digit folders, names that end in `.gfs` or `.gfs-tmp`.

mod entry;
mod key;
mod upkeep;

pub use entry::{Chunk, RowState};
pub use key::{Key, Recipe};
pub use upkeep::{Pruned, Status};

use crate::error::{Error, Result};
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

/// Pictures per entry.
pub const CHUNK: usize = 256;

/// The default bound on the size of the store: 20 GiB.
pub const DEFAULT_MAX_BYTES: u64 = 20 << 30;

const ENTRY: &str = "gfs";
const TEMPORARY: &str = "gfs-tmp";

/// The store of a command without `--store`: `$GAVEL_STORE`, else `$XDG_CACHE_HOME/gavel`, else `~/.cache/gavel`.
/// `GAVEL_STORE=none`, or no home folder, means that there is none.
#[must_use]
pub fn default_folder() -> Option<PathBuf> {
    locate(|name| std::env::var_os(name))
}

fn locate(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    if let Some(named) = set("GAVEL_STORE") {
        return (named != "none").then(|| PathBuf::from(named));
    }
    set("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| set("HOME").map(|home| PathBuf::from(home).join(".cache")))
        .or_else(|| set("LOCALAPPDATA").map(PathBuf::from))
        .map(|cache| cache.join("gavel"))
}

/// A folder of entries.
#[derive(Debug, Clone)]
pub struct Store {
    folder: PathBuf,
    max_bytes: u64,
}

/// What a look into the store gave.
#[derive(Debug)]
pub enum Lookup {
    /// The entry.
    Found(Chunk),
    /// No such entry.
    Missing,
    /// There was one, it was damaged in this way, and it has been removed.
    Damaged(String),
}

impl Store {
    /// The store in `folder`, which is created when the first entry is written.
    #[must_use]
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            max_bytes: DEFAULT_MAX_BYTES,
        }
    }

    /// The store in `folder`, which may not exist yet.
    ///
    /// # Errors
    /// An input error where the path, or the nearest part of it that exists, is no folder.
    pub fn open(folder: &Path) -> Result<Self> {
        let existing = folder
            .ancestors()
            .find_map(|part| Some((part, fs::metadata(part).ok()?)));
        match existing {
            Some((part, data)) if !data.is_dir() => Err(Error::input(format!(
                "the feature store {} cannot be used: {} is a file, expected a folder",
                folder.display(),
                part.display()
            ))
            .mend("give another folder with --store DIR, or --store none")),
            _ => Ok(Self::at(folder)),
        }
    }

    /// The same store with another bound on its size.
    #[must_use]
    pub fn with_max_bytes(mut self, max_bytes: u64) -> Self {
        self.max_bytes = max_bytes;
        self
    }

    /// Where it is.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The bound on its size.
    #[must_use]
    pub fn max_bytes(&self) -> u64 {
        self.max_bytes
    }

    fn path(&self, key: &Key) -> PathBuf {
        let hex = key.hex();
        let (folder, name) = hex.split_at(2);
        self.folder.join(folder).join(name).with_extension(ENTRY)
    }

    /// Reads an entry that must have `rows` rows of `widths` values, and marks it as used.
    #[must_use]
    pub fn read(&self, key: &Key, rows: usize, widths: &[usize]) -> Lookup {
        let path = self.path(key);
        let Ok(mut file) = File::open(&path) else {
            return Lookup::Missing;
        };
        let mut bytes = Vec::new();
        let chunk = file
            .read_to_end(&mut bytes)
            .map_err(|error| error.to_string())
            .and_then(|_| Chunk::decode(&bytes, rows, widths));
        match chunk {
            Ok(chunk) => {
                // The time of the last use decides what a pruning removes; without the right to set it, age does.
                let _ = file.set_modified(SystemTime::now());
                Lookup::Found(chunk)
            }
            Err(reason) => {
                let _ = fs::remove_file(&path);
                Lookup::Damaged(reason)
            }
        }
    }

    /// Writes an entry; an entry of the same key is replaced.
    ///
    /// # Errors
    /// An input error with the path and the system's reason (no permission, disk full, a file where a folder should
    /// be).
    pub fn write(&self, key: &Key, chunk: &Chunk) -> Result<()> {
        static COUNTER: AtomicU64 = AtomicU64::new(0);
        let path = self.path(key);
        let folder = path.parent().unwrap_or(&self.folder);
        let temporary = path.with_extension(format!(
            "{}-{}.{TEMPORARY}",
            std::process::id(),
            COUNTER.fetch_add(1, Ordering::Relaxed)
        ));
        let written = fs::create_dir_all(folder)
            .and_then(|()| File::create_new(&temporary))
            .and_then(|mut file| file.write_all(&chunk.encode()))
            .and_then(|()| fs::rename(&temporary, &path));
        written.map_err(|error| {
            let _ = fs::remove_file(&temporary);
            self.unwritable(&error)
        })
    }

    fn unwritable(&self, error: &io::Error) -> Error {
        let reason = match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                "the disk is full".to_owned()
            }
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                "no permission to write".to_owned()
            }
            io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
                "a file lies where a folder is needed".to_owned()
            }
            _ => error.to_string(),
        };
        Error::input(format!(
            "the feature store {} cannot be written: {reason}",
            self.folder.display()
        ))
        .mend("free some space, or put the store elsewhere with --store DIR (or --store none)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn located(variables: &[(&str, &str)]) -> Option<PathBuf> {
        locate(|name| {
            variables
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| OsString::from(value))
        })
    }

    #[test]
    fn the_variable_goes_before_the_cache_folder_and_that_before_home() {
        let all = [
            ("GAVEL_STORE", "/v"),
            ("XDG_CACHE_HOME", "/x"),
            ("HOME", "/h"),
        ];
        assert_eq!(located(&all), Some(PathBuf::from("/v")));
        assert_eq!(located(&all[1..]), Some(PathBuf::from("/x/gavel")));
        assert_eq!(located(&all[2..]), Some(PathBuf::from("/h/.cache/gavel")));
        assert_eq!(located(&[]), None);
    }

    #[test]
    fn none_turns_the_store_off_and_an_empty_variable_is_an_unset_one() {
        assert_eq!(located(&[("GAVEL_STORE", "none"), ("HOME", "/h")]), None);
        let empty = [("GAVEL_STORE", ""), ("HOME", "/h")];
        assert_eq!(located(&empty), Some(PathBuf::from("/h/.cache/gavel")));
    }

    #[test]
    fn a_file_in_the_way_is_refused_and_a_folder_to_come_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "x").unwrap();
        assert!(Store::open(&file).is_err());
        assert!(Store::open(&file.join("below")).is_err());
        assert!(Store::open(folder.path()).is_ok());
        assert!(Store::open(&folder.path().join("to/come")).is_ok());
        assert!(
            !folder.path().join("to").exists(),
            "looking creates nothing"
        );
    }
}
