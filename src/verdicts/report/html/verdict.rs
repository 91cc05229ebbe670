//! The verdict in words, and the numbers that people ask for first.

use super::{card, points as list};
use crate::verdicts::page::{Html, Tag, tag};
use crate::verdicts::report::number;
use crate::verdicts::report::subjects::{Subject, short};
use crate::verdicts::report::summary::{distance, summary};
use crate::verdicts::results::Row;

/// Numbers shown in tiles, at most [`TILES`] of those that are there.
const TILED: [&str; 9] = [
    "fid",
    "fd",
    "kid",
    "precision",
    "recall",
    "coverage",
    "inception_score",
    "classifier_score",
    "face_rate",
];
const TILES: usize = 4;

/// What was judged against what, the verdict and the first numbers.
pub fn lead(subject: &Subject<'_>) -> Html {
    let verdict = summary(subject);
    let more = match distance(subject) {
        Some(point) => tag("p").text(&point.text).into(),
        None => Html::new(),
    };
    let tiles: Vec<Tag> = TILED
        .iter()
        .filter_map(|id| subject.row(id))
        .filter_map(tile)
        .take(TILES)
        .collect();
    let html =
        Html::new()
            .with(sets(subject))
            .with(card(verdict.severity, &verdict.headline, more));
    if tiles.is_empty() {
        return html;
    }
    html.with(tag("div").class("tiles").each(tiles))
}

/// What the verdict rests on.
pub fn points(subject: &Subject<'_>) -> Html {
    let verdict = summary(subject);
    // The box at the head has said this one.
    let said = distance(subject);
    let others = verdict.points.iter().filter(|p| Some(*p) != said.as_ref());
    list(others.map(|p| (p.severity, p.text.as_str())))
}

/// `1000 pictures of x.tgz against 2500 of y.tar.gz`.
fn sets(subject: &Subject<'_>) -> Tag {
    let input = |side: &str| {
        let mut inputs = subject
            .parts
            .iter()
            .filter_map(|part| part.inputs.get(side));
        inputs.next()
    };
    let mut line = tag("p").class("muted");
    for (side, words) in [
        ("generated", ""),
        ("reference", " against "),
        ("train", ", trained on "),
    ] {
        if let Some(input) = input(side) {
            let n = input.n.map_or(String::new(), |n| format!("{n} of "));
            line = line
                .text(words)
                .text(&n)
                .with(tag("bdi").text(short(&input.source)));
        }
    }
    line
}

fn tile(row: &Row) -> Option<Tag> {
    let value = row.value?;
    let mut tile = tag("div")
        .class("tile")
        .with(tag("span").text(&row.id))
        .with(tag("b").text(&number(value, row.std_error)));
    if let Some(error) = row.std_error {
        let error = number(error, Some(error));
        tile = tile.with(tag("span").text(&format!("± {error}")));
    }
    if let Some(expected) = row.expected() {
        let expected = number(expected, row.std_error);
        tile = tile.with(tag("span").text(&format!("{expected} if equal")));
    }
    Some(tile)
}
