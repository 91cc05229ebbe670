//! Runs a case: the known value, the computed one, and whether they agree.

use super::arrays::Arrays;
use super::case::{Case, Golden, How, Part, Read, Sets};
use super::kit::Kit;
use crate::error::{Error, Result};
use crate::metrics::{
    self, ClassScores, Generated, Inputs, Measured, Outcome, Reference, Settings, Space, Train,
};
use crate::rng::Seed;
use serde::Serialize;
use std::collections::BTreeMap;

/// A known value beside the computed one. Of a list, the pair that is farthest apart.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Agreement {
    /// The case, and the part where it has several.
    pub id: String,
    /// The metric with its options, or the function.
    pub by: String,
    /// Values compared.
    pub n_values: usize,
    /// The known value.
    pub golden: Option<f64>,
    /// The computed one.
    pub got: Option<f64>,
    /// Their difference, relative to the known value where that is not 0.
    pub off: Option<f64>,
    /// Relative tolerance.
    pub rel: f64,
    /// Absolute tolerance.
    pub abs: f64,
    /// Where the known value comes from.
    pub source: String,
    /// `ok`, `FAIL` or `skipped`.
    pub verdict: Verdict,
    /// Why there is no computed value.
    pub note: Option<String>,
}

/// What a comparison came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Verdict {
    /// Within the tolerance.
    #[serde(rename = "ok")]
    Agrees,
    /// Outside of it, or not computed.
    #[serde(rename = "FAIL")]
    Disagrees,
    /// This build has no such metric.
    #[serde(rename = "skipped")]
    Skipped,
}

impl Verdict {
    /// As the table says it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Agrees => "ok",
            Self::Disagrees => "FAIL",
            Self::Skipped => "skipped",
        }
    }
}

/// Computes and compares, and remembers what a metric gave.
pub struct Checker<'a> {
    arrays: Arrays,
    kit: Option<&'a Kit>,
    outcomes: BTreeMap<String, Outcome>,
}

/// Known values with their tolerance and origin.
struct Known {
    values: Vec<Vec<f64>>,
    rel: f64,
    abs: f64,
    source: String,
}

impl<'a> Checker<'a> {
    /// A checker with a kit, or without.
    #[must_use]
    pub fn new(kit: Option<&'a Kit>) -> Self {
        Self {
            arrays: Arrays::new(kit.map(Kit::folder)),
            kit,
            outcomes: BTreeMap::new(),
        }
    }

    /// One agreement for each part of a case.
    ///
    /// # Errors
    /// Input: the kit lacks the golden value of this case.
    pub fn check(&mut self, case: &Case) -> Result<Vec<Agreement>> {
        let known = self.known(case)?;
        let computed = self.computed(case);
        let agreements = case.parts.iter().enumerate().map(|(number, part)| {
            let id = match case.parts {
                [_] => case.id.to_owned(),
                _ => format!("{} {}", case.id, part.at.trim_start_matches('/')),
            };
            let blank = Agreement {
                id,
                by: by(&case.how),
                n_values: known.values.get(number).map_or(0, Vec::len),
                golden: None,
                got: None,
                off: None,
                rel: known.rel,
                abs: known.abs,
                source: known.source.clone(),
                verdict: Verdict::Disagrees,
                note: None,
            };
            let golden = known.values.get(number).map_or(&[][..], Vec::as_slice);
            match &computed {
                Ok(Some(computed)) => match computed.read(part) {
                    Ok(got) => compare(blank, golden, &got),
                    Err(e) => Agreement {
                        golden: golden.first().copied(),
                        note: Some(e.to_string()),
                        ..blank
                    },
                },
                Ok(None) => Agreement {
                    golden: golden.first().copied(),
                    verdict: Verdict::Skipped,
                    note: Some("this build has no such metric".to_owned()),
                    ..blank
                },
                Err(e) => Agreement {
                    golden: golden.first().copied(),
                    note: Some(e.to_string()),
                    ..blank
                },
            }
        });
        Ok(agreements.collect())
    }

    fn known(&self, case: &Case) -> Result<Known> {
        match &case.golden {
            Golden::Here {
                values,
                rel,
                abs,
                source,
            } => Ok(Known {
                values: values.iter().map(|list| list.to_vec()).collect(),
                rel: *rel,
                abs: *abs,
                source: (*source).to_owned(),
            }),
            Golden::Kit => {
                let kit = self.kit.ok_or_else(|| {
                    Error::usage(format!("{}: a golden value without its kit", case.id))
                })?;
                let item = kit.item(case.id)?;
                let values = case.parts.iter().map(|part| item.values(part.at));
                Ok(Known {
                    values: values.collect::<Result<_>>()?,
                    rel: item.tolerance("rel"),
                    abs: item.tolerance("abs"),
                    source: item.source(),
                })
            }
        }
    }

    /// What the case gives; nothing where this build lacks its metric.
    fn computed(&mut self, case: &Case) -> Result<Option<Computed<'_>>> {
        match &case.how {
            How::Function { compute, .. } => Ok(Some(Computed::Lists(compute(&self.arrays)?))),
            How::Metric {
                name,
                options,
                sets,
            } => {
                let key = by(&case.how);
                if metrics::find(name).is_none_or(|metric| metric.card().name != *name) {
                    return Ok(None);
                }
                if !self.outcomes.contains_key(&key) {
                    let outcome = self.evaluate(name, options, *sets)?;
                    self.outcomes.insert(key.clone(), outcome);
                }
                Ok(self.outcomes.get(&key).map(Computed::Rows))
            }
        }
    }

    fn evaluate(&self, name: &str, options: &[&str], sets: Sets) -> Result<Outcome> {
        let features = |array: &str| -> Result<Option<Measured>> {
            if array.is_empty() {
                return Ok(None);
            }
            let values = self.arrays.matrix(array)?;
            Measured::from_features(array, Space::Arrays, values).map(Some)
        };
        let (reference, train) = (features(sets.reference)?, features(sets.train)?);
        let generated = match features(sets.generated)? {
            Some(generated) => generated,
            None => Measured::from_scores(
                sets.logits,
                Space::Arrays,
                ClassScores::Logits(self.arrays.matrix(sets.logits)?),
            )?,
        };
        let inputs = Inputs::new(
            reference.as_ref().map(Reference),
            Generated(&generated),
            Seed::DEFAULT,
        )?
        .with_train(train.as_ref().map(Train))?;
        metrics::evaluate(&metrics::select(name)?, &inputs, &Settings::parse(options)?)
    }
}

enum Computed<'a> {
    Rows(&'a Outcome),
    Lists(Vec<Vec<f64>>),
}

impl Computed<'_> {
    fn read(&self, part: &Part) -> Result<Vec<f64>> {
        let row = |id: &str| {
            let Self::Rows(outcome) = self else {
                return Err(Error::usage("a function has no rows"));
            };
            let row = outcome.estimates.iter().find(|row| row.id == id);
            row.ok_or_else(|| Error::numerical(format!("there is no row {id}")))
        };
        match (part.read, self) {
            (Read::Value(id), _) => {
                let row = row(id)?;
                let absent = || row.why_absent.clone().unwrap_or_default();
                let value = row.value.ok_or_else(|| Error::numerical(absent()))?;
                Ok(vec![value])
            }
            (Read::Detail(id, name), _) => {
                let found = row(id)?.details.get(name);
                let found = found.and_then(super::kit::numbers);
                found.ok_or_else(|| Error::numerical(format!("{id} has no detail {name}")))
            }
            (Read::Nth(number), Self::Lists(lists)) => lists
                .get(number)
                .cloned()
                .ok_or_else(|| Error::numerical(format!("the function gave no list {number}"))),
            (Read::Nth(_), Self::Rows(_)) => Err(Error::usage("a metric has no lists")),
        }
    }
}

/// The metric with its options and sets, or the function.
fn by(how: &How) -> String {
    match how {
        How::Function { name, .. } => (*name).to_owned(),
        How::Metric {
            name,
            options,
            sets,
        } => {
            let sets = [sets.reference, sets.generated, sets.train, sets.logits];
            let words = options.iter().chain(sets.iter().filter(|s| !s.is_empty()));
            words.fold((*name).to_owned(), |text, word| format!("{text} {word}"))
        }
    }
}

/// Fills in the pair that is farthest outside the tolerance, or the farthest apart inside of it.
fn compare(blank: Agreement, golden: &[f64], got: &[f64]) -> Agreement {
    if golden.len() != got.len() || golden.is_empty() {
        return Agreement {
            golden: golden.first().copied(),
            note: Some(format!("{} values, expected {}", got.len(), golden.len())),
            ..blank
        };
    }
    // NaN is outside of every tolerance: it must come out as the worst.
    let excess = |golden: f64, got: f64| {
        let excess = (got - golden).abs() - (blank.abs + blank.rel * golden.abs());
        if excess.is_nan() {
            f64::INFINITY
        } else {
            excess
        }
    };
    let mut worst = (golden[0], got[0]);
    for (&golden, &got) in golden.iter().zip(got) {
        if excess(golden, got) > excess(worst.0, worst.1) {
            worst = (golden, got);
        }
    }
    let (golden, got) = worst;
    let gap = (got - golden).abs();
    Agreement {
        golden: Some(golden),
        got: got.is_finite().then_some(got),
        off: Some(if golden == 0.0 {
            gap
        } else {
            gap / golden.abs()
        })
        .filter(|o| o.is_finite()),
        verdict: if excess(golden, got) <= 0.0 {
            Verdict::Agrees
        } else {
            Verdict::Disagrees
        },
        ..blank
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::selftest::case::{nth, pair, value};

    fn here(how: How, parts: &'static [Part], values: &'static [&'static [f64]]) -> Case {
        Case {
            id: "case",
            golden: Golden::Here {
                values,
                rel: 0.0,
                abs: 0.5,
                source: "by hand",
            },
            how,
            parts,
        }
    }

    #[expect(clippy::unnecessary_wraps, reason = "the signature of all functions")]
    fn lists(_: &Arrays) -> Result<Vec<Vec<f64>>> {
        Ok(vec![vec![1.0, 2.0, 3.0], vec![f64::NAN]])
    }

    const FUNCTION: How = How::Function {
        name: "lists",
        compute: lists,
    };

    const FIRST: &[Part] = &[nth("", 0)];
    const SECOND: &[Part] = &[nth("", 1)];
    const THIRD: &[Part] = &[nth("", 2)];
    const X: &[Part] = &[value("", "x")];
    const SCORE: &[Part] = &[value("", "inception_score")];

    #[test]
    fn the_worst_of_a_list_decides() {
        let case = here(FUNCTION, FIRST, &[&[1.0, 2.5, 3.0]]);
        let found = &Checker::new(None).check(&case).unwrap()[0];
        assert_eq!((found.golden, found.got), (Some(2.5), Some(2.0)));
        assert_eq!(found.verdict, Verdict::Agrees, "the bound itself agrees");
        let case = here(FUNCTION, FIRST, &[&[1.0, 2.6, 3.0]]);
        assert_eq!(
            Checker::new(None).check(&case).unwrap()[0].verdict,
            Verdict::Disagrees
        );
    }

    #[test]
    fn nan_other_counts_and_missing_lists_disagree() {
        const ONE: &[&[f64]] = &[&[1.0]];
        const TWO: &[&[f64]] = &[&[1.0, 2.0]];
        for (part, values) in [(SECOND, ONE), (FIRST, TWO), (THIRD, ONE)] {
            let found = Checker::new(None)
                .check(&here(FUNCTION, part, values))
                .unwrap();
            assert_eq!(found[0].verdict, Verdict::Disagrees);
            assert_eq!(found[0].got, None);
        }
    }

    #[test]
    fn a_metric_that_this_build_lacks_is_skipped_and_one_that_fails_is_not() {
        let with = |name| How::Metric {
            name,
            options: &[],
            sets: pair("X", "Y"),
        };
        let lacking = here(with("no_such_metric"), X, &[&[1.0]]);
        let found = Checker::new(None).check(&lacking).unwrap();
        assert_eq!(found[0].verdict, Verdict::Skipped);
        let failing = here(with("inception_score"), SCORE, &[&[1.0]]);
        let found = Checker::new(None).check(&failing).unwrap();
        assert_eq!(found[0].verdict, Verdict::Disagrees);
        assert!(found[0].note.as_ref().unwrap().contains("class scores"));
    }
}
