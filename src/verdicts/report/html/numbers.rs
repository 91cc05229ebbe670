//! The numbers with their intervals: one table for each document that has any.

use super::not_drawn;
use crate::error::Result;
use crate::metrics::METRICS;
use crate::plots::strip::{Strip, svg};
use crate::verdicts::page::figure::Figure;
use crate::verdicts::page::table::{Cell, Table};
use crate::verdicts::page::{Html, tag};
use crate::verdicts::report::number;
use crate::verdicts::report::subjects::{Subject, short};
use crate::verdicts::results::{Results, Row};

/// A table for each document.
///
/// # Errors
/// Numerical: a strip cannot be drawn.
pub fn section(subject: &Subject<'_>) -> Result<Html> {
    let mut html = Html::new();
    for part in &subject.parts {
        html = html.with(table(part)?);
    }
    if html.is_empty() {
        return Ok(html);
    }
    let reading = tag("p").class("muted").text("± SE is a standard error. On each strip the dot is the number, the line its interval, and the bar across what the number would be if the generated pictures were real ones.");
    Ok(Html::new().with(reading).with(html))
}

fn table(results: &Results) -> Result<Html> {
    let mut table = Table::new(&caption(results))
        .words("metric")
        .numbers("value")
        .numbers("± SE")
        .numbers("interval")
        .words("against “if equal”")
        .explained(
            "if equal",
            "what the number would be if the generated pictures were real ones",
        )
        .words("better")
        .numbers("n");
    for row in &results.metrics {
        let text = |value: f64| number(value, row.std_error);
        table.push(vec![
            name(results, row),
            Cell::number(row.value, &row.value.map_or("–".to_owned(), text)),
            Cell::number(
                row.std_error,
                &row.std_error.map_or(String::new(), |e| number(e, Some(e))),
            ),
            Cell::number(
                row.interval.map(|i| i.lower),
                &row.interval.map_or(String::new(), |i| {
                    format!("{} … {}", text(i.lower), text(i.upper))
                }),
            ),
            Cell::html(strip(row)?).sorted_by(row.value.zip(row.expected()).map(|(v, e)| v - e)),
            Cell::number(row.expected(), &row.expected().map_or(String::new(), text)),
            Cell::text(match row.direction.as_str() {
                "neither" => "as if equal",
                other => other,
            }),
            Cell::number(Some(row.n_generated as f64), &row.n_generated.to_string()),
        ]);
    }
    Ok(table.html())
}

/// What was measured how.
fn caption(results: &Results) -> String {
    let mut parts = Vec::new();
    if let Some(input) = results.inputs.get("reference") {
        parts.push(format!("against {}", short(&input.source)));
    }
    if let Some(extractor) = &results.extractor {
        parts.push(format!("seen by {}", extractor.name));
    }
    if let Some(protocol) = &results.protocol {
        parts.push(format!("under the protocol {}", protocol.name));
    }
    parts.push(format!("seed {}", results.seed));
    let level = results.metrics.iter().find_map(|row| row.interval);
    if let Some(interval) = level {
        parts.push(format!("intervals at {:.0} %", 100.0 * interval.level));
    }
    parts.join(", ")
}

/// The metric's id, those parameters that tell it from its siblings, and what it says.
fn name(results: &Results, row: &Row) -> Cell {
    let siblings: Vec<&Row> = results.metrics.iter().filter(|r| r.id == row.id).collect();
    let apart: Vec<String> = row
        .params
        .iter()
        .filter(|(key, value)| siblings.iter().any(|r| r.params.get(*key) != Some(*value)))
        .map(|(key, value)| format!("{key}={}", value.to_string().trim_matches('"')))
        .collect();
    let title = if apart.is_empty() {
        row.id.clone()
    } else {
        format!("{} {}", row.id, apart.join(" "))
    };
    let card = METRICS
        .iter()
        .map(|metric| metric.card())
        .find(|card| card.ids.contains(&row.id.as_str()));
    let summary = card.map_or("", |card| card.summary);
    Cell::html(
        tag("span")
            .text(&title)
            .with(tag("span").class("summary").text(summary)),
    )
}

fn strip(row: &Row) -> Result<Html> {
    let (Some(value), Some(expected)) = (row.value, row.expected()) else {
        return Ok(Html::new());
    };
    let reach = row.interval.map(|i| (i.lower, i.upper));
    let drawn = svg(&Strip {
        value,
        reach,
        expected,
    });
    let Some(svg) = drawn.map_err(|e| not_drawn(&e))? else {
        return Ok(Html::new());
    };
    let text = |value: f64| number(value, row.std_error);
    let interval = reach.map_or(String::new(), |(low, high)| {
        format!(", interval {} to {}", text(low), text(high))
    });
    let figure = Figure {
        svg,
        title: row.id.clone(),
        description: format!("{}{interval}, {} if equal", text(value), text(expected)),
    };
    Ok(tag("div").class("strip").with(figure.drawing()).into())
}
