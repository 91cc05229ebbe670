//! What is read, what is refused, and what is written.

use super::material::{audit, evaluation};
use crate::program::gavel;
use gavel::verdicts::report::document::{Content, Document};
use gavel::verdicts::report::{csv, html, junit, markdown};
use serde_json::json;

fn document(value: &serde_json::Value) -> Document {
    Document::parse("a.json", &value.to_string()).expect("a document")
}

#[test]
fn a_document_of_before_curves_and_pictures_is_read_and_unknown_fields_are_passed_over() {
    let mut old = audit("g.tgz");
    let fields = old.as_object_mut().expect("an object");
    fields.remove("thumbnails");
    fields.insert("of_tomorrow".to_owned(), json!({"a": 1}));
    let Content::Results(results) = document(&old).content else {
        panic!("a results document");
    };
    assert!(results.thumbnails.is_empty() && results.metrics[0].curves.is_empty());
    // Written again it has no field that the old one lacked.
    let again = serde_json::to_value(&*results).expect("JSON");
    assert_eq!(again.get("thumbnails"), None);
    assert_eq!(again["metrics"][0].get("curves"), None);
    assert!(html::render(&[document(&old)]).is_ok());
}

#[test]
fn a_newer_schema_is_refused_politely_and_another_document_by_name() {
    let home = tempfile::tempdir().expect("a folder");
    let mut newer = audit("g.tgz");
    newer["schema"] = json!("gavel.results/2");
    std::fs::write(home.path().join("newer.json"), newer.to_string()).expect("a file");
    gavel(home.path(), &["report", "newer.json", "-o", "r.html"]).fails(
        3,
        &[
            "newer.json",
            "gavel.results/2",
            "newer than this version",
            "gavel.results/1",
            "try:",
        ],
    );
    std::fs::write(
        home.path().join("other.json"),
        r#"{"schema": "gavel.selftest/1"}"#,
    )
    .expect("a file");
    gavel(home.path(), &["report", "other.json", "-o", "r.html"])
        .fails(3, &["gavel.selftest/1", "gavel.comparison/1", "--json"]);
    std::fs::write(
        home.path().join("half.json"),
        "{\"schema\": \"gavel.results/1\",",
    )
    .expect("a file");
    gavel(home.path(), &["report", "half.json", "-o", "r.html"]).fails(3, &["half.json", "line 1"]);
    std::fs::write(home.path().join("bytes.json"), [0xff, 0xfe, 0]).expect("a file");
    gavel(home.path(), &["report", "bytes.json"]).fails(3, &["bytes.json", "not text"]);
    gavel(home.path(), &["report", "absent.json", "-o", "r.html"])
        .fails(3, &["absent.json", "no such file"]);
    assert!(!home.path().join("r.html").exists(), "no partial file");
}

#[test]
fn the_format_follows_the_extension_and_an_unknown_one_is_refused() {
    let home = tempfile::tempdir().expect("a folder");
    std::fs::write(home.path().join("a.json"), audit("g.tgz").to_string()).expect("a file");
    for (file, start) in [
        ("a.html", "<!doctype html>"),
        ("a.HTM", "<!doctype html>"),
        ("a.md", "| severity |"),
        ("a.csv", "id,value"),
        ("a.xml", "<?xml"),
    ] {
        assert_eq!(
            gavel(home.path(), &["report", "a.json", "-o", file]).code,
            0,
            "{file}"
        );
        let text = std::fs::read_to_string(home.path().join(file)).expect("a file");
        assert!(text.starts_with(start), "{file}: {}", &text[..40]);
    }
    let answer = gavel(home.path(), &["report", "a.json", "--format", "junit"]);
    assert!(answer.stdout.starts_with("<?xml"));
    gavel(home.path(), &["report", "a.json", "-o", "a.pdf"])
        .fails(2, &["a.pdf", ".html", "--format"]);
    gavel(home.path(), &["report", "a.json", "-o", "no/a.html"]).fails(2, &["mkdir -p no"]);
}

#[test]
fn the_same_documents_give_the_same_bytes() {
    let all = [
        document(&evaluation("g.tgz", 64.0)),
        document(&audit("g.tgz")),
    ];
    assert_eq!(
        html::render(&all).expect("a page"),
        html::render(&all).expect("a page")
    );
}

#[test]
fn junit_counts_what_it_says_and_only_findings_against_the_set_fail() {
    let text = junit::render(&[
        document(&evaluation("g.tgz", 64.0)),
        document(&audit("g.tgz")),
    ])
    .expect("JUnit");
    let tree = roxmltree::Document::parse(&text).expect("well-formed XML");
    let root = tree.root_element();
    let count = |name: &str| tree.descendants().filter(|n| n.has_tag_name(name)).count();
    let said = |name: &str| {
        root.attribute(name)
            .map(|n| n.parse::<usize>().expect("a number"))
    };
    assert_eq!(said("tests"), Some(count("testcase")));
    assert_eq!(said("failures"), Some(count("failure")));
    assert_eq!(said("skipped"), Some(count("skipped")));
    // Of four findings one is serious and one a warning; 10 + 1 numbers, one absent; one warning of each run.
    assert_eq!(
        (count("testcase"), count("failure"), count("skipped")),
        (17, 2, 3)
    );
}

#[test]
fn several_results_share_a_table_and_other_kinds_do_not() {
    let (a, b) = (
        document(&evaluation("a.tgz", 64.0)),
        document(&evaluation("b.tgz", 32.0)),
    );
    let text = csv::render_all(&[a.clone(), b.clone()]).expect("CSV");
    // 10 rows each, and one header.
    assert_eq!(text.lines().count(), 21);
    let other = json!({"schema": "gavel.protocols/1", "gavel": "0", "command": [], "inputs": {}, "generators": [],
        "extractor": null, "engine": null, "seed": 0, "protocols": [], "rows": [], "spreads": [], "rank_changes": [], "warnings": []});
    let other = document(&other);
    assert!(csv::render_all(&[a.clone(), other.clone()]).is_err());
    assert!(junit::render(std::slice::from_ref(&other)).is_err());
    let text = markdown::render_all(&[a, other]);
    assert!(text.contains("## a.json") && text.contains("| fd["));
}
