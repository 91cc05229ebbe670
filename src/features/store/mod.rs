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

    /// The store of this command: `--store DIR`, else `$GAVEL_STORE`, else `$XDG_CACHE_HOME/gavel`, else
    /// `~/.cache/gavel`. `none` in the first two, or no home folder, means that there is none.
    #[must_use]
    pub fn of_this_process(option: Option<&str>) -> Option<Self> {
        Self::locate(option, |name| std::env::var_os(name)).map(Self::at)
    }

    fn locate(
        option: Option<&str>,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Option<PathBuf> {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        if let Some(named) = option.map(OsString::from).or_else(|| set("GAVEL_STORE")) {
            return (named != "none").then(|| PathBuf::from(named));
        }
        set("XDG_CACHE_HOME")
            .map(PathBuf::from)
            .or_else(|| set("HOME").map(|home| PathBuf::from(home).join(".cache")))
            .or_else(|| set("LOCALAPPDATA").map(PathBuf::from))
            .map(|cache| cache.join("gavel"))
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

    fn located(option: Option<&str>, variables: &[(&str, &str)]) -> Option<PathBuf> {
        Store::locate(option, |name| {
            variables
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| OsString::from(value))
        })
    }

    #[test]
    fn the_option_goes_before_the_variable_and_that_before_the_cache_folder() {
        let all = [
            ("GAVEL_STORE", "/v"),
            ("XDG_CACHE_HOME", "/x"),
            ("HOME", "/h"),
        ];
        assert_eq!(located(Some("/o"), &all), Some(PathBuf::from("/o")));
        assert_eq!(located(None, &all), Some(PathBuf::from("/v")));
        assert_eq!(located(None, &all[1..]), Some(PathBuf::from("/x/gavel")));
        let home = Some(PathBuf::from("/h/.cache/gavel"));
        assert_eq!(located(None, &all[2..]), home);
        assert_eq!(located(None, &[]), None);
    }

    #[test]
    fn none_turns_the_store_off_and_an_empty_variable_is_an_unset_one() {
        assert_eq!(located(Some("none"), &[("GAVEL_STORE", "/v")]), None);
        let off = [("GAVEL_STORE", "none"), ("HOME", "/h")];
        assert_eq!(located(None, &off), None);
        let empty = [("GAVEL_STORE", ""), ("HOME", "/h")];
        let home = Some(PathBuf::from("/h/.cache/gavel"));
        assert_eq!(located(None, &empty), home);
    }
}
