//! `power_spectrum`: do the pictures have as much detail of every size as real ones?

use super::{Card, Inputs, Metric, Need, Outcome, Params};
use crate::error::{Error, Result};
use crate::features::descriptors;
use crate::statistics::estimate::{ConfidenceInterval, Direction, Estimate};
use crate::statistics::profile_distance::{ProfileDistance, profile_distance};
use serde_json::Value;

/// Rings above this radius are fine detail: the upper half of the frequencies along a row.
const HIGH_FROM: usize = descriptors::N_RINGS / 2;

/// The root mean square, over rings of the spectrum, of the difference of both sets' mean power in dB.
///
/// 0 for equal spectra; 3 dB is twice the power. Blur shows as a fall, checkerboards of up-convolutions as a rise at
/// the end of the curves in the details. No network is involved. Each picture is brought to 64 x 64, windowed and
/// transformed ([`descriptors`]); the mean over pictures is one of decibels, so a few loud pictures do not decide.
///
/// Like every distance between means it is biased upwards at small n; `floor_scaled` in the details is what two sets
/// of these sizes and of the reference's kind would have. Standard error: that of a quadratic form in nearly normal
/// means ([`profile_distance`]), which also holds for equal sets, where the first order alone would be 40 % too wide.
pub struct PowerSpectrum;

static CARD: Card = Card {
    name: "power_spectrum",
    ids: &["power_spectrum"],
    aliases: &["spectrum"],
    direction: Direction::Lower,
    core: false,
    summary: "distance between the mean power spectra in dB: sees blur and up-sampling artefacts, needs no network",
    formula: "sqrt(mean over rings k of (mean_i S_ik - mean_j S'_jk)^2), S = 10 log10 power of the luminance",
    paper: "Durall, Keuper, Keuper 2020, arXiv:2003.01826 (azimuthal average; here in dB, windowed, at 64 x 64)",
    program: "pixel-descriptors-v1 of this program; no published program prints this number",
    golden: "by hand: tests/it/metrics/pictures.rs",
    needs: &[Need::Descriptors],
    params: &[],
};

impl Metric for PowerSpectrum {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn evaluate(&self, inputs: &Inputs<'_>, params: &Params) -> Result<Outcome> {
        let (Some(reference), Some(generated)) =
            (inputs.reference()?.spectra(), inputs.generated.0.spectra())
        else {
            return Err(
                Error::usage("spectra of both sides are needed").mend("give both sets as images")
            );
        };
        if reference.ncols() != generated.ncols() {
            return Err(Error::input(format!(
                "spectra of {} and {} rings cannot be compared",
                reference.ncols(),
                generated.ncols()
            ))
            .mend("measure both sets with the same version of this program"));
        }
        let distance = profile_distance(reference, generated, 1.0 / reference.ncols() as f64)?;
        let mut row = inputs.row("power_spectrum", CARD.direction, params);
        describe(&mut row, &distance, f64::INFINITY);
        for (name, curve) in [
            ("reference", &distance.reference),
            ("generated", &distance.generated),
        ] {
            row.details
                .insert(format!("{name}_db"), curve.clone().into());
            row.details
                .insert(format!("{name}_high_share"), high_share(curve).into());
        }
        let rings: Vec<usize> = (1..=reference.ncols()).collect();
        row.details
            .insert("cycles_per_picture".to_owned(), rings.into());
        Ok(Outcome {
            estimates: vec![row],
            warnings: Vec::new(),
        })
    }
}

/// Value, error, interval and what a distance between mean profiles always tells; no interval passes `largest`.
pub(super) fn describe(row: &mut Estimate, distance: &ProfileDistance, largest: f64) {
    row.value = Some(distance.value);
    row.std_error = distance.std_error;
    row.interval = distance.std_error.map(|error| {
        let normal = ConfidenceInterval::normal(distance.value, error);
        ConfidenceInterval {
            lower: normal.lower.max(0.0),
            upper: normal.upper.min(largest),
            ..normal
        }
    });
    let method = "variance of a quadratic form in the difference of the mean profiles";
    for (name, value) in [
        ("std_error_method", Value::from(method)),
        ("floor_scaled", distance.floor.into()),
        ("descriptors", descriptors::NAME.into()),
        ("side", descriptors::SIDE.into()),
    ] {
        row.details.insert(name.to_owned(), value);
    }
}

/// The share of the power in the finer half of the rings, from a curve in dB; a ring holds as many frequencies as its
/// radius says.
fn high_share(curve: &[f64]) -> f64 {
    let power = |(ring, db): (usize, &f64)| (ring + 1) as f64 * 10.0_f64.powf(db / 10.0);
    let all: f64 = curve.iter().enumerate().map(power).sum();
    let high: f64 = curve.iter().enumerate().skip(HIGH_FROM).map(power).sum();
    high / all
}
