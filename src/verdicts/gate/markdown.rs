//! The gate as a job summary. Summaries show no local picture, so the history is drawn in text: a line of bars in a table,
//! and a chart that the common code hosts draw themselves (Mermaid).

use super::history::Series;
use super::terminal::{provenance, rows, troubles};
use super::{Decision, Gate};
use crate::verdicts::report::markdown::{cell, table};
use crate::verdicts::report::number;
use crate::verdicts::report::terminal::plain;
use crate::verdicts::results::params_text;
use std::fmt::Write as _;

/// Points of a series that are drawn: the last ones.
const MOST_POINTS: usize = 40;

/// The job summary.
#[must_use]
pub fn render(gate: &Gate) -> String {
    let mut out = format!(
        "## Gate: {}\n\n{}.\n\n{}\n",
        gate.verdict.name(),
        gate.summary(),
        table(&rows(gate))
    );
    for check in troubles(gate) {
        let _ = writeln!(
            out,
            "- **{}** {}: {}",
            check.verdict.name(),
            cell(&check.name),
            cell(&plain(&check.text))
        );
    }
    out.push_str(&history(&gate.history));
    out.push('\n');
    for line in provenance(gate) {
        let _ = writeln!(out, "- {}", cell(&plain(&line)).replace('`', "'"));
    }
    for warning in &gate.warnings {
        let _ = writeln!(
            out,
            "- **{}**: {} *Mend:* {}",
            cell(&warning.code),
            cell(&warning.text),
            cell(&warning.mend)
        );
    }
    if gate.verdict == Decision::CannotTell {
        out.push_str("\n\"Cannot tell\": the number lies nearer to its limit than its own chance reaches. The count given would decide\nin 80 of 100 cases, if the number seen is the true one.\n");
    }
    out
}

fn history(all: &[Series]) -> String {
    if all.is_empty() {
        return String::new();
    }
    let mut out = String::from("\n### History\n\n");
    let head = ["metric", "better", "oldest to newest", "oldest", "newest"];
    let mut lines = vec![head.map(str::to_owned).to_vec()];
    for series in all {
        let values = values(series);
        let shown = |value: Option<&Option<f64>>| {
            let value = value.copied().flatten();
            value.map_or("–".to_owned(), |v| {
                number(v, series.points.last().and_then(|p| p.std_error))
            })
        };
        lines.push(vec![
            title(series),
            series.direction.clone(),
            sparkline(&values),
            shown(values.first()),
            shown(values.last()),
        ]);
    }
    out.push_str(&table(&lines));
    for series in all {
        out.push_str(&chart(series));
    }
    out
}

fn title(series: &Series) -> String {
    match params_text(&series.params) {
        text if text.is_empty() => series.metric.clone(),
        text => format!("{} ({text})", series.metric),
    }
}

fn values(series: &Series) -> Vec<Option<f64>> {
    let from = series.points.len().saturating_sub(MOST_POINTS);
    series.points.iter().skip(from).map(|p| p.value).collect()
}

/// A bar for each value, from the smallest to the largest; a dot where there is none.
#[must_use]
pub fn sparkline(values: &[Option<f64>]) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let there = || values.iter().flatten();
    let low = there().copied().fold(f64::INFINITY, f64::min);
    let high = there().copied().fold(f64::NEG_INFINITY, f64::max);
    values
        .iter()
        .map(|value| match value {
            None => '·',
            Some(_) if high <= low => BARS[3],
            Some(value) => {
                let height = (value - low) / (high - low) * (BARS.len() - 1) as f64;
                BARS.get(height.round() as usize).copied().unwrap_or('█')
            }
        })
        .collect()
}

/// A chart of one series, with its limits as level lines. Nothing where fewer than two values are there.
fn chart(series: &Series) -> String {
    let from = series.points.len().saturating_sub(MOST_POINTS);
    let there: Vec<(usize, f64)> = series
        .points
        .iter()
        .enumerate()
        .skip(from)
        .filter_map(|(at, point)| Some((at + 1, point.value?)))
        .collect();
    if there.len() < 2 {
        return String::new();
    }
    let all = there
        .iter()
        .map(|(_, value)| *value)
        .chain(series.limits.iter().copied());
    let (low, high) = all.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| {
        (low.min(v), high.max(v))
    });
    let room = if high > low { 0.05 * (high - low) } else { 0.5 };
    let places: Vec<String> = there.iter().map(|(at, _)| format!("\"{at}\"")).collect();
    let line = |values: &mut dyn Iterator<Item = f64>| {
        let texts: Vec<String> = values.map(|v| number(v, None)).collect();
        texts.join(", ")
    };
    let mut out = format!(
        "\n```mermaid\nxychart-beta\n    title \"{}\"\n    x-axis \"result, oldest to newest\" [{}]\n    y-axis \"{}\" {} --> {}\n    line [{}]\n",
        quoted(&title(series)),
        places.join(", "),
        quoted(&series.metric),
        number(low - room, None),
        number(high + room, None),
        line(&mut there.iter().map(|(_, value)| *value)),
    );
    for limit in &series.limits {
        let _ = writeln!(
            out,
            "    line [{}]",
            line(&mut there.iter().map(|_| *limit))
        );
    }
    out.push_str("```\n");
    out
}

/// Text between double quotes of a chart.
fn quoted(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '"' | '`' => '\'',
            c if c.is_control() => ' ',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_go_from_the_smallest_to_the_largest_and_gaps_are_dots() {
        // (1 − 0) / 7 · 7 = 1 of 0 … 7, so the second bar; 3.5 rounds up to the fifth.
        let values = [Some(0.0), Some(1.0), None, Some(3.5), Some(7.0)];
        assert_eq!(sparkline(&values), "▁▂·▅█");
        assert_eq!(sparkline(&[Some(2.0), Some(2.0)]), "▄▄");
        assert_eq!(sparkline(&[None]), "·");
        assert_eq!(sparkline(&[]), "");
    }
}
