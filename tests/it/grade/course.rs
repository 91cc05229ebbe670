//! Course files that cannot be: the line, what was found, what is allowed.

use super::class::{course, disks, grade, hand_in, home, numbered};
use std::fs;

#[test]
fn a_wrong_course_file_is_told_with_its_line_and_what_is_allowed() {
    let home = home(&course(""));
    let home = home.path();
    hand_in(home, "a.tgz", &numbered("", &disks("a", 3)));
    let cases: [(&str, &str, &[&str]); 14] = [
        (
            "size = [16, 16]",
            "sise = [16, 16]",
            &["line 7", "sise", "size"],
        ),
        ("points = 50", "points = \"many\"", &["line 2", "many"]),
        (
            "kind = \"archive\"",
            "kind = \"floppy\"",
            &["line 3", "floppy", "archive", "folder"],
        ),
        (
            "metric = \"kid\"",
            "metric = \"quality\"",
            &["line 19", "quality"],
        ),
        (
            "limits = { kid = -1e9 }",
            "limits = { fd = 3 }",
            &["line 25", "fd", "kid"],
        ),
        (
            "limits = { kid = -1e9 }",
            "limits = { }",
            &["line 25", "kid"],
        ),
        (
            "names = \"{1..60}.png\"",
            "names = \"*.png\"",
            &["*.png", "{1..1000}"],
        ),
        (
            "names = \"{1..60}.png\"",
            "names = \"{1..60}.png\"\ncount = 61",
            &["60 names", "61"],
        ),
        ("count = 7", "cuont = 7", &["cuont", "unreadable"]),
        (
            "training_copies = \"void\"",
            "copies = \"void\"",
            &["copies", "training_copies"],
        ),
        ("count = 7", "count = -7", &["count", "-7"]),
        (
            "reference = \"real\"",
            "reference = \"reel\"",
            &["reference", "reel"],
        ),
        (
            "metric = \"kid\"",
            "metric = \"kid\"\nweight = 0",
            &["weight", "above 0"],
        ),
        (
            "audits = [",
            "detector = \"nobody\"\naudits = [",
            &["nobody"],
        ),
    ];
    for (from, to, words) in cases {
        let wrong = course("").replacen(from, to, 1);
        assert_ne!(wrong, course(""), "{from}");
        fs::write(home.join("course.toml"), wrong).unwrap();
        let answer = grade(home, &[]);
        assert!(
            matches!(answer.code, 2 | 3),
            "{to}: {}\n{}",
            answer.code,
            answer.stderr
        );
        answer.fails(answer.code, words);
    }
    for (extra, words) in [
        ("[leaderboard]\nanonymous = true\n", "salt"),
        ("[plagiarism]\nshare = 2\n", "from 0 to 1"),
        ("[[indicator]]\nmetric = \"face_rate\"\n", "face_rate"),
        (
            "[[band]]\nname = \"x\"\npoints = 75\nlimits = { kid = 2e9 }\n",
            "rise and fall",
        ),
        ("[grading]\nrule = \"linear\"\n", "knots"),
    ] {
        fs::write(home.join("course.toml"), course(extra)).unwrap();
        grade(home, &[]).fails(3, &[words]);
    }
    fs::remove_file(home.join("course.toml")).unwrap();
    grade(home, &[]).fails(3, &["course.toml"]);
}

#[test]
fn nothing_to_grade_is_told() {
    let home = home(&course(""));
    let home = home.path();
    grade(home, &[]).fails(3, &["no submission"]);
    let answer =
        super::super::program::gavel(home, &["grade", "nowhere", "--course", "course.toml"]);
    answer.fails(3, &["nowhere"]);
    let answer = super::super::program::gavel(
        home,
        &["grade", "--rejudge", "--course", "course.toml", "-o", "new"],
    );
    answer.fails(3, &["nothing was measured"]);
}

#[test]
fn the_documented_courses_are_courses() {
    for text in [
        include_str!("../../../examples/courses/anime.toml"),
        include_str!("../../../examples/courses/mnist.toml"),
    ] {
        gavel::verdicts::grade::Course::parse(text).unwrap();
    }
}
