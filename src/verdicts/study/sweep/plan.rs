//! From a sweep to its runs.

use super::ranges::{PARAMETERS, Value, defaults};
use super::{Data, Evaluate, Sweep};
use crate::error::{Error, Result};
use crate::rng::Seed;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One run: everything that its result depends on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// The head of the BLAKE3 hash of all other fields.
    pub id: String,
    /// Loss or baseline.
    pub loss: String,
    /// Architecture.
    pub architecture: String,
    /// Name of the data set.
    pub dataset: String,
    /// What it is trained on, as the sweep says it.
    pub train: String,
    /// What it is held against.
    pub test: String,
    /// Seed of the run.
    pub seed: u64,
    /// Number of the configuration; 0 is the default one.
    pub sample: u64,
    /// Discriminator updates.
    pub steps: u64,
    /// What the trainer reads: `run.toml` without the place of the data.
    pub file: BTreeMap<String, toml::Value>,
    /// Hyper-parameters by the study's columns, for the table.
    pub settings: BTreeMap<String, String>,
    /// Generated samples that are measured.
    pub n: u64,
    /// Reference samples at most; 0 for all.
    pub n_reference: u64,
    /// Training samples at most, where memorization is measured. Plans without it keep their ids.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n_train: Option<u64>,
    /// As `gavel evaluate --metrics`.
    pub metrics: String,
    /// As `gavel evaluate --extractor`.
    pub extractor: String,
}

/// Letters of an id: 48 bits tell any two of 100,000 runs apart but for one chance in 50,000, and [`plan`] looks.
const ID: usize = 12;

/// All runs, seed by seed, so that a sweep that ends early has every loss as often as any other.
///
/// Sample 0 of a loss is its default configuration. Sample k > 0 draws each hyper-parameter from a stream of its own
/// (loss, name, k), so that a range more changes no other draw; data sets and architectures share configurations, which
/// makes them comparable one by one.
///
/// # Errors
/// Numerical: two runs with one id.
pub fn plan(sweep: &Sweep) -> Result<Vec<Run>> {
    let mut runs = Vec::new();
    for seed in &sweep.seeds {
        for sample in 0..sweep.n_samples {
            for data in &sweep.data {
                for architecture in &sweep.architectures {
                    for loss in &sweep.losses {
                        runs.push(run(sweep, data, [architecture, loss], (*seed, sample))?);
                    }
                }
            }
        }
    }
    let mut ids: Vec<&str> = runs.iter().map(|run| run.id.as_str()).collect();
    ids.sort_unstable();
    match ids.windows(2).find(|pair| pair.first() == pair.last()) {
        None => Ok(runs),
        Some(pair) => Err(Error::numerical(format!(
            "two runs of the sweep have the id {}",
            pair.concat().get(..ID).unwrap_or_default()
        ))
        .mend("give the sweep another seed")),
    }
}

/// The hyper-parameters of a configuration, by the trainer's names.
fn configuration(sweep: &Sweep, loss: &str, sample: u64) -> BTreeMap<&'static str, Value> {
    let mut values = defaults(loss);
    if sample == 0 {
        return values;
    }
    let Some(ranges) = sweep.ranges.get(loss) else {
        return values;
    };
    for (name, value) in &mut values {
        let mut stream = Seed(sweep.seed).stream(&format!("sweep/{loss}/{name}"), sample);
        if let Some(drawn) = ranges.get(*name).and_then(|range| range.draw(&mut stream)) {
            *value = drawn;
        }
    }
    values
}

fn run(
    sweep: &Sweep,
    data: &Data,
    [architecture, loss]: [&String; 2],
    (seed, sample): (u64, u64),
) -> Result<Run> {
    let steps = data.steps.unwrap_or(sweep.steps);
    let values = configuration(sweep, loss, sample);
    let mut file = sweep.settings.clone();
    // The narrower table goes before the wider one.
    let own = [
        sweep.of_architecture.get(architecture),
        sweep.of_loss.get(loss),
    ];
    for table in own.into_iter().flatten() {
        file.extend(table.clone());
    }
    // What stands in the file of the sweep is meant; a draw does not overrule it.
    let fixed = file.clone();
    for (name, value) in &values {
        file.entry((*name).to_owned())
            .or_insert_with(|| value.toml());
    }
    let whole = |n: u64| toml::Value::Integer(i64::try_from(n).unwrap_or(i64::MAX));
    for (name, value) in [
        ("model", toml::Value::String(architecture.clone())),
        ("loss", toml::Value::String(loss.clone())),
        ("size", whole(data.size)),
        ("channels", whole(data.channels)),
        ("steps", whole(steps)),
        ("seed", whole(seed)),
        ("threads", whole(1)),
    ] {
        file.insert(name.to_owned(), value);
    }
    let settings = values.iter().map(|(name, value)| {
        let column = PARAMETERS
            .iter()
            .find(|p| p.name == *name)
            .map_or(*name, |p| p.column);
        let text = fixed
            .get(*name)
            .map_or_else(|| value.text(), ToString::to_string);
        (column.to_owned(), text)
    });
    let Evaluate {
        n,
        n_reference,
        n_train,
        metrics,
        extractor,
    } = sweep.evaluate.clone();
    let mut run = Run {
        id: String::new(),
        loss: loss.clone(),
        architecture: architecture.clone(),
        dataset: data.name.clone(),
        train: data.train.clone(),
        test: data.test.clone(),
        seed,
        sample,
        steps,
        settings: settings.collect(),
        file,
        n,
        n_reference,
        n_train: (n_train > 0).then_some(n_train),
        metrics,
        extractor,
    };
    let text = serde_json::to_string(&run)
        .map_err(|e| Error::numerical(format!("a run cannot be written as JSON: {e}")))?;
    run.id = blake3::hash(text.as_bytes())
        .to_hex()
        .chars()
        .take(ID)
        .collect();
    Ok(run)
}

impl Run {
    /// `run.toml` for the trainer, with the training set at `train`.
    ///
    /// # Errors
    /// Numerical: the text cannot be put together.
    pub fn toml(&self, train: &str) -> Result<String> {
        let mut file = self.file.clone();
        file.insert("data".to_owned(), toml::Value::String(train.to_owned()));
        toml::to_string(&file)
            .map_err(|e| Error::numerical(format!("run.toml cannot be written: {e}")))
    }

    /// How people call it.
    #[must_use]
    pub fn title(&self) -> String {
        format!(
            "{} · {} · {} · sample {} · seed {}",
            self.dataset, self.architecture, self.loss, self.sample, self.seed
        )
    }
}
