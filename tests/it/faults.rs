//! Bad input: each case its message and exit code, never a panic.

use super::program::{command, folder, gavel, picture};
use std::fs;
use std::io::Write;
use std::path::Path;

fn evaluate(
    home: &Path,
    reference: &str,
    generated: &str,
    extra: &[&str],
) -> super::program::Answer {
    gavel(
        home,
        &[
            &[
                "evaluate",
                reference,
                generated,
                "--extractor",
                "pixels",
                "--no-progress",
            ],
            extra,
        ]
        .concat(),
    )
}

fn png(number: usize) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture(number, 16)
        .write_to(&mut bytes, image::ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

fn home_with_real() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    folder(home.path(), "real", 0, 20, 16);
    home
}

#[test]
fn an_empty_set_is_refused() {
    let home = home_with_real();
    fs::create_dir(home.path().join("empty")).unwrap();
    evaluate(home.path(), "real", "empty", &[]).fails(3, &["empty", "no "]);
}

#[test]
fn a_missing_set_is_named() {
    let home = home_with_real();
    evaluate(home.path(), "real", "nowhere", &[]).fails(3, &["nowhere", "no such file or folder"]);
}

#[test]
fn one_picture_is_too_few_to_tell() {
    let home = home_with_real();
    folder(home.path(), "one", 0, 1, 16);
    evaluate(home.path(), "real", "one", &["--metrics", "fd"]).fails(6, &["one", "2"]);
}

#[test]
fn broken_pictures_stop_the_run_and_are_named() {
    for (name, bytes) in [
        ("text.png", b"this is no picture".to_vec()),
        ("zero.png", Vec::new()),
        ("cut.png", png(1)[..200].to_vec()),
    ] {
        let home = home_with_real();
        let made = folder(home.path(), "made", 50, 5, 16);
        fs::write(made.join(name), bytes).unwrap();
        evaluate(home.path(), "real", "made", &[]).fails(3, &[name, "--on-error skip"]);
    }
}

#[test]
fn skipped_pictures_are_reported_and_bounded() {
    let home = home_with_real();
    let made = folder(home.path(), "made", 50, 20, 16);
    fs::write(made.join("a-text.png"), b"this is no picture").unwrap();
    fs::write(made.join("b-zero.png"), b"").unwrap();
    let results = evaluate(
        home.path(),
        "real",
        "made",
        &["--on-error", "skip", "--json", "-"],
    )
    .results();
    let failed = results["inputs"]["generated"]["failed"].as_array().unwrap();
    let names: Vec<_> = failed.iter().map(|f| f["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["a-text.png", "b-zero.png"]);
    assert_eq!(results["inputs"]["generated"]["n"], 20);
    evaluate(
        home.path(),
        "real",
        "made",
        &["--on-error", "skip", "--max-bad", "1"],
    )
    .fails(3, &["--max-bad"]);
    evaluate(home.path(), "real", "made", &["--max-bad", "1"]).fails(2, &["--on-error skip"]);
}

#[test]
fn foreign_archive_members_are_told_and_passed_over() {
    let home = home_with_real();
    let mut zip = zip::ZipWriter::new(fs::File::create(home.path().join("made.zip")).unwrap());
    let options = zip::write::SimpleFileOptions::default();
    for number in 0..8 {
        zip.start_file(format!("{number}.png"), options).unwrap();
        zip.write_all(&png(number + 60)).unwrap();
    }
    zip.start_file("notes.txt", options).unwrap();
    zip.write_all(b"hello").unwrap();
    zip.finish().unwrap();
    let answer = evaluate(home.path(), "real", "made.zip", &["--json", "-"]);
    assert_eq!(answer.results()["inputs"]["generated"]["n"], 8);
    assert!(answer.stderr.contains("made.zip"), "{}", answer.stderr);
}

#[test]
fn features_that_are_not_finite_or_do_not_fit_are_refused() {
    let home = tempfile::tempdir().unwrap();
    let write = |name: &str, rows: usize, columns: usize, odd: Option<f32>| {
        let mut values =
            ndarray::Array2::from_shape_fn((rows, columns), |(i, j)| ((i * 7 + j * 3) % 11) as f32);
        if let Some(odd) = odd {
            values[[2, 1]] = odd;
        }
        gavel::sources::arrays::write_features(&home.path().join(name), values.view(), None)
            .unwrap();
    };
    write("good.npy", 30, 4, None);
    write("nan.npy", 30, 4, Some(f32::NAN));
    write("inf.npy", 30, 4, Some(f32::INFINITY));
    write("wide.npy", 30, 5, None);
    let run = |generated: &str| gavel(home.path(), &["evaluate", "good.npy", generated]);
    run("nan.npy").fails(3, &["nan.npy", "row 2", "column 1"]);
    run("inf.npy").fails(3, &["inf.npy", "row 2", "column 1"]);
    run("wide.npy").fails(3, &["good.npy", "wide.npy", "4", "5"]);
    assert_eq!(run("good.npy").code, 0);
}

#[test]
fn weights_that_are_none_are_refused() {
    let home = home_with_real();
    fs::write(home.path().join("bad.pth"), b"PK\x03\x04 and then nothing").unwrap();
    fs::write(home.path().join("bad.onnx"), b"not a network").unwrap();
    gavel(
        home.path(),
        &["models", "convert", "bad.pth", "-o", "out.onnx"],
    )
    .fails(4, &["bad.pth"]);
    assert!(!home.path().join("out.onnx").exists());
    gavel(
        home.path(),
        &["evaluate", "real", "real", "--extractor", "bad.onnx"],
    )
    .fails(4, &["bad.onnx"]);
    gavel(
        home.path(),
        &["evaluate", "real", "real", "--extractor", "inception"],
    )
    .fails(4, &["gavel models"]);
    gavel(
        home.path(),
        &["evaluate", "real", "real", "--extractor", "nonsense"],
    )
    .fails(2, &["nonsense", "embedded"]);
}

#[test]
fn a_store_that_cannot_be_written_costs_no_result() {
    let home = home_with_real();
    // A file where the folder should be: no user can write below it.
    fs::write(home.path().join("file"), b"").unwrap();
    let answer = gavel(
        home.path(),
        &[
            "evaluate",
            "real",
            "real",
            "--extractor",
            "embedded",
            "--engine",
            "tract",
            "--store",
            "file/store",
            "--json",
            "-",
        ],
    );
    let results = answer.results();
    let warnings = results["warnings"].as_array().unwrap();
    assert!(
        warnings
            .iter()
            .any(|w| w["text"].as_str().unwrap().contains("store")),
        "{results:#}"
    );
}

#[test]
fn mistakes_on_the_command_line_end_with_2_and_say_what_is_known() {
    let home = home_with_real();
    evaluate(home.path(), "real", "real", &["--metrics", "fud"]).fails(2, &["fud", "kid"]);
    evaluate(home.path(), "real", "real", &["--protocol", "cleen"])
        .fails(2, &["cleen", "pytorch_fid"]);
    evaluate(home.path(), "real", "real", &["--set", "kid.size=3"]).fails(2, &["subset_size"]);
    evaluate(home.path(), "real", "real", &["--json", "nowhere/r.json"])
        .fails(2, &["nowhere", "mkdir -p"]);
    evaluate(home.path(), "real", "real", &["--threads", "0"]).fails(2, &["--threads"]);
    evaluate(
        home.path(),
        "real",
        "real",
        &["--set", "kid.subset_size=500"],
    )
    .fails(2, &["500", "20", "--set kid.subset_size=20"]);
}

#[cfg(target_os = "linux")]
#[test]
fn words_that_cannot_be_written_are_lost_and_not_a_panic() {
    let home = tempfile::tempdir().unwrap();
    let full = fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let status = command(home.path())
        .args(["plot", "absent.csv"])
        .stderr(full)
        .status();
    // A panic's would be 101.
    assert_eq!(status.unwrap().code(), Some(3));
}

/// An IDX file of `n` pictures of 28 x 28, each with another value in its first pixels.
fn idx(path: &Path, n: u32) {
    let mut bytes = vec![0, 0, 8, 3];
    for side in [n, 28, 28] {
        bytes.extend(side.to_be_bytes());
    }
    for number in 0..n {
        bytes.extend(number.to_be_bytes());
        bytes.resize(bytes.len() + 28 * 28 - 4, (number % 251) as u8);
    }
    fs::write(path, bytes).unwrap();
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_with_130_and_keeps_what_was_done() {
    let home = tempfile::tempdir().unwrap();
    idx(&home.path().join("set-images-idx3-ubyte"), 60_000);
    let arguments = "evaluate set-images-idx3-ubyte set-images-idx3-ubyte --extractor embedded --engine tract --threads 1";
    let child = command(home.path())
        .args(arguments.split(' '))
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let entries = || fs::read_dir(home.path().join("store")).map_or(0, Iterator::count);
    for _ in 0..600 {
        if entries() > 1 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let signal = std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    let answer = super::program::Answer::of(child.wait_with_output().unwrap());
    if !signal.is_ok_and(|status| status.success()) {
        println!("SKIPPED: no `kill` program here, so Ctrl-C was not tested");
        return;
    }
    answer.fails(130, &["interrupted", "feature store"]);
    assert!(entries() > 1, "finished work is in the store");
}
