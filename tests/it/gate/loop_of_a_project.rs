//! The whole loop: commit a baseline, make the generator worse and watch the gate fail, make it only noisy and watch it hold.

use super::save;
use crate::program::{Answer, folder, gavel};
use std::fs;
use std::path::Path;

const REFERENCE: &str = "polygons:triangles?n=200&seed=1";

fn evaluate(home: &Path, generated: &str, file: &str, more: &[&str]) {
    let arguments = [
        "evaluate",
        REFERENCE,
        generated,
        "--extractor",
        "pixels",
        "--metrics",
        "fid,kid",
        "--json",
        file,
    ];
    let answer = gavel(home, &[&arguments[..], more].concat());
    assert_eq!(answer.code, 0, "{}", answer.stderr);
}

fn gate(home: &Path, more: &[&str]) -> Answer {
    let arguments = [
        "gate",
        "results.json",
        "--policy",
        "policy.toml",
        "--baseline",
        "baseline.json",
    ];
    gavel(home, &[&arguments[..], more].concat())
}

#[test]
fn a_project_commits_a_baseline_and_the_gate_watches_over_it() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    // Triangles are the data; the generator's squares are the same kind of mistake each time.
    let honest = |seed: u64| format!("polygons:squares?n=200&seed={seed}");
    save(
        home,
        "policy.toml",
        "[[baseline]]\nmetric = \"fd\"\nmargin_relative = 0.5\n[[baseline]]\nmetric = \"kid\"\nmargin_relative = 0.5\n",
    );
    evaluate(home, &honest(2), "results.json", &[]);
    // No baseline yet: the first one is written, byte for byte the results.
    gate(home, &[]).fails(3, &["--update-baseline"]);
    let first = gate(home, &["--update-baseline"]);
    assert_eq!(first.code, 0, "{}", first.stderr);
    let bytes = |name: &str| fs::read(home.join(name)).unwrap();
    assert_eq!(bytes("baseline.json"), bytes("results.json"));
    let baseline = bytes("baseline.json");
    // The same pictures, then another draw of the same generator: it holds.
    assert_eq!(gate(home, &[]).code, 0);
    evaluate(home, &honest(3), "results.json", &[]);
    let noisy = gate(home, &[]);
    assert_eq!(noisy.code, 0, "{}{}", noisy.stdout, noisy.stderr);
    // With no margin, noise alone is no reason to fail, nor to pass.
    save(
        home,
        "strict.toml",
        "[[baseline]]\nmetric = \"fd\"\nmargin = 0\n",
    );
    let strict = gavel(
        home,
        &[
            "gate",
            "results.json",
            "--policy",
            "strict.toml",
            "--baseline",
            "baseline.json",
        ],
    );
    strict.fails(6, &["cannot tell"]);
    // A worse generator: another kind of picture altogether.
    folder(home, "waves", 0, 200, 28);
    evaluate(home, "waves", "results.json", &[]);
    let worse = gate(home, &["--update-baseline"]);
    worse.fails(
        1,
        &[
            "fd worse than the baseline by at most 50 %",
            "stays as it is",
        ],
    );
    assert_eq!(bytes("baseline.json"), baseline);
    // Other conditions are refused, whatever the numbers say.
    evaluate(home, &honest(3), "results.json", &["--protocol", "tf1"]);
    gate(home, &[]).fails(3, &["protocol: "]);
    evaluate(home, &honest(3), "results.json", &["--limit", "150"]);
    gate(home, &[]).fails(
        3,
        &["number of generated pictures: 200 in the baseline, 150"],
    );
    // A person may decide to start anew, and sees what changes.
    let renewed = gate(home, &["--update-baseline", "--force"]);
    assert_eq!(renewed.code, 0, "{}", renewed.stderr);
    assert!(renewed.stderr.contains("200 → 150"), "{}", renewed.stderr);
    assert_eq!(bytes("baseline.json"), bytes("results.json"));
    assert_eq!(gate(home, &[]).code, 0);
}
