//! Figures as pixels: what `plotters` needs to draw on an RGB picture without any font of the system.

use super::letters::glyph;
use image::{Rgb, RgbImage};
use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendTextStyle, DrawingBackend, DrawingErrorKind,
};
use std::io;

/// `plotters` writes a font of size `s` into an SVG as `s / 1.24` units a letter; here it is the same.
const EM: f64 = 1.24;
/// Width of a letter and height of its box of eight rows, in parts of the em.
const LETTER: (f64, f64) = (0.58, 0.82);
/// Points along each side of a pixel that are asked whether they lie on the glyph.
const POINTS: i32 = 4;

/// A picture to draw on.
pub(super) struct Raster<'a>(pub &'a mut RgbImage);

type Drawn = Result<(), DrawingErrorKind<io::Error>>;

impl DrawingBackend for Raster<'_> {
    type ErrorType = io::Error;

    fn get_size(&self) -> (u32, u32) {
        self.0.dimensions()
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, color: BackendColor) -> Drawn {
        if let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y))
            && let Some(pixel) = self.0.get_pixel_mut_checked(x, y)
        {
            let ink = [color.rgb.0, color.rgb.1, color.rgb.2];
            let mixed = |below: u8, ink: u8| {
                (f64::from(below) + color.alpha * (f64::from(ink) - f64::from(below))).round() as u8
            };
            *pixel = Rgb(std::array::from_fn(|c| mixed(pixel.0[c], ink[c])));
        }
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: BackendCoord) -> Drawn {
        let (width, height) = self.estimate_text_size(text, style)?;
        let (width, height) = (width as i32, height as i32);
        let left = match style.anchor().h_pos {
            HPos::Left => 0,
            HPos::Right => -width,
            HPos::Center => -width / 2,
        };
        let top = match style.anchor().v_pos {
            VPos::Top => 0,
            VPos::Center => -height / 2,
            VPos::Bottom => -height,
        };
        let letters: Vec<[u8; 8]> = text.chars().map(glyph).collect();
        let color = style.color();
        for y in 0..height {
            for x in 0..width {
                let share = coverage(&letters, (x, y), (width, height));
                if share > 0.0 {
                    let (dx, dy) = style.transform().transform(left + x, top + y);
                    let ink = BackendColor {
                        alpha: color.alpha * share,
                        rgb: color.rgb,
                    };
                    self.draw_pixel((at.0 + dx, at.1 + dy), ink)?;
                }
            }
        }
        Ok(())
    }

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        style: &S,
    ) -> Result<(u32, u32), DrawingErrorKind<io::Error>> {
        let em = style.size() / EM;
        let width = LETTER.0 * em * text.chars().count() as f64;
        Ok((width.round() as u32, (LETTER.1 * em).round() as u32))
    }
}

/// The share of the pixel `(x, y)` of a line of `width` x `height` pixels that lies on the letters.
fn coverage(letters: &[[u8; 8]], (x, y): (i32, i32), (width, height): (i32, i32)) -> f64 {
    let columns = 8 * letters.len() as i32;
    let mut hits = 0;
    for sub_y in 0..POINTS {
        let row = 8 * (2 * (POINTS * y + sub_y) + 1) / (2 * POINTS * height);
        for sub_x in 0..POINTS {
            let column = columns * (2 * (POINTS * x + sub_x) + 1) / (2 * POINTS * width);
            let bits = letters
                .get((column / 8) as usize)
                .and_then(|letter| letter.get(row as usize));
            hits += i32::from(bits.is_some_and(|bits| bits >> (column % 8) & 1 == 1));
        }
    }
    f64::from(hits) / f64::from(POINTS * POINTS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_at_its_own_size_is_its_glyph() {
        let letters = [glyph('L')];
        for y in 0..8 {
            for x in 0..8 {
                let bit = glyph('L')[y as usize] >> x & 1;
                assert_eq!(coverage(&letters, (x, y), (8, 8)), f64::from(bit));
            }
        }
    }

    #[test]
    fn ink_is_mixed_by_its_alpha_and_never_leaves_the_picture() {
        let mut picture = RgbImage::from_pixel(2, 1, Rgb([200, 100, 0]));
        let ink = BackendColor {
            alpha: 0.25,
            rgb: (0, 100, 255),
        };
        let mut raster = Raster(&mut picture);
        for at in [(1, 0), (2, 0), (-1, 0), (0, 7)] {
            raster.draw_pixel(at, ink).unwrap();
        }
        // 200 - 0.25 * 200 = 150; 100 stays; 0.25 * 255 = 63.75.
        assert_eq!(*picture.get_pixel(1, 0), Rgb([150, 100, 64]));
        assert_eq!(*picture.get_pixel(0, 0), Rgb([200, 100, 0]));
    }
}
