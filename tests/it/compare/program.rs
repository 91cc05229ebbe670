//! `gavel compare` as its users meet it.

use crate::program::{folder, gavel};
use serde_json::Value;

/// Real pictures, two generators of the same kind, and a far one.
fn sets(home: &std::path::Path) {
    folder(home, "real", 0, 60, 8);
    folder(home, "near", 100, 60, 8);
    folder(home, "also", 300, 60, 8);
    let far = home.join("far");
    std::fs::create_dir_all(&far).unwrap();
    for i in 0..60_u8 {
        image::RgbImage::from_fn(8, 8, |x, _| image::Rgb([i, x as u8 * 20, 200]))
            .save(far.join(format!("{i:03}.png")))
            .unwrap();
    }
}

fn rows<'a>(found: &'a Value, id: &str) -> Vec<&'a Value> {
    let all = found["differences"].as_array().unwrap();
    all.iter().filter(|row| row["id"] == id).collect()
}

#[test]
fn generators_are_compared_pair_by_pair_with_their_ranks() {
    let home = tempfile::tempdir().unwrap();
    sets(home.path());
    let arguments = [
        "compare",
        "real",
        "near",
        "also",
        "far",
        "--extractor",
        "pixels",
        "--metrics",
        "fid,kid",
    ];
    let found = gavel(home.path(), &[&arguments[..], &["--json", "-"]].concat()).results();
    assert_eq!(found["schema"], "gavel.comparison/1");
    assert_eq!(found["paired"], true);
    for id in ["fd", "relative_mmd"] {
        let rows = rows(&found, id);
        let pairs: Vec<_> = rows
            .iter()
            .map(|r| (r["a"].as_str(), r["b"].as_str()))
            .collect();
        assert_eq!(
            pairs,
            [
                (Some("A"), Some("B")),
                (Some("A"), Some("C")),
                (Some("B"), Some("C"))
            ]
        );
        assert_eq!(rows[1]["verdict"], "worse", "{id}");
        assert_eq!(rows[2]["verdict"], "worse", "{id}");
    }
    // A difference is the second number less the first.
    let fd = rows(&found, "fd")[1];
    let number = |name: &str| fd[name].as_f64().unwrap();
    assert_eq!(number("difference"), number("value_b") - number("value_a"));
    assert_eq!(found["rankings"][0]["places"][2]["generator"], "C");
    assert_eq!(found["generators"][2]["lost"], 4);
    // The same run again, from the store and with other threads, to the bit.
    let again = [&arguments[..], &["--json", "-", "--threads", "1"]].concat();
    let again = gavel(home.path(), &again).results();
    assert_eq!(found["differences"], again["differences"]);
    let shown = gavel(home.path(), &arguments);
    assert_eq!(shown.code, 0, "{}", shown.stderr);
    for word in ["A is better", "tests won / lost / open", "p (Holm)"] {
        assert!(shown.stdout.contains(word), "{word}: {}", shown.stdout);
    }
}

#[test]
fn against_compares_each_with_one_only() {
    let home = tempfile::tempdir().unwrap();
    sets(home.path());
    let arguments = [
        "compare",
        "real",
        "near",
        "also",
        "far",
        "--extractor",
        "pixels",
        "--metrics",
        "fid",
    ];
    for name in ["B", "also"] {
        let found = gavel(
            home.path(),
            &[&arguments[..], &["--against", name, "--json", "-"]].concat(),
        )
        .results();
        let pairs: Vec<_> = rows(&found, "fd")
            .iter()
            .map(|r| (r["a"].as_str().unwrap(), r["b"].as_str().unwrap()))
            .collect();
        assert_eq!(pairs, [("B", "A"), ("B", "C")], "{name}");
    }
    gavel(home.path(), &[&arguments[..], &["--against", "D"]].concat())
        .fails(2, &["--against D", "B (also)"]);
}

#[test]
fn the_same_pictures_twice_are_said_to_be_the_same() {
    let home = tempfile::tempdir().unwrap();
    sets(home.path());
    folder(home.path(), "copy", 100, 60, 8);
    let answer = gavel(
        home.path(),
        &["compare", "real", "near", "copy", "--extractor", "pixels"],
    );
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    assert!(
        answer.stdout.contains("the same pictures"),
        "{}",
        answer.stdout
    );
    let reference = gavel(
        home.path(),
        &["compare", "real", "near", "real", "--extractor", "pixels"],
    );
    assert!(
        reference
            .stderr
            .contains("B (real) and the reference (real)"),
        "{}",
        reference.stderr
    );
    assert!(
        answer.stderr.contains("identical_sets"),
        "{}",
        answer.stderr
    );
}

#[test]
fn a_reference_of_statistics_counts_as_fixed_and_generators_of_statistics_cannot_be_told_apart() {
    let home = tempfile::tempdir().unwrap();
    sets(home.path());
    for set in ["real", "near", "far"] {
        let file = format!("{set}.npz");
        let saved = gavel(
            home.path(),
            &["stats", "save", set, "-o", &file, "--extractor", "pixels"],
        );
        assert_eq!(saved.code, 0, "{}", saved.stderr);
    }
    let common = ["--extractor", "pixels", "--metrics", "fid"];
    let found = gavel(
        home.path(),
        &[
            &["compare", "real.npz", "near", "far"],
            &common[..],
            &["--json", "-"],
        ]
        .concat(),
    );
    let found = found.results();
    assert_eq!(rows(&found, "fd")[0]["verdict"], "worse");
    let warnings = found["warnings"].as_array().unwrap();
    assert!(
        warnings.iter().any(|w| w["code"] == "reference_fixed"),
        "{warnings:?}"
    );
    gavel(
        home.path(),
        &[&["compare", "real", "near.npz", "far.npz"], &common[..]].concat(),
    )
    .fails(6, &["by its statistics alone"]);
}

#[test]
fn other_numbers_of_pictures_are_a_warning_that_limit_ends() {
    let home = tempfile::tempdir().unwrap();
    sets(home.path());
    folder(home.path(), "fewer", 500, 40, 8);
    let arguments = ["compare", "real", "near", "fewer", "--extractor", "pixels"];
    let answer = gavel(home.path(), &arguments);
    assert!(answer.stderr.contains("A 60, B 40"), "{}", answer.stderr);
    assert!(answer.stderr.contains("--limit 40"), "{}", answer.stderr);
    let answer = gavel(home.path(), &[&arguments[..], &["--limit", "40"]].concat());
    assert!(
        !answer.stderr.contains("different numbers of pictures"),
        "{}",
        answer.stderr
    );
}

#[test]
fn too_few_sets_are_a_usage_error() {
    let home = tempfile::tempdir().unwrap();
    folder(home.path(), "real", 0, 4, 8);
    gavel(home.path(), &["compare", "real", "real"])
        .fails(2, &["2 sets were given", "gavel evaluate"]);
    gavel(home.path(), &["compare", "real"]).fails(2, &[]);
}
