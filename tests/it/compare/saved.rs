//! Saved results against each other: what is refused, and what independent errors give.

use crate::program::{folder, gavel};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// A results document by hand.
fn document(value: f64, error: f64) -> Value {
    let input = |source: &str, fingerprint: &str| json!({"source": source, "n": 100, "fingerprint": fingerprint, "failed": [], "n_cached": 0});
    json!({
        "schema": "gavel.results/1", "gavel": "0.1.0", "command": [],
        "inputs": {"reference": input("real", "r"), "generated": input("made", &value.to_string())},
        "extractor": {"name": "net", "sha256": "11", "verified": true, "dimension": 4},
        "protocol": {"name": "clean", "identity": "clean:1"},
        "engine": {"class": "tract", "description": "tract 1"},
        "seed": 1,
        "metrics": [{"id": "fd", "name": "fd", "value": value, "std_error": error, "interval": null,
                     "direction": "lower", "n_reference": 100, "n_generated": 100, "params": {"ddof": 1}}],
        "findings": [], "warnings": []
    })
}

fn save(home: &Path, name: &str, document: &Value) {
    fs::write(home.join(name), document.to_string()).unwrap();
}

#[test]
fn errors_of_saved_results_add_up_in_squares() {
    let home = tempfile::tempdir().unwrap();
    save(home.path(), "a.json", &document(10.0, 3.0));
    save(home.path(), "b.json", &document(20.0, 4.0));
    let found = gavel(home.path(), &["compare", "a.json", "b.json", "--json", "-"]).results();
    assert_eq!(found["schema"], "gavel.comparison/1");
    assert_eq!(found["paired"], false);
    let row = &found["differences"][0];
    assert_eq!(row["difference"], 10.0);
    assert_eq!(row["std_error"], 5.0);
    // z = 2: p = 0.0455.
    assert!((row["p_value"].as_f64().unwrap() - 0.045_500).abs() < 1e-6);
    assert_eq!(row["verdict"], "worse");
    assert_eq!(found["warnings"][0]["code"], "unpaired");
}

#[test]
fn results_that_are_not_alike_are_refused_by_name() {
    let home = tempfile::tempdir().unwrap();
    save(home.path(), "a.json", &document(10.0, 3.0));
    for (pointer, value, word) in [
        ("/protocol/identity", json!("tf1:2"), "protocol"),
        ("/extractor/sha256", json!("22"), "extractor"),
        ("/engine/class", json!("onnxruntime-cpu"), "engine"),
        ("/inputs/reference/fingerprint", json!("other"), "reference"),
        (
            "/inputs/generated/n",
            json!(99),
            "number of generated pictures",
        ),
        ("/metrics/0/params/ddof", json!(0), "ddof=0"),
        ("/metrics/0/id", json!("fid"), "fd is not in b.json"),
    ] {
        let mut other = document(20.0, 4.0);
        *other.pointer_mut(pointer).unwrap() = value;
        save(home.path(), "b.json", &other);
        let answer = gavel(home.path(), &["compare", "a.json", "b.json"]);
        answer.fails(3, &[word]);
        assert!(answer.stderr.contains("b.json"), "{}", answer.stderr);
    }
    let mut trained = document(20.0, 4.0);
    trained["inputs"]["train"] = trained["inputs"]["reference"].clone();
    save(home.path(), "b.json", &trained);
    gavel(home.path(), &["compare", "a.json", "b.json"]).fails(3, &["training set"]);
}

#[test]
fn rows_that_one_lacks_are_left_out_with_a_warning() {
    let home = tempfile::tempdir().unwrap();
    let mut first = document(10.0, 3.0);
    let mut extra = first["metrics"][0].clone();
    extra["id"] = json!("kid");
    first["metrics"].as_array_mut().unwrap().push(extra);
    save(home.path(), "a.json", &first);
    save(home.path(), "b.json", &document(20.0, 4.0));
    let found = gavel(home.path(), &["compare", "a.json", "b.json", "--json", "-"]).results();
    assert_eq!(found["differences"].as_array().unwrap().len(), 1);
    let warnings = found["warnings"].as_array().unwrap();
    assert!(
        warnings.iter().any(|w| w["code"] == "left_out"
            && w["text"].as_str().unwrap().contains("kid is not in b.json"))
    );
}

#[test]
fn nothing_to_test_is_exit_code_6_and_mixed_arguments_are_2() {
    let home = tempfile::tempdir().unwrap();
    let mut bare = document(10.0, 3.0);
    bare["metrics"][0]["std_error"] = Value::Null;
    save(home.path(), "a.json", &bare);
    save(home.path(), "b.json", &document(20.0, 4.0));
    gavel(home.path(), &["compare", "a.json", "b.json"]).fails(6, &["no standard error"]);
    folder(home.path(), "real", 0, 4, 8);
    gavel(home.path(), &["compare", "real", "b.json"]).fails(2, &["1 of 2"]);
    gavel(home.path(), &["compare", "a.json", "nowhere.json"]).fails(3, &["nowhere.json"]);
}
