//! Rows become runs, runs become a study.

use super::known;
use super::scores::{Measure, Outcome, Score};
use std::collections::BTreeMap;

/// A run: the last row that it wrote, and the distances on the way.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// The row of the largest step.
    pub last: Score,
    /// Distance by step, rising; of rows that have both.
    pub history: Vec<(u64, f64)>,
}

impl Run {
    /// The distance at the end. (The study's text takes the least over all checkpoints, which is a minimum over looks at
    /// the test set; here the plan decides when a run ends.)
    #[must_use]
    pub fn fid(&self) -> Option<f64> {
        self.last.fid()
    }

    /// A number for ranks: a failed run stands behind every other one, which for a distance is beyond the largest.
    #[must_use]
    pub fn rankable(&self, measure: Measure) -> f64 {
        let number = self.fid().and_then(|_| self.last.measure(measure));
        number.unwrap_or(match measure {
            Measure::Fid => f64::INFINITY,
            _ => f64::NEG_INFINITY,
        })
    }

    /// What is the same in all seeds of a configuration: its number in the search, or its settings where it has none.
    #[must_use]
    pub fn configuration(&self) -> String {
        match self.last.sample {
            Some(sample) => format!("#{sample}"),
            None => settings_text(&self.last.settings),
        }
    }
}

/// `beta1=0.5 learning_rate=0.0001`.
#[must_use]
pub fn settings_text(settings: &BTreeMap<String, String>) -> String {
    let texts: Vec<String> = settings.iter().map(|(k, v)| format!("{k}={v}")).collect();
    texts.join(" ")
}

/// All runs of a table, in the order of tables: data set, architecture, loss, configuration, seed.
#[derive(Debug, Clone, PartialEq)]
pub struct Study {
    /// The runs.
    pub runs: Vec<Run>,
}

/// Everything that tells one run from another where rows have no id.
fn key(score: &Score) -> String {
    if !score.run.is_empty() {
        return score.run.clone();
    }
    format!(
        "{}\n{}\n{}\n{}\n{:?}\n{}",
        score.dataset,
        score.architecture,
        score.loss,
        score.seed,
        score.sample,
        settings_text(&score.settings)
    )
}

impl Study {
    /// Out of rows in any order.
    #[must_use]
    pub fn of(scores: &[Score]) -> Self {
        let mut rows: BTreeMap<String, Vec<&Score>> = BTreeMap::new();
        for score in scores {
            rows.entry(key(score)).or_default().push(score);
        }
        let mut runs: Vec<Run> = rows
            .into_values()
            .filter_map(|mut rows| {
                rows.sort_by_key(|row| row.step);
                let history = rows.iter().filter_map(|row| Some((row.step?, row.fid()?)));
                Some(Run {
                    history: history.collect(),
                    last: (*rows.last()?).clone(),
                })
            })
            .collect();
        runs.sort_by_cached_key(|run| {
            let row = &run.last;
            (
                row.dataset.clone(),
                (
                    known::architecture_order(&row.architecture),
                    row.architecture.clone(),
                ),
                (known::loss_order(&row.loss), row.loss.clone()),
                (row.sample, run.configuration(), row.seed),
            )
        });
        Self { runs }
    }

    /// The values of `of`, each once, in the order in which runs stand.
    fn each(&self, of: impl Fn(&Score) -> &str) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for run in &self.runs {
            let name = of(&run.last);
            if !found.iter().any(|known| known == name) {
                found.push(name.to_owned());
            }
        }
        found
    }

    /// The data sets.
    #[must_use]
    pub fn datasets(&self) -> Vec<String> {
        self.each(|score| &score.dataset)
    }

    /// The losses, the known ones first.
    #[must_use]
    pub fn losses(&self) -> Vec<String> {
        let mut all = self.each(|score| &score.loss);
        all.sort_by_key(|name| known::loss_order(name));
        all
    }

    /// The architectures, the known ones first.
    #[must_use]
    pub fn architectures(&self) -> Vec<String> {
        let mut all = self.each(|score| &score.architecture);
        all.sort_by_key(|name| known::architecture_order(name));
        all
    }

    /// Runs of a data set.
    pub fn on<'a>(&'a self, dataset: &str) -> impl Iterator<Item = &'a Run> {
        self.runs.iter().filter(move |r| r.last.dataset == dataset)
    }

    /// Runs of a data set, an architecture and a loss.
    #[must_use]
    pub fn cell(&self, dataset: &str, architecture: &str, loss: &str) -> Vec<&Run> {
        self.on(dataset)
            .filter(|run| run.last.architecture == architecture && run.last.loss == loss)
            .collect()
    }

    /// What the distance is called: FID in Inception's features, otherwise FD with the name of the network.
    #[must_use]
    pub fn distance(&self) -> String {
        let names = self.each(|score| &score.extractor);
        match names.as_slice() {
            [name] if name.is_empty() || name.starts_with("inception") => "FID".to_owned(),
            [name] => format!("FD ({name})"),
            _ => "FD".to_owned(),
        }
    }

    /// Runs that failed, with their reasons.
    pub fn failed(&self) -> impl Iterator<Item = (&Run, &str)> {
        self.runs.iter().filter_map(|run| match &run.last.outcome {
            Outcome::Failed(reason) => Some((run, reason.as_str())),
            Outcome::Done => None,
        })
    }
}
