//! Points of several series; stars above them.

use super::super::axis::Axis;
use super::Dot;
use super::frame::Ground;
use super::paper::{Drawn, Paper};
use plotters::prelude::*;

pub(super) fn axes(dots: &[Dot]) -> (Axis, Axis) {
    (
        Axis::over(dots.iter().map(|dot| dot.at[0])),
        Axis::over(dots.iter().map(|dot| dot.at[1])),
    )
}

pub(super) fn draw<DB: DrawingBackend>(
    paper: &Paper<'_, DB>,
    ground: &Ground,
    dots: &[Dot],
) -> Drawn<DB>
where
    DB::ErrorType: 'static,
{
    for dot in dots {
        paper.mark(ground.at(dot.at[0], dot.at[1]), dot.series, 3.0)?;
    }
    for dot in dots.iter().filter(|dot| dot.is_star) {
        paper.star(ground.at(dot.at[0], dot.at[1]), 6.0)?;
    }
    Ok(())
}
