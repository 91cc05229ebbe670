//! Files appear whole or not at all: written beside their place under a temporary name, then renamed.

use crate::error::{Error, Result};
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

static SERIAL: AtomicU64 = AtomicU64::new(0);

/// The mark of a temporary name; files that carry it and are old were left by a killed process.
pub const TEMPORARY_MARK: &str = ".gavel-tmp-";

/// A name beside `path` that no other writer uses.
fn temporary(path: &Path) -> PathBuf {
    let name = path
        .file_name()
        .map(|n| n.to_string_lossy().into_owned())
        .unwrap_or_default();
    let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
    path.with_file_name(format!(
        "{TEMPORARY_MARK}{}-{serial}-{name}",
        std::process::id()
    ))
}

/// Writes `path` by `fill`: the file is there with everything `fill` wrote, or as it was before.
pub fn write_with(
    path: &Path,
    fill: impl FnOnce(&mut BufWriter<File>) -> std::io::Result<()>,
) -> Result<()> {
    let name = temporary(path);
    let failed = |e: &std::io::Error| {
        let _ = fs::remove_file(&name);
        Error::io(path, e)
    };
    let mut out = BufWriter::new(File::create(&name).map_err(|e| failed(&e))?);
    fill(&mut out)
        .and_then(|()| out.flush())
        .map_err(|e| failed(&e))?;
    drop(out);
    fs::rename(&name, path).map_err(|e| failed(&e))
}

/// Writes `bytes` to `path`.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
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
            Err(std::io::Error::from(std::io::ErrorKind::StorageFull))
        });
        assert!(broken.unwrap_err().message().contains("disk is full"));
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
