//! The scores table: one row for each finished run, or for each checkpoint of one.
//!
//! The columns of "Are GANs Created Equal?" come first and keep their names (`checkpoint_path, model, dataset, tf_seed,
//! inception_score, fid_score, sample_id`), ours follow, then the hyper-parameters in the order of the alphabet. An absent
//! number is an empty field; the study's −1 for an absent hyper-parameter is understood.

mod append;
mod fields;
mod read;
mod write;

pub use append::append;
pub use read::{parse, read};
pub use write::render;

use std::collections::BTreeMap;

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// With a generator that was measured.
    Done,
    /// Without one, and why.
    Failed(String),
}

/// A measured number of a generator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// The Fréchet distance in the features of the row's `extractor`.
    Fid,
    /// Inception Score (with another network: of its classifier).
    InceptionScore,
    /// Share of good samples.
    Precision,
    /// Share of the data that is reached.
    Recall,
    /// Harmonic mean of both.
    F1,
    /// Density.
    Density,
    /// Coverage.
    Coverage,
    /// Share of samples that are not authentic (Alaa et al. 2022): those that are at least as near to their nearest training
    /// picture as that one is to its nearest other training picture. 1 − `authenticity` / 100 of `gavel evaluate`.
    ///
    /// Its neutral value is not 0: a held-out real picture is as near as that whenever it and its nearest training picture
    /// are each other's nearest, which for evenly spread points happens with probability 2/3 on a line, 0.62 in a plane and
    /// tends to 1/2 in many dimensions (Clark and Evans 1955, Cox 1981). Test pictures of the mini sweep have 0.40 (MNIST) and
    /// 0.56 (triangles); for any run it stands in its `scores.json` as the detail `neutral` of `authenticity`, in percent of
    /// authentic ones. Samples far from all pictures have 0, copies 1. It depends on the number of training pictures, so only
    /// runs with the same number compare.
    Memorization,
    /// Training time in seconds.
    Seconds,
    /// Energy in joules.
    Energy,
}

impl Measure {
    /// All, in the order of the columns.
    pub const ALL: [Self; 10] = [
        Self::Fid,
        Self::InceptionScore,
        Self::Precision,
        Self::Recall,
        Self::F1,
        Self::Density,
        Self::Coverage,
        Self::Memorization,
        Self::Seconds,
        Self::Energy,
    ];

    /// The column that is written, then the other names that are understood.
    #[must_use]
    pub fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Fid => &["fid_score", "fid", "fd"],
            Self::InceptionScore => &["inception_score", "is", "classifier_score"],
            Self::Precision => &["precision"],
            Self::Recall => &["recall"],
            Self::F1 => &["f1", "f1_score"],
            Self::Density => &["density"],
            Self::Coverage => &["coverage"],
            Self::Memorization => &["memorization"],
            Self::Seconds => &["seconds", "time"],
            Self::Energy => &["energy"],
        }
    }
}

/// One row.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// Stable id of the run; empty in tables that have none.
    pub run: String,
    /// Loss or baseline, by the name of [`super::known`] where it is known.
    pub loss: String,
    /// Architecture.
    pub architecture: String,
    /// Data set.
    pub dataset: String,
    /// Seed of the run.
    pub seed: i64,
    /// Number of the configuration within its search; 0 is the default configuration.
    pub sample: Option<i64>,
    /// Training steps behind these numbers.
    pub step: Option<u64>,
    /// Training steps that were planned.
    pub budget: Option<u64>,
    /// Whose features the distance is in; empty means the study's Inception.
    pub extractor: String,
    /// Where the weights are.
    pub checkpoint: String,
    /// Done or failed.
    pub outcome: Outcome,
    /// Numbers, those that are there and finite.
    pub measures: BTreeMap<Measure, f64>,
    /// Hyper-parameters as written, those that are there.
    pub settings: BTreeMap<String, String>,
}

impl Score {
    /// A number of this row.
    #[must_use]
    pub fn measure(&self, measure: Measure) -> Option<f64> {
        self.measures.get(&measure).copied()
    }

    /// The distance, where the run was not a failure.
    #[must_use]
    pub fn fid(&self) -> Option<f64> {
        match self.outcome {
            Outcome::Done => self.measure(Measure::Fid),
            Outcome::Failed(_) => None,
        }
    }

    /// Is this the default configuration of its loss?
    #[must_use]
    pub fn is_default(&self) -> bool {
        self.sample == Some(0)
    }
}
