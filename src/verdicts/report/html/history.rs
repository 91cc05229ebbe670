//! Several generated sets: their numbers side by side, over the order in which they were given, and what changed.

use super::{card, not_drawn, points, text_table};
use crate::error::Result;
use crate::plots::chart::{Chart, Point, Series, Shape, svg};
use crate::verdicts::comparison::{compare_saved, difference_rows, notes, title};
use crate::verdicts::page::figure::{Figure, side_by_side};
use crate::verdicts::page::table::{Cell, Table};
use crate::verdicts::page::{Html, badge, tag};
use crate::verdicts::report::number;
use crate::verdicts::report::subjects::Subject;
use crate::verdicts::report::summary::summary;
use crate::verdicts::results::{Results, Row};

/// Figures of the history.
const CHARTS: usize = 12;

/// Who they are.
pub fn lead(subjects: &[Subject<'_>]) -> Html {
    tag("p")
        .class("lead")
        .text(&format!(
            "{} generated sets in the order given, called {} to {}.",
            subjects.len(),
            subjects.first().map_or("", |s| &s.label),
            subjects.last().map_or("", |s| &s.label)
        ))
        .into()
}

/// The verdict of each, and the numbers that at least two have.
pub fn overview(subjects: &[Subject<'_>]) -> Html {
    let mut verdicts = Table::new("the verdict on each")
        .words("set")
        .words("what it is")
        .words("severity")
        .words("verdict");
    for subject in subjects {
        let verdict = summary(subject);
        verdicts.push(vec![
            Cell::text(&subject.label),
            Cell::html(tag("bdi").text(subject.name())),
            Cell::html(badge(verdict.severity, verdict.severity)),
            Cell::text(&verdict.headline),
        ]);
    }
    let mut numbers = Table::new("value ± standard error")
        .words("metric")
        .words("better");
    for subject in subjects {
        numbers = numbers.explained(&subject.label, subject.source());
    }
    let all = shared(subjects);
    for row in &all {
        let mut cells = vec![Cell::text(&titled(row, &all)), Cell::text(&row.direction)];
        for subject in subjects {
            let own = same(subject, row);
            let value = own.and_then(|own| own.value);
            let text = own.map_or(String::new(), |own| match (own.value, own.std_error) {
                (Some(v), Some(e)) => format!("{} ± {}", number(v, Some(e)), number(e, Some(e))),
                (Some(v), None) => number(v, None),
                _ => "–".to_owned(),
            });
            cells.push(Cell::number(value, &text));
        }
        numbers.push(cells);
    }
    verdicts.html().with(numbers.html())
}

/// Rows that at least two of the sets have, in the order of the first that has it.
fn shared<'a>(subjects: &[Subject<'a>]) -> Vec<&'a Row> {
    let mut all: Vec<&Row> = Vec::new();
    for row in subjects.iter().flat_map(Subject::rows) {
        let known = all.iter().any(|r| r.id == row.id && r.params == row.params);
        let owners = subjects.iter().filter(|s| same(s, row).is_some()).count();
        if !known && owners >= 2 {
            all.push(row);
        }
    }
    all
}

fn same<'a>(subject: &Subject<'a>, row: &Row) -> Option<&'a Row> {
    subject
        .rows()
        .find(|r| r.id == row.id && r.params == row.params)
}

/// The id, with those parameters that tell it from the others.
fn titled(row: &Row, all: &[&Row]) -> String {
    let others = all.iter().map(|r| (r.id.as_str(), &r.params));
    title(&row.id, &row.params, others)
}

/// One figure a metric: values with their intervals in the order given.
///
/// # Errors
/// Numerical: a figure cannot be drawn.
pub fn charts(subjects: &[Subject<'_>]) -> Result<Html> {
    let mut figures = Vec::new();
    let all = shared(subjects);
    for row in all.iter().take(CHARTS) {
        let own: Vec<(usize, &Row)> = subjects
            .iter()
            .enumerate()
            .filter_map(|(place, subject)| Some((place, same(subject, row)?)))
            .collect();
        let points: Vec<Point> = own
            .iter()
            .filter_map(|(place, row)| {
                Some(Point {
                    x: *place as f64,
                    y: row.value?,
                    reach: row.interval.map(|i| (i.lower, i.upper)),
                })
            })
            .collect();
        let (Some(first), Some(last)) = (points.first(), points.last()) else {
            continue;
        };
        let ends = format!(
            "From {} to {}; {} is better.",
            number(first.y, row.std_error),
            number(last.y, row.std_error),
            match row.direction.as_str() {
                "neither" => "nearer to the line",
                other => other,
            }
        );
        let chart = Chart {
            categories: subjects.iter().map(|s| s.label.clone()).collect(),
            series: vec![Series {
                name: String::new(),
                shape: Shape::Points,
                points,
            }],
            rules: own
                .iter()
                .find_map(|(_, row)| row.expected())
                .map(|level| (level, "if equal".to_owned()))
                .into_iter()
                .collect(),
            ..Chart::default()
        };
        figures.push(Figure {
            svg: svg(&chart).map_err(|e| not_drawn(&e))?,
            title: titled(row, &all),
            description: ends,
        });
    }
    Ok(side_by_side(figures))
}

/// Each set against the one before it, tested where the results can be compared.
pub fn changes(subjects: &[Subject<'_>]) -> Html {
    let measured: Vec<(&str, &Results)> = subjects
        .iter()
        .filter_map(|subject| {
            let mut parts = subject.parts.iter();
            let part = parts.find(|part| part.findings.is_empty() && !part.metrics.is_empty())?;
            Some((subject.label.as_str(), *part))
        })
        .collect();
    if measured.len() != subjects.len() {
        return Html::new();
    }
    let pairs: Vec<(usize, usize)> = (1..measured.len()).map(|i| (i - 1, i)).collect();
    let documents = measured
        .iter()
        .map(|(label, part)| ((*label).to_owned(), (*part).clone()))
        .collect();
    match compare_saved(documents, &pairs, Vec::new()) {
        Ok(comparison) => {
            let caption = "each set against the one before it";
            let notes = notes(&comparison);
            text_table(caption, &difference_rows(&comparison), &[0, 1, 7])
                .with(tag("p").class("muted").text(&notes.replace('\n', " ")))
        }
        Err(error) => card(
            "warning",
            "These numbers cannot be tested against each other",
            points([("warning", error.message())].into_iter()),
        ),
    }
}
