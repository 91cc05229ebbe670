//! Are the audits clean?

use super::judge::Draft;
use super::policy::{Audits, FailOn, Policy};
use super::{Check, Decision, Kind};
use crate::audit::AUDITS;
use crate::error::{Error, Result};
use crate::verdicts::findings::FindingRecord;
use crate::verdicts::results::Results;
use std::collections::BTreeMap;

/// One check for each audit that left findings or is required.
///
/// # Errors
/// Input, with the policy's line: a required audit of which the results know nothing; a finding of unknown severity.
pub fn checks(
    policy: &Policy,
    asked: &Audits,
    results: &Results,
    file: &str,
) -> Result<Vec<Draft>> {
    let mut drafts = Vec::new();
    let mut known: Vec<&str> = Vec::new();
    for audit in AUDITS {
        let card = audit.card();
        known.extend(card.findings);
        if asked.ignore.iter().any(|name| name == card.name) {
            continue;
        }
        let required = asked.required.iter().find(|(name, _)| name == card.name);
        let all = results
            .findings
            .iter()
            .filter(|finding| card.findings.contains(&finding.id.as_str()));
        let found: Vec<&FindingRecord> = all.collect();
        if found.is_empty() {
            if let Some((name, line)) = required {
                drafts.push(not_run(policy, name, *line, results, file)?);
            }
            continue;
        }
        let line = required.map_or(asked.line, |(_, line)| *line);
        drafts.push(judged(policy, asked, card.name, line, &found)?);
    }
    let others: Vec<&FindingRecord> = results
        .findings
        .iter()
        .filter(|finding| !known.contains(&finding.id.as_str()))
        .collect();
    if !others.is_empty() {
        drafts.push(judged(policy, asked, "other audits", asked.line, &others)?);
    }
    if drafts.is_empty() && asked.required.is_empty() {
        return Err(Error::input(format!("{file} holds no finding of any audit"))
            .at(format!("{}:{}", policy.file, asked.line))
            .mend("gavel audit REFERENCE GENERATED --json audit.json, then add --audit audit.json"));
    }
    Ok(drafts)
}

fn blank(name: &str, line: usize, policy: &Policy) -> Check {
    Check {
        name: format!("audit {name} clean"),
        kind: Kind::Audit,
        metric: name.to_owned(),
        params: BTreeMap::new(),
        line,
        verdict: Decision::Pass,
        text: String::new(),
        value: None,
        std_error: None,
        bounds: None,
        bound: None,
        limit: None,
        baseline: None,
        worsening: None,
        margin: None,
        judged_by: None,
        p_pass: None,
        p_fail: None,
        p_fail_adjusted: None,
        error_rate: policy.error_rate,
        method: String::new(),
        n: None,
        n_needed: None,
        times_needed: None,
    }
}

fn judged(
    policy: &Policy,
    asked: &Audits,
    name: &str,
    line: usize,
    found: &[&FindingRecord],
) -> Result<Draft> {
    let mut check = blank(name, line, policy);
    let mut bad = Vec::new();
    let mut passed_over = 0;
    for finding in found {
        let severity = severity(finding).map_err(|e| e.at(format!("{}:{line}", policy.file)))?;
        if severity.is_none_or(|severity| severity < asked.fail_on) {
            continue;
        }
        if asked.ignore.contains(&finding.id) {
            passed_over += 1;
        } else {
            bad.push(format!(
                "{} ({}): {}",
                finding.id, finding.severity, finding.text
            ));
        }
    }
    let passed_over = match passed_over {
        0 => String::new(),
        n => format!("; {n} ignored by the policy"),
    };
    if bad.is_empty() {
        check.text = format!(
            "{} looked at, nothing {} or worse{passed_over}",
            match found.len() {
                1 => "1 thing".to_owned(),
                n => format!("{n} things"),
            },
            word(asked.fail_on)
        );
    } else {
        check.verdict = Decision::Fail;
        check.text = format!("{}{passed_over}", bad.join("; "));
    }
    Ok(Draft::settled(check))
}

/// An audit that the document says was not run cannot be judged; one that it does not know is a mistake.
fn not_run(
    policy: &Policy,
    name: &str,
    line: usize,
    results: &Results,
    file: &str,
) -> Result<Draft> {
    let said = results.warnings.iter().find(|warning| {
        warning.code == "audit_not_run" && warning.text.contains(&format!("audit {name} "))
    });
    let Some(warning) = said else {
        let mut ids: Vec<&str> = results.findings.iter().map(|f| f.id.as_str()).collect();
        ids.dedup();
        let there = if ids.is_empty() {
            "no findings".to_owned()
        } else {
            format!("findings of {}", ids.join(", "))
        };
        return Err(Error::input(format!(
            "the audit {name} is required, but {file} has {there}"
        ))
        .at(format!("{}:{line}", policy.file))
        .mend(format!("gavel audit REFERENCE GENERATED --audits {name} --json audit.json, then add --audit audit.json")));
    };
    let mut check = blank(name, line, policy);
    check.verdict = Decision::CannotTell;
    check.text = format!("{}; try: {}", warning.text, warning.mend);
    Ok(Draft::settled(check))
}

/// `None` for what was looked for and not found.
fn severity(finding: &FindingRecord) -> Result<Option<FailOn>> {
    match finding.severity.as_str() {
        "clear" => Ok(None),
        "note" => Ok(Some(FailOn::Note)),
        "warning" => Ok(Some(FailOn::Warning)),
        "serious" => Ok(Some(FailOn::Serious)),
        other => Err(Error::input(format!(
            "the finding {} has the severity {other:?}; expected clear, note, warning or serious",
            finding.id
        ))
        .mend("use the version of gavel that wrote the results")),
    }
}

fn word(fail_on: FailOn) -> &'static str {
    match fail_on {
        FailOn::Note => "a note",
        FailOn::Warning => "a warning",
        FailOn::Serious => "serious",
    }
}

/// The worst findings of results whose policy does not look at audits.
pub fn overlooked(results: &Results) -> Vec<&str> {
    let serious = results.findings.iter().filter(|f| f.severity == "serious");
    serious.map(|finding| finding.id.as_str()).collect()
}
