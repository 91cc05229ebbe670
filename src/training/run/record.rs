//! What is told of a run afterwards: `run.json`.

use super::config::Config;
use super::game::Losses;
use crate::training::{mixtures, triangles};
use serde::{Deserialize, Serialize};

/// Points that a history has at most when a run ends.
const POINTS: usize = 200;

/// The mean losses of some steps, ending with `step`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Steps that were done.
    pub step: usize,
    /// The discriminator's mean loss since the point before.
    pub discriminator: f64,
    /// The generator's, where it was updated.
    pub generator: Option<f64>,
}

/// A distance on the fly.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Look {
    /// Steps that were done.
    pub step: usize,
    /// Fréchet distance in the embedded extractor, or of the points themselves.
    pub fd: f64,
}

/// What grows while a run goes on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The losses.
    pub history: Vec<Point>,
    /// Distances on the fly.
    pub looks: Vec<Look>,
    /// Time spent in steps, over all resumptions.
    pub seconds: f64,
    sums: [f64; 2],
    counts: [usize; 2],
}

impl Record {
    /// Takes the losses of the step after which `done` steps are done; every `every` steps they become a point.
    pub fn hear(&mut self, done: usize, every: usize, losses: Losses) {
        self.sums[0] += losses.discriminator;
        self.counts[0] += 1;
        if let Some(generator) = losses.generator {
            self.sums[1] += generator;
            self.counts[1] += 1;
        }
        if done.is_multiple_of(every.max(1)) {
            let mean = |i: usize| self.sums[i] / self.counts[i].max(1) as f64;
            self.history.push(Point {
                step: done,
                discriminator: mean(0),
                generator: (self.counts[1] > 0).then(|| mean(1)),
            });
            self.sums = [0.0; 2];
            self.counts = [0; 2];
        }
    }
}

/// Steps between two points of the history of a run of `steps` steps.
#[must_use]
pub fn interval(steps: usize) -> usize {
    steps.div_ceil(POINTS).max(1)
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "lowercase")]
pub enum Ending {
    /// All steps are done.
    Ok,
    /// A number was no longer finite: the run has no result.
    Failed {
        /// Steps that were done before.
        step: usize,
        /// What was not finite.
        reason: String,
    },
}

/// `run.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// `gavel.run/1`.
    pub schema: String,
    /// The version of gavel.
    pub gavel: String,
    /// How it ended.
    #[serde(flatten)]
    pub ending: Ending,
    /// Steps that were done.
    pub steps: usize,
    /// Generator updates among them.
    pub generator_updates: u64,
    /// Time spent in steps.
    pub seconds: f64,
    /// The settings, as given.
    pub settings: Config,
    /// Fingerprint of the training set.
    pub data_fingerprint: String,
    /// Pictures or points of the training set.
    pub n_train: usize,
    /// Learned numbers of generator and discriminator.
    pub n_weights: [usize; 2],
    /// The losses.
    pub history: Vec<Point>,
    /// Distances on the fly.
    pub looks: Vec<Look>,
    /// Whose features a `fid_score` among the measures is in: `points`, the points themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extractor: Option<String>,
    /// Where the manifold is known: precision and recall against it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measures: Option<Measures>,
}

/// What is measured against a manifold that is known.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Measures {
    /// Against a mixture in the plane.
    Mixture(mixtures::Scores),
    /// Against all triangles.
    Triangles(triangles::Scores),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_the_mean_since_the_point_before() {
        let mut record = Record::default();
        let losses = |discriminator, generator| Losses {
            discriminator,
            generator,
        };
        record.hear(1, 2, losses(1.0, None));
        record.hear(2, 2, losses(2.0, Some(5.0)));
        record.hear(3, 2, losses(7.0, None));
        record.hear(4, 2, losses(9.0, None));
        let found: Vec<_> = record
            .history
            .iter()
            .map(|p| (p.step, p.discriminator, p.generator))
            .collect();
        assert_eq!(found, [(2, 1.5, Some(5.0)), (4, 8.0, None)]);
        assert_eq!(interval(15_625), 79);
    }
}
