//! Named points over two axes with whiskers both ways, and the corners that must be reached. Drawn as SVG without a
//! ground, in the colours of [`super::palette`], which a page may give its own values.

use super::axis::{Axis, written};
use super::palette::{COLOURS, FAINT, INK};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::io;

/// A figure.
#[derive(Debug, Clone, Default)]
pub struct Scatter {
    /// What the axes count: across, up.
    pub labels: [String; 2],
    /// The points.
    pub points: Vec<Point>,
    /// Corners with their names: a limit across and a limit up.
    pub corners: Vec<([f64; 2], String)>,
}

/// A point.
#[derive(Debug, Clone, Default)]
pub struct Point {
    /// Stands beside it.
    pub name: String,
    /// Across, up.
    pub at: [f64; 2],
    /// Ends of the whiskers across and up.
    pub reach: [[f64; 2]; 2],
}

const SIZE: (i32, i32) = (720, 420);
const LEFT: i32 = 64;
const BOTTOM: i32 = 48;
const MARGIN: i32 = 24;
const LETTERS: i32 = 12;

pub(super) type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

/// Where numbers are on paper.
struct Scale([Axis; 2]);

impl Scale {
    fn of(figure: &Scatter) -> Self {
        Self([0, 1].map(|axis| {
            let points = figure.points.iter().flat_map(|point| {
                let [low, high] = point.reach[axis];
                [point.at[axis], low, high]
            });
            Axis::over(points.chain(figure.corners.iter().map(|(at, _)| at[axis])))
        }))
    }

    fn place(&self, at: [f64; 2]) -> (i32, i32) {
        let across = f64::from(SIZE.0 - LEFT - MARGIN) * self.0[0].part(at[0]);
        let up = f64::from(SIZE.1 - BOTTOM - MARGIN) * self.0[1].part(at[1]);
        (
            LEFT + across.round() as i32,
            SIZE.1 - BOTTOM - up.round() as i32,
        )
    }
}

/// The figure as SVG.
///
/// # Errors
/// When the drawing crate fails, which a figure of ordinary size does not make it do.
pub fn svg(figure: &Scatter) -> io::Result<String> {
    let mut text = String::new();
    let area =
        SVGBackend::with_string(&mut text, (SIZE.0 as u32, SIZE.1 as u32)).into_drawing_area();
    let scale = Scale::of(figure);
    let failed = |e: DrawingAreaErrorKind<io::Error>| io::Error::other(e.to_string());
    axes(&area, figure, &scale).map_err(failed)?;
    corners(&area, figure, &scale).map_err(failed)?;
    points(&area, figure, &scale).map_err(failed)?;
    area.present().map_err(failed)?;
    drop(area);
    Ok(text)
}

pub(super) type Drawn = Result<(), DrawingAreaErrorKind<io::Error>>;

fn letters(h: HPos, v: VPos) -> TextStyle<'static> {
    ("sans-serif", LETTERS)
        .into_font()
        .color(&INK)
        .pos(Pos::new(h, v))
}

fn axes(area: &Area<'_>, figure: &Scatter, scale: &Scale) -> Drawn {
    let (right, top) = (SIZE.0 - MARGIN, MARGIN);
    for x in scale.0[0].ticks() {
        let (at, _) = scale.place([x, f64::MIN]);
        area.draw(&PathElement::new(
            [(at, top), (at, SIZE.1 - BOTTOM)],
            FAINT.stroke_width(1),
        ))?;
        area.draw(&Text::new(
            written(x),
            (at, SIZE.1 - BOTTOM + 6),
            letters(HPos::Center, VPos::Top),
        ))?;
    }
    for y in scale.0[1].ticks() {
        let (_, at) = scale.place([f64::MIN, y]);
        area.draw(&PathElement::new(
            [(LEFT, at), (right, at)],
            FAINT.stroke_width(1),
        ))?;
        area.draw(&Text::new(
            written(y),
            (LEFT - 8, at),
            letters(HPos::Right, VPos::Center),
        ))?;
    }
    area.draw(&Text::new(
        figure.labels[0].clone(),
        (i32::midpoint(LEFT, right), SIZE.1 - 8),
        letters(HPos::Center, VPos::Bottom),
    ))?;
    area.draw(&Text::new(
        figure.labels[1].clone(),
        (8, 4),
        letters(HPos::Left, VPos::Top),
    ))
}

/// A dashed line across or down.
pub(super) fn dashed(
    area: &Area<'_>,
    from: (i32, i32),
    to: (i32, i32),
    style: ShapeStyle,
) -> Drawn {
    let (dx, dy) = ((to.0 - from.0).signum(), (to.1 - from.1).signum());
    let length = (to.0 - from.0).abs().max((to.1 - from.1).abs());
    for start in (0..length).step_by(9) {
        let end = (start + 5).min(length);
        let dash = [start, end].map(|at| (from.0 + dx * at, from.1 + dy * at));
        area.draw(&PathElement::new(dash, style))?;
    }
    Ok(())
}

/// Each corner as two dashed lines, named at their crossing.
fn corners(area: &Area<'_>, figure: &Scatter, scale: &Scale) -> Drawn {
    let style = COLOURS[1].stroke_width(1);
    for (at, name) in &figure.corners {
        let (x, y) = scale.place(*at);
        dashed(area, (LEFT, y), (SIZE.0 - MARGIN, y), style)?;
        dashed(area, (x, MARGIN), (x, SIZE.1 - BOTTOM), style)?;
        area.draw(&Text::new(
            name.clone(),
            (x - 4, y - 3),
            ("sans-serif", LETTERS)
                .into_font()
                .color(&COLOURS[1])
                .pos(Pos::new(HPos::Right, VPos::Bottom)),
        ))?;
    }
    Ok(())
}

fn points(area: &Area<'_>, figure: &Scatter, scale: &Scale) -> Drawn {
    for point in &figure.points {
        let [across, up] = point.reach;
        let whisker = COLOURS[0].stroke_width(1);
        let ends = [[across[0], point.at[1]], [across[1], point.at[1]]].map(|end| scale.place(end));
        area.draw(&PathElement::new(ends, whisker))?;
        let ends = [[point.at[0], up[0]], [point.at[0], up[1]]].map(|end| scale.place(end));
        area.draw(&PathElement::new(ends, whisker))?;
        area.draw(&Circle::new(scale.place(point.at), 4, COLOURS[0].filled()))?;
    }
    for (name, (at, h, v)) in names(figure, scale) {
        area.draw(&Text::new(name.to_owned(), at, letters(h, v)))?;
    }
    Ok(())
}

/// Where a name stands: a place and how the text lies to it.
type Anchor = ((i32, i32), HPos, VPos);

/// A part of the paper: left, top, right, bottom.
type Part = [i32; 4];

fn overlap(a: &Part, b: &Part) -> bool {
    a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3]
}

/// The names that find room beside their point, on paper and not on another name or point, in the points' order.
fn names<'a>(figure: &'a Scatter, scale: &Scale) -> Vec<(&'a str, Anchor)> {
    let width = |text: &str| text.chars().count() as i32 * LETTERS * 11 / 20;
    let mut taken: Vec<Part> = figure
        .points
        .iter()
        .map(|point| scale.place(point.at))
        .map(|(x, y)| [x - 4, y - 4, x + 4, y + 4])
        .collect();
    taken.extend(figure.corners.iter().map(|(at, name)| {
        let (x, y) = scale.place(*at);
        [x - 4 - width(name), y - 3 - LETTERS, x - 4, y - 3]
    }));
    let mut placed = Vec::new();
    for point in &figure.points {
        let (x, y) = scale.place(point.at);
        let wide = width(&point.name);
        let sides = [(HPos::Left, x + 7), (HPos::Right, x - 7)];
        let heights = [(VPos::Bottom, y - 6), (VPos::Top, y + 6), (VPos::Center, y)];
        let room = heights.iter().flat_map(|(v, at_y)| {
            sides.iter().map(move |(h, at_x)| {
                let left = if matches!(h, HPos::Left) {
                    *at_x
                } else {
                    at_x - wide
                };
                let top = match v {
                    VPos::Bottom => at_y - LETTERS,
                    VPos::Center => at_y - LETTERS / 2,
                    VPos::Top => *at_y,
                };
                (
                    ((*at_x, *at_y), *h, *v),
                    [left, top, left + wide, top + LETTERS],
                )
            })
        });
        let free = room.into_iter().find(|(_, part)| {
            let on_paper = part[0] >= LEFT && part[2] <= SIZE.0 && part[1] >= 0;
            on_paper && !taken.iter().any(|other| overlap(part, other))
        });
        if let Some((anchor, part)) = free {
            taken.push(part);
            placed.push((point.name.as_str(), anchor));
        }
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_find_a_place_of_their_own_or_are_left_out() {
        let point = |name: &str, at: [f64; 2]| Point {
            name: name.to_owned(),
            at,
            reach: at.map(|v| [v; 2]),
        };
        let mut figure = Scatter {
            points: vec![point("alone", [0.0, 0.0]), point("far", [1.0, 1.0])],
            ..Scatter::default()
        };
        // Twenty points in one place have room for six names at most.
        figure
            .points
            .extend((0..20).map(|_| point("same place", [0.5, 0.5])));
        let scale = Scale::of(&figure);
        let placed = names(&figure, &scale);
        let count = |name| placed.iter().filter(|(own, _)| *own == name).count();
        assert_eq!((count("alone"), count("far")), (1, 1));
        assert!((1..=6).contains(&count("same place")));
    }

    #[test]
    fn up_is_more_and_right_is_more() {
        let figure = Scatter {
            points: [[0.0, 0.0], [1.0, 1.0]]
                .map(|at| Point {
                    name: "p".to_owned(),
                    at,
                    reach: at.map(|v| [v; 2]),
                })
                .to_vec(),
            ..Scatter::default()
        };
        let scale = Scale::of(&figure);
        let (low, high) = (scale.place([0.0, 0.0]), scale.place([1.0, 1.0]));
        assert!(low.0 < high.0 && low.1 > high.1);
        assert!(svg(&figure).unwrap().contains("<circle"));
    }
}
