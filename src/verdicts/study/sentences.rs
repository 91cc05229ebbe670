//! What the tests say, in words. Every sentence carries its numbers, and "no difference" is never said: only that none was
//! shown, and whether one could have been.

use super::known;
use super::runs::Study;
use super::scores::Measure;
use super::statistics::{Change, Equality, Factors, LEVEL, Level, Marginal, Pair, Trade, Unit};
use std::fmt::Write as _;

/// A p-value as people write it, with its sign: `= 0.0312`, `< 0.0001`.
#[must_use]
pub fn p_text(p: f64) -> String {
    if p < 1e-4 {
        "< 0.0001".to_owned()
    } else if p < 0.1 {
        format!("= {p:.4}")
    } else {
        format!("= {p:.2}")
    }
}

fn place(dataset: &str, architecture: &str, study: &Study) -> String {
    let dataset = known::dataset_title(dataset);
    if study.architectures().len() < 2 {
        return dataset.to_owned();
    }
    format!("{dataset} with {}", known::architecture_title(architecture))
}

/// The size of ε² in words: below 0.01 negligible, 0.08 small, 0.26 medium, else large (the limits of η², Cohen 1988,
/// turned into shares of rank variance by Tomczak and Tomczak 2014).
fn share_size(share: f64) -> &'static str {
    match share {
        s if s < 0.01 => "negligible",
        s if s < 0.08 => "small",
        s if s < 0.26 => "medium",
        _ => "large",
    }
}

/// "All GANs are equal", tested on one data set with one architecture.
#[must_use]
pub fn equality(one: &Equality, study: &Study) -> String {
    let unit = match one.unit {
        Unit::Seed => "seeds",
        Unit::Configuration => "configurations",
    };
    let n = match (one.n.iter().min(), one.n.iter().max()) {
        (Some(least), Some(most)) if least == most => format!("{least} {unit} each"),
        (Some(least), Some(most)) => format!("{least} to {most} {unit} each"),
        _ => unit.to_owned(),
    };
    let verdict = match (one.measure, one.adjusted < LEVEL) {
        (Measure::Fid, true) => "“all GANs are equal” is rejected",
        (Measure::Fid, false) => "“all GANs are equal” is not rejected",
        (_, true) => "that all GANs have the same F1 is rejected",
        (_, false) => "that all GANs have the same F1 is not rejected",
    };
    let head = format!(
        "{}: {verdict}: {} losses, {n}, H = {:.2}, p {} by permutation (p {} by χ² with {} degrees), p {} after Holm; ε² = {:.2} ({}).",
        place(&one.dataset, &one.architecture, study),
        one.losses.len(),
        one.test.h,
        p_text(one.p),
        p_text(one.test.p),
        one.test.degrees,
        p_text(one.adjusted),
        one.test.epsilon_squared,
        share_size(one.test.epsilon_squared),
    );
    format!("{head} {}", pairs(one))
}

/// The pairs of an equality, in one sentence.
fn pairs(one: &Equality) -> String {
    let told: Vec<&Pair> = one.pairs.iter().filter(|p| p.adjusted < LEVEL).collect();
    let m = one.pairs.len();
    if told.is_empty() {
        return match least_p(one) {
            Some(least) if least * m as f64 >= LEVEL => format!(
                "No pair of the {m} can be told apart at these numbers: even full separation of two losses has p {} \
                 before and p {} after Holm.",
                p_text(least),
                p_text((least * m as f64).min(1.0))
            ),
            _ => format!("None of the {m} pairs differs after Holm."),
        };
    }
    let mut told: Vec<&Pair> = told;
    told.sort_by(|a, b| a.adjusted.total_cmp(&b.adjusted));
    let texts: Vec<String> = told.iter().take(6).map(|pair| better(pair)).collect();
    let more = if told.len() > 6 { ", …" } else { "" };
    format!(
        "{} of {m} pairs differ after Holm: {}{more}.",
        told.len(),
        texts.join(", ")
    )
}

/// The two-sided p of two losses without any overlap, for the two smallest groups: 2 / (n + m over n).
fn least_p(one: &Equality) -> Option<f64> {
    let mut n = one.n.clone();
    n.sort_unstable_by(|a, b| b.cmp(a));
    let (a, b) = (*n.first()?, *n.get(1)?);
    let divisions = (1..=b).fold(1.0, |c, k| c * (a + b + 1 - k) as f64 / k as f64);
    Some((2.0 / divisions).min(1.0))
}

fn better(pair: &Pair) -> String {
    let (low, high) = if pair.dominance.delta < 0.0 {
        (&pair.first, &pair.second)
    } else {
        (&pair.second, &pair.first)
    };
    format!(
        "{} below {} (δ = {:.2}, p {})",
        known::loss_title(low),
        known::loss_title(high),
        pair.dominance.delta.abs(),
        p_text(pair.adjusted)
    )
}

/// A baseline against the adversarial losses: is it worse, and is it steadier?
#[must_use]
pub fn level(one: &Level, study: &Study) -> String {
    let words = match (one.adjusted[0] < LEVEL, one.level.delta > 0.0) {
        (false, _) => "no difference of level from the GANs is shown",
        (true, true) => "worse than the GANs",
        (true, false) => "better than the GANs",
    };
    let mut text = format!(
        "{}: {}: {} (δ = {:.2}, {}, p {} after Holm).",
        place(&one.dataset, &one.architecture, study),
        known::loss_title(&one.baseline),
        words,
        one.level.delta,
        one.level.size(),
        p_text(one.adjusted[0])
    );
    if let Some(spread) = &one.spread {
        let words = match (one.adjusted[1] < LEVEL, spread.delta > 0.0) {
            (false, _) => "no difference of spread is shown",
            (true, true) => "its spread is larger",
            (true, false) => "its spread is smaller",
        };
        let _ = write!(
            text,
            " Around the own loss's median {words} (δ = {:.2}, p {} after Holm).",
            spread.delta,
            p_text(one.adjusted[1])
        );
    }
    text
}

/// What another architecture does to each loss.
#[must_use]
pub fn change(one: &Change) -> String {
    let (from, to) = (
        known::architecture_title(&one.from),
        known::architecture_title(&one.to),
    );
    let mut losses: Vec<&Pair> = one.losses.iter().collect();
    losses.sort_by(|a, b| {
        let ratio = |pair: &Pair| pair.ratio.unwrap_or(f64::INFINITY);
        ratio(a).total_cmp(&ratio(b))
    });
    let texts: Vec<String> = losses
        .iter()
        .map(|pair| {
            let ratio = match pair.ratio {
                Some(ratio) => format!("× {ratio:.2}"),
                None => "failed too often".to_owned(),
            };
            let mark = if pair.adjusted < LEVEL { "*" } else { "" };
            format!(
                "{} {ratio}{mark} (δ = {:.2})",
                known::loss_title(&pair.first),
                pair.dominance.delta
            )
        })
        .collect();
    format!(
        "{}: median distance with {to} over that with {from}: {} (* differs after Holm over {} losses).",
        known::dataset_title(&one.dataset),
        texts.join(", "),
        one.losses.len()
    )
}

/// How much of the spread is the loss's, how much the architecture's, and whether losses differ in how much they mind it.
#[must_use]
pub fn factors(one: &Factors) -> String {
    let percent = |share: f64| format!("{:.0} %", 100.0 * share);
    let [loss, architecture, interaction] = one.adjusted;
    let shares = &one.shares;
    let verdict = if interaction < LEVEL {
        "Losses differ in how much they mind the architecture."
    } else {
        "That losses differ in how much they mind the architecture is not shown."
    };
    let left_out = match one.n_failed {
        0 => String::new(),
        n => format!(" {n} failed runs are left out."),
    };
    format!(
        "{}: of the variance of the log distance, the loss has {} (p {}), the architecture {} (p {}), the two together {} (p {}), \
         the rest {}; {} losses, {} architectures, p after Holm. {verdict}{left_out}",
        known::dataset_title(&one.dataset),
        percent(shares.first.share),
        p_text(loss),
        percent(shares.second.share),
        p_text(architecture),
        percent(shares.interaction.share),
        p_text(interaction),
        percent(shares.rest),
        one.losses.len(),
        one.architectures.len(),
    )
}

/// How the distance goes with precision or recall.
#[must_use]
pub fn trade(one: &Trade) -> String {
    let name = one.measure.columns().first().copied().unwrap_or_default();
    format!(
        "{}: distance against {name} over {} runs: Spearman's ρ = {:.2} (p {}).",
        known::dataset_title(&one.dataset),
        one.n,
        one.spearman.rho,
        p_text(one.spearman.p)
    )
}

/// How much a hyper-parameter matters.
#[must_use]
pub fn marginal(one: &Marginal) -> String {
    format!(
        "{}: {}: ε² = {:.2} ({}) between {} groups of {} runs, p {} after Holm.",
        known::dataset_title(&one.dataset),
        one.name,
        one.epsilon_squared,
        share_size(one.epsilon_squared),
        one.n_groups,
        one.n,
        p_text(one.adjusted)
    )
}
