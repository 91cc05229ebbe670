//! Where values lie in a chart: ends of the axes, round marks on them, places in the drawing.

use super::{Chart, LEFT, Point, RIGHT, SIZE, Series, Shape};

/// Where values lie in the drawing.
pub(super) struct Frame {
    pub(super) x: (f64, f64),
    pub(super) y: (f64, f64),
    pub(super) top: i32,
    pub(super) bottom: i32,
}

impl Frame {
    pub(super) fn of(chart: &Chart, top: i32, bottom: i32) -> Self {
        let points = || {
            let all = chart.series.iter().flat_map(|series| &series.points);
            all.filter(|point| point.is_finite())
        };
        let n = chart.categories.len() as f64;
        let x = chart.x_range.unwrap_or_else(|| {
            if chart.categories.is_empty() {
                let half = |series: &Series| match series.points.as_slice() {
                    [first, second, ..] if series.shape == Shape::Steps => {
                        (second.x - first.x) / 2.0
                    }
                    _ => 0.0,
                };
                let edges = chart.series.iter().flat_map(|series| {
                    let half = half(series);
                    let finite = series.points.iter().filter(|p| p.is_finite());
                    finite.flat_map(move |p| [p.x - half, p.x + half])
                });
                ends(edges, 0.0)
            } else {
                (-0.5, n - 0.5)
            }
        });
        let heights = points().flat_map(|p| {
            let (low, high) = p.reach.unwrap_or((p.y, p.y));
            [p.y, low, high]
        });
        let rules = chart.rules.iter().map(|(level, _)| *level);
        let grounded = chart
            .series
            .iter()
            .any(|s| matches!(s.shape, Shape::Bars | Shape::Steps));
        let zero = grounded.then_some(0.0);
        let y = chart.y_range.unwrap_or_else(|| {
            let (low, high) = ends(heights.chain(rules).chain(zero), 0.06);
            (if zero.is_some() { low.max(0.0) } else { low }, high)
        });
        Self { x, y, top, bottom }
    }

    pub(super) fn across(&self, x: f64) -> i32 {
        let share = (x - self.x.0) / (self.x.1 - self.x.0);
        LEFT + (share * f64::from(SIZE.0 - LEFT - RIGHT)).round() as i32
    }

    pub(super) fn up(&self, y: f64) -> i32 {
        let share = (y - self.y.0) / (self.y.1 - self.y.0);
        self.bottom - (share * f64::from(self.bottom - self.top)).round() as i32
    }

    pub(super) fn place(&self, point: &Point) -> (i32, i32) {
        (self.across(point.x), self.up(point.y))
    }
}

/// Smallest and largest value, with a margin; never equal.
fn ends(values: impl Iterator<Item = f64>, margin: f64) -> (f64, f64) {
    let (low, high) = values
        .filter(|v| v.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| {
            (low.min(v), high.max(v))
        });
    if low > high {
        return (0.0, 1.0);
    }
    if low == high {
        let half = if low == 0.0 { 1.0 } else { low.abs() / 2.0 };
        return (low - half, high + half);
    }
    let room = margin * (high - low);
    (low - room, high + room)
}

/// Round values between both ends, about five.
pub(super) fn ticks((low, high): (f64, f64)) -> (Vec<f64>, usize) {
    let rough = (high - low) / 5.0;
    let power = 10.0_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|step| *step >= rough * 0.999)
        .unwrap_or(power * 10.0);
    let places = (-step.log10().floor()).clamp(0.0, 12.0) as usize;
    let first = (low / step).ceil() as i64;
    let last = (high / step).floor() as i64;
    let marks = (first..=last.min(first.saturating_add(20))).map(|i| i as f64 * step);
    (marks.collect(), places)
}

pub(super) fn written(value: f64, places: usize) -> String {
    if value.abs() >= 1e6 {
        return format!("{value:.1e}").replace('-', "−");
    }
    format!("{value:.places$}").replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_within_both_ends() {
        assert_eq!(
            ticks((0.0, 1.0)),
            (vec![0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0], 1)
        );
        let (marks, places) = ticks((-3.0, 104.0));
        assert_eq!((marks, places), (vec![0.0, 50.0, 100.0], 0));
        assert_eq!(written(-0.25, 2), "−0.25");
    }

    #[test]
    fn higher_values_lie_higher_and_larger_ones_to_the_right() {
        let chart = Chart {
            series: vec![Series {
                name: String::new(),
                shape: Shape::Line,
                points: vec![Point::at(0.0, 1.0), Point::at(10.0, 3.0)],
            }],
            ..Chart::default()
        };
        let frame = Frame::of(&chart, 10, 200);
        assert!(frame.up(3.0) < frame.up(1.0) && frame.across(10.0) > frame.across(0.0));
        assert_eq!(frame.across(0.0), LEFT);
        assert_eq!(frame.across(10.0), SIZE.0 - RIGHT);
    }
}
