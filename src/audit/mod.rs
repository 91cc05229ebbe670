//! The audits: one file each, one line in [`AUDITS`].
//!
//! A metric says how good a set is; an audit looks for a reason not to believe it: copies of training images, mirrored
//! ones, duplicates, whole kinds of images that are missing, files that were never comparable. Every [`Finding`] names the
//! images that prove it.
//!
//! ```text
//! sources ── exhibit ──▶ Case { reference, generated, train } ── Audit::run ──▶ Report { findings, estimates, warnings }
//! ```

pub mod collapse;
pub mod common;
pub mod copies;
pub mod crowd;
pub mod dropping;
pub mod duplicates;
pub mod faces;
pub mod gather;
pub mod hygiene;
pub mod identity;
pub mod likeness;
pub mod nearness;
pub mod remembered;
pub mod series;
pub mod thumbnail;

mod case;
mod finding;
mod selection;

pub use case::{Archive, Case, Exhibit, Item, Thumbnails};
pub use finding::{Evidence, Finding, Severity};
pub use selection::{find, parameters, select};

use crate::error::Result;
use crate::metrics::{ParamSpec, Params, Warning};
use crate::statistics::estimate::Estimate;

/// All audits, in the order of their findings.
#[rustfmt::skip]
pub static AUDITS: &[&dyn Audit] = &[
    &copies::Copies,
    &duplicates::Duplicates,
    &collapse::Collapse,
    &dropping::Dropping,
    &hygiene::Hygiene,
    &faces::Faces,
];

/// What is said of an audit where it is listed.
#[derive(Debug, Clone, Copy)]
pub struct Card {
    /// The name in `--audits` and the prefix in `--set`.
    pub name: &'static str,
    /// The ids that its findings may have in the results document.
    pub findings: &'static [&'static str],
    /// The ids of the rows that it adds to the metrics.
    pub rows: &'static [&'static str],
    /// One line: what it catches.
    pub summary: &'static str,
    /// How it decides, in one or two sentences.
    pub method: &'static str,
    /// The paper behind the method, or the lecture's question that it answers.
    pub source: &'static str,
    /// What it must be given, all of it.
    pub needs: &'static [Need],
    /// Its parameters.
    pub params: &'static [ParamSpec],
}

/// One thing that an audit must be given, beyond the generated pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Pictures of the reference set.
    Reference,
    /// Pictures of the training set (`--train`).
    Train,
    /// Features of the sets that are there.
    Features,
    /// A face detector.
    Detector,
}

/// What an audit found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    /// What somebody should act on, and what was looked for and not found (severity [`Severity::Clear`]).
    pub findings: Vec<Finding>,
    /// Numbers that belong among the metrics, for example `face_rate`.
    pub estimates: Vec<Estimate>,
    /// What the reader should know before acting.
    pub warnings: Vec<Warning>,
}

/// One way to catch a generator, or a data set, out.
pub trait Audit: Sync {
    /// What it is.
    fn card(&self) -> &'static Card;

    /// Looks. The caller has checked that everything in the card's `needs` is there.
    ///
    /// # Errors
    /// Input: a picture cannot be read again. Interrupted.
    fn run(&self, case: &Case<'_>, params: &Params) -> Result<Report>;
}
