//! Points of the unit square over circles, as PNG. The scale is fixed, so that two pictures can be laid one over the other.

use super::palette::{COLOURS, FAINT};
use super::raster::Raster;
use image::{ImageFormat, Rgb, RgbImage};
use plotters::prelude::*;
use std::io::{self, Cursor};

/// Pixels of a side of the unit square.
const SIDE: u32 = 512;
/// Radius of a point in pixels.
const DOT: i32 = 1;
/// How much of a point's ink covers what is below.
const ALPHA: f64 = 0.6;

/// A circle around a middle `[x, y]`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ring {
    /// Its middle.
    pub center: [f64; 2],
    /// From the middle to the line.
    pub radius: f64,
}

/// Draws the `points` `[x, y]` over the `rings`, x to the right and y upwards; what lies outside the square is not seen.
///
/// # Errors
/// Only when the PNG encoder fails, which a picture of this size does not make it do.
pub fn png(points: &[[f64; 2]], rings: &[Ring]) -> io::Result<Vec<u8>> {
    let mut picture = RgbImage::from_pixel(SIDE, SIDE, Rgb([255; 3]));
    let area = Raster(&mut picture).into_drawing_area();
    let failed = |e: DrawingAreaErrorKind<io::Error>| io::Error::other(e.to_string());
    let frame = Rectangle::new(
        [(0, 0), (SIDE as i32 - 1, SIDE as i32 - 1)],
        FAINT.stroke_width(1),
    );
    area.draw(&frame).map_err(failed)?;
    for ring in rings {
        let radius = (ring.radius * f64::from(SIDE)).round() as i32;
        let line = Circle::new(place(ring.center), radius, COLOURS[1].stroke_width(1));
        area.draw(&line).map_err(failed)?;
    }
    for point in points {
        let dot = Circle::new(place(*point), DOT, COLOURS[0].mix(ALPHA).filled());
        area.draw(&dot).map_err(failed)?;
    }
    drop(area);
    let mut bytes = Vec::new();
    picture
        .write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)
        .map_err(io::Error::other)?;
    Ok(bytes)
}

/// The pixel of a point.
fn place([x, y]: [f64; 2]) -> (i32, i32) {
    let pixel = |v: f64| (v * f64::from(SIDE - 1)).round() as i32;
    (pixel(x), pixel(1.0 - y))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x_goes_right_and_y_goes_up() {
        let bytes = png(&[[0.25, 0.75]], &[]).unwrap();
        let picture = image::load_from_memory(&bytes).unwrap().to_rgb8();
        assert_eq!(picture.dimensions(), (512, 512));
        // 0.25 · 511 = 127.75, for both: the first quarter from the left and from above.
        let is_inked = |x, y| picture.get_pixel(x, y).0 != [255; 3];
        assert!(is_inked(128, 128));
        assert!(!is_inked(128, 383) && !is_inked(383, 128));
    }

    #[test]
    fn rings_are_lines_and_points_outside_are_left_out() {
        let ring = Ring {
            center: [0.5, 0.5],
            radius: 0.25,
        };
        let bytes = png(&[[7.0, -3.0]], &[ring]).unwrap();
        let picture = image::load_from_memory(&bytes).unwrap().to_rgb8();
        assert_eq!(picture.get_pixel(256, 256).0, [255; 3]);
        // The line is 128 pixels beside the middle, within a pixel of rounding.
        let row: Vec<u32> = (1..511)
            .filter(|&x| picture.get_pixel(x, 256).0 != [255; 3])
            .collect();
        assert!(!row.is_empty());
        assert!(
            row.iter().all(|&x| x.abs_diff(256).abs_diff(128) <= 2),
            "{row:?}"
        );
    }
}
