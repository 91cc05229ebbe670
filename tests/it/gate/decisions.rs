//! What is passed, failed and left open; all numbers by hand from the normal distribution.

use super::{at_most, document, row, save};
use crate::program::gavel;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::Path;

/// The gate's document for results and a policy, with the exit code that it must have.
#[track_caller]
fn gate(home: &Path, results: &Value, policy: &str, more: &[&str], code: i32) -> Value {
    save(home, "results.json", results);
    save(home, "policy.toml", policy);
    let arguments = [
        "gate",
        "results.json",
        "--policy",
        "policy.toml",
        "--json",
        "-",
    ];
    let answer = gavel(home, &[&arguments[..], more].concat());
    assert_eq!(answer.code, code, "{}\n{}", answer.stdout, answer.stderr);
    serde_json::from_str(&answer.stdout).unwrap()
}

fn close(got: &Value, want: f64) {
    let got = got.as_f64().unwrap();
    assert!(
        (got - want).abs() <= 1e-5 * want.abs(),
        "{got} against {want}"
    );
}

#[test]
fn a_limit_is_passed_failed_or_left_open_by_one_sided_bounds() {
    let home = tempfile::tempdir().unwrap();
    // fd = 10 ± 1; z = 1.645 at 5 %: the bounds are 8.355 and 11.645.
    let results = document(10.0, 1.0);
    for (limit, code, verdict) in [
        (11.65, 0, "pass"),
        (11.64, 6, "cannot_tell"),
        (10.0, 6, "cannot_tell"),
        (8.36, 6, "cannot_tell"),
        (8.35, 1, "fail"),
    ] {
        let found = gate(home.path(), &results, &at_most(limit), &[], code);
        assert_eq!(found["schema"], "gavel.gate/1");
        assert_eq!(found["verdict"], verdict, "{limit}");
        let check = &found["checks"][0];
        close(&check["bounds"]["lower"], 8.355_146);
        close(&check["bounds"]["upper"], 11.644_854);
        assert_eq!(check["line"], 2);
    }
    // The other side: at least 8.35 is passed, at least 11.65 is failed.
    for (limit, code) in [(8.35, 0), (8.36, 6), (11.64, 6), (11.65, 1)] {
        let policy = format!("[[limit]]\nmetric = \"fd\"\nat_least = {limit}\n");
        gate(home.path(), &results, &policy, &[], code);
    }
}

#[test]
fn each_end_of_a_skewed_interval_decides_its_own_side() {
    let home = tempfile::tempdir().unwrap();
    let mut results = document(10.0, 1.0);
    // 95 % reaches of 0.98 below and 3.92 above: errors of 0.5 and 2; at 5 % the bounds are 9.178 and 13.290.
    results["metrics"][0]["interval"] =
        json!({"lower": 10.0 - 0.979_981_992_27, "upper": 10.0 + 3.919_927_969_08, "level": 0.95});
    for (limit, code) in [(13.3, 0), (13.28, 6), (9.18, 6), (9.17, 1)] {
        gate(home.path(), &results, &at_most(limit), &[], code);
    }
}

#[test]
fn an_interval_that_was_cut_off_at_the_edge_of_its_range_takes_the_standard_error() {
    let home = tempfile::tempdir().unwrap();
    let mut results = document(1.0, 1.0);
    // The reach down to 0 is 1 / 1.96 = 0.51: 0.9 / 0.51 = 1.76 of it would fail, 0.9 standard errors do not.
    results["metrics"][0]["interval"]["lower"] = json!(0.0);
    gate(home.path(), &results, &at_most(0.1), &[], 6);
    // An end that is not cut off counts as it is.
    results["metrics"][0]["interval"]["lower"] = json!(0.001);
    gate(home.path(), &results, &at_most(0.1), &[], 1);
}

#[test]
fn values_and_single_bounds_decide_without_a_third_answer() {
    let home = tempfile::tempdir().unwrap();
    let results = document(10.0, 1.0);
    for (judged_by, limit, code) in [
        ("value", 10.0, 0),
        ("value", 9.99, 1),
        ("upper", 11.65, 0),
        ("upper", 11.64, 1),
        ("lower", 8.36, 0),
        ("lower", 8.35, 1),
    ] {
        let policy = format!("{}judged_by = \"{judged_by}\"\n", at_most(limit));
        gate(home.path(), &results, &policy, &[], code);
    }
}

#[test]
fn the_needed_number_of_pictures_follows_from_the_distance_to_the_limit() {
    let home = tempfile::tempdir().unwrap();
    // One error inside: ((1.644854 + 0.841621) / 1)² = 6.182557 times 1000.
    let found = gate(home.path(), &document(10.0, 1.0), &at_most(11.0), &[], 6);
    let check = &found["checks"][0];
    close(&check["times_needed"], 6.182_557);
    assert_eq!(check["n_needed"], 6183);
    assert!(
        check["text"].as_str().unwrap().contains("about 6200"),
        "{check}"
    );
    // On the limit no number of pictures tells.
    let found = gate(home.path(), &document(10.0, 1.0), &at_most(10.0), &[], 6);
    assert_eq!(found["checks"][0]["n_needed"], Value::Null);
    assert!(
        found["checks"][0]["text"]
            .as_str()
            .unwrap()
            .contains("no number of pictures")
    );
}

#[test]
fn the_baseline_is_held_to_the_error_of_the_difference_and_the_margin() {
    let home = tempfile::tempdir().unwrap();
    // Errors 3 and 4: the difference has 5. Worse by 2: bounds 2 ∓ 8.224.
    save(home.path(), "baseline.json", document(10.0, 4.0));
    let results = document(12.0, 3.0);
    let with = ["--baseline", "baseline.json"];
    for (margin, code) in [(10.23, 0), (10.22, 6), (0.0, 6)] {
        let policy = format!("[[baseline]]\nmetric = \"fd\"\nmargin = {margin:?}\n");
        let found = gate(home.path(), &results, &policy, &with, code);
        let check = &found["checks"][0];
        assert_eq!(
            (&check["worsening"], &check["std_error"]),
            (&json!(2.0), &json!(5.0))
        );
    }
    // Worse by 8.23 with a margin of 0 fails, by 8.22 it does not.
    let policy = "[[baseline]]\nmetric = \"fd\"\nmargin = 0\n";
    gate(home.path(), &document(18.23, 3.0), policy, &with, 1);
    gate(home.path(), &document(18.22, 3.0), policy, &with, 6);
    // Better by as much passes.
    gate(home.path(), &document(1.77, 3.0), policy, &with, 0);
}

#[test]
fn where_higher_is_better_a_fall_is_worse() {
    let home = tempfile::tempdir().unwrap();
    let higher = |value: f64| {
        let mut results = document(value, 0.1);
        results["metrics"][0]["direction"] = json!("higher");
        results
    };
    save(home.path(), "baseline.json", higher(5.0));
    let policy = "[[baseline]]\nmetric = \"fd\"\nmargin = 0.5\n";
    let with = ["--baseline", "baseline.json"];
    gate(home.path(), &higher(6.0), policy, &with, 0);
    let found = gate(home.path(), &higher(4.0), policy, &with, 1);
    assert_eq!(found["checks"][0]["worsening"], 1.0);
}

#[test]
fn a_relative_margin_moves_with_the_baseline_and_its_error() {
    let home = tempfile::tempdir().unwrap();
    save(home.path(), "baseline.json", document(10.0, 1.0));
    let policy = "[[baseline]]\nmetric = \"fd\"\nmargin_relative = 0.5\n";
    let found = gate(
        home.path(),
        &document(12.0, 2.0),
        policy,
        &["--baseline", "baseline.json"],
        6,
    );
    let check = &found["checks"][0];
    assert_eq!(check["margin"], 5.0);
    // sqrt(2² + (1.5 · 1)²) = 2.5.
    assert_eq!(check["std_error"], 2.5);
    // A share of a number that is not above 0 says nothing.
    save(home.path(), "baseline.json", document(-0.1, 1.0));
    gavel(
        home.path(),
        &[
            "gate",
            "results.json",
            "--policy",
            "policy.toml",
            "--baseline",
            "baseline.json",
        ],
    )
    .fails(3, &["policy.toml:2", "margin_relative", "give margin"]);
}

#[test]
fn the_same_pictures_as_the_baseline_s_are_not_worse() {
    let home = tempfile::tempdir().unwrap();
    save(home.path(), "baseline.json", document(10.0, 1.0));
    let policy = "[[baseline]]\nmetric = \"fd\"\nmargin = 0\n";
    gate(
        home.path(),
        &document(10.0, 1.0),
        policy,
        &["--baseline", "baseline.json"],
        0,
    );
}

#[test]
fn a_saved_comparison_gives_the_paired_error() {
    let home = tempfile::tempdir().unwrap();
    let (old, new) = (document(10.0, 3.0), document(12.0, 4.0));
    save(home.path(), "baseline.json", &old);
    save(home.path(), "results.json", &new);
    let made = gavel(
        home.path(),
        &[
            "compare",
            "baseline.json",
            "results.json",
            "--json",
            "comparison.json",
        ],
    );
    assert_eq!(made.code, 0, "{}", made.stderr);
    // As a comparison of the pictures would have found it.
    let text = std::fs::read_to_string(home.path().join("comparison.json")).unwrap();
    let mut comparison: Value = serde_json::from_str(&text).unwrap();
    comparison["differences"][0]["std_error"] = json!(0.5);
    save(home.path(), "comparison.json", &comparison);
    let with = [
        "--baseline",
        "baseline.json",
        "--comparison",
        "comparison.json",
    ];
    let policy = "[[baseline]]\nmetric = \"fd\"\nmargin = 0\n";
    let found = gate(home.path(), &new, policy, &with, 1);
    let check = &found["checks"][0];
    assert_eq!(
        (&check["worsening"], &check["std_error"]),
        (&json!(2.0), &json!(0.5))
    );
    assert!(
        check["method"]
            .as_str()
            .unwrap()
            .starts_with("paired comparison")
    );
    // The generators the other way round in the comparison: the same worsening.
    comparison["differences"][0]["a"] = json!("B");
    comparison["differences"][0]["b"] = json!("A");
    comparison["differences"][0]["difference"] = json!(-2.0);
    save(home.path(), "comparison.json", &comparison);
    let found = gate(home.path(), &new, policy, &with, 1);
    assert_eq!(found["checks"][0]["worsening"], 2.0);
}

#[test]
fn many_checks_share_one_error_rate_for_fail_and_none_for_pass() {
    let home = tempfile::tempdir().unwrap();
    // Two errors outside: p = 0.02275. Alone it fails at 5 %; with four tests Holm makes it 0.091.
    let mut results = document(12.0, 1.0);
    for id in ["a", "b", "c"] {
        results["metrics"]
            .as_array_mut()
            .unwrap()
            .push(row(id, 10.0, 1.0));
    }
    let mut policy = at_most(10.0);
    gate(home.path(), &results, &policy, &[], 1);
    for id in ["a", "b", "c"] {
        let _ = writeln!(policy, "[[limit]]\nmetric = \"{id}\"\nat_most = 12.0");
    }
    let found = gate(home.path(), &results, &policy, &[], 6);
    close(&found["checks"][0]["p_fail"], 0.022_750_13);
    close(&found["checks"][0]["p_fail_adjusted"], 4.0 * 0.022_750_13);
    // The others are two errors inside and pass all the same: a pass needs no correction.
    assert_eq!(found["checks"][1]["verdict"], "pass");
    let each = format!("multiplicity = \"none\"\n{policy}");
    gate(home.path(), &results, &each, &[], 1);
}

#[test]
fn any_failure_fails_and_what_is_undecided_can_be_passed_or_failed() {
    let home = tempfile::tempdir().unwrap();
    let mut results = document(10.0, 1.0);
    results["metrics"]
        .as_array_mut()
        .unwrap()
        .push(row("kid", 10.0, 1.0));
    let both = format!(
        "{}[[limit]]\nmetric = \"kid\"\nat_most = 1.0\n",
        at_most(10.0)
    );
    let found = gate(home.path(), &results, &both, &[], 1);
    let verdicts: Vec<&Value> = found["checks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| &c["verdict"])
        .collect();
    assert_eq!(verdicts, ["cannot_tell", "fail"]);
    for (word, code) in [("pass", 0), ("fail", 1), ("cannot_tell", 6)] {
        let policy = format!("when_undecided = \"{word}\"\n{}", at_most(10.0));
        let found = gate(home.path(), &results, &policy, &[], code);
        assert_eq!(found["verdict"], "cannot_tell");
        assert_eq!(found["outcome"], word);
    }
}

#[test]
fn a_number_that_is_absent_cannot_be_told_with_the_reason() {
    let home = tempfile::tempdir().unwrap();
    let mut results = document(10.0, 1.0);
    results["metrics"][0]["value"] = Value::Null;
    results["warnings"] =
        json!([{"code": "too_few", "text": "fd: only 1 sample", "mend": "give more"}]);
    let found = gate(home.path(), &results, &at_most(11.0), &[], 6);
    assert!(
        found["checks"][0]["text"]
            .as_str()
            .unwrap()
            .contains("only 1 sample")
    );
    let mut bare = document(10.0, 1.0);
    bare["metrics"][0]["interval"] = Value::Null;
    bare["metrics"][0]["std_error"] = Value::Null;
    let found = gate(home.path(), &bare, &at_most(11.0), &[], 6);
    assert!(
        found["checks"][0]["text"]
            .as_str()
            .unwrap()
            .contains("no standard error")
    );
}

#[test]
fn audits_must_be_clean_from_the_severity_that_the_policy_names() {
    let home = tempfile::tempdir().unwrap();
    let mut results = document(10.0, 1.0);
    results["findings"] = json!([
        {"id": "duplicates_exact", "severity": "clear", "text": "none", "value": 0},
        {"id": "format_mismatch", "severity": "warning", "text": "PNG and JPEG", "value": 1},
        {"id": "collapse", "severity": "serious", "text": "one picture", "value": 1},
    ]);
    let audits = |keys: &str| format!("[audits]\n{keys}\n");
    let found = gate(home.path(), &results, &audits(""), &[], 1);
    let verdict = |found: &Value, name: &str| {
        let checks = found["checks"].as_array().unwrap();
        let check = checks.iter().find(|check| check["metric"] == name).unwrap();
        check["verdict"].clone()
    };
    assert_eq!(verdict(&found, "duplicates"), "pass");
    assert_eq!(verdict(&found, "hygiene"), "pass");
    assert_eq!(verdict(&found, "collapse"), "fail");
    gate(
        home.path(),
        &results,
        &audits("ignore = [\"collapse\"]"),
        &[],
        0,
    );
    let strict = audits("ignore = [\"collapse\"]\nfail_on = \"warning\"");
    gate(home.path(), &results, &strict, &[], 1);
    let but_one = audits("ignore = [\"collapse\", \"format_mismatch\"]\nfail_on = \"warning\"");
    gate(home.path(), &results, &but_one, &[], 0);
    // A policy that does not ask hears of it.
    let found = gate(home.path(), &results, &at_most(20.0), &[], 0);
    assert_eq!(found["warnings"][0]["code"], "audits_not_asked");
}

#[test]
fn a_required_audit_that_did_not_run_cannot_be_told_and_an_unknown_one_is_bad_input() {
    let home = tempfile::tempdir().unwrap();
    let mut results = document(10.0, 1.0);
    let policy = "[audits]\nrequired = [\"copies\"]\n";
    save(home.path(), "results.json", &results);
    save(home.path(), "policy.toml", policy);
    gavel(
        home.path(),
        &["gate", "results.json", "--policy", "policy.toml"],
    )
    .fails(3, &["policy.toml:2", "copies is required", "gavel audit"]);
    results["warnings"] = json!([{"code": "audit_not_run", "text": "the audit copies did not run: there is no training set", "mend": "--train"}]);
    let found = gate(home.path(), &results, policy, &[], 6);
    assert!(
        found["checks"][0]["text"]
            .as_str()
            .unwrap()
            .contains("no training set")
    );
    // Findings may stand in a document of their own, if it is about the same pictures.
    let mut audit = document(10.0, 1.0);
    audit["findings"] =
        json!([{"id": "training_copies", "severity": "clear", "text": "none", "value": 0}]);
    save(home.path(), "audit.json", &audit);
    gate(
        home.path(),
        &document(10.0, 1.0),
        policy,
        &["--audit", "audit.json"],
        0,
    );
    audit["inputs"]["generated"]["fingerprint"] = json!("other");
    save(home.path(), "audit.json", &audit);
    let answer = gavel(
        home.path(),
        &[
            "gate",
            "results.json",
            "--policy",
            "policy.toml",
            "--audit",
            "audit.json",
        ],
    );
    answer.fails(3, &["audit of other pictures"]);
}
