//! What is found of a submission, and what follows.

use super::class::{N, course, disks, grade, hand_in, home, mirrored, numbered, of, problems};
use std::fs;

#[test]
fn a_class_in_any_state_is_graded_and_no_broken_one_stops_the_others() {
    let home = home(&course(""));
    let home = home.path();
    let honest = disks("alice", N);
    hand_in(home, "alice.tgz", &numbered("", &honest));
    hand_in(home, "short.tgz", &numbered("", &disks("short", N - 1)));
    hand_in(home, "nested.tgz", &numbered("imgs/", &disks("nested", N)));
    let train = disks("train", N);
    hand_in(home, "copies.tgz", &numbered("", &train));
    let mirrors: Vec<_> = train.iter().map(mirrored).collect();
    hand_in(home, "mirrors.tgz", &numbered("", &mirrors));
    hand_in(home, "same.tgz", &numbered("", &vec![honest[0].clone(); N]));
    fs::write(home.join("subs/words.zip"), "I forgot to zip it").unwrap();
    fs::create_dir(home.join("subs/empty")).unwrap();
    let whole = fs::read(home.join("subs/alice.tgz")).unwrap();
    fs::write(home.join("subs/cut.tgz"), &whole[..whole.len() / 2]).unwrap();
    let answer = grade(home, &[]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);

    let alice = of(home, "alice");
    assert_eq!(
        (alice["status"].as_str(), alice["points"].as_f64()),
        (Some("graded"), Some(50.0))
    );
    assert_eq!(alice["band"], "pass");
    // One picture less: 7 points less, as the course says; the name that is missing is a flag.
    let short = of(home, "short");
    assert_eq!(short["points"], 43.0);
    assert_eq!(problems(&short)[..2], ["count", "names"]);
    assert!(problems(&of(home, "nested")).contains(&"folder"));
    for (id, why) in [
        ("copies", "training_copies"),
        ("mirrors", "training_mirrors"),
    ] {
        let cheat = of(home, id);
        assert_eq!(
            (cheat["status"].as_str(), cheat["points"].as_f64()),
            (Some("void"), Some(0.0)),
            "{id}"
        );
        assert!(problems(&cheat).contains(&why), "{cheat:#}");
    }
    assert!(problems(&of(home, "same")).contains(&"collapse"));
    for (id, words) in [
        ("words", "unknown format"),
        ("empty", "no pictures"),
        ("cut", "truncated"),
    ] {
        let broken = of(home, id);
        assert_eq!(broken["status"], "broken", "{broken:#}");
        assert!(
            broken["problems"][0]["text"]
                .as_str()
                .unwrap()
                .contains(words),
            "{broken:#}"
        );
    }
    let table = fs::read_to_string(home.join("out/grades.csv")).unwrap();
    let mut lines = table.lines();
    assert_eq!(
        lines.next().unwrap(),
        "submission,student,status,points,band,borderline,points_worst,points_best,n_images,\
         kid,kid_std_error,kid_lower,kid_upper,late_days,points_lost,flags,problems"
    );
    assert_eq!(lines.count(), 9);
}

#[test]
fn the_roster_brings_names_and_late_days() {
    let home = home(&course("[late]\npoints_per_day = 10\nmost_days = 3\n"));
    let home = home.path();
    for id in ["a", "b", "c"] {
        hand_in(home, &format!("{id}.tgz"), &numbered("", &disks(id, N)));
    }
    fs::write(
        home.join("roster.csv"),
        "\u{feff}submission,student,late_days,room\na,Ada,0,1\nb,Bo,1.5,2\nc,Cy,3.5,3\nd,Di,0,4\n",
    )
    .unwrap();
    let answer = grade(home, &["--roster", "roster.csv"]);
    assert!(answer.stderr.contains("\"d\""), "{}", answer.stderr);
    assert_eq!(of(home, "a")["student"], "Ada");
    // One and a half days are two days begun: 50 - 20.
    assert_eq!(of(home, "b")["points"], 30.0);
    assert_eq!(of(home, "c")["status"], "void");
    fs::write(home.join("roster.csv"), "submission,late_days\na,soon\n").unwrap();
    grade(home, &["--roster", "roster.csv"]).fails(3, &["line 2", "soon"]);
    fs::write(home.join("roster.csv"), "name\na\n").unwrap();
    grade(home, &["--roster", "roster.csv"]).fails(3, &["submission", "found name"]);
}

#[test]
fn pictures_of_a_classmate_are_found_plain_and_mirrored_and_both_are_told() {
    let home = home(&course(""));
    let home = home.path();
    let own = disks("ann", N);
    hand_in(home, "ann.tgz", &numbered("", &own));
    let mut taken = disks("bob", N);
    taken[..6].clone_from_slice(&own[10..16]);
    for (place, picture) in taken[6..10].iter_mut().zip(&own[20..24]) {
        *place = mirrored(picture);
    }
    hand_in(home, "bob.tgz", &numbered("", &taken));
    hand_in(home, "cleo.tgz", &numbered("", &disks("cleo", N)));
    assert_eq!(grade(home, &[]).code, 0);
    assert!(problems(&of(home, "ann")).contains(&"plagiarism"));
    assert!(problems(&of(home, "bob")).contains(&"plagiarism"));
    assert!(!problems(&of(home, "cleo")).contains(&"plagiarism"));
    let text = fs::read_to_string(home.join("out/records/shared.json")).unwrap();
    let kept: serde_json::Value = serde_json::from_str(&text).unwrap();
    let pair = &kept["shared"][0];
    assert_eq!(pair["between"], serde_json::json!(["ann", "bob"]));
    assert_eq!(
        (pair["n_identical"].as_u64(), pair["n_near"].as_u64()),
        (Some(6), Some(4)),
        "{pair:#}"
    );
    // Nobody's page names anybody else.
    let page = fs::read_to_string(home.join("out/students/bob.html")).unwrap();
    assert!(!page.contains("ann"), "bob's page names ann");
}

#[test]
fn a_borderline_case_is_marked_and_the_course_says_which_end_counts() {
    let text = |judged_by: &str| {
        course("").replace("kid = -1e9", "kid = KID").replace(
            "[[indicator]]",
            &format!("[grading]\njudged_by = \"{judged_by}\"\n[[indicator]]"),
        )
    };
    let home = home(&text("value").replace("KID", "-1e9"));
    let home = home.path();
    hand_in(home, "a.tgz", &numbered("", &disks("a", N)));
    assert_eq!(grade(home, &[]).code, 0);
    let first = of(home, "a");
    let measured = &first["indicators"][0];
    let [value, lower, upper] = [
        &measured["value"],
        &measured["ends"][0],
        &measured["ends"][1],
    ]
    .map(|v| v.as_f64().unwrap());
    assert!(lower < value && value < upper);
    assert_eq!(first["is_borderline"], false);
    // A limit between the value and the upper end: the value is within, the worse end is not.
    let limit = f64::midpoint(value, upper);
    for (judged_by, points) in [("value", 100.0), ("best", 100.0), ("worst", 50.0)] {
        fs::write(
            home.join("course.toml"),
            text(judged_by).replace("KID", &format!("{limit:e}")),
        )
        .unwrap();
        let answer = super::super::program::gavel(
            home,
            &["grade", "--rejudge", "--course", "course.toml", "-o", "out"],
        );
        assert_eq!(answer.code, 0, "{}", answer.stderr);
        let grade = of(home, "a");
        assert_eq!(
            (grade["points"].as_f64(), grade["is_borderline"].as_bool()),
            (Some(points), Some(true)),
            "{judged_by}"
        );
    }
}
