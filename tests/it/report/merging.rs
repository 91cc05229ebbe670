//! Which documents make one page, and what the verdict says.

use super::material::{audit, evaluation, row};
use gavel::verdicts::report::document::Document;
use gavel::verdicts::report::html;
use gavel::verdicts::report::subjects::subjects;
use gavel::verdicts::report::summary::{Floor, floor, summary};
use gavel::verdicts::results::Row;
use serde_json::{Value, json};

fn read(value: &Value) -> Document {
    Document::parse("a.json", &value.to_string()).expect("a document")
}

#[test]
fn numbers_and_findings_of_one_set_are_one_page_and_those_of_two_sets_a_history() {
    let one = [read(&evaluation("g.tgz", 64.0)), read(&audit("g.tgz"))];
    assert_eq!(subjects(&one).len(), 1);
    let page = html::render(&one).expect("a page");
    assert!(page.contains("<h1>g.tgz</h1>"));
    for part in [
        "In short",
        "Findings",
        "Numbers",
        "Figures",
        "Warnings",
        "How to reproduce this",
    ] {
        assert!(page.contains(&format!(">{part}</h2>")), "{part}");
    }
    assert!(!page.contains(">History</h2>"));
    let two = [
        read(&evaluation("a.tgz", 64.0)),
        read(&evaluation("b.tgz", 32.0)),
        read(&audit("a.tgz")),
    ];
    let found = subjects(&two);
    assert_eq!(found.len(), 2);
    assert_eq!(
        (found[0].parts.len(), found[1].parts.len()),
        (2, 1),
        "in the order given"
    );
    let page = html::render(&two).expect("a page");
    for part in [
        "Overview",
        "History",
        "What changed",
        "A: a.tgz",
        "B: b.tgz",
    ] {
        assert!(page.contains(&format!(">{part}</h2>")), "{part}");
    }
    // fd fell from 64 to 32 with errors of 1.6: the root of 2 * 1.6² is 2.26, so 14 standard errors.
    assert!(page.contains("B is better"));
}

#[test]
fn sets_that_cannot_be_tested_against_each_other_say_why() {
    let mut other = evaluation("b.tgz", 32.0);
    other["protocol"]["identity"] = json!("another");
    let page = html::render(&[read(&evaluation("a.tgz", 64.0)), read(&other)]).expect("a page");
    assert!(page.contains("cannot be tested against each other") && page.contains("protocol"));
}

#[test]
fn a_document_without_a_fingerprint_is_a_set_of_its_own() {
    let mut nameless = evaluation("a.tgz", 64.0);
    nameless["inputs"] = json!({});
    assert_eq!(subjects(&[read(&nameless), read(&nameless)]).len(), 2);
    assert!(html::render(&[read(&nameless)]).is_ok());
}

#[test]
fn the_floor_is_reached_where_the_interval_holds_it_and_undercut_where_it_lies_below() {
    // The interval is value ± 2 errors: 10 ± 2.
    for (expected, found) in [
        (7.9, Floor::NotReached),
        (8.1, Floor::Reached),
        (11.9, Floor::Reached),
        (12.1, Floor::Undercut),
    ] {
        let row: Row = serde_json::from_value(row(
            "fd",
            10.0,
            1.0,
            "lower",
            json!({"floor_scaled": expected}),
        ))
        .expect("a row");
        assert_eq!(floor(&row), Some(found), "{expected}");
    }
}

#[test]
fn the_worst_finding_is_the_verdict_and_without_an_audit_that_is_said() {
    let documents = [read(&evaluation("g.tgz", 64.0)), read(&audit("g.tgz"))];
    let both = summary(&subjects(&documents)[0]);
    assert_eq!(both.severity, "serious");
    assert!(both.points[0].text.contains("mirrored training pictures"));
    let alone = summary(&subjects(&documents[..1])[0]);
    assert_eq!(alone.severity, "note");
    assert!(alone.headline.contains("Not as near"));
    assert!(alone.points.iter().any(|p| p.text.contains("No audit")));
    // Precision 0.83 … 0.87 lies above recall 0.55 … 0.59.
    assert!(
        alone
            .points
            .iter()
            .any(|p| p.text.contains("better than their variety"))
    );
    let near = [read(&evaluation("g.tgz", 2.0))];
    let near = summary(&subjects(&near)[0]);
    // 2 ± 3.2 holds the floor of 0.35.
    assert_eq!(near.severity, "clear");
}

#[test]
fn the_other_documents_have_sections_of_their_own() {
    let record = json!({"source": "real", "n": 10, "fingerprint": "r", "failed": []});
    let comparison = json!({"schema": "gavel.comparison/1", "gavel": "0", "command": ["gavel"], "paired": true, "level": 0.05,
        "inputs": {"reference": record}, "extractor": null, "protocol": null, "engine": null, "seed": 1,
        "generators": [
            {"label": "A", "input": record, "metrics": [row("fd", 9.0, 1.0, "lower", json!({"floor_scaled": 1.0}))], "won": 0, "lost": 1, "undecided": 0},
            {"label": "B", "input": record, "metrics": [row("fd", 2.0, 1.0, "lower", json!({"floor_scaled": 1.0}))], "won": 1, "lost": 0, "undecided": 0}],
        "differences": [{"id": "fd", "params": {}, "direction": "lower", "a": "A", "b": "B", "value_a": 9.0, "value_b": 2.0,
            "difference": -7.0, "std_error": 1.0, "interval": {"lower": -9.0, "upper": -5.0, "level": 0.95}, "p_value": 1e-9,
            "p_holm": 1e-9, "verdict": "better", "n_needed": null, "times_needed": null, "method": "", "why_absent": null}],
        "rankings": [], "warnings": []});
    let sensitivity = json!({"schema": "gavel.sensitivity/1", "gavel": "0", "command": [], "input": record, "n_reference": 5,
        "n_held_out": 5, "n_train": null, "copies_from": "reference", "modes": null, "extractor": null, "protocol": null,
        "engine": null, "seed": 1, "seen_at": 2.8, "metrics": [row("fd", 9.0, 1.0, "lower", json!({}))],
        "corruptions": [{"name": "blur", "title": "blur", "unit": "%", "levels": [1.0], "written": ["1"], "zero": "0"}],
        "responses": [], "warnings": []});
    let page = html::render(&[read(&comparison), read(&sensitivity)]).expect("a page");
    for words in [
        "Who is better",
        "B is better in 1 of its tests",
        "Differences",
        "How each metric responds",
        "<svg",
    ] {
        assert!(page.contains(words), "{words}");
    }
}
