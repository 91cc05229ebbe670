//! What is printed beside a Fréchet distance: the floor, the spectra, n against d, normality and the extrapolation.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::{Inputs, Measured};
use crate::error::{Error, Result};
use crate::rng::Seed;
use crate::statistics::extrapolation::{sizes, subsets};
use crate::statistics::frechet::{
    Ddof, Floor, Frechet, Infinity, Side, Spectrum, StdError, floor, frechet_infinity, spectrum,
};
use crate::statistics::normality::{Normality, normality};

/// Points of the extrapolation, as of `fid_infinity`.
const POINTS: usize = 15;

/// The extrapolation is left to `fid_infinity` above this many dimensions, as each point roots a d x d matrix…
const MOST_DIMENSIONS: usize = 512;

/// … and above this many values in the generated features.
const MOST_VALUES: usize = 10_000_000;

/// Everything that is computed beside the distance.
pub(super) struct Diagnostics {
    floor: Option<Floor>,
    spectra: [Spectrum; 2],
    normality: [Option<Normality>; 2],
    infinity: Option<Infinity>,
}

impl Diagnostics {
    /// Of both sides, which are the measured sets of `inputs`.
    ///
    /// # Errors
    /// Those of the Fréchet distance.
    pub(super) fn of(
        inputs: &Inputs<'_>,
        (r, g): (&Side<'_>, &Side<'_>),
        ddof: Ddof,
    ) -> Result<Self> {
        let (reference, generated) = (inputs.reference()?, inputs.generated.0);
        let (floor, rest) = rayon::join(
            || real_floor(reference, generated, ddof, inputs.seed),
            || {
                let of = |side: &Measured| match side.features() {
                    Some(samples) => normality(samples, inputs.seed),
                    None => Ok(None),
                };
                Ok::<_, Error>((
                    [spectrum(r)?, spectrum(g)?],
                    [of(reference)?, of(generated)?],
                    infinity(r, generated, ddof, inputs.seed)?,
                ))
            },
        );
        let (spectra, normality, infinity) = rest?;
        Ok(Self {
            floor: floor?,
            spectra,
            normality,
            infinity,
        })
    }

    /// Writes them into the details of a row.
    pub(super) fn describe(&self, details: &mut Details, sides: [&Measured; 2]) {
        describe_floor(details, self.floor.as_ref());
        for (i, name) in ["reference", "generated"].into_iter().enumerate() {
            describe_spectrum(details, name, &self.spectra[i]);
            if let (Some(n), Some(d)) = (sides[i].n(), sides[i].n_features()) {
                put(details, format!("n_over_d_{name}"), n as f64 / d as f64);
            }
            if let Some(normality) = &self.normality[i] {
                put(details, format!("normality_z_{name}"), normality.z);
                put(details, format!("kurtosis_ratio_{name}"), normality.ratio);
                put(details, "normality_directions", normality.n_directions);
            }
        }
        if let Some(infinity) = &self.infinity {
            put(details, "fid_infinity", infinity.value);
        }
    }
}

/// The floor, where the reference has features.
fn real_floor(
    reference: &Measured,
    generated: &Measured,
    ddof: Ddof,
    seed: Seed,
) -> Result<Option<Floor>> {
    match (reference.features(), generated.n()) {
        (Some(features), Some(n)) => floor(features, n, ddof, seed),
        _ => Ok(None),
    }
}

/// The extrapolation, where it costs little beside the distance; the same number as the row `fid_infinity`.
fn infinity(
    reference: &Side<'_>,
    generated: &Measured,
    ddof: Ddof,
    seed: Seed,
) -> Result<Option<Infinity>> {
    let Some(samples) = generated.features().filter(|samples| {
        samples.ncols() <= MOST_DIMENSIONS && samples.len() <= MOST_VALUES && samples.nrows() >= 4
    }) else {
        return Ok(None);
    };
    let n = samples.nrows();
    let drawn = subsets(n, &sizes(n, POINTS), seed, "fid_infinity");
    frechet_infinity(reference, samples, &drawn, ddof, false)
}

pub(super) type Details = BTreeMap<String, Value>;

fn put(details: &mut Details, name: impl Into<String>, value: impl Into<Value>) {
    details.insert(name.into(), value.into());
}

fn describe_floor(details: &mut Details, floor: Option<&Floor>) {
    let Some(floor) = floor else {
        put(
            details,
            "floor_absent",
            "the floor needs features of at least 4 reference samples and 2 generated samples",
        );
        return;
    };
    put(details, "floor", floor.value);
    put(details, "floor_n", floor.n);
    put(details, "floor_splits", floor.n_splits);
    put(details, "floor_scaled", floor.scaled);
    put(details, "floor_exponent", floor.exponent);
}

fn describe_spectrum(details: &mut Details, name: &str, spectrum: &Spectrum) {
    put(details, format!("rank_{name}"), spectrum.rank);
    if let Some(condition) = spectrum.condition {
        let kind = if spectrum.is_bound {
            "condition_at_least"
        } else {
            "condition"
        };
        put(details, format!("{kind}_{name}"), condition);
    }
}

/// Writes the terms of the distance and its standard error into the details of a row.
pub(super) fn describe_parts(details: &mut Details, distance: &Frechet) {
    put(details, "mean_term", distance.mean_term);
    put(details, "trace_reference", distance.trace_reference);
    put(details, "trace_generated", distance.trace_generated);
    put(details, "trace_root", distance.trace_root);
    put(details, "path", distance.path.name());
    let method = match distance.std_error {
        None => "none: only statistics of both sides are at hand",
        Some(error) if error.is_complete() => "infinitesimal jackknife over both sides",
        Some(StdError {
            reference: None, ..
        }) => {
            "infinitesimal jackknife over the generated side; the reference's part needs its features"
        }
        Some(_) => {
            "infinitesimal jackknife over the reference side; the generated part needs its features"
        }
    };
    put(details, "std_error_method", method);
    if let Some(error) = distance.std_error {
        for (name, part) in [
            ("reference", error.reference),
            ("generated", error.generated),
        ] {
            if let Some(part) = part {
                put(details, format!("std_error_{name}"), part);
            }
        }
    }
}
