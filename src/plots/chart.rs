//! One small figure: lines, steps, points with whiskers or bars over two axes. It is drawn as SVG without a ground, so
//! that a page can put it on its own and give the colours of [`super::palette`] its own values.

use super::palette::{COLOURS, FAINT, INK};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
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

type Drawn = Result<(), DrawingAreaErrorKind<io::Error>>;
type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

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

/// Where values lie in the drawing.
struct Frame {
    x: (f64, f64),
    y: (f64, f64),
    top: i32,
    bottom: i32,
}

impl Frame {
    fn of(chart: &Chart, top: i32, bottom: i32) -> Self {
        let points = || {
            let all = chart.series.iter().flat_map(|series| &series.points);
            all.filter(|point| point.is_finite())
        };
        let n = chart.categories.len() as f64;
        let x = chart.x_range.unwrap_or_else(|| {
            if chart.categories.is_empty() {
                let half = |series: &Series| match series.points.as_slice() {
                    [first, second, ..] if series.shape == Shape::Steps => (second.x - first.x) / 2.0,
                    _ => 0.0,
                };
                let edges = chart.series.iter().flat_map(|series| {
                    let half = half(series);
                    let finite = series.points.iter().filter(|p| p.is_finite());
                    finite.flat_map(move |p| [p.x - half, p.x + half])
                });
                ends(edges, 0.0)
            } else {
                (-0.5, n - 0.5)
            }
        });
        let heights = points().flat_map(|p| {
            let (low, high) = p.reach.unwrap_or((p.y, p.y));
            [p.y, low, high]
        });
        let rules = chart.rules.iter().map(|(level, _)| *level);
        let grounded = chart
            .series
            .iter()
            .any(|s| matches!(s.shape, Shape::Bars | Shape::Steps));
        let zero = grounded.then_some(0.0);
        let y = chart.y_range.unwrap_or_else(|| {
            let (low, high) = ends(heights.chain(rules).chain(zero), 0.06);
            (if zero.is_some() { low.max(0.0) } else { low }, high)
        });
        Self { x, y, top, bottom }
    }

    fn across(&self, x: f64) -> i32 {
        let share = (x - self.x.0) / (self.x.1 - self.x.0);
        LEFT + (share * f64::from(SIZE.0 - LEFT - RIGHT)).round() as i32
    }

    fn up(&self, y: f64) -> i32 {
        let share = (y - self.y.0) / (self.y.1 - self.y.0);
        self.bottom - (share * f64::from(self.bottom - self.top)).round() as i32
    }

    fn place(&self, point: &Point) -> (i32, i32) {
        (self.across(point.x), self.up(point.y))
    }
}

/// Smallest and largest value, with a margin; never equal.
fn ends(values: impl Iterator<Item = f64>, margin: f64) -> (f64, f64) {
    let (low, high) = values
        .filter(|v| v.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| {
            (low.min(v), high.max(v))
        });
    if low > high {
        return (0.0, 1.0);
    }
    if low == high {
        let half = if low == 0.0 { 1.0 } else { low.abs() / 2.0 };
        return (low - half, high + half);
    }
    let room = margin * (high - low);
    (low - room, high + room)
}

/// Round values between both ends, about five.
fn ticks((low, high): (f64, f64)) -> (Vec<f64>, usize) {
    let rough = (high - low) / 5.0;
    let power = 10.0_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|step| *step >= rough * 0.999)
        .unwrap_or(power * 10.0);
    let places = (-step.log10().floor()).clamp(0.0, 12.0) as usize;
    let first = (low / step).ceil() as i64;
    let last = (high / step).floor() as i64;
    let marks = (first..=last.min(first.saturating_add(20))).map(|i| i as f64 * step);
    (marks.collect(), places)
}

fn written(value: f64, places: usize) -> String {
    if value.abs() >= 1e6 {
        return format!("{value:.1e}").replace('-', "−");
    }
    format!("{value:.places$}").replace('-', "−")
}

fn lettering(h: HPos, v: VPos) -> TextStyle<'static> {
    ("sans-serif", 15)
        .into_font()
        .color(&INK)
        .pos(Pos::new(h, v))
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

fn draw(area: &Area<'_>, chart: &Chart, frame: &Frame, legend: &[(i32, i32)]) -> Drawn {
    draw_axes(area, chart, frame)?;
    for (level, name) in &chart.rules {
        draw_rule(area, frame, *level, name)?;
    }
    for (number, series) in chart.series.iter().enumerate() {
        draw_series(area, chart, frame, number)?;
        let (left, line) = legend.get(number).copied().unwrap_or((LEFT, -1));
        if line >= 0 {
            let y = LINE * line + LINE + 12;
            let style = COLOURS[number % COLOURS.len()].stroke_width(3);
            area.draw(&PathElement::new([(left, y), (left + 18, y)], style))?;
            let text = lettering(HPos::Left, VPos::Center);
            area.draw(&Text::new(series.name.clone(), (left + 24, y), text))?;
        }
    }
    area.present()
}

fn draw_axes(area: &Area<'_>, chart: &Chart, frame: &Frame) -> Drawn {
    let right = SIZE.0 - RIGHT;
    let above = lettering(HPos::Left, VPos::Center);
    area.draw(&Text::new(chart.y_label.clone(), (4, 10), above))?;
    let (marks, places) = ticks(frame.y);
    for mark in marks {
        let y = frame.up(mark);
        area.draw(&PathElement::new(
            [(LEFT, y), (right, y)],
            FAINT.stroke_width(1),
        ))?;
        let style = lettering(HPos::Right, VPos::Center);
        area.draw(&Text::new(written(mark, places), (LEFT - 7, y), style))?;
    }
    area.draw(&PathElement::new(
        [(LEFT, frame.bottom), (right, frame.bottom)],
        INK.stroke_width(1),
    ))?;
    let below = |text: String, x: i32| {
        let style = lettering(HPos::Center, VPos::Top);
        area.draw(&Text::new(text, (x, frame.bottom + 6), style))
    };
    if chart.categories.is_empty() {
        let (marks, places) = ticks(frame.x);
        for mark in marks {
            let x = frame.across(mark);
            area.draw(&PathElement::new(
                [(x, frame.bottom), (x, frame.bottom + 4)],
                INK.stroke_width(1),
            ))?;
            below(written(mark, places), x)?;
        }
    } else {
        // More names than fit would lie on one another.
        let every = chart.categories.len().div_ceil(12).max(1);
        for (i, name) in chart.categories.iter().enumerate().step_by(every) {
            below(name.clone(), frame.across(i as f64))?;
        }
    }
    let style = lettering(HPos::Center, VPos::Bottom);
    let middle = i32::midpoint(LEFT, right);
    area.draw(&Text::new(
        chart.x_label.clone(),
        (middle, frame.bottom + BELOW - 2),
        style,
    ))
}

fn draw_rule(area: &Area<'_>, frame: &Frame, level: f64, name: &str) -> Drawn {
    let y = frame.up(level);
    let right = SIZE.0 - RIGHT;
    for left in (LEFT..right).step_by(9) {
        area.draw(&PathElement::new(
            [(left, y), ((left + 5).min(right), y)],
            INK.stroke_width(1),
        ))?;
    }
    let style = lettering(HPos::Right, VPos::Bottom);
    area.draw(&Text::new(name.to_owned(), (right, y - 3), style))
}

fn draw_series(area: &Area<'_>, chart: &Chart, frame: &Frame, number: usize) -> Drawn {
    let Some(series) = chart.series.get(number) else {
        return Ok(());
    };
    let colour = COLOURS[number % COLOURS.len()];
    let points: Vec<Point> = series
        .points
        .iter()
        .copied()
        .filter(Point::is_finite)
        .collect();
    match series.shape {
        Shape::Line => area.draw(&PathElement::new(
            points.iter().map(|p| frame.place(p)).collect::<Vec<_>>(),
            colour.stroke_width(2),
        )),
        Shape::Steps => {
            let outline = steps(&points, frame);
            area.draw(&Polygon::new(outline.clone(), colour.mix(0.22).filled()))?;
            area.draw(&PathElement::new(outline, colour.stroke_width(2)))
        }
        Shape::Points => draw_points(area, frame, &points, colour),
        Shape::Bars => {
            let bars = chart
                .series
                .iter()
                .filter(|s| s.shape == Shape::Bars)
                .count();
            draw_bars(area, frame, &points, (number, bars), colour)
        }
    }
}

/// The outline of a histogram, from the ground up and back to it.
fn steps(points: &[Point], frame: &Frame) -> Vec<(i32, i32)> {
    let width = match points {
        [first, second, ..] => second.x - first.x,
        _ => 1.0,
    };
    let mut outline = Vec::new();
    for point in points {
        let y = frame.up(point.y);
        outline.push((frame.across(point.x - width / 2.0), y));
        outline.push((frame.across(point.x + width / 2.0), y));
    }
    let ground = frame.bottom;
    if let (Some(&(left, _)), Some(&(right, _))) = (outline.first(), outline.last()) {
        outline.insert(0, (left, ground));
        outline.push((right, ground));
    }
    outline
}

fn draw_points(area: &Area<'_>, frame: &Frame, points: &[Point], colour: RGBColor) -> Drawn {
    let middles: Vec<(i32, i32)> = points.iter().map(|p| frame.place(p)).collect();
    area.draw(&PathElement::new(middles, colour.mix(0.5).stroke_width(1)))?;
    for point in points {
        let (x, y) = frame.place(point);
        if let Some((low, high)) = point.reach {
            let (low, high) = (frame.up(low), frame.up(high));
            let style = colour.stroke_width(2);
            area.draw(&PathElement::new([(x, low), (x, high)], style))?;
            for end in [low, high] {
                area.draw(&PathElement::new([(x - 4, end), (x + 4, end)], style))?;
            }
        }
        area.draw(&Circle::new((x, y), 4, colour.filled()))?;
    }
    Ok(())
}

fn draw_bars(
    area: &Area<'_>,
    frame: &Frame,
    points: &[Point],
    (number, bars): (usize, usize),
    colour: RGBColor,
) -> Drawn {
    let width = 0.7 / bars.max(1) as f64;
    for point in points {
        let left = point.x - 0.35 + number as f64 * width;
        let from = (frame.across(left) + 1, frame.up(point.y));
        let to = (frame.across(left + width) - 1, frame.bottom);
        area.draw(&Rectangle::new([from, to], colour.filled()))?;
        if let Some((low, high)) = point.reach {
            let x = i32::midpoint(from.0, to.0);
            let ends = [(x, frame.up(low)), (x, frame.up(high))];
            area.draw(&PathElement::new(ends, INK.stroke_width(2)))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_within_both_ends() {
        assert_eq!(
            ticks((0.0, 1.0)),
            (vec![0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0], 1)
        );
        let (marks, places) = ticks((-3.0, 104.0));
        assert_eq!((marks, places), (vec![0.0, 50.0, 100.0], 0));
        assert_eq!(written(-0.25, 2), "−0.25");
    }

    #[test]
    fn higher_values_lie_higher_and_larger_ones_to_the_right() {
        let chart = Chart {
            series: vec![Series {
                name: String::new(),
                shape: Shape::Line,
                points: vec![Point::at(0.0, 1.0), Point::at(10.0, 3.0)],
            }],
            ..Chart::default()
        };
        let frame = Frame::of(&chart, 10, 200);
        assert!(frame.up(3.0) < frame.up(1.0) && frame.across(10.0) > frame.across(0.0));
        assert_eq!(frame.across(0.0), LEFT);
        assert_eq!(frame.across(10.0), SIZE.0 - RIGHT);
    }

    #[test]
    fn a_histogram_stands_on_zero_and_spans_its_bins() {
        let points = vec![Point::at(0.5, 2.0), Point::at(1.5, 4.0)];
        let chart = Chart {
            x_range: Some((0.0, 2.0)),
            series: vec![Series {
                name: "a".to_owned(),
                shape: Shape::Steps,
                points: points.clone(),
            }],
            ..Chart::default()
        };
        let frame = Frame::of(&chart, 0, 100);
        assert_eq!(frame.y.0, 0.0);
        let outline = steps(&points, &frame);
        assert_eq!(outline.first(), Some(&(LEFT, 100)));
        assert_eq!(outline.last(), Some(&(SIZE.0 - RIGHT, 100)));
        assert_eq!(outline.len(), 6);
    }

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
