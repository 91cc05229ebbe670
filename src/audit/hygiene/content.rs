//! Blank pictures, alpha, and what else decoding noticed.

use std::collections::BTreeMap;

use super::super::finding::percent;
use super::super::{Evidence, Exhibit, Finding, Item, Severity};
use crate::sources::decode::Note;
use crate::statistics::estimate::SetSide;
use crate::statistics::proportions::wilson;

/// From this share of a set on, blank pictures are serious.
const SERIOUS: f64 = 0.01;

/// From this share of a set on, a note is a warning.
const MANY: f64 = 0.05;

/// Pictures that are shown of each kind.
const SHOWN: usize = 8;

type Sides<'a> = [(SetSide, &'a Exhibit)];

/// The findings about what the pictures hold.
#[must_use]
pub fn findings(sides: &Sides<'_>) -> Vec<Finding> {
    vec![blank(sides), alpha(sides), decoding(sides)]
}

/// Rows of the pictures of each side that something is true of.
fn rows(sides: &Sides<'_>, is: impl Fn(&Item) -> bool) -> Vec<(SetSide, Vec<usize>, usize)> {
    let of = |set: &Exhibit| {
        (0..set.len())
            .filter(|row| set.items.get(*row).is_some_and(&is))
            .collect()
    };
    sides
        .iter()
        .map(|(side, set)| (*side, of(set), set.len()))
        .collect()
}

/// Numbers and pictures of each side; the value is the largest share of any side.
fn tell(finding: &mut Finding, label: &str, counted: &[(SetSide, Vec<usize>, usize)]) {
    let share =
        |(_, rows, n): &(SetSide, Vec<usize>, usize)| rows.len() as f64 / (*n).max(1) as f64;
    for side in counted {
        let (set, rows, n) = side;
        finding
            .details
            .insert(format!("n_{}", set.name()), rows.len() as f64);
        if finding.value.is_none_or(|value| value < share(side)) {
            finding.value = Some(share(side));
            finding.interval = Some(wilson(share(side), (*n).max(1) as f64));
        }
        if !rows.is_empty() {
            finding.evidence.push(Evidence {
                label: format!("{label}, {}", set.name()),
                pictures: rows.iter().take(SHOWN).map(|&row| (*set, row)).collect(),
                ..Evidence::default()
            });
        }
    }
}

/// `3 of 1000 generated (0.3 %)` of the sides that have any.
fn counts(counted: &[(SetSide, Vec<usize>, usize)]) -> String {
    let told = counted
        .iter()
        .filter(|(_, rows, _)| !rows.is_empty())
        .map(|(side, rows, n)| {
            format!(
                "{} of {n} {} pictures ({})",
                rows.len(),
                side.name(),
                percent(rows.len() as f64 / (*n).max(1) as f64)
            )
        });
    told.collect::<Vec<_>>().join(", ")
}

fn largest_share(counted: &[(SetSide, Vec<usize>, usize)]) -> f64 {
    counted
        .iter()
        .map(|(_, rows, n)| rows.len() as f64 / (*n).max(1) as f64)
        .fold(0.0, f64::max)
}

fn blank(sides: &Sides<'_>) -> Finding {
    let counted = rows(sides, |item| item.blank);
    let told = counts(&counted);
    let (severity, text) = match (told.is_empty(), largest_share(&counted) >= SERIOUS) {
        (true, _) => (
            Severity::Clear,
            "no picture is of one color only".to_owned(),
        ),
        (false, true) => (Severity::Serious, format!("of one color only: {told}")),
        (false, false) => (Severity::Warning, format!("of one color only: {told}")),
    };
    let mut finding = Finding::new("blank", severity, text);
    if severity > Severity::Clear {
        "find out where they come from (a failed download, an overflow in the generator) and remove them"
            .clone_into(&mut finding.mend);
    }
    tell(&mut finding, "one color only", &counted);
    finding
}

fn is_about_alpha(note: Note) -> bool {
    matches!(note, Note::AlphaDropped | Note::TransparentColourShown)
}

fn alpha(sides: &Sides<'_>) -> Finding {
    let counted = rows(sides, |item| {
        item.notes.iter().any(|note| is_about_alpha(*note))
    });
    let told = counts(&counted);
    let (severity, text) = if told.is_empty() {
        (
            Severity::Clear,
            "no picture has transparent pixels".to_owned(),
        )
    } else {
        (
            Severity::Warning,
            format!("transparent pixels were shown with the colors behind them: {told}"),
        )
    };
    let mut finding = Finding::new("alpha", severity, text);
    if severity > Severity::Clear {
        Note::AlphaDropped.mend().clone_into(&mut finding.mend);
    }
    tell(&mut finding, "transparent pixels", &counted);
    finding
}

fn decoding(sides: &Sides<'_>) -> Finding {
    let mut kinds: BTreeMap<Note, Vec<(SetSide, Vec<usize>, usize)>> = BTreeMap::new();
    let notes = sides
        .iter()
        .flat_map(|(_, set)| set.items.iter().flat_map(|item| &item.notes));
    for note in notes.filter(|note| !is_about_alpha(**note)) {
        kinds
            .entry(*note)
            .or_insert_with(|| rows(sides, |item| item.notes.contains(note)));
    }
    if kinds.is_empty() {
        let mut finding = Finding::new("decoding", Severity::Clear, "decoding met nothing unusual");
        tell(&mut finding, "", &rows(sides, |_| false));
        return finding;
    }
    let harmless = |note: &Note| matches!(note, Note::ExtensionMismatch(_));
    let is_bad = kinds
        .iter()
        .any(|(note, counted)| !harmless(note) && largest_share(counted) >= MANY);
    let severity = if is_bad {
        Severity::Warning
    } else {
        Severity::Note
    };
    let told: Vec<String> = kinds
        .iter()
        .map(|(note, counted)| format!("{}: {}", note.text(), counts(counted)))
        .collect();
    let mut finding = Finding::new("decoding", severity, told.join("; "));
    let mends: Vec<&str> = kinds.keys().map(|note| note.mend()).collect();
    finding.mend = mends.join("; ");
    for (note, counted) in &kinds {
        tell(&mut finding, note.code(), counted);
    }
    let any = rows(sides, |item| {
        item.notes.iter().any(|note| !is_about_alpha(*note))
    });
    for (side, rows, _) in &any {
        finding
            .details
            .insert(format!("n_{}", side.name()), rows.len() as f64);
    }
    finding
}
