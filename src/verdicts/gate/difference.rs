//! Is a number not worse than the baseline's? Worsening, its error, and the check.

use super::decide::{Excess, bounds};
use super::judge::Draft;
use super::policy::{Baseline, Margin};
use super::{Check, Decision, Kind, words};
use crate::error::{Error, Result};
use crate::verdicts::comparison::Comparison;
use crate::verdicts::results::{Interval, Row};

/// Both rows of a comparison, and a saved comparison of the same pictures, where there is one.
pub struct Pair<'a> {
    /// Of the results.
    pub result: &'a Row,
    /// Of the baseline.
    pub baseline: &'a Row,
    /// Are both generated sets the same pictures?
    pub identical: bool,
    /// Are both references the same pictures?
    pub shares_reference: bool,
    /// A paired comparison, with the labels of baseline and results in it.
    pub paired: Option<Paired<'a>>,
}

/// Two generators in a saved comparison.
#[derive(Debug, Clone, Copy)]
pub struct Paired<'a> {
    /// The document.
    pub comparison: &'a Comparison,
    /// The baseline's label.
    pub baseline: &'a str,
    /// The label of the results' generator.
    pub result: &'a str,
}

/// How much worse, with its error.
#[derive(Debug, Clone, PartialEq)]
pub struct Worsening {
    /// Above 0 where the result is worse.
    pub value: f64,
    /// Its standard error.
    pub std_error: f64,
    /// Where the error comes from.
    pub method: String,
}

/// A comparison with the baseline. `why_absent` says why a row without a value has none.
///
/// # Errors
/// Input, with the policy's line: a relative margin of a number that is not above 0; no direction is better.
pub fn check(asked: &Baseline, pair: &Pair<'_>, why_absent: &str, policy: &str) -> Result<Draft> {
    let target = &asked.target;
    let (row, old) = (pair.result, pair.baseline);
    let place = || format!("{policy}:{}", target.line);
    let mut check = blank(asked, row, old);
    let (Some(value), Some(before)) = (row.value, old.value) else {
        let whose = if row.value.is_none() {
            "the results"
        } else {
            "the baseline"
        };
        check.text = format!("{} has no value in {whose}: {why_absent}", row.id);
        return Ok(Draft::settled(check));
    };
    let margin = match asked.margin {
        Margin::Absolute(margin) => margin,
        Margin::Relative(share) if before > 0.0 => share * before,
        Margin::Relative(_) => {
            return Err(Error::input(format!(
                "margin_relative: the baseline's {} is {before}, and a share of it says nothing",
                row.id
            ))
            .at(place())
            .mend("give margin, in the metric's own units"));
        }
    };
    check.margin = Some(margin);
    let signs = signs(row, value, before).ok_or_else(|| {
        Error::input(format!(
            "{} is neither better when lower nor when higher, so it cannot be worse than a baseline",
            row.id
        ))
        .at(place())
        .mend("give it a [[limit]] instead")
    })?;
    let share = match asked.margin {
        Margin::Relative(share) => share,
        Margin::Absolute(_) => 0.0,
    };
    let Some(worsening) = worsening(pair, [value, before], signs, share) else {
        check.text = format!(
            "{} has no standard error in one of both documents, so nothing can be said of the chance of its change",
            row.id
        );
        return Ok(Draft::settled(check));
    };
    let [lower, upper] = bounds(
        worsening.value,
        worsening.std_error,
        worsening.std_error,
        target.error_rate,
    );
    check.bounds = Some(Interval {
        lower,
        upper,
        level: 1.0 - 2.0 * target.error_rate,
    });
    check.worsening = Some(worsening.value);
    check.std_error = Some(worsening.std_error);
    check.method = worsening.method;
    let excess = Excess::symmetric(worsening.value - margin, worsening.std_error);
    Ok(Draft::tested(check, excess))
}

fn blank(asked: &Baseline, row: &Row, old: &Row) -> Check {
    let target = &asked.target;
    let margin = match asked.margin {
        Margin::Absolute(0.0) => "not worse than the baseline".to_owned(),
        Margin::Absolute(margin) => format!("worse than the baseline by at most {margin}"),
        Margin::Relative(share) => {
            format!(
                "worse than the baseline by at most {} %",
                words::percent(share)
            )
        }
    };
    Check {
        name: format!("{} {margin}", words::title(&target.metric, &target.params)),
        kind: Kind::Baseline,
        metric: row.id.clone(),
        params: row.params.clone(),
        line: target.line,
        verdict: Decision::CannotTell,
        text: String::new(),
        value: row.value,
        std_error: None,
        bounds: None,
        bound: None,
        limit: None,
        baseline: old.value,
        worsening: None,
        margin: None,
        judged_by: None,
        p_pass: None,
        p_fail: None,
        p_fail_adjusted: None,
        error_rate: target.error_rate,
        method: String::new(),
        n: Some(row.n_generated.min(old.n_generated)),
        n_needed: None,
        times_needed: None,
    }
}

/// What a rise of the result and of the baseline do to the worsening; `None` where no direction is better.
fn signs(row: &Row, value: f64, before: f64) -> Option<[f64; 2]> {
    match row.direction.as_str() {
        "lower" => Some([1.0, -1.0]),
        "higher" => Some([-1.0, 1.0]),
        _ => {
            let neutral = row.detail("neutral")?;
            let away = |x: f64| if x < neutral { -1.0 } else { 1.0 };
            Some([away(value), -away(before)])
        }
    }
}

/// The worsening: `s₁ result + s₂ baseline` with the signs of the direction (less the neutral value's part, which is 0 where
/// both are on one side of it). Its error
///
/// * is 0 for the same pictures,
/// * is that of a saved paired comparison, where there is one,
/// * else is the root of the sum of both squared standard errors. Both numbers share the reference, which moves them the
///   same way for all but odd pairs, so this is larger than the true error: the gate is cautious.
///
/// With a margin that is the share ρ of the baseline, the baseline's error counts 1 + ρ times where lower is better and
/// 1 − ρ times where higher is, as the margin moves with it.
fn worsening(
    pair: &Pair<'_>,
    [value, before]: [f64; 2],
    signs: [f64; 2],
    share: f64,
) -> Option<Worsening> {
    let neutral = match pair.result.direction.as_str() {
        "lower" | "higher" => 0.0,
        _ => pair.result.detail("neutral").unwrap_or(0.0),
    };
    let change = signs[0] * (value - neutral) + signs[1] * (before - neutral);
    if pair.identical && value == before {
        return Some(Worsening {
            value: 0.0,
            std_error: 0.0,
            method: "the same pictures as the baseline's".to_owned(),
        });
    }
    if let Some(found) = pair.paired.and_then(|paired| of_comparison(paired, pair)) {
        return Some(found);
    }
    let weight = signs[1] - share;
    let (own, old) = (pair.result.std_error?, pair.baseline.std_error?);
    Some(Worsening {
        value: change,
        std_error: own.hypot(weight * old),
        method: "root of the sum of both squared standard errors".to_owned(),
    })
}

/// The difference of a saved comparison, turned so that above 0 is worse. For `kid` that is the row `relative_mmd`, the
/// difference of both full U-statistics, of which the subsets' mean is a noisier form.
fn of_comparison(paired: Paired<'_>, pair: &Pair<'_>) -> Option<Worsening> {
    let row = pair.result;
    let sign = match row.direction.as_str() {
        "lower" => 1.0,
        "higher" => -1.0,
        _ => return None,
    };
    let found = paired.comparison.differences.iter().find(|difference| {
        let labels = [difference.a.as_str(), difference.b.as_str()];
        let both = labels == [paired.baseline, paired.result]
            || labels == [paired.result, paired.baseline];
        let same_row = difference.id == row.id && difference.params == row.params;
        both && (same_row || (row.id == "kid" && difference.id == "relative_mmd"))
    })?;
    let turned = if found.a == paired.baseline {
        sign
    } else {
        -sign
    };
    Some(Worsening {
        value: turned * found.difference?,
        std_error: found.std_error?,
        method: format!("paired comparison: {}", found.method),
    })
}
