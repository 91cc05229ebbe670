//! `gavel audit --annotate DIR`: every generated picture with its faces framed.

use crate::audit::Case;
use crate::audit::faces::{Detector, Settings, annotate, chunks};
use crate::cli::output;
use crate::cli::sheets::drawn;
use crate::error::{Error, Result};
use crate::statistics::estimate::SetSide;
use image::ImageFormat;
use rayon::prelude::*;
use std::io::Cursor;
use std::path::Path;

/// Writes `<index>-<name>.png` for every generated picture, in the order of the set.
///
/// # Errors
/// Input: a picture cannot be read or a file cannot be written. Engine: the detector cannot be run. Interrupted.
pub fn write(
    case: &Case<'_>,
    detector: &Detector,
    settings: &Settings,
    folder: &Path,
) -> Result<()> {
    let set = case.generated;
    case.observer.begin("framing faces", set.len());
    for rows in chunks(set) {
        let pictures: Vec<_> = case
            .archive
            .read(SetSide::Generated, &rows)?
            .into_iter()
            .collect();
        pictures.par_iter().try_for_each(|(row, pixels)| {
            if case.observer.stop_requested() {
                return Err(Error::interrupted());
            }
            let marked = annotate(pixels, &detector.detect(pixels, settings)?);
            let name = set.items.get(*row).map_or("", |item| item.name.as_str());
            let mut png = Cursor::new(Vec::new());
            drawn(&marked)
                .ok_or_else(|| Error::numerical(format!("{name}: no picture")))?
                .write_to(&mut png, ImageFormat::Png)
                .map_err(|e| Error::numerical(format!("{name}: {e}")))?;
            output::write_file(&folder.join(file_name(*row, name)), &png.into_inner())?;
            case.observer.advance(1);
            Ok(())
        })?;
    }
    case.observer.end();
    Ok(())
}

/// The name of a picture may hold folders and anything else; only letters, digits, dots and lines are kept.
fn file_name(row: usize, name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or("");
    let kept: String = last
        .chars()
        .take(100)
        .map(|c| {
            if c.is_ascii_alphanumeric() || "-_.".contains(c) {
                c
            } else {
                '_'
            }
        })
        .collect();
    format!("{row:06}-{kept}.png")
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn a_hostile_name_stays_inside_the_folder() {
        assert_eq!(file_name(7, "a/../../etc/passwd"), "000007-passwd.png");
        assert_eq!(file_name(0, ".."), "000000-...png");
        assert_eq!(file_name(1, "x<y>.jpg"), "000001-x_y_.jpg.png");
    }
}
