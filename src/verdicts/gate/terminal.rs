//! The gate for people: the verdict, one line a check, and why.

use super::{Check, Decision, Gate};
use crate::verdicts::report::number;
use crate::verdicts::report::terminal::{plain, table};
use std::fmt::Write as _;

/// Verdict, table, sentences, and what was judged.
#[must_use]
pub fn render(gate: &Gate) -> String {
    let mut out = format!("{}: {}\n\n", gate.verdict.name(), gate.summary());
    out.push_str(&table(&rows(gate)));
    out.push('\n');
    for check in &gate.checks {
        let _ = writeln!(out, "{:<11}  {}", check.verdict.name(), plain(&check.text));
    }
    out.push('\n');
    for line in provenance(gate) {
        let _ = writeln!(out, "{}", plain(&line));
    }
    out
}

/// The table's head and one line for each check.
pub(super) fn rows(gate: &Gate) -> Vec<Vec<String>> {
    let head = [
        "check",
        "verdict",
        "value",
        "baseline",
        "tested",
        "± SE",
        "bounds",
        "p inside",
        "p outside",
        "line",
    ];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for check in &gate.checks {
        let shown =
            |value: Option<f64>| value.map_or(String::new(), |v| number(v, check.std_error));
        let p = |value: Option<f64>| value.map_or(String::new(), |p| format!("{p:.4}"));
        rows.push(vec![
            check.name.clone(),
            check.verdict.name().to_owned(),
            shown(check.value),
            shown(check.baseline),
            shown(check.worsening.or(check.value)),
            shown(check.std_error),
            check.bounds.map_or(String::new(), |bounds| {
                format!(
                    "{} … {}",
                    shown(Some(bounds.lower)),
                    shown(Some(bounds.upper))
                )
            }),
            p(check.p_pass),
            p(check.p_fail_adjusted),
            check.line.to_string(),
        ]);
    }
    rows
}

/// What was judged by what, one line each.
pub(super) fn provenance(gate: &Gate) -> Vec<String> {
    let mut lines = vec![format!(
        "policy {}, error rate {}, {}",
        gate.policy.file,
        gate.policy.error_rate,
        correction(gate)
    )];
    let documents = [
        ("results", Some(&gate.results)),
        ("baseline", gate.baseline.as_ref()),
    ];
    for (what, document) in documents {
        let Some(document) = document else { continue };
        let sets: Vec<String> = document
            .inputs
            .iter()
            .map(|(side, input)| {
                let n = input.n.map_or("?".to_owned(), |n| n.to_string());
                let head: String = input.fingerprint.chars().take(16).collect();
                format!("{side} {} (n = {n}, {head})", input.source)
            })
            .collect();
        lines.push(format!("{what} {}: {}", document.file, sets.join(", ")));
    }
    if let Some(extractor) = &gate.extractor {
        let protocol = gate.protocol.as_ref().map_or("", |p| p.name.as_str());
        let engine = gate.engine.as_ref().map_or("", |e| e.class.as_str());
        lines.push(format!(
            "extractor {}, protocol {protocol}, engine {engine}, gavel {}",
            extractor.name, gate.gavel
        ));
    }
    for one in &gate.differences {
        lines.push(format!(
            "allowed to differ: {}, {} in the baseline, {} in the results",
            one.what, one.first, one.second
        ));
    }
    if gate.outcome != gate.verdict {
        lines.push(format!(
            "when_undecided makes of \"{}\": {}",
            gate.verdict.name(),
            gate.outcome.name()
        ));
    }
    lines
}

fn correction(gate: &Gate) -> String {
    let tested = |check: &&Check| check.p_fail.is_some();
    let n = gate.checks.iter().filter(tested).count();
    match gate.policy.multiplicity {
        super::policy::Multiplicity::Holm => {
            format!("\"fail\" corrected for {n} tests (Holm)")
        }
        super::policy::Multiplicity::None => "every check for itself".to_owned(),
    }
}

/// The checks that are worth a line of their own elsewhere, the failed ones first.
pub(super) fn troubles(gate: &Gate) -> Vec<&Check> {
    let of = |verdict: Decision| gate.checks.iter().filter(move |c| c.verdict == verdict);
    of(Decision::Fail).chain(of(Decision::CannotTell)).collect()
}
