//! The `.npy` format (numpy's NEP 1): header, then raw items.

use crate::error::{Error, Result};
use npyz::{DType, NpyHeader, Order};
use std::io::Read;

/// The item types that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sources) enum Kind {
    /// IEEE binary, of 2, 4 or 8 bytes.
    Float(usize),
    /// Signed integer of that many bytes.
    Int(usize),
    /// Unsigned integer (or bool) of that many bytes.
    Uint(usize),
    /// Unicode text of that many UTF-32 units.
    Unicode(usize),
    /// Byte string of that many bytes.
    Bytes(usize),
}

/// Shape and item type of an array.
#[derive(Debug, Clone)]
pub(in crate::sources) struct Header {
    pub(in crate::sources) kind: Kind,
    pub(in crate::sources) shape: Vec<usize>,
    /// Column-major?
    pub(in crate::sources) fortran: bool,
    big_endian: bool,
}

impl Header {
    /// Reads the header; the reader then stands at the first item.
    pub(in crate::sources) fn read(reader: &mut dyn Read) -> Result<Self> {
        let header = NpyHeader::from_reader(reader).map_err(|error| {
            Error::input(format!("not a NumPy array ({error})"))
                .mend("save the array again with numpy.save or numpy.savez")
        })?;
        let DType::Plain(item) = header.dtype() else {
            return Err(Error::input("a structured array, expected plain numbers"));
        };
        let text = item.to_string();
        let text = text.trim_matches('\'');
        let (order, rest) = text.split_at_checked(1).unwrap_or(("", text));
        let (letter, size) = rest.split_at_checked(1).unwrap_or(("", rest));
        let kind = match (letter, size.parse::<usize>()) {
            ("f", Ok(size @ (2 | 4 | 8))) => Kind::Float(size),
            ("i", Ok(size @ (1 | 2 | 4 | 8))) => Kind::Int(size),
            ("u" | "b", Ok(size @ (1 | 2 | 4 | 8))) => Kind::Uint(size),
            ("U", Ok(size)) => Kind::Unicode(size),
            ("S", Ok(size)) => Kind::Bytes(size),
            _ => {
                return Err(Error::input(format!(
                    "an array of dtype {text:?}, which is not read here"
                ))
                .mend("save it as float32, float64 or uint8; arrays of objects are never read"));
            }
        };
        let shape: Option<Vec<usize>> = header
            .shape()
            .iter()
            .map(|&side| usize::try_from(side).ok())
            .collect();
        Ok(Self {
            kind,
            shape: shape.ok_or_else(|| Error::input("an array too large for this machine"))?,
            fortran: header.order() == Order::Fortran,
            big_endian: order == ">",
        })
    }

    /// Number of items.
    pub(in crate::sources) fn n_items(&self) -> Result<usize> {
        let n = self
            .shape
            .iter()
            .try_fold(1_usize, |n, &side| n.checked_mul(side));
        n.ok_or_else(|| Error::input(format!("an array of shape {:?} is too large", self.shape)))
    }

    fn item_size(&self) -> usize {
        match self.kind {
            Kind::Float(size) | Kind::Int(size) | Kind::Uint(size) | Kind::Bytes(size) => size,
            Kind::Unicode(size) => size.saturating_mul(4),
        }
    }

    /// All items as stored. A header that promises more than there is costs no memory.
    fn raw(&self, reader: &mut dyn Read) -> Result<Vec<u8>> {
        let size = self
            .n_items()?
            .checked_mul(self.item_size())
            .ok_or_else(|| Error::input("an array that is too large"))?;
        let mut bytes = Vec::new();
        reader
            .take(size as u64)
            .read_to_end(&mut bytes)
            .map_err(|error| Error::input(format!("cannot read the array ({error})")))?;
        if bytes.len() != size {
            return Err(Error::input(format!(
                "the array of shape {:?} has {} of its {size} bytes",
                self.shape,
                bytes.len()
            ))
            .mend("the file is truncated; save it again"));
        }
        Ok(bytes)
    }

    /// All items as f64, in storage order.
    pub(super) fn numbers(&self, reader: &mut dyn Read) -> Result<Vec<f64>> {
        let (Kind::Float(size) | Kind::Int(size) | Kind::Uint(size)) = self.kind else {
            return Err(Error::input("a text array where numbers are expected"));
        };
        let bytes = self.raw(reader)?;
        Ok(bytes
            .chunks_exact(size)
            .map(|item| self.number(item))
            .collect())
    }

    fn number(&self, item: &[u8]) -> f64 {
        let bits = if self.big_endian {
            item.iter().fold(0_u64, |bits, &b| bits << 8 | u64::from(b))
        } else {
            item.iter()
                .rev()
                .fold(0_u64, |bits, &b| bits << 8 | u64::from(b))
        };
        match self.kind {
            Kind::Float(2) => half(bits as u16),
            Kind::Float(4) => f64::from(f32::from_bits(bits as u32)),
            Kind::Float(_) => f64::from_bits(bits),
            Kind::Int(size) => {
                let unused = 64 - 8 * size as u32;
                ((bits << unused).cast_signed() >> unused) as f64
            }
            _ => bits as f64,
        }
    }

    /// A text or byte-string scalar (or array of one).
    pub(super) fn text(&self, reader: &mut dyn Read) -> Result<String> {
        let bytes = self.raw(reader)?;
        let text = match self.kind {
            Kind::Bytes(_) => String::from_utf8_lossy(&bytes).into_owned(),
            Kind::Unicode(_) => {
                let unit = |c: &[u8]| {
                    c.try_into().map(if self.big_endian {
                        u32::from_be_bytes
                    } else {
                        u32::from_le_bytes
                    })
                };
                let units = bytes.chunks_exact(4).filter_map(|c| unit(c).ok());
                units
                    .map(|unit| char::from_u32(unit).unwrap_or('\u{fffd}'))
                    .collect()
            }
            _ => return Err(Error::input("a number where a text is expected")),
        };
        Ok(text.trim_end_matches('\0').to_owned())
    }
}

/// IEEE binary16.
fn half(bits: u16) -> f64 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f64::from(bits & 1023));
    match exponent {
        0 => sign * fraction * 2_f64.powi(-24),
        31 if fraction == 0.0 => sign * f64::INFINITY,
        31 => f64::NAN,
        _ => sign * (1.0 + fraction / 1024.0) * 2_f64.powi(exponent - 15),
    }
}

#[cfg(test)]
mod tests {
    use super::half;

    #[test]
    fn half_floats_by_hand() {
        // IEEE 754: 0x3c00 = 1, 0xc000 = -2, 0x7bff = 65504 (the largest), 0x0001 = 2^-24 (the smallest).
        assert_eq!(
            [half(0x3c00), half(0xc000), half(0x7bff)],
            [1.0, -2.0, 65504.0]
        );
        assert_eq!(half(0x0001), 2_f64.powi(-24));
        assert!(half(0x7c00).is_infinite() && half(0x7e00).is_nan());
    }
}
