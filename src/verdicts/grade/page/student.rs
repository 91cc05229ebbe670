//! One student's page: the grade, what it is made of, what would reach the next band, and the pictures of what is wrong.

use super::{follows, interval, outcome, points, problems};
use crate::error::{Error, Result};
use crate::plots::ranking::{self, Ranking};
use crate::verdicts::findings::{FindingRecord, PictureRecord, ProofRecord};
use crate::verdicts::grade::course::{Course, JudgedBy, Rule};
use crate::verdicts::grade::indicator::{Measured, Reading};
use crate::verdicts::grade::judge::{Grade, Status};
use crate::verdicts::grade::plagiarism::Shared;
use crate::verdicts::grade::record::Record;
use crate::verdicts::page::figure::Figure;
use crate::verdicts::page::sheet::{Group, Picture, sheet};
use crate::verdicts::page::table::{Cell, Table};
use crate::verdicts::page::{DataUri, Html, Page, facts, tag};
use crate::verdicts::report::number;
use crate::verdicts::results::Results;

/// Groups of pictures of one finding, and pictures of one group.
const GROUPS: usize = 12;
const PICTURES: usize = 16;

/// The page; it names no other student.
///
/// # Errors
/// Numerical: a figure cannot be drawn.
pub fn student(
    grade: &Grade,
    record: &Record,
    course: &Course,
    shared: &[&Shared],
) -> Result<String> {
    let page = Page::new(&format!("{} · {}", course.name, grade.student))
        .lead(lead(grade, course))
        .section("What counts", counting(grade, course)?)
        .section("To reach more", next(grade))
        .section("Problems", problems(&grade.problems))
        .section(
            "Pictures",
            pictures(grade, record).with(taken(grade, shared)),
        )
        .section("All findings", findings(record))
        .section("How it was measured", measured(record));
    Ok(page
        .foot(tag("p").text("Graded by gavel; the same files give the same page."))
        .render())
}

fn lead(grade: &Grade, course: &Course) -> Html {
    let told = match grade.status {
        Status::Graded => format!("{} points: {}.", points(grade.points), outcome(grade)),
        Status::Void => {
            "This submission counts nothing; the reason stands under Problems.".to_owned()
        }
        Status::Broken => {
            "This submission could not be measured; the reason stands under Problems.".to_owned()
        }
    };
    let kind = match grade.status {
        Status::Graded => "note",
        _ => "serious",
    };
    let mut html = tag("div")
        .class(&format!("card {kind}"))
        .with(tag("p").class("headline").text(&told));
    if grade.is_borderline {
        let counting = match course.grading.judged_by {
            JudgedBy::Value => "The value itself counts.",
            JudgedBy::Worst => "Only what is sure counts.",
            JudgedBy::Best => "What is possible counts.",
        };
        html = html.with(tag("p").text(&format!(
            "This is a borderline case: at the worse ends of the intervals the numbers would give {} points, at the better ends {}. {counting}",
            points(grade.range[0]),
            points(grade.range[2])
        )));
    }
    html.into()
}

fn counting(grade: &Grade, course: &Course) -> Result<Html> {
    if grade.status == Status::Broken {
        return Ok(Html::new());
    }
    let bands = course.bands();
    let mut table = Table::new("The numbers that count")
        .words("number")
        .numbers("value")
        .words("interval")
        .words("band");
    let mut figures = Html::new();
    for measured in &grade.indicators {
        let own = |reading| {
            bands
                .iter()
                .find(|band| measured.is_in(band, reading))
                .map_or("–", |band| band.name.as_str())
        };
        let (worst, value, best) = (own(Reading::Worst), own(Reading::Value), own(Reading::Best));
        let band = if worst == best {
            value.to_owned()
        } else {
            format!("{value} (from {worst} to {best})")
        };
        let shown = measured
            .value
            .map_or("not measured".to_owned(), |v| number(v, measured.std_error));
        table.push(vec![
            Cell::text(&measured.name),
            Cell::number(measured.value, &shown),
            Cell::text(&interval(measured.value, measured.std_error, measured.ends)),
            Cell::text(&band),
        ]);
        figures = figures.with(scale(measured, course)?);
    }
    let rule = match course.grading.rule {
        Rule::All => "A band is reached where every number is within its limit.",
        Rule::Weighted => {
            "Every number reaches a band of its own; the points are their weighted mean."
        }
        Rule::Linear => {
            "Every number gives points along a line; the points are their weighted mean."
        }
    };
    Ok(Html::new()
        .with(table.html())
        .with(tag("p").text(rule))
        .with(figures))
}

/// The number on its scale, with the limits of all bands.
fn scale(measured: &Measured, course: &Course) -> Result<Html> {
    let (Some(value), Some(ends)) = (measured.value, measured.ends) else {
        return Ok(Html::new());
    };
    let bands = course.bands();
    let limits: Vec<(f64, String)> = bands
        .iter()
        .filter_map(|band| Some((*band.limits.get(&measured.metric)?, band.name.clone())))
        .collect();
    if limits.is_empty() {
        return Ok(Html::new());
    }
    let better = if measured.less_is_better {
        "less is better"
    } else {
        "more is better"
    };
    let figure = Ranking {
        label: format!("{} ({better})", measured.metric),
        rows: vec![("yours".to_owned(), value, ends)],
        limits,
    };
    let svg = ranking::svg(&figure)
        .map_err(|e| Error::numerical(format!("a figure cannot be drawn: {e}")))?;
    Ok(Figure {
        svg,
        title: format!("{} beside the limits of the bands", measured.metric),
        description: format!(
            "{}, {better}.",
            interval(measured.value, measured.std_error, measured.ends)
        ),
    }
    .html()
    .into())
}

fn next(grade: &Grade) -> Html {
    let (Status::Graded, Some(next)) = (grade.status, &grade.next) else {
        return Html::new();
    };
    let items = next.missing.iter().map(|(metric, limit, value)| {
        let measured = grade.indicators.iter().find(|m| m.metric == *metric);
        let less = measured.is_none_or(|m| m.less_is_better);
        let error = measured.and_then(|m| m.std_error);
        let wanted = if less { "at most" } else { "at least" };
        let now = value.map_or("not measured".to_owned(), |v| number(v, error));
        tag("li").text(&format!("{metric}: {wanted} {limit}, now {now}"))
    });
    Html::new()
        .with(tag("p").text(&format!(
            "The next band is {} with {} points. It asks for",
            next.band,
            points(next.points)
        )))
        .with(tag("ul").each(items))
}

fn pictures(grade: &Grade, record: &Record) -> Html {
    let Some(results) = &record.results else {
        return Html::new();
    };
    let mut html = Html::new();
    for finding in results.findings.iter().filter(|f| !f.evidence.is_empty()) {
        let Some(problem) = grade
            .problems
            .iter()
            .find(|problem| problem.code == finding.id)
        else {
            continue;
        };
        let groups: Vec<Group> = finding
            .evidence
            .iter()
            .take(GROUPS)
            .map(|proof| group(proof, results))
            .collect();
        html = html
            .with(tag("h3").with(follows(problem)).text(" ").text(&finding.id))
            .with(tag("p").with(tag("bdi").text(&finding.text)))
            .with(sheet(&groups));
    }
    html
}

/// The student's own pictures that are in another submission, too; nobody else's.
fn taken(grade: &Grade, shared: &[&Shared]) -> Html {
    if !grade
        .problems
        .iter()
        .any(|problem| problem.code == "plagiarism")
    {
        return Html::new();
    }
    let groups: Vec<Group> = shared
        .iter()
        .map(|pair| {
            let own = usize::from(pair.between[0] != grade.id);
            let pictures = pair.pairs.iter().map(|alike| Picture {
                content: alike
                    .thumbnails
                    .as_ref()
                    .and_then(|both| DataUri::parse(&both[own])),
                side: String::new(),
                name: alike.names[own].clone(),
            });
            Group {
                label: pair.told_to(&grade.id),
                notes: Vec::new(),
                pictures: pictures.collect(),
            }
        })
        .collect();
    Html::new()
        .with(tag("h3").text("plagiarism"))
        .with(sheet(&groups))
}

fn group(proof: &ProofRecord, results: &Results) -> Group {
    let chance = proof.p_value.map(|p| {
        if p < 1e-4 {
            "p < 0.0001".to_owned()
        } else {
            format!("p {p:.4}")
        }
    });
    let transform = proof.transform.clone().filter(|name| *name != proof.label);
    Group {
        label: proof.label.clone(),
        notes: transform.into_iter().chain(chance).collect(),
        pictures: proof
            .pictures
            .iter()
            .take(PICTURES)
            .map(|picture| shown(picture, results))
            .collect(),
    }
}

fn shown(picture: &PictureRecord, results: &Results) -> Picture {
    let key = format!("{}/{}", picture.side, picture.index);
    Picture {
        content: results
            .thumbnails
            .get(&key)
            .and_then(|text| DataUri::parse(text)),
        side: picture.side.clone(),
        name: picture.name.clone(),
    }
}

/// All findings in words, clear ones too: what was looked for.
fn findings(record: &Record) -> Html {
    let Some(results) = &record.results else {
        return Html::new();
    };
    let mut table = Table::new("What was looked for")
        .words("finding")
        .words("severity")
        .words("what was found");
    for FindingRecord {
        id, severity, text, ..
    } in &results.findings
    {
        let cell = Cell::html(crate::verdicts::page::badge(severity, severity));
        table.push(vec![
            Cell::html(tag("span").class("whole").text(id)),
            cell,
            Cell::text(text),
        ]);
    }
    if table.is_empty() {
        Html::new()
    } else {
        table.html()
    }
}

fn measured(record: &Record) -> Html {
    let Some(results) = &record.results else {
        return Html::new();
    };
    let mut pairs: Vec<(String, Html)> = vec![("file".to_owned(), Html::text(&record.source))];
    for (side, input) in results
        .inputs
        .iter()
        .filter(|(side, _)| *side != "generated")
    {
        let n = input.n.map_or(String::new(), |n| format!("{n} pictures, "));
        let head = input.fingerprint.get(..16).unwrap_or("");
        pairs.push((side.clone(), Html::text(&format!("{n}fingerprint {head}…"))));
    }
    if let Some(input) = results.inputs.get("generated") {
        let head = input.fingerprint.get(..16).unwrap_or("");
        let n = input.n.unwrap_or(0);
        pairs.push((
            "submission".to_owned(),
            Html::text(&format!("{n} pictures, fingerprint {head}…")),
        ));
    }
    if let Some(extractor) = &results.extractor {
        pairs.push(("extractor".to_owned(), Html::text(&extractor.name)));
    }
    if let (Some(protocol), Some(engine)) = (&results.protocol, &results.engine) {
        pairs.push((
            "protocol".to_owned(),
            Html::text(&format!("{}, {}", protocol.name, engine.description)),
        ));
    }
    pairs.push(("gavel".to_owned(), Html::text(&results.gavel)));
    let warnings = results.warnings.iter().map(|warning| {
        tag("li")
            .with(tag("bdi").text(&warning.text))
            .text(" – ")
            .with(tag("bdi").text(&warning.mend))
    });
    let html = Html::new().with(facts(pairs));
    if results.warnings.is_empty() {
        html
    } else {
        html.with(tag("ul").each(warnings))
    }
}
