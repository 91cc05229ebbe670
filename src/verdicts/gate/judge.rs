//! From a policy and results to the gate's document.

use super::decide::Excess;
use super::difference::{self, Pair, Paired};
use super::history::series;
use super::policy::{Baseline, Multiplicity, WhenUndecided};
use super::{Check, Decision, Document, Gate, Policy, PolicyRecord, SCHEMA};
use super::{audits, limits, rows, words};
use crate::error::{Error, Result};
use crate::statistics::holm;
use crate::verdicts::alike::{Unlike, unlike};
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

/// The rows of every comparison that the policy asks for, or a refusal.
fn pairs<'a>(
    policy: &'a Policy,
    (file, results): Named<'a, Results>,
    case: &Case<'a>,
    differences: &mut Vec<Unlike>,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<(&'a Baseline, Pair<'a>)>> {
    let Some((old_file, old)) = case.baseline else {
        if let Some(first) = policy.baselines.first() {
            if !case.renewing {
                return Err(Error::usage(format!(
                    "{}:{}: the policy compares {} with a baseline, and none was given",
                    policy.file, first.target.line, first.target.metric
                ))
                .mend(
                    "--baseline baseline.json; the first one is written with --update-baseline",
                ));
            }
            warnings.push(Warning::new(
                "no_baseline",
                "there is no baseline yet, so nothing was compared with it",
                "the results become the baseline",
            ));
        }
        return Ok(Vec::new());
    };
    let mut found = unlike(old, results);
    let mut pairs = Vec::new();
    for asked in &policy.baselines {
        let row = rows::find(&asked.target, results, file, &policy.file)?;
        let before = rows::counterpart(row, &asked.target, old, old_file, &policy.file)?;
        found.extend(unlike_rows(before, row, &found));
        pairs.push((asked, pair(row, before, (old, results), case)));
    }
    let refused: Vec<&Unlike> = found
        .iter()
        .filter(|one| !policy.allow.contains(&one.key) && !case.allow.contains(&one.key))
        .collect();
    if !refused.is_empty() {
        let refusal = refusal((old_file, file), &refused);
        if !case.renewing {
            return Err(refusal);
        }
        warnings.push(Warning::new(
            "baseline_not_compared",
            refusal.message(),
            "the results become the baseline",
        ));
        pairs.clear();
    }
    warnings.extend(changed(old, results));
    *differences = found;
    Ok(pairs)
}

fn pair<'a>(
    row: &'a Row,
    before: &'a Row,
    (old, results): (&Results, &Results),
    case: &Case<'a>,
) -> Pair<'a> {
    let same = |side: &str| {
        let both = [old, results].map(|document| {
            let input = document.inputs.get(side);
            input.map(|input| input.fingerprint.as_str())
        });
        both[0].is_some() && both[0] == both[1]
    };
    Pair {
        result: row,
        baseline: before,
        identical: same("generated"),
        shares_reference: same("reference"),
        paired: case
            .comparison
            .and_then(|(_, comparison)| paired(comparison, old, results)),
    }
}

/// Both generators in a saved comparison, by their pictures.
fn paired<'a>(comparison: &'a Comparison, old: &Results, results: &Results) -> Option<Paired<'a>> {
    let label = |document: &Results| {
        let own = &document.inputs.get("generated")?.fingerprint;
        let mut all = comparison.generators.iter();
        let found = all.find(|generator| generator.input.fingerprint == *own)?;
        Some(found.label.as_str())
    };
    Some(Paired {
        comparison,
        baseline: label(old)?,
        result: label(results)?,
    })
}

/// What two rows differ in of what their numbers depend on, beside what is known already.
fn unlike_rows(before: &Row, row: &Row, known: &[Unlike]) -> Vec<Unlike> {
    let mut found = Vec::new();
    if before.params != row.params {
        found.push(Unlike::new(
            "params",
            &format!("parameters of {}", row.id),
            before.params_text(),
            row.params_text(),
            "evaluate both with the same --set",
        ));
    }
    let counts = |row: &Row| {
        let n = row.n_reference.map_or("?".to_owned(), |n| n.to_string());
        format!("{} generated, {n} reference", row.n_generated)
    };
    let is_known = known
        .iter()
        .any(|one| one.key == "n" || one.key == "reference");
    if counts(before) != counts(row) && !is_known {
        found.push(Unlike::new(
            "n",
            &format!("number of pictures behind {}", row.id),
            counts(before),
            counts(row),
            "evaluate both with the same number of pictures",
        ));
    }
    found
}

fn refusal((old_file, file): (&str, &str), refused: &[&Unlike]) -> Error {
    let lines: Vec<String> = refused
        .iter()
        .map(|one| {
            format!(
                "\n  {}: {} in the baseline, {} in the results",
                one.what, one.first, one.second
            )
        })
        .collect();
    let mut keys: Vec<&str> = refused.iter().map(|one| one.key.as_str()).collect();
    keys.dedup();
    let mend = refused.first().map_or("", |one| one.mend.as_str());
    Error::input(format!(
        "{old_file} and {file} are unlike, and what their numbers differ by is not the generator alone:{}",
        lines.concat()
    ))
    .mend(format!(
        "{mend}; or make a new baseline with --update-baseline --force; or, knowing what it means, --allow {}",
        keys.join(",")
    ))
}

/// What may change between two runs and should still be known.
fn changed(old: &Results, results: &Results) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if old.gavel != results.gavel {
        warnings.push(Warning::new(
            "other_version",
            format!(
                "the baseline was written by gavel {}, the results by {}",
                old.gavel, results.gavel
            ),
            "nothing to do where the numbers are defined alike; the change log says",
        ));
    }
    if old.seed != results.seed {
        warnings.push(Warning::new(
            "other_seed",
            format!(
                "the baseline has seed {}, the results {}",
                old.seed, results.seed
            ),
            "evaluate with the same --seed: what gavel itself draws then adds nothing to the difference",
        ));
    }
    warnings
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
