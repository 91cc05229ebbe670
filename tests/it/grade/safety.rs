//! What a submission cannot do: write elsewhere, fill the memory, take all day.

use super::class::{N, course, disks, grade, hand_in, home, numbered, of};
use std::fs;

#[test]
fn members_that_point_outside_and_links_write_nothing() {
    let home = home(&course(""));
    let home = home.path();
    let mut files = numbered("", &disks("a", N));
    files[0].0 = "../../escaped.png".to_owned();
    hand_in(home, "escape.tgz", &files);
    hand_in(home, "fine.tgz", &numbered("", &disks("b", N)));
    #[cfg(unix)]
    std::os::unix::fs::symlink(home.join("real"), home.join("subs/link")).unwrap();
    let answer = grade(home, &[]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    let refused = of(home, "escape");
    assert_eq!(refused["status"], "broken");
    assert!(
        refused["problems"][0]["text"]
            .as_str()
            .unwrap()
            .contains("outside"),
        "{refused:#}"
    );
    let mut names: Vec<String> = fs::read_dir(home)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.retain(|name| name != "store" && name != "models");
    names.sort();
    assert_eq!(names, ["course.toml", "out", "real", "subs", "train"]);
    // A link in the folder of submissions is nobody's submission.
    assert!(!home.join("out/students/link.html").exists());
    assert_eq!(of(home, "fine")["status"], "graded");
}

#[test]
fn the_limits_of_the_course_hold() {
    let limits = |text: &str| course(&format!("[limits]\n{text}\n"));
    let home = home(&limits("max_images = 59"));
    let home = home.path();
    hand_in(home, "a.tgz", &numbered("", &disks("a", N)));
    let zeros = vec![0_u8; 300_000];
    hand_in(
        home,
        "bomb.tgz",
        &(0..40)
            .map(|i| (format!("{i}.png"), zeros.clone()))
            .collect::<Vec<_>>(),
    );
    for (text, id, words) in [
        ("max_images = 59", "a", "at most 59"),
        ("max_members = 10", "a", "more than 10 members"),
        (
            "max_file_bytes = 100000",
            "bomb",
            "larger than the 100000 bytes",
        ),
        ("max_bytes = 1000000", "bomb", "more than 1000000 bytes"),
        ("seconds = 0", "a", "longer than the 0 seconds"),
    ] {
        fs::write(home.join("course.toml"), limits(text)).unwrap();
        let answer = grade(home, &[]);
        assert_eq!(answer.code, 0, "{text}: {}", answer.stderr);
        let grade = of(home, id);
        assert_eq!(grade["status"], "broken", "{text}: {grade:#}");
        assert!(
            grade["problems"][0]["text"]
                .as_str()
                .unwrap()
                .contains(words),
            "{text}: {grade:#}"
        );
    }
}
