//! The report as one page: the verdict first, then numbers, figures, pictures, warnings, and how to reproduce it. One
//! file a section; pure functions from documents to markup. Nothing here reads a clock: the same documents give the same
//! bytes.

mod comparison;
mod figures;
mod findings;
mod history;
mod numbers;
mod protocols;
mod provenance;
mod sensitivity;
mod verdict;
mod warnings;

use super::document::{Content, Document};
use super::subjects::{Subject, subjects};
use crate::error::{Error, Result};
use crate::verdicts::comparison::Comparison;
use crate::verdicts::page::table::{Cell, Table};
use crate::verdicts::page::{Html, Page, badge, details, tag};
use crate::verdicts::protocols::Protocols;
use crate::verdicts::results::Results;
use crate::verdicts::sensitivity::Sensitivity;

/// The page of all documents: of one generated set, or of several with their history; comparisons, protocols and
/// sensitivity have sections of their own.
///
/// # Errors
/// Numerical: a figure cannot be drawn.
pub fn render(documents: &[Document]) -> Result<String> {
    let subjects = subjects(documents);
    let mut page = Page::new(&title(documents, &subjects));
    page = match subjects.as_slice() {
        [] => page,
        [one] => alone(page, one)?,
        several => together(page, several)?,
    };
    for document in documents {
        page = match &document.content {
            Content::Results(_) => page,
            Content::Comparison(document) => comparison::sections(page, document)?,
            Content::Protocols(document) => protocols::sections(page, document),
            Content::Sensitivity(document) => sensitivity::sections(page, document)?,
        };
    }
    Ok(page.foot(foot(documents)).render())
}

/// The page of one results document.
///
/// # Errors
/// As [`render`].
pub fn of_results(results: &Results) -> Result<String> {
    of(Content::Results(Box::new(results.clone())))
}

/// The page of one comparison.
///
/// # Errors
/// As [`render`].
pub fn of_comparison(comparison: &Comparison) -> Result<String> {
    of(Content::Comparison(Box::new(comparison.clone())))
}

/// The page of protocols compared.
///
/// # Errors
/// As [`render`].
pub fn of_protocols(protocols: &Protocols) -> Result<String> {
    of(Content::Protocols(Box::new(protocols.clone())))
}

/// The page of what metrics see.
///
/// # Errors
/// As [`render`].
pub fn of_sensitivity(sensitivity: &Sensitivity) -> Result<String> {
    of(Content::Sensitivity(Box::new(sensitivity.clone())))
}

fn of(content: Content) -> Result<String> {
    let file = String::new();
    render(&[Document { file, content }])
}

fn title(documents: &[Document], subjects: &[Subject<'_>]) -> String {
    match (subjects, documents.first().map(|d| &d.content)) {
        ([one], _) => one.name().to_owned(),
        ([_, _, ..], _) => format!("{} generated sets", subjects.len()),
        ([], Some(Content::Comparison(document))) => {
            format!("{} generators compared", document.generators.len())
        }
        ([], Some(Content::Protocols(_))) => "How much of a number is preprocessing".to_owned(),
        ([], Some(Content::Sensitivity(_))) => "What each metric sees".to_owned(),
        _ => "Report".to_owned(),
    }
}

/// One generated set: everything that is known of it.
fn alone(page: Page, subject: &Subject<'_>) -> Result<Page> {
    Ok(page
        .lead(verdict::lead(subject))
        .section("In short", verdict::points(subject))
        .section("Findings", findings::section(subject))
        .section("Numbers", numbers::section(subject)?)
        .section("Figures", figures::section(subject)?)
        .section("Pictures behind the numbers", findings::of_rows(subject))
        .section("Warnings", warnings::section(&subject.parts))
        .section("How to reproduce this", provenance::section(subject)))
}

/// Several generated sets: an overview, their history, then each by itself.
fn together(page: Page, subjects: &[Subject<'_>]) -> Result<Page> {
    let mut page = page
        .lead(history::lead(subjects))
        .section("Overview", history::overview(subjects))
        .section("History", history::charts(subjects)?)
        .section("What changed", history::changes(subjects));
    for subject in subjects {
        let numbers = numbers::section(subject)?;
        let figures = figures::section(subject)?;
        let rows = findings::of_rows(subject);
        let folded = [
            ("Numbers", numbers),
            ("Figures", figures),
            ("Pictures behind the numbers", rows),
            ("Warnings", warnings::section(&subject.parts)),
            ("How to reproduce this", provenance::section(subject)),
        ];
        let folded = folded.into_iter().filter(|(_, body)| !body.is_empty());
        let body = Html::new()
            .with(verdict::lead(subject))
            .with(verdict::points(subject))
            .with(findings::section(subject))
            .each(folded.map(|(title, body)| details(title, body)));
        page = page.section(&format!("{}: {}", subject.label, subject.name()), body);
    }
    Ok(page)
}

fn foot(documents: &[Document]) -> Html {
    let files: Vec<&str> = documents
        .iter()
        .map(|document| document.file.as_str())
        .filter(|file| !file.is_empty())
        .collect();
    let made = tag("p").text(&format!(
        "Made by gavel {} from saved results",
        env!("CARGO_PKG_VERSION")
    ));
    let made = if files.is_empty() {
        made
    } else {
        made.text(": ").with(tag("bdi").text(&files.join(", ")))
    };
    made.text(". This page loads nothing and sends nothing.")
        .into()
}

/// A table out of rows of text, the first of which is its head; columns in `words` hold words, the others numbers.
fn text_table(caption: &str, rows: &[Vec<String>], words: &[usize]) -> Html {
    let Some((head, body)) = rows.split_first() else {
        return Html::new();
    };
    let mut table = Table::new(caption);
    for (column, title) in head.iter().enumerate() {
        table = if words.contains(&column) {
            table.words(title)
        } else {
            table.numbers(title)
        };
    }
    for row in body {
        let cells = row.iter().enumerate().map(|(column, text)| {
            if words.contains(&column) {
                Cell::text(text)
            } else {
                Cell::number(leading_number(text), text)
            }
        });
        table.push(cells.collect());
    }
    table.html()
}

/// The number that a text starts with.
fn leading_number(text: &str) -> Option<f64> {
    let text = text.trim_start_matches("< ");
    let end = text
        .find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | '-' | 'e'))
        .unwrap_or(text.len());
    text.get(..end)?.parse().ok()
}

/// A coloured box with a sentence in large letters.
fn card(kind: &str, headline: &str, more: impl Into<Html>) -> Html {
    let class = match kind {
        "serious" => "card serious",
        "warning" => "card warning",
        "clear" => "card clear",
        _ => "card note",
    };
    tag("div")
        .class(class)
        .with(tag("p").class("headline").text(headline))
        .with(more)
        .into()
}

/// Sentences with their severity in front.
fn points<'a>(points: impl Iterator<Item = (&'a str, &'a str)>) -> Html {
    let items: Vec<_> = points
        .map(|(severity, text)| {
            tag("li")
                .with(badge(severity, severity))
                .with(tag("p").text(text))
        })
        .collect();
    if items.is_empty() {
        return Html::new();
    }
    tag("ul").class("points").each(items).into()
}

fn not_drawn(error: &std::io::Error) -> Error {
    Error::numerical(format!("a figure cannot be drawn: {error}"))
}

#[cfg(test)]
mod tests {
    use super::leading_number;

    #[test]
    fn a_table_is_sorted_by_the_number_that_a_cell_starts_with() {
        assert_eq!(leading_number("0.854 ± 0.008 #1"), Some(0.854));
        assert_eq!(leading_number("< 0.0001"), Some(0.0001));
        assert_eq!(leading_number("-3 … 4"), Some(-3.0));
        assert_eq!(leading_number("–"), None);
    }
}
