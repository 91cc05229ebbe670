//! One small figure: lines, steps, points with whiskers or bars over two axes. It is drawn as SVG without a ground, so
//! that a page can put it on its own and give the colours of [`super::palette`] its own values.

mod draw;
mod frame;

use draw::draw;
use frame::Frame;
use plotters::prelude::*;
use std::io;

/// A figure.
#[derive(Debug, Clone, Default)]
pub struct Chart {
    /// What the horizontal axis counts.
    pub x_label: String,
    /// What the vertical axis counts.
    pub y_label: String,
    /// Ends of the horizontal axis; those of the data where absent.
    pub x_range: Option<(f64, f64)>,
    /// Ends of the vertical axis; those of the data where absent.
    pub y_range: Option<(f64, f64)>,
    /// Names of the places 0, 1, 2, … of the horizontal axis, where it has names instead of numbers.
    pub categories: Vec<String>,
    /// What is drawn.
    pub series: Vec<Series>,
    /// Levels to read the figure against, as dashes with their names.
    pub rules: Vec<(f64, String)>,
}

/// One line, histogram or row of points.
#[derive(Debug, Clone)]
pub struct Series {
    /// For the legend; empty where none is needed.
    pub name: String,
    /// How it is drawn.
    pub shape: Shape,
    /// From left to right.
    pub points: Vec<Point>,
}

/// How a series is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Joined by straight lines.
    Line,
    /// A histogram: points are the middles of bins of one width.
    Steps,
    /// Points with whiskers, joined by a thin line.
    Points,
    /// Bars side by side at each category.
    Bars,
}

/// A place in a figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// To the right.
    pub x: f64,
    /// Upwards.
    pub y: f64,
    /// Ends of its whisker.
    pub reach: Option<(f64, f64)>,
}

impl Point {
    /// Without a whisker.
    #[must_use]
    pub fn at(x: f64, y: f64) -> Self {
        Self { x, y, reach: None }
    }

    fn is_finite(&self) -> bool {
        let (low, high) = self.reach.unwrap_or((self.y, self.y));
        [self.x, self.y, low, high].iter().all(|v| v.is_finite())
    }
}

const SIZE: (i32, i32) = (360, 250);
const LEFT: i32 = 58;
const RIGHT: i32 = 14;
const BELOW: i32 = 46;
const LINE: i32 = 19;
/// Units that a letter of the legend takes, about.
const LETTER: i32 = 7;

/// The figure as SVG; its text asks for the viewer's own sans-serif.
///
/// # Errors
/// When the drawing crate fails, which a figure of ordinary size does not make it do.
pub fn svg(chart: &Chart) -> io::Result<String> {
    let mut text = String::new();
    let places = legend_places(chart);
    let lines = places.iter().map(|(_, line)| line + 1).max().unwrap_or(0);
    let above = LINE * (lines + 1) + 8;
    let size = (SIZE.0 as u32, (SIZE.1 + LINE * lines) as u32);
    let area = SVGBackend::with_string(&mut text, size).into_drawing_area();
    let frame = Frame::of(chart, above, SIZE.1 + LINE * lines - BELOW);
    draw(&area, chart, &frame, &places).map_err(|e| io::Error::other(e.to_string()))?;
    drop(area);
    Ok(text)
}

/// Left end and line of each legend entry.
fn legend_places(chart: &Chart) -> Vec<(i32, i32)> {
    let (mut left, mut line) = (LEFT, 0);
    let named = chart.series.iter().map(|series| &series.name);
    named
        .map(|name| {
            let width = 26 + LETTER * name.chars().count() as i32 + 14;
            if left > LEFT && left + width > SIZE.0 {
                (left, line) = (LEFT, line + 1);
            }
            let place = (left, line);
            left += if name.is_empty() { 0 } else { width };
            place
        })
        .zip(&chart.series)
        .map(|((left, line), series)| {
            // A series without a name takes no line.
            (left, if series.name.is_empty() { -1 } else { line })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_data_gives_a_figure_without_a_ground() {
        let nothing = svg(&Chart::default()).unwrap();
        assert!(nothing.starts_with("<svg") && !nothing.contains("#FFFFFF"));
        for shape in [Shape::Line, Shape::Steps, Shape::Points, Shape::Bars] {
            let chart = Chart {
                y_label: "<y>".to_owned(),
                categories: vec!["A".to_owned()],
                series: vec![Series {
                    name: "one".to_owned(),
                    shape,
                    points: vec![
                        Point {
                            x: 0.0,
                            y: 5.0,
                            reach: Some((4.0, 6.0)),
                        },
                        Point::at(1.0, f64::NAN),
                    ],
                }],
                rules: vec![(1.0, "floor".to_owned())],
                ..Chart::default()
            };
            let text = svg(&chart).unwrap();
            assert!(text.contains("&lt;y&gt;") && text.contains("floor") && !text.contains("NaN"));
        }
    }
}
