//! From what a finished run left behind to its row.

use super::plan::Run;
use crate::verdicts::results::Results;
use crate::verdicts::study::scores::{Measure, Outcome, Score};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// Rows of a results document that become measures.
const ROWS: [(&str, Measure); 8] = [
    ("fid", Measure::Fid),
    ("fd", Measure::Fid),
    ("inception_score", Measure::InceptionScore),
    ("classifier_score", Measure::InceptionScore),
    ("precision", Measure::Precision),
    ("recall", Measure::Recall),
    ("density", Measure::Density),
    ("coverage", Measure::Coverage),
];

/// What the trainer says of a run; fields that are not read here are its own affair.
#[derive(Debug, Default, Deserialize)]
struct Told {
    status: Option<String>,
    reason: Option<String>,
    steps: Option<u64>,
    seconds: Option<f64>,
    energy: Option<f64>,
    /// Whose features a distance among the measures is in.
    extractor: Option<serde_json::Value>,
    /// Numbers that only the trainer can measure: precision and recall against the renderable triangles, and all of points.
    #[serde(default)]
    measures: BTreeMap<String, Option<f64>>,
    /// Distances on the way.
    #[serde(default)]
    looks: Vec<Look>,
}

#[derive(Debug, Deserialize)]
struct Look {
    step: u64,
    fd: Option<f64>,
}

impl Told {
    /// A measure, where it is there and finite.
    fn measure(&self, measure: Measure) -> Option<f64> {
        let mut names = measure.columns().iter();
        let value = names.find_map(|name| self.measures.get(*name).copied().flatten());
        value.filter(|v| v.is_finite())
    }

    /// Whose features its own distance is in, where it has one and says so.
    fn measured_in(&self) -> Option<&str> {
        let name = self.extractor.as_ref().and_then(serde_json::Value::as_str);
        let name = name.filter(|name| !name.is_empty());
        self.measure(Measure::Fid).and(name)
    }
}

/// Has the trainer measured the distance itself, and said in whose features? Then nothing has to be evaluated.
#[must_use]
pub fn is_measured(folder: &Path) -> bool {
    told(folder).is_ok_and(|told| told.measured_in().is_some())
}

/// The rows of a run's distances on the way: few samples each, so they are no scores, but a curve.
#[must_use]
pub fn curve(score: &Score, folder: &Path) -> Vec<Score> {
    let looks = told(folder).map(|told| told.looks).unwrap_or_default();
    let with = |look: Look| {
        let fd = look.fd.filter(|v| v.is_finite())?;
        Some(Score {
            step: Some(look.step),
            outcome: Outcome::Done,
            measures: BTreeMap::from([(Measure::Fid, fd)]),
            ..score.clone()
        })
    };
    looks.into_iter().filter_map(with).collect()
}

/// The row of `run`, from `run.json` and `scores.json` in its folder. What is missing or damaged makes a failed run that
/// says why, never a number; `trouble` is what the one who ran it has to add.
#[must_use]
pub fn row(run: &Run, folder: &Path, trouble: Option<&str>) -> Score {
    let told = told(folder);
    let results = Results::read(&folder.join("scores.json"));
    let mut measures = BTreeMap::new();
    let mut extractor = String::new();
    if let Ok(results) = &results {
        for (id, measure) in ROWS {
            let value = results.row(id).and_then(|row| row.value);
            if let Some(value) = value.filter(|v| v.is_finite()) {
                measures.entry(measure).or_insert(value);
            }
        }
        let authentic = results.row("authenticity").and_then(|row| row.value);
        if let Some(percent) = authentic.filter(|v| v.is_finite()) {
            measures.insert(Measure::Memorization, 1.0 - percent / 100.0);
        }
        extractor = results
            .extractor
            .as_ref()
            .map(|e| e.name.clone())
            .unwrap_or_default();
    }
    let (steps, seconds, energy) = match &told {
        Ok(told) => {
            let own = Measure::ALL.map(|measure| told.measure(measure).map(|v| (measure, v)));
            measures.extend(own.into_iter().flatten());
            if let Some(name) = told.measured_in() {
                name.clone_into(&mut extractor);
            }
            (told.steps, told.seconds, told.energy)
        }
        Err(_) => (None, None, None),
    };
    measures.extend(seconds.map(|s| (Measure::Seconds, s)));
    measures.extend(energy.map(|e| (Measure::Energy, e)));
    if let (None, Some(p), Some(r)) = (
        measures.get(&Measure::F1),
        measures.get(&Measure::Precision),
        measures.get(&Measure::Recall),
    ) {
        let f1 = if p + r > 0.0 {
            2.0 * p * r / (p + r)
        } else {
            0.0
        };
        measures.insert(Measure::F1, f1);
    }
    let is_measured = told.as_ref().is_ok_and(|told| told.measured_in().is_some());
    let unread = results.as_ref().err().map(crate::error::Error::message);
    let outcome = match failure(&told, unread.filter(|_| !is_measured), trouble) {
        Some(reason) => Outcome::Failed(reason),
        None if !measures.contains_key(&Measure::Fid) => {
            Outcome::Failed("scores.json has no Fréchet distance".to_owned())
        }
        None => Outcome::Done,
    };
    if matches!(outcome, Outcome::Failed(_)) {
        measures.retain(|measure, _| matches!(measure, Measure::Seconds | Measure::Energy));
    }
    Score {
        run: run.id.clone(),
        loss: run.loss.clone(),
        architecture: run.architecture.clone(),
        dataset: run.dataset.clone(),
        seed: i64::try_from(run.seed).unwrap_or(i64::MAX),
        sample: i64::try_from(run.sample).ok(),
        step: steps.or((outcome == Outcome::Done).then_some(run.steps)),
        budget: Some(run.steps),
        extractor,
        checkpoint: format!("runs/{}", run.id),
        outcome,
        measures,
        settings: run.settings.clone(),
    }
}

fn told(folder: &Path) -> Result<Told, String> {
    let text =
        std::fs::read_to_string(folder.join("run.json")).map_err(|e| format!("run.json: {e}"))?;
    serde_json::from_str(&text).map_err(|e| format!("run.json: {e}"))
}

/// Why the run is a failure, if it is one: what the trainer says goes before what is missing.
fn failure(
    told: &Result<Told, String>,
    unread: Option<&str>,
    trouble: Option<&str>,
) -> Option<String> {
    match (told, trouble) {
        (Ok(told), _) if told.status.as_deref() == Some("failed") => Some(
            told.reason
                .clone()
                .unwrap_or_else(|| "the trainer gives no reason".to_owned()),
        ),
        (_, Some(trouble)) => Some(trouble.to_owned()),
        (Err(missing), None) => Some(missing.clone()),
        (Ok(_), None) => unread.map(|why| format!("no scores: {why}")),
    }
}
