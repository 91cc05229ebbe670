//! Saved protocols: how much of a number is preprocessing.

use super::provenance::{Run, of_run};
use super::{text_table, warnings};
use crate::verdicts::page::{Html, Page, facts, tag};
use crate::verdicts::protocols::{Protocols, notes, value_rows};

/// The sections of a protocols document.
pub fn sections(page: Page, document: &Protocols) -> Page {
    let rows = value_rows(document);
    let told = notes(document);
    let reading = told.lines().map(|line| tag("p").text(line));
    let inputs = document
        .generators
        .iter()
        .map(|g| (g.label.as_str(), &g.input))
        .chain(document.inputs.iter().map(|(side, i)| (side.as_str(), i)));
    let run = Run {
        command: &document.command,
        gavel: &document.gavel,
        seed: document.seed,
        inputs: inputs.collect(),
        extractor: document.extractor.as_ref(),
        protocol: None,
        engine: document.engine.as_ref(),
    };
    let identities = document.protocols.iter().map(|protocol| {
        let same = protocol.same_as.as_ref().map_or(String::new(), |same| {
            format!(" (the same tensors as {same})")
        });
        (
            protocol.name.clone(),
            Html::text(&format!("{}{same}", protocol.identity)),
        )
    });
    let warned: Vec<_> = document.warnings.iter().collect();
    page.section(
        "What the choice of the protocol does",
        Html::new().each(reading),
    )
    .section(
        "Numbers under every protocol",
        text_table("value ± standard error", &rows, &[0]),
    )
    .section("The protocols", facts(identities.collect()))
    .section("Warnings of the protocols", warnings::list(&warned))
    .section("How to reproduce the protocols", of_run(&run))
}
