//! The figure: a panel for each corruption, a line for each metric.

use super::Sensitivity;
use crate::plots::panels::{Panel, Panels};

/// Effects in standard errors over the levels; upwards is what the metric calls worse.
#[must_use]
pub fn figure(document: &Sensitivity) -> Panels {
    // A metric without any effect anywhere has no line and no place in the legend.
    let drawn: Vec<&str> = document
        .metrics
        .iter()
        .map(|metric| metric.name.as_str())
        .filter(|name| {
            let mine = document.responses.iter().filter(|r| r.metric == *name);
            mine.flat_map(|r| &r.points).any(|p| p.effect.is_some())
        })
        .collect();
    let panels = document.corruptions.iter().map(|corruption| {
        let mut levels = vec![corruption.zero.clone()];
        levels.extend(corruption.written.iter().cloned());
        let line = |name: &&str| {
            let points = document
                .response(name, &corruption.name)
                .map_or(&[][..], |r| &r.points);
            let effect = |level: &f64| {
                let point = points.iter().find(|p| p.level == *level)?;
                point.effect
            };
            let start = points.iter().any(|p| p.effect.is_some());
            std::iter::once(start.then_some(0.0))
                .chain(corruption.levels.iter().map(effect))
                .collect()
        };
        Panel {
            title: corruption.title.clone(),
            x_label: corruption.unit.clone(),
            levels,
            lines: drawn.iter().map(line).collect(),
        }
    });
    Panels {
        title: format!("What each metric sees of {}", short(&document.input.source)),
        subtitle: format!(
            "n = {} generated against {} reference samples; upwards: called worse; downwards: called better; gray: not seen at this n",
            document.n_held_out, document.n_reference
        ),
        y_label: "effect, standard errors".to_owned(),
        band: document.seen_at,
        names: drawn.iter().map(|name| (*name).to_owned()).collect(),
        panels: panels.collect(),
    }
}

/// The last part of a path; a set that is no path stays as it is.
fn short(source: &str) -> &str {
    match source.trim_end_matches('/').rsplit(['/', '\\']).next() {
        Some(name) if !name.is_empty() => name,
        _ => source,
    }
}
