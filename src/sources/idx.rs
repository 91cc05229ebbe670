//! IDX files, plain or gzipped: MNIST, Fashion-MNIST and their relatives.
//!
//! `00 00 08 03`, then count, rows, columns as big-endian u32, then bytes (LeCun's page on MNIST). A fourth dimension
//! (`00 00 08 04`) is the channels, last. Labels are looked for beside the file: `images` becomes `labels`, `idx3` becomes
//! `idx1`, with or without `.gz`.

use super::records::{Feed, Part, Records, Shape};
use super::{Entry, Limits};
use crate::error::{Error, Result};
use flate2::read::MultiGzDecoder;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

/// Do these (expanded) first bytes announce an IDX file of pictures?
pub(super) fn is_idx(head: &[u8]) -> bool {
    matches!(head, [0, 0, 8, 3 | 4, ..])
}

/// A file, expanded where it is gzipped.
pub(super) fn reader(path: &Path) -> Result<Box<dyn Read>> {
    let mut file = File::open(path).map_err(|error| Error::io(path, &error))?;
    let mut magic = [0; 2];
    let zipped = file.read_exact(&mut magic).is_ok() && magic == [0x1f, 0x8b];
    std::io::Seek::rewind(&mut file).map_err(|error| Error::io(path, &error))?;
    let buffered = BufReader::with_capacity(256 << 10, file);
    Ok(if zipped {
        Box::new(BufReader::with_capacity(
            256 << 10,
            MultiGzDecoder::new(buffered),
        ))
    } else {
        Box::new(buffered)
    })
}

struct Header {
    n: usize,
    sides: Vec<usize>,
}

fn header(reader: &mut dyn Read, path: &Path) -> Result<Header> {
    let broken = |what: String| {
        Error::input(format!("{}: {what}", path.display()))
            .mend("the file is truncated or no IDX file of bytes; fetch it again")
    };
    let mut word = || -> Result<[u8; 4]> {
        let mut bytes = [0; 4];
        reader
            .read_exact(&mut bytes)
            .map_err(|error| broken(format!("the IDX header ends early ({error})")))?;
        Ok(bytes)
    };
    let magic = word()?;
    let [0, 0, 8, n_dimensions @ 1..=4] = magic else {
        return Err(broken(format!(
            "the IDX magic number is {magic:02x?}, expected 00 00 08 and 1 to 4 dimensions"
        )));
    };
    let mut sides = Vec::new();
    for _ in 0..n_dimensions {
        sides.push(u32::from_be_bytes(word()?) as usize);
    }
    let n = sides.remove(0);
    Ok(Header { n, sides })
}

pub(super) fn source(spec: &str, path: &Path, limits: &Limits) -> Result<Records> {
    let head = header(&mut *reader(path)?, path)?;
    let (height, width, channels) = match head.sides[..] {
        [height, width] => (height, width, 1),
        [height, width, channels @ (1 | 3 | 4)] => (height, width, channels),
        ref sides => {
            return Err(Error::input(format!(
                "{spec}: IDX items of shape {sides:?}, expected rows x columns, or with 1, 3 or 4 channels last"
            )));
        }
    };
    let shape = Shape {
        width,
        height,
        channels,
        planar: false,
        skip: 0,
    };
    let fits = shape
        .record_size()
        .is_some_and(|size| size > 0 && size as u64 <= limits.max_member_bytes);
    if !fits || head.n > limits.max_members {
        return Err(Error::input(format!(
            "{spec}: the IDX header declares {} pictures of {height}x{width}x{channels}, which is refused",
            head.n
        )));
    }
    let labels = labels_beside(path, head.n)?;
    let file_name = path
        .file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let stem = file_name
        .trim_end_matches(".gz")
        .split("-idx")
        .next()
        .unwrap_or_default();
    let stem = stem.split(".idx").next().unwrap_or_default();
    let entries = (0..head.n).map(|i| Entry {
        name: format!("{stem}[{i}]"),
        label: labels
            .as_ref()
            .and_then(|all| all.get(i))
            .map(u8::to_string),
    });
    let notes = match labels {
        Some(_) => Vec::new(),
        None => {
            vec!["no labels file was found beside the IDX file, so labels are unknown".to_owned()]
        }
    };
    let owned = path.to_path_buf();
    let feed: Feed = Box::new(move |_, reading| {
        let mut stream = reader(&owned)?;
        header(&mut *stream, &owned)?;
        reading(0, &mut *stream)
    });
    Records::new(
        spec,
        entries.collect(),
        vec![Part { n: head.n, shape }],
        feed,
        notes,
    )
}

fn labels_beside(path: &Path, n: usize) -> Result<Option<Vec<u8>>> {
    let Some(found) = candidates(path)
        .into_iter()
        .find(|candidate| candidate.is_file())
    else {
        return Ok(None);
    };
    let mut stream = reader(&found)?;
    let head = header(&mut *stream, &found)?;
    let mut labels = Vec::new();
    stream
        .take(head.n as u64)
        .read_to_end(&mut labels)
        .map_err(|error| Error::io(&found, &error))?;
    if !head.sides.is_empty() || head.n != n || labels.len() != n {
        return Err(Error::input(format!(
            "{}: {} labels for {n} pictures",
            found.display(),
            labels.len()
        ))
        .mend("put the labels file that belongs to the pictures beside them, or none"));
    }
    Ok(Some(labels))
}

fn candidates(path: &Path) -> Vec<PathBuf> {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
        return Vec::new();
    };
    let labels = name
        .replace("images", "labels")
        .replace("idx3", "idx1")
        .replace("idx4", "idx1");
    if labels == name {
        return Vec::new();
    }
    let other = labels
        .strip_suffix(".gz")
        .map_or_else(|| format!("{labels}.gz"), str::to_owned);
    vec![path.with_file_name(&labels), path.with_file_name(other)]
}
