//! Pictures as one uint8 array: `arr_0` `[n, height, width, channels]` as diffusion papers exchange it (ADM's `.npz`), or
//! a bare `.npy`. Read as a stream, deflated or stored. `arr_1` or `labels` `[n]` gives the labels.

use super::arrays::{Header, Kind, Npz};
use super::records::{Feed, Part, Records, Shape};
use super::{Entry, Limits};
use crate::error::{Error, Result};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::sync::Arc;

/// Is this an array of pictures?
pub(super) fn is_pictures(header: &Header) -> bool {
    header.kind == Kind::Uint(1) && matches!(header.shape.len(), 3 | 4)
}

/// The array of an `.npz` that is pictures: `arr_0`, or the only candidate.
pub(super) fn picture_key(npz: &Npz) -> Option<&str> {
    let mut candidates = npz
        .members()
        .iter()
        .filter(|(_, header)| is_pictures(header));
    let only = candidates
        .next()
        .filter(|_| candidates.next().is_none())
        .map(|(key, _)| key.as_str());
    npz.get("arr_0")
        .filter(|header| is_pictures(header))
        .map(|_| "arr_0")
        .or(only)
}

fn shape(spec: &str, header: &Header, limits: &Limits) -> Result<(usize, Shape)> {
    let (n, height, width, channels) = match header.shape[..] {
        [n, height, width] => (n, height, width, 1),
        [n, height, width, channels @ (1 | 3 | 4)] => (n, height, width, channels),
        _ => {
            return Err(Error::input(format!(
                "{spec}: pictures of shape {:?}, expected [n, height, width, 1, 3 or 4]",
                header.shape
            ))
            .mend("put the channels last: numpy.transpose(x, (0, 2, 3, 1))"));
        }
    };
    if header.fortran {
        return Err(Error::input(format!(
            "{spec}: the array is in Fortran order, which cannot be streamed"
        ))
        .mend("save numpy.ascontiguousarray(x)"));
    }
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
    if !fits || n > limits.max_members {
        return Err(Error::input(format!(
            "{spec}: {n} pictures of {height}x{width}x{channels}, which is refused"
        )));
    }
    Ok((n, shape))
}

fn entries(key: &str, n: usize, labels: Option<&[f64]>) -> Vec<Entry> {
    let entry = |i| Entry {
        name: format!("{key}[{i}]"),
        label: labels.and_then(|all| all.get(i)).map(f64::to_string),
    };
    (0..n).map(entry).collect()
}

pub(super) fn npz_source(spec: &str, npz: Npz, key: &str, limits: &Limits) -> Result<Records> {
    let header = npz
        .get(key)
        .ok_or_else(|| Error::input(format!("{spec}: no array {key}")))?;
    let (n, shape) = shape(spec, header, limits)?;
    let mut labels = None;
    for name in ["arr_1", "labels", "label"] {
        let fits = npz.get(name).is_some_and(|header| {
            header.shape == [n] && matches!(header.kind, Kind::Int(_) | Kind::Uint(_))
        });
        if labels.is_none() && fits {
            labels = npz.numbers(name)?.map(|(_, values)| values);
        }
    }
    let entries = entries(key, n, labels.as_deref());
    let (npz, key) = (Arc::new(npz), key.to_owned());
    let feed: Feed =
        Box::new(move |_, reading| npz.with(&key, &mut |_, reader| reading(0, reader)));
    Records::new(
        spec,
        entries,
        vec![Part { n, shape }],
        feed,
        alpha_note(shape),
    )
}

pub(super) fn npy_source(
    spec: &str,
    path: &Path,
    header: &Header,
    limits: &Limits,
) -> Result<Records> {
    let (n, shape) = shape(spec, header, limits)?;
    let owned = path.to_path_buf();
    let feed: Feed = Box::new(move |_, reading| {
        let file = File::open(&owned).map_err(|error| Error::io(&owned, &error))?;
        let mut reader = BufReader::with_capacity(256 << 10, file);
        Header::read(&mut reader)?;
        reading(0, &mut reader)
    });
    let stem = path
        .file_stem()
        .map_or_else(|| "array".into(), std::ffi::OsStr::to_string_lossy);
    Records::new(
        spec,
        entries(&stem, n, None),
        vec![Part { n, shape }],
        feed,
        alpha_note(shape),
    )
}

fn alpha_note(shape: Shape) -> Vec<String> {
    let text =
        "the fourth channel (alpha) was dropped, so the hidden colours of transparent pixels count";
    if shape.channels == 4 {
        vec![text.to_owned()]
    } else {
        Vec::new()
    }
}
