//! One batch of CIFAR.

use crate::error::{Error, Result};
use crate::sources::pickle::{self, View};
use std::io::Read;

/// Most bytes of a pickled batch; CIFAR-100's training batch has 155 MB.
const MAX_PICKLE: u64 = 1 << 30;

/// The globals of a pickled numpy array, before and after numpy 2 renamed its core.
const ALLOWED: [(&str, &str); 8] = [
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy.core.numeric", "_frombuffer"),
    ("numpy._core.numeric", "_frombuffer"),
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    ("_codecs", "encode"),
    ("collections", "OrderedDict"),
];

/// How a batch is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sources) enum Coding {
    /// One label byte a record.
    Binary10,
    /// Coarse and fine label byte.
    Binary100,
    /// A Python dict.
    Pickled,
}

impl Coding {
    pub(super) fn label_bytes(self) -> usize {
        match self {
            Self::Binary10 => 1,
            Self::Binary100 => 2,
            Self::Pickled => 0,
        }
    }
}

/// A batch by name, and what the name tells.
#[derive(Debug, Clone)]
pub(in crate::sources) struct Batch {
    /// Name within the container.
    pub(super) member: String,
    /// `train` or `test`.
    pub(super) split: &'static str,
    pub(super) coding: Coding,
}

impl Batch {
    /// Is a file of this base name a batch? `hundred`: are the other marks of CIFAR-100 there?
    pub(super) fn named(member: &str, base: &str, hundred: bool) -> Option<Self> {
        let stem = base.strip_suffix(".bin");
        let (split, coding) = match (stem.unwrap_or(base), stem.is_some()) {
            ("test_batch", binary) => (
                "test",
                if binary {
                    Coding::Binary10
                } else {
                    Coding::Pickled
                },
            ),
            ("train", true) => ("train", Coding::Binary100),
            ("test", true) => ("test", Coding::Binary100),
            ("train", false) if hundred => ("train", Coding::Pickled),
            ("test", false) if hundred => ("test", Coding::Pickled),
            (name, binary) => {
                let number = name.strip_prefix("data_batch_")?;
                number.parse::<u8>().ok()?;
                (
                    "train",
                    if binary {
                        Coding::Binary10
                    } else {
                        Coding::Pickled
                    },
                )
            }
        };
        Some(Self {
            member: member.to_owned(),
            split,
            coding,
        })
    }

    /// The label of every picture (CIFAR-100: the fine one).
    pub(super) fn labels(&self, reader: &mut dyn Read) -> Result<Vec<usize>> {
        if self.coding == Coding::Pickled {
            return Ok(self.unpickle(reader)?.1);
        }
        self.binary_labels(reader)
    }

    fn binary_labels(&self, reader: &mut dyn Read) -> Result<Vec<usize>> {
        let n_label = self.coding.label_bytes();
        let mut record = vec![0; n_label + 3072];
        let mut labels = Vec::new();
        loop {
            let mut filled = 0;
            while let Some(rest) = record.get_mut(filled..).filter(|rest| !rest.is_empty()) {
                match reader
                    .read(rest)
                    .map_err(|error| Error::input(format!("{}: {error}", self.member)))?
                {
                    0 => break,
                    n => filled += n,
                }
            }
            match (filled, record.get(n_label - 1)) {
                (0, _) => return Ok(labels),
                (n, Some(&label)) if n == record.len() => labels.push(usize::from(label)),
                (n, _) => {
                    return Err(Error::input(format!(
                        "{}: the last record has {n} of {} bytes",
                        self.member,
                        record.len()
                    ))
                    .mend("the file is truncated or no CIFAR batch; fetch it again"));
                }
            }
        }
    }

    /// Hands the records over, whatever the coding.
    pub(super) fn feed(
        &self,
        reader: &mut dyn Read,
        reading: &mut dyn FnMut(&mut dyn Read) -> Result<()>,
    ) -> Result<()> {
        if self.coding != Coding::Pickled {
            return reading(reader);
        }
        let (data, _) = self.unpickle(reader)?;
        reading(&mut data.as_slice())
    }

    fn unpickle(&self, reader: &mut dyn Read) -> Result<(Vec<u8>, Vec<usize>)> {
        let mut bytes = Vec::new();
        let mut bounded = reader.take(MAX_PICKLE);
        bounded
            .read_to_end(&mut bytes)
            .map_err(|error| Error::input(format!("{}: {error}", self.member)))?;
        let document = pickle::load(&bytes, &ALLOWED).map_err(|error| error.at(&self.member))?;
        drop(bytes);
        let root = document.root();
        let missing =
            |what: &str| Error::input(format!("{}: not a CIFAR batch, {what}", self.member));
        let data = root
            .get("data")
            .and_then(array_bytes)
            .ok_or_else(|| missing("it has no uint8 array `data`"))?;
        let labels = root
            .get("fine_labels")
            .or_else(|| root.get("labels"))
            .ok_or_else(|| missing("it has no `labels`"))?;
        let labels: Option<Vec<usize>> = labels
            .items()
            .into_iter()
            .map(|l| usize::try_from(l.as_int()?).ok())
            .collect();
        let labels = labels.ok_or_else(|| missing("its labels are not a list of integers"))?;
        if data.len() != labels.len().saturating_mul(3072) {
            return Err(missing(&format!(
                "{} bytes of pixels for {} labels of 3072 each",
                data.len(),
                labels.len()
            )));
        }
        Ok((data, labels))
    }
}

/// The bytes of a pickled C-ordered uint8 array: state `(version, shape, dtype, is_fortran, bytes)`, or with protocol 5
/// a call of `_frombuffer(bytes, dtype, shape, order)`.
fn array_bytes(array: View<'_>) -> Option<Vec<u8>> {
    let (parts, whole) = match array.called()? {
        (_, "_frombuffer") => (array.arguments(), true),
        _ => (array.state()?.items(), false),
    };
    let (dtype, bytes, c_order) = match *parts.as_slice() {
        [bytes, dtype, _, order] if whole => (dtype, bytes, order.as_str() == Some("C")),
        [_, _, dtype, fortran, bytes] => (dtype, bytes, fortran.as_int() == Some(0)),
        _ => return None,
    };
    let kind = dtype.arguments().first()?.as_str()?;
    (kind == "u1" && c_order)
        .then(|| bytes.as_bytes())?
        .map(std::borrow::Cow::into_owned)
}
