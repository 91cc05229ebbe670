//! The metrics: one file each, one line in [`METRICS`].
//!
//! A metric takes two measured sides that cannot be swapped ([`Reference`], [`Generated`]) and checked parameters
//! ([`Params`]) and gives rows ([`Estimate`]) and warnings. It knows arrays and numbers, never files or networks.
//!
//! ```text
//! names ── select ──▶ metrics ┐
//! --set ── Settings::parse ───┼── evaluate ──▶ Outcome { estimates, warnings }
//! arrays ── Measured, Inputs ─┘
//! ```

mod authenticity;
mod ball_rows;
mod class_entropies;
mod cmmd;
mod colour_histogram;
pub mod comparison;
mod ct_score;
mod diversity_entropy;
mod fid;
mod fid_infinity;
mod fld;
mod inception_score;
mod inception_score_infinity;
mod inputs;
mod kid;
mod measured;
mod mifid;
mod mind;
mod ms_ssim_diversity;
mod ndb;
mod needs;
mod neighborhood;
mod one_nn;
mod params;
mod power_spectrum;
mod prd;
mod prdc;
mod precision_recall;
mod quality_entropy;
mod realism;
mod rke;
mod selection;
mod sfid;
mod sliced_wasserstein;
mod vendi;
mod warning;

use crate::error::Result;
use crate::statistics::estimate::{Direction, Estimate};
use crate::statistics::neighbors::Request;
use comparison::Pairing;

pub use inputs::Inputs;
pub use measured::{ClassScores, Generated, Measured, Picture, Reference, Space, Train};
pub use ms_ssim_diversity::MOST_PICTURES;
pub use needs::Need;
pub use params::{Allowed, ParamSpec, Params, Settings};
pub use selection::{find, select};
pub use warning::Warning;

/// All metrics, in the order of their rows.
#[rustfmt::skip]
pub static METRICS: &[&dyn Metric] = &[
    // How far from the reference?
    &fid::Fid,
    &fid_infinity::FidInfinity,
    &sfid::Sfid,
    &kid::Kid,
    &cmmd::CmmdForm,
    &sliced_wasserstein::SlicedWasserstein,
    &mind::Mind,
    &one_nn::OneNn,
    &power_spectrum::PowerSpectrum,
    &colour_histogram::ColourHistogram,
    // What does a classifier see?
    &inception_score::InceptionScore,
    &inception_score_infinity::InceptionScoreInfinity,
    &quality_entropy::QualityEntropy,
    &diversity_entropy::DiversityEntropy,
    // Good pictures, and all kinds of them?
    &precision_recall::PrecisionRecall,
    &prdc::Prdc,
    &realism::Realism,
    &prd::Prd,
    &ndb::Ndb,
    &vendi::VendiScore,
    &rke::Rke,
    &ms_ssim_diversity::MsSsimDiversity,
    // New ones, or those of the training set?
    &mifid::Mifid,
    &authenticity::Authenticity,
    &ct_score::CtScore,
    &fld::Fld,
];

/// What is said of a metric where it is listed, and where its numbers can be checked.
#[derive(Debug, Clone, Copy)]
pub struct Card {
    /// The name in `--metrics` and the prefix in `--set`.
    pub name: &'static str,
    /// The ids that its rows may have in the results document.
    pub ids: &'static [&'static str],
    /// Other names understood in `--metrics` and `--set`.
    pub aliases: &'static [&'static str],
    /// Which way is better.
    pub direction: Direction,
    /// Does `--metrics core` include it?
    pub core: bool,
    /// One line: what it says about a generator.
    pub summary: &'static str,
    /// The formula.
    pub formula: &'static str,
    /// The paper that defines it.
    pub paper: &'static str,
    /// The program whose numbers it reproduces.
    pub program: &'static str,
    /// Prefix of the ids of its golden values; `by hand: FILE` where no published program gives the number.
    pub golden: &'static str,
    /// What it must be given, all of it.
    pub needs: &'static [Need],
    /// Its parameters.
    pub params: &'static [ParamSpec],
}

/// Rows and warnings of one or several metrics.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcome {
    /// One row for each part of each metric under each set of parameters.
    pub estimates: Vec<Estimate>,
    /// What the reader should know before acting on the rows; no two are equal.
    pub warnings: Vec<Warning>,
}

impl Outcome {
    /// These rows without a value, with the reason in each and in one warning.
    fn absent(rows: Vec<Estimate>, reason: &str, mend: impl Into<String>) -> Self {
        let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
        Self {
            warnings: vec![Warning::new(
                "absent",
                format!("{} has no value: {reason}", ids.join(", ")),
                mend,
            )],
            estimates: rows
                .into_iter()
                .map(|row| Estimate {
                    why_absent: Some(reason.to_owned()),
                    ..row
                })
                .collect(),
        }
    }

    fn absorb(&mut self, other: Self) {
        self.estimates.extend(other.estimates);
        for warning in other.warnings {
            if !self.warnings.contains(&warning) {
                self.warnings.push(warning);
            }
        }
    }
}

/// A metric of the registry.
pub trait Metric: Sync {
    /// What is said of it.
    fn card(&self) -> &'static Card;

    /// The ids of its rows for these inputs, out of [`Card::ids`]: all of them, unless the extractor decides the name.
    fn row_ids(&self, _inputs: &Inputs<'_>) -> Vec<&'static str> {
        self.card().ids.to_vec()
    }

    /// What it wants to know of neighbours, if anything: one pass over the features serves all metrics ([`announce`]).
    ///
    /// # Errors
    /// Usage: a parameter of another kind (a mistake in a card).
    fn neighbors(&self, _inputs: &Inputs<'_>, _params: &Params) -> Result<Option<Request>> {
        Ok(None)
    }

    /// How the error of a difference between two generators is found.
    fn pairing(&self) -> Pairing {
        Pairing::of(self.card().needs)
    }

    /// Computes its rows. [`evaluate`] has checked that the inputs hold what [`Card::needs`] names.
    ///
    /// # Errors
    /// Usage: parameters that these inputs cannot meet. Cannot tell: too few samples. Numerical: no convergence.
    fn evaluate(&self, inputs: &Inputs<'_>, params: &Params) -> Result<Outcome>;
}

/// Tells the inputs which neighbours these metrics will ask for, so that the first to ask has them looked for in one pass
/// for all. [`evaluate`] does so for its metrics; who calls it for one metric after another announces all of them before.
///
/// # Errors
/// Usage: as [`Settings::rows`].
pub fn announce(metrics: &[&dyn Metric], inputs: &Inputs<'_>, settings: &Settings) -> Result<()> {
    for metric in metrics {
        if inputs.lacks(metric.card().needs).is_some() {
            continue;
        }
        for params in settings.rows(*metric)? {
            if let Some(request) = metric.neighbors(inputs, &params)? {
                inputs.neighborhood.announce(&request);
            }
        }
    }
    Ok(())
}

/// Runs metrics over inputs, one after the other, each for every row of its parameters.
///
/// A metric whose needs are not met gives a row without a value, the reason in `why_absent` and in a warning of the
/// code `absent`.
///
/// # Errors
/// The first error of a metric, with the metric's name in front.
pub fn evaluate(
    metrics: &[&dyn Metric],
    inputs: &Inputs<'_>,
    settings: &Settings,
) -> Result<Outcome> {
    announce(metrics, inputs, settings)?;
    let mut outcome = Outcome::default();
    for metric in metrics {
        for params in settings.rows(*metric)? {
            let rows = match inputs.lacks(metric.card().needs) {
                None => metric
                    .evaluate(inputs, &params)
                    .map_err(|e| e.at(metric.card().name))?,
                Some((need, reason)) => absent_row(*metric, inputs, &params, &reason, need.mend()),
            };
            outcome.absorb(rows);
        }
    }
    Ok(outcome)
}

/// The rows of a metric that cannot run on these inputs, without values, for every row of its parameters.
///
/// # Errors
/// As [`Settings::rows`].
pub fn absent(
    metric: &dyn Metric,
    inputs: &Inputs<'_>,
    settings: &Settings,
    reason: &str,
    mend: &str,
) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    for params in settings.rows(metric)? {
        outcome.absorb(absent_row(metric, inputs, &params, reason, mend));
    }
    Ok(outcome)
}

/// The rows for one set of parameters: one for each id that it may not be called by another.
fn absent_row(
    metric: &dyn Metric,
    inputs: &Inputs<'_>,
    params: &Params,
    reason: &str,
    mend: &str,
) -> Outcome {
    let rows = metric
        .row_ids(inputs)
        .iter()
        .map(|id| inputs.row(id, metric.card().direction, params))
        .collect();
    Outcome::absent(rows, reason, mend)
}
