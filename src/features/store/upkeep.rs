//! How full the store is, and keeping it within its bound.

use super::{ENTRY, Store, TEMPORARY};
use crate::error::{Error, Result};
use std::fs;
use std::io;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

/// A temporary file older than this belongs to a process that died: no entry takes minutes to write.
const STALE: Duration = Duration::from_hours(1);

/// How full a store is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Status {
    /// Number of entries.
    pub entries: usize,
    /// Their bytes.
    pub bytes: u64,
    /// Temporary files: those of running processes and of dead ones.
    pub temporary: usize,
}

/// What a pruning did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pruned {
    /// Entries removed.
    pub entries: usize,
    /// Their bytes.
    pub bytes: u64,
    /// Temporary files of dead processes removed.
    pub stale: usize,
    /// What is left.
    pub left: Status,
}

struct Item {
    path: PathBuf,
    bytes: u64,
    modified: SystemTime,
    temporary: bool,
}

impl Store {
    /// How full it is; a store that does not exist yet is empty.
    ///
    /// # Errors
    /// An input error where the folder cannot be listed.
    pub fn status(&self) -> Result<Status> {
        Ok(Self::sum(&self.items()?))
    }

    fn sum(items: &[Item]) -> Status {
        let entries = items.iter().filter(|item| !item.temporary);
        Status {
            entries: entries.clone().count(),
            bytes: entries.map(|item| item.bytes).sum(),
            temporary: items.iter().filter(|item| item.temporary).count(),
        }
    }

    /// Removes the temporary files of dead processes, then the least recently used entries until at most `max_bytes`
    /// are left. Safe beside running extractions: an entry that is being read stays readable, one that is gone is
    /// computed again.
    ///
    /// # Errors
    /// An input error where the folder cannot be listed or a file cannot be removed.
    pub fn prune(&self, max_bytes: u64) -> Result<Pruned> {
        let mut items = self.items()?;
        items.sort_by(|a, b| (a.modified, &a.path).cmp(&(b.modified, &b.path)));
        let now = SystemTime::now();
        let mut total = Self::sum(&items).bytes;
        let mut pruned = Pruned::default();
        let mut left = Vec::new();
        for item in items {
            let stale = item.temporary
                && now
                    .duration_since(item.modified)
                    .is_ok_and(|age| age > STALE);
            let surplus = !item.temporary && total > max_bytes;
            if !stale && !surplus {
                left.push(item);
                continue;
            }
            match fs::remove_file(&item.path) {
                // Another process may have pruned the same file.
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(Error::io(&item.path, &error));
                }
                _ => {}
            }
            if stale {
                pruned.stale += 1;
            } else {
                total -= item.bytes;
                pruned.entries += 1;
                pruned.bytes += item.bytes;
            }
        }
        pruned.left = Self::sum(&left);
        Ok(pruned)
    }

    /// The store's own files, and no others.
    fn items(&self) -> Result<Vec<Item>> {
        let mut items = Vec::new();
        let folders = match fs::read_dir(&self.folder) {
            Ok(folders) => folders,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(items),
            Err(error) => return Err(Error::io(&self.folder, &error)),
        };
        for folder in folders.flatten().map(|folder| folder.path()) {
            let ours = folder
                .file_name()
                .and_then(|name| name.to_str())
                .is_some_and(|name| {
                    name.len() == 2 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
                });
            if !ours {
                continue;
            }
            // A folder may vanish or be unreadable; the rest of the store still counts.
            for file in fs::read_dir(&folder).into_iter().flatten().flatten() {
                let path = file.path();
                let extension = path.extension().and_then(|extension| extension.to_str());
                let temporary = match extension {
                    Some(ENTRY) => false,
                    Some(TEMPORARY) => true,
                    _ => continue,
                };
                if let Ok(data) = file.metadata()
                    && data.is_file()
                {
                    items.push(Item {
                        path,
                        bytes: data.len(),
                        modified: data.modified().unwrap_or(SystemTime::UNIX_EPOCH),
                        temporary,
                    });
                }
            }
        }
        Ok(items)
    }
}
