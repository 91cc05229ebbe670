//! Ranges of hyper-parameters, checked.

use super::super::ranges::{self, Kind, PARAMETERS, Range, Value};
use super::Reader;
use super::raw::{RawRange, RawSweep};
use crate::error::Result;
use std::collections::BTreeMap;
use toml::Spanned;

impl Reader<'_> {
    /// The study's ranges where a word asks for them, then `[range.all]`, then those of the loss itself.
    pub(super) fn ranges(
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
        let raw_range = raw.get_ref();
        match (
            raw_range.uniform.as_deref(),
            raw_range.log_uniform.as_deref(),
            raw_range.choice.as_deref(),
        ) {
            (Some(&[low, high]), None, None) if is_number => {
                self.ends(raw, parameter, low, high)?;
                Ok(Range::Uniform(low, high))
            }
            (None, Some(&[low, high]), None) if is_number => {
                self.ends(raw, parameter, low, high)?;
                if low <= 0.0 {
                    return Err(self.wrong(raw, format!("log_uniform starts at {low}, expected a number above 0")));
                }
                Ok(Range::LogUniform(low, high))
            }
            (None, None, Some(values)) if !values.is_empty() => {
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
