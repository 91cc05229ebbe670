//! The history as a figure: a panel for each checked metric.

use super::history::Series;
use super::{Decision, Gate};
use crate::plots::panels::{Panel, Panels};
use crate::verdicts::results::params_text;

/// Points of a series that are drawn: more would stand on each other.
const MOST_POINTS: usize = 24;

/// Points that have a label below the axis.
const LABELLED: usize = 6;

/// Every series in standard errors of the present number from its first value, upwards worse.
#[must_use]
pub fn figure(gate: &Gate) -> Panels {
    let word = match gate.verdict {
        Decision::Pass => "passed",
        Decision::Fail => "failed",
        Decision::CannotTell => "cannot tell",
    };
    Panels {
        title: format!("Results over time; the gate {word}"),
        subtitle: "change from the oldest result, in standard errors of a difference; upwards: worse; gray: no more than chance (95 %)".to_owned(),
        y_label: "change, standard errors".to_owned(),
        band: 1.96,
        names: vec!["value".to_owned(), "limit".to_owned()],
        panels: gate.history.iter().map(panel).collect(),
    }
}

fn panel(series: &Series) -> Panel {
    let from = series.points.len().saturating_sub(MOST_POINTS);
    let points = series.points.get(from..).unwrap_or_default();
    let first = points.iter().find_map(|p| Some((p.value?, p.std_error)));
    let last_error = points.iter().rev().find_map(|p| p.std_error);
    let sign = if series.direction == "higher" {
        -1.0
    } else {
        1.0
    };
    let effect = |value: f64| {
        let (start, start_error) = first?;
        let error = start_error?.hypot(last_error?);
        (error > 0.0).then(|| sign * (value - start) / error)
    };
    let step = points.len().div_ceil(LABELLED).max(1);
    let last = points.len().saturating_sub(1);
    Panel {
        title: match params_text(&series.params) {
            text if text.is_empty() => series.metric.clone(),
            text => format!("{} ({text})", series.metric),
        },
        x_label: "result, oldest to newest".to_owned(),
        levels: (0..points.len())
            .map(|at| {
                if (last - at).is_multiple_of(step) {
                    (from + at + 1).to_string()
                } else {
                    String::new()
                }
            })
            .collect(),
        lines: vec![
            points.iter().map(|p| effect(p.value?)).collect(),
            points
                .iter()
                .map(|_| effect(*series.limits.first()?))
                .collect(),
        ],
    }
}
