//! `gavel sensitivity` on sets whose answers are known beforehand.

use super::program::{folder, gavel};
use gavel::sources::arrays::{Array, write_npy};
use ndarray::Array2;
use std::path::Path;

fn run(home: &Path, arguments: &[&str]) -> serde_json::Value {
    let start = ["sensitivity", "--json", "-"];
    gavel(home, &[&start, arguments].concat()).results()
}

fn response<'a>(
    document: &'a serde_json::Value,
    metric: &str,
    corruption: &str,
) -> &'a serde_json::Value {
    document["responses"]
        .as_array()
        .unwrap()
        .iter()
        .find(|r| r["metric"] == metric && r["corruption"] == corruption)
        .unwrap_or_else(|| panic!("no response of {metric} to {corruption} in {document:#}"))
}

fn effects(response: &serde_json::Value) -> Vec<f64> {
    let points = response["points"].as_array().unwrap();
    points
        .iter()
        .map(|p| p["effect"].as_f64().unwrap())
        .collect()
}

/// Ten far heaps in five dimensions, as a feature file.
fn heaps(home: &Path, n: usize) {
    let mut stream = gavel::rng::Seed(5).stream("heaps", 0);
    let values = Array2::from_shape_fn((n, 5), |(i, j)| {
        let centre = if i % 10 % 5 == j { 20.0 } else { 0.0 };
        let sign = if i % 10 < 5 { 1.0 } else { -1.0 };
        (sign * centre + stream.normal()) as f32
    });
    write_npy(
        &home.join("heaps.npy"),
        &Array::F32(values.view().into_dyn()),
    )
    .unwrap();
}

#[test]
fn a_feature_file_is_corrupted_by_rows_alone_and_the_distance_sees_lost_modes() {
    let home = tempfile::tempdir().unwrap();
    heaps(home.path(), 800);
    let document = run(home.path(), &["heaps.npy", "--metrics", "fid,kid"]);
    assert_eq!(document["schema"], "gavel.sensitivity/1");
    assert_eq!(document["n_reference"], 400);
    assert_eq!(document["n_held_out"], 400);
    assert_eq!(document["modes"], "clusters");
    let tried: Vec<&str> = document["corruptions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c["name"].as_str().unwrap())
        .collect();
    assert_eq!(tried, ["modes_dropped", "duplicates", "copies"]);
    let warnings = document["warnings"].to_string();
    assert!(warnings.contains("corruption_left_out") && warnings.contains("feature file"));
    for metric in ["fd", "kid"] {
        let dropped = response(&document, metric, "modes_dropped");
        let effects = effects(dropped);
        assert!(effects.last().unwrap() > &2.8, "{metric}: {effects:?}");
        assert_eq!(dropped["smallest"]["better"], false);
    }
    // A set that is copied from the reference altogether has distance 0 from it: the distance calls that better.
    let copied = response(&document, "fd", "copies");
    let last = &copied["points"][3];
    assert!(last["value"].as_f64().unwrap() < 1e-6);
    assert!(effects(copied).iter().all(|e| *e < 0.0), "{copied:#}");
}

#[test]
fn pictures_are_damaged_level_by_level_and_everything_is_written() {
    let home = tempfile::tempdir().unwrap();
    folder(home.path(), "real", 0, 120, 16);
    let document = run(
        home.path(),
        &[
            "real",
            "--extractor",
            "pixels",
            "--metrics",
            "fid",
            "--corruptions",
            "blur,noise,jpeg,crop,flips",
            "-o",
            "out",
        ],
    );
    assert_eq!(document["n_held_out"], 60);
    for corruption in ["blur", "noise", "jpeg", "crop", "flips"] {
        let points = response(&document, "fd", corruption)["points"].clone();
        let value = |i: usize| points[i]["value"].as_f64().unwrap();
        assert!(value(3) > value(0), "{corruption}: {points:#}");
    }
    let out = home.path().join("out");
    let csv = std::fs::read_to_string(out.join("sensitivity.csv")).unwrap();
    assert_eq!(csv.lines().count(), 1 + 5 * 4);
    let kept: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(out.join("sensitivity.json")).unwrap())
            .unwrap();
    assert_eq!(kept, document);
    let svg = std::fs::read_to_string(out.join("sensitivity.svg")).unwrap();
    for word in ["Gaussian blur", "Horizontal flips", "real", "n = 60"] {
        assert!(svg.contains(word), "{word}");
    }
    let png = image::open(out.join("sensitivity.png")).unwrap();
    assert!(png.width() > 1000);
}

#[test]
fn the_same_command_gives_the_same_document_with_and_without_a_store() {
    let home = tempfile::tempdir().unwrap();
    folder(home.path(), "real", 0, 60, 16);
    let with = |extra: &[&str]| {
        let arguments = [
            &[
                "real",
                "--extractor",
                "pixels",
                "--metrics",
                "fid,kid",
                "--corruptions",
                "noise,flips,duplicates,modes_dropped",
            ],
            extra,
        ]
        .concat();
        run(home.path(), &arguments)["responses"].clone()
    };
    let first = with(&[]);
    assert_eq!(first, with(&[]), "out of the store");
    assert_eq!(first, with(&["--store", "none", "--threads", "1"]));
    assert_ne!(first, with(&["--seed", "7"]), "another split, other noise");
}

#[test]
fn the_table_says_what_its_signs_mean() {
    let home = tempfile::tempdir().unwrap();
    heaps(home.path(), 400);
    let answer = gavel(
        home.path(),
        &["sensitivity", "heaps.npy", "--metrics", "fid", "--n", "100"],
    );
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    for word in [
        "metric",
        "modes_dropped",
        "fd",
        "n = 100",
        "80 % power",
        "calls the corrupted set better",
        "copies are taken from the reference part; modes are clusters",
    ] {
        assert!(answer.stdout.contains(word), "{word}:\n{}", answer.stdout);
    }
}

#[test]
fn wrong_requests_are_refused_before_any_work() {
    let home = tempfile::tempdir().unwrap();
    heaps(home.path(), 100);
    let try_it = |arguments: &[&str]| gavel(home.path(), &[&["sensitivity"], arguments].concat());
    try_it(&["heaps.npy", "--corruptions", "blurr"]).fails(2, &["blurr", "modes_dropped"]);
    try_it(&["heaps.npy", "--n", "51"]).fails(2, &["--n 51", "parts of 50"]);
    try_it(&["heaps.npy", "--n", "5"]).fails(2, &["at least 20"]);
    try_it(&[
        "heaps.npy",
        "--set",
        "kid.subset_size=90",
        "--metrics",
        "kid",
    ])
    .fails(2, &["subset of 90"]);
    heaps(home.path(), 30);
    try_it(&["heaps.npy"]).fails(6, &["30 samples", "parts of 15"]);
    try_it(&["nothing.npy"]).fails(3, &["nothing.npy"]);
}

#[test]
fn a_statistics_file_cannot_be_split() {
    let home = tempfile::tempdir().unwrap();
    folder(home.path(), "real", 0, 40, 16);
    let saved = gavel(
        home.path(),
        &[
            "stats",
            "save",
            "real",
            "-o",
            "s.npz",
            "--extractor",
            "pixels",
        ],
    );
    assert_eq!(saved.code, 0, "{}", saved.stderr);
    gavel(home.path(), &["sensitivity", "s.npz"]).fails(2, &["statistics file"]);
}

#[test]
fn labels_are_modes_where_the_set_has_them() {
    let home = tempfile::tempdir().unwrap();
    for class in 0..4 {
        folder(home.path(), &format!("real/{class}"), 100 * class, 20, 16);
    }
    let document = run(
        home.path(),
        &[
            "real",
            "--extractor",
            "pixels",
            "--metrics",
            "fid",
            "--corruptions",
            "modes_dropped",
        ],
    );
    assert_eq!(document["modes"], "labels");
    let corruption = &document["corruptions"][0];
    assert_eq!(corruption["unit"], "of 4 labels");
    // Shares of 0.1 and 0.2 and 0.3 of four modes are one mode, 0.5 is two.
    assert_eq!(corruption["levels"], serde_json::json!([1.0, 2.0]));
}

#[test]
fn its_document_becomes_a_figure_of_the_study() {
    let home = tempfile::tempdir().unwrap();
    heaps(home.path(), 400);
    let document = run(home.path(), &["heaps.npy", "--metrics", "fid"]);
    std::fs::write(home.path().join("seen.json"), document.to_string()).unwrap();
    std::fs::write(
        home.path().join("scores.csv"),
        "loss,dataset,fid\nwgan,m,10\n",
    )
    .unwrap();
    let plot = ["plot", "scores.csv", "--sensitivity", "seen.json"];
    let answer = gavel(home.path(), &plot);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    let figure = home.path().join("figures/mode_dropping_and_noise.svg");
    let text = std::fs::read_to_string(figure).unwrap();
    assert!(
        text.contains("heaps.npy") && text.contains("distance"),
        "{text}"
    );
}
