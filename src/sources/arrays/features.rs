//! Feature arrays `[n_samples, n_features]`, f32 here, any float in the file.

use super::npy::{Header, Kind};
use super::npz::Npz;
use super::write::{Array, write_npy, write_npz};
use crate::error::{Error, Result};
use crate::sources::FeatureArray;
use ndarray::{Array2, ArrayView2, ShapeBuilder};
use std::io::BufReader;
use std::path::Path;

/// Names under which features are looked for in an `.npz` with several arrays: ours, numpy's default, dgm-eval's.
const KEYS: [&str; 4] = ["features", "arr_0", "reps", "pool3"];

/// Reads features from `.npy` or `.npz` (float16, float32 or float64; C or Fortran order).
///
/// Errors: no two-dimensional float array, no row or no column, NaN or infinity (the first is named), truncated.
pub fn read_features(spec: &str, path: &Path) -> Result<FeatureArray> {
    if is_npy(path)? {
        let file = std::fs::File::open(path).map_err(|error| Error::io(path, &error))?;
        let mut reader = BufReader::new(file);
        let header = Header::read(&mut reader).map_err(|error| error.at(spec))?;
        let values = check_shape(&header)
            .and_then(|()| header.numbers(&mut reader))
            .map_err(|error| error.at(spec))?;
        return build(spec, &header, &values).map_err(|error| error.at(spec));
    }
    let npz = Npz::open(path)?;
    let key = feature_key(&npz)
        .ok_or_else(|| no_features(spec, &npz))?
        .to_owned();
    let (header, values) = npz.numbers(&key)?.ok_or_else(|| no_features(spec, &npz))?;
    build(spec, &header, &values).map_err(|error| error.at(format!("{spec}: {key}")))
}

fn is_npy(path: &Path) -> Result<bool> {
    let mut file = std::fs::File::open(path).map_err(|error| Error::io(path, &error))?;
    let mut magic = [0; 6];
    Ok(std::io::Read::read_exact(&mut file, &mut magic).is_ok() && magic == *b"\x93NUMPY")
}

/// The array of an `.npz` that is features: a known name, or the only candidate.
pub(in crate::sources) fn feature_key(npz: &Npz) -> Option<&str> {
    let fits = |header: &Header| header.shape.len() == 2 && matches!(header.kind, Kind::Float(_));
    let known = KEYS.into_iter().find(|key| npz.get(key).is_some_and(fits));
    let mut candidates = npz.members().iter().filter(|(_, header)| fits(header));
    let only = candidates.next().filter(|_| candidates.next().is_none());
    known.or(only.map(|(key, _)| key.as_str()))
}

fn no_features(spec: &str, npz: &Npz) -> Error {
    Error::input(format!(
        "{spec}: no feature array [n, d] of floats; found {}",
        npz.summary()
    ))
    .mend("save one float32 array [n_samples, n_features] under the name `features`")
}

fn check_shape(header: &Header) -> Result<()> {
    let float = matches!(header.kind, Kind::Float(_));
    match header.shape[..] {
        [n, d] if n > 0 && d > 0 && float => Ok(()),
        _ => Err(Error::input(format!(
            "an array of shape {:?} and kind {:?}, expected floats [n_samples, n_features]",
            header.shape, header.kind
        ))
        .mend("features have one row a picture; pictures are uint8 [n, height, width, channels]")),
    }
}

fn build(spec: &str, header: &Header, values: &[f64]) -> Result<FeatureArray> {
    check_shape(header)?;
    let (n, d) = (header.shape[0], header.shape[1]);
    let narrow: Vec<f32> = values.iter().map(|&v| v as f32).collect();
    let shape = (n, d).set_f(header.fortran);
    let array =
        Array2::from_shape_vec(shape, narrow).map_err(|error| Error::input(error.to_string()))?;
    let array = array.as_standard_layout().into_owned();
    if let Some(((row, column), value)) = array.indexed_iter().find(|(_, v)| !v.is_finite()) {
        return Err(Error::input(format!(
            "row {row}, column {column} is {value}; features must be finite"
        ))
        .mend(
            "look for a division by zero or an overflow in the extractor, or leave the row out",
        ));
    }
    let n_rounded = values.iter().filter(|&&v| f64::from(v as f32) != v).count();
    let mut notes = Vec::new();
    if n_rounded > 0 {
        notes.push(format!(
            "{n_rounded} float64 values are not representable as float32 and were rounded"
        ));
    }
    let mut hasher = blake3::Hasher::new();
    hasher.update(&(n as u64).to_le_bytes());
    hasher.update(&(d as u64).to_le_bytes());
    for value in &array {
        hasher.update(&value.to_le_bytes());
    }
    Ok(FeatureArray {
        spec: spec.to_owned(),
        values: array,
        fingerprint: hasher.finalize().to_hex().to_string(),
        notes,
    })
}

/// Writes features: `.npy` holds the bare array; `.npz` has `features` and, if given, the text `provenance`.
// Views are handed over by value everywhere in `ndarray`.
#[allow(clippy::needless_pass_by_value)]
pub fn write_features(
    path: &Path,
    values: ArrayView2<'_, f32>,
    provenance: Option<&str>,
) -> Result<()> {
    let features = Array::F32(values.into_dyn());
    if path
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("npy"))
    {
        return write_npy(path, &features);
    }
    let mut arrays = vec![("features", features)];
    arrays.extend(provenance.map(|text| ("provenance", Array::Text(text))));
    write_npz(path, &arrays)
}
