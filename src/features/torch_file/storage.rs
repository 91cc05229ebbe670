//! The raw values behind the tensors, in both formats of torch.

use super::{Layout, MAX_PICKLE, MAX_STREAM, layouts, load_prefix};
use crate::error::{Error, Result};
use crate::features::model_error;
use crate::sources::pickle::{self, Document};
use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;
use zip::ZipArchive;

/// `torch.serialization.MAGIC_NUMBER`, 0x1950a86a20f9469cfc6c, as the pickle has it: little-endian.
const MAGIC: [u8; 10] = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
/// The only version of the old format.
const STREAM_VERSION: i64 = 1001;
/// Most bytes of one storage; the largest of Inception has 8 MB.
const MAX_STORAGE: usize = 1 << 30;
/// Most bytes that are reserved before they are seen: an archive may claim any size.
const MAX_AHEAD: u64 = 1 << 24;

/// Where the storages are.
pub enum Storages {
    /// Members of an archive, read one at a time.
    Zip {
        archive: Box<ZipArchive<BufReader<File>>>,
        /// `NAME/`.
        prefix: String,
    },
    /// The whole file, and where each storage's values start.
    Stream {
        bytes: Vec<u8>,
        starts: HashMap<String, usize>,
    },
}

impl std::fmt::Debug for Storages {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Zip { .. } => "Zip",
            Self::Stream { .. } => "Stream",
        })
    }
}

/// The error of a file whose content cannot be.
pub fn damaged(what: impl Into<String>) -> Error {
    Error::engine(what).mend("fetch or copy the file again: it is damaged or incomplete")
}

impl Storages {
    /// Opens the zip format and loads the description of its tensors.
    pub fn zip(file: BufReader<File>) -> Result<(Self, Document)> {
        let mut archive = ZipArchive::new(file)
            .map_err(|error| damaged(format!("a zip archive that cannot be read: {error}")))?;
        let names: Vec<String> = archive
            .file_names()
            .flatten()
            .map(Cow::into_owned)
            .collect();
        if names.iter().any(|name| name.ends_with("/constants.pkl")) {
            return Err(
                Error::engine("a TorchScript program, expected a state dict").mend(
                    "use the weights as a .pth state dict: pt_inception-2015-12-05-6726825d.pth",
                ),
            );
        }
        let found = names.iter().find_map(|name| {
            let prefix = name.strip_suffix("data.pkl")?;
            (prefix.is_empty() || prefix.ends_with('/')).then_some(prefix)
        });
        let Some(prefix) = found.map(str::to_owned) else {
            return Err(Error::engine(format!(
                "a zip archive of {} members without data.pkl",
                names.len()
            ))
            .mend("name a file that torch.save wrote"));
        };
        if let Ok(order) = member(&mut archive, &format!("{prefix}byteorder"), 64)
            && order != b"little"
        {
            let order = String::from_utf8_lossy(&order).into_owned();
            return Err(
                Error::engine(format!("the byte order is `{order}`, expected `little`"))
                    .mend("save the file again on a little-endian machine"),
            );
        }
        let description = member(&mut archive, &format!("{prefix}data.pkl"), MAX_PICKLE)?;
        let document = load_prefix(&description)?.0;
        let archive = Box::new(archive);
        Ok((Self::Zip { archive, prefix }, document))
    }

    /// Opens the old format: everything is in one stream, so it is read at once.
    pub fn stream(path: &Path) -> Result<(Self, Document)> {
        let size = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
        if size > MAX_STREAM {
            return Err(Error::engine(format!(
                "{size} bytes in torch's old format, at most {MAX_STREAM} are read"
            ))
            .mend("save the file again with torch 1.6 or later"));
        }
        let bytes = std::fs::read(path).map_err(|error| model_error::reading(path, &error))?;
        let mut at = 0;
        let mut next = || -> Result<Document> {
            let (document, used) = load_prefix(bytes.get(at..).unwrap_or_default())?;
            at += used;
            Ok(document)
        };
        let magic = next()?;
        if *magic.root().value() != pickle::Value::BigInt(MAGIC.to_vec()) {
            return Err(Error::engine(
                "a pickle without torch's magic number, expected a file of torch.save",
            )
            .mend("save the weights with torch.save(model.state_dict(), FILE)"));
        }
        let version = next()?.root().as_int();
        if version != Some(STREAM_VERSION) {
            return Err(Error::engine(format!(
                "torch's stream format {version:?}, only {STREAM_VERSION} is known"
            ))
            .mend("save the file again with torch 1.6 or later"));
        }
        let system = next()?;
        if system
            .root()
            .get("little_endian")
            .and_then(pickle::View::as_int)
            == Some(0)
        {
            return Err(
                Error::engine("written on a big-endian machine, expected little-endian")
                    .mend("save the file again on a little-endian machine"),
            );
        }
        let (description, keys) = (next()?, next()?);
        let starts = starts(&bytes, at, &description, &keys)?;
        Ok((Self::Stream { bytes, starts }, description))
    }

    /// The raw bytes of the storage behind `layout`.
    pub fn read(&mut self, layout: &Layout) -> Result<Cow<'_, [u8]>> {
        let expected = layout.n_stored.checked_mul(layout.element.bytes());
        let expected = expected
            .filter(|&bytes| bytes <= MAX_STORAGE)
            .ok_or_else(|| damaged(format!("{} values in one storage", layout.n_stored)))?;
        match self {
            Self::Zip { archive, prefix } => {
                let name = format!("{prefix}data/{}", layout.storage);
                let bytes = member(archive, &name, expected as u64)?;
                if bytes.len() == expected {
                    Ok(Cow::Owned(bytes))
                } else {
                    Err(damaged(format!(
                        "{name} has {} bytes, expected {expected}",
                        bytes.len()
                    )))
                }
            }
            Self::Stream { bytes, starts } => {
                let key = &layout.storage;
                let start = starts.get(key).copied();
                let found = start.and_then(|start| bytes.get(start..start.checked_add(expected)?));
                let found = found.ok_or_else(|| {
                    damaged(format!("storage {key} of {expected} bytes is not complete"))
                })?;
                Ok(Cow::Borrowed(found))
            }
        }
    }
}

/// The content of an archive member of at most `limit` bytes.
fn member(archive: &mut ZipArchive<BufReader<File>>, name: &str, limit: u64) -> Result<Vec<u8>> {
    let file = archive
        .by_name(name)
        .map_err(|error| damaged(format!("{name}: {error}")))?;
    if file.size() > limit {
        return Err(damaged(format!(
            "{name} has {} bytes, expected at most {limit}",
            file.size()
        )));
    }
    let mut bytes = Vec::with_capacity(file.size().min(MAX_AHEAD) as usize);
    // The archive may lie about the size; one byte more than allowed is enough to notice.
    let read = file.take(limit.saturating_add(1)).read_to_end(&mut bytes);
    read.map_err(|error| damaged(format!("{name}: {error}")))?;
    if bytes.len() as u64 > limit {
        return Err(damaged(format!("{name} has more than {limit} bytes")));
    }
    Ok(bytes)
}

/// Where each storage's values start in the old format: behind the keys, in their order, after a 64-bit count each.
fn starts(
    bytes: &[u8],
    mut at: usize,
    description: &Document,
    keys: &Document,
) -> Result<HashMap<String, usize>> {
    let sizes: HashMap<String, (usize, usize)> = layouts(description.root())?
        .into_values()
        .map(|layout| (layout.storage, (layout.n_stored, layout.element.bytes())))
        .collect();
    let mut starts = HashMap::new();
    for key in keys.root().items() {
        let Some(key) = key.as_str() else {
            return Err(damaged("a storage key that is no text"));
        };
        let count = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>());
        let count = count.ok_or_else(|| damaged(format!("the file ends before storage {key}")))?;
        let count = u64::from_le_bytes(*count) as usize;
        // A storage that no tensor of the state dict uses cannot be stepped over: its element size is not known.
        let Some((n_stored, width)) = sizes.get(key).copied() else {
            return Err(damaged(format!("storage {key} belongs to no tensor")));
        };
        if count != n_stored {
            return Err(damaged(format!(
                "storage {key} has {count} values, expected {n_stored}"
            )));
        }
        starts.insert(key.to_owned(), at + 8);
        let size = count
            .checked_mul(width)
            .and_then(|size| size.checked_add(at + 8));
        at = size.ok_or_else(|| damaged(format!("storage {key} is impossibly large")))?;
    }
    Ok(starts)
}
