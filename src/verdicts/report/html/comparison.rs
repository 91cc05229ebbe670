//! A saved comparison: who is better by more than chance.

use super::provenance::{Run, of_run};
use super::{card, not_drawn, text_table, warnings};
use crate::error::Result;
use crate::plots::chart::{Chart, Point, Series, Shape, svg};
use crate::verdicts::comparison::{Comparison, difference_rows, notes, value_rows};
use crate::verdicts::page::figure::{Figure, side_by_side};
use crate::verdicts::page::{Html, Page, tag};
use crate::verdicts::report::number;

/// Figures of the generators' numbers.
const CHARTS: usize = 9;

/// The sections of a comparison.
///
/// # Errors
/// Numerical: a figure cannot be drawn.
pub fn sections(page: Page, comparison: &Comparison) -> Result<Page> {
    let values = value_rows(comparison);
    let inputs = comparison
        .generators
        .iter()
        .map(|g| (g.label.as_str(), &g.input))
        .chain(comparison.inputs.iter().map(|(side, i)| (side.as_str(), i)));
    let run = Run {
        command: &comparison.command,
        gavel: &comparison.gavel,
        seed: comparison.seed,
        inputs: inputs.collect(),
        extractor: comparison.extractor.as_ref(),
        protocol: comparison.protocol.as_ref(),
        engine: comparison.engine.as_ref(),
    };
    let told: Vec<_> = comparison.warnings.iter().collect();
    let reading = notes(comparison).replace('\n', " ");
    Ok(page
        .section("Who is better", who(comparison))
        .section(
            "Numbers of each",
            text_table("value ± standard error, and the rank", &values, &[0, 1])
                .with(charts(comparison)?),
        )
        .section(
            "Differences",
            text_table("one line a test", &difference_rows(comparison), &[0, 1, 7])
                .with(tag("p").class("muted").text(&reading)),
        )
        .section("Warnings of the comparison", warnings::list(&told))
        .section("How to reproduce the comparison", of_run(&run)))
}

/// Who won how often.
fn who(comparison: &Comparison) -> Html {
    let best = comparison
        .generators
        .iter()
        .filter(|g| g.won > 0 && g.lost == 0)
        .max_by_key(|g| g.won);
    let headline = match best {
        Some(best) => format!(
            "{} is better in {} of its tests and worse in none",
            best.label, best.won
        ),
        None => "No generator is ahead of the others".to_owned(),
    };
    let list = comparison.generators.iter().map(|g| {
        tag("li")
            .with(tag("b").text(&g.label))
            .text(": ")
            .with(tag("bdi").with(tag("code").text(&g.input.source)))
            .text(&format!(
                " – better in {}, worse in {}, undecided in {}",
                g.won, g.lost, g.undecided
            ))
    });
    let severity = if best.is_some() { "clear" } else { "note" };
    card(severity, &headline, tag("ul").each(list))
}

fn charts(comparison: &Comparison) -> Result<Html> {
    let Some(first) = comparison.generators.first() else {
        return Ok(Html::new());
    };
    let mut figures = Vec::new();
    for (place, row) in first.metrics.iter().enumerate().take(CHARTS) {
        let own = comparison.generators.iter().map(|g| g.metrics.get(place));
        let points: Vec<Point> = own
            .enumerate()
            .filter_map(|(x, own)| {
                let own = own.filter(|own| own.id == row.id)?;
                Some(Point {
                    x: x as f64,
                    y: own.value?,
                    reach: own.interval.map(|i| (i.lower, i.upper)),
                })
            })
            .collect();
        if points.is_empty() {
            continue;
        }
        let told: Vec<String> = points
            .iter()
            .zip(&comparison.generators)
            .map(|(p, g)| format!("{} {}", g.label, number(p.y, row.std_error)))
            .collect();
        let chart = Chart {
            categories: comparison
                .generators
                .iter()
                .map(|g| g.label.clone())
                .collect(),
            series: vec![Series {
                name: String::new(),
                shape: Shape::Points,
                points,
            }],
            rules: row
                .expected()
                .map(|level| (level, "if equal".to_owned()))
                .into_iter()
                .collect(),
            ..Chart::default()
        };
        figures.push(Figure {
            svg: svg(&chart).map_err(|e| not_drawn(&e))?,
            title: row.id.clone(),
            description: told.join(", "),
        });
    }
    Ok(side_by_side(figures))
}
