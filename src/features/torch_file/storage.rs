//! The raw values behind the tensors, in both formats of torch.

use super::{Element, Layout, MAX_PICKLE, MAX_STREAM, layouts, load_prefix};
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

fn damaged(what: impl Into<String>) -> Error {
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
        if let Ok(order) = member(&mut archive, &format!("{prefix}byteorder"), 64) {
            if order != b"little" {
                let order = String::from_utf8_lossy(&order).into_owned();
                return Err(Error::engine(format!(
                    "the byte order is `{order}`, expected `little`"
                ))
                .mend("save the file again on a little-endian machine"));
            }
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
        let expected = expected.ok_or_else(|| damaged("an impossible number of values"))?;
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
    let mut bytes = Vec::with_capacity(file.size() as usize);
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

/// The elements of a strided view, row-major, as float32.
pub fn gather(bytes: &[u8], layout: &Layout) -> Result<Vec<f32>> {
    let outside = || {
        damaged(format!(
            "shape {:?} reaches outside its storage",
            layout.shape
        ))
    };
    let n = layout
        .shape
        .iter()
        .try_fold(1_usize, |n, &size| n.checked_mul(size))
        .ok_or_else(outside)?;
    // A stride of 0 would let a small file ask for any amount of memory.
    if n > layout.n_stored {
        return Err(outside());
    }
    let mut values = Vec::with_capacity(n);
    let mut place = vec![0_usize; layout.shape.len()];
    for _ in 0..n {
        let steps = place.iter().zip(&layout.strides);
        let index = steps.fold(Some(layout.offset), |sum, (&i, &stride)| {
            sum?.checked_add(i.checked_mul(stride)?)
        });
        let value = index.and_then(|index| element(bytes, index, layout.element));
        values.push(value.ok_or_else(|| match layout.element {
            Element::Integer(_) => Error::engine("holds integers, expected floating-point weights"),
            _ => outside(),
        })?);
        for (i, &size) in place.iter_mut().zip(&layout.shape).rev() {
            *i += 1;
            if *i < size {
                break;
            }
            *i = 0;
        }
    }
    Ok(values)
}

fn element(bytes: &[u8], index: usize, element: Element) -> Option<f32> {
    let at = index.checked_mul(element.bytes())?;
    let rest = bytes.get(at..)?;
    Some(match element {
        Element::Float32 => f32::from_le_bytes(*rest.first_chunk()?),
        Element::Float64 => f64::from_le_bytes(*rest.first_chunk()?) as f32,
        Element::BFloat16 => {
            f32::from_bits(u32::from(u16::from_le_bytes(*rest.first_chunk()?)) << 16)
        }
        Element::Float16 => half(u16::from_le_bytes(*rest.first_chunk()?)),
        Element::Integer(_) => return None,
    })
}

/// IEEE 754 binary16 to binary32, exactly.
fn half(bits: u16) -> f32 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let (exponent, fraction) = (i32::from((bits >> 10) & 0x1f), f32::from(bits & 0x3ff));
    match exponent {
        0 => sign * fraction * 2_f32.powi(-24),
        0x1f if fraction == 0.0 => sign * f32::INFINITY,
        0x1f => f32::NAN,
        _ => sign * (1024.0 + fraction) * 2_f32.powi(exponent - 25),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(shape: &[usize], strides: &[usize], offset: usize) -> Layout {
        Layout {
            storage: "0".into(),
            element: Element::Float32,
            n_stored: 6,
            offset,
            shape: shape.to_vec(),
            strides: strides.to_vec(),
        }
    }

    fn six() -> Vec<u8> {
        (0..6).flat_map(|i| (i as f32).to_le_bytes()).collect()
    }

    #[test]
    fn strides_decide_the_order_of_values() {
        // [[0, 1, 2], [3, 4, 5]] and its transpose as torch stores it: the same storage, strides exchanged.
        assert_eq!(
            gather(&six(), &layout(&[2, 3], &[3, 1], 0)).unwrap(),
            [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
        );
        assert_eq!(
            gather(&six(), &layout(&[3, 2], &[1, 3], 0)).unwrap(),
            [0.0, 3.0, 1.0, 4.0, 2.0, 5.0]
        );
        assert_eq!(gather(&six(), &layout(&[2], &[1], 4)).unwrap(), [4.0, 5.0]);
    }

    #[test]
    fn a_view_outside_its_storage_is_refused() {
        assert!(gather(&six(), &layout(&[3], &[1], 4)).is_err());
        assert!(gather(&six(), &layout(&[7], &[0], 0)).is_err());
        assert!(gather(&six(), &layout(&[2], &[usize::MAX], 1)).is_err());
    }

    #[test]
    fn half_precision_is_ieee_754() {
        // 0x3c00 = 2^0, 0xc000 = -2^1, 0x3555 = (1 + 341/1024) / 4, 0x0001 = 2^-24, 0x7bff = 65504.
        assert_eq!(
            [0x3c00, 0xc000, 0x0001, 0x7bff].map(half),
            [1.0, -2.0, 2_f32.powi(-24), 65504.0]
        );
        assert_eq!(half(0x3555), 1365.0 / 4096.0);
    }
}
