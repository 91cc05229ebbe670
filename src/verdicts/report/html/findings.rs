//! What audits found, with the pictures that prove it; and the pictures behind the numbers.

use crate::verdicts::findings::{FindingRecord, ProofRecord};
use crate::verdicts::page::sheet::{Group, Picture, sheet};
use crate::verdicts::page::{DataUri, Html, Tag, badge, details, tag};
use crate::verdicts::report::findings::sorted;
use crate::verdicts::report::number;
use crate::verdicts::report::subjects::Subject;
use crate::verdicts::results::{EvidenceRecord, Results};

/// Groups and pictures of one finding in the page.
const GROUPS: usize = 24;
const PICTURES: usize = 16;

/// Serious ones and warnings in full, notes folded, what was not found as a list.
pub fn section(subject: &Subject<'_>) -> Html {
    let all: Vec<(&Results, &FindingRecord)> = subject
        .parts
        .iter()
        .flat_map(|part| sorted(&part.findings).into_iter().map(|f| (*part, f)))
        .collect();
    let of = |chosen: &dyn Fn(&str) -> bool| -> Vec<Tag> {
        let chosen = all.iter().filter(|(_, f)| chosen(&f.severity));
        chosen.map(|(part, found)| finding(part, found)).collect()
    };
    let serious = of(&|severity| severity == "serious");
    let warnings = of(&|severity| severity == "warning");
    let notes = of(&|severity| !["serious", "warning", "clear"].contains(&severity));
    let mut html = Html::new().each(serious).each(warnings);
    if !notes.is_empty() {
        html = html.with(details(
            &format!("{} worth knowing", notes.len()),
            Html::new().each(notes),
        ));
    }
    let clear: Vec<Tag> = all
        .iter()
        .filter(|(_, f)| f.severity == "clear")
        .map(|(_, f)| {
            tag("li")
                .with(badge("clear", "clear"))
                .with(tag("p").text(&f.text))
        })
        .collect();
    if clear.is_empty() {
        return html;
    }
    let many = clear.len() > 5;
    let list = tag("ul").class("points").each(clear);
    let title = "Looked for and not found";
    if many {
        html.with(details(title, list))
    } else {
        html.with(tag("h3").text(title)).with(list)
    }
}

fn finding(part: &Results, found: &FindingRecord) -> Tag {
    let mut article = tag("article")
        .class("finding")
        .with(
            tag("h3")
                .with(badge(&found.severity, &found.severity))
                .with(tag("code").text(&found.id)),
        )
        .with(tag("p").text(&found.text));
    if let (Some(value), Some(interval)) = (found.value, found.interval) {
        // As many digits as a standard error would allow: an interval at 95 % is about four of them.
        let error = (interval.upper - interval.lower) / 4.0;
        let text = |value: f64| number(value, Some(error));
        article = article.with(tag("p").class("muted").text(&format!(
            "{} ({:.0} %: {} … {})",
            text(value),
            100.0 * interval.level,
            text(interval.lower),
            text(interval.upper)
        )));
    }
    if !found.mend.is_empty() {
        article = article.with(tag("p").class("mend").text(&found.mend));
    }
    let groups: Vec<Group> = found
        .evidence
        .iter()
        .take(GROUPS)
        .map(|proof| group(part, proof))
        .collect();
    let left_out = found.evidence.len().saturating_sub(GROUPS);
    let article = article.with(sheet(&groups));
    if left_out == 0 {
        return article;
    }
    article.with(tag("p").class("muted").text(&format!(
        "{left_out} more groups are named in the results document."
    )))
}

fn group(part: &Results, proof: &ProofRecord) -> Group {
    let mut notes = Vec::new();
    if let Some(transform) = proof.transform.as_ref().filter(|t| **t != proof.label) {
        notes.push(transform.clone());
    }
    if let Some(distance) = proof.distance {
        notes.push(format!("distance {distance:.3}"));
    }
    match proof.p_value {
        Some(p) if p < 1e-4 => notes.push("p < 0.0001".to_owned()),
        Some(p) => notes.push(format!("p {p:.4}")),
        None => {}
    }
    let shown = proof.pictures.iter().take(PICTURES);
    let pictures: Vec<Picture> = shown
        .map(|picture| Picture {
            content: thumbnail(part, &picture.side, picture.index),
            side: picture.side.clone(),
            name: picture.name.clone(),
        })
        .collect();
    let pictures = drawn_first(pictures, &mut notes);
    let more = proof.pictures.len().saturating_sub(PICTURES);
    if more > 0 {
        notes.push(format!("and {more} more"));
    }
    Group {
        label: proof.label.clone(),
        notes,
        pictures,
    }
}

/// Names alone where no picture is there; where some are, the others are counted.
fn drawn_first(pictures: Vec<Picture>, notes: &mut Vec<String>) -> Vec<Picture> {
    let (drawn, named): (Vec<Picture>, Vec<Picture>) =
        pictures.into_iter().partition(|p| p.content.is_some());
    if drawn.is_empty() {
        return named;
    }
    if !named.is_empty() {
        notes.push(format!("{} without a picture here", named.len()));
    }
    drawn
}

fn thumbnail(part: &Results, side: &str, index: usize) -> Option<DataUri> {
    DataUri::parse(part.thumbnails.get(&format!("{side}/{index}"))?)
}

/// The pictures that rows name, where the document has them.
pub fn of_rows(subject: &Subject<'_>) -> Html {
    let mut html = Html::new();
    for part in &subject.parts {
        for row in &part.metrics {
            let groups: Vec<Group> = row
                .evidence
                .iter()
                .map(|evidence| of_row(part, evidence))
                .filter(|group| !group.pictures.is_empty())
                .collect();
            if !groups.is_empty() {
                html = html
                    .with(tag("h3").with(tag("code").text(&row.id)))
                    .with(sheet(&groups));
            }
        }
    }
    html
}

fn of_row(part: &Results, evidence: &EvidenceRecord) -> Group {
    let shown = evidence.rows.iter().take(PICTURES);
    Group {
        label: evidence.label.clone(),
        notes: vec![evidence.side.clone()],
        pictures: shown
            .filter_map(|&row| {
                Some(Picture {
                    content: Some(thumbnail(part, &evidence.side, row)?),
                    side: evidence.side.clone(),
                    name: format!("picture {row}"),
                })
            })
            .collect(),
    }
}
