//! The comparison for people: who they are, their numbers with ranks, the differences with verdicts.

use super::{Comparison, DifferenceRow, Verdict, p_text, title};
use crate::verdicts::report::number;
use crate::verdicts::report::terminal::{plain, table};
use std::fmt::Write as _;

/// Three aligned blocks and the reading aids that they need.
#[must_use]
pub fn render(comparison: &Comparison) -> String {
    let mut out = String::new();
    for generator in &comparison.generators {
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
    for (side, input) in &comparison.inputs {
        let n = input.n.map_or("unknown".to_owned(), |n| n.to_string());
        let _ = writeln!(out, "{side:<10} {} (n = {n})", plain(&input.source));
    }
    if let Some(extractor) = &comparison.extractor {
        let protocol = comparison.protocol.as_ref().map_or("", |p| p.name.as_str());
        let _ = writeln!(
            out,
            "{:<10} {}, protocol {protocol}, seed {}",
            "extractor", extractor.name, comparison.seed
        );
    }
    let _ = write!(out, "\n{}", table(&value_rows(comparison)));
    let _ = write!(out, "\n{}", table(&difference_rows(comparison)));
    let _ = write!(out, "\n{}", notes(comparison));
    out
}

/// One line a metric, one column a generator; the rank stands behind the number.
pub(in crate::verdicts) fn value_rows(comparison: &Comparison) -> Vec<Vec<String>> {
    let mut rows = vec![vec!["metric".to_owned(), "better".to_owned()]];
    rows[0].extend(comparison.generators.iter().map(|g| g.label.clone()));
    let Some(first) = comparison.generators.first() else {
        return rows;
    };
    for (place, row) in first.metrics.iter().enumerate() {
        let all = first.metrics.iter().map(|r| (r.id.as_str(), &r.params));
        let mut line = vec![title(&row.id, &row.params, all), row.direction.clone()];
        let ranking = comparison
            .rankings
            .iter()
            .find(|r| r.id == row.id && r.params == row.params);
        for generator in &comparison.generators {
            let own = generator.metrics.get(place).filter(|r| r.id == row.id);
            let rank = ranking
                .and_then(|r| r.places.iter().find(|p| p.generator == generator.label))
                .map_or(String::new(), |place| format!(" #{}", place.rank));
            line.push(
                own.and_then(|own| own.value.zip(Some(own.std_error)))
                    .map_or("–".to_owned(), |(value, error)| match error {
                        Some(e) => format!("{} ± {}{rank}", number(value, error), number(e, error)),
                        None => format!("{}{rank}", number(value, None)),
                    }),
            );
        }
        rows.push(line);
    }
    let mut line = vec!["tests won / lost / open".to_owned(), String::new()];
    line.extend(
        comparison
            .generators
            .iter()
            .map(|g| format!("{} / {} / {}", g.won, g.lost, g.undecided)),
    );
    rows.push(line);
    rows
}

/// One line a difference.
pub(in crate::verdicts) fn difference_rows(comparison: &Comparison) -> Vec<Vec<String>> {
    let head = [
        "metric",
        "difference",
        "value",
        "± SE",
        "95 % interval",
        "p",
        "p (Holm)",
        "verdict",
    ];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for row in &comparison.differences {
        let all = comparison
            .differences
            .iter()
            .map(|r| (r.id.as_str(), &r.params));
        let value = |value: f64| number(value, row.std_error);
        rows.push(vec![
            title(&row.id, &row.params, all),
            format!("{} − {}", row.b, row.a),
            row.difference.map_or("–".to_owned(), value),
            row.std_error.map_or(String::new(), value),
            row.interval.map_or(String::new(), |i| {
                format!("{} … {}", value(i.lower), value(i.upper))
            }),
            p_text(row.p_value),
            p_text(row.p_holm),
            verdict(row),
        ]);
    }
    rows
}

/// The verdict in words.
pub(super) fn verdict(row: &DifferenceRow) -> String {
    let why = || row.why_absent.clone().unwrap_or_default();
    match row.verdict {
        Verdict::Better => format!("{} is better", row.b),
        Verdict::Worse => format!("{} is better", row.a),
        Verdict::Different => "they differ".to_owned(),
        Verdict::Identical => "the same pictures".to_owned(),
        Verdict::NoValue => format!("no value: {}", why()),
        Verdict::CannotTell => match (row.n_needed, row.p_value) {
            (Some(n), _) => format!("cannot tell (n ≈ {} might)", rounded(n)),
            (None, Some(_)) => "cannot tell (no n would)".to_owned(),
            (None, None) => format!("cannot tell: {}", why()),
        },
    }
}

/// Two significant digits, rounded up: the number needed is known no better.
fn rounded(n: u64) -> u64 {
    let unit = 10_u64.pow(n.max(1).ilog10().saturating_sub(1));
    n.div_ceil(unit).saturating_mul(unit)
}

/// How to read the tables.
pub(in crate::verdicts) fn notes(comparison: &Comparison) -> String {
    let tests = comparison
        .differences
        .iter()
        .filter(|row| row.p_value.is_some())
        .count();
    let mut out = format!(
        "A verdict needs p (Holm) ≤ {}: at most 1 chance in {:.0} of any false alarm among all {tests} tests above.\n",
        comparison.level,
        1.0 / comparison.level
    );
    if comparison.paired {
        out.push_str("All generators were judged against the same reference; the errors are those of the differences.\n");
    } else {
        out.push_str("Errors count as independent: the true ones are usually smaller, as the reference is the same.\n");
    }
    if comparison
        .differences
        .iter()
        .any(|row| row.n_needed.is_some())
    {
        out.push_str("n ≈ …: pictures of each generator (and as many times more of the reference) that would show a difference of\nthe size seen with a power of 80 % at 5 %, if that is the true one and errors fall as 1/√n.\n");
    }
    out
}
