//! From TOML to a checked sweep. Every error points at its line.

use super::ranges::{self, Kind, PARAMETERS, Range, Value};
use super::{Data, Evaluate, SCHEMA, Sweep};
use crate::error::{Error, Result};
use crate::verdicts::study::known;
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

/// Runs that a sweep may have; more is a slip of the pen.
const MOST_RUNS: usize = 100_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSweep {
    schema: Option<Spanned<String>>,
    name: Option<String>,
    #[serde(default = "default_seed")]
    seed: u64,
    losses: Vec<Spanned<String>>,
    #[serde(alias = "models")]
    architectures: Vec<Spanned<String>>,
    data: Vec<RawData>,
    seeds: Spanned<RawSeeds>,
    #[serde(default = "one")]
    samples: Spanned<u64>,
    steps: Spanned<u64>,
    ranges: Option<Spanned<String>>,
    #[serde(default)]
    range: BTreeMap<Spanned<String>, BTreeMap<Spanned<String>, Spanned<RawRange>>>,
    #[serde(default)]
    settings: BTreeMap<Spanned<String>, toml::Value>,
    #[serde(default)]
    architecture: BTreeMap<Spanned<String>, BTreeMap<Spanned<String>, toml::Value>>,
    evaluate: Option<RawEvaluate>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RawSeeds {
    Count(u64),
    List(Vec<u64>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawData {
    name: Spanned<String>,
    train: String,
    test: String,
    #[serde(default = "side")]
    size: Spanned<u64>,
    #[serde(default = "gray")]
    channels: Spanned<u64>,
    steps: Option<Spanned<u64>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRange {
    uniform: Option<[f64; 2]>,
    log_uniform: Option<[f64; 2]>,
    choice: Option<Vec<toml::Value>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEvaluate {
    n: Option<Spanned<u64>>,
    reference: Option<u64>,
    metrics: Option<String>,
    extractor: Option<String>,
}

fn default_seed() -> u64 {
    2020
}

fn one() -> Spanned<u64> {
    Spanned::new(0..0, 1)
}

fn side() -> Spanned<u64> {
    Spanned::new(0..0, 28)
}

fn gray() -> Spanned<u64> {
    Spanned::new(0..0, 1)
}

/// Keys of a run's file that the sweep writes itself.
const OWN: [&str; 9] = [
    "model", "loss", "data", "size", "channels", "steps", "seed", "threads", "resume",
];

impl Sweep {
    /// A sweep from its text; `file` is how errors call it.
    ///
    /// # Errors
    /// Input, with the line: not TOML, unknown keys, losses, architectures or hyper-parameters (the known ones are listed),
    /// ranges upside down or impossible, nothing to run.
    pub fn parse(text: &str, file: &str) -> Result<Self> {
        let raw: RawSweep = toml::from_str(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            Error::input(error.message().trim().replace('\n', "; "))
                .at(format!("{file}:{}", line_of(text, start)))
                .mend("gavel sweep mini --print shows a sweep with every key")
        })?;
        Reader { text, file }.sweep(raw)
    }
}

/// The line of a byte of the text, from 1.
fn line_of(text: &str, byte: usize) -> usize {
    1 + text.bytes().take(byte).filter(|b| *b == b'\n').count()
}

/// Knows where things stand.
struct Reader<'a> {
    text: &'a str,
    file: &'a str,
}

impl Reader<'_> {
    fn wrong<T>(&self, at: &Spanned<T>, what: impl Into<String>) -> Error {
        let line = line_of(self.text, at.span().start);
        Error::input(what).at(format!("{}:{line}", self.file))
    }

    fn sweep(&self, raw: RawSweep) -> Result<Sweep> {
        if let Some(schema) = &raw.schema
            && schema.get_ref() != SCHEMA
        {
            let found = schema.get_ref();
            return Err(self
                .wrong(
                    schema,
                    format!("the sweep has schema {found:?}; this version reads {SCHEMA:?}"),
                )
                .mend(
                    "use the version of gavel that it was written for, or rewrite it for this one",
                ));
        }
        let losses = self.losses(&raw.losses)?;
        let architectures = self.architectures(&raw.architectures)?;
        let data = self.data(&raw.data)?;
        let seeds = self.seeds(&raw.seeds)?;
        let n_samples = self.at_least_one(&raw.samples, "samples")?;
        let ranges = self.ranges(&raw, &losses)?;
        if n_samples > 1 && ranges.values().all(BTreeMap::is_empty) {
            return Err(self
                .wrong(
                    &raw.samples,
                    format!("{n_samples} samples and no range to draw them from"),
                )
                .mend(
                    "ranges = \"wide\" (or \"narrow\"), or a [range.all] table, or samples = 1",
                ));
        }
        let sweep = Sweep {
            name: raw.name.clone().unwrap_or_else(|| "sweep".to_owned()),
            seed: raw.seed,
            steps: self.at_least_one(&raw.steps, "steps")?,
            settings: self.settings(&raw.settings)?,
            of_architecture: self.of_architecture(&raw, &architectures)?,
            evaluate: self.evaluate(raw.evaluate.as_ref())?,
            losses,
            architectures,
            data,
            seeds,
            n_samples,
            ranges,
        };
        let n = [
            sweep.losses.len(),
            sweep.architectures.len(),
            sweep.data.len(),
            sweep.seeds.len(),
            sweep.n_samples as usize,
        ]
        .into_iter()
        .fold(1, usize::saturating_mul);
        if n > MOST_RUNS {
            return Err(Error::input(format!(
                "{}: {n} runs, at most {MOST_RUNS} are planned",
                self.file
            ))
            .mend("fewer samples, seeds or losses"));
        }
        Ok(sweep)
    }

    /// Something that is not empty and has nothing twice.
    fn list<'a>(&self, all: &'a [Spanned<String>], what: &str) -> Result<Vec<&'a Spanned<String>>> {
        if all.is_empty() {
            return Err(Error::input(format!(
                "{}: `{what}` is empty, expected one name or more",
                self.file
            )));
        }
        for (at, one) in all.iter().enumerate() {
            if all
                .iter()
                .take(at)
                .any(|other| other.get_ref() == one.get_ref())
            {
                return Err(
                    self.wrong(one, format!("{:?} stands twice in `{what}`", one.get_ref()))
                );
            }
        }
        Ok(all.iter().collect())
    }

    fn losses(&self, all: &[Spanned<String>]) -> Result<Vec<String>> {
        let mut found: Vec<String> = Vec::new();
        for one in self.list(all, "losses")? {
            let known = known::loss(one.get_ref()).ok_or_else(|| {
                let names: Vec<&str> = known::LOSSES.iter().map(|known| known.name).collect();
                self.wrong(one, format!("the loss {:?} is not known", one.get_ref()))
                    .mend(format!("one of {}", names.join(", ")))
            })?;
            found.push(known.name.to_owned());
        }
        Ok(found)
    }

    fn architectures(&self, all: &[Spanned<String>]) -> Result<Vec<String>> {
        let mut found = Vec::new();
        for one in self.list(all, "architectures")? {
            if !known::ARCHITECTURES
                .iter()
                .any(|(name, _)| name == one.get_ref())
            {
                let names: Vec<&str> = known::ARCHITECTURES.iter().map(|(name, _)| *name).collect();
                return Err(self
                    .wrong(one, format!("the model {:?} is not known", one.get_ref()))
                    .mend(format!("one of {}", names.join(", "))));
            }
            found.push(one.get_ref().clone());
        }
        Ok(found)
    }

    fn data(&self, all: &[RawData]) -> Result<Vec<Data>> {
        if all.is_empty() {
            return Err(
                Error::input(format!("{}: no data set", self.file)).mend("add a [[data]] table")
            );
        }
        let mut found: Vec<Data> = Vec::new();
        for raw in all {
            let name = raw.name.get_ref();
            if name.is_empty() || found.iter().any(|other| other.name == *name) {
                return Err(self.wrong(
                    &raw.name,
                    format!("the name {name:?} of a data set is empty or stands twice"),
                ));
            }
            let channels = *raw.channels.get_ref();
            if channels != 1 && channels != 3 {
                return Err(self.wrong(
                    &raw.channels,
                    format!("channels = {channels}, expected 1 (gray) or 3 (colour)"),
                ));
            }
            found.push(Data {
                name: name.clone(),
                train: raw.train.clone(),
                test: raw.test.clone(),
                size: self.at_least_one(&raw.size, "size")?,
                channels,
                steps: match &raw.steps {
                    Some(steps) => Some(self.at_least_one(steps, "steps")?),
                    None => None,
                },
            });
        }
        Ok(found)
    }

    fn seeds(&self, raw: &Spanned<RawSeeds>) -> Result<Vec<u64>> {
        let seeds: Vec<u64> = match raw.get_ref() {
            RawSeeds::Count(n) if *n > MOST_RUNS as u64 => Vec::new(),
            RawSeeds::Count(n) => (0..*n).collect(),
            RawSeeds::List(list) => list.clone(),
        };
        let mut sorted = seeds.clone();
        sorted.sort_unstable();
        sorted.dedup();
        if seeds.is_empty() || sorted.len() < seeds.len() {
            return Err(self
                .wrong(raw, "`seeds` is empty, too many, or has a seed twice")
                .mend("seeds = 5, or seeds = [0, 1, 2]"));
        }
        Ok(seeds)
    }

    fn at_least_one(&self, raw: &Spanned<u64>, what: &str) -> Result<u64> {
        match *raw.get_ref() {
            0 => Err(self.wrong(raw, format!("{what} = 0, expected at least 1"))),
            n => Ok(n),
        }
    }

    fn evaluate(&self, raw: Option<&RawEvaluate>) -> Result<Evaluate> {
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
            metrics: word(
                raw.and_then(|raw| raw.metrics.as_ref()),
                "fid,precision_recall,prdc",
            ),
            extractor: word(raw.and_then(|raw| raw.extractor.as_ref()), "embedded"),
        })
    }

    fn settings(
        &self,
        raw: &BTreeMap<Spanned<String>, toml::Value>,
    ) -> Result<BTreeMap<String, toml::Value>> {
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

    fn of_architecture(
        &self,
        raw: &RawSweep,
        known: &[String],
    ) -> Result<BTreeMap<String, BTreeMap<String, toml::Value>>> {
        let mut found = BTreeMap::new();
        for (name, settings) in &raw.architecture {
            if !known.contains(name.get_ref()) {
                let names = known.join(", ");
                return Err(self
                    .wrong(
                        name,
                        format!(
                            "[architecture.{}] is not among the architectures of this sweep",
                            name.get_ref()
                        ),
                    )
                    .mend(format!("one of {names}")));
            }
            found.insert(name.get_ref().clone(), self.settings(settings)?);
        }
        Ok(found)
    }

    /// The study's ranges where a word asks for them, then `[range.all]`, then those of the loss itself.
    fn ranges(
        &self,
        raw: &RawSweep,
        losses: &[String],
    ) -> Result<BTreeMap<String, BTreeMap<String, Range>>> {
        for name in raw.range.keys() {
            if name.get_ref() != "all" && !losses.contains(name.get_ref()) {
                return Err(self
                    .wrong(
                        name,
                        format!("[range.{}] is not of a loss of this sweep", name.get_ref()),
                    )
                    .mend(format!("all, or one of {}", losses.join(", "))));
            }
        }
        let mut found = BTreeMap::new();
        for loss in losses {
            let mut mine = match &raw.ranges {
                None => BTreeMap::new(),
                Some(word) => ranges::of_study(word.get_ref(), loss).ok_or_else(|| {
                    self.wrong(word, format!("ranges = {:?} is not known", word.get_ref()))
                        .mend("\"wide\" or \"narrow\", the study's two")
                })?,
            };
            for part in ["all", loss.as_str()] {
                for (name, range) in raw
                    .range
                    .iter()
                    .filter(|(key, _)| key.get_ref() == part)
                    .flat_map(|(_, r)| r)
                {
                    let checked = self.range(name, range)?;
                    if ranges::has(loss, name.get_ref()) {
                        mine.insert(name.get_ref().clone(), checked);
                    } else if part != "all" {
                        return Err(self.wrong(
                            name,
                            format!(
                                "the loss {loss} has no hyper-parameter `{}`",
                                name.get_ref()
                            ),
                        ));
                    }
                }
            }
            found.insert(loss.clone(), mine);
        }
        Ok(found)
    }

    fn range(&self, name: &Spanned<String>, raw: &Spanned<RawRange>) -> Result<Range> {
        let parameter = PARAMETERS
            .iter()
            .find(|p| p.name == name.get_ref())
            .ok_or_else(|| {
                let names: Vec<&str> = PARAMETERS.iter().map(|p| p.name).collect();
                self.wrong(
                    name,
                    format!("the hyper-parameter `{}` is not known", name.get_ref()),
                )
                .mend(format!("one of {}", names.join(", ")))
            })?;
        let is_number = !matches!(parameter.kind, Kind::Flag | Kind::Count);
        match raw.get_ref() {
            RawRange { uniform: Some([low, high]), log_uniform: None, choice: None } if is_number => {
                self.ends(raw, parameter, *low, *high)?;
                Ok(Range::Uniform(*low, *high))
            }
            RawRange { uniform: None, log_uniform: Some([low, high]), choice: None } if is_number => {
                self.ends(raw, parameter, *low, *high)?;
                if *low <= 0.0 {
                    return Err(self.wrong(raw, format!("log_uniform starts at {low}, expected a number above 0")));
                }
                Ok(Range::LogUniform(*low, *high))
            }
            RawRange { uniform: None, log_uniform: None, choice: Some(values) } if !values.is_empty() => {
                let values: Result<Vec<Value>> = values.iter().map(|v| self.value(raw, parameter, v)).collect();
                Ok(Range::Choice(values?))
            }
            _ => Err(self
                .wrong(raw, format!("the range of `{}` is not one", parameter.name))
                .mend(if is_number {
                    "{ uniform = [low, high] }, { log_uniform = [low, high] } or { choice = [a, b] }"
                } else {
                    "{ choice = [a, b] }"
                })),
        }
    }

    fn ends(
        &self,
        raw: &Spanned<RawRange>,
        parameter: &ranges::Parameter,
        low: f64,
        high: f64,
    ) -> Result<()> {
        if low > high {
            return Err(self
                .wrong(
                    raw,
                    format!(
                        "the range of `{}` is upside down: {low} to {high}",
                        parameter.name
                    ),
                )
                .mend(format!("[{high}, {low}]")));
        }
        for end in [low, high] {
            self.number(raw, parameter, end)?;
        }
        Ok(())
    }

    fn number(
        &self,
        raw: &Spanned<RawRange>,
        parameter: &ranges::Parameter,
        number: f64,
    ) -> Result<()> {
        let (is_fine, expected) = match parameter.kind {
            Kind::Positive => (number > 0.0, "above 0"),
            Kind::Share => ((0.0..=1.0).contains(&number), "from 0 to 1"),
            _ => (number >= 0.0, "0 or more"),
        };
        if is_fine && number.is_finite() {
            return Ok(());
        }
        Err(self.wrong(
            raw,
            format!(
                "`{}` cannot be {number}, expected a number {expected}",
                parameter.name
            ),
        ))
    }

    fn value(
        &self,
        raw: &Spanned<RawRange>,
        parameter: &ranges::Parameter,
        value: &toml::Value,
    ) -> Result<Value> {
        let refused = |expected: &str| {
            self.wrong(
                raw,
                format!(
                    "`{}` cannot be {value}, expected {expected}",
                    parameter.name
                ),
            )
        };
        match (parameter.kind, value) {
            (Kind::Flag, toml::Value::Boolean(flag)) => Ok(Value::Flag(*flag)),
            (Kind::Flag, _) => Err(refused("true or false")),
            (Kind::Count, toml::Value::Integer(n)) if *n > 0 => Ok(Value::Count(*n as u64)),
            (Kind::Count, _) => Err(refused("a count of at least 1")),
            (_, toml::Value::Float(_) | toml::Value::Integer(_)) => {
                let number = value
                    .as_float()
                    .or_else(|| value.as_integer().map(|n| n as f64))
                    .unwrap_or(f64::NAN);
                self.number(raw, parameter, number)?;
                Ok(Value::Number(number))
            }
            _ => Err(refused("a number")),
        }
    }
}
