//! A table for people, and the warnings under it.

use super::number;
use crate::verdicts::results::{Results, Row};
use std::fmt::Write as _;

/// Control characters in file names must not reach the terminal.
#[must_use]
pub fn plain(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}

/// The rows as an aligned table, then what was compared.
#[must_use]
pub fn render(results: &Results) -> String {
    let mut rows = vec![
        [
            "metric",
            "value",
            "± SE",
            "95 % interval",
            "better",
            "if equal",
        ]
        .map(str::to_string),
    ];
    for row in &results.metrics {
        rows.push([
            label(results, row),
            row.value
                .map_or("–".to_string(), |v| number(v, row.std_error)),
            row.std_error.map_or(String::new(), |e| number(e, Some(e))),
            row.interval.map_or(String::new(), |i| {
                format!(
                    "{} … {}",
                    number(i.lower, row.std_error),
                    number(i.upper, row.std_error)
                )
            }),
            row.direction.clone(),
            row.expected()
                .map_or(String::new(), |f| number(f, row.std_error)),
        ]);
    }
    let mut out = if results.metrics.is_empty() {
        String::new()
    } else {
        format!("{}\n", table(&rows))
    };
    if !results.findings.is_empty() {
        out = format!("{}\n{out}", super::findings::terminal(&results.findings));
    }
    for row in &results.metrics {
        if let Some(line) = diagnostics(row) {
            let _ = writeln!(out, "{:<10} {line}", row.id);
        }
    }
    for (side, input) in &results.inputs {
        let n = input.n.map_or("unknown".to_string(), |n| n.to_string());
        let _ = writeln!(out, "{side:<10} {} (n = {n})", plain(&input.source));
        if !input.failed.is_empty() {
            let _ = writeln!(
                out,
                "{:<10} {} unreadable, left out",
                "",
                input.failed.len()
            );
        }
    }
    if let Some(extractor) = &results.extractor {
        let head: String = extractor.sha256.chars().take(16).collect();
        let _ = writeln!(
            out,
            "{:<10} {} (d = {}, sha256 {head}…)",
            "extractor", extractor.name, extractor.dimension
        );
    }
    if let (Some(protocol), Some(engine)) = (&results.protocol, &results.engine) {
        let _ = writeln!(
            out,
            "{:<10} {}, {}, seed {}",
            "protocol", protocol.name, engine.description, results.seed
        );
    }
    out
}

/// What a Fréchet row says of its own reliability: n against d, rank, condition, kurtosis and the extrapolation, the
/// reference first. Nothing for other rows.
fn diagnostics(row: &Row) -> Option<String> {
    let pair = |name: &str| {
        let of = |side: &str| row.detail(&format!("{name}_{side}"));
        (of("reference"), of("generated"))
    };
    let shown = |(r, g): (Option<f64>, Option<f64>), show: &dyn Fn(f64) -> String| {
        let text = |value: Option<f64>| value.map_or("–".to_string(), show);
        (r.is_some() || g.is_some()).then(|| format!("{} / {}", text(r), text(g)))
    };
    let scientific = |value: f64| format!("{value:.1e}");
    let ratios = shown(pair("n_over_d"), &|value| format!("{value:.2}"))?;
    let mut parts = vec![format!("n/d {ratios}")];
    let named = [
        ("rank", shown(pair("rank"), &|value| format!("{value:.0}"))),
        ("condition", shown(pair("condition"), &scientific)),
        (
            "condition ≥",
            shown(pair("condition_at_least"), &scientific),
        ),
        (
            "kurtosis / normal",
            shown(pair("kurtosis_ratio"), &|value| format!("{value:.2}")),
        ),
        (
            "z",
            shown(pair("normality_z"), &|value| format!("{value:.1}")),
        ),
        (
            "at 1/n = 0",
            row.detail("fid_infinity")
                .map(|value| number(value, row.std_error)),
        ),
    ];
    parts.extend(
        named
            .into_iter()
            .filter_map(|(name, text)| Some(format!("{name} {}", text?))),
    );
    Some(parts.join(" · "))
}

/// `fid[clean · inception-2015-12-05]`, with those parameters that tell rows of the same id apart.
fn label(results: &Results, row: &Row) -> String {
    let mut parts = Vec::new();
    // A row that no network had a part in, such as a face rate, does not carry its name.
    let depends_on = |name: &str| row.name.is_empty() || row.name.contains(name);
    if let Some(protocol) = results.protocol.as_ref().filter(|p| depends_on(&p.name)) {
        parts.push(protocol.name.clone());
    }
    if let Some(extractor) = results.extractor.as_ref().filter(|e| depends_on(&e.name)) {
        parts.push(extractor.name.clone());
    }
    let siblings: Vec<_> = results
        .metrics
        .iter()
        .filter(|other| other.id == row.id)
        .collect();
    for (key, value) in &row.params {
        if siblings
            .iter()
            .any(|other| other.params.get(key) != Some(value))
        {
            parts.push(format!("{key}={}", value.to_string().trim_matches('"')));
        }
    }
    if parts.is_empty() {
        row.id.clone()
    } else {
        format!("{}[{}]", row.id, plain(&parts.join(" · ")))
    }
}

/// Columns padded to the widest cell; the first is flush left, numbers are flush right.
#[must_use]
pub fn table<R: AsRef<[String]>>(rows: &[R]) -> String {
    let mut widths: Vec<usize> = Vec::new();
    for row in rows {
        for (column, cell) in row.as_ref().iter().enumerate() {
            let width = cell.chars().count();
            match widths.get_mut(column) {
                Some(widest) => *widest = width.max(*widest),
                None => widths.push(width),
            }
        }
    }
    let mut out = String::new();
    for row in rows {
        let mut line = String::new();
        for (column, cell) in row.as_ref().iter().enumerate() {
            let pad = " ".repeat(widths[column] - cell.chars().count());
            if column == 0 {
                let _ = write!(line, "{cell}{pad}");
            } else {
                let _ = write!(line, "  {pad}{cell}");
            }
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}
