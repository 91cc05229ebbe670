//! How the checked numbers went over time.

use super::{Check, Kind};
use crate::verdicts::alike::unlike;
use crate::verdicts::results::{Results, Row, Warning};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// One metric over time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// Metric id.
    pub metric: String,
    /// Parameters of the row.
    pub params: BTreeMap<String, Value>,
    /// `lower`, `higher` or `neither` is better.
    pub direction: String,
    /// The limits that the policy sets.
    pub limits: Vec<f64>,
    /// Oldest first; the last one is the present.
    pub points: Vec<Point>,
}

/// One number of the past.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// The document that it came from.
    pub label: String,
    /// The number, where the document has it.
    pub value: Option<f64>,
    /// Its standard error.
    pub std_error: Option<f64>,
}

/// The series of every checked row, and what was left out of them. No history, no series.
///
/// A document that differs from the present one in protocol, extractor, engine, reference or number of pictures is left
/// out: its numbers are others.
#[must_use]
pub fn series(
    checks: &[Check],
    (file, results): (&str, &Results),
    older: &[(String, Results)],
) -> (Vec<Series>, Option<Warning>) {
    if older.is_empty() {
        return (Vec::new(), None);
    }
    let (alike, other): (Vec<_>, Vec<_>) = older
        .iter()
        .partition(|(_, document)| unlike(document, results).is_empty());
    let mut all: Vec<Series> = Vec::new();
    for check in checks.iter().filter(|check| check.kind != Kind::Audit) {
        let known = all
            .iter_mut()
            .find(|series| series.metric == check.metric && series.params == check.params);
        if let Some(series) = known {
            series.limits.extend(check.limit);
            continue;
        }
        let row_of = |document: &Results| {
            let mut rows = document.metrics.iter();
            rows.find(|row| row.id == check.metric && row.params == check.params)
                .cloned()
        };
        let mut points: Vec<Point> = alike
            .iter()
            .map(|(label, document)| point(label, row_of(document).as_ref()))
            .collect();
        let present = row_of(results);
        points.push(point(file, present.as_ref()));
        all.push(Series {
            metric: check.metric.clone(),
            params: check.params.clone(),
            direction: present.map_or(String::new(), |row| row.direction),
            limits: check.limit.into_iter().collect(),
            points,
        });
    }
    let names: Vec<&str> = other.iter().map(|(label, _)| label.as_str()).collect();
    let left_out = (!other.is_empty()).then(|| {
        Warning::new(
            "history_left_out",
            format!(
                "{} of {} older results are unlike the present ones and left out of the history: {}",
                other.len(),
                older.len(),
                names.join(", ")
            ),
            "nothing to do: numbers of another protocol, extractor, engine, reference or count are others",
        )
    });
    (all, left_out)
}

fn point(label: &str, row: Option<&Row>) -> Point {
    Point {
        label: label.to_owned(),
        value: row.and_then(|row| row.value),
        std_error: row.and_then(|row| row.std_error),
    }
}

/// The order of file names in which `run-9` comes before `run-10`: runs of digits by their number, all else by bytes.
#[must_use]
pub fn natural(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a, b);
    loop {
        let (x, rest_a) = piece(a);
        let (y, rest_b) = piece(b);
        let order = match (digits(x), digits(y)) {
            // Leading zeros do not count; longer numbers are larger.
            (Some(x), Some(y)) => (x.len(), x).cmp(&(y.len(), y)),
            _ => x.cmp(y),
        };
        if order != Ordering::Equal || (rest_a.is_empty() && rest_b.is_empty()) {
            return order;
        }
        (a, b) = (rest_a, rest_b);
    }
}

/// The first run of digits, or of anything else, and what follows.
fn piece(text: &str) -> (&str, &str) {
    let first = text.chars().next().is_some_and(|c| c.is_ascii_digit());
    let end = text
        .find(|c: char| c.is_ascii_digit() != first)
        .unwrap_or(text.len());
    text.split_at(end)
}

fn digits(text: &str) -> Option<&str> {
    let is_number = text.starts_with(|c: char| c.is_ascii_digit());
    is_number.then(|| text.trim_start_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_names_are_ordered_as_numbers() {
        let mut names = ["run-10", "run-9", "run-010b", "run-2", "a", "run-"];
        names.sort_by(|a, b| natural(a, b));
        assert_eq!(names, ["a", "run-", "run-2", "run-9", "run-10", "run-010b"]);
        assert_eq!(natural("x", "x"), Ordering::Equal);
        assert_eq!(natural("", "1"), Ordering::Less);
    }
}
