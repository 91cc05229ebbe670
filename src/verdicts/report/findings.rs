//! Findings in words, the worst first.

use super::markdown::cell;
use super::terminal::plain;
use crate::verdicts::findings::{FindingRecord, ProofRecord};
use std::fmt::Write as _;

/// Pieces of evidence that are named under a finding; the document has all.
const NAMED: usize = 3;

/// Severities, the worst first.
const ORDER: [&str; 4] = ["serious", "warning", "note", "clear"];

/// Findings with the worst first; those of the same severity in the order of the document.
pub(super) fn sorted(findings: &[FindingRecord]) -> Vec<&FindingRecord> {
    let rank = |finding: &FindingRecord| {
        ORDER
            .iter()
            .position(|name| *name == finding.severity)
            .unwrap_or(ORDER.len())
    };
    let mut all: Vec<&FindingRecord> = findings.iter().collect();
    all.sort_by_key(|finding| rank(finding));
    all
}

/// One paragraph for each finding: severity, id and sentence, evidence by name, what to do.
pub(super) fn terminal(findings: &[FindingRecord]) -> String {
    let mut out = String::new();
    let width = findings.iter().map(|f| f.id.len()).max().unwrap_or(0);
    for finding in sorted(findings) {
        let _ = writeln!(
            out,
            "{:<8} {:<width$}  {}",
            finding.severity,
            finding.id,
            plain(&finding.text)
        );
        let indent = " ".repeat(width + 11);
        for proof in finding.evidence.iter().take(NAMED) {
            let _ = writeln!(out, "{indent}{}", plain(&sentence(proof)));
        }
        if finding.evidence.len() > NAMED {
            let more = finding.evidence.len() - NAMED;
            let _ = writeln!(
                out,
                "{indent}and {more} more (--json has them, --sheets shows them)"
            );
        }
        if !finding.mend.is_empty() {
            let _ = writeln!(out, "{indent}try: {}", plain(&finding.mend));
        }
    }
    out
}

/// The findings as a Markdown table.
pub(super) fn markdown(findings: &[FindingRecord]) -> String {
    if findings.is_empty() {
        return String::new();
    }
    let mut out =
        String::from("| severity | finding | | evidence | what to do |\n|---|---|---|---|---|\n");
    for finding in sorted(findings) {
        let named: Vec<String> = finding.evidence.iter().take(NAMED).map(sentence).collect();
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} |",
            cell(&finding.severity),
            cell(&finding.id),
            cell(&finding.text),
            cell(&named.join("; ")),
            cell(&finding.mend)
        );
    }
    out.push('\n');
    out
}

/// `mirror: generated 17.png, train 3021.png (distance 0.02, p 0.0002)`.
fn sentence(proof: &ProofRecord) -> String {
    let mut pictures: Vec<String> = proof
        .pictures
        .iter()
        .take(4)
        .map(|picture| format!("{} {}", picture.side, picture.name))
        .collect();
    if proof.pictures.len() > pictures.len() {
        pictures.push(format!("{} more", proof.pictures.len() - pictures.len()));
    }
    let mut numbers = Vec::new();
    if let Some(distance) = proof.distance {
        numbers.push(format!("distance {distance:.3}"));
    }
    match proof.p_value {
        Some(p) if p < 1e-4 => numbers.push("p < 0.0001".to_owned()),
        Some(p) => numbers.push(format!("p {p:.4}")),
        None => {}
    }
    let lead = proof.transform.as_deref().unwrap_or(&proof.label);
    let numbers = if numbers.is_empty() {
        String::new()
    } else {
        format!(" ({})", numbers.join(", "))
    };
    match lead {
        "" => format!("{}{numbers}", pictures.join(", ")),
        lead => format!("{lead}: {}{numbers}", pictures.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::{Evidence, Finding, Severity};
    use crate::statistics::estimate::SetSide;

    fn record(id: &'static str, severity: Severity) -> FindingRecord {
        let mut finding = Finding::new(id, severity, "what <b>");
        finding.evidence = vec![
            Evidence {
                pictures: vec![(SetSide::Generated, 7), (SetSide::Train, 9)],
                transform: Some("mirror".to_owned()),
                distance: Some(0.25),
                p_value: Some(1e-9),
                ..Evidence::default()
            };
            4
        ];
        FindingRecord::of(&finding, &|_, index| format!("{index}.png\u{7}"))
    }

    #[test]
    fn the_worst_comes_first_and_evidence_is_named_without_control_characters() {
        let findings = [record("a", Severity::Clear), record("b", Severity::Serious)];
        let text = terminal(&findings);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "serious  b  what <b>");
        assert_eq!(
            lines[1].trim(),
            "mirror: generated 7.png\u{fffd}, train 9.png\u{fffd} (distance 0.250, p < 0.0001)"
        );
        assert!(lines[4].contains("and 1 more"));
        assert_eq!(lines[5], "clear    a  what <b>");
        assert!(markdown(&findings).contains("what &lt;b>"));
    }

    #[test]
    fn evidence_names_the_first_picture_of_each_set() {
        let record = record("a", Severity::Note);
        let proof = &record.evidence[0];
        assert_eq!(
            (proof.generated, proof.train, proof.reference),
            (Some(7), Some(9), None)
        );
    }
}
