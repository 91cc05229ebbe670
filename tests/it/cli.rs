//! The command line as its users meet it.

use super::program::{command, folder, gavel};
use std::fs;

fn row<'a>(results: &'a serde_json::Value, id: &str) -> &'a serde_json::Value {
    results["metrics"]
        .as_array()
        .and_then(|rows| rows.iter().find(|row| row["id"] == id))
        .unwrap_or_else(|| panic!("no row {id} in {results:#}"))
}

#[test]
fn evaluate_gives_a_document_with_provenance() {
    let home = tempfile::tempdir().unwrap();
    folder(home.path(), "real", 0, 40, 16);
    folder(home.path(), "made", 100, 30, 24);
    let results = gavel(
        home.path(),
        &[
            "evaluate",
            "real",
            "made",
            "--extractor",
            "pixels",
            "--json",
            "-",
        ],
    )
    .results();
    assert_eq!(results["schema"], "gavel.results/1");
    assert_eq!(results["inputs"]["reference"]["n"], 40);
    assert_eq!(results["inputs"]["generated"]["n"], 30);
    assert_eq!(
        results["inputs"]["reference"]["fingerprint"]
            .as_str()
            .unwrap()
            .len(),
        64
    );
    assert_eq!(results["extractor"]["name"], "pixels");
    assert_eq!(results["protocol"]["name"], "clean");
    assert_eq!(results["seed"], 2020);
    let fd = row(&results, "fd");
    assert!(fd["value"].as_f64().unwrap() > 0.0);
    assert!(fd["std_error"].as_f64().unwrap() > 0.0);
    assert_eq!(fd["direction"], "lower");
    assert!(row(&results, "kid")["value"].is_f64());
    // No class scores come out of pixels: the row is there, empty, and a warning says why.
    assert!(row(&results, "classifier_score")["value"].is_null());
    assert!(
        results["warnings"]
            .as_array()
            .unwrap()
            .iter()
            .any(|w| w["code"] == "absent"),
        "{results:#}"
    );
}

#[test]
fn threads_batches_and_the_store_never_change_a_number() {
    let home = tempfile::tempdir().unwrap();
    folder(home.path(), "real", 0, 33, 16);
    folder(home.path(), "made", 50, 29, 20);
    let with = |extra: &[&str]| {
        let arguments = [
            &[
                "evaluate",
                "real",
                "made",
                "--extractor",
                "embedded",
                "--engine",
                "tract",
                "--json",
                "-",
            ],
            extra,
        ]
        .concat();
        gavel(home.path(), &arguments).results()["metrics"].clone()
    };
    let one = with(&["--threads", "1", "--batch-size", "1", "--store", "none"]);
    assert_eq!(
        one,
        with(&["--threads", "2", "--batch-size", "7", "--store", "none"])
    );
    assert_eq!(one, with(&[]), "into the store");
    // The kept numbers would answer without the features: only the features are left.
    fs::remove_dir_all(home.path().join("store/numbers")).unwrap();
    assert_eq!(one, with(&[]), "out of the store");
}

#[test]
fn a_second_run_takes_its_features_from_the_store() {
    let home = tempfile::tempdir().unwrap();
    folder(home.path(), "real", 0, 12, 16);
    folder(home.path(), "made", 50, 11, 16);
    let run = || {
        gavel(
            home.path(),
            &[
                "evaluate",
                "real",
                "made",
                "--extractor",
                "embedded",
                "--engine",
                "tract",
                "--json",
                "-",
            ],
        )
        .results()
    };
    assert_eq!(run()["inputs"]["generated"]["n_cached"], 0);
    assert_eq!(run()["inputs"]["generated"]["n_cached"], 11);
}

#[test]
fn a_folder_and_its_archives_give_the_same_numbers() {
    let home = tempfile::tempdir().unwrap();
    let real = folder(home.path(), "real", 0, 12, 16);
    let made = folder(home.path(), "made", 50, 12, 16);
    let mut tar = tar::Builder::new(flate2::write::GzEncoder::new(
        fs::File::create(home.path().join("made.tgz")).unwrap(),
        flate2::Compression::fast(),
    ));
    // In reverse order: the order of an archive must not matter.
    let mut names: Vec<_> = fs::read_dir(&made)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    names.sort();
    for path in names.iter().rev() {
        tar.append_path_with_name(path, path.file_name().unwrap())
            .unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap();
    let run = |generated: &str| {
        gavel(
            home.path(),
            &[
                "evaluate",
                real.to_str().unwrap(),
                generated,
                "--extractor",
                "pixels",
                "--json",
                "-",
            ],
        )
        .results()
    };
    let (folder, archive) = (run("made"), run("made.tgz"));
    assert_eq!(folder["metrics"], archive["metrics"]);
    assert_eq!(
        folder["inputs"]["generated"]["fingerprint"],
        archive["inputs"]["generated"]["fingerprint"]
    );
}

#[test]
fn saved_statistics_give_the_same_distance_as_the_pictures() {
    let home = tempfile::tempdir().unwrap();
    folder(home.path(), "real", 0, 40, 8);
    folder(home.path(), "made", 90, 40, 8);
    let saved = gavel(
        home.path(),
        &[
            "stats",
            "save",
            "real",
            "-o",
            "real.npz",
            "--extractor",
            "pixels",
        ],
    );
    assert_eq!(saved.code, 0, "{}", saved.stderr);
    let from = |reference: &str| {
        let results = gavel(
            home.path(),
            &[
                "evaluate",
                reference,
                "made",
                "--extractor",
                "pixels",
                "--metrics",
                "fd",
                "--json",
                "-",
            ],
        )
        .results();
        row(&results, "fd")["value"].as_f64().unwrap()
    };
    let (pictures, statistics) = (from("real"), from("real.npz"));
    // 40 samples in 3072 dimensions: the root of a singular matrix keeps half the digits of float64, that of the samples all.
    assert!(
        (pictures - statistics).abs() < 1e-5 * pictures,
        "{pictures} against {statistics}"
    );
    let other = gavel(
        home.path(),
        &[
            "evaluate",
            "real.npz",
            "made",
            "--extractor",
            "pixels",
            "--protocol",
            "tf1",
        ],
    );
    other.fails(3, &["protocol clean", "tf1", "--protocol clean"]);
}

#[test]
fn merged_statistics_equal_those_of_the_union() {
    let home = tempfile::tempdir().unwrap();
    folder(home.path(), "a", 0, 20, 8);
    folder(home.path(), "b", 20, 15, 8);
    folder(home.path(), "all", 0, 35, 8);
    for set in ["a", "b", "all"] {
        let file = format!("{set}.npz");
        assert_eq!(
            gavel(
                home.path(),
                &["stats", "save", set, "-o", &file, "--extractor", "pixels"]
            )
            .code,
            0
        );
    }
    assert_eq!(
        gavel(
            home.path(),
            &["stats", "merge", "a.npz", "b.npz", "-o", "ab.npz"]
        )
        .code,
        0
    );
    let distance = gavel(
        home.path(),
        &[
            "evaluate",
            "ab.npz",
            "all.npz",
            "--metrics",
            "fd",
            "--json",
            "-",
        ],
    )
    .results();
    assert!(row(&distance, "fd")["value"].as_f64().unwrap().abs() < 1e-9);
    let shown = gavel(home.path(), &["stats", "show", "ab.npz", "--json"]).results();
    assert_eq!(shown["n"], 35);
}

#[test]
fn bare_statistics_lose_their_n_and_say_so() {
    let home = tempfile::tempdir().unwrap();
    folder(home.path(), "a", 0, 20, 8);
    gavel(
        home.path(),
        &["stats", "save", "a", "-o", "a.npz", "--extractor", "pixels"],
    );
    assert_eq!(
        gavel(
            home.path(),
            &["stats", "convert", "a.npz", "-o", "bare.npz", "--bare"]
        )
        .code,
        0
    );
    let results = gavel(
        home.path(),
        &[
            "evaluate",
            "bare.npz",
            "a",
            "--extractor",
            "pixels",
            "--metrics",
            "fd",
            "--json",
            "-",
        ],
    )
    .results();
    assert!(row(&results, "fd")["n_reference"].is_null());
    let codes: Vec<_> = results["warnings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|w| w["code"].as_str().unwrap())
        .collect();
    assert!(
        codes.contains(&"statistics_without_provenance"),
        "{codes:?}"
    );
    gavel(
        home.path(),
        &["stats", "merge", "bare.npz", "a.npz", "-o", "x.npz"],
    )
    .fails(3, &["bare.npz"]);
    assert_eq!(
        gavel(
            home.path(),
            &[
                "stats",
                "convert",
                "bare.npz",
                "-o",
                "again.npz",
                "--n",
                "20"
            ]
        )
        .code,
        0
    );
    assert_eq!(
        gavel(home.path(), &["stats", "show", "again.npz", "--json"]).results()["n"],
        20
    );
}

#[test]
fn feature_shards_together_are_the_whole() {
    let home = tempfile::tempdir().unwrap();
    folder(home.path(), "set", 0, 10, 8);
    let extract = |output: &str, extra: &[&str]| {
        let arguments = [
            &["features", "set", "-o", output, "--extractor", "pixels"],
            extra,
        ]
        .concat();
        let answer = gavel(home.path(), &arguments);
        assert_eq!(answer.code, 0, "{}", answer.stderr);
        gavel::sources::arrays::read_features(output, &home.path().join(output))
            .unwrap()
            .values
    };
    let whole = extract("whole.npy", &[]);
    let parts: Vec<_> = (1..=3)
        .map(|i| extract(&format!("{i}.npy"), &["--shard", &format!("{i}/3")]))
        .collect();
    let views: Vec<_> = parts.iter().map(|part| part.view()).collect();
    assert_eq!(
        whole,
        ndarray::concatenate(ndarray::Axis(0), &views).unwrap()
    );
}

#[test]
fn all_documents_hold_the_same_value() {
    let home = tempfile::tempdir().unwrap();
    folder(home.path(), "real", 0, 20, 8);
    folder(home.path(), "made", 50, 20, 8);
    let answer = gavel(
        home.path(),
        &[
            "evaluate",
            "real",
            "made",
            "--extractor",
            "pixels",
            "--metrics",
            "fd",
            "--json",
            "r.json",
            "--csv",
            "r.csv",
            "--markdown",
            "r.md",
        ],
    );
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    assert!(
        answer.stdout.contains("fd[clean · pixels]"),
        "{}",
        answer.stdout
    );
    let json: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(home.path().join("r.json")).unwrap()).unwrap();
    let value = row(&json, "fd")["value"].as_f64().unwrap();
    let mut csv = csv::Reader::from_path(home.path().join("r.csv")).unwrap();
    let record = csv.records().next().unwrap().unwrap();
    assert_eq!(record[1].parse::<f64>().unwrap(), value);
    assert!(
        fs::read_to_string(home.path().join("r.md"))
            .unwrap()
            .contains("| fd[clean · pixels")
    );
}

#[test]
fn the_shims_speak_as_the_programs_they_stand_for() {
    let home = tempfile::tempdir().unwrap();
    folder(home.path(), "real", 0, 40, 8);
    folder(home.path(), "made", 50, 40, 8);
    let answer = gavel(
        home.path(),
        &["pytorch-fid", "real", "made", "--extractor", "pixels"],
    );
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    let number = answer
        .stdout
        .strip_prefix("FID:  ")
        .unwrap_or_else(|| panic!("{}", answer.stdout));
    assert!(number.trim_end().parse::<f64>().unwrap() > 0.0);
    let scores = gavel(
        home.path(),
        &[
            "fidelity",
            "--fid",
            "--kid",
            "--prc",
            "--kid-subset-size",
            "20",
            "--kid-subsets",
            "5",
            "--input1",
            "made",
            "--input2",
            "real",
            "--json",
            "--feature-extractor-weights-path",
            "pixels",
        ],
    )
    .results();
    let keys: Vec<_> = scores.as_object().unwrap().keys().cloned().collect();
    assert_eq!(
        keys,
        [
            "frechet_inception_distance",
            "kernel_inception_distance_mean",
            "kernel_inception_distance_std",
            "precision",
            "recall",
            "f_score"
        ]
    );
    let number = |key: &str| scores[key].as_f64().unwrap();
    let (p, r) = (number("precision"), number("recall"));
    assert!((number("f_score") - 2.0 * p * r / (p + r).max(1e-5)).abs() < 1e-15);
    gavel(home.path(), &["pytorch-fid", "real", "made"]).fails(4, &["inception"]);
}

#[test]
fn a_reader_that_goes_away_is_not_an_error() {
    let home = tempfile::tempdir().unwrap();
    let mut child = command(home.path())
        .args(["doctor"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn every_command_has_help_with_an_example() {
    let home = tempfile::tempdir().unwrap();
    for name in [
        "evaluate",
        "compare",
        "protocols",
        "features",
        "demo",
        "pytorch-fid",
        "fidelity",
    ] {
        let help = gavel(home.path(), &[name, "--help"]);
        assert_eq!(help.code, 0);
        assert!(
            help.stdout.contains(&format!("gavel {name}")),
            "{name}: {}",
            help.stdout
        );
    }
}

#[test]
fn the_demo_ranks_its_generators_and_writes_its_documents() {
    let home = tempfile::tempdir().unwrap();
    let answer = gavel(
        home.path(),
        &["demo", "-o", "out", "--n", "200", "--engine", "tract"],
    );
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    let value = |name: &str| {
        let text =
            fs::read_to_string(home.path().join("out").join(format!("{name}.json"))).unwrap();
        let results: serde_json::Value = serde_json::from_str(&text).unwrap();
        row(&results, "fd")["value"].as_f64().unwrap()
    };
    for worse in ["collapsed", "mode-dropper", "blurred"] {
        assert!(
            value(worse) > 2.0 * value("honest"),
            "{worse} {} against honest {}",
            value(worse),
            value("honest")
        );
    }
    let sheet = image::open(home.path().join("out/contact-sheet.png")).unwrap();
    assert!(sheet.width() > 300 && sheet.height() > 300);
}
