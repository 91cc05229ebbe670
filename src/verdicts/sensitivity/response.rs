//! How one metric responds to one corruption.

use crate::verdicts::results::Row;
use serde::{Deserialize, Serialize};

/// Standard errors that a difference must have to be seen with 80 % power at the 5 % level: 1.959964 + 0.841621.
pub const SEEN: f64 = 2.801_585;

/// A step back by less than this many standard errors is chance, not a turn.
const TURN: f64 = 0.2;

/// A metric under a corruption at one level.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// The level.
    pub level: f64,
    /// The metric of the corrupted set.
    pub value: Option<f64>,
    /// The metric of the uncorrupted set of the same size.
    pub clean: Option<f64>,
    /// Standard error of the difference of two separate evaluations: the root of the sum of both squares. Both sets
    /// here share their pictures, so the difference itself is known better than that; this is what tells how visible
    /// it would be between two generators.
    pub std_error: Option<f64>,
    /// How much worse the metric says it is, in standard errors; negative where it says that it is better.
    pub effect: Option<f64>,
}

impl Point {
    /// The effect at a level, from the rows of the uncorrupted and the corrupted set.
    #[must_use]
    pub fn of(level: f64, clean: Option<&Row>, corrupted: Option<&Row>) -> Self {
        let error = |row: Option<&Row>| row.and_then(|row| row.std_error);
        let value = |row: Option<&Row>| row.and_then(|row| row.value);
        let std_error = error(clean)
            .zip(error(corrupted))
            .map(|(a, b)| a.hypot(b))
            .filter(|e| *e > 0.0);
        let worse = clean
            .zip(corrupted)
            .and_then(|(clean, corrupted)| worsening(clean, corrupted));
        Self {
            level,
            value: value(corrupted),
            clean: value(clean),
            effect: match (worse, std_error) {
                // No difference is no effect, however well it is known.
                (Some(0.0), _) => Some(0.0),
                (worse, error) => worse.zip(error).map(|(worse, error)| worse / error),
            },
            std_error,
        }
    }
}

/// By how much the metric says that the corrupted set is worse, in its own units.
fn worsening(clean: &Row, corrupted: &Row) -> Option<f64> {
    let (before, after) = (clean.value?, corrupted.value?);
    Some(match clean.direction.as_str() {
        "lower" => after - before,
        "higher" => before - after,
        _ => {
            let off = |row: &Row, value: f64| (value - row.detail("neutral").unwrap_or(0.0)).abs();
            off(corrupted, after) - off(clean, before)
        }
    })
}

/// The smallest level that a metric sees.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// Where the effect reaches [`SEEN`], linear between the levels on both sides.
    pub level: f64,
    /// As people write it.
    pub text: String,
    /// The first level tried is seen already: the true limit is lower.
    pub below: bool,
    /// Does the metric call the corrupted set better?
    pub better: bool,
}

/// All levels of a corruption, and what they amount to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Response {
    /// The metric's row, as in `metrics` of the document.
    pub metric: String,
    /// The corruption's name.
    pub corruption: String,
    /// By rising level.
    pub points: Vec<Point>,
    /// Does the effect never turn back, beyond chance?
    pub monotone: Option<bool>,
    /// The smallest level seen; absent when none of those tried is.
    pub smallest: Option<Seen>,
    /// Why there is no effect to speak of.
    pub why_absent: Option<String>,
}

impl Response {
    /// Reads the points; `write` turns a level into text.
    #[must_use]
    pub fn of(
        metric: &str,
        corruption: &str,
        points: Vec<Point>,
        write: &dyn Fn(f64) -> String,
    ) -> Self {
        let effects: Vec<f64> = points.iter().filter_map(|p| p.effect).collect();
        let why_absent = effects.is_empty().then(|| {
            if points
                .iter()
                .any(|p| p.value.is_none() || p.clean.is_none())
            {
                "the metric has no value here".to_owned()
            } else {
                "the metric has no standard error here".to_owned()
            }
        });
        Self {
            metric: metric.to_owned(),
            corruption: corruption.to_owned(),
            monotone: (!effects.is_empty()).then(|| is_monotone(&effects)),
            smallest: smallest(&points, write),
            points,
            why_absent,
        }
    }
}

/// From the clean set's zero onwards, no step against the last effect's sign.
fn is_monotone(effects: &[f64]) -> bool {
    let sign = effects.last().map_or(1.0, |last| last.signum());
    let before = std::iter::once(0.0).chain(effects.iter().copied());
    before
        .zip(effects)
        .all(|(before, after)| sign * (after - before) >= -TURN)
}

fn smallest(points: &[Point], write: &dyn Fn(f64) -> String) -> Option<Seen> {
    let mut before: Option<(f64, f64)> = None;
    for (level, effect) in points.iter().filter_map(|p| Some((p.level, p.effect?))) {
        if effect.abs() >= SEEN {
            let better = effect < 0.0;
            let Some((low, start)) = before else {
                let text = format!("< {}", write(level));
                return Some(Seen {
                    level,
                    text,
                    below: true,
                    better,
                });
            };
            let target = SEEN.copysign(effect);
            let level = low + (level - low) * (target - start) / (effect - start);
            return Some(Seen {
                level,
                text: write(level),
                below: false,
                better,
            });
        }
        before = Some((level, effect));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn row(value: f64, std_error: f64, direction: &str) -> Row {
        Row {
            id: "x".into(),
            name: "x".into(),
            value: Some(value),
            std_error: Some(std_error),
            interval: None,
            direction: direction.into(),
            n_reference: None,
            n_generated: 1,
            params: BTreeMap::new(),
            details: BTreeMap::from([("neutral".to_owned(), 0.5.into())]),
            evidence: Vec::new(),
            curves: Vec::new(),
        }
    }

    fn points(effects: &[f64]) -> Vec<Point> {
        let point = |(i, effect): (usize, &f64)| Point {
            level: (i + 1) as f64,
            value: Some(*effect),
            clean: Some(0.0),
            std_error: Some(1.0),
            effect: Some(*effect),
        };
        effects.iter().enumerate().map(point).collect()
    }

    fn respond(effects: &[f64]) -> Response {
        Response::of("x", "blur", points(effects), &|level| format!("{level:.2}"))
    }

    #[test]
    fn worse_is_positive_whichever_way_the_metric_points() {
        let effect = |direction: &str, clean: f64, corrupted: f64| {
            let (a, b) = (row(clean, 0.3, direction), row(corrupted, 0.4, direction));
            Point::of(1.0, Some(&a), Some(&b)).effect.unwrap()
        };
        // The error of the difference is sqrt(0.3^2 + 0.4^2) = 0.5.
        assert_eq!(effect("lower", 1.0, 2.0), 2.0);
        assert_eq!(effect("higher", 1.0, 2.0), -2.0);
        // Neutral is 0.5: from 0.75 to 0 is from 0.25 off to 0.5 off.
        assert_eq!(effect("neither", 0.75, 0.0), 0.5);
    }

    #[test]
    fn the_smallest_level_lies_between_the_levels_around_it() {
        let seen = respond(&[0.801_585, 4.801_585]).smallest.unwrap();
        // 2.801585 is half way from 0.801585 to 4.801585: level 1.5.
        assert!((seen.level - 1.5).abs() < 1e-12 && !seen.below && !seen.better);
        assert_eq!(seen.text, "1.50");
        let seen = respond(&[1.198_415, -6.801_585]).smallest.unwrap();
        // From 1.198415 to -6.801585 the effect passes -2.801585 half way, on the way to better.
        assert!((seen.level - 1.5).abs() < 1e-12 && seen.better);
    }

    #[test]
    fn what_the_first_level_shows_is_seen_below_it() {
        let seen = respond(&[30.0, 60.0]).smallest.unwrap();
        assert!(seen.below && seen.text == "< 1.00");
        assert_eq!(respond(&[1.0, 2.8]).smallest, None);
    }

    #[test]
    fn a_turn_is_a_step_back_beyond_chance() {
        assert_eq!(respond(&[1.0, 0.9, 5.0]).monotone, Some(true));
        assert_eq!(respond(&[1.0, 0.7, 5.0]).monotone, Some(false));
        assert_eq!(respond(&[-1.0, -2.0]).monotone, Some(true));
        assert_eq!(respond(&[1.0, -2.0]).monotone, Some(false));
    }

    #[test]
    fn absence_has_a_reason_and_equal_values_are_no_effect() {
        let (mut clean, mut corrupted) = (row(1.0, 0.0, "lower"), row(1.0, 0.0, "lower"));
        let point = |clean: &Row, corrupted: &Row| Point::of(1.0, Some(clean), Some(corrupted));
        assert_eq!(point(&clean, &corrupted).effect, Some(0.0));
        corrupted.value = Some(2.0);
        let none = Response::of("x", "y", vec![point(&clean, &corrupted)], &|_| {
            String::new()
        });
        assert!(none.why_absent.unwrap().contains("standard error"));
        clean.value = None;
        let none = Response::of("x", "y", vec![point(&clean, &corrupted)], &|_| {
            String::new()
        });
        assert!(none.why_absent.unwrap().contains("no value"));
        assert_eq!(none.monotone, None);
    }
}
