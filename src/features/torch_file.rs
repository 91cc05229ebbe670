//! Reads the tensors of a file that `torch.save` wrote from a state dict. Nothing in the file is executed.
//!
//! Two formats (the specification is `torch/serialization.py`):
//! * **zip** (torch 1.6 and later): `NAME/data.pkl` describes the tensors, `NAME/data/KEY` holds each storage as raw
//!   values, `NAME/byteorder` says `little`;
//! * **stream** (before 1.6): five pickles in a row (magic number, version, system, state dict, storage keys), then each
//!   storage as a 64-bit count and raw values.
//!
//! A tensor is a view of a storage: offset, sizes and strides. Elements are read as float32, float64, float16 or
//! bfloat16 and given as float32; tensors of integers (`num_batches_tracked`) are listed and cannot be read.

mod storage;
mod view;

use crate::error::{Error, Result};
use crate::features::model_error;
use crate::sources::pickle::{self, View};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use storage::Storages;

/// The names that a state dict may mention; anything else is refused by the pickle reader.
const ALLOWED: &[(&str, &str)] = &[
    ("collections", "OrderedDict"),
    ("torch._utils", "_rebuild_tensor_v2"),
    ("torch._utils", "_rebuild_parameter"),
    ("torch", "FloatStorage"),
    ("torch", "DoubleStorage"),
    ("torch", "HalfStorage"),
    ("torch", "BFloat16Storage"),
    ("torch", "LongStorage"),
    ("torch", "IntStorage"),
    ("torch", "ShortStorage"),
    ("torch", "CharStorage"),
    ("torch", "ByteStorage"),
    ("torch", "BoolStorage"),
    ("torch", "Size"),
];

/// Most bytes of the describing pickle: a state dict needs about 120 bytes a tensor.
const MAX_PICKLE: u64 = 64 << 20;
/// Most bytes of a file in the old format, which has to be read at once.
const MAX_STREAM: u64 = 4 << 30;
/// Most dimensions of a tensor.
const MAX_RANK: usize = 8;

/// The element type of a storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Element {
    /// IEEE 754, 32 bits.
    Float32,
    /// IEEE 754, 64 bits.
    Float64,
    /// IEEE 754, 16 bits.
    Float16,
    /// The upper half of a float32.
    BFloat16,
    /// Integers of this many bytes.
    Integer(usize),
}

impl Element {
    fn of(storage: &str) -> Option<Self> {
        Some(match storage {
            "FloatStorage" => Self::Float32,
            "DoubleStorage" => Self::Float64,
            "HalfStorage" => Self::Float16,
            "BFloat16Storage" => Self::BFloat16,
            "LongStorage" => Self::Integer(8),
            "IntStorage" => Self::Integer(4),
            "ShortStorage" => Self::Integer(2),
            "CharStorage" | "ByteStorage" | "BoolStorage" => Self::Integer(1),
            _ => return None,
        })
    }

    fn bytes(self) -> usize {
        match self {
            Self::Float64 => 8,
            Self::Float32 => 4,
            Self::Float16 | Self::BFloat16 => 2,
            Self::Integer(bytes) => bytes,
        }
    }
}

/// Where a tensor lies.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Layout {
    storage: String,
    element: Element,
    n_stored: usize,
    offset: usize,
    shape: Vec<usize>,
    strides: Vec<usize>,
}

/// An open weights file.
#[derive(Debug)]
pub struct TorchFile {
    path: PathBuf,
    layouts: BTreeMap<String, Layout>,
    storages: Storages,
}

impl TorchFile {
    /// Opens a weights file and reads the description of its tensors.
    ///
    /// # Errors
    /// A file that is not there, is neither of the two formats, is damaged, names anything but tensors of known types,
    /// or is a whole TorchScript program: all errors of the model (exit 4).
    pub fn open(path: &Path) -> Result<Self> {
        let mut file = File::open(path).map_err(|error| model_error::reading(path, &error))?;
        let mut start = Vec::new();
        let head = file.by_ref().take(16).read_to_end(&mut start);
        head.map_err(|error| model_error::reading(path, &error))?;
        let opened = if start.starts_with(b"PK\x03\x04") {
            Storages::zip(BufReader::new(file))
        } else if start.first() == Some(&0x80) {
            Storages::stream(path)
        } else {
            Err(Error::engine(format!("starts with the bytes {start:02x?}, expected a file of torch.save (PK.. or 80..)"))
                .mend("name the .pth file that the publisher gives; an .onnx file needs no conversion: --extractor FILE.onnx"))
        };
        let described = opened.and_then(|(storages, description)| {
            let layouts = layouts(description.root())?;
            Ok((storages, layouts))
        });
        let (storages, layouts) = described.map_err(|error| model_error::of(path, &error))?;
        Ok(Self {
            path: path.to_owned(),
            layouts,
            storages,
        })
    }

    /// Names and shapes of all tensors, in byte order of names.
    pub fn tensors(&self) -> impl Iterator<Item = (&str, &[usize])> {
        self.layouts
            .iter()
            .map(|(name, layout)| (name.as_str(), layout.shape.as_slice()))
    }

    /// The shape of a tensor, if the file has it.
    #[must_use]
    pub fn shape(&self, name: &str) -> Option<&[usize]> {
        self.layouts.get(name).map(|layout| layout.shape.as_slice())
    }

    /// The values of a tensor, row-major.
    ///
    /// # Errors
    /// An unknown name, integers, a storage that is missing, damaged or too short, and values that are not finite.
    pub fn read(&mut self, name: &str) -> Result<Vec<f32>> {
        let Some(layout) = self.layouts.get(name) else {
            return Err(Error::engine(format!(
                "{}: no tensor `{name}`",
                self.path.display()
            )));
        };
        let bytes = self.storages.read(layout);
        let values = bytes.and_then(|bytes| view::gather(&bytes, layout));
        let values =
            values.and_then(
                |values| match values.iter().position(|value| !value.is_finite()) {
                    Some(at) => Err(Error::engine(format!(
                        "value {at} is {}, expected finite weights",
                        values[at]
                    ))
                    .mend("fetch the file again, or ask its publisher")),
                    None => Ok(values),
                },
            );
        values.map_err(|error| model_error::of(&self.path, &error.at(format!("tensor `{name}`"))))
    }
}

/// The tensors of a state dict, or of the `state_dict` entry of a checkpoint.
fn layouts(root: View<'_>) -> Result<BTreeMap<String, Layout>> {
    let dict = root.get("state_dict").unwrap_or(root);
    let mut found = BTreeMap::new();
    for (key, value) in dict.pairs() {
        let Some(name) = key.as_str() else { continue };
        let tensor = match value.called() {
            Some(("torch._utils", "_rebuild_parameter")) => {
                value.arguments().first().copied().unwrap_or(value)
            }
            _ => value,
        };
        if tensor.called() == Some(("torch._utils", "_rebuild_tensor_v2")) {
            let layout = layout(tensor).ok_or_else(|| {
                Error::engine(format!(
                    "the description of the tensor `{name}` is not understood"
                ))
                .mend("save the state dict again with torch.save(model.state_dict(), FILE)")
            })?;
            found.insert(name.to_owned(), layout);
        }
    }
    if found.is_empty() {
        return Err(
            Error::engine("holds no tensors under text keys, expected a state dict")
                .mend("save the weights with torch.save(model.state_dict(), FILE)"),
        );
    }
    Ok(found)
}

/// `_rebuild_tensor_v2(storage, offset, size, stride, …)`, `storage = ("storage", type, key, device, n)`.
fn layout(tensor: View<'_>) -> Option<Layout> {
    let sizes = |view: View<'_>| -> Option<Vec<usize>> {
        // torch.Size is a tuple inside a call.
        let items = if view.called().is_some() {
            view.arguments().first()?.items()
        } else {
            view.items()
        };
        items
            .iter()
            .map(|item| usize::try_from(item.as_int()?).ok())
            .collect()
    };
    let arguments = tensor.arguments();
    let [reference, offset, shape, strides, ..] = arguments.as_slice() else {
        return None;
    };
    let storage = reference.persistent()?.items();
    let [_, kind, key, _, n_stored, ..] = storage.as_slice() else {
        return None;
    };
    let (shape, strides) = (sizes(*shape)?, sizes(*strides)?);
    if shape.len() != strides.len() || shape.len() > MAX_RANK {
        return None;
    }
    Some(Layout {
        storage: key.as_str()?.to_owned(),
        element: Element::of(kind.as_global()?.1)?,
        n_stored: usize::try_from(n_stored.as_int()?).ok()?,
        offset: usize::try_from(offset.as_int()?).ok()?,
        shape,
        strides,
    })
}

/// Loads a pickle with the names above.
fn load_prefix(bytes: &[u8]) -> Result<(pickle::Document, usize)> {
    pickle::load_prefix(bytes, ALLOWED)
}
