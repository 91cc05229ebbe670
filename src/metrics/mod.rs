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

mod cmmd;
mod fid;
mod fid_infinity;
mod inception_score;
mod inception_score_infinity;
mod inputs;
mod kid;
mod measured;
mod mind;
mod needs;
mod params;
mod rke;
mod selection;
mod sfid;
mod sliced_wasserstein;
mod vendi;
mod warning;

use crate::error::Result;
use crate::statistics::estimate::{Direction, Estimate};

pub use inputs::Inputs;
pub use measured::{ClassScores, Generated, Measured, Picture, Reference, Space, Train};
pub use needs::Need;
pub use params::{Allowed, ParamSpec, Params, Settings};
pub use selection::{find, select};
pub use warning::Warning;

/// All metrics, in the order of their rows.
#[rustfmt::skip]
pub static METRICS: &[&dyn Metric] = &[
    &fid::Fid,
    &kid::Kid,
    &inception_score::InceptionScore,
    &fid_infinity::FidInfinity,
    &inception_score_infinity::InceptionScoreInfinity,
    &sfid::Sfid,
    &cmmd::CmmdForm,
    &vendi::VendiScore,
    &rke::Rke,
    &sliced_wasserstein::SlicedWasserstein,
    &mind::Mind,
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
    /// Prefix of the ids of its golden values.
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

    /// Computes its rows. [`evaluate`] has checked that the inputs hold what [`Card::needs`] names.
    ///
    /// # Errors
    /// Usage: parameters that these inputs cannot meet. Cannot tell: too few samples. Numerical: no convergence.
    fn evaluate(&self, inputs: &Inputs<'_>, params: &Params) -> Result<Outcome>;
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
    let mut outcome = Outcome::default();
    for metric in metrics {
        for params in settings.rows(*metric)? {
            let rows = match inputs.lacks(metric.card().needs) {
                None => metric
                    .evaluate(inputs, &params)
                    .map_err(|e| e.at(metric.card().name))?,
                Some((need, reason)) => absent(*metric, inputs, &params, need, reason),
            };
            outcome.absorb(rows);
        }
    }
    Ok(outcome)
}

/// The rows of a metric that cannot run on these inputs: one for each id that it may not be called by another.
fn absent(
    metric: &dyn Metric,
    inputs: &Inputs<'_>,
    params: &Params,
    need: Need,
    reason: String,
) -> Outcome {
    let ids = metric.row_ids(inputs);
    Outcome {
        warnings: vec![Warning::new(
            "absent",
            format!("{} has no value: {reason}", ids.join(", ")),
            need.mend(),
        )],
        estimates: ids
            .iter()
            .map(|id| Estimate {
                why_absent: Some(reason.clone()),
                ..inputs.row(id, metric.card().direction, params)
            })
            .collect(),
    }
}
