//! Why a check came out as it did, in one sentence.

use super::policy::Bound;
use super::{Check, Decision, Kind};
use crate::verdicts::report::number;
use crate::verdicts::results::params_text;
use serde_json::Value;
use std::collections::BTreeMap;

/// `fd`, or `fd[ddof=1]` where the policy names parameters.
pub fn title(metric: &str, params: &BTreeMap<String, Value>) -> String {
    if params.is_empty() {
        metric.to_owned()
    } else {
        format!("{metric}[{}]", params_text(params))
    }
}

/// `at most` or `at least`.
pub fn sense(bound: Bound) -> &'static str {
    match bound {
        Bound::AtMost => "at most",
        Bound::AtLeast => "at least",
    }
}

/// A share in per cent, with no more digits than it has.
pub fn percent(share: f64) -> f64 {
    (share * 1e8).round() / 1e6
}

/// A limit that was held against one number, without a test; `whose` stands before the metric's name.
pub fn plain_limit(check: &Check, whose: &str, held: f64) -> String {
    let limit = check.limit.unwrap_or(f64::NAN);
    let place = match (check.verdict, check.bound) {
        (Decision::Pass, _) => "inside",
        (_, Some(Bound::AtLeast)) => "below",
        _ => "above",
    };
    format!(
        "{whose}{} is {}, {place} the limit of {limit}",
        check.metric,
        number(held, check.std_error)
    )
}

/// A check that was decided by a test.
pub fn tested(check: &Check) -> String {
    let lead = match check.kind {
        Kind::Baseline => worsening(check),
        Kind::Limit | Kind::Audit => measured(check),
    };
    format!("{lead}: {}", because(check))
}

/// `fd is 12.3 ± 0.5, the limit 12`.
fn measured(check: &Check) -> String {
    let (value, limit) = (
        check.value.unwrap_or(f64::NAN),
        check.limit.unwrap_or(f64::NAN),
    );
    let error = check
        .std_error
        .map_or(String::new(), |e| format!(" ± {}", number(e, Some(e))));
    format!(
        "{} is {}{error}, the limit {limit}",
        check.metric,
        number(value, check.std_error)
    )
}

/// `fd went from 10.0 to 10.3, worse by 0.3 ± 0.7, the margin 0.5`.
fn worsening(check: &Check) -> String {
    let shown = |value: Option<f64>| number(value.unwrap_or(f64::NAN), check.std_error);
    let worse = check.worsening.unwrap_or(0.0);
    let word = if worse < 0.0 { "better" } else { "worse" };
    format!(
        "{} went from {} to {}, {word} by {} ± {}, the margin {}",
        check.metric,
        shown(check.baseline),
        shown(check.value),
        shown(Some(worse.abs())),
        shown(check.std_error),
        shown(check.margin),
    )
}

fn because(check: &Check) -> String {
    match check.verdict {
        Decision::Pass => format!("inside by more than chance ({})", p(check.p_pass)),
        Decision::Fail => format!("outside by more than chance ({})", p(check.p_fail_adjusted)),
        Decision::CannotTell => match (check.n_needed, check.n) {
            (Some(needed), Some(n)) => format!(
                "too near to tell with {n} pictures; about {} would",
                rounded(needed)
            ),
            _ => "exactly on it, and no number of pictures tells".to_owned(),
        },
    }
}

/// A p-value for people.
fn p(p: Option<f64>) -> String {
    match p {
        None => "–".to_owned(),
        Some(p) if p < 1e-4 => "p < 0.0001".to_owned(),
        Some(p) => format!("p = {p:.4}"),
    }
}

/// Two significant digits, rounded up: the number needed is known no better.
pub fn rounded(n: u64) -> u64 {
    let unit = 10_u64.pow(n.max(1).ilog10().saturating_sub(1));
    n.div_ceil(unit).saturating_mul(unit)
}
