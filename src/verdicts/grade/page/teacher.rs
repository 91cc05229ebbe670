//! The teacher's page: everybody's grade, how the numbers are spread, who shares pictures with whom, what is wrong.

use super::{follows, interval, outcome, points};
use crate::error::{Error, Result};
use crate::plots::ranking::{self, Ranking};
use crate::plots::scatter::{self, Point, Scatter};
use crate::verdicts::grade::book::Book;
use crate::verdicts::grade::course::Course;
use crate::verdicts::grade::judge::{Grade, Status};
use crate::verdicts::grade::plagiarism::Shared;
use crate::verdicts::grade::record::Record;
use crate::verdicts::page::figure::Figure;
use crate::verdicts::page::sheet::{Group, Picture, sheet};
use crate::verdicts::page::table::{Cell, Table};
use crate::verdicts::page::{DataUri, Html, Page, Tag, badge, details, tag};

/// Submissions of a matrix; in larger classes only those that share something are in it.
const MOST: usize = 40;

/// The page; `page_of` is the file of a student's page, by the submission's id.
///
/// # Errors
/// Numerical: a figure cannot be drawn.
pub fn teacher(
    book: &Book,
    records: &[Record],
    course: &Course,
    page_of: &dyn Fn(&str) -> String,
) -> Result<String> {
    Ok(Page::new(&format!("{} · grade book", book.course))
        .lead(lead(book, course))
        .section("Grades", grades(book, course, page_of))
        .section("How the numbers are spread", spread(book, course)?)
        .section("Shared pictures", shared(book, course))
        .section("Problems", problems(book, page_of))
        .section("How it was measured", measured(records))
        .render())
}

fn lead(book: &Book, course: &Course) -> Html {
    let count = |status| {
        book.grades
            .iter()
            .filter(|grade| grade.status == status)
            .count()
    };
    let flagged = book
        .grades
        .iter()
        .filter(|g| g.problems.iter().any(|p| p.consequence.is_flag()))
        .count();
    let borderline = book
        .grades
        .iter()
        .filter(|grade| grade.is_borderline)
        .count();
    let pairs = book
        .shared
        .iter()
        .filter(|pair| pair.share() >= course.plagiarism.share)
        .count();
    let told = [
        (book.grades.len(), "submissions"),
        (count(Status::Graded), "graded"),
        (count(Status::Void), "void"),
        (count(Status::Broken), "broken"),
        (flagged, "flagged"),
        (borderline, "borderline"),
        (pairs, "pairs that share pictures"),
    ];
    let tiles = told.iter().filter(|(n, _)| *n > 0).map(|(n, what)| {
        tag("div")
            .class("tile")
            .with(tag("b").text(&n.to_string()))
            .with(tag("span").text(what))
    });
    tag("div").class("tiles").each(tiles).into()
}

fn link(grade: &Grade, page_of: &dyn Fn(&str) -> String) -> Tag {
    tag("a")
        .to_file(&page_of(&grade.id))
        .with(tag("bdi").text(&grade.student))
}

fn grades(book: &Book, course: &Course, page_of: &dyn Fn(&str) -> String) -> Html {
    let mut table = Table::new("All submissions, the best first; a press on a head sorts")
        .words("submission")
        .words("band")
        .numbers("points");
    for indicator in course.indicators() {
        table = table.numbers(&indicator.metric);
    }
    table = table.numbers("pictures").words("problems");
    for grade in book.ranked() {
        let band = match grade.status {
            Status::Graded => Html::text(&outcome(grade)),
            _ => badge("serious", &outcome(grade)).into(),
        };
        let mark = if grade.is_borderline {
            format!(
                "{} ({} … {})",
                points(grade.points),
                points(grade.range[0]),
                points(grade.range[2])
            )
        } else {
            points(grade.points)
        };
        let mut row = vec![
            Cell::html(link(grade, page_of)),
            Cell::html(band),
            Cell::number(Some(grade.points), &mark),
        ];
        row.extend(
            grade
                .indicators
                .iter()
                .map(|m| Cell::number(m.value, &interval(m.value, m.std_error, m.ends))),
        );
        row.push(Cell::number(
            Some(grade.n_images as f64),
            &grade.n_images.to_string(),
        ));
        let mut codes: Vec<&str> = grade
            .problems
            .iter()
            .map(|problem| problem.code.as_str())
            .collect();
        codes.dedup();
        row.push(Cell::text(&codes.join(", ")));
        table.push(row);
    }
    table.html()
}

fn failed(e: &std::io::Error) -> Error {
    Error::numerical(format!("a figure cannot be drawn: {e}"))
}

fn spread(book: &Book, course: &Course) -> Result<Html> {
    let mut html = Html::new();
    let indicators: Vec<_> = course.indicators().collect();
    let measured: Vec<&Grade> = book
        .grades
        .iter()
        .filter(|g| g.indicators.iter().all(|m| m.value.is_some()))
        .collect();
    if indicators.len() >= 2 && !measured.is_empty() {
        html = html.with(plane(&measured, course)?.html());
    }
    for (at, indicator) in indicators.iter().enumerate() {
        let mut rows: Vec<(String, f64, [f64; 2], bool)> = book
            .grades
            .iter()
            .filter_map(|grade| {
                let m = grade.indicators.get(at)?;
                Some((grade.student.clone(), m.value?, m.ends?, m.less_is_better))
            })
            .collect();
        if rows.is_empty() {
            continue;
        }
        let less = rows[0].3;
        rows.sort_by(|a, b| {
            if less {
                a.1.total_cmp(&b.1)
            } else {
                b.1.total_cmp(&a.1)
            }
        });
        let described = format!(
            "{} submissions, from {} to {}; the best first.",
            rows.len(),
            crate::verdicts::report::number(rows[0].1, Some(0.02 * rows[0].1)),
            crate::verdicts::report::number(
                rows[rows.len() - 1].1,
                Some(0.02 * rows[rows.len() - 1].1)
            )
        );
        let limits = course
            .bands()
            .into_iter()
            .filter_map(|b| Some((*b.limits.get(&indicator.metric)?, b.name.clone())));
        let figure = Ranking {
            label: format!(
                "{} ({})",
                indicator.metric,
                if less {
                    "less is better"
                } else {
                    "more is better"
                }
            ),
            limits: limits.collect(),
            rows: rows
                .into_iter()
                .map(|(name, value, ends, _)| (name, value, ends))
                .collect(),
        };
        let svg = ranking::svg(&figure).map_err(|e| failed(&e))?;
        let title = format!("{} of every submission with its interval", indicator.metric);
        html = html.with(
            Figure {
                svg,
                title,
                description: described,
            }
            .html(),
        );
    }
    Ok(html)
}

/// The first two indicators against each other, with the bands as corners.
fn plane(measured: &[&Grade], course: &Course) -> Result<Figure> {
    let names: Vec<&str> = course
        .indicators()
        .take(2)
        .map(|i| i.metric.as_str())
        .collect();
    let [x, y] = [0, 1].map(|at| names.get(at).copied().unwrap_or(""));
    let points = measured.iter().filter_map(|grade| {
        let [across, up] = [grade.indicators.first()?, grade.indicators.get(1)?];
        Some(Point {
            name: grade.student.clone(),
            at: [across.value?, up.value?],
            reach: [across.ends?, up.ends?],
        })
    });
    let corners = course.bands().into_iter().filter_map(|band| {
        Some((
            [*band.limits.get(x)?, *band.limits.get(y)?],
            band.name.clone(),
        ))
    });
    let figure = Scatter {
        labels: [x.to_owned(), y.to_owned()],
        points: points.collect(),
        corners: corners.collect(),
    };
    let bands = figure
        .corners
        .iter()
        .map(|(at, name)| format!("{name} at {} and {}", at[0], at[1]));
    let bands: Vec<String> = bands.collect();
    Ok(Figure {
        svg: scatter::svg(&figure).map_err(|e| failed(&e))?,
        title: format!("{x} against {y}"),
        description: format!(
            "{} submissions with their intervals; limits: {}.",
            measured.len(),
            bands.join(", ")
        ),
    })
}

fn shared(book: &Book, course: &Course) -> Html {
    let limit = course.plagiarism.share;
    let told: Vec<&Shared> = book
        .shared
        .iter()
        .filter(|pair| pair.share() >= limit)
        .collect();
    let mut html = Html::new();
    if told.is_empty() {
        return html.with(tag("p").text(&format!(
            "No two submissions share {} % of their pictures or more.",
            100.0 * limit
        )));
    }
    let mut ids: Vec<&str> = book.grades.iter().map(|grade| grade.id.as_str()).collect();
    if ids.len() > MOST {
        ids.retain(|id| told.iter().any(|pair| pair.has(id)));
        ids.truncate(MOST);
    }
    let mut matrix =
        Table::new("Share of the smaller submission's pictures that are also in the other, in %")
            .words("submission");
    for id in &ids {
        matrix = matrix.numbers(id);
    }
    for row in &ids {
        let mut cells = vec![Cell::text(row)];
        cells.extend(ids.iter().map(|column| {
            let pair = book
                .shared
                .iter()
                .find(|pair| pair.has(row) && pair.other(row) == *column);
            let share = pair.map(Shared::share).filter(|_| row != column);
            match share {
                Some(share) if share >= limit => {
                    Cell::html(badge("serious", &format!("{:.1}", 100.0 * share)))
                        .sorted_by(Some(share))
                }
                Some(share) => Cell::number(Some(share), &format!("{:.1}", 100.0 * share)),
                None => Cell::number(None, if row == column { "" } else { "·" }),
            }
        }));
        matrix.push(cells);
    }
    html = html.with(matrix.html());
    for pair in told {
        let [a, b] = &pair.between;
        let groups: Vec<Group> = pair
            .pairs
            .iter()
            .map(|alike| Group {
                label: alike.how.clone(),
                notes: vec![format!("{:.1} gray levels apart", alike.distance)],
                pictures: [0, 1]
                    .map(|side| Picture {
                        content: alike
                            .thumbnails
                            .as_ref()
                            .and_then(|pictures| DataUri::parse(&pictures[side])),
                        side: pair.between[side].clone(),
                        name: alike.names[side].clone(),
                    })
                    .to_vec(),
            })
            .collect();
        let summary = format!(
            "{a} and {b}: {} with the same pixels, {} nearly the same",
            pair.n_identical, pair.n_near
        );
        html = html.with(details(&summary, sheet(&groups)));
    }
    html
}

fn problems(book: &Book, page_of: &dyn Fn(&str) -> String) -> Html {
    let mut table = Table::new("Everything that is wrong, and what follows")
        .words("submission")
        .words("problem")
        .words("follows")
        .words("what was found");
    for grade in &book.grades {
        for problem in &grade.problems {
            table.push(vec![
                Cell::html(link(grade, page_of)),
                Cell::text(&problem.code),
                Cell::html(follows(problem)),
                Cell::html(tag("bdi").text(&problem.text)),
            ]);
        }
    }
    if table.is_empty() {
        Html::new()
    } else {
        table.html()
    }
}

fn measured(records: &[Record]) -> Html {
    let Some(results) = records.iter().find_map(|record| record.results.as_ref()) else {
        return Html::new();
    };
    let extractor = results
        .extractor
        .as_ref()
        .map_or("none", |e| e.name.as_str());
    let protocol = results
        .protocol
        .as_ref()
        .map_or("none", |p| p.name.as_str());
    let engine = results
        .engine
        .as_ref()
        .map_or("none", |e| e.description.as_str());
    let real: Vec<String> = results
        .inputs
        .iter()
        .filter(|(side, _)| *side != "generated")
        .map(|(side, input)| {
            format!(
                "{side}: {} ({} pictures)",
                input.source,
                input.n.unwrap_or(0)
            )
        })
        .collect();
    tag("p")
        .text(&format!(
            "Extractor {extractor}, protocol {protocol}, {engine}, seed {}. ",
            results.seed
        ))
        .with(tag("bdi").text(&real.join("; ")))
        .into()
}
