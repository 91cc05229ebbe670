//! A saved sensitivity study: the smallest damage that each metric sees.

use super::provenance::{Run, of_run};
use super::{not_drawn, text_table, warnings};
use crate::error::Result;
use crate::plots::panels;
use crate::verdicts::page::figure::Figure;
use crate::verdicts::page::{Page, tag};
use crate::verdicts::sensitivity::figure::figure;
use crate::verdicts::sensitivity::{Sensitivity, legend, lines};

/// The sections of a sensitivity document.
///
/// # Errors
/// Numerical: the figure cannot be drawn.
pub fn sections(page: Page, document: &Sensitivity) -> Result<Page> {
    let rows = lines(document);
    let all: Vec<usize> = (0..rows.first().map_or(0, Vec::len)).collect();
    let panels = figure(document);
    let drawing = Figure {
        svg: panels::svg(&panels).map_err(|e| not_drawn(&e))?,
        title: panels.title.clone(),
        description: panels.subtitle.clone(),
    };
    let legend = legend(document);
    let reading = legend
        .lines()
        .map(|line| tag("p").class("muted").text(line));
    let run = Run {
        command: &document.command,
        gavel: &document.gavel,
        seed: document.seed,
        inputs: vec![("input", &document.input)],
        extractor: document.extractor.as_ref(),
        protocol: document.protocol.as_ref(),
        engine: document.engine.as_ref(),
    };
    let warned: Vec<_> = document.warnings.iter().collect();
    Ok(page
        .section(
            "The smallest damage that each metric sees",
            text_table("smallest level seen", &rows, &all).with(tag("div").each(reading)),
        )
        .section(
            "How each metric responds",
            tag("div").class("wide").with(drawing.html()),
        )
        .section("Warnings of the study", warnings::list(&warned))
        .section("How to reproduce the study", of_run(&run)))
}
