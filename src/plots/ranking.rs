//! Names one below the other, each with a number and its interval, and the limits that count as lines across. Drawn as
//! SVG without a ground.

use super::palette::{COLOURS, FAINT, INK};
use super::scatter::{Area, Drawn, dashed, ticks, written};
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
const HEAD: i32 = 26;
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
    let all = || {
        ends.clone()
            .chain(figure.limits.iter().map(|(limit, _)| *limit))
            .filter(|v| v.is_finite())
    };
    let (low, high) = (
        all().fold(f64::INFINITY, f64::min),
        all().fold(f64::NEG_INFINITY, f64::max),
    );
    let (low, high) = if low < high {
        (low, high)
    } else {
        (low - 0.5, high + 0.5)
    };
    let room = 0.04 * (high - low);
    let (low, high) = (low - room, high + room);
    let across = |value: f64| {
        left + (f64::from(WIDTH - left - MARGIN) * (value - low) / (high - low)).round() as i32
    };
    let letters = |h, v| {
        ("sans-serif", LETTERS)
            .into_font()
            .color(&INK)
            .pos(Pos::new(h, v))
    };
    let bottom = height - FOOT;
    for tick in ticks(low, high) {
        let x = across(tick);
        area.draw(&PathElement::new(
            [(x, HEAD), (x, bottom)],
            FAINT.stroke_width(1),
        ))?;
        area.draw(&Text::new(
            written(tick),
            (x, bottom + 5),
            letters(HPos::Center, VPos::Top),
        ))?;
    }
    for (limit, name) in &figure.limits {
        let x = across(*limit);
        dashed(area, (x, HEAD), (x, bottom), COLOURS[1].stroke_width(1))?;
        let style = ("sans-serif", LETTERS)
            .into_font()
            .color(&COLOURS[1])
            .pos(Pos::new(HPos::Center, VPos::Bottom));
        area.draw(&Text::new(name.clone(), (x, HEAD - 4), style))?;
    }
    for (at, ((_, value, ends), name)) in figure.rows.iter().zip(names).enumerate() {
        let y = HEAD + ROW * at as i32 + ROW / 2;
        area.draw(&Text::new(
            name,
            (left - 8, y),
            letters(HPos::Right, VPos::Center),
        ))?;
        area.draw(&PathElement::new(
            [(across(ends[0]), y), (across(ends[1]), y)],
            COLOURS[0].stroke_width(2),
        ))?;
        area.draw(&Circle::new((across(*value), y), 4, COLOURS[0].filled()))?;
    }
    let label = Text::new(
        figure.label.clone(),
        ((left + WIDTH) / 2, height - 8),
        letters(HPos::Center, VPos::Bottom),
    );
    area.draw(&label)?;
    area.present()
}

fn shortened(name: &str) -> String {
    if name.chars().count() <= LONGEST {
        return name.to_owned();
    }
    name.chars().take(LONGEST - 1).chain(['…']).collect()
}
