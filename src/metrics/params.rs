//! Metric parameters: what may be set, what was set, and the rows that follow from it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{METRICS, Metric, find};
use crate::error::{Error, Result};

/// The values that a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allowed {
    /// One of these words.
    Words(&'static [&'static str]),
    /// One of these integers.
    Integers(&'static [u64]),
    /// An integer of at least this size.
    AtLeast(u64),
    /// An integer from the first to the second.
    Between(u64, u64),
    /// An integer of at least this size, or `auto`.
    AtLeastOrAuto(u64),
    /// A number above 0.
    Positive,
    /// A number above 0, or `inf`.
    PositiveOrInfinite,
    /// A number above 0, or `auto`.
    PositiveOrAuto,
}

/// One parameter of a metric, as `--set metric.name=value` sets it.
#[derive(Debug, Clone, Copy)]
pub struct ParamSpec {
    /// Name without the metric's prefix.
    pub name: &'static str,
    /// What it does.
    pub doc: &'static str,
    /// The value when nobody sets it, as typed.
    pub default: &'static str,
    /// The values that it takes.
    pub allowed: Allowed,
}

impl ParamSpec {
    /// Checks a typed value and gives it its type.
    fn parse(&self, metric: &str, typed: &str) -> Result<Value> {
        let number = typed.parse::<u64>().ok();
        let accepted = match self.allowed {
            Allowed::Words(words) => words.contains(&typed).then(|| Value::from(typed)),
            Allowed::Integers(all) => number.filter(|n| all.contains(n)).map(Value::from),
            Allowed::AtLeast(least) => number.filter(|n| *n >= least).map(Value::from),
            Allowed::Between(least, most) => number
                .filter(|n| (least..=most).contains(n))
                .map(Value::from),
            Allowed::AtLeastOrAuto(_) | Allowed::PositiveOrAuto if typed == "auto" => {
                Some(Value::from(typed))
            }
            Allowed::AtLeastOrAuto(least) => number.filter(|n| *n >= least).map(Value::from),
            Allowed::PositiveOrInfinite if typed == "inf" => Some(Value::from(typed)),
            Allowed::Positive | Allowed::PositiveOrInfinite | Allowed::PositiveOrAuto => {
                let number = typed.parse::<f64>().ok();
                number
                    .filter(|x| x.is_finite() && *x > 0.0)
                    .map(Value::from)
            }
        };
        accepted.ok_or_else(|| {
            Error::usage(format!(
                "--set {metric}.{}={typed}: {typed:?} is not {}",
                self.name,
                self.allowed_text()
            ))
            .mend(format!("--set {metric}.{}={}", self.name, self.default))
        })
    }

    /// The allowed values in words, for messages and manuals.
    #[must_use]
    pub fn allowed_text(&self) -> String {
        match self.allowed {
            Allowed::Words(words) => format!("one of {}", words.join(", ")),
            Allowed::Integers(all) => {
                let all: Vec<String> = all.iter().map(u64::to_string).collect();
                format!("one of {}", all.join(", "))
            }
            Allowed::AtLeast(least) => format!("an integer of at least {least}"),
            Allowed::Between(least, most) => format!("an integer from {least} to {most}"),
            Allowed::AtLeastOrAuto(least) => format!("auto or an integer of at least {least}"),
            Allowed::Positive => "a number above 0".to_owned(),
            Allowed::PositiveOrInfinite => "a number above 0, or inf".to_owned(),
            Allowed::PositiveOrAuto => "auto or a number above 0".to_owned(),
        }
    }
}

/// The checked parameters of one row of one metric: every parameter of its card has a value.
#[derive(Debug, Clone, PartialEq)]
pub struct Params(BTreeMap<String, Value>);

impl Params {
    /// Every parameter at its default.
    ///
    /// # Errors
    /// Usage: a default that its own specification refuses (a mistake in a card).
    pub fn defaults(name: &str, specs: &[ParamSpec]) -> Result<Self> {
        let values = specs
            .iter()
            .map(|spec| Ok((spec.name.to_owned(), spec.parse(name, spec.default)?)));
        Ok(Self(values.collect::<Result<_>>()?))
    }

    /// The word that a parameter is set to.
    ///
    /// # Errors
    /// Usage: the metric has no such parameter, or it is no word.
    pub fn word(&self, name: &str) -> Result<&str> {
        self.0
            .get(name)
            .and_then(Value::as_str)
            .ok_or_else(|| missing(name, "a word"))
    }

    /// The integer that a parameter is set to.
    ///
    /// # Errors
    /// Usage: the metric has no such parameter, or it is no integer.
    pub fn integer(&self, name: &str) -> Result<usize> {
        self.0
            .get(name)
            .and_then(Value::as_u64)
            .and_then(|n| usize::try_from(n).ok())
            .ok_or_else(|| missing(name, "an integer"))
    }

    /// The integer that a parameter is set to, or `None` for `auto`.
    ///
    /// # Errors
    /// Usage: the metric has no such parameter.
    pub fn integer_or_auto(&self, name: &str) -> Result<Option<usize>> {
        match self.0.get(name).and_then(Value::as_str) {
            Some("auto") => Ok(None),
            _ => self.integer(name).map(Some),
        }
    }

    /// The number that a parameter is set to; `inf` is infinity.
    ///
    /// # Errors
    /// Usage: the metric has no such parameter, or it is no number.
    pub fn number(&self, name: &str) -> Result<f64> {
        let value = self.0.get(name);
        if value.and_then(Value::as_str) == Some("inf") {
            return Ok(f64::INFINITY);
        }
        value
            .and_then(Value::as_f64)
            .ok_or_else(|| missing(name, "a number"))
    }

    /// The number that a parameter is set to, or `None` for `auto`.
    ///
    /// # Errors
    /// Usage: the metric has no such parameter.
    pub fn number_or_auto(&self, name: &str) -> Result<Option<f64>> {
        match self.0.get(name).and_then(Value::as_str) {
            Some("auto") => Ok(None),
            _ => self.number(name).map(Some),
        }
    }

    /// One set of parameters: of each of `specs` the value in `typed` (name and text), else its default. `owner` is what
    /// stands before the point in `--set`.
    ///
    /// # Errors
    /// Usage: a value that is not allowed, a name that is none of the parameters (the known ones are listed), or one that is
    /// given twice.
    pub fn of(owner: &str, specs: &[ParamSpec], typed: &[(&str, &str)]) -> Result<Self> {
        for (at, (name, _)) in typed.iter().enumerate() {
            if !specs.iter().any(|spec| spec.name == *name) {
                let known: Vec<String> = specs
                    .iter()
                    .map(|spec| format!("{owner}.{}", spec.name))
                    .collect();
                let error =
                    Error::usage(format!("--set {owner}.{name}: there is no such parameter"));
                return Err(error.mend(if known.is_empty() {
                    format!("{owner} has no parameters")
                } else {
                    format!("one of {}", known.join(", "))
                }));
            }
            if typed[..at].iter().any(|(earlier, _)| earlier == name) {
                return Err(Error::usage(format!("--set {owner}.{name} is given twice"))
                    .mend("give it once"));
            }
        }
        specs
            .iter()
            .map(|spec| {
                let given = typed.iter().find(|(name, _)| *name == spec.name);
                let value = spec.parse(owner, given.map_or(spec.default, |(_, text)| text))?;
                Ok((spec.name.to_owned(), value))
            })
            .collect::<Result<_>>()
            .map(Self)
    }

    /// The parameters as the results document writes them.
    #[must_use]
    pub fn to_map(&self) -> BTreeMap<String, Value> {
        self.0.clone()
    }
}

fn missing(name: &str, kind: &str) -> Error {
    Error::usage(format!("the metric has no parameter {name} that is {kind}"))
        .mend("take the parameters of a metric from Settings::rows")
}

/// All `--set` options of a command, checked.
#[derive(Debug, Clone, Default)]
pub struct Settings(BTreeMap<(&'static str, &'static str), Vec<Value>>);

impl Settings {
    /// Reads options of the form `metric.param=value[,value…]`. The metric may be written by any of its names.
    ///
    /// # Errors
    /// Usage: another form, an unknown metric or parameter (the known ones are listed), a value that is not allowed,
    /// or a parameter set twice.
    pub fn parse<S: AsRef<str>>(options: &[S]) -> Result<Self> {
        let mut settings = BTreeMap::new();
        for option in options {
            let option = option.as_ref().trim();
            let (key, values) = option.split_once('=').ok_or_else(|| form(option))?;
            let (metric_name, name) = key.trim().split_once('.').ok_or_else(|| form(option))?;
            let card = find(metric_name)
                .ok_or_else(|| {
                    let known: Vec<&str> = METRICS.iter().map(|m| m.card().name).collect();
                    Error::usage(format!(
                        "--set {option}: there is no metric {metric_name:?}"
                    ))
                    .mend(format!("one of {}", known.join(", ")))
                })?
                .card();
            let spec = card
                .params
                .iter()
                .find(|spec| spec.name == name)
                .ok_or_else(|| {
                    let known: Vec<String> = card
                        .params
                        .iter()
                        .map(|p| format!("{}.{}", card.name, p.name))
                        .collect();
                    Error::usage(format!(
                        "--set {option}: {} has no parameter {name:?}",
                        card.name
                    ))
                    .mend(format!("one of {}", known.join(", ")))
                })?;
            let values: Vec<Value> = values
                .split(',')
                .map(|typed| spec.parse(card.name, typed.trim()))
                .collect::<Result<_>>()?;
            if settings.insert((card.name, spec.name), values).is_some() {
                return Err(Error::usage(format!(
                    "--set {}.{} is given twice",
                    card.name, spec.name
                ))
                .mend(format!(
                    "give all values at once: --set {}.{}=a,b",
                    card.name, spec.name
                )));
            }
        }
        Ok(Self(settings))
    }

    /// The rows of a metric: every combination of the values set, the last parameter of its card changing fastest.
    ///
    /// # Errors
    /// Usage: a default that its own specification refuses (a mistake in a card).
    pub fn rows(&self, metric: &dyn Metric) -> Result<Vec<Params>> {
        let card = metric.card();
        let mut rows = vec![BTreeMap::new()];
        for spec in card.params {
            let values = match self.0.get(&(card.name, spec.name)) {
                Some(values) => values.clone(),
                None => vec![spec.parse(card.name, spec.default)?],
            };
            rows = rows
                .iter()
                .flat_map(|row: &BTreeMap<String, Value>| {
                    values.iter().map(move |value| {
                        let mut row = row.clone();
                        row.insert(spec.name.to_owned(), value.clone());
                        row
                    })
                })
                .collect();
        }
        Ok(rows.into_iter().map(Params).collect())
    }
}

fn form(option: &str) -> Error {
    Error::usage(format!(
        "--set {option}: not of the form metric.parameter=value"
    ))
    .mend("--set kid.subset_size=500")
}
