//! What machines read: JUnit, the job summary, notes beside lines, the history.

use super::{at_most, document, row, save};
use crate::program::gavel;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// Results with one row that passes, one that fails and one that cannot be told.
fn three(home: &Path) {
    let mut results = document(1.0, 0.1);
    let rows = results["metrics"].as_array_mut().unwrap();
    rows.extend([row("kid", 9.0, 0.1), row("cmmd", 5.0, 0.1)]);
    save(home, "results.json", &results);
    let policy = format!(
        "{}[[limit]]\nmetric = \"kid\"\nat_most = 5\n[[limit]]\nmetric = \"cmmd\"\nat_most = 5\n",
        at_most(5.0)
    );
    save(home, "po,li:cy 5%.toml", policy);
}

const GATE: [&str; 4] = ["gate", "results.json", "--policy", "po,li:cy 5%.toml"];

#[test]
fn junit_has_one_case_a_check_with_the_right_counts() {
    let home = tempfile::tempdir().unwrap();
    three(home.path());
    let answer = gavel(home.path(), &[&GATE[..], &["--junit", "gate.xml"]].concat());
    assert_eq!(answer.code, 1, "{}", answer.stderr);
    let text = fs::read_to_string(home.path().join("gate.xml")).unwrap();
    let parsed = roxmltree::Document::parse(&text).unwrap();
    let suite = parsed.root_element().first_element_child().unwrap();
    assert_eq!(parsed.root_element().tag_name().name(), "testsuites");
    for (name, count) in [
        ("tests", "3"),
        ("failures", "1"),
        ("errors", "0"),
        ("skipped", "1"),
    ] {
        assert_eq!(suite.attribute(name), Some(count), "{name}");
    }
    let cases: Vec<_> = suite
        .children()
        .filter(|n| n.has_tag_name("testcase"))
        .collect();
    let names: Vec<_> = cases
        .iter()
        .map(|case| case.attribute("name").unwrap())
        .collect();
    assert_eq!(names, ["fd at most 5", "kid at most 5", "cmmd at most 5"]);
    assert!(
        cases
            .iter()
            .all(|case| case.attribute("classname") == Some("gavel.limit"))
    );
    let inner: Vec<_> = cases
        .iter()
        .map(|case| case.first_element_child().unwrap().tag_name().name())
        .collect();
    assert_eq!(inner, ["system-out", "failure", "skipped"]);
}

#[test]
fn notes_stand_at_the_line_of_the_policy_and_are_escaped() {
    let home = tempfile::tempdir().unwrap();
    three(home.path());
    let github = gavel(
        home.path(),
        &[&GATE[..], &["--annotations", "github"]].concat(),
    );
    let file = "file=po%2Cli%3Acy 5%25.toml";
    for note in [
        format!("::error {file},line=5,title=gavel gate%3A kid at most 5::kid is 9.00 ± 0.10"),
        format!("::warning {file},line=8,title=gavel gate%3A cmmd at most 5::cmmd is 5.00 ± 0.10"),
    ] {
        assert!(github.stdout.contains(&note), "{note}\n{}", github.stdout);
    }
    assert_eq!(github.stdout.matches("\n::").count(), 2);
    // A document on stdout stays whole: the notes go to stderr.
    let both = gavel(
        home.path(),
        &[&GATE[..], &["--annotations", "github", "--json", "-"]].concat(),
    );
    assert!(serde_json::from_str::<Value>(&both.stdout).is_ok());
    assert!(both.stderr.contains("::error file="));
    let gitlab = gavel(
        home.path(),
        &[&GATE[..], &["--annotations", "gitlab"]].concat(),
    );
    let notes: Value = serde_json::from_str(&gitlab.stdout).unwrap();
    assert_eq!(notes.as_array().unwrap().len(), 2);
    assert_eq!(
        notes[0]["location"],
        json!({"path": "po,li:cy 5%.toml", "lines": {"begin": 5}})
    );
    assert_eq!(notes[0]["severity"], "major");
    assert_ne!(notes[0]["fingerprint"], notes[1]["fingerprint"]);
    gavel(
        home.path(),
        &[&GATE[..], &["--json", "-", "--junit", "-"]].concat(),
    )
    .fails(2, &["2 documents"]);
    gavel(
        home.path(),
        &[&GATE[..], &["--json", "-", "--annotations", "gitlab"]].concat(),
    )
    .fails(2, &["2 documents"]);
}

#[test]
fn texts_of_others_cannot_break_a_document() {
    let home = tempfile::tempdir().unwrap();
    let mut results = document(1.0, 0.1);
    results["inputs"]["generated"]["source"] = json!("a|b`<script>\u{1b}[31m\n::error ::x");
    results["findings"] = json!([{"id": "collapse", "severity": "serious", "value": 1,
        "text": "<b>\"one\" & 'only'</b>\u{0}\n::error ::x|y"}]);
    save(home.path(), "results.json", &results);
    save(home.path(), "policy.toml", "[audits]\n");
    let arguments = [
        "gate",
        "results.json",
        "--policy",
        "policy.toml",
        "--junit",
        "gate.xml",
        "--markdown",
        "gate.md",
        "--annotations",
        "github",
    ];
    let answer = gavel(home.path(), &arguments);
    assert_eq!(answer.code, 1, "{}", answer.stderr);
    assert!(!answer.stdout.contains('\u{1b}'), "{}", answer.stdout);
    assert!(
        !answer.stdout.contains("\n::error ::x"),
        "{}",
        answer.stdout
    );
    let xml = fs::read_to_string(home.path().join("gate.xml")).unwrap();
    let parsed = roxmltree::Document::parse(&xml).unwrap();
    let failure = parsed
        .descendants()
        .find(|n| n.has_tag_name("failure"))
        .unwrap();
    let message = failure.attribute("message").unwrap();
    assert!(
        message.contains("<b>\"one\" & 'only'</b>\u{fffd}\n"),
        "{message}"
    );
    let markdown = fs::read_to_string(home.path().join("gate.md")).unwrap();
    assert!(
        !markdown.contains("<script>") && !markdown.contains("<b>"),
        "{markdown}"
    );
}

#[test]
fn the_job_summary_draws_the_history_in_the_order_of_names() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("history");
    fs::create_dir(&folder).unwrap();
    for (name, value) in [
        ("run-10.json", 8.0),
        ("run-9.json", 4.0),
        ("run-2.json", 1.0),
    ] {
        save(&folder, name, document(value, 0.5));
    }
    let mut other = document(100.0, 0.5);
    other["protocol"]["identity"] = json!("tf1:2");
    save(&folder, "run-3.json", &other);
    save(&folder, "gate.json", "{\"schema\": \"gavel.gate/1\"}");
    save(home.path(), "results.json", document(2.0, 0.5));
    save(home.path(), "policy.toml", at_most(5.0));
    let gate = ["gate", "results.json", "--policy", "policy.toml"];
    let with = [
        "--history",
        "history",
        "--markdown",
        "-",
        "--figure",
        "history.svg",
    ];
    let answer = gavel(home.path(), &[&gate[..], &with].concat());
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    // 1, 4, 8, 2 between 1 and 8: heights 0, 3, 7, 1 of seven.
    assert!(answer.stdout.contains("▁▄█▂"), "{}", answer.stdout);
    assert!(
        answer
            .stdout
            .contains("line [1.00000, 4.00000, 8.00000, 2.00000]"),
        "{}",
        answer.stdout
    );
    assert!(answer.stderr.contains("history_left_out") && answer.stderr.contains("run-3.json"));
    assert!(answer.stderr.contains("history_skipped") && answer.stderr.contains("gate.json"));
    let svg = fs::read_to_string(home.path().join("history.svg")).unwrap();
    assert!(svg.starts_with("<svg") && svg.contains("the gate passed"));
    // Files in the order given; one that is no results document is an error.
    let files = ["--history", "history/run-10.json", "history/run-9.json"];
    let answer = gavel(
        home.path(),
        &[&gate[..], &files, &["--markdown", "-"]].concat(),
    );
    assert!(
        answer.stdout.contains("line [8.00000, 4.00000, 2.00000]"),
        "{}",
        answer.stdout
    );
    gavel(
        home.path(),
        &[&gate[..], &["--history", "history/gate.json"]].concat(),
    )
    .fails(3, &["gate.json"]);
    gavel(
        home.path(),
        &[&gate[..], &["--history", "history", "--figure", "x.gif"]].concat(),
    )
    .fails(2, &[".svg or .png"]);
}

#[test]
fn the_workflow_of_the_documentation_uses_options_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let workflow = fs::read_to_string(root.join("docs/ci/gavel.yml")).unwrap();
    let (_, gate) = workflow.split_once("set +e").unwrap();
    let (gate, _) = gate.split_once("code=$?").unwrap();
    let home = tempfile::tempdir().unwrap();
    let help = gavel(home.path(), &["gate", "--help"]).stdout;
    let options: Vec<&str> = gate
        .split(|c: char| c.is_whitespace() || c == '(')
        .filter(|word| word.starts_with("--"))
        .collect();
    assert_eq!(options.len(), 9, "{options:?}");
    for option in options {
        assert!(help.contains(&format!("{option} <")), "{option}");
    }
}
