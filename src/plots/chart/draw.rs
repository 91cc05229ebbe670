//! A chart on its drawing area: axes, levels to read against, series, legend.

use super::frame::{Frame, ticks, written};
use super::{BELOW, Chart, LEFT, LINE, Point, RIGHT, SIZE, Shape};
use crate::plots::palette::{COLOURS, FAINT, INK};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::io;

type Drawn = Result<(), DrawingAreaErrorKind<io::Error>>;
type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

fn lettering(h: HPos, v: VPos) -> TextStyle<'static> {
    ("sans-serif", 15)
        .into_font()
        .color(&INK)
        .pos(Pos::new(h, v))
}

pub(super) fn draw(area: &Area<'_>, chart: &Chart, frame: &Frame, legend: &[(i32, i32)]) -> Drawn {
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
    use super::super::Series;
    use super::*;

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
}
