//! From TOML to a checked sweep. Every error points at its line.

mod data;
mod hyper_parameters;
mod raw;
mod settings;

use super::{SCHEMA, Sweep};
use crate::error::{Error, Result};
use crate::verdicts::study::known;
use raw::{RawSeeds, RawSweep};
use std::collections::BTreeMap;
use toml::Spanned;

/// Runs that a sweep may have; more is a slip of the pen.
const MOST_RUNS: usize = 100_000;

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
            of_architecture: self.tables(
                &raw.architecture,
                ["architecture", "architectures"],
                &architectures,
            )?,
            of_loss: self.tables(&raw.loss, ["loss", "losses"], &losses)?,
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
}
