//! Unlike things are not compared, and files that are not what they should be are told.

use super::{at_most, document, save};
use crate::program::gavel;
use serde_json::json;

const POLICY: &str = "[[baseline]]\nmetric = \"fd\"\nmargin = 100\n";

const GATE: [&str; 6] = [
    "gate",
    "results.json",
    "--policy",
    "policy.toml",
    "--baseline",
    "baseline.json",
];

#[test]
fn every_change_of_what_numbers_depend_on_is_refused_by_name_with_both_values() {
    let home = tempfile::tempdir().unwrap();
    save(home.path(), "baseline.json", document(10.0, 3.0));
    save(home.path(), "policy.toml", POLICY);
    for (pointer, value, words, key) in [
        (
            "/protocol/identity",
            json!("tf1:2"),
            ["protocol: clean:1", "tf1:2"],
            "protocol",
        ),
        (
            "/extractor/sha256",
            json!("22"),
            ["sha256 11", "sha256 22"],
            "extractor",
        ),
        (
            "/engine/class",
            json!("onnxruntime-cpu"),
            ["engine: tract", "onnxruntime-cpu"],
            "engine",
        ),
        (
            "/inputs/reference/fingerprint",
            json!("q"),
            ["real (r)", "real (q)"],
            "reference",
        ),
        (
            "/inputs/generated/n",
            json!(999),
            ["1000 in the baseline", "999 in the results"],
            "n",
        ),
        (
            "/metrics/0/n_generated",
            json!(998),
            ["1000 generated, 1000 reference", "998 generated"],
            "n",
        ),
        (
            "/metrics/0/n_reference",
            json!(997),
            ["1000 generated, 1000 reference", "997 reference"],
            "n",
        ),
        (
            "/metrics/0/params/ddof",
            json!(0),
            ["ddof=1 in the baseline", "ddof=0 in the results"],
            "params",
        ),
    ] {
        let mut results = document(11.0, 4.0);
        *results.pointer_mut(pointer).unwrap() = value;
        save(home.path(), "results.json", &results);
        let answer = gavel(home.path(), &GATE);
        answer.fails(3, &words);
        answer.fails(3, &["baseline.json", &format!("--allow {key}")]);
        // Allowed on the command line or in the policy, it is judged and the difference is told.
        let allowed = gavel(home.path(), &[&GATE[..], &["--allow", key]].concat());
        assert_eq!(allowed.code, 0, "{key}: {}", allowed.stderr);
        assert!(
            allowed.stdout.contains("allowed to differ"),
            "{}",
            allowed.stdout
        );
        save(
            home.path(),
            "policy.toml",
            format!("allow = [\"{key}\"]\n{POLICY}"),
        );
        assert_eq!(gavel(home.path(), &GATE).code, 0, "{key}");
        // Another key does not help.
        let other = if key == "n" { "engine" } else { "n" };
        save(
            home.path(),
            "policy.toml",
            format!("allow = [\"{other}\"]\n{POLICY}"),
        );
        gavel(home.path(), &GATE).fails(3, &[words[1]]);
        save(home.path(), "policy.toml", POLICY);
    }
    let mut trained = document(11.0, 4.0);
    trained["inputs"]["train"] = trained["inputs"]["reference"].clone();
    save(home.path(), "results.json", &trained);
    gavel(home.path(), &GATE).fails(3, &["training set: none in the baseline"]);
}

#[test]
fn all_differences_are_named_at_once() {
    let home = tempfile::tempdir().unwrap();
    save(home.path(), "baseline.json", document(10.0, 3.0));
    save(home.path(), "policy.toml", POLICY);
    let mut results = document(11.0, 4.0);
    results["engine"]["class"] = json!("onnxruntime-cpu");
    results["inputs"]["generated"]["n"] = json!(10);
    save(home.path(), "results.json", &results);
    gavel(home.path(), &GATE).fails(
        3,
        &[
            "engine: ",
            "number of generated pictures: ",
            "--allow engine,n",
        ],
    );
    // Half of an allowance is none.
    gavel(home.path(), &[&GATE[..], &["--allow", "n"]].concat()).fails(3, &["engine: "]);
    gavel(home.path(), &[&GATE[..], &["--allow", "colour"]].concat())
        .fails(2, &["--allow colour", "protocol,extractor"]);
}

#[test]
fn another_seed_or_version_is_told_and_not_refused() {
    let home = tempfile::tempdir().unwrap();
    let mut old = document(10.0, 3.0);
    old["seed"] = json!(7);
    old["gavel"] = json!("0.0.1");
    save(home.path(), "baseline.json", &old);
    save(home.path(), "results.json", document(11.0, 4.0));
    save(home.path(), "policy.toml", POLICY);
    let answer = gavel(home.path(), &GATE);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    assert!(answer.stderr.contains("other_seed") && answer.stderr.contains("other_version"));
}

#[test]
fn a_comparison_needs_its_baseline() {
    let home = tempfile::tempdir().unwrap();
    save(home.path(), "results.json", document(11.0, 4.0));
    save(home.path(), "policy.toml", POLICY);
    gavel(home.path(), &GATE[..4]).fails(2, &["policy.toml:2", "--baseline"]);
    gavel(home.path(), &GATE).fails(3, &["baseline.json: no such file", "--update-baseline"]);
    let mut neither = document(11.0, 4.0);
    neither["metrics"][0]["direction"] = json!("neither");
    save(home.path(), "results.json", &neither);
    save(home.path(), "baseline.json", document(10.0, 4.0));
    gavel(home.path(), &GATE).fails(3, &["policy.toml:2", "[[limit]]"]);
}

#[test]
fn documents_of_newer_schemas_are_refused_and_older_ones_are_read() {
    let home = tempfile::tempdir().unwrap();
    save(home.path(), "policy.toml", at_most(20.0));
    let gate = ["gate", "results.json", "--policy", "policy.toml"];
    let mut newer = document(10.0, 1.0);
    newer["schema"] = json!("gavel.results/2");
    save(home.path(), "results.json", &newer);
    gavel(home.path(), &gate).fails(3, &["results.json", "gavel.results/2", "gavel.results/1"]);
    // The first documents had no findings, no details and no names.
    let mut older = document(10.0, 1.0);
    older.as_object_mut().unwrap().remove("findings");
    older["metrics"][0].as_object_mut().unwrap().remove("name");
    save(home.path(), "results.json", &older);
    assert_eq!(gavel(home.path(), &gate).code, 0);
    for wrong in ["", "{", "[]", "{}", "{\"schema\": 1}", "null"] {
        save(home.path(), "results.json", wrong);
        gavel(home.path(), &gate).fails(3, &["results.json"]);
    }
    save(home.path(), "results.json", document(10.0, 1.0));
    save(
        home.path(),
        "comparison.json",
        "{\"schema\": \"gavel.results/1\"}",
    );
    gavel(
        home.path(),
        &[&gate[..], &["--comparison", "comparison.json"]].concat(),
    )
    .fails(3, &["comparison.json", "gavel.comparison/1"]);
    gavel(
        home.path(),
        &["gate", "nowhere.json", "--policy", "policy.toml"],
    )
    .fails(3, &["nowhere.json"]);
    gavel(
        home.path(),
        &["gate", "results.json", "--policy", "nowhere.toml"],
    )
    .fails(3, &["nowhere.toml"]);
    gavel(home.path(), &["gate", "results.json"]).fails(2, &["--policy"]);
}

#[test]
fn a_new_baseline_needs_the_rows_that_the_policy_compares() {
    let home = tempfile::tempdir().unwrap();
    save(home.path(), "results.json", document(11.0, 4.0));
    save(home.path(), "policy.toml", POLICY.replace("fd", "kid"));
    let renewing = [&GATE[..], &["--update-baseline"]].concat();
    // A first baseline without the row would only be missed at the next run.
    gavel(home.path(), &renewing).fails(3, &["kid is not in results.json"]);
    assert!(!home.path().join("baseline.json").exists());
    // A row that only the old baseline lacks can be added by force.
    let mut old = document(10.0, 4.0);
    old["metrics"][0]["id"] = json!("recall");
    save(home.path(), "baseline.json", &old);
    save(home.path(), "policy.toml", POLICY);
    gavel(home.path(), &renewing).fails(3, &["fd is not in baseline.json, which has recall"]);
    let forced = gavel(home.path(), &[&renewing[..], &["--force"]].concat());
    assert_eq!(forced.code, 0, "{}", forced.stderr);
    assert!(
        forced.stderr.contains("baseline_not_compared"),
        "{}",
        forced.stderr
    );
    assert_eq!(gavel(home.path(), &GATE).code, 0);
}

#[test]
fn a_baseline_is_only_replaced_by_results_that_pass() {
    let home = tempfile::tempdir().unwrap();
    save(home.path(), "baseline.json", document(10.0, 1.0));
    save(home.path(), "policy.toml", POLICY.replace("100", "0.1"));
    let renewing = [&GATE[..], &["--update-baseline"]].concat();
    let before = std::fs::read(home.path().join("baseline.json")).unwrap();
    for (value, code) in [(20.0, 1), (10.0001, 6)] {
        save(home.path(), "results.json", document(value, 1.0));
        gavel(home.path(), &renewing).fails(code, &["stays as it is"]);
        assert_eq!(
            std::fs::read(home.path().join("baseline.json")).unwrap(),
            before
        );
    }
    save(home.path(), "results.json", document(1.0, 1.0));
    let passed = gavel(home.path(), &renewing);
    assert_eq!(passed.code, 0, "{}", passed.stderr);
    assert!(
        passed.stderr.contains("fd (ddof=1): 10.0 → 1.0"),
        "{}",
        passed.stderr
    );
    gavel(home.path(), &[&GATE[..], &["--force"]].concat()).fails(2, &["--update-baseline"]);
}
