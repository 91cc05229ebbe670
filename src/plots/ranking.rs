//! Names one below the other, each with a number and its interval, and the limits that count as lines across. Drawn as
//! SVG without a ground.

use super::axis::{Axis, written};
use super::palette::{COLOURS, FAINT, INK};
use super::scatter::{Area, Drawn, dashed};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::io;

/// A figure.
#[derive(Debug, Clone, Default)]
pub struct Ranking {
    /// What is counted.
    pub label: String,
    /// Name, value, ends of the interval; from top to bottom.
    pub rows: Vec<(String, f64, [f64; 2])>,
    /// Limits and their names.
    pub limits: Vec<(f64, String)>,
}

const WIDTH: i32 = 720;
const ROW: i32 = 20;
/// Heights at which names of limits stand.
const LANES: usize = 3;
const LANE: i32 = 14;
const HEAD: i32 = 20 + LANE * (LANES as i32 - 1);
const FOOT: i32 = 46;
const MARGIN: i32 = 24;
const LETTERS: i32 = 12;
/// Width of a letter, about.
const LETTER: i32 = 7;
/// Letters of a name that are written.
const LONGEST: usize = 34;

/// The figure as SVG.
///
/// # Errors
/// When the drawing crate fails, which a figure of ordinary size does not make it do.
pub fn svg(figure: &Ranking) -> io::Result<String> {
    let mut text = String::new();
    let height = HEAD + ROW * figure.rows.len() as i32 + FOOT;
    let area =
        SVGBackend::with_string(&mut text, (WIDTH as u32, height as u32)).into_drawing_area();
    draw(&area, figure, height).map_err(|e| io::Error::other(e.to_string()))?;
    drop(area);
    Ok(text)
}

fn draw(area: &Area<'_>, figure: &Ranking, height: i32) -> Drawn {
    let names: Vec<String> = figure
        .rows
        .iter()
        .map(|(name, ..)| shortened(name))
        .collect();
    let widest = names
        .iter()
        .map(|name| name.chars().count())
        .max()
        .unwrap_or(0) as i32;
    let left = MARGIN + LETTER * widest;
    let ends = figure
        .rows
        .iter()
        .flat_map(|(_, value, ends)| [*value, ends[0], ends[1]]);
    let axis = Axis::over(ends.chain(figure.limits.iter().map(|(limit, _)| *limit)));
    let across =
        |value: f64| left + (f64::from(WIDTH - left - MARGIN) * axis.part(value)).round() as i32;
    let letters = |h, v| {
        ("sans-serif", LETTERS)
            .into_font()
            .color(&INK)
            .pos(Pos::new(h, v))
    };
    let bottom = height - FOOT;
    for tick in axis.ticks() {
        let x = across(tick);
        area.draw(&PathElement::new(
            [(x, HEAD), (x, bottom)],
            FAINT.stroke_width(1),
        ))?;
        let place = (x, bottom + 5);
        area.draw(&Text::new(
            written(tick),
            place,
            letters(HPos::Center, VPos::Top),
        ))?;
    }
    let named = figure
        .limits
        .iter()
        .map(|(limit, name)| (across(*limit), name.as_str()));
    limits(area, named.collect(), bottom)?;
    for (at, ((_, value, ends), name)) in figure.rows.iter().zip(names).enumerate() {
        let y = HEAD + ROW * at as i32 + ROW / 2;
        area.draw(&Text::new(
            name,
            (left - 8, y),
            letters(HPos::Right, VPos::Center),
        ))?;
        let whisker = [(across(ends[0]), y), (across(ends[1]), y)];
        area.draw(&PathElement::new(whisker, COLOURS[0].stroke_width(2)))?;
        area.draw(&Circle::new((across(*value), y), 4, COLOURS[0].filled()))?;
    }
    let place = (left.midpoint(WIDTH), height - 8);
    let style = letters(HPos::Center, VPos::Bottom);
    area.draw(&Text::new(figure.label.clone(), place, style))?;
    area.present()
}

/// A name that would run into the one before it stands a line higher.
fn limits(area: &Area<'_>, mut named: Vec<(i32, &str)>, bottom: i32) -> Drawn {
    named.sort_unstable();
    let mut ends = [i32::MIN; LANES];
    for (x, name) in named {
        let half = LETTER * name.chars().count() as i32 / 2;
        let lane = ends.iter().position(|end| *end < x - half).unwrap_or(0);
        ends[lane] = x + half + LETTER;
        let y = HEAD - 4 - LANE * lane as i32;
        dashed(area, (x, y + 2), (x, bottom), COLOURS[1].stroke_width(1))?;
        let style = ("sans-serif", LETTERS).into_font().color(&COLOURS[1]);
        let style = style.pos(Pos::new(HPos::Center, VPos::Bottom));
        area.draw(&Text::new(name.to_owned(), (x, y), style))?;
    }
    Ok(())
}

fn shortened(name: &str) -> String {
    if name.chars().count() <= LONGEST {
        return name.to_owned();
    }
    name.chars().take(LONGEST - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn less_is_to_the_left_and_names_of_near_limits_stand_at_two_heights() {
        let figure = Ranking {
            label: "fd".to_owned(),
            rows: vec![
                ("a".to_owned(), 1.0, [0.5, 1.5]),
                ("b".to_owned(), 9.0, [8.0, 10.0]),
            ],
            limits: vec![(5.0, "strong".to_owned()), (5.1, "boss".to_owned())],
        };
        let text = svg(&figure).unwrap();
        let centers: Vec<i32> = text
            .split("cx=\"")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap().parse().unwrap())
            .collect();
        assert!(centers[0] < centers[1], "{centers:?}");
        let height = |name: &str| {
            let before = text[..text.find(&format!("\n{name}\n")).unwrap()]
                .rsplit("<text")
                .next()
                .unwrap()
                .to_owned();
            let rest = before.split(" y=\"").nth(1).unwrap().to_owned();
            rest.split('"').next().unwrap().parse::<i32>().unwrap()
        };
        assert_eq!(height("strong") - height("boss"), LANE);
    }
}
