//! Pictures that were small once and were enlarged by repeating their pixels.

use super::super::finding::percent;
use super::super::{Archive, Evidence, Exhibit, Finding, Severity};
use crate::error::Result;
use crate::sources::Pixels;
use crate::statistics::estimate::SetSide;
use crate::statistics::proportions::wilson;

/// Pictures that are read again.
const SAMPLE: usize = 64;

/// Pictures that are shown.
const SHOWN: usize = 8;

/// Factors that are looked for, the largest first.
const FACTORS: [usize; 5] = [8, 5, 4, 3, 2];

/// From this share of the sample on, it is more than a note.
const MANY: f64 = 0.05;

/// Reads some pictures, evenly spaced over a set; `None` where no picture is large enough.
///
/// # Errors
/// Those of the archive.
pub fn finding(side: SetSide, set: &Exhibit, archive: &dyn Archive) -> Result<Option<Finding>> {
    let large: Vec<usize> = (0..set.len())
        .filter(|row| {
            set.items
                .get(*row)
                .is_some_and(|item| !item.blank && item.info.width.min(item.info.height) >= 16)
        })
        .collect();
    let step = large.len().div_ceil(SAMPLE).max(1);
    let rows: Vec<usize> = large.into_iter().step_by(step).collect();
    if rows.is_empty() {
        return Ok(None);
    }
    let pictures = archive.read(side, &rows)?;
    if pictures.is_empty() {
        return Ok(None);
    }
    let mut found: Vec<(usize, usize)> = pictures
        .iter()
        .filter_map(|(row, pixels)| Some((factor(pixels)?, *row)))
        .collect();
    found.sort_by_key(|&(factor, row)| (std::cmp::Reverse(factor), row));
    let n = pictures.len().max(1) as f64;
    let share = found.len() as f64 / n;
    let severity = match found.len() {
        0 => Severity::Clear,
        _ if share >= MANY => Severity::Warning,
        _ => Severity::Note,
    };
    let text = match found.first() {
        None => format!(
            "none of {} {} pictures was enlarged by repeating pixels",
            pictures.len(),
            side.name()
        ),
        Some((factor, _)) => format!(
            "{} of {} {} pictures ({}) were enlarged by repeating pixels, up to {factor} times",
            found.len(),
            pictures.len(),
            side.name(),
            percent(share)
        ),
    };
    let mut finding = Finding::new("enlarged", severity, text);
    if severity > Severity::Clear {
        "evaluate at the size in which the pictures were made, and enlarge neither set"
            .clone_into(&mut finding.mend);
    }
    finding.value = Some(share);
    finding.interval = Some(wilson(share, n));
    finding.details.insert("n_looked_at".to_owned(), n);
    let shown = found.iter().take(SHOWN);
    finding.evidence = shown
        .map(|&(factor, row)| Evidence {
            label: format!("{factor} times"),
            pictures: vec![(side, row)],
            ..Evidence::default()
        })
        .collect();
    Ok(Some(finding))
}

/// The factor by which a picture was enlarged: all its blocks of that size are of one color each. `None` for others and for
/// pictures of one color.
#[must_use]
pub fn factor(pixels: &Pixels) -> Option<usize> {
    let line = pixels.width * 3;
    let fits = |factor: usize| {
        pixels.width.is_multiple_of(factor)
            && pixels.height.is_multiple_of(factor)
            && pixels.width > factor
            && pixels.height > factor
    };
    let first = pixels.rgb.get(..3)?;
    if pixels.rgb.chunks_exact(3).all(|pixel| pixel == first) {
        return None;
    }
    FACTORS
        .into_iter()
        .filter(|factor| fits(*factor))
        .find(|&factor| {
            pixels.rgb.chunks(line * factor).all(|band| {
                let top = band.get(..line).unwrap_or_default();
                let rows_repeat = band.chunks(line).all(|row| row == top);
                rows_repeat
                    && top
                        .chunks(3 * factor)
                        .all(|block| block.chunks(3).all(|pixel| Some(pixel) == block.get(..3)))
            })
        })
}

#[cfg(test)]
mod tests {
    use super::factor;
    use crate::sources::Pixels;

    fn picture(side: usize, repeat: usize) -> Pixels {
        let rgb = (0..side * side).flat_map(|at| {
            let (y, x) = (at / side / repeat, at % side / repeat);
            [(37 * y + 11 * x) as u8, (5 * x) as u8, (3 * y) as u8]
        });
        Pixels {
            width: side,
            height: side,
            rgb: rgb.collect(),
        }
    }

    #[test]
    fn repeated_pixels_give_their_factor_and_nothing_else_does() {
        assert_eq!(factor(&picture(24, 1)), None);
        assert_eq!(factor(&picture(24, 2)), Some(2));
        assert_eq!(factor(&picture(24, 3)), Some(3));
        // Four times is also two times; the larger is told.
        assert_eq!(factor(&picture(24, 4)), Some(4));
        let mut touched = picture(24, 4);
        touched.rgb[100] ^= 1;
        assert_eq!(factor(&touched), None);
        assert_eq!(factor(&picture(24, 24)), None);
    }

    #[test]
    fn lines_that_are_repeated_in_one_direction_only_do_not_count() {
        let mut lines = picture(24, 1);
        for row in 0..12 {
            let line = lines.rgb[row * 144..row * 144 + 72].to_vec();
            lines.rgb[row * 144 + 72..(row + 1) * 144].copy_from_slice(&line);
        }
        assert_eq!(factor(&lines), None);
    }
}
