//! What the numbers and findings say, in words: the worst first.

use super::findings::sorted;
use super::number;
use super::subjects::Subject;
use crate::verdicts::findings::FindingRecord;
use crate::verdicts::results::{Interval, Row};

/// Findings that are told one by one.
const TOLD: usize = 4;

/// A reading of everything that is known of a generated set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// `serious`, `warning`, `note` or `clear`.
    pub severity: &'static str,
    /// The verdict in one sentence.
    pub headline: String,
    /// What it rests on, the worst first.
    pub points: Vec<Point>,
}

/// One thing that is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// `serious`, `warning`, `note` or `clear`.
    pub severity: &'static str,
    /// The sentence.
    pub text: String,
}

/// How a distance stands to the real floor: what two real sets of the same sizes are apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Floor {
    /// The interval lies above it.
    NotReached,
    /// It lies in the interval.
    Reached,
    /// The interval lies below it, nearer than real pictures come.
    Undercut,
}

/// Where the interval of a row lies to its floor; `None` without a floor or an interval.
#[must_use]
pub fn floor(row: &Row) -> Option<Floor> {
    let floor = row.detail("floor_scaled")?;
    let Interval { lower, upper, .. } = row.interval?;
    Some(if lower > floor {
        Floor::NotReached
    } else if upper < floor {
        Floor::Undercut
    } else {
        Floor::Reached
    })
}

/// Reads a subject.
#[must_use]
pub fn summary(subject: &Subject<'_>) -> Summary {
    let findings: Vec<&FindingRecord> = subject
        .parts
        .iter()
        .flat_map(|part| sorted(&part.findings))
        .collect();
    let mut points = told(&findings);
    points.extend(distance(subject));
    points.extend(overlap(subject));
    points.extend(classes(subject));
    points.extend(doubts(subject));
    if findings.is_empty() {
        points.push(point(
            "note",
            "No audit looked at the pictures. A generator that hands back its training set has the best numbers of all; `gavel audit REFERENCE GENERATED --train TRAIN` would find out.".to_owned(),
        ));
    }
    points.sort_by_key(|point| rank(point.severity));
    let (severity, headline) = headline(subject, &findings);
    Summary {
        severity,
        headline,
        points,
    }
}

fn point(severity: &'static str, text: String) -> Point {
    Point { severity, text }
}

/// The place of a severity in their order, the worst first.
fn rank(severity: &str) -> usize {
    let order = ["serious", "warning", "note", "clear"];
    order
        .iter()
        .position(|name| *name == severity)
        .unwrap_or(order.len())
}

/// The findings that speak against the set, or that none does.
fn told(findings: &[&FindingRecord]) -> Vec<Point> {
    let mut points: Vec<Point> = Vec::new();
    for severity in ["serious", "warning"] {
        let of_this = || findings.iter().filter(|f| f.severity == severity);
        points.extend(
            of_this()
                .take(TOLD)
                .map(|f| point(severity, sentence(&f.text))),
        );
        let more = of_this().count().saturating_sub(TOLD);
        if more > 0 {
            points.push(point(
                severity,
                format!("{more} more findings of this kind stand below."),
            ));
        }
    }
    let clear = findings.iter().filter(|f| f.severity == "clear").count();
    if points.is_empty() && clear > 0 {
        points.push(point(
            "clear",
            format!("Audits looked for {clear} kinds of trouble and found none of them."),
        ));
    }
    points
}

/// With a capital letter and a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let mut out: String = letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default();
    if !out.ends_with(['.', '!', '?']) {
        out.push('.');
    }
    out
}

/// `64.0 (95 %: 60.9 … 67.2)`.
fn with_interval(row: &Row, value: f64) -> String {
    let text = number(value, row.std_error);
    match row.interval {
        Some(i) => format!(
            "{text} ({:.0} %: {} … {})",
            100.0 * i.level,
            number(i.lower, row.std_error),
            number(i.upper, row.std_error)
        ),
        None => text,
    }
}

/// The Fréchet distance: of the published network, else of any other.
fn distance_row<'a>(subject: &Subject<'a>) -> Option<&'a Row> {
    subject.row("fid").or_else(|| subject.row("fd"))
}

/// How the Fréchet distance stands to the real floor, in words.
#[must_use]
pub fn distance(subject: &Subject<'_>) -> Option<Point> {
    let row = distance_row(subject)?;
    let (value, expected) = (row.value?, row.detail("floor_scaled")?);
    let told = with_interval(row, value);
    let expected = number(expected, row.std_error);
    let name = row.id.to_uppercase();
    Some(match floor(row)? {
        Floor::NotReached => point(
            "note",
            format!(
                "{name} is {told}. The real floor, {expected}, which two real sets of these sizes would be apart, is not reached: the generated pictures can be told from real ones."
            ),
        ),
        Floor::Reached => point(
            "clear",
            format!(
                "{name} is {told}. The real floor, {expected}, which two real sets of these sizes would be apart, is reached: at this n the distance does not tell the generated pictures from real ones."
            ),
        ),
        Floor::Undercut => point(
            "warning",
            format!(
                "{name} is {told}. That is below the real floor, {expected}, which two real sets of these sizes would be apart: nearer than real pictures come. Look for copies of the reference."
            ),
        ),
    })
}

/// Precision and recall, and which of both is worse.
fn overlap(subject: &Subject<'_>) -> Option<Point> {
    let precision = subject.row("precision")?;
    let recall = subject
        .rows()
        .find(|row| row.id == "recall" && row.params == precision.params)?;
    let (p, r) = (precision.value?, recall.value?);
    let worse = match (precision.interval, recall.interval) {
        (Some(p), Some(r)) if p.lower > r.upper => {
            " Pictures are better than their variety: parts of the real set are out of reach."
        }
        (Some(p), Some(r)) if p.upper < r.lower => {
            " Variety is better than the pictures: many are unlike any real one."
        }
        _ => "",
    };
    Some(point(
        "note",
        format!(
            "{:.0} % of the generated pictures lie among real ones (precision), and {:.0} % of the real ones among generated ones (recall).{worse}",
            100.0 * p,
            100.0 * r
        ),
    ))
}

/// How many classes the classifier sees, where it can tell the classes of this domain apart.
fn classes(subject: &Subject<'_>) -> Option<Point> {
    let blind = |part: &&crate::verdicts::results::Results| {
        part.warnings.iter().any(|w| w.code == "one_domain")
    };
    if subject.parts.iter().any(blind) {
        return None;
    }
    let row = subject.row("diversity_entropy")?;
    let own = row.detail("effective_classes")?;
    let real = row.detail("reference_effective_classes")?;
    let largest = row.detail("largest_share")?;
    let (lower, reference) = (row.interval?.upper, row.detail("reference")?);
    let verdict = if lower < reference {
        "Its classes are less even than those of real pictures"
    } else {
        "Its classes are as even as those of real pictures"
    };
    Some(point(
        "note",
        format!(
            "{verdict}: {own:.1} effective classes against {real:.1}; the largest class has {:.0} %.",
            100.0 * largest
        ),
    ))
}

/// What makes the numbers doubtful or absent.
fn doubts(subject: &Subject<'_>) -> Option<Point> {
    let warnings: usize = subject.parts.iter().map(|part| part.warnings.len()).sum();
    let absent = subject.rows().filter(|row| row.value.is_none()).count();
    let absent = match absent {
        0 => String::new(),
        1 => " One number has no value.".to_owned(),
        n => format!(" {n} numbers have no value."),
    };
    let what = match warnings {
        0 => return None,
        1 => "One warning stands below, with its mend.".to_owned(),
        n => format!("{n} warnings stand below, each with its mend."),
    };
    Some(point("warning", format!("{what}{absent}")))
}

fn headline(subject: &Subject<'_>, findings: &[&FindingRecord]) -> (&'static str, String) {
    let count = |severity: &str| findings.iter().filter(|f| f.severity == severity).count();
    let many = |n: usize, one: &str, more: &str| match n {
        1 => format!("one {one}"),
        n => format!("{n} {more}"),
    };
    let serious = count("serious");
    if serious > 0 {
        let what = many(serious, "serious finding", "serious findings");
        return (
            "serious",
            format!("Do not believe the numbers before you have looked: {what}"),
        );
    }
    let warning = count("warning");
    if warning > 0 {
        let what = many(warning, "doubtful finding", "doubtful findings");
        return (
            "warning",
            format!("Nothing serious, but look at the evidence: {what}"),
        );
    }
    match distance_row(subject).and_then(floor) {
        Some(Floor::Undercut) => (
            "warning",
            "Nearer to the reference than real pictures are".to_owned(),
        ),
        Some(Floor::Reached) => (
            "clear",
            "As near to the reference as real pictures are".to_owned(),
        ),
        Some(Floor::NotReached) => (
            "note",
            "Not as near to the reference as real pictures are".to_owned(),
        ),
        None if count("clear") > 0 => ("clear", "Nothing speaks against this set".to_owned()),
        None => ("note", "Numbers without a real floor".to_owned()),
    }
}
