//! The column `memorization` of a sweep: from the trainer's generator through `gavel evaluate --train` into the table.
#![cfg(unix)]

use super::super::program::gavel;
use super::generators::constant;
use gavel::sources::decode::{DecodeOptions, decode};
use gavel::sources::{OpenOptions, Opened, open};
use gavel::verdicts::study::scores::{Measure, read};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// A trainer that is done at once: the generator lies ready.
const TRAINER: &str = r#"#!/bin/sh
while [ $# -gt 0 ]; do
  case "$1" in -o) out="$2"; shift;; esac
  shift
done
cp ready/generator.* "$out"
echo '{"status": "ok", "steps": 10}' > "$out/run.json"
"#;

const SWEEP: &str = "losses = [\"hinge\"]\narchitectures = [\"mlp\"]\nseeds = 1\nsteps = 10\n[[data]]\nname = \"triangles\"\n\
    train = \"polygons:triangles?n=60&split=train\"\ntest = \"polygons:triangles?n=60&split=test\"\n[evaluate]\nn = 20\n\
    metrics = \"fid\"\n";

/// The memorization of the only run of the sweep, and what its evaluation says it was held against.
fn memorization(home: &Path, more: &str, out: &str) -> (Option<f64>, serde_json::Value) {
    fs::write(home.join("s.toml"), format!("{SWEEP}{more}")).unwrap();
    let answer = gavel(
        home,
        &["sweep", "s.toml", "-o", out, "--trainer", "trainer.sh"],
    );
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    let rows = read(&home.join(out).join("scores.csv")).unwrap();
    assert!(rows[0].fid().is_some(), "{:?}", rows[0]);
    let path = home
        .join(out)
        .join("runs")
        .join(&rows[0].run)
        .join("scores.json");
    let results = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    (rows[0].measure(Measure::Memorization), results)
}

#[test]
fn copies_of_a_training_picture_are_memorized_and_noise_is_not() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    fs::write(home.join("trainer.sh"), TRAINER).unwrap();
    fs::set_permissions(home.join("trainer.sh"), fs::Permissions::from_mode(0o755)).unwrap();
    let spec = "polygons:triangles?n=60&split=train";
    let Opened::Images(source) = open(spec, &OpenOptions::default()).unwrap() else {
        panic!("triangles are pictures");
    };
    let picture = |index: usize| -> Vec<f32> {
        let decoded = decode(&source.read(index).unwrap(), &DecodeOptions::default()).unwrap();
        let rgb = decoded.pixels.rgb;
        rgb.chunks(3).map(|p| f32::from(p[0]) / 255.0).collect()
    };
    // A copy is at distance 0 of its original, which no other picture is: no sample is authentic.
    constant(&home.join("ready"), 28, &picture(3));
    let (share, results) = memorization(home, "train = 40\n", "copies");
    assert_eq!(share, Some(1.0));
    assert_eq!(results["inputs"]["train"]["n"], 40);
    assert_eq!(
        results["inputs"]["train"]["source"],
        format!("{spec}#first=40")
    );
    let metrics = results["metrics"].as_array().unwrap();
    let row = metrics.iter().find(|row| row["id"] == "authenticity");
    assert!(row.unwrap()["details"]["neutral"].is_number(), "{row:?}");
    // A chess board is farther from every triangle than triangles are from each other: all are authentic.
    let board: Vec<f32> = (0..784).map(|i| ((i % 28 + i / 28) % 2) as f32).collect();
    constant(&home.join("ready"), 28, &board);
    assert_eq!(memorization(home, "train = 40\n", "board").0, Some(0.0));
    // Without training pictures there is no number.
    let (share, results) = memorization(home, "", "none");
    assert_eq!(share, None);
    assert!(results["inputs"]["train"].is_null());
}
