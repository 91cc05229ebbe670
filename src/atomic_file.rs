//! Files appear whole or not at all: written beside their place under a temporary name, then renamed. A reader never
//! sees half a file, and a killed program leaves the old one.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

static SERIAL: AtomicU64 = AtomicU64::new(0);

/// Temporary names begin with this; an old file with such a name was left by a killed process.
pub const TEMPORARY_PREFIX: &str = ".gavel-tmp-";

/// A name beside `path` that no other writer uses.
fn temporary(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
    path.with_file_name(format!(
        "{TEMPORARY_PREFIX}{}-{serial}-{name}",
        std::process::id()
    ))
}

/// Writes `path` by `fill`: afterwards the file holds everything that `fill` wrote, or is as it was before.
///
/// # Errors
/// The first fault of creating, filling, syncing or renaming; nothing is left behind.
pub fn write_with(
    path: &Path,
    fill: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> io::Result<()> {
    let name = temporary(path);
    let written = File::create(&name).and_then(|file| {
        let mut out = BufWriter::new(file);
        fill(&mut out)?;
        out.flush()?;
        out.get_ref().sync_all()?;
        drop(out);
        fs::rename(&name, path)
    });
    if written.is_err() {
        // The error that is told is the first one; a leftover that cannot be removed adds nothing to it.
        let _ = fs::remove_file(&name);
    }
    written
}

/// Writes `bytes` to `path`.
///
/// # Errors
/// As [`write_with`].
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_with(path, |out| out.write_all(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_leaves_the_old_file_and_no_rubbish() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        write(&path, b"old").unwrap();
        let broken = write_with(&path, |out| {
            out.write_all(b"half")?;
            Err(io::Error::from(io::ErrorKind::StorageFull))
        });
        assert_eq!(broken.unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
