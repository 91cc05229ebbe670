//! One indicator of one submission, and the points that its value and the ends of its interval give.

use super::course::{Band, Indicator};
use crate::verdicts::results::Row;
use serde::{Deserialize, Serialize};

/// Which of three readings of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// The worse end of its interval.
    Worst,
    /// Itself.
    Value,
    /// The better end.
    Best,
}

impl Reading {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Worst, Self::Value, Self::Best];
}

/// A number that counts, as it was measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// The row's id.
    pub metric: String,
    /// Its full name.
    pub name: String,
    /// Is less better?
    pub less_is_better: bool,
    /// The value; `None` where it could not be measured.
    pub value: Option<f64>,
    /// Its standard error.
    pub std_error: Option<f64>,
    /// The ends of its interval; the value itself where there is none.
    pub ends: Option<[f64; 2]>,
}

impl Measured {
    /// Out of the results' row, if there is one.
    #[must_use]
    pub fn of(metric: &str, row: Option<&Row>) -> Self {
        let value = row.and_then(|row| row.value);
        let interval = row.and_then(|row| row.interval);
        let ends = interval.map(|interval| [interval.lower, interval.upper]);
        Self {
            metric: metric.to_owned(),
            name: row.map_or_else(|| metric.to_owned(), |row| row.name.clone()),
            less_is_better: row.is_none_or(|row| row.direction != "higher"),
            value,
            std_error: row.and_then(|row| row.std_error),
            ends: value.map(|value| ends.unwrap_or([value; 2])),
        }
    }

    /// The number under a reading.
    #[must_use]
    pub fn read(&self, reading: Reading) -> Option<f64> {
        let [lower, upper] = self.ends?;
        match (reading, self.less_is_better) {
            (Reading::Value, _) => self.value,
            (Reading::Worst, true) | (Reading::Best, false) => Some(upper),
            (Reading::Worst, false) | (Reading::Best, true) => Some(lower),
        }
    }

    /// Is the number within the limit? A number at the limit is.
    #[must_use]
    pub fn reaches(&self, limit: f64, reading: Reading) -> bool {
        self.read(reading).is_some_and(|number| {
            if self.less_is_better {
                number <= limit
            } else {
                number >= limit
            }
        })
    }

    /// Is it within the band's limit?
    #[must_use]
    pub fn is_in(&self, band: &Band, reading: Reading) -> bool {
        let limit = band.limits.get(&self.metric);
        limit.is_some_and(|limit| self.reaches(*limit, reading))
    }

    /// Points along the knots of an indicator: straight lines between them, flat beyond; 0 without a number.
    #[must_use]
    pub fn along(&self, indicator: &Indicator, reading: Reading) -> f64 {
        let (Some(x), Some(first), Some(last)) = (
            self.read(reading),
            indicator.knots.first(),
            indicator.knots.last(),
        ) else {
            return 0.0;
        };
        if x <= first[0] {
            return first[1];
        }
        let between = indicator.knots.windows(2).find(|pair| x <= pair[1][0]);
        between.map_or(last[1], |pair| {
            let part = (x - pair[0][0]) / (pair[1][0] - pair[0][0]);
            pair[0][1] + part * (pair[1][1] - pair[0][1])
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(value: f64, ends: [f64; 2], less_is_better: bool) -> Measured {
        Measured {
            metric: "fd".to_owned(),
            name: "fd".to_owned(),
            less_is_better,
            value: Some(value),
            std_error: None,
            ends: Some(ends),
        }
    }

    #[test]
    fn the_worse_end_is_the_upper_one_where_less_is_better() {
        let fd = measured(10.0, [9.0, 11.0], true);
        let reached = Reading::ALL.map(|reading| fd.reaches(10.0, reading));
        assert_eq!(reached, [false, true, true]);
        let rate = measured(0.5, [0.4, 0.6], false);
        let reached = Reading::ALL.map(|reading| rate.reaches(0.55, reading));
        assert_eq!(reached, [false, false, true]);
    }

    #[test]
    fn points_run_straight_between_knots_and_are_flat_beyond() {
        let indicator = Indicator {
            metric: "fd".to_owned(),
            weight: 1.0,
            knots: vec![[10.0, 100.0], [20.0, 60.0], [40.0, 0.0]],
        };
        let points =
            |value: f64| measured(value, [value; 2], true).along(&indicator, Reading::Value);
        // 15 is half way from 100 to 60; 30 half way from 60 to 0.
        assert_eq!(
            [5.0, 10.0, 15.0, 20.0, 30.0, 99.0].map(points),
            [100.0, 100.0, 80.0, 60.0, 30.0, 0.0]
        );
    }
}
