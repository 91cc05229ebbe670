//! `gavel audit --sheets DIR`: the pictures that prove the findings.

use super::scene::Scene;
use crate::audit::Archive;
use crate::audit::faces::framed;
use crate::cli::console::Console;
use crate::cli::output;
use crate::cli::sheets::{broken, drawn};
use crate::error::{Error, Result};
use crate::plots::sheet;
use crate::sources::Pixels;
use crate::verdicts::findings::{FindingRecord, ProofRecord};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Pictures of one line.
const COLUMNS: usize = 16;
/// Lines of one sheet.
const LINES: usize = 24;
/// Pixels of a picture's place.
const CELL: u32 = 96;

/// Draws a sheet for every finding with evidence into `folder`, named by the finding's id.
///
/// # Errors
/// Input: a picture cannot be read or a file cannot be written.
pub fn draw(
    findings: &[FindingRecord],
    scene: &Scene<'_>,
    folder: &Path,
    console: &Console,
) -> Result<()> {
    let mut pictures = BTreeMap::new();
    for side in scene.sides() {
        let wanted: BTreeSet<usize> = findings
            .iter()
            .flat_map(shown)
            .flat_map(|proof| proof.pictures.iter().take(COLUMNS))
            .filter(|picture| picture.side == side.name())
            .map(|picture| picture.index)
            .collect();
        if !wanted.is_empty() {
            let wanted: Vec<usize> = wanted.into_iter().collect();
            pictures.insert(side.name().into_owned(), scene.read(side, &wanted)?);
        }
    }
    let mut taken = BTreeSet::new();
    for finding in findings
        .iter()
        .filter(|finding| !finding.evidence.is_empty())
    {
        let lines: Vec<sheet::Row> = shown(finding).map(|proof| line(proof, &pictures)).collect();
        let png = sheet::draw(&lines, CELL)
            .map_err(|e| Error::numerical(format!("the contact sheet cannot be drawn: {e}")))?;
        let mut name = format!("{}.png", finding.id);
        let mut number = 2;
        while !taken.insert(name.clone()) {
            name = format!("{}-{number}.png", finding.id);
            number += 1;
        }
        let file = folder.join(name);
        output::write_file(&file, &png)?;
        console.talk(&format!("contact sheet: {}", file.display()));
    }
    Ok(())
}

fn shown(finding: &FindingRecord) -> impl Iterator<Item = &ProofRecord> {
    finding.evidence.iter().take(LINES)
}

fn line(proof: &ProofRecord, pictures: &BTreeMap<String, BTreeMap<usize, Pixels>>) -> sheet::Row {
    let sides: BTreeSet<&str> = proof.pictures.iter().map(|p| p.side.as_str()).collect();
    let mut label: Vec<String> = Vec::new();
    if !proof.label.is_empty() {
        label.push(proof.label.clone());
    }
    label.extend(proof.transform.clone().filter(|name| *name != proof.label));
    if let Some(p) = proof.p_value {
        label.push(if p < 1e-4 {
            "p < 0.0001".to_owned()
        } else {
            format!("p {p:.4}")
        });
    }
    match proof.pictures.as_slice() {
        // A pair: which is which, and where to find them.
        [first, second] => {
            label.push(format!("{} {}", first.side, first.name));
            label.push(format!("{} {}", second.side, second.name));
        }
        _ => label.extend(sides.into_iter().map(str::to_owned)),
    }
    sheet::Row {
        label: broken(&label.join("\n")),
        pictures: proof
            .pictures
            .iter()
            .take(COLUMNS)
            .filter_map(|picture| {
                let pixels = pictures.get(picture.side.as_str())?.get(&picture.index)?;
                drawn(&framed(pixels, &picture.frames))
            })
            .collect(),
    }
}
