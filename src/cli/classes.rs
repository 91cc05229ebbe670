//! `gavel evaluate --per-class`: every metric once more for each class, at matched sizes.

use super::evaluate::{Panel, Sets};
use super::laboratory::Sample;
use super::memo::Numbers;
use crate::error::{Error, Kind, Result};
use crate::metrics::{self, Generated, Inputs, Measured, Metric, Reference, Train};
use crate::progress::Observer;
use crate::rng::Seed;
use crate::statistics::estimate::SetSide;
use crate::verdicts::results::{Row, Warning};
use std::collections::BTreeSet;

/// A class with fewer samples than this on either side has rows without values: nothing can be told from so few.
pub const FEWEST: usize = 10;

/// The rows of every class, in the order of the classes and, within one, of the metrics.
///
/// Both sides of a class are brought to the same number of samples, the smaller one's, by a seeded choice of the larger:
/// most distances are biased by the number of samples, and classes could not be compared otherwise. A training set stays
/// as it is.
///
/// # Errors
/// Usage: a side without labels, or no class that both sides have.
pub fn rows(panel: &Panel<'_>, sets: &Sets) -> Result<Vec<Row>> {
    let reference = sets
        .reference
        .as_ref()
        .ok_or_else(|| Error::usage("--per-class needs a reference set and a generated set"))?;
    let sides = [reference, &sets.generated];
    let labels = [labels(reference)?, labels(&sets.generated)?];
    let classes = classes(&labels)?;
    let mut rows = Vec::new();
    let mut warnings: Vec<(Warning, String, usize)> = Vec::new();
    panel.console.begin("each class", classes.len());
    for (number, class) in classes.iter().enumerate() {
        let chosen = Chosen::new(&labels, class, panel.seed, number);
        let side = |at: usize| sides[at].measured.select(&chosen.rows[at]);
        let pair = [side(0), side(1)];
        let context = Class {
            name: class,
            chosen: &chosen,
            pair: &pair,
            train: sets.train.as_ref(),
            identities: chosen.identities(class, sets),
        };
        for metric in panel.metrics {
            let numbers = context.numbers(panel, *metric)?;
            rows.extend(numbers.rows);
            gather(&mut warnings, numbers.warnings, class);
        }
        panel.console.advance(1);
    }
    panel.console.end();
    for (warning, first, n_more) in warnings {
        panel.lab.warn(told(warning, &first, n_more));
    }
    Ok(rows)
}

fn labels(sample: &Sample) -> Result<&[String]> {
    sample.measured.labels().ok_or_else(|| {
        Error::usage(format!(
            "--per-class: {} has no class labels",
            sample.input.source
        ))
        .mend("give each class a folder of its own (set/cat/1.png), an IDX file with its labels file beside it, or a CIFAR archive")
    })
}

/// All classes, those that are numbers by their size.
fn classes<'a>(labels: &[&'a [String]; 2]) -> Result<Vec<&'a str>> {
    let of = |side: &'a [String]| side.iter().map(String::as_str).collect::<BTreeSet<_>>();
    let (real, made) = (of(labels[0]), of(labels[1]));
    if real.is_disjoint(&made) {
        let some =
            |names: &BTreeSet<&str>| names.iter().take(5).copied().collect::<Vec<_>>().join(", ");
        return Err(Error::usage(format!(
            "--per-class: no class is on both sides; the reference has {}, the generated set {}",
            some(&real),
            some(&made)
        ))
        .mend("name the classes alike on both sides"));
    }
    let mut all: Vec<&str> = real.union(&made).copied().collect();
    all.sort_by_key(|name| (name.parse::<u64>().unwrap_or(u64::MAX), *name));
    Ok(all)
}

/// The rows of one class.
struct Chosen {
    /// Of the reference and of the generated set.
    rows: [Vec<usize>; 2],
    /// How many there were before they were matched.
    found: [usize; 2],
}

impl Chosen {
    fn new(labels: &[&[String]; 2], class: &str, seed: u64, number: usize) -> Self {
        let of = |side: &[String]| -> Vec<usize> {
            (0..side.len()).filter(|&row| side[row] == class).collect()
        };
        let mut rows = labels.map(of);
        let found = [rows[0].len(), rows[1].len()];
        let n = found[0].min(found[1]);
        for side in rows.iter_mut().filter(|side| side.len() > n) {
            let mut stream = Seed(seed).stream("per-class", number as u64);
            let order = stream.permutation(side.len());
            let mut kept: Vec<usize> = order
                .iter()
                .take(n)
                .filter_map(|&at| side.get(at).copied())
                .collect();
            kept.sort_unstable();
            *side = kept;
        }
        Self { rows, found }
    }

    /// Why there are no values, if the class is too small.
    fn too_few(&self) -> Option<String> {
        let [real, made] = self.found;
        (real.min(made) < FEWEST).then(|| {
            format!("{real} reference and {made} generated samples of this class, at least {FEWEST} of both are needed")
        })
    }

    /// What the numbers of this class depend on.
    fn identities(&self, class: &str, sets: &Sets) -> [String; 3] {
        let of = |sample: Option<&Sample>, rows: &[usize]| {
            let mut hasher = blake3::Hasher::new();
            for row in rows {
                hasher.update(&(*row as u64).to_le_bytes());
            }
            let identity = sample.map_or("", |sample| sample.identity.as_str());
            format!("{identity} class {class:?} {}", hasher.finalize().to_hex())
        };
        [
            of(sets.reference.as_ref(), &self.rows[0]),
            of(Some(&sets.generated), &self.rows[1]),
            of(sets.train.as_ref(), &[]),
        ]
    }
}

/// One class, ready to be judged.
struct Class<'a> {
    name: &'a str,
    chosen: &'a Chosen,
    pair: &'a [Measured; 2],
    train: Option<&'a Sample>,
    identities: [String; 3],
}

impl Class<'_> {
    /// The rows of one metric, each named by the class.
    fn numbers(&self, panel: &Panel<'_>, metric: &dyn Metric) -> Result<Numbers> {
        let inputs = Inputs::new(
            Some(Reference(&self.pair[0])),
            Generated(&self.pair[1]),
            Seed(panel.seed),
        )?
        .with_train(self.train.map(|sample| Train(&sample.measured)))?;
        let label = format!("class={}", self.name);
        let mut numbers = match self.chosen.too_few() {
            Some(reason) => {
                let mend = "give more samples of this class";
                let outcome = metrics::absent(metric, &inputs, panel.settings, &reason, mend)?;
                panel.numbers(outcome, &[&label])
            }
            None => match panel.measure(metric, &inputs, &self.identities, &[&label]) {
                Err(e) if e.kind() == Kind::Interrupted => return Err(e),
                Err(e) => {
                    let mend = e.advice().unwrap_or("give more samples of this class");
                    let outcome =
                        metrics::absent(metric, &inputs, panel.settings, e.message(), mend)?;
                    panel.numbers(outcome, &[&label])
                }
                Ok(numbers) => numbers,
            },
        };
        for row in &mut numbers.rows {
            row.params.insert("class".to_owned(), self.name.into());
            let [real, made] = self.chosen.found;
            row.details
                .insert("class_n_reference".to_owned(), real.into());
            row.details
                .insert("class_n_generated".to_owned(), made.into());
            for evidence in &mut row.evidence {
                let from = match evidence.side.as_str() {
                    side if *side == *SetSide::Reference.name() => &self.chosen.rows[0],
                    side if *side == *SetSide::Generated.name() => &self.chosen.rows[1],
                    _ => continue,
                };
                let whole = evidence
                    .rows
                    .iter()
                    .filter_map(|&row| from.get(row).copied());
                evidence.rows = whole.collect();
            }
        }
        Ok(numbers)
    }
}

/// Adds the warnings of a class: the same code of the same metric is told once, with how many classes share it.
fn gather(gathered: &mut Vec<(Warning, String, usize)>, new: Vec<Warning>, class: &str) {
    let mut seen = BTreeSet::new();
    for warning in new {
        let subject = |warning: &Warning| {
            let words = warning.text.split([':', ' ']).next().unwrap_or_default();
            (warning.code.clone(), words.to_owned())
        };
        // A metric may say the same thing of several rows of one class.
        if !seen.insert(subject(&warning)) {
            continue;
        }
        let known = gathered
            .iter_mut()
            .find(|(known, ..)| subject(known) == subject(&warning));
        match known {
            Some((_, _, n_more)) => *n_more += 1,
            None => gathered.push((warning, class.to_owned(), 0)),
        }
    }
}

fn told(warning: Warning, first: &str, n_more: usize) -> Warning {
    let place = match n_more {
        0 => format!("class {first}"),
        1 => format!("class {first} (and 1 more class)"),
        n => format!("class {first} (and {n} more classes)"),
    };
    Warning {
        text: format!("{place}: {}", warning.text),
        ..warning
    }
}
