//! `gavel protocols`: the same sets under every protocol, from one decode.

use super::arguments::{Output, Protocols as Typed};
use super::console::Console;
use super::evaluate::{Panel, Sides};
use super::laboratory::{Laboratory, Sample};
use super::output;
use super::plan::NetworkPlan;
use crate::error::{Error, Result};
use crate::metrics::{self, Metric, Settings};
use crate::preprocess::{PROTOCOLS, Protocol};
use crate::sources::{ImageSource, Opened};
use crate::verdicts::comparison::label;
use crate::verdicts::protocols::{
    self, Labelled, ProtocolEntry, ProtocolRow, Protocols, SCHEMA, judge,
};
use crate::verdicts::report;
use std::collections::BTreeMap;

/// Runs the command.
pub fn run(typed: &Typed, command: Vec<String>, console: &Console) -> Result<()> {
    let plan = NetworkPlan::check(&typed.network)?;
    let metrics = metrics::select(&typed.metrics)?;
    let settings = Settings::parse(&typed.set)?;
    output::check(&typed.output)?;
    let lab = Laboratory::new(&plan, console).for_metrics(&metrics);
    let sources = std::iter::once(&typed.reference)
        .chain(&typed.generated)
        .map(|spec| pictures(&lab, spec))
        .collect::<Result<Vec<_>>>()?;
    let entries = fitted(&lab)?;
    let distinct: Vec<Protocol> = entries
        .iter()
        .filter(|entry| entry.same_as.is_none())
        .map(|entry| entry.protocol.clone())
        .collect();
    // By protocol, then by set.
    let mut samples: Vec<Vec<Sample>> = distinct.iter().map(|_| Vec::new()).collect();
    for source in &sources {
        let extractions = lab.extract_under(source.as_ref(), &distinct)?;
        for ((protocol, extraction), samples) in distinct.iter().zip(extractions).zip(&mut samples)
        {
            samples.push(lab.sample(source.as_ref(), extraction, protocol)?);
        }
    }
    let job = Job {
        lab: &lab,
        metrics: &metrics,
        settings: &settings,
        seed: typed.seed,
        console,
    };
    let document = job.document(&entries, &samples, command)?;
    finish(&document, &typed.output, console)
}

/// A set of pictures; anything else knows only the protocol that it was made with.
fn pictures(lab: &Laboratory<'_>, spec: &str) -> Result<Box<dyn ImageSource>> {
    let found = match lab.open(spec)? {
        Opened::Images(source) => return Ok(source),
        Opened::Features(_) => "a feature array",
        Opened::Statistics(_) => "a statistics file",
    };
    Err(Error::input(format!(
        "{spec}: holds {found}, expected pictures: its protocol was chosen when it was made"
    ))
    .mend("give the pictures that it was made from"))
}

/// A protocol, fitted to the network.
struct Fitted {
    protocol: Protocol,
    /// The earlier protocol that gives the same tensors.
    same_as: Option<String>,
}

fn fitted(lab: &Laboratory<'_>) -> Result<Vec<Fitted>> {
    let input = &lab.bench()?.extractor.input;
    let mut all: Vec<Fitted> = Vec::new();
    for preset in PROTOCOLS {
        let protocol = Protocol::preset(preset.name)?.for_input(input);
        let same = |other: &&Fitted| {
            let named = Protocol {
                name: protocol.name.clone(),
                ..other.protocol.clone()
            };
            other.same_as.is_none() && named == protocol
        };
        let same_as = all
            .iter()
            .find(same)
            .map(|other| other.protocol.name.clone());
        all.push(Fitted { protocol, same_as });
    }
    Ok(all)
}

/// Everything that the numbers need beside the sets.
struct Job<'a> {
    lab: &'a Laboratory<'a>,
    metrics: &'a [&'static dyn Metric],
    settings: &'a Settings,
    seed: u64,
    console: &'a Console,
}

impl Job<'_> {
    /// `samples` are those of the entries that are like no earlier one; the first of each is the reference.
    fn document(
        &self,
        entries: &[Fitted],
        samples: &[Vec<Sample>],
        command: Vec<String>,
    ) -> Result<Protocols> {
        let mut rows: Vec<ProtocolRow> = Vec::new();
        let mut measured = samples.iter();
        for entry in entries {
            let name = &entry.protocol.name;
            let own: Vec<ProtocolRow> = if let Some(same) = &entry.same_as {
                let theirs = rows.iter().filter(|row| row.protocol == *same);
                theirs
                    .map(|row| ProtocolRow {
                        protocol: name.clone(),
                        ..row.clone()
                    })
                    .collect()
            } else {
                self.rows(name, measured.next().map_or(&[], Vec::as_slice))?
            };
            rows.extend(own);
        }
        let (extractor, _, engine) = self.lab.records();
        let first = samples.first().map_or(&[] as &[Sample], Vec::as_slice);
        let mut inputs = first.iter().map(|sample| sample.input.clone());
        let reference = inputs.next().map(|input| ("reference".to_owned(), input));
        Ok(judge(Protocols {
            schema: SCHEMA.to_owned(),
            gavel: env!("CARGO_PKG_VERSION").to_owned(),
            command,
            inputs: reference.into_iter().collect::<BTreeMap<_, _>>(),
            generators: inputs
                .enumerate()
                .map(|(index, input)| Labelled {
                    label: label(index),
                    input,
                })
                .collect(),
            extractor,
            engine,
            seed: self.seed,
            protocols: entries
                .iter()
                .map(|entry| ProtocolEntry {
                    name: entry.protocol.name.clone(),
                    identity: entry.protocol.identity(),
                    same_as: entry.same_as.clone(),
                })
                .collect(),
            rows,
            spreads: Vec::new(),
            rank_changes: Vec::new(),
            warnings: self.lab.warnings(),
        }))
    }

    /// The numbers of all generators under one protocol.
    fn rows(&self, protocol: &str, samples: &[Sample]) -> Result<Vec<ProtocolRow>> {
        let Some((reference, generated)) = samples.split_first() else {
            return Ok(Vec::new());
        };
        let panel = Panel {
            lab: self.lab,
            metrics: self.metrics,
            settings: self.settings,
            seed: self.seed,
            console: self.console,
            protocol: Some(protocol),
        };
        let mut rows = Vec::new();
        for (index, sample) in generated.iter().enumerate() {
            let own = panel.rows(&Sides {
                reference: Some(reference),
                generated: sample,
                train: None,
            })?;
            rows.extend(own.into_iter().map(|row| ProtocolRow {
                protocol: protocol.to_owned(),
                generator: label(index),
                row,
            }));
        }
        Ok(rows)
    }
}

/// Writes the documents asked for, and the table where stdout is free.
fn finish(document: &Protocols, to: &Output, console: &Console) -> Result<()> {
    output::write(
        to.json.as_deref(),
        &report::json::render(document)?,
        console,
    )?;
    output::write(to.csv.as_deref(), &protocols::csv(document)?, console)?;
    output::write(
        to.markdown.as_deref(),
        &protocols::markdown(document),
        console,
    )?;
    if to.html.is_some() {
        let page = report::html::of_protocols(document)?;
        output::write(to.html.as_deref(), &page, console)?;
    }
    if output::stdout_is_free(to) {
        console.data(&protocols::terminal(document))?;
    }
    Ok(())
}
