//! Contact sheets: labelled rows of small pictures, as PNG.

use super::letters::glyph;
use image::{ImageFormat, Rgb, RgbImage, imageops};
use std::io::Cursor;

const GAP: u32 = 4;
const GLYPH: u32 = 8;
const PAPER: Rgb<u8> = Rgb([250, 250, 250]);
const INK: Rgb<u8> = Rgb([20, 20, 20]);

/// One labelled row.
#[derive(Debug, Clone)]
pub struct Row {
    /// Stands left of the pictures; a line break starts a second line.
    pub label: String,
    /// The pictures, left to right.
    pub pictures: Vec<RgbImage>,
}

/// Draws the rows with pictures of at most `cell` × `cell` pixels and encodes the sheet as PNG.
///
/// Many short rows stand side by side, in reading order, so that the sheet is about as wide as high.
///
/// Small pictures are enlarged by a whole factor without smoothing, so that their pixels can be seen; larger ones are
/// reduced. A character that the 8×8 font lacks is drawn as `?`.
///
/// # Errors
/// Only when the PNG encoder fails, which a sheet of ordinary size does not make it do.
pub fn draw(rows: &[Row], cell: u32) -> Result<Vec<u8>, image::ImageError> {
    let columns = rows.iter().map(|row| row.pictures.len()).max().unwrap_or(0) as u32;
    let widest = rows
        .iter()
        .flat_map(|row| row.label.lines())
        .map(|line| line.chars().count())
        .max()
        .unwrap_or(0);
    let left = 2 * GAP + widest as u32 * GLYPH;
    let width = left + columns * (cell + GAP) + GAP;
    let abreast = abreast(rows.len() as u32, width, cell + GAP);
    let lines = (rows.len() as u32).div_ceil(abreast);
    let mut sheet = RgbImage::from_pixel(abreast * width, GAP + lines * (cell + GAP), PAPER);
    for (r, row) in rows.iter().enumerate() {
        let (line, column) = (r as u32 / abreast, r as u32 % abreast);
        let (side, top) = (column * width, GAP + line * (cell + GAP));
        for (l, text) in row.label.lines().enumerate() {
            write(
                &mut sheet,
                side + GAP,
                top + GAP + l as u32 * (GLYPH + 4),
                text,
            );
        }
        for (c, picture) in row.pictures.iter().enumerate() {
            let fitted = fit(picture, cell);
            imageops::replace(
                &mut sheet,
                &fitted,
                i64::from(side + left + c as u32 * (cell + GAP)),
                i64::from(top),
            );
        }
    }
    let mut png = Vec::new();
    sheet.write_to(&mut Cursor::new(&mut png), ImageFormat::Png)?;
    Ok(png)
}

/// How many rows of `width` × `height` pixels stand side by side: n rows give a square of √(n · height / width).
fn abreast(n: u32, width: u32, height: u32) -> u32 {
    let square = f64::from(n) * f64::from(height) / f64::from(width.max(1));
    (square.sqrt().round() as u32).clamp(1, n.max(1))
}

fn fit(picture: &RgbImage, cell: u32) -> RgbImage {
    let (width, height) = picture.dimensions();
    let longest = width.max(height).max(1);
    if longest <= cell {
        let factor = cell / longest;
        return imageops::resize(
            picture,
            width * factor,
            height * factor,
            imageops::FilterType::Nearest,
        );
    }
    let scaled = |side: u32| (side * cell / longest).max(1);
    imageops::resize(
        picture,
        scaled(width),
        scaled(height),
        imageops::FilterType::Triangle,
    )
}

fn write(sheet: &mut RgbImage, left: u32, top: u32, text: &str) {
    for (position, character) in text.chars().enumerate() {
        for (y, bits) in glyph(character).iter().enumerate() {
            for x in 0..GLYPH {
                let (px, py) = (left + position as u32 * GLYPH + x, top + y as u32);
                if bits >> x & 1 == 1 && px < sheet.width() && py < sheet.height() {
                    sheet.put_pixel(px, py, INK);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sheet_has_room_for_every_picture_and_keeps_its_pixels() {
        let red = RgbImage::from_pixel(2, 2, Rgb([255, 0, 0]));
        let rows = [Row {
            label: "ab".into(),
            pictures: vec![red; 3],
        }];
        let sheet = image::load_from_memory(&draw(&rows, 8).unwrap())
            .unwrap()
            .to_rgb8();
        // left = 2*4 + 2*8 = 24; width = 24 + 3*(8+4) + 4; height = 4 + (8+4).
        assert_eq!(sheet.dimensions(), (64, 16));
        assert_eq!(*sheet.get_pixel(24, 4), Rgb([255, 0, 0]));
        assert_eq!(*sheet.get_pixel(31, 11), Rgb([255, 0, 0]));
        assert_eq!(*sheet.get_pixel(32, 4), PAPER);
        assert!(sheet.pixels().any(|p| *p == INK), "the label is drawn");
    }

    #[test]
    fn many_short_rows_stand_side_by_side_in_reading_order() {
        let rows: Vec<Row> = (0..24)
            .map(|k| Row {
                label: "ab".into(),
                pictures: vec![RgbImage::from_pixel(2, 2, Rgb([k, 0, 0]))],
            })
            .collect();
        let sheet = image::load_from_memory(&draw(&rows, 8).unwrap())
            .unwrap()
            .to_rgb8();
        // A row is 24 + 12 + 4 = 40 wide and 12 high: √(24 · 12 / 40) = 2.7, so three abreast on 8 lines.
        assert_eq!(sheet.dimensions(), (120, 100));
        assert_eq!(*sheet.get_pixel(24, 4), Rgb([0, 0, 0]));
        assert_eq!(*sheet.get_pixel(40 + 24, 4), Rgb([1, 0, 0]));
        assert_eq!(*sheet.get_pixel(24, 4 + 12), Rgb([3, 0, 0]));
        // Long rows keep a line each.
        assert_eq!(abreast(3, 1700, 100), 1);
        assert_eq!(abreast(0, 0, 12), 1);
    }

    #[test]
    fn a_large_picture_is_reduced_into_its_cell() {
        let wide = RgbImage::from_pixel(100, 10, Rgb([0, 0, 255]));
        assert_eq!(fit(&wide, 20).dimensions(), (20, 2));
    }
}
