//! From TOML to a checked policy. Every error points at its line.

use super::{
    Audits, Baseline, Bound, ERROR_RATE, FailOn, JudgedBy, Limit, Margin, Multiplicity, Policy,
    SCHEMA, Target, WhenUndecided,
};
use crate::audit::AUDITS;
use crate::error::{Error, Result};
use crate::verdicts::alike::KEYS;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use toml::Spanned;

/// Rows whose values lie between 0 and 1, whatever the data.
const SHARES: [&str; 8] = [
    "precision",
    "recall",
    "coverage",
    "prd_f8",
    "prd_f1_8",
    "ndb",
    "one_nn",
    "face_rate",
];

/// Distances that are never below 0. (The unbiased kernel distances are not among them.)
const DISTANCES: [&str; 5] = ["fid", "fd", "sfid", "sliced_wasserstein", "mind"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPolicy {
    schema: Option<Spanned<String>>,
    error_rate: Option<Spanned<f64>>,
    multiplicity: Option<Multiplicity>,
    when_undecided: Option<WhenUndecided>,
    #[serde(default)]
    allow: Vec<Spanned<String>>,
    #[serde(default)]
    limit: Vec<RawLimit>,
    #[serde(default)]
    baseline: Vec<RawBaseline>,
    audits: Option<Spanned<RawAudits>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLimit {
    metric: Spanned<String>,
    #[serde(default)]
    params: BTreeMap<String, Value>,
    at_most: Option<Spanned<f64>>,
    at_least: Option<Spanned<f64>>,
    judged_by: Option<JudgedBy>,
    error_rate: Option<Spanned<f64>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBaseline {
    metric: Spanned<String>,
    #[serde(default)]
    params: BTreeMap<String, Value>,
    margin: Option<Spanned<f64>>,
    margin_relative: Option<Spanned<f64>>,
    error_rate: Option<Spanned<f64>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAudits {
    fail_on: Option<FailOn>,
    #[serde(default)]
    required: Vec<Spanned<String>>,
    #[serde(default)]
    ignore: Vec<Spanned<String>>,
}

impl Policy {
    /// Reads a policy file.
    ///
    /// # Errors
    /// Input: as [`Self::parse`], or the file cannot be read.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(|e| Error::io(path, &e))?;
        Self::parse(&text, &path.display().to_string())
    }

    /// A policy from its text; `file` is how errors call it.
    ///
    /// # Errors
    /// Input, with the line: not TOML, unknown keys or words, wrong types, numbers that are impossible, no check at all.
    pub fn parse(text: &str, file: &str) -> Result<Self> {
        let raw: RawPolicy = toml::from_str(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            let message = error.message().trim().replace('\n', "; ");
            Error::input(message.replace("expected f64", "expected a number"))
                .at(format!("{file}:{}", line_of(text, start)))
                .mend("gavel gate --help shows a policy with every key")
        })?;
        Reader { text, file }.policy(raw)
    }
}

/// The line of a byte of the text, from 1.
fn line_of(text: &str, byte: usize) -> usize {
    let before = text.bytes().take(byte);
    1 + before.filter(|b| *b == b'\n').count()
}

/// Knows where things stand.
struct Reader<'a> {
    text: &'a str,
    file: &'a str,
}

impl Reader<'_> {
    fn line<T>(&self, at: &Spanned<T>) -> usize {
        line_of(self.text, at.span().start)
    }

    fn wrong<T>(&self, at: &Spanned<T>, what: impl Into<String>) -> Error {
        Error::input(what).at(format!("{}:{}", self.file, self.line(at)))
    }

    fn policy(&self, raw: RawPolicy) -> Result<Policy> {
        if let Some(schema) = &raw.schema
            && schema.get_ref() != SCHEMA
        {
            return Err(self
                .wrong(
                    schema,
                    format!(
                        "the policy has schema {:?}; this version reads {SCHEMA:?}",
                        schema.get_ref()
                    ),
                )
                .mend(
                    "use the version of gavel that it was written for, or rewrite it for this one",
                ));
        }
        let error_rate = self.rate(raw.error_rate.as_ref(), ERROR_RATE)?;
        for name in &raw.allow {
            self.one_of(name, "allow", &KEYS)?;
        }
        let mut limits = Vec::new();
        for limit in &raw.limit {
            limits.extend(self.limits(limit, error_rate)?);
        }
        let baselines = raw
            .baseline
            .iter()
            .map(|baseline| self.baseline(baseline, error_rate))
            .collect::<Result<Vec<_>>>()?;
        let audits = raw.audits.map(|audits| self.audits(&audits)).transpose()?;
        if limits.is_empty() && baselines.is_empty() && audits.is_none() {
            return Err(Error::input("the policy holds no check")
                .at(self.file)
                .mend(
                    "add a [[limit]], a [[baseline]] or [audits]; gavel gate --help shows them",
                ));
        }
        Ok(Policy {
            file: self.file.to_owned(),
            error_rate,
            multiplicity: raw.multiplicity.unwrap_or(Multiplicity::Holm),
            when_undecided: raw.when_undecided.unwrap_or(WhenUndecided::CannotTell),
            allow: raw.allow.into_iter().map(Spanned::into_inner).collect(),
            limits,
            baselines,
            audits,
        })
    }

    fn rate(&self, typed: Option<&Spanned<f64>>, default: f64) -> Result<f64> {
        match typed {
            None => Ok(default),
            Some(rate) if *rate.get_ref() > 0.0 && *rate.get_ref() < 0.5 => Ok(*rate.get_ref()),
            Some(rate) => Err(self.wrong(
                rate,
                format!(
                    "error_rate = {}: expected a number between 0 and 0.5, both left out",
                    rate.get_ref()
                ),
            )),
        }
    }

    fn one_of(&self, name: &Spanned<String>, key: &str, known: &[&str]) -> Result<()> {
        if known.contains(&name.get_ref().as_str()) {
            return Ok(());
        }
        Err(self.wrong(
            name,
            format!(
                "{key}: unknown name {:?}, expected some of {}",
                name.get_ref(),
                known.join(", ")
            ),
        ))
    }

    fn target(
        &self,
        metric: &Spanned<String>,
        params: &BTreeMap<String, Value>,
        error_rate: f64,
    ) -> Result<Target> {
        if metric.get_ref().trim().is_empty() {
            return Err(self
                .wrong(metric, "metric = \"\": expected the id of a metric")
                .mend("gavel metrics lists them"));
        }
        Ok(Target {
            metric: metric.get_ref().clone(),
            params: params.clone(),
            line: self.line(metric),
            error_rate,
        })
    }

    /// One limit for each side that is bounded.
    fn limits(&self, raw: &RawLimit, error_rate: f64) -> Result<Vec<Limit>> {
        let rate = self.rate(raw.error_rate.as_ref(), error_rate)?;
        let target = self.target(&raw.metric, &raw.params, rate)?;
        let sides = [
            (Bound::AtLeast, raw.at_least.as_ref()),
            (Bound::AtMost, raw.at_most.as_ref()),
        ];
        if let (Some(least), Some(most)) = (&raw.at_least, &raw.at_most)
            && least.get_ref() > most.get_ref()
        {
            return Err(self.wrong(
                least,
                format!(
                    "at_least = {} is above at_most = {}: nothing can be inside",
                    least.get_ref(),
                    most.get_ref()
                ),
            ));
        }
        let mut limits = Vec::new();
        for (bound, typed) in sides {
            let Some(typed) = typed else { continue };
            self.possible(&target.metric, bound, typed)?;
            limits.push(Limit {
                target: target.clone(),
                bound,
                limit: *typed.get_ref(),
                judged_by: raw.judged_by.unwrap_or(JudgedBy::Interval),
            });
        }
        if limits.is_empty() {
            return Err(self.wrong(
                &raw.metric,
                format!(
                    "the limit on {} has neither at_most nor at_least; expected one of them or both",
                    target.metric
                ),
            ));
        }
        Ok(limits)
    }

    /// Refuses limits that every value meets or none does.
    fn possible(&self, metric: &str, bound: Bound, typed: &Spanned<f64>) -> Result<()> {
        let limit = *typed.get_ref();
        if !limit.is_finite() {
            return Err(self.wrong(
                typed,
                format!("a limit of {limit}: expected a finite number"),
            ));
        }
        let (share, distance) = (SHARES.contains(&metric), DISTANCES.contains(&metric));
        let impossible = match bound {
            Bound::AtMost if (share || distance) && limit < 0.0 => Some("is never below 0"),
            Bound::AtLeast if share && limit > 1.0 => Some("is never above 1"),
            _ => None,
        };
        match impossible {
            None => Ok(()),
            Some(why) => Err(self.wrong(
                typed,
                format!("a limit of {limit} is impossible: {metric} {why}"),
            )),
        }
    }

    fn baseline(&self, raw: &RawBaseline, error_rate: f64) -> Result<Baseline> {
        let rate = self.rate(raw.error_rate.as_ref(), error_rate)?;
        let target = self.target(&raw.metric, &raw.params, rate)?;
        let (typed, margin) = match (&raw.margin, &raw.margin_relative) {
            (Some(typed), None) => (typed, Margin::Absolute(*typed.get_ref())),
            (None, Some(typed)) => (typed, Margin::Relative(*typed.get_ref())),
            (None, None) => {
                return Err(self.wrong(
                    &raw.metric,
                    format!(
                        "the comparison of {} has neither margin nor margin_relative; expected one of them (0 is possible)",
                        target.metric
                    ),
                ));
            }
            (Some(typed), Some(_)) => {
                return Err(self.wrong(
                    typed,
                    "both margin and margin_relative; expected one of them",
                ));
            }
        };
        if !(typed.get_ref().is_finite() && *typed.get_ref() >= 0.0) {
            return Err(self.wrong(
                typed,
                format!(
                    "a margin of {}: expected a number of at least 0",
                    typed.get_ref()
                ),
            ));
        }
        Ok(Baseline { target, margin })
    }

    fn audits(&self, raw: &Spanned<RawAudits>) -> Result<Audits> {
        let names: Vec<&str> = AUDITS.iter().map(|audit| audit.card().name).collect();
        let findings = AUDITS.iter().flat_map(|audit| audit.card().findings);
        let both: Vec<&str> = names.iter().chain(findings).copied().collect();
        let inner = raw.get_ref();
        for name in &inner.required {
            self.one_of(name, "required", &names)?;
        }
        for name in &inner.ignore {
            self.one_of(name, "ignore", &both)?;
        }
        let required: Vec<(String, usize)> = inner
            .required
            .iter()
            .map(|name| (name.get_ref().clone(), self.line(name)))
            .collect();
        let ignore: Vec<String> = inner
            .ignore
            .iter()
            .map(|name| name.get_ref().clone())
            .collect();
        if let Some((name, _)) = required.iter().find(|(name, _)| ignore.contains(name)) {
            return Err(self.wrong(
                raw,
                format!("the audit {name} is both required and ignored; expected one of them"),
            ));
        }
        Ok(Audits {
            fail_on: inner.fail_on.unwrap_or(FailOn::Serious),
            required,
            ignore,
            line: self.line(raw),
        })
    }
}
