//! Lines with bands.

use super::super::axis::Axis;
use super::Line;
use super::frame::Ground;
use super::paper::{At, Drawn, Paper, colour};
use plotters::prelude::*;

/// Marks on a line, at most.
const MARKS: usize = 8;
/// Series from this number on are dashed, because their colours come again.
const SOLID: usize = 7;

pub(super) fn axes(lines: &[Line]) -> (Axis, Axis) {
    let points = || lines.iter().flat_map(|line| &line.points);
    let (low, high) = points()
        .flat_map(|point| point.band.into_iter().chain([point.y]))
        .filter(|v| v.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| {
            (l.min(v), h.max(v))
        });
    // The end of one band at or below zero must not take the scale of powers of ten from all lines.
    let least = points().map(|point| point.y).fold(f64::INFINITY, f64::min);
    let low = if least > 0.0 {
        low.max(0.5 * least)
    } else {
        low
    };
    (
        Axis::over(points().map(|point| point.x)),
        Axis::over([low, high]),
    )
}

/// The line of a series in its colour and dash.
pub(super) fn stroke<DB: DrawingBackend>(
    paper: &Paper<'_, DB>,
    points: &[At],
    series: usize,
) -> Drawn<DB>
where
    DB::ErrorType: 'static,
{
    if series < SOLID {
        paper.path(points, colour(series), 2.0)
    } else {
        paper.dashes(points, colour(series), 2.0)
    }
}

pub(super) fn draw<DB: DrawingBackend>(
    paper: &Paper<'_, DB>,
    ground: &Ground,
    lines: &[Line],
) -> Drawn<DB>
where
    DB::ErrorType: 'static,
{
    for line in lines.iter().filter(|line| line.points.len() > 1) {
        let lower = line.points.iter().map(|p| ground.at(p.x, p.band[0]));
        let upper = line.points.iter().rev().map(|p| ground.at(p.x, p.band[1]));
        let outline: Vec<At> = lower.chain(upper).collect();
        paper.shape(&outline, colour(line.series), 0.1)?;
    }
    for line in lines {
        let points: Vec<At> = line.points.iter().map(|p| ground.at(p.x, p.y)).collect();
        stroke(paper, &points, line.series)?;
        let every = points.len().div_ceil(MARKS).max(1);
        for at in points.iter().step_by(every) {
            paper.mark(*at, line.series, 3.5)?;
        }
    }
    Ok(())
}
