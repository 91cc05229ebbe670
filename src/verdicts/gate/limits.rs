//! Is a number inside its limit?

use super::decide::{Excess, bounds};
use super::judge::Draft;
use super::policy::{Bound, JudgedBy, Limit};
use super::{Check, Decision, Kind, words};
use crate::verdicts::results::{Interval, Row};

/// z of the two-sided 95 % interval of a row.
const Z_95: f64 = 1.959_963_984_540_054;

/// A limit held against its row. `why_absent` says why a row without a value has none.
pub fn check(limit: &Limit, row: &Row, why_absent: &str) -> Draft {
    let target = &limit.target;
    let sense = words::sense(limit.bound);
    let mut check = Check {
        name: format!(
            "{} {sense} {}",
            words::title(&target.metric, &target.params),
            limit.limit
        ),
        kind: Kind::Limit,
        metric: row.id.clone(),
        params: row.params.clone(),
        line: target.line,
        verdict: Decision::CannotTell,
        text: String::new(),
        value: row.value,
        std_error: row.std_error,
        bounds: None,
        bound: Some(limit.bound),
        limit: Some(limit.limit),
        baseline: None,
        worsening: None,
        margin: None,
        judged_by: Some(limit.judged_by),
        p_pass: None,
        p_fail: None,
        p_fail_adjusted: None,
        error_rate: target.error_rate,
        method: "interval of the row".to_owned(),
        n: Some(row.n_generated),
        n_needed: None,
        times_needed: None,
    };
    let Some(value) = row.value else {
        check.text = format!("{} has no value: {why_absent}", row.id);
        return Draft::settled(check);
    };
    if limit.judged_by == JudgedBy::Value {
        check.verdict = inside(value, limit);
        check.text = words::plain_limit(&check, "", value);
        return Draft::settled(check);
    }
    let Some([below, above]) = reaches(row, value) else {
        check.text = format!(
            "{} has no standard error, so nothing can be said of its chance; judged_by = \"value\" would take it as it is",
            row.id
        );
        return Draft::settled(check);
    };
    let [lower, upper] = bounds(value, below, above, target.error_rate);
    check.bounds = Some(Interval {
        lower,
        upper,
        level: 1.0 - 2.0 * target.error_rate,
    });
    let excess = match limit.bound {
        Bound::AtMost => Excess {
            value: value - limit.limit,
            outward: above,
            inward: below,
        },
        Bound::AtLeast => Excess {
            value: limit.limit - value,
            outward: below,
            inward: above,
        },
    };
    match limit.judged_by {
        JudgedBy::Upper => {
            check.verdict = inside(upper, limit);
            check.text = words::plain_limit(&check, "the upper bound of ", upper);
            Draft::settled(check)
        }
        JudgedBy::Lower => {
            check.verdict = inside(lower, limit);
            check.text = words::plain_limit(&check, "the lower bound of ", lower);
            Draft::settled(check)
        }
        JudgedBy::Interval | JudgedBy::Value => Draft::tested(check, excess),
    }
}

fn inside(number: f64, limit: &Limit) -> Decision {
    let is_inside = match limit.bound {
        Bound::AtMost => number <= limit.limit,
        Bound::AtLeast => number >= limit.limit,
    };
    if is_inside {
        Decision::Pass
    } else {
        Decision::Fail
    }
}

/// Standard errors below and above the value: the reach of the interval over the z of its level, or the row's own. An end on
/// the edge of a range (0, or 1 of a share) was cut off there and says nothing of the error: that is then at least the
/// row's own.
fn reaches(row: &Row, value: f64) -> Option<[f64; 2]> {
    let of_interval = row.interval.map(|interval| {
        let z = if (interval.level - 0.95).abs() < 1e-9 {
            Z_95
        } else {
            crate::statistics::one_sided::critical((1.0 - interval.level) / 2.0)
        };
        [interval.lower, interval.upper].map(|end| {
            let error = (value - end).abs() / z;
            let is_cut = end == 0.0 || end == 1.0;
            match row.std_error {
                Some(own) if is_cut => error.max(own),
                _ => error,
            }
        })
    });
    of_interval.or_else(|| row.std_error.map(|error| [error, error]))
}
