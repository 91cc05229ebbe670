//! `fid` and `fd`: the Fréchet distance between two feature sets.

use std::collections::BTreeMap;

use serde_json::Value;

use super::comparison::Pairing;
use super::{
    Allowed, Card, Inputs, Measured, Metric, Need, Outcome, ParamSpec, Params, Space, Warning,
};
use crate::error::{Error, Result};
use crate::rng::Seed;
use crate::statistics::estimate::{ConfidenceInterval, Direction};
use crate::statistics::frechet::{
    Ddof, Floor, Frechet, Spectrum, StdError, floor, frechet_with_error, spectrum,
};

/// The Fréchet distance; `fid` on the published Inception, `fd` on anything else.
pub struct Fid;

static CARD: Card = Card {
    name: "fid",
    ids: &["fid", "fd"],
    aliases: &["fd", "frechet", "frechet_distance"],
    direction: Direction::Lower,
    core: true,
    summary: "distance between the Gaussians fitted to the features of both sets",
    formula: "|mu_r - mu_g|^2 + tr S_r + tr S_g - 2 tr (S_r S_g)^(1/2)",
    paper: "Heusel et al. 2017, arXiv:1706.08500",
    program: "pytorch-fid 0.3.0",
    golden: "fid/",
    needs: &[Need::Moments],
    params: &[ParamSpec {
        name: "ddof",
        doc: "covariances are divided by n - ddof: 1 as everywhere, 0 as StyleGAN2-ada",
        default: "1",
        allowed: Allowed::Integers(&[0, 1]),
    }],
};

impl Metric for Fid {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn row_ids(&self, inputs: &Inputs<'_>) -> Vec<&'static str> {
        vec![id(inputs)]
    }

    fn pairing(&self) -> Pairing {
        Pairing::Influence
    }

    fn evaluate(&self, inputs: &Inputs<'_>, params: &Params) -> Result<Outcome> {
        let (reference, generated) = (inputs.reference()?, inputs.generated.0);
        let ddof = if params.integer("ddof")? == 0 {
            Ddof::Zero
        } else {
            Ddof::One
        };
        for side in [reference, generated] {
            if side.n().is_some_and(|n| n < 2) {
                return Err(Error::cannot_tell(format!(
                    "{}: 1 sample has no covariance; at least 2 are needed",
                    side.name()
                ))
                .mend("give more images; a Fréchet distance needs thousands to be worth reading"));
            }
        }
        let (r, g) = (reference.side()?, generated.side()?);
        let (distance, (floor, spectra)) = rayon::join(
            || frechet_with_error(&r, &g, ddof),
            || {
                rayon::join(
                    || real_floor(reference, generated, ddof, inputs.seed),
                    || Ok::<_, Error>([spectrum(&r)?, spectrum(&g)?]),
                )
            },
        );
        let distance = distance?;
        let mut row = inputs.row(id(inputs), CARD.direction, params);
        row.value = Some(distance.value);
        describe_parts(&mut row.details, &distance);
        describe_floor(&mut row.details, floor?.as_ref());
        for (name, spectrum) in ["reference", "generated"].iter().zip(spectra?) {
            describe_spectrum(&mut row.details, name, &spectrum);
        }
        if let Some(error) = distance.std_error {
            row.std_error = Some(error.total());
            if error.is_complete() {
                let interval = ConfidenceInterval::normal(distance.value, error.total());
                row.interval = Some(ConfidenceInterval {
                    lower: interval.lower.max(0.0),
                    ..interval
                });
            }
        }
        Ok(Outcome {
            warnings: warnings(row.id.as_str(), reference, generated),
            estimates: vec![row],
        })
    }
}

/// The published Inception alone makes a `fid`.
fn id(inputs: &Inputs<'_>) -> &'static str {
    let published = |space| space == Space::Inception;
    let reference = inputs
        .reference
        .is_none_or(|side| published(side.0.space()));
    if reference && published(inputs.generated.0.space()) {
        "fid"
    } else {
        "fd"
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

type Details = BTreeMap<String, Value>;

fn put(details: &mut Details, name: impl Into<String>, value: impl Into<Value>) {
    details.insert(name.into(), value.into());
}

fn describe_parts(details: &mut Details, distance: &Frechet) {
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

fn warnings(id: &str, reference: &Measured, generated: &Measured) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for (side, measured) in [("reference", reference), ("generated", generated)] {
        match (measured.n(), measured.n_features()) {
            (Some(n), Some(d)) if n <= d => warnings.push(Warning::new(
                "fewer_samples_than_features",
                format!("{id}: {n} {side} samples in {d} dimensions; the covariance is singular and {id} is biased upwards"),
                format!("compare with the floor (floor_scaled) and only at the same n; more than {d} samples would end this"),
            )),
            (None, _) => warnings.push(Warning::new(
                "statistics_without_n",
                format!("{id}: the {side} statistics {} do not say how many samples they hold", measured.name()),
                "save them with gavel stats save, which stores n, or give the images",
            )),
            _ => {}
        }
    }
    if let (Some(n), Some(m)) = (reference.n(), generated.n())
        && n != m
    {
        warnings.push(Warning::new(
            "different_sizes",
            format!(
                "{id}: {n} reference and {m} generated samples; the bias falls with both counts"
            ),
            "compare only with results at the same two counts",
        ));
    }
    warnings
}
