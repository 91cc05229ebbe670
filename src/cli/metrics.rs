//! `gavel metrics`: what can be measured, and how each number is defined.

use super::arguments::Metrics;
use super::console::Console;
use crate::audit;
use crate::error::{Error, Result};
use crate::metrics::{self, Card, METRICS};
use std::fmt::Write as _;

/// Runs the command.
pub fn run(typed: &Metrics, console: &Console) -> Result<()> {
    match &typed.name {
        None => console.data(&list()),
        Some(name) => {
            let metric = metrics::find(name).ok_or_else(|| {
                let mend = match audit::AUDITS
                    .iter()
                    .find(|audit| audit.card().rows.contains(&name.as_str()))
                {
                    Some(audit) => format!(
                        "it is a row of an audit: gavel audits {}",
                        audit.card().name
                    ),
                    None => "gavel metrics lists them all".to_owned(),
                };
                Error::usage(format!("there is no metric {name:?}")).mend(mend)
            })?;
            console.data(&describe(metric.card()))
        }
    }
}

/// One line a metric; core ones are marked.
fn list() -> String {
    let width = METRICS
        .iter()
        .map(|m| m.card().name.len())
        .max()
        .unwrap_or(0);
    let mut out = format!("{:<width$}  core  better   what it says\n", "name");
    for metric in METRICS {
        let card = metric.card();
        let core = if card.core { "core" } else { "" };
        let better = card.direction.name();
        let _ = writeln!(
            out,
            "{:<width$}  {core:<4}  {better:<7}  {}",
            card.name, card.summary
        );
    }
    out + "\nA name alone shows formula, source and parameters: gavel metrics kid\n"
}

/// Everything on a metric's card.
fn describe(card: &Card) -> String {
    let mut out = String::new();
    let needs: Vec<&str> = card.needs.iter().map(|need| need.name()).collect();
    for (name, text) in [
        ("name", card.name),
        ("rows", &card.ids.join(", ")),
        ("also", &card.aliases.join(", ")),
        ("says", card.summary),
        ("better", card.direction.name()),
        ("core", if card.core { "yes" } else { "no" }),
        ("formula", card.formula),
        ("paper", card.paper),
        ("program", card.program),
        ("needs", &needs.join("; ")),
    ] {
        if !text.is_empty() {
            let _ = writeln!(out, "{name:<9}{text}");
        }
    }
    for spec in card.params {
        let _ = writeln!(
            out,
            "\n--set {}.{}={}\n    {} ({})",
            card.name,
            spec.name,
            spec.default,
            spec.doc,
            spec.allowed_text()
        );
    }
    out
}
