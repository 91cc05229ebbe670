//! The row that a policy means.

use super::policy::Target;
use crate::error::{Error, Result};
use crate::verdicts::results::{Results, Row, params_text};
use serde_json::Value;
use std::collections::BTreeMap;

/// The one row with the target's id and parameters. Rows of single classes count only where `class` is asked for.
///
/// # Errors
/// Input, with the policy's line: no such row (those that are there are named), or several.
pub fn find<'a>(
    target: &Target,
    results: &'a Results,
    file: &str,
    policy: &str,
) -> Result<&'a Row> {
    let place = format!("{policy}:{}", target.line);
    let of_id: Vec<&Row> = results
        .metrics
        .iter()
        .filter(|row| row.id == target.metric)
        .collect();
    let fitting: Vec<&Row> = of_id
        .iter()
        .copied()
        .filter(|row| fits(&row.params, &target.params))
        .collect();
    match fitting.as_slice() {
        [row] => Ok(row),
        [] if of_id.is_empty() => Err(Error::input(format!(
            "the metric {} is not in {file}, which has {}",
            target.metric,
            listed(results)
        ))
        .at(place)
        .mend(advice(&target.metric, results))),
        [] => Err(Error::input(format!(
            "{file} has {} with {}, but not with {}",
            target.metric,
            texts(&of_id),
            params_text(&target.params)
        ))
        .at(place)
        .mend("name the parameters of one of these rows")),
        several => Err(Error::input(format!(
            "{file} has {} rows of {}: with {}",
            several.len(),
            target.metric,
            texts(several)
        ))
        .at(place)
        .mend("name one of them: params = { key = value }")),
    }
}

/// The baseline's row for a row of the results: the one with the same id and parameters, or the only one that the target
/// means, whose other parameters are then a difference.
///
/// # Errors
/// As [`find`].
pub fn counterpart<'a>(
    row: &Row,
    target: &Target,
    baseline: &'a Results,
    file: &str,
    policy: &str,
) -> Result<&'a Row> {
    let same = baseline
        .metrics
        .iter()
        .find(|other| other.id == row.id && other.params == row.params);
    same.map_or_else(|| find(target, baseline, file, policy), Ok)
}

fn fits(of_row: &BTreeMap<String, Value>, asked: &BTreeMap<String, Value>) -> bool {
    let class_is_meant = !of_row.contains_key("class") || asked.contains_key("class");
    class_is_meant
        && asked
            .iter()
            .all(|(key, value)| of_row.get(key).is_some_and(|own| same(own, value)))
}

/// 1 and 1.0 are the same parameter.
fn same(a: &Value, b: &Value) -> bool {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => a == b,
        _ => a == b,
    }
}

fn listed(results: &Results) -> String {
    let mut ids: Vec<&str> = Vec::new();
    for row in &results.metrics {
        if !ids.contains(&row.id.as_str()) {
            ids.push(&row.id);
        }
    }
    if ids.is_empty() {
        "no metric".to_owned()
    } else {
        ids.join(", ")
    }
}

fn texts(rows: &[&Row]) -> String {
    let texts: Vec<String> = rows
        .iter()
        .map(|row| match row.params_text() {
            text if text.is_empty() => "no parameters".to_owned(),
            text => text,
        })
        .collect();
    texts.join("; ")
}

/// The commonest mistake has its own answer.
fn advice(metric: &str, results: &Results) -> String {
    let has = |id: &str| results.metrics.iter().any(|row| row.id == id);
    match metric {
        "fid" if has("fd") => {
            "metric = \"fd\": only distances on the published Inception are called fid".to_owned()
        }
        "fd" if has("fid") => "metric = \"fid\"".to_owned(),
        other => format!("name one of these, or evaluate with --metrics {other} added"),
    }
}
