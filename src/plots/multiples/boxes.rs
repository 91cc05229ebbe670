//! Horizontal box plots.

use super::super::axis::Axis;
use super::super::palette::{FAINT, INK};
use super::frame::Ground;
use super::layout::{lanes, row_height, shortened};
use super::paper::{At, Drawn, Paper, colour};
use super::{Boxes, OneBox};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

/// Up to as many values each is drawn: a box of five values hides more than it shows.
const FEW: usize = 20;

pub(super) fn axis(plot: &Boxes) -> Axis {
    if let Some((low, high)) = plot.range {
        return Axis::over([low, high]);
    }
    Axis::over(plot.boxes.iter().flat_map(|one| one.values.iter().copied()))
}

pub(super) fn rectangle(from: At, to: At) -> [At; 4] {
    [from, (to.0, from.1), to, (from.0, to.1)]
}

/// Quartiles and ends of the whiskers.
#[derive(Debug, PartialEq)]
struct Summary {
    quartiles: [f64; 3],
    whiskers: [f64; 2],
}

/// The quantile of sorted values, linear between them (type 7 of Hyndman and Fan, NumPy's default).
fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let place = share * (sorted.len().checked_sub(1)? as f64);
    let low = *sorted.get(place.floor() as usize)?;
    let high = *sorted.get(place.ceil() as usize)?;
    Some(low + (high - low) * place.fract())
}

fn summary(sorted: &[f64]) -> Option<Summary> {
    let [q1, q2, q3] = [0.25, 0.5, 0.75].map(|share| quantile(sorted, share));
    let (q1, q2, q3) = (q1?, q2?, q3?);
    let reach = 1.5 * (q3 - q1);
    let low = sorted.iter().find(|v| **v >= q1 - reach)?;
    let high = sorted.iter().rev().find(|v| **v <= q3 + reach)?;
    Some(Summary {
        quartiles: [q1, q2, q3],
        whiskers: [low.min(q1), high.max(q3)],
    })
}

pub(super) fn draw<DB: DrawingBackend>(
    paper: &Paper<'_, DB>,
    ground: &Ground,
    plot: &Boxes,
) -> Drawn<DB>
where
    DB::ErrorType: 'static,
{
    let (height, lanes) = (f64::from(row_height(plot)), lanes(plot));
    let (left, right) = (f64::from(ground.place.left), f64::from(ground.place.right));
    let top = f64::from(ground.place.top);
    for (row, name) in plot.rows.iter().enumerate() {
        let middle = top + height * (row as f64 + 0.5);
        let place = (left - 8.0, middle);
        paper.text(&shortened(name), place, 16, (HPos::Right, VPos::Center))?;
        if row > 0 {
            let above = top + height * row as f64;
            paper.path(&[(left, above), (right, above)], FAINT, 1.0)?;
        }
    }
    for one in &plot.boxes {
        let room = (height - 9.0) / lanes as f64;
        let middle = top + height * one.row as f64 + 4.5 + room * (one.lane as f64 + 0.5);
        draw_box(paper, ground, one, (middle, 0.36 * room))?;
    }
    Ok(())
}

fn draw_box<DB: DrawingBackend>(
    paper: &Paper<'_, DB>,
    ground: &Ground,
    one: &OneBox,
    (middle, half): (f64, f64),
) -> Drawn<DB>
where
    DB::ErrorType: 'static,
{
    let ink = colour(one.series);
    let mut sorted: Vec<f64> = one
        .values
        .iter()
        .copied()
        .filter(|v| v.is_finite())
        .collect();
    sorted.sort_by(f64::total_cmp);
    if let Some(found) = summary(&sorted) {
        let [q1, q2, q3] = found.quartiles.map(|v| ground.across(v));
        let [low, high] = found.whiskers.map(|v| ground.across(v));
        paper.path(&[(low, middle), (q1, middle)], ink, 1.0)?;
        paper.path(&[(q3, middle), (high, middle)], ink, 1.0)?;
        let corners = rectangle((q1, middle - half), (q3, middle + half));
        paper.shape(&corners, ink, 0.35)?;
        let [a, b, c, d] = corners;
        paper.path(&[a, b, c, d, a], ink, 1.0)?;
        let is_few = sorted.len() <= FEW;
        for value in &sorted {
            let is_outside = *value < found.whiskers[0] || *value > found.whiskers[1];
            if is_few || is_outside {
                paper.disk((ground.across(*value), middle), 2.0, ink)?;
            }
        }
        paper.path(&[(q2, middle - half), (q2, middle + half)], INK, 2.0)?;
    }
    for star in &one.stars {
        paper.star((ground.across(*star), middle), 6.0)?;
    }
    if one.n_failed > 0 {
        let text = format!("{} failed", one.n_failed);
        let right = f64::from(ground.place.right) + 6.0;
        paper.text(&text, (right, middle), 14, (HPos::Left, VPos::Center))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quartiles_and_whiskers_are_numpys_and_tukeys() {
        // numpy.quantile([1, 2, 3, 4, 10], [.25, .5, .75]) = 2, 3, 4; 1.5 boxes are 3: 10 > 7 is outside, 1 is inside.
        let found = summary(&[1.0, 2.0, 3.0, 4.0, 10.0]).unwrap();
        assert_eq!(found.quartiles, [2.0, 3.0, 4.0]);
        assert_eq!(found.whiskers, [1.0, 4.0]);
        // Of 1, 2, 3, 4 they are 1.75, 2.5, 3.25.
        assert_eq!(
            summary(&[1.0, 2.0, 3.0, 4.0]).unwrap().quartiles,
            [1.75, 2.5, 3.25]
        );
        assert_eq!(summary(&[]), None);
        assert_eq!(summary(&[5.0]).unwrap().whiskers, [5.0, 5.0]);
    }
}
