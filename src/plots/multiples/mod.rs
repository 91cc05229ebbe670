//! Small multiples of a study: box plots, lines with bands, or dots in panels under one title, with one legend. The same
//! drawing becomes SVG, whose text asks for the viewer's own sans-serif, and PNG, lettered without fonts.

mod bands;
mod boxes;
mod dots;
mod frame;
mod layout;
mod paper;

use super::raster::Raster;
use image::{ImageFormat, Rgb, RgbImage};
use plotters::prelude::*;
use std::io::{self, Cursor};

/// A figure.
#[derive(Debug, Clone, Default)]
pub struct Multiples {
    /// Stands above all.
    pub title: String,
    /// Smaller, below the title: how to read the figure. Broken into lines by itself.
    pub subtitle: String,
    /// Names of the series, for the legend; a series' number is its place here.
    pub names: Vec<String>,
    /// The panels, row by row.
    pub panels: Vec<Panel>,
    /// Panels side by side; 0 counts as 1.
    pub columns: usize,
}

/// One panel.
#[derive(Debug, Clone)]
pub struct Panel {
    /// Its title.
    pub title: String,
    /// What its horizontal scale counts.
    pub x_label: String,
    /// What its vertical scale counts; rows of boxes have names instead.
    pub y_label: String,
    /// What is in it.
    pub plot: Plot,
}

/// What a panel shows.
#[derive(Debug, Clone)]
pub enum Plot {
    /// Horizontal box plots, one row a name.
    Boxes(Boxes),
    /// Lines with a band around each.
    Bands(Vec<Line>),
    /// Points.
    Dots(Vec<Dot>),
}

/// The number of what belongs to no series; it is drawn in the colour of letters.
pub const NO_SERIES: usize = usize::MAX;

/// Box plots in named rows.
#[derive(Debug, Clone, Default)]
pub struct Boxes {
    /// Names of the rows from top to bottom.
    pub rows: Vec<String>,
    /// The boxes.
    pub boxes: Vec<OneBox>,
    /// Ends of the horizontal scale; those of the data where absent.
    pub range: Option<(f64, f64)>,
}

/// The values of one box.
#[derive(Debug, Clone, Default)]
pub struct OneBox {
    /// Its row.
    pub row: usize,
    /// Its place in the row, from the top.
    pub lane: usize,
    /// Its series.
    pub series: usize,
    /// The values, in any order. The box spans the quartiles (linear between order statistics), its line is the median,
    /// whiskers end at the last value within 1.5 box lengths. Up to 20 values are drawn one by one as well.
    pub values: Vec<f64>,
    /// Runs without a value, written at the end of the row.
    pub n_failed: usize,
    /// Values that get a star.
    pub stars: Vec<f64>,
}

/// A line with its band.
#[derive(Debug, Clone, Default)]
pub struct Line {
    /// Its series.
    pub series: usize,
    /// From left to right.
    pub points: Vec<BandPoint>,
}

/// A place on a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BandPoint {
    /// To the right.
    pub x: f64,
    /// Upwards.
    pub y: f64,
    /// Ends of the band, lower first.
    pub band: [f64; 2],
}

/// A point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dot {
    /// Its series.
    pub series: usize,
    /// To the right, upwards.
    pub at: [f64; 2],
    /// Is it drawn as a star?
    pub is_star: bool,
}

/// Pixels of the PNG for each unit of the SVG.
const ENLARGED: i32 = 2;
/// A picture of more pixels than this on a side is refused instead of being drawn.
const LARGEST: i32 = 20_000;

/// The figure as SVG.
///
/// # Errors
/// When the figure is larger than 20,000 units a side or the drawing crate fails.
pub fn svg(figure: &Multiples) -> io::Result<String> {
    let (width, height) = size(figure)?;
    let mut text = String::new();
    let area =
        SVGBackend::with_string(&mut text, (width as u32, height as u32)).into_drawing_area();
    frame::draw(&area, figure, 1).map_err(|e| io::Error::other(e.to_string()))?;
    drop(area);
    Ok(text)
}

/// The figure as PNG with two pixels a unit.
///
/// # Errors
/// As [`svg`], or when the PNG encoder fails.
pub fn png(figure: &Multiples) -> io::Result<Vec<u8>> {
    let (width, height) = size(figure)?;
    let (width, height) = ((ENLARGED * width) as u32, (ENLARGED * height) as u32);
    let mut picture = RgbImage::from_pixel(width, height, Rgb([255; 3]));
    let area = Raster(&mut picture).into_drawing_area();
    frame::draw(&area, figure, ENLARGED).map_err(|e| io::Error::other(e.to_string()))?;
    drop(area);
    let mut bytes = Vec::new();
    picture
        .write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)
        .map_err(io::Error::other)?;
    Ok(bytes)
}

fn size(figure: &Multiples) -> io::Result<(i32, i32)> {
    let (width, height) = layout::Layout::of(figure).size;
    if width.max(height) > LARGEST / ENLARGED {
        return Err(io::Error::other(format!(
            "a figure of {} panels is too large to draw",
            figure.panels.len()
        )));
    }
    Ok((width, height))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure() -> Multiples {
        let panel = |title: &str, plot| Panel {
            title: title.to_owned(),
            x_label: "FID".to_owned(),
            y_label: "y <of runs>".to_owned(),
            plot,
        };
        let boxes = Boxes {
            rows: ["NS GAN", "VAE"].map(str::to_owned).to_vec(),
            boxes: vec![
                OneBox {
                    values: vec![10.0, 11.0, 12.0, 14.0],
                    stars: vec![11.0],
                    ..OneBox::default()
                },
                OneBox {
                    row: 1,
                    n_failed: 3,
                    values: vec![20.0],
                    ..OneBox::default()
                },
            ],
            range: None,
        };
        let point = |x: f64| BandPoint {
            x,
            y: 30.0 - x,
            band: [29.0 - x, 31.0 - x],
        };
        let line = Line {
            series: 1,
            points: [1.0, 2.0, 9.0].map(point).to_vec(),
        };
        let dot = Dot {
            series: 0,
            at: [0.5, 12.0],
            is_star: true,
        };
        Multiples {
            title: "A study".to_owned(),
            subtitle: "read it so".to_owned(),
            names: ["NS GAN", "VAE"].map(str::to_owned).to_vec(),
            panels: vec![
                panel("boxes", Plot::Boxes(boxes)),
                panel("bands", Plot::Bands(vec![line])),
                panel("dots", Plot::Dots(vec![dot])),
            ],
            columns: 2,
        }
    }

    #[test]
    fn the_svg_has_all_words_escaped_and_the_png_is_twice_as_large() {
        let text = svg(&figure()).unwrap();
        for word in [
            "A study",
            "read it so",
            "boxes",
            "bands",
            "dots",
            "3 failed",
        ] {
            assert!(text.contains(word), "{word}");
        }
        assert!(text.contains("y &lt;of runs&gt;") && !text.contains("<of runs>"));
        let picture = image::load_from_memory(&png(&figure()).unwrap()).unwrap();
        let (width, height) = size(&figure()).unwrap();
        assert_eq!(
            (picture.width(), picture.height()),
            (2 * width as u32, 2 * height as u32)
        );
    }

    #[test]
    fn a_figure_without_panels_or_values_is_still_a_figure() {
        assert!(svg(&Multiples::default()).is_ok());
        let mut empty = figure();
        for panel in &mut empty.panels {
            panel.plot = match &panel.plot {
                Plot::Boxes(_) => Plot::Boxes(Boxes::default()),
                Plot::Bands(_) => Plot::Bands(Vec::new()),
                Plot::Dots(_) => Plot::Dots(Vec::new()),
            };
        }
        assert!(svg(&empty).is_ok() && png(&empty).is_ok());
    }

    #[test]
    fn a_figure_that_no_screen_holds_is_refused() {
        let mut many = figure();
        let panel = many.panels[1].clone();
        many.panels = vec![panel; 400];
        many.columns = 1;
        assert!(png(&many).unwrap_err().to_string().contains("too large"));
    }
}
