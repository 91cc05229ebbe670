//! The pages and files of a grade book: the same bytes again, and nothing of a name becomes markup.

use super::class::{N, course, disks, grade, hand_in, home, numbered};
use crate::program::gavel;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Every file below a folder, by its path.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            found.extend(
                files(&path)
                    .into_iter()
                    .map(|(inner, bytes)| (format!("{name}/{inner}"), bytes)),
            );
        } else {
            found.insert(name, fs::read(&path).unwrap());
        }
    }
    found
}

#[test]
fn the_same_bytes_give_the_same_book_and_only_what_changed_is_measured_again() {
    let home = home(&course(""));
    let home = home.path();
    for id in ["a", "b"] {
        hand_in(home, &format!("{id}.tgz"), &numbered("", &disks(id, N)));
    }
    let first = grade(home, &["--threads", "1"]);
    assert_eq!(first.code, 0, "{}", first.stderr);
    assert!(!first.stderr.contains("unchanged"));
    let before = files(&home.join("out"));
    let second = grade(home, &["--threads", "2"]);
    assert_eq!(
        second.stderr.matches("(unchanged)").count(),
        2,
        "{}",
        second.stderr
    );
    assert!(
        files(&home.join("out")) == before,
        "a second run changed the book"
    );
    fs::remove_dir_all(home.join("out")).unwrap();
    assert_eq!(grade(home, &["--threads", "2", "--store", "none"]).code, 0);
    let again = files(&home.join("out"));
    for (name, bytes) in &before {
        // What was typed is part of a record, and so of nothing else.
        if !name.starts_with("records/") {
            assert!(again.get(name) == Some(bytes), "{name} differs");
        }
    }
    // One changes, one goes.
    hand_in(home, "a.tgz", &numbered("", &disks("other", N)));
    fs::remove_file(home.join("subs/b.tgz")).unwrap();
    hand_in(home, "c.tgz", &numbered("", &disks("b", N)));
    let third = grade(home, &[]);
    assert_eq!(
        third.stderr.matches("(unchanged)").count(),
        0,
        "{}",
        third.stderr
    );
    let left = files(&home.join("out"));
    assert!(!left.contains_key("students/b.html") && left.contains_key("students/c.html"));
}

#[test]
fn a_class_is_judged_again_without_a_picture() {
    let home = home(&course(""));
    let home = home.path();
    hand_in(home, "a.tgz", &numbered("", &disks("a", N)));
    assert_eq!(grade(home, &[]).code, 0);
    let before = files(&home.join("out"));
    for folder in ["subs", "real", "train"] {
        fs::remove_dir_all(home.join(folder)).unwrap();
    }
    let answer = gavel(
        home,
        &["grade", "--rejudge", "--course", "course.toml", "-o", "out"],
    );
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    assert!(files(&home.join("out")) == before);
}

#[test]
fn hostile_names_of_students_and_files_stay_text() {
    let home = home(&course("[leaderboard]\nanonymous = true\nsalt = \"s\"\n"));
    let home = home.path();
    let mut files_in = numbered("", &disks("x", N));
    files_in[0].0 = "<img src=x onerror=alert(1)>.png".to_owned();
    hand_in(home, "<script>alert(1)<@script>.tgz", &files_in);
    hand_in(
        home,
        "=cmd|' -C calc'!A0.tgz",
        &numbered("", &disks("y", N)),
    );
    fs::write(
        home.join("roster.csv"),
        "submission,student\n<script>alert(1)<@script>,\"</title><script>alert(2)</script>\"\n",
    )
    .unwrap();
    let answer = grade(home, &["--roster", "roster.csv"]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    for (name, bytes) in files(&home.join("out")) {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if Path::new(&name).extension().is_some_and(|e| e == "html") {
            assert!(
                !text.contains("<script>alert") && !text.contains("<img src=x"),
                "{name}"
            );
        }
        if name == "leaderboard.html" {
            assert!(!text.contains("alert"), "the leaderboard names a student");
        }
        if name == "grades.csv" {
            // A cell that a spreadsheet would run is told apart.
            assert!(text.contains("'=cmd|"), "{text}");
        }
    }
}
