//! Settings of runs, and how their generators are measured.

use super::super::Evaluate;
use super::Reader;
use super::raw::{RawEvaluate, Settings, Tables};
use crate::error::Result;
use std::collections::BTreeMap;

/// Keys of a run's file that the sweep writes itself.
const OWN: [&str; 9] = [
    "model", "loss", "data", "size", "channels", "steps", "seed", "threads", "resume",
];

impl Reader<'_> {
    pub(super) fn settings(&self, raw: &Settings) -> Result<BTreeMap<String, toml::Value>> {
        let mut found = BTreeMap::new();
        for (key, value) in raw {
            if OWN.contains(&key.get_ref().as_str()) {
                return Err(self
                    .wrong(
                        key,
                        format!(
                            "`{}` is not a setting: the sweep itself says it",
                            key.get_ref()
                        ),
                    )
                    .mend("see the keys losses, architectures, data, seeds and steps"));
            }
            found.insert(key.get_ref().clone(), value.clone());
        }
        Ok(found)
    }

    /// Settings of one architecture or one loss, which must be among those of the sweep; `what` is one and several of them.
    pub(super) fn tables(
        &self,
        raw: &Tables,
        [what, several]: [&str; 2],
        known: &[String],
    ) -> Result<BTreeMap<String, BTreeMap<String, toml::Value>>> {
        let mut found = BTreeMap::new();
        for (name, settings) in raw {
            if !known.contains(name.get_ref()) {
                return Err(self
                    .wrong(
                        name,
                        format!(
                            "[{what}.{}] is not among the {several} of this sweep",
                            name.get_ref()
                        ),
                    )
                    .mend(format!("one of {}", known.join(", "))));
            }
            found.insert(name.get_ref().clone(), self.settings(settings)?);
        }
        Ok(found)
    }

    /// 0, or at least two: a training picture is held against its nearest other.
    fn n_train(&self, raw: Option<&RawEvaluate>) -> Result<u64> {
        match raw.and_then(|raw| raw.train.as_ref()) {
            None => Ok(0),
            Some(train) if *train.get_ref() == 1 => Err(self.wrong(
                train,
                "train = 1, expected at least 2 training pictures, or 0 for none",
            )),
            Some(train) => Ok(*train.get_ref()),
        }
    }

    pub(super) fn evaluate(&self, raw: Option<&RawEvaluate>) -> Result<Evaluate> {
        let n = raw.and_then(|raw| raw.n.as_ref());
        let n = match n {
            Some(n) => self.at_least_one(n, "n")?,
            None => 1000,
        };
        let word =
            |word: Option<&String>, other: &str| word.cloned().unwrap_or_else(|| other.to_owned());
        Ok(Evaluate {
            n,
            n_reference: raw.and_then(|raw| raw.reference).unwrap_or(0),
            n_train: self.n_train(raw)?,
            metrics: word(
                raw.and_then(|raw| raw.metrics.as_ref()),
                "fid,precision_recall,prdc",
            ),
            extractor: word(raw.and_then(|raw| raw.extractor.as_ref()), "embedded"),
        })
    }
}
