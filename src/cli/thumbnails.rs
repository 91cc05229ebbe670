//! Small pictures for the results document: those that findings and rows name as their evidence, so that a report needs
//! no image.

use super::console::Console;
use super::pictures::PictureSet;
use super::sensitivity::pixels::encode_jpeg;
use crate::error::{Kind, Result};
use crate::sources::Pixels;
use crate::verdicts::page::DataUri;
use crate::verdicts::results::Results;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder, imageops};
use std::collections::BTreeSet;

/// Pixels of the longer side; a picture that is no larger is kept as it is.
const SIDE: u32 = 96;
/// Quality of those that are reduced.
const QUALITY: f32 = 85.0;
/// Groups of pictures of one finding, and pictures of one group.
const OF_FINDING: (usize, usize) = (24, 16);
/// The same of one row.
const OF_ROW: (usize, usize) = (8, 12);
/// Letters of all pictures together.
const BYTES: usize = 4 << 20;
/// Pictures that are looked for at all.
const MOST: usize = 4000;
/// Bytes of decoded pixels that one set may keep.
const PIXEL_BYTES: usize = 512 << 20;

/// Where the pictures of a side are.
pub trait Pictures {
    /// The pictures of `reference`, `generated` or `train`, where there are any.
    fn of_side(&self, side: &str) -> Option<&PictureSet>;
}

/// Puts the pictures that the document names into it, the most telling first, until [`BYTES`] are full.
///
/// A picture that can no longer be read does not take the numbers with it: it is told and left out.
///
/// # Errors
/// Interrupted.
pub fn attach(results: &mut Results, pictures: &dyn Pictures, console: &Console) -> Result<()> {
    let wanted = wanted(results);
    let mut encoded: Vec<Option<DataUri>> = vec![None; wanted.len()];
    for side in ["reference", "generated", "train"] {
        let places: Vec<usize> = (0..wanted.len()).filter(|&i| wanted[i].0 == side).collect();
        let (false, Some(set)) = (places.is_empty(), pictures.of_side(side)) else {
            continue;
        };
        let rows: Vec<usize> = places.iter().map(|&i| wanted[i].1).collect();
        let read = match set.read(&rows, PIXEL_BYTES, console) {
            Ok(read) => read,
            Err(e) if e.kind() == Kind::Interrupted => return Err(e),
            Err(e) => {
                console.talk(&format!(
                    "note: the {side} pictures behind the findings are not in the document: {}",
                    e.message()
                ));
                continue;
            }
        };
        for (place, row) in places.into_iter().zip(rows) {
            encoded[place] = read.get(&row).and_then(thumbnail);
        }
    }
    let mut bytes = 0;
    let mut left_out = 0;
    for ((side, index), picture) in wanted.iter().zip(encoded) {
        let Some(picture) = picture else { continue };
        bytes += picture.as_str().len();
        if bytes > BYTES {
            left_out += 1;
            continue;
        }
        results
            .thumbnails
            .insert(format!("{side}/{index}"), picture.as_str().to_owned());
    }
    if left_out > 0 {
        console.talk(&format!(
            "note: {} pictures are in the document; {left_out} less telling ones would make it larger than {} MiB (--sheets DIR draws all)",
            results.thumbnails.len(),
            BYTES >> 20
        ));
    }
    Ok(())
}

/// The pictures that the document names, without repetition: the first group of every finding, then the second of every
/// finding, the worst finding first; then those of rows in the same way.
fn wanted(results: &Results) -> Vec<(String, usize)> {
    let rank = |severity: &str| {
        let order = ["serious", "warning", "note", "clear"];
        order.iter().position(|name| *name == severity)
    };
    let mut findings: Vec<_> = results.findings.iter().collect();
    findings.sort_by_key(|finding| rank(&finding.severity).unwrap_or(4));
    let mut all = Vec::new();
    for group in 0..OF_FINDING.0 {
        for proof in findings.iter().filter_map(|f| f.evidence.get(group)) {
            let pictures = proof.pictures.iter().take(OF_FINDING.1);
            all.extend(pictures.map(|picture| (picture.side.clone(), picture.index)));
        }
    }
    for group in 0..OF_ROW.0 {
        for evidence in results
            .metrics
            .iter()
            .filter_map(|row| row.evidence.get(group))
        {
            let rows = evidence.rows.iter().take(OF_ROW.1);
            all.extend(rows.map(|&row| (evidence.side.clone(), row)));
        }
    }
    let mut seen = BTreeSet::new();
    all.retain(|picture| seen.insert(picture.clone()));
    all.truncate(MOST);
    all
}

/// A picture of at most [`SIDE`] pixels a side: without loss where it is that small already.
fn thumbnail(pixels: &Pixels) -> Option<DataUri> {
    let picture = super::sheets::drawn(pixels)?;
    let (width, height) = picture.dimensions();
    let longest = width.max(height);
    if longest <= SIDE {
        return png(pixels);
    }
    let scaled = |side: u32| (side * SIDE).div_ceil(longest).max(1);
    let small = imageops::resize(
        &picture,
        scaled(width),
        scaled(height),
        imageops::FilterType::Triangle,
    );
    let small = Pixels {
        width: small.width() as usize,
        height: small.height() as usize,
        rgb: small.into_raw(),
    };
    encode_jpeg(&small, QUALITY).ok().map(|b| DataUri::jpeg(&b))
}

/// As PNG; a gray picture takes a third.
fn png(pixels: &Pixels) -> Option<DataUri> {
    let (width, height) = (pixels.width as u32, pixels.height as u32);
    let gray = pixels
        .rgb
        .chunks_exact(3)
        .all(|pixel| pixel[0] == pixel[1] && pixel[1] == pixel[2]);
    let mut bytes = Vec::new();
    let encoder =
        PngEncoder::new_with_quality(&mut bytes, CompressionType::Best, FilterType::Adaptive);
    let written = if gray {
        let values: Vec<u8> = pixels.rgb.iter().copied().step_by(3).collect();
        encoder.write_image(&values, width, height, ExtendedColorType::L8)
    } else {
        encoder.write_image(&pixels.rgb, width, height, ExtendedColorType::Rgb8)
    };
    written.ok()?;
    Some(DataUri::png(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_finding_shows_something_before_any_shows_all_and_the_worst_comes_first() {
        let proof = |indices: &[usize]| {
            let pictures: Vec<_> = indices
                .iter()
                .map(|i| json!({"side": "generated", "index": i, "name": "x"}))
                .collect();
            json!({"pictures": pictures})
        };
        let text = json!({
            "schema": "gavel.results/1", "gavel": "0", "command": [], "inputs": {}, "extractor": null,
            "protocol": null, "engine": null, "seed": 0, "warnings": [],
            "metrics": [{"id": "x", "value": null, "std_error": null, "interval": null, "direction": "lower",
                "n_reference": null, "n_generated": 1, "params": {},
                "evidence": [{"label": "", "side": "train", "rows": [9]}]}],
            "findings": [
                {"id": "a", "severity": "note", "text": "", "value": null, "evidence": [proof(&[1]), proof(&[2])]},
                {"id": "b", "severity": "serious", "text": "", "value": null, "evidence": [proof(&[3, 1]), proof(&[4])]}
            ]
        });
        let results = Results::parse(&text.to_string()).unwrap();
        let found: Vec<usize> = wanted(&results)
            .into_iter()
            .map(|(_, index)| index)
            .collect();
        assert_eq!(found, [3, 1, 4, 2, 9]);
    }

    #[test]
    fn a_small_picture_is_kept_to_the_bit_and_a_large_one_is_reduced() {
        let small = Pixels {
            width: 2,
            height: 1,
            rgb: vec![1, 2, 3, 250, 251, 252],
        };
        let text = thumbnail(&small).unwrap();
        assert!(text.as_str().starts_with("data:image/png;base64,"));
        assert_eq!(decoded(&text), small.rgb);
        let gray = Pixels {
            rgb: vec![7, 7, 7, 9, 9, 9],
            ..small
        };
        assert_eq!(decoded(&thumbnail(&gray).unwrap()), gray.rgb);
        let large = Pixels {
            width: 200,
            height: 100,
            rgb: vec![90; 200 * 100 * 3],
        };
        let text = thumbnail(&large).unwrap();
        assert!(text.as_str().starts_with("data:image/jpeg;base64,"));
    }

    /// RGB values of a PNG in a page.
    fn decoded(picture: &DataUri) -> Vec<u8> {
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let digits = picture.as_str().split_once(',').unwrap().1.bytes();
        let digits: Vec<u32> = digits
            .filter_map(|c| alphabet.iter().position(|a| *a == c))
            .map(|digit| digit as u32)
            .collect();
        let mut bytes = Vec::new();
        for group in digits.chunks(4) {
            let bits = group.iter().fold(0, |bits, d| bits << 6 | d) << (6 * (4 - group.len()));
            bytes.extend(&bits.to_be_bytes()[1..group.len()]);
        }
        image::load_from_memory(&bytes)
            .unwrap()
            .to_rgb8()
            .into_raw()
    }
}
