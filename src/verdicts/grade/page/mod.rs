//! The pages of a grade book: one for each student, one for the teacher, a leaderboard for all.

mod leaderboard;
mod student;
mod teacher;

pub use leaderboard::leaderboard;
pub use student::student;
pub use teacher::teacher;

use super::consequence::Problem;
use super::judge::{Grade, Status};
use crate::verdicts::page::{Html, Tag, badge, tag};
use crate::verdicts::report::number;

/// Points without needless digits.
fn points(points: f64) -> String {
    let text = format!("{points:.1}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

/// The band, or what stands in its place.
fn outcome(grade: &Grade) -> String {
    match (grade.status, &grade.band) {
        (Status::Graded, Some(band)) => band.clone(),
        (Status::Graded, None) => "below all bands".to_owned(),
        (status, _) => status.name().to_owned(),
    }
}

/// A value with its interval.
fn interval(value: Option<f64>, error: Option<f64>, ends: Option<[f64; 2]>) -> String {
    match (value, ends) {
        (Some(value), Some([lower, upper])) if lower < upper => {
            // A rate of 0 has no error of its own, but its interval says how sure it is.
            let error = error
                .filter(|error| *error > 0.0)
                .or(Some((upper - lower) / 4.0));
            format!(
                "{} ({} … {})",
                number(value, error),
                number(lower, error),
                number(upper, error)
            )
        }
        (Some(value), _) => number(value, error),
        (None, _) => "not measured".to_owned(),
    }
}

/// What follows from a problem, as a coloured word.
fn follows(problem: &Problem) -> Tag {
    let kind = if problem.consequence.is_void() {
        "serious"
    } else if problem.consequence.is_flag() || problem.consequence.points() > 0.0 {
        "warning"
    } else {
        "note"
    };
    badge(kind, &problem.consequence.text())
}

/// Problems as a list; nothing where there is none.
fn problems(all: &[Problem]) -> Html {
    if all.is_empty() {
        return Html::new();
    }
    let items = all.iter().map(|problem| {
        tag("li")
            .with(follows(problem))
            .text(" ")
            .with(tag("b").text(&problem.code))
            .text(": ")
            .with(tag("bdi").text(&problem.text))
    });
    tag("ul").each(items).into()
}
