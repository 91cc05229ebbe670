//! A number and its interval on a strip as high as a line of text, with what is expected of it as a bar across.

use super::palette::{COLOURS, FAINT, INK};
use plotters::prelude::*;
use std::io;

/// A number on its own scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Strip {
    /// The number.
    pub value: f64,
    /// Ends of its interval.
    pub reach: Option<(f64, f64)>,
    /// What it would be if nothing were wrong.
    pub expected: f64,
}

const SIZE: (i32, i32) = (150, 22);
const MARGIN: i32 = 7;

/// The strip as SVG, or nothing where the number is what is expected and has no interval.
///
/// # Errors
/// When the drawing crate fails, which a strip does not make it do.
pub fn svg(strip: &Strip) -> io::Result<Option<String>> {
    let all = [
        Some(strip.value),
        strip.reach.map(|(low, _)| low),
        strip.reach.map(|(_, high)| high),
        Some(strip.expected),
    ];
    let known = || all.into_iter().flatten();
    let low = known().fold(f64::INFINITY, f64::min);
    let high = known().fold(f64::NEG_INFINITY, f64::max);
    if known().any(|v| !v.is_finite()) || low >= high {
        return Ok(None);
    }
    let across = |value: f64| {
        let share = (value - low) / (high - low);
        MARGIN + (share * f64::from(SIZE.0 - 2 * MARGIN)).round() as i32
    };
    let mut text = String::new();
    let area =
        SVGBackend::with_string(&mut text, (SIZE.0 as u32, SIZE.1 as u32)).into_drawing_area();
    let failed = |e: DrawingAreaErrorKind<io::Error>| io::Error::other(e.to_string());
    let middle = SIZE.1 / 2;
    let line = |from, to, style: ShapeStyle| area.draw(&PathElement::new([from, to], style));
    line((0, middle), (SIZE.0, middle), FAINT.stroke_width(1)).map_err(failed)?;
    let x = across(strip.expected);
    line((x, 2), (x, SIZE.1 - 2), INK.stroke_width(2)).map_err(failed)?;
    if let Some((low, high)) = strip.reach {
        let style = COLOURS[0].stroke_width(3);
        line((across(low), middle), (across(high), middle), style).map_err(failed)?;
    }
    let dot = Circle::new((across(strip.value), middle), 5, COLOURS[0].filled());
    area.draw(&dot).map_err(failed)?;
    area.present().map_err(failed)?;
    drop(area);
    Ok(Some(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_expected_value_stands_where_it_belongs() {
        let strip = Strip {
            value: 5.0,
            reach: Some((4.0, 6.0)),
            expected: 0.0,
        };
        let text = svg(&strip).unwrap().unwrap();
        // 0 of 0 … 6 is the left margin: 7; 5 of 6 is 7 + 5 / 6 * 136 = 120.3.
        assert!(text.contains("points=\"7,2 7,20 \""), "{text}");
        assert!(text.contains("cx=\"120\""), "{text}");
    }

    #[test]
    fn a_strip_of_no_length_or_of_no_number_is_not_drawn() {
        let mut strip = Strip {
            value: 5.0,
            reach: None,
            expected: 5.0,
        };
        assert_eq!(svg(&strip).unwrap(), None);
        strip.expected = f64::NAN;
        assert_eq!(svg(&strip).unwrap(), None);
    }
}
