//! Writing `.npy` and `.npz` that numpy reads, whole or not at all.

use crate::atomic_file;
use crate::error::{Error, Result};
use ndarray::ArrayViewD;
use std::fmt::Write as _;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use zip::write::SimpleFileOptions;

/// An array to write, in C order and little-endian.
pub enum Array<'a> {
    /// float32.
    F32(ArrayViewD<'a, f32>),
    /// float64.
    F64(ArrayViewD<'a, f64>),
    /// uint8.
    U8(ArrayViewD<'a, u8>),
    /// An int64 scalar.
    Count(u64),
    /// A Unicode scalar.
    Text(&'a str),
}

impl Array<'_> {
    fn header(&self) -> Vec<u8> {
        let (descr, shape) = match self {
            Self::F32(values) => ("<f4".to_owned(), values.shape()),
            Self::F64(values) => ("<f8".to_owned(), values.shape()),
            Self::U8(values) => ("|u1".to_owned(), values.shape()),
            Self::Count(_) => ("<i8".to_owned(), &[][..]),
            // numpy has no strings of length 0.
            Self::Text(text) => (format!("<U{}", text.chars().count().max(1)), &[][..]),
        };
        let mut sides = String::new();
        for side in shape {
            let _ = write!(sides, "{side}, ");
        }
        let mut text = format!(
            "{{'descr': '{descr}', 'fortran_order': False, 'shape': ({}), }}",
            sides.trim_end()
        );
        // Magic, version and length take 10 bytes; the data begins at a multiple of 64, after a line end.
        let padded = (10 + text.len() + 1).next_multiple_of(64);
        while 10 + text.len() + 1 < padded {
            text.push(' ');
        }
        text.push('\n');
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((text.len() as u16).to_le_bytes());
        bytes.extend(text.into_bytes());
        bytes
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(&self.header())?;
        match self {
            Self::F32(values) => values
                .iter()
                .try_for_each(|v| out.write_all(&v.to_le_bytes())),
            Self::F64(values) => values
                .iter()
                .try_for_each(|v| out.write_all(&v.to_le_bytes())),
            Self::U8(values) => values.iter().try_for_each(|v| out.write_all(&[*v])),
            Self::Count(n) => out.write_all(&(i64::try_from(*n).unwrap_or(i64::MAX)).to_le_bytes()),
            Self::Text("") => out.write_all(&[0; 4]),
            Self::Text(text) => text
                .chars()
                .try_for_each(|c| out.write_all(&u32::from(c).to_le_bytes())),
        }
    }
}

/// Writes one array as `.npy`.
pub fn write_npy(path: &Path, array: &Array<'_>) -> Result<()> {
    atomic_file::write_with(path, |out| array.write(out)).map_err(|error| Error::io(path, &error))
}

/// Writes named arrays as `.npz`, stored without compression, without dates: the same arrays give the same bytes.
pub fn write_npz(path: &Path, arrays: &[(&str, Array<'_>)]) -> Result<()> {
    atomic_file::write_with(path, |file| {
        let mut archive = zip::ZipWriter::new(file);
        let options = SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Stored)
            .last_modified_time(zip::DateTime::default())
            .large_file(true);
        for (name, array) in arrays {
            archive.start_file(format!("{name}.npy"), options)?;
            let mut out = BufWriter::new(&mut archive);
            array.write(&mut out)?;
            out.flush()?;
        }
        archive.finish()?;
        Ok(())
    })
    .map_err(|error| Error::io(path, &error))
}
