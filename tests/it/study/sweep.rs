//! `gavel sweep` on this machine, with a stand-in for the trainer.
#![cfg(unix)]

use super::super::program::{Answer, command, gavel};
use super::stand_in::{starts, trainer};
use gavel::verdicts::study::scores::{Measure, Outcome, read};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

const SMOKE: [&str; 6] = ["sweep", "smoke", "-o", "out", "--trainer", "trainer.sh"];

fn wait(what: &str, is_done: impl Fn() -> bool) {
    let until = Instant::now() + Duration::from_mins(1);
    while !is_done() {
        assert!(Instant::now() < until, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn n_rows(home: &Path) -> usize {
    read(&home.join("out/scores.csv")).map_or(0, |rows| rows.len())
}

#[test]
fn every_run_is_one_row_and_the_same_command_again_does_nothing() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    trainer(home, "0.02");
    let answer = gavel(home, &SMOKE);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    let table = home.join("out/scores.csv");
    let rows = read(&table).unwrap();
    assert_eq!(rows.len(), 4);
    let failed: Vec<_> = rows.iter().filter(|row| row.fid().is_none()).collect();
    assert_eq!(failed.len(), 1);
    assert_eq!(
        (failed[0].loss.as_str(), failed[0].seed, failed[0].step),
        ("wgan_gp", 1, Some(17))
    );
    assert_eq!(
        failed[0].outcome,
        Outcome::Failed("the loss is NaN, at step 17".to_owned())
    );
    let good = rows.iter().find(|row| row.fid().is_some()).unwrap();
    assert_eq!(
        (good.fid(), good.measure(Measure::Seconds)),
        (Some(12.5), Some(1.5))
    );
    // 2 · 0.5 · 0.25 / 0.75.
    assert!((good.measure(Measure::F1).unwrap() - 1.0 / 3.0).abs() < 1e-12);
    assert!(good.is_default() && good.extractor == "embedded-v1" && good.architecture == "mlp");
    assert_eq!(
        rows.iter()
            .filter(|r| r.settings.contains_key("lambda"))
            .count(),
        2
    );
    let before = fs::read(&table).unwrap();
    assert_eq!(gavel(home, &SMOKE).code, 0);
    assert_eq!(starts(home).len(), 4);
    // Rows stand in the order in which runs ended; gathered, in that of the plan.
    assert_eq!(before.len(), fs::read(&table).unwrap().len());
    let status = gavel(home, &["sweep", "status", "out"]);
    assert!(
        status.stdout.contains("done       3") && status.stdout.contains("failed     1"),
        "{}",
        status.stdout
    );
    // Distances on the way are a table of their own, three runs of two looks; the scores keep one row a run.
    let curves = read(&home.join("out/curves.csv")).unwrap();
    assert_eq!(curves.len(), 6);
    assert_eq!((curves[0].step, curves[0].fid()), (Some(100), Some(30.0)));
    let plot = [
        "plot",
        "out/scores.csv",
        "--curves",
        "out/curves.csv",
        "--format",
        "svg",
    ];
    assert_eq!(gavel(home, &plot).code, 0);
    assert!(home.join("figures/training_curves.svg").exists());
    // The trainer got a whole file.
    let run = fs::read_to_string(home.join("out/runs").join(&good.run).join("run.toml")).unwrap();
    for line in [
        "model = \"mlp\"",
        "threads = 1",
        "steps = 200",
        "batch_size = 32",
        "size = 28",
    ] {
        assert!(run.contains(line), "{run}");
    }
    assert!(
        run.contains("data = \"polygons:triangles?n=4000&split=train\""),
        "{run}"
    );
    let again = gavel(home, &[&SMOKE[..], &["--retry-failed"]].concat());
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert_eq!(starts(home).len(), 5);
}

#[test]
fn a_killed_sweep_loses_at_most_the_runs_in_flight() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    trainer(home, "0.4");
    let one = [&SMOKE[..], &["--processes", "1"]].concat();
    let mut child = command(home)
        .args(&one)
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    wait("two rows", || n_rows(home) == 2);
    wait("the third start", || starts(home).len() == 3);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(n_rows(home), 2, "the table is whole after kill -9");
    // The orphaned trainer still holds its run: the next sweep waits for it instead of starting a second one there.
    let answer = gavel(home, &one);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    assert_eq!(n_rows(home), 4);
    let all = starts(home);
    let distinct: BTreeSet<&String> = all.iter().collect();
    assert_eq!((all.len(), distinct.len()), (4, 4), "{all:?}");
}

#[test]
fn a_canceled_sweep_stops_and_goes_on_later() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    trainer(home, "0.5");
    let one = [&SMOKE[..], &["--processes", "1"]].concat();
    let child = command(home)
        .args(&one)
        .stderr(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    wait("a row", || n_rows(home) == 1);
    gavel(home, &one).fails(3, &["another gavel is at work"]);
    let asked = gavel(home, &["sweep", "cancel", "out"]);
    assert!(asked.stderr.contains("asked to stop"), "{}", asked.stderr);
    let answer = Answer::of(child.wait_with_output().unwrap());
    answer.fails(130, &["runs are left"]);
    let rows = n_rows(home);
    assert!((1..4).contains(&rows), "{rows}");
    assert!(
        gavel(home, &["sweep", "cancel", "out"])
            .stderr
            .contains("nothing of this sweep is running")
    );
    assert_eq!(gavel(home, &one).code, 0);
    assert_eq!(n_rows(home), 4);
}

#[test]
fn a_trainer_that_crashes_makes_no_row_and_one_that_does_not_understand_stops_the_sweep() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    trainer(home, "0.02");
    fs::write(home.join("crash"), "9").unwrap();
    gavel(home, &SMOKE).fails(
        4,
        &[
            "4 runs ended without a result",
            "out of luck",
            "same command again",
        ],
    );
    assert_eq!((n_rows(home), starts(home).len()), (0, 4));
    fs::write(home.join("crash"), "2").unwrap();
    let one = [&SMOKE[..], &["--processes", "1"]].concat();
    gavel(home, &one).fails(2, &["out of luck", "log.txt"]);
    assert_eq!(starts(home).len(), 5);
    fs::remove_file(home.join("crash")).unwrap();
    assert_eq!(gavel(home, &one).code, 0);
    assert_eq!(n_rows(home), 4);
}

#[test]
fn a_folder_of_another_sweep_is_left_alone() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    trainer(home, "0.01");
    assert_eq!(gavel(home, &SMOKE).code, 0);
    let before = fs::read(home.join("out/sweep.json")).unwrap();
    let text = gavel(home, &["sweep", "smoke", "--print"])
        .stdout
        .replace("steps = 200", "steps = 300");
    fs::write(home.join("other.toml"), text).unwrap();
    gavel(
        home,
        &[
            "sweep",
            "other.toml",
            "-o",
            "out",
            "--trainer",
            "trainer.sh",
        ],
    )
    .fails(3, &["holds another sweep", "another folder"]);
    assert_eq!(fs::read(home.join("out/sweep.json")).unwrap(), before);
    fs::create_dir(home.join("full")).unwrap();
    fs::write(home.join("full/thesis.txt"), "x").unwrap();
    gavel(
        home,
        &["sweep", "smoke", "-o", "full", "--trainer", "trainer.sh"],
    )
    .fails(3, &["not empty and holds no sweep"]);
    gavel(home, &["sweep", "status", "full"]).fails(3, &["holds no sweep"]);
    gavel(home, &["sweep", "mini", "-o", "new"])
        .fails(3, &["train-images-idx3-ubyte.gz", "--data DIR"]);
    assert!(!home.join("new").exists());
}

#[test]
fn what_cannot_be_trained_is_told_before_anything_is_written() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let text = gavel(home, &["sweep", "smoke", "--print"]).stdout;
    fs::write(
        home.join("odd.toml"),
        text.replace("size = 28", "size = 30"),
    )
    .unwrap();
    let words = ["sweep", "odd.toml", "-o", "odd"];
    gavel(home, &words).fails(
        3,
        &["odd.toml", "size = 30", "mlp", "[1, 2, 8, 16, 28, 32, 64]"],
    );
    assert!(!home.join("odd").exists());
    // Another trainer may have other sizes.
    trainer(home, "0.01");
    let answer = gavel(home, &[&words[..], &["--trainer", "trainer.sh"]].concat());
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    if cfg!(not(feature = "training")) {
        gavel(home, &["sweep", "smoke", "-o", "new"])
            .fails(2, &["built without training", "--trainer PROGRAM"]);
        assert!(!home.join("new").exists());
    }
}

#[test]
fn a_full_disk_ends_the_sweep_and_a_trainer_that_says_nothing_does_not_get_the_words_of_an_earlier_one()
 {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let path = trainer(home, "0.01");
    let script = |body: &str| fs::write(&path, format!("#!/bin/sh\n{body}\n")).unwrap();
    let one = [&SMOKE[..], &["--processes", "1"]].concat();
    script("echo started >> starts.txt; echo 'tar: No space left on device' >&2; exit 1");
    gavel(home, &one).fails(3, &["No space left on device", "free some space"]);
    assert_eq!(starts(home).len(), 1, "no other run fares better");
    script("kill -9 $$");
    let answer = gavel(home, &one);
    answer.fails(4, &["4 runs ended without a result", "it says nothing"]);
    assert!(
        !answer.stderr.contains("No space left"),
        "{}",
        answer.stderr
    );
}
