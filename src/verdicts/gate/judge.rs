//! From a policy and results to the gate's document.

use super::decide::Excess;
use super::difference;
use super::history::series;
use super::pairing::pairs;
use super::policy::{Multiplicity, WhenUndecided};
use super::{Check, Decision, Document, Gate, Policy, PolicyRecord, SCHEMA};
use super::{audits, limits, rows, words};
use crate::error::{Error, Result};
use crate::statistics::holm;
use crate::verdicts::comparison::Comparison;
use crate::verdicts::results::{Results, Row, Warning};

/// A document and the file that it came from, as typed.
pub type Named<'a, T> = (&'a str, &'a T);

/// Everything that the gate looks at.
#[derive(Debug, Clone, Default)]
pub struct Case<'a> {
    /// The results of an audit, where they are a document of their own.
    pub audit: Option<Named<'a, Results>>,
    /// Earlier results to compare with.
    pub baseline: Option<Named<'a, Results>>,
    /// A saved comparison of the baseline's pictures and these.
    pub comparison: Option<Named<'a, Comparison>>,
    /// Older results, oldest first.
    pub history: &'a [(String, Results)],
    /// What baseline and results may differ in, beside what the policy allows.
    pub allow: &'a [String],
    /// Leave out what needs a baseline where there is none, or none that is like the results: a new one is being made.
    pub renewing: bool,
    /// The command line as typed.
    pub command: Vec<String>,
}

/// A check before the correction for the number of checks.
pub struct Draft {
    check: Check,
    excess: Option<Excess>,
}

impl Draft {
    /// With its verdict.
    pub(super) fn settled(check: Check) -> Self {
        Self {
            check,
            excess: None,
        }
    }

    /// With a test that decides.
    pub(super) fn tested(check: Check, excess: Excess) -> Self {
        Self {
            check,
            excess: Some(excess),
        }
    }
}

/// Holds a policy against results.
///
/// # Errors
/// Usage: the policy needs a baseline and none was given. Input: a metric, an audit or a direction that the results do not
/// have; baseline and results, or audit and results, that are not alike and not allowed to differ: every difference is
/// named with both values.
pub fn judge(policy: &Policy, (file, results): Named<'_, Results>, case: Case<'_>) -> Result<Gate> {
    let results = &with_audit((file, results), case.audit)?;
    let mut warnings = Vec::new();
    let mut drafts = Vec::new();
    for limit in &policy.limits {
        let row = rows::find(&limit.target, results, file, &policy.file)?;
        drafts.push(limits::check(limit, row, &why_absent(row, results)));
    }
    let mut differences = Vec::new();
    let pairs = pairs(
        policy,
        (file, results),
        &case,
        &mut differences,
        &mut warnings,
    )?;
    for (asked, pair) in &pairs {
        let why = if pair.result.value.is_none() {
            why_absent(pair.result, results)
        } else {
            case.baseline
                .map_or_else(String::new, |(_, old)| why_absent(pair.baseline, old))
        };
        drafts.push(difference::check(asked, pair, &why, &policy.file)?);
    }
    match &policy.audits {
        Some(asked) => drafts.extend(audits::checks(policy, asked, results, file)?),
        None => warnings.extend(overlooked(results)),
    }
    let checks = decided(drafts, policy.multiplicity);
    let (history, left_out) = series(&checks, (file, results), case.history);
    warnings.extend(left_out);
    let verdict = Decision::of_all(checks.iter().map(|check| check.verdict));
    let mut allow = policy.allow.clone();
    allow.extend(
        case.allow
            .iter()
            .filter(|key| !policy.allow.contains(key))
            .cloned(),
    );
    Ok(Gate {
        schema: SCHEMA.to_owned(),
        gavel: env!("CARGO_PKG_VERSION").to_owned(),
        command: case.command,
        verdict,
        outcome: outcome(verdict, policy.when_undecided),
        policy: PolicyRecord {
            file: policy.file.clone(),
            error_rate: policy.error_rate,
            multiplicity: policy.multiplicity,
            when_undecided: policy.when_undecided,
            allow,
        },
        results: Document::of(file, results),
        baseline: case.baseline.map(|(file, old)| Document::of(file, old)),
        extractor: results.extractor.clone(),
        protocol: results.protocol.clone(),
        engine: results.engine.clone(),
        checks,
        differences,
        history,
        warnings,
    })
}

fn outcome(verdict: Decision, when_undecided: WhenUndecided) -> Decision {
    match (verdict, when_undecided) {
        (Decision::CannotTell, WhenUndecided::Pass) => Decision::Pass,
        (Decision::CannotTell, WhenUndecided::Fail) => Decision::Fail,
        (verdict, _) => verdict,
    }
}

/// The results with the findings and numbers of an audit of the same pictures.
fn with_audit(
    (file, results): Named<'_, Results>,
    audit: Option<Named<'_, Results>>,
) -> Result<Results> {
    let mut results = results.clone();
    let Some((audit_file, audit)) = audit else {
        return Ok(results);
    };
    let content = |document: &Results| {
        let input = document.inputs.get("generated");
        input.map_or_else(
            || "no generated set".to_owned(),
            |input| format!("{} ({})", input.source, input.fingerprint),
        )
    };
    let fingerprint = |document: &Results| {
        let input = document.inputs.get("generated");
        input.map(|input| input.fingerprint.clone())
    };
    if fingerprint(&results) != fingerprint(audit) {
        return Err(Error::input(format!(
            "{audit_file} is an audit of other pictures than {file}: {} and {}",
            content(audit),
            content(&results)
        ))
        .mend("audit the pictures that were evaluated"));
    }
    results.findings.extend(audit.findings.iter().cloned());
    results.warnings.extend(audit.warnings.iter().cloned());
    for row in &audit.metrics {
        let is_new = !results
            .metrics
            .iter()
            .any(|own| own.id == row.id && own.params == row.params);
        if is_new {
            results.metrics.push(row.clone());
        }
    }
    Ok(results)
}

/// Serious findings that the policy does not ask about.
fn overlooked(results: &Results) -> Option<Warning> {
    let ids = audits::overlooked(results);
    (!ids.is_empty()).then(|| {
        Warning::new(
            "audits_not_asked",
            format!(
                "the results have serious findings that the policy does not ask about: {}",
                ids.join(", ")
            ),
            "add [audits] to the policy",
        )
    })
}

/// What a document says of a row without a value.
fn why_absent(row: &Row, results: &Results) -> String {
    let said = results.warnings.iter().find(|warning| {
        let mut words = warning
            .text
            .split(|c: char| !c.is_alphanumeric() && c != '_');
        words.any(|word| word == row.id)
    });
    said.map_or_else(
        || "the document does not say why".to_owned(),
        |warning| format!("{} (try: {})", warning.text, warning.mend),
    )
}

/// Corrects for the number of checks, decides, and says why.
fn decided(drafts: Vec<Draft>, multiplicity: Multiplicity) -> Vec<Check> {
    let p_values: Vec<f64> = drafts
        .iter()
        .filter_map(|draft| Some(draft.excess?.p_fail()))
        .collect();
    let (adjusted, n_tests) = match multiplicity {
        Multiplicity::Holm => (holm::adjust(&p_values), p_values.len()),
        Multiplicity::None => (p_values, 1),
    };
    let mut adjusted = adjusted.into_iter();
    drafts
        .into_iter()
        .map(|draft| {
            let mut check = draft.check;
            let tested = draft
                .excess
                .and_then(|excess| Some((excess, adjusted.next()?)));
            if let Some((excess, p_adjusted)) = tested {
                check.p_pass = Some(excess.p_pass());
                check.p_fail = Some(excess.p_fail());
                check.p_fail_adjusted = Some(p_adjusted);
                check.verdict = excess.decide(p_adjusted, check.error_rate);
                if check.verdict == Decision::CannotTell {
                    check.times_needed = excess.times_needed(check.error_rate, n_tests);
                    check.n_needed = check
                        .times_needed
                        .zip(check.n)
                        .map(|(times, n)| (times * n as f64).ceil() as u64);
                }
                check.text = words::tested(&check);
            }
            check
        })
        .collect()
}
