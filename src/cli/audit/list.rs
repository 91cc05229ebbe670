//! `gavel audits`: what can be looked for, and how each audit decides.

use crate::audit::{self, AUDITS, Card, Need};
use crate::cli::arguments::Audits;
use crate::cli::console::Console;
use crate::error::{Error, Result};
use std::fmt::Write as _;

/// Runs the command.
///
/// # Errors
/// Usage: there is no audit of this name.
pub fn run(typed: &Audits, console: &Console) -> Result<()> {
    match &typed.name {
        None => console.data(&list()),
        Some(name) => {
            let found = audit::find(name).ok_or_else(|| {
                Error::usage(format!("there is no audit {name:?}"))
                    .mend("gavel audits lists them all")
            })?;
            console.data(&describe(found.card()))
        }
    }
}

fn list() -> String {
    let width = AUDITS.iter().map(|audit| audit.card().name.len()).max();
    let width = width.unwrap_or(0);
    let mut out = format!("{:<width$}  what it catches\n", "name");
    for audit in AUDITS {
        let card = audit.card();
        let _ = writeln!(out, "{:<width$}  {}", card.name, card.summary);
    }
    out + "\nA name alone shows how it decides, and its parameters: gavel audits copies\n"
}

fn describe(card: &Card) -> String {
    let needs: Vec<&str> = card.needs.iter().map(|need| said(*need)).collect();
    let mut out = String::new();
    for (name, text) in [
        ("name", card.name),
        ("catches", card.summary),
        ("method", card.method),
        ("source", card.source),
        ("needs", &needs.join(", ")),
        ("findings", &card.findings.join(", ")),
        ("rows", &card.rows.join(", ")),
    ] {
        if !text.is_empty() {
            let _ = writeln!(out, "{name:<10}{text}");
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

fn said(need: Need) -> &'static str {
    match need {
        Need::Reference => "a reference set",
        Need::Train => "a training set (--train)",
        Need::Features => "a network (the embedded one will do)",
        Need::Detector => "a face detector (--detector)",
    }
}
