//! A few strokes on a backend, in units: what all panels are drawn with.

use super::super::palette::{COLOURS, INK};
use super::NO_SERIES;
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

pub(super) type Drawn<DB> = Result<(), DrawingAreaErrorKind<<DB as DrawingBackend>::ErrorType>>;

/// A place in units.
pub(super) type At = (f64, f64);

/// The backend and its scale.
pub(super) struct Paper<'a, DB: DrawingBackend> {
    pub area: &'a DrawingArea<DB, Shift>,
    pub unit: i32,
}

/// The colour of a series.
pub(super) fn colour(series: usize) -> RGBColor {
    if series == NO_SERIES {
        return INK;
    }
    COLOURS.get(series % COLOURS.len()).copied().unwrap_or(INK)
}

impl<DB: DrawingBackend> Paper<'_, DB>
where
    DB::ErrorType: 'static,
{
    fn pixel(&self, (x, y): At) -> (i32, i32) {
        let unit = f64::from(self.unit);
        ((x * unit).round() as i32, (y * unit).round() as i32)
    }

    /// Units as pixels, at least one.
    fn pixels(&self, units: f64) -> u32 {
        ((units * f64::from(self.unit)).round() as u32).max(1)
    }

    pub(super) fn path(&self, points: &[At], colour: RGBColor, width: f64) -> Drawn<DB> {
        let points: Vec<(i32, i32)> = points.iter().map(|at| self.pixel(*at)).collect();
        let style = colour.stroke_width(self.pixels(width));
        self.area.draw(&PathElement::new(points, style))
    }

    /// Dashes of six units along a path.
    pub(super) fn dashes(&self, points: &[At], colour: RGBColor, width: f64) -> Drawn<DB> {
        let mut walked = 0.0_f64;
        for (from, to) in points.iter().zip(points.iter().skip(1)) {
            let (dx, dy) = (to.0 - from.0, to.1 - from.1);
            let length = dx.hypot(dy);
            let mut at = 0.0;
            while at < length {
                let phase = walked % 10.0;
                let step = if phase < 6.0 {
                    6.0 - phase
                } else {
                    10.0 - phase
                }
                .max(0.5);
                let end = (at + step).min(length);
                let place = |t: f64| (from.0 + dx * t / length, from.1 + dy * t / length);
                if phase < 6.0 {
                    self.path(&[place(at), place(end)], colour, width)?;
                }
                walked += end - at;
                at = end;
            }
        }
        Ok(())
    }

    /// A filled shape, `alpha` from 0 (nothing) to 1.
    pub(super) fn shape(&self, points: &[At], colour: RGBColor, alpha: f64) -> Drawn<DB> {
        let points: Vec<(i32, i32)> = points.iter().map(|at| self.pixel(*at)).collect();
        self.area.draw(&Polygon::new(points, colour.mix(alpha)))
    }

    pub(super) fn disk(&self, at: At, radius: f64, colour: RGBColor) -> Drawn<DB> {
        let radius = self.pixels(radius) as i32;
        self.area
            .draw(&Circle::new(self.pixel(at), radius, colour.filled()))
    }

    /// Disk, triangle, cross, ring: four marks and seven colours make 28 series that can be told apart.
    pub(super) fn mark(&self, at: At, series: usize, radius: f64) -> Drawn<DB> {
        let (place, size, ink) = (self.pixel(at), self.pixels(radius) as i32, colour(series));
        let line = ink.stroke_width(self.pixels(1.5));
        match series % 4 {
            0 => self.area.draw(&Circle::new(place, size, ink.filled())),
            1 => self
                .area
                .draw(&TriangleMarker::new(place, size + size / 4, ink.filled())),
            2 => self.area.draw(&Cross::new(place, size, line)),
            _ => self.area.draw(&Circle::new(place, size, line)),
        }
    }

    /// A black star of five points on a white edge.
    pub(super) fn star(&self, at: At, radius: f64) -> Drawn<DB> {
        for (radius, ink) in [(radius + 1.8, WHITE), (radius, BLACK)] {
            let points: Vec<At> = (0..10)
                .map(|corner| {
                    let turn = f64::from(corner) * std::f64::consts::PI / 5.0;
                    let reach = if corner % 2 == 0 {
                        radius
                    } else {
                        0.42 * radius
                    };
                    (at.0 + reach * turn.sin(), at.1 - reach * turn.cos())
                })
                .collect();
            self.shape(&points, ink, 1.0)?;
        }
        Ok(())
    }

    /// A line of text; `size` as plotters counts it, where 14 is small.
    pub(super) fn text(&self, what: &str, at: At, size: i32, pos: (HPos, VPos)) -> Drawn<DB> {
        let style = ("sans-serif", size * self.unit)
            .into_font()
            .color(&INK)
            .pos(Pos::new(pos.0, pos.1));
        self.area
            .draw(&Text::new(what.to_owned(), self.pixel(at), style))
    }

    /// The same, reading upwards.
    pub(super) fn upwards(&self, what: &str, at: At, size: i32) -> Drawn<DB> {
        let style = ("sans-serif", size * self.unit)
            .into_font()
            .color(&INK)
            .pos(Pos::new(HPos::Center, VPos::Top))
            .transform(FontTransform::Rotate270);
        self.area
            .draw(&Text::new(what.to_owned(), self.pixel(at), style))
    }
}
