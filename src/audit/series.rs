//! Collapse over a series of checkpoints of one generator.

use super::collapse::Diversity;
use super::finding::percent;
use super::{Exhibit, Finding, Severity};
use crate::error::Result;
use crate::progress::Observer;
use crate::rng::Seed;
use crate::statistics::estimate::SetSide;

/// A checkpoint with less than this part of the diversity of the best before it has lost it.
const LOSS: f64 = 0.5;

/// The diversity of every checkpoint, in their order.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Names of the checkpoints.
    pub names: Vec<String>,
    /// Their diversity; `None` where there are too few pictures.
    pub diversity: Vec<Option<Diversity>>,
}

impl Series {
    /// Measures every checkpoint against the same real pictures.
    ///
    /// # Errors
    /// Interrupted.
    pub fn of(
        checkpoints: &[&Exhibit],
        real: &Exhibit,
        seed: Seed,
        observer: &dyn Observer,
    ) -> Result<Self> {
        let measured = checkpoints
            .iter()
            .map(|set| Diversity::of(set, real, seed, observer));
        Ok(Self {
            names: checkpoints.iter().map(|set| set.source.clone()).collect(),
            diversity: measured.collect::<Result<_>>()?,
        })
    }

    /// The first checkpoint that has collapsed, counted from 0.
    #[must_use]
    pub fn first_collapsed(&self) -> Option<usize> {
        self.diversity
            .iter()
            .position(|found| found.as_ref().is_some_and(Diversity::is_collapsed))
    }

    /// The first checkpoint whose variance is below half of the largest before it, with that part; both intervals taken
    /// into account.
    #[must_use]
    pub fn first_loss(&self) -> Option<(usize, f64)> {
        let mut best: Option<&Diversity> = None;
        for (at, found) in self.diversity.iter().enumerate() {
            let Some(found) = found else { continue };
            if let Some(best) = best
                && found.interval.upper < LOSS * best.interval.lower
            {
                return Some((at, found.variance_ratio / best.variance_ratio));
            }
            if best.is_none_or(|best| found.variance_ratio > best.variance_ratio) {
                best = Some(found);
            }
        }
        None
    }

    /// What there is to say. The value is the least share of the real pictures' variance, its interval that checkpoint's;
    /// `details` has every checkpoint's, `variance_ratio[0]` and so on. The evidence shows generated pictures of the
    /// checkpoint `details["evidence_checkpoint"]`; the last checkpoint is the generated set.
    #[must_use]
    pub fn finding(&self) -> Finding {
        let told = self
            .diversity
            .iter()
            .enumerate()
            .filter_map(|(at, found)| Some((at, found.as_ref()?)));
        let least = told
            .clone()
            .min_by(|(_, a), (_, b)| a.variance_ratio.total_cmp(&b.variance_ratio));
        let name = |at: usize| self.names.get(at).map_or("", String::as_str);
        let (severity, text, at) = match (self.first_collapsed(), self.first_loss(), least) {
            (Some(at), _, _) => (
                Severity::Serious,
                format!("collapsed from checkpoint {} ({}) on", at + 1, name(at)),
                Some(at),
            ),
            (None, Some((at, part)), _) => (
                Severity::Warning,
                format!(
                    "checkpoint {} ({}) has {} of the diversity of the best before it",
                    at + 1,
                    name(at),
                    percent(part)
                ),
                Some(at),
            ),
            (None, None, Some((at, _))) => (
                Severity::Clear,
                "no checkpoint has collapsed".to_owned(),
                Some(at),
            ),
            (None, None, None) => (
                Severity::Note,
                "no checkpoint has enough pictures".to_owned(),
                None,
            ),
        };
        let shares: Vec<String> = told
            .clone()
            .map(|(at, found)| format!("{} {}", name(at), percent(found.variance_ratio)))
            .collect();
        let mut finding = Finding::new(
            "collapse_series",
            severity,
            format!(
                "{text}; variance beside that of real pictures: {}",
                shares.join(", ")
            ),
        );
        if severity > Severity::Note {
            "take the last checkpoint before it, and look at the losses of that time"
                .clone_into(&mut finding.mend);
        }
        finding.value = least.map(|(_, found)| found.variance_ratio);
        finding.interval = least.map(|(_, found)| found.interval);
        for (at, found) in told {
            finding
                .details
                .insert(format!("variance_ratio[{at}]"), found.variance_ratio);
            finding
                .details
                .insert(format!("largest_cluster[{at}]"), found.clusters[0]);
            if let Some([made, _]) = found.kinds {
                finding.details.insert(format!("kinds[{at}]"), made);
            }
        }
        if let Some(at) = at {
            finding
                .details
                .insert("evidence_checkpoint".to_owned(), at as f64);
            let shown = self.diversity.get(at).and_then(Option::as_ref);
            let is_last = at + 1 == self.diversity.len();
            finding.evidence = shown
                .map(|found| found.evidence.clone())
                .unwrap_or_default()
                .into_iter()
                .map(|evidence| {
                    evidence.on(|side| match side {
                        SetSide::Generated if !is_last => SetSide::Checkpoint(at),
                        other => other,
                    })
                })
                .collect();
        }
        finding
    }
}
