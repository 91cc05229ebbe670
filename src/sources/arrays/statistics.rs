//! Statistics files as pytorch-fid and clean-fid write them: `mu` `[d]` and `sigma` `[d, d]` (ddof = 1), with our own `n`
//! and `provenance` beside them, which those programs ignore.

use super::npz::Npz;
use super::write::{Array, write_npz};
use crate::error::{Error, Result};
use crate::sources::StatisticsFile;
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, ShapeBuilder};
use std::path::Path;

/// Has the file `mu` and `sigma`?
pub(in crate::sources) fn is_statistics(npz: &Npz) -> bool {
    npz.get("mu").is_some() && npz.get("sigma").is_some()
}

/// Reads a statistics file.
///
/// Errors: `mu` or `sigma` missing, shapes that do not fit, NaN or infinity, an `n` that is no count.
pub fn read_statistics(spec: &str, path: &Path) -> Result<StatisticsFile> {
    let npz = Npz::open(path)?;
    let missing = |key: &str| {
        Error::input(format!("{spec}: no array `{key}`; found {}", npz.summary()))
            .mend("a statistics file has `mu` [d] and `sigma` [d, d]")
    };
    let (mu_header, mu) = npz.numbers("mu")?.ok_or_else(|| missing("mu"))?;
    let (sigma_header, sigma) = npz.numbers("sigma")?.ok_or_else(|| missing("sigma"))?;
    let d = mu.len();
    if d == 0
        || sigma_header.shape != [d, d]
        || mu_header.shape.iter().filter(|&&side| side != 1).count() > 1
    {
        return Err(Error::input(format!(
            "{spec}: mu has shape {:?} and sigma {:?}, expected [d] and [d, d]",
            mu_header.shape, sigma_header.shape
        ))
        .mend("compute the statistics again"));
    }
    let not_finite = |name: &str, values: &[f64]| match values.iter().position(|v| !v.is_finite()) {
        Some(at) => Err(Error::input(format!(
            "{spec}: {name} is {} at item {at}; statistics must be finite",
            values.get(at).copied().unwrap_or(f64::NAN)
        ))
        .mend("compute the statistics again from finite features")),
        None => Ok(()),
    };
    not_finite("mu", &mu)?;
    not_finite("sigma", &sigma)?;

    let n = read_count(spec, &npz)?;
    let provenance = npz.text("provenance")?;
    let covariance = Array2::from_shape_vec((d, d).set_f(sigma_header.fortran), sigma)
        .map_err(|error| Error::input(error.to_string()))?;
    let covariance = covariance.as_standard_layout().into_owned();
    let mut hasher = blake3::Hasher::new();
    hasher.update(&n.unwrap_or(0).to_le_bytes());
    for value in mu.iter().chain(&covariance) {
        hasher.update(&value.to_le_bytes());
    }
    Ok(StatisticsFile {
        spec: spec.to_owned(),
        mean: Array1::from_vec(mu),
        covariance,
        n,
        provenance,
        fingerprint: hasher.finalize().to_hex().to_string(),
    })
}

fn read_count(spec: &str, npz: &Npz) -> Result<Option<u64>> {
    let Some((_, values)) = npz.numbers("n")? else {
        return Ok(None);
    };
    match values[..] {
        [n] if n >= 1.0 && n.fract() == 0.0 && n < 9e15 => Ok(Some(n as u64)),
        _ => Err(Error::input(format!(
            "{spec}: n is {values:?}, expected the number of samples behind the statistics"
        ))),
    }
}

/// Writes `mu`, `sigma` and, where known, `n` and `provenance`. Other programs read the first two.
// Views are handed over by value everywhere in `ndarray`.
#[allow(clippy::needless_pass_by_value)]
pub fn write_statistics(
    path: &Path,
    mean: ArrayView1<'_, f64>,
    covariance: ArrayView2<'_, f64>,
    n: Option<u64>,
    provenance: Option<&str>,
) -> Result<()> {
    let mut arrays = vec![
        ("mu", Array::F64(mean.into_dyn())),
        ("sigma", Array::F64(covariance.into_dyn())),
    ];
    arrays.extend(n.map(|n| ("n", Array::Count(n))));
    arrays.extend(provenance.map(|text| ("provenance", Array::Text(text))));
    write_npz(path, &arrays)
}
