//! `gavel evaluate --sheets DIR`: the pictures that a row names as its evidence, as contact sheets.

use super::console::Console;
use super::evaluate::Sets;
use super::output;
use super::pictures::PictureSet;
use super::thumbnails::Pictures;
use crate::error::{Error, Result};
use crate::plots::sheet;
use crate::sources::Pixels;
use crate::verdicts::results::{EvidenceRecord, Results, Row};
use image::RgbImage;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Pictures of one line of a sheet.
const COLUMNS: usize = 16;
/// Lines of one sheet.
const LINES: usize = 64;
/// Pixels of a picture's place.
const CELL: u32 = 64;
/// Letters of a line of a label.
const LABEL: usize = 24;

/// The pictures of every side that has any, by the side's name.
pub struct Albums(BTreeMap<&'static str, PictureSet>);

impl Albums {
    /// Takes the pictures out of measured sets.
    #[must_use]
    pub fn take(sets: &mut Sets) -> Self {
        let reference = sets.reference.as_mut().and_then(|s| s.pictures.take());
        let train = sets.train.as_mut().and_then(|s| s.pictures.take());
        let generated = sets.generated.pictures.take();
        let sides = [
            ("reference", reference),
            ("generated", generated),
            ("train", train),
        ];
        Self(
            sides
                .into_iter()
                .filter_map(|(side, set)| Some((side, set?)))
                .collect(),
        )
    }
}

impl Pictures for Albums {
    fn of_side(&self, side: &str) -> Option<&PictureSet> {
        self.0.get(side)
    }
}

/// Makes the folder, before any work is done.
///
/// # Errors
/// Input: it cannot be made.
pub fn check(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).map_err(|e| Error::io(folder, &e))
}

/// Draws a sheet for every row with evidence into `folder`, named by the row's id, and by its parameters where several
/// rows have the same id.
///
/// # Errors
/// Input: a picture cannot be read or a file cannot be written.
pub fn draw(results: &Results, albums: &Albums, folder: &Path, console: &Console) -> Result<()> {
    let rows: Vec<&Row> = results
        .metrics
        .iter()
        .filter(|row| !row.evidence.is_empty())
        .collect();
    if rows.is_empty() {
        console.talk("note: no metric of this run has pictures to show, so there is no contact sheet (quality_entropy has some)");
        return Ok(());
    }
    let mut pictures = BTreeMap::new();
    for side in ["reference", "generated", "train"] {
        let wanted: BTreeSet<usize> = shown(&rows)
            .filter(|evidence| evidence.side == side)
            .flat_map(|evidence| evidence.rows.iter().take(COLUMNS).copied())
            .collect();
        if wanted.is_empty() {
            continue;
        }
        match albums.0.get(side) {
            Some(set) => {
                let wanted: Vec<usize> = wanted.into_iter().collect();
                pictures.insert(side, set.read(&wanted, usize::MAX, console)?);
            }
            None => console.talk(&format!(
                "note: the {side} set was given as features or scores: its pictures are not on the contact sheets"
            )),
        }
    }
    let mut taken = BTreeSet::new();
    for row in &rows {
        let lines: Vec<sheet::Row> = row
            .evidence
            .iter()
            .take(LINES)
            .map(|evidence| line(evidence, &pictures))
            .filter(|line| !line.pictures.is_empty())
            .collect();
        if lines.is_empty() {
            continue;
        }
        let png = sheet::draw(&lines, CELL)
            .map_err(|e| Error::numerical(format!("the contact sheet cannot be drawn: {e}")))?;
        let file = folder.join(file_name(row, &rows, &mut taken));
        output::write_file(&file, &png)?;
        console.talk(&format!("contact sheet: {}", file.display()));
    }
    Ok(())
}

fn shown<'a>(rows: &[&'a Row]) -> impl Iterator<Item = &'a EvidenceRecord> {
    let all: Vec<&Row> = rows.to_vec();
    all.into_iter()
        .flat_map(|row| row.evidence.iter().take(LINES))
}

fn line(
    evidence: &EvidenceRecord,
    pictures: &BTreeMap<&str, BTreeMap<usize, Pixels>>,
) -> sheet::Row {
    let read = pictures.get(evidence.side.as_str());
    let rows = evidence.rows.iter().take(COLUMNS);
    sheet::Row {
        label: broken(&format!("{}\n{}", evidence.label, evidence.side)),
        pictures: rows.filter_map(|row| drawn(read?.get(row)?)).collect(),
    }
}

/// A picture as sheets take it.
pub fn drawn(pixels: &Pixels) -> Option<RgbImage> {
    let (width, height) = (u32::try_from(pixels.width), u32::try_from(pixels.height));
    RgbImage::from_raw(width.ok()?, height.ok()?, pixels.rgb.clone())
}

/// Lines of at most [`LABEL`] letters, broken between words.
pub fn broken(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > LABEL {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines.join("\n")
}

/// `quality_entropy.png`, or `ndb-n_bins=50.png` where several rows of this id have sheets.
fn file_name(row: &Row, rows: &[&Row], taken: &mut BTreeSet<String>) -> String {
    let siblings: Vec<&&Row> = rows.iter().filter(|other| other.id == row.id).collect();
    let apart = row.params.iter().filter(|(name, value)| {
        siblings
            .iter()
            .any(|other| other.params.get(*name) != Some(*value))
    });
    let apart: Vec<String> = apart
        .map(|(name, value)| format!("{name}={}", value.to_string().trim_matches('"')))
        .collect();
    let stem: String = [&[row.id.clone()][..], &apart]
        .concat()
        .join("-")
        .chars()
        .map(|c| {
            if c.is_alphanumeric() || "-_=.".contains(c) {
                c
            } else {
                '_'
            }
        })
        .collect();
    let mut name = format!("{stem}.png");
    let mut number = 2;
    while !taken.insert(name.clone()) {
        name = format!("{stem}-{number}.png");
        number += 1;
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_broken_between_words() {
        assert_eq!(
            broken("bin 7: 1.2 % real, 4.0 % generated\ngenerated"),
            "bin 7: 1.2 % real, 4.0 %\ngenerated\ngenerated"
        );
    }
}
