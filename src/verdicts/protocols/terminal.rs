//! The protocols for people: a table, the spread, and every change of rank.

use super::{Protocols, RankChange};
use crate::verdicts::report::number;
use crate::verdicts::report::terminal::{plain, table};
use crate::verdicts::results::params_text;
use std::fmt::Write as _;

/// A line a protocol, a column a number of a generator; then the spread, and the changes of rank.
#[must_use]
pub fn render(document: &Protocols) -> String {
    let mut out = String::new();
    for generator in &document.generators {
        let n = generator
            .input
            .n
            .map_or("unknown".to_owned(), |n| n.to_string());
        let _ = writeln!(
            out,
            "{:<10} {} (n = {n})",
            generator.label,
            plain(&generator.input.source)
        );
    }
    for (side, input) in &document.inputs {
        let n = input.n.map_or("unknown".to_owned(), |n| n.to_string());
        let _ = writeln!(out, "{side:<10} {} (n = {n})", plain(&input.source));
    }
    if let Some(extractor) = &document.extractor {
        let _ = writeln!(
            out,
            "{:<10} {}, seed {}",
            "extractor", extractor.name, document.seed
        );
    }
    let _ = write!(out, "\n{}", table(&value_rows(document)));
    let _ = write!(out, "\n{}", notes(document));
    out
}

/// One line a protocol, and two for the spread.
pub(in crate::verdicts) fn value_rows(document: &Protocols) -> Vec<Vec<String>> {
    let mut rows = vec![vec!["protocol".to_owned()]];
    for spread in &document.spreads {
        let twins = document
            .spreads
            .iter()
            .filter(|s| s.id == spread.id && s.generator == spread.generator);
        let params = if twins.count() > 1 {
            format!("[{}]", params_text(&spread.params))
        } else {
            String::new()
        };
        rows[0].push(format!("{} {}{params}", spread.generator, spread.id));
    }
    for protocol in &document.protocols {
        let mut line = vec![protocol.name.clone()];
        for spread in &document.spreads {
            let row = document.rows.iter().find(|row| {
                row.protocol == protocol.name
                    && row.generator == spread.generator
                    && row.row.id == spread.id
                    && row.row.params == spread.params
            });
            let found = row.and_then(|row| Some((row.row.value?, row.row.std_error)));
            line.push(match found {
                Some((value, Some(error))) => format!(
                    "{} ± {}",
                    number(value, Some(error)),
                    number(error, Some(error))
                ),
                Some((value, None)) => number(value, None),
                None => "–".to_owned(),
            });
        }
        rows.push(line);
    }
    let mut largest = vec!["spread (max − min)".to_owned()];
    let mut relative = vec!["spread / mean SE".to_owned()];
    for spread in &document.spreads {
        largest.push(number(spread.spread, spread.std_error));
        relative.push(
            spread
                .in_std_errors
                .map_or(String::new(), |times| format!("{times:.1}")),
        );
    }
    rows.push(largest);
    rows.push(relative);
    rows
}

/// What the table means, and every change of rank by name.
pub(in crate::verdicts) fn notes(document: &Protocols) -> String {
    let mut out = String::new();
    for protocol in &document.protocols {
        if let Some(same) = &protocol.same_as {
            let _ = writeln!(
                out,
                "{} is {same} for this network, which insists on its own filter or range.",
                protocol.name
            );
        }
    }
    out.push_str(
        "Every protocol saw the same pictures: the spread is preprocessing, not sampling.\n",
    );
    if document.generators.len() < 2 {
        return out;
    }
    for change in &document.rank_changes {
        let _ = writeln!(out, "{}", sentence(change));
    }
    if document.rank_changes.is_empty() {
        out.push_str("No two generators change places between protocols.\n");
    }
    out
}

fn sentence(change: &RankChange) -> String {
    format!(
        "{}: rank changes between {} and {}: {} is better under {}, {} under {}{}",
        change.id,
        change.a,
        change.b,
        change.a,
        change.a_better.join(", "),
        change.b,
        change.b_better.join(", "),
        if change.beyond_chance {
            "; each by more than chance."
        } else {
            "; not each by more than chance."
        }
    )
}
