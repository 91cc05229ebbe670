//! Gets a published weights file from its publisher, when asked to and never otherwise.
//!
//! The file grows as `NAME.part`; a later call goes on where an earlier one stopped (HTTP `Range`), and only a file with
//! the published sha256 gets its final name. A server that ignores `Range` is read from the start. Proxies are taken
//! from the environment (`HTTPS_PROXY`, …).

mod transfer;

use crate::error::{Error, Result};
use crate::features::{digest, inception, model_error};
use crate::progress::Observer;
use std::fs::File;
use std::path::{Path, PathBuf};
use transfer::Transfer;

/// A file that somebody publishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Published<'a> {
    /// The model that it makes, as [`super::registry::MODELS`] names it.
    pub model: &'a str,
    /// The name it gets here.
    pub file_name: &'a str,
    /// Where it is published; the last part may differ from `file_name`.
    pub url: &'a str,
    /// sha256 of the whole file, hex.
    pub sha256: &'a str,
    /// Bytes.
    pub size: u64,
    /// Who publishes it, and what of.
    pub publisher: &'a str,
}

/// All files that can be fetched. Of several with one model, the first is tried unless another is asked for.
pub const PUBLISHED: [Published<'static>; 2] = [
    Published {
        model: "inception",
        file_name: "pt_inception-2015-12-05-6726825d.pth",
        url: "https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights/pt_inception-2015-12-05-6726825d.pth",
        sha256: inception::SHA256,
        size: 95_628_359,
        publisher: "pytorch-fid, converted from TensorFlow's inception-2015-12-05 (Apache-2.0)",
    },
    Published {
        model: "inception",
        file_name: "weights-inception-2015-12-05-6726825d.pth",
        url: "https://github.com/toshas/torch-fidelity/releases/download/v0.2.0/weights-inception-2015-12-05-6726825d.pth",
        sha256: inception::SHA256,
        size: 95_628_359,
        publisher: "torch-fidelity, the same file",
    },
];

/// The published files of a model, by its name.
#[must_use]
pub fn published(model: &str) -> Vec<Published<'static>> {
    PUBLISHED
        .into_iter()
        .filter(|entry| entry.model == model)
        .collect()
}

/// Fetches a published file into `target_dir` and gives its path.
///
/// `base_url` replaces everything before the file's name in [`Published::url`] (a mirror, or a test's own server). If
/// the file is there already with the right sha256, nothing is fetched. `observer` hears of bytes.
///
/// # Errors
/// No network, an answer that is not 200 or 206, a connection that breaks (what came is kept for the next call), a file
/// whose sha256 differs (it is removed), a full disk, another fetch of the same file, and Ctrl-C.
pub fn fetch(
    entry: &Published<'_>,
    base_url: Option<&str>,
    target_dir: &Path,
    observer: &dyn Observer,
) -> Result<PathBuf> {
    let target = target_dir.join(entry.file_name);
    if target.exists() && digest::sha256_file(&target)? == entry.sha256 {
        return Ok(target);
    }
    std::fs::create_dir_all(target_dir)
        .map_err(|error| model_error::writing(target_dir, &error))?;
    let part = target_dir.join(format!("{}.part", entry.file_name));
    let file = open_part(&part)?;
    let url = match base_url {
        Some(base) => {
            let name = entry.url.rsplit('/').next().unwrap_or(entry.file_name);
            format!("{}/{name}", base.trim_end_matches('/'))
        }
        None => entry.url.to_owned(),
    };
    observer.begin(
        &format!("fetching {}", entry.file_name),
        entry.size as usize,
    );
    let mut transfer = Transfer {
        url: &url,
        size: entry.size,
        part: &part,
        file,
        observer,
    };
    let transferred = transfer.run();
    observer.end();
    transferred.inspect_err(|_| remove_if_empty(&part))?;
    let found = digest::sha256_file(&part)?;
    if found != entry.sha256 {
        let size = std::fs::metadata(&part).map_or(0, |metadata| metadata.len());
        std::fs::remove_file(&part).map_err(|error| model_error::writing(&part, &error))?;
        return Err(Error::engine(format!(
            "{url}: {size} bytes with sha256 {found}, expected {} bytes with sha256 {}; the file was removed",
            entry.size, entry.sha256
        ))
        .mend("try again; if it stays so, the address serves another file: get it elsewhere and use gavel models convert"));
    }
    std::fs::rename(&part, &target).map_err(|error| model_error::writing(&target, &error))?;
    Ok(target)
}

/// Nothing came: nothing is left behind. If even that fails, an empty file does no harm.
fn remove_if_empty(part: &Path) {
    if std::fs::metadata(part).is_ok_and(|metadata| metadata.len() == 0) {
        let _ = std::fs::remove_file(part);
    }
}

/// Opens the growing file, for us alone.
fn open_part(part: &Path) -> Result<File> {
    let options = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(part);
    let file = options.map_err(|error| model_error::writing(part, &error))?;
    match file.try_lock() {
        Err(std::fs::TryLockError::WouldBlock) => Err(Error::engine(format!(
            "{}: another fetch is writing it",
            part.display()
        ))
        .mend("wait until it has finished")),
        // A file system without locks: the sha256 finds a mixture of two writers.
        Ok(()) | Err(std::fs::TryLockError::Error(_)) => Ok(file),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::registry::MODELS;

    #[test]
    fn every_published_file_is_https_names_a_model_and_carries_its_hash() {
        for entry in PUBLISHED {
            assert!(entry.url.starts_with("https://"), "{}", entry.url);
            assert!(
                MODELS.iter().any(|model| model.name == entry.model),
                "{}",
                entry.model
            );
            assert_eq!(entry.sha256.len(), 64);
            // Both publishers put the first digits into the name.
            assert!(
                entry.url.contains(&entry.sha256[..8])
                    && entry.file_name.contains(&entry.sha256[..8])
            );
            assert!(!entry.publisher.is_empty());
        }
        assert_eq!(published("inception").len(), 2);
        assert!(published("pixels").is_empty());
    }
}
