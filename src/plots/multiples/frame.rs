//! Titles, panels with their axes, legend.

use super::super::axis::{Axis, written};
use super::super::palette::{FAINT, INK};
use super::layout::{Layout, Place};
use super::paper::{At, Drawn, Paper, colour};
use super::{Multiples, Panel, Plot, bands, boxes, dots};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

/// The ground of a panel with its two scales.
pub(super) struct Ground {
    pub place: Place,
    pub x: Axis,
    pub y: Axis,
}

impl Ground {
    pub(super) fn across(&self, value: f64) -> f64 {
        let width = f64::from(self.place.right - self.place.left);
        f64::from(self.place.left) + width * self.x.part(value).clamp(0.0, 1.0)
    }

    pub(super) fn at(&self, x: f64, y: f64) -> At {
        let height = f64::from(self.place.bottom - self.place.top);
        let up = height * self.y.part(y).clamp(0.0, 1.0);
        (self.across(x), f64::from(self.place.bottom) - up)
    }
}

/// Draws the whole figure, `unit` pixels a unit.
pub(super) fn draw<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    figure: &Multiples,
    unit: i32,
) -> Drawn<DB>
where
    DB::ErrorType: 'static,
{
    area.fill(&WHITE)?;
    let paper = Paper { area, unit };
    let layout = Layout::of(figure);
    let start = (HPos::Left, VPos::Top);
    paper.text(&figure.title, (14.0, 12.0), 23, start)?;
    for (number, line) in layout.subtitle.iter().enumerate() {
        paper.text(line, (14.0, 42.0 + 19.0 * number as f64), 16, start)?;
    }
    for (panel, place) in figure.panels.iter().zip(&layout.grounds) {
        draw_panel(&paper, panel, *place)?;
    }
    legend(&paper, figure, &layout)?;
    area.present()
}

fn draw_panel<DB: DrawingBackend>(paper: &Paper<'_, DB>, panel: &Panel, place: Place) -> Drawn<DB>
where
    DB::ErrorType: 'static,
{
    let (x, y) = match &panel.plot {
        Plot::Boxes(plot) => (boxes::axis(plot), Axis::over([0.0, 1.0])),
        Plot::Bands(lines) => bands::axes(lines),
        Plot::Dots(all) => dots::axes(all),
    };
    let ground = Ground { place, x, y };
    let left = f64::from(place.left);
    let title = (left, f64::from(place.top) - 20.0);
    paper.text(&panel.title, title, 18, (HPos::Left, VPos::Top))?;
    across(paper, &ground, &panel.x_label)?;
    if !matches!(panel.plot, Plot::Boxes(_)) {
        upwards(paper, &ground, &panel.y_label)?;
    }
    match &panel.plot {
        Plot::Boxes(plot) => boxes::draw(paper, &ground, plot),
        Plot::Bands(lines) => bands::draw(paper, &ground, lines),
        Plot::Dots(all) => dots::draw(paper, &ground, all),
    }
}

/// The horizontal axis: ticks, grid and label.
fn across<DB: DrawingBackend>(paper: &Paper<'_, DB>, ground: &Ground, label: &str) -> Drawn<DB>
where
    DB::ErrorType: 'static,
{
    let (top, bottom) = (f64::from(ground.place.top), f64::from(ground.place.bottom));
    let mut free = f64::MIN;
    for tick in ground.x.ticks() {
        let x = ground.across(tick);
        paper.path(&[(x, top), (x, bottom)], FAINT, 1.0)?;
        let text = short(tick);
        let half = 3.5 * text.chars().count() as f64;
        if x - half > free {
            paper.text(&text, (x, bottom + 7.0), 15, (HPos::Center, VPos::Top))?;
            free = x + half + 5.0;
        }
    }
    let (left, right) = (f64::from(ground.place.left), f64::from(ground.place.right));
    paper.path(&[(left, bottom), (right, bottom)], INK, 1.0)?;
    let middle = (left.midpoint(right), bottom + 27.0);
    paper.text(label, middle, 15, (HPos::Center, VPos::Top))
}

/// The vertical axis.
fn upwards<DB: DrawingBackend>(paper: &Paper<'_, DB>, ground: &Ground, label: &str) -> Drawn<DB>
where
    DB::ErrorType: 'static,
{
    let (left, right) = (f64::from(ground.place.left), f64::from(ground.place.right));
    let (top, bottom) = (f64::from(ground.place.top), f64::from(ground.place.bottom));
    for tick in ground.y.ticks() {
        let (_, y) = ground.at(f64::MIN_POSITIVE, tick);
        paper.path(&[(left, y), (right, y)], FAINT, 1.0)?;
        paper.text(
            &short(tick),
            (left - 6.0, y),
            15,
            (HPos::Right, VPos::Center),
        )?;
    }
    paper.path(&[(left, top), (left, bottom)], INK, 1.0)?;
    paper.upwards(label, (left - 58.0, top.midpoint(bottom)), 15)
}

/// A tick; far from 1 in powers of ten.
fn short(value: f64) -> String {
    if value != 0.0 && !(1e-3..1e5).contains(&value.abs()) {
        return format!("{value:e}");
    }
    written(value)
}

fn legend<DB: DrawingBackend>(
    paper: &Paper<'_, DB>,
    figure: &Multiples,
    layout: &Layout,
) -> Drawn<DB>
where
    DB::ErrorType: 'static,
{
    let width = layout.size.0 / layout.legend_columns;
    let has = |kind: fn(&Plot) -> bool| figure.panels.iter().any(|panel| kind(&panel.plot));
    let has_lines = has(|plot| matches!(plot, Plot::Bands(_)));
    let has_dots = has(|plot| matches!(plot, Plot::Dots(_)));
    for (series, name) in figure.names.iter().enumerate() {
        let place = series as i32;
        let left = f64::from(place % layout.legend_columns * width) + 14.0;
        let y = f64::from(layout.legend + place / layout.legend_columns * 22) + 10.0;
        if has_lines {
            let line = [(left, y), (left + 24.0, y)];
            bands::stroke(paper, &line, series)?;
        }
        if !has_lines && !has_dots {
            let corners = boxes::rectangle((left + 3.0, y - 5.0), (left + 21.0, y + 5.0));
            paper.shape(&corners, colour(series), 0.45)?;
        } else {
            paper.mark((left + 12.0, y), series, 4.0)?;
        }
        paper.text(name, (left + 32.0, y), 16, (HPos::Left, VPos::Center))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn right_is_more_up_is_more_and_nothing_leaves_the_ground() {
        let place = Place {
            left: 10,
            top: 20,
            right: 110,
            bottom: 220,
        };
        let axis = || Axis::over([0.0, 1.0]);
        let ground = Ground {
            place,
            x: axis(),
            y: axis(),
        };
        let (low, high) = (ground.at(0.0, 0.0), ground.at(1.0, 1.0));
        assert!(low.0 < high.0 && low.1 > high.1, "{low:?} {high:?}");
        // The axis leaves 5 % of room at both ends: 0.5 is in the middle.
        assert_eq!(ground.at(0.5, 0.5), (60.0, 120.0));
        assert_eq!(ground.at(-9.0, 9.0), (10.0, 20.0));
    }

    #[test]
    fn ticks_far_from_one_are_powers() {
        assert_eq!(short(0.0), "0");
        assert_eq!(short(0.00005), "5e-5");
        assert_eq!(short(-250.0), "-250");
        assert_eq!(short(200_000.0), "2e5");
    }
}
