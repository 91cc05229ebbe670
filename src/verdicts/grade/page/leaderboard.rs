//! The page that a class may see.

use super::{outcome, points};
use crate::verdicts::grade::book::Book;
use crate::verdicts::grade::course::Course;
use crate::verdicts::grade::judge::Status;
use crate::verdicts::page::table::{Cell, Table};
use crate::verdicts::page::{Html, Page, tag};
use crate::verdicts::report::number;

/// The page: pseudonyms where the course asks for them; neither problems nor names.
#[must_use]
pub fn leaderboard(book: &Book, course: &Course) -> String {
    let mut table = Table::new("All submissions that were graded, the best first")
        .numbers("rank")
        .words("who")
        .numbers("points")
        .words("band");
    for indicator in course.indicators() {
        table = table.numbers(&indicator.metric);
    }
    let graded = book
        .ranked()
        .into_iter()
        .filter(|grade| grade.status == Status::Graded);
    for (at, grade) in graded.enumerate() {
        let mark = if grade.is_borderline { " ~" } else { "" };
        let name = if course.leaderboard.anonymous {
            &grade.pseudonym
        } else {
            &grade.student
        };
        let mut row = vec![
            Cell::number(Some((at + 1) as f64), &(at + 1).to_string()),
            Cell::text(name),
            Cell::number(
                Some(grade.points),
                &format!("{}{mark}", points(grade.points)),
            ),
            Cell::text(&outcome(grade)),
        ];
        row.extend(grade.indicators.iter().map(|m| {
            Cell::number(
                m.value,
                &m.value.map_or("–".to_owned(), |v| number(v, m.std_error)),
            )
        }));
        table.push(row);
    }
    let left = book
        .grades
        .iter()
        .filter(|grade| grade.status != Status::Graded)
        .count();
    let note = if left == 0 {
        Html::new()
    } else {
        tag("p")
            .text(&format!("{left} more could not be graded."))
            .into()
    };
    Page::new(&format!("{} · leaderboard", book.course))
        .lead(tag("p").text(&format!("{} submissions. ~ marks a borderline case: other pictures of the same generator may get other points.", book.grades.len())))
        .section("Leaderboard", Html::new().with(table.html()).with(note))
        .render()
}
