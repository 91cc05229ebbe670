//! `evaluate` with what is seen in pictures: descriptors, classes, contact sheets.

use super::program::{folder, gavel, picture};
use std::fs;
use std::path::Path;

const PIXELS: [&str; 4] = ["--extractor", "pixels", "--json", "-"];

fn evaluate(home: &Path, extra: &[&str]) -> serde_json::Value {
    let arguments = [&["evaluate", "real", "made"], extra, &PIXELS].concat();
    gavel(home, &arguments).results()
}

fn rows<'a>(results: &'a serde_json::Value, id: &str) -> Vec<&'a serde_json::Value> {
    let all = results["metrics"].as_array().unwrap();
    all.iter().filter(|row| row["id"] == id).collect()
}

/// Pictures of two classes in folders of their own.
fn classes(home: &Path, name: &str, first: usize, n: [usize; 2]) {
    for (class, n) in ["cat", "dog"].iter().zip(n) {
        folder(home, &format!("{name}/{class}"), first, n, 16);
    }
}

#[test]
fn pictures_are_described_and_the_store_keeps_the_descriptors() {
    let home = tempfile::tempdir().unwrap();
    folder(home.path(), "real", 0, 20, 24);
    folder(home.path(), "made", 50, 15, 32);
    let metrics = [
        "--metrics",
        "power_spectrum,colour_histogram,ms_ssim_diversity",
    ];
    let first = evaluate(home.path(), &metrics);
    for id in ["power_spectrum", "colour_histogram", "ms_ssim_diversity"] {
        let row = rows(&first, id)[0];
        assert!(row["value"].as_f64().unwrap() > 0.0, "{row:#}");
        assert!(row["std_error"].as_f64().unwrap() > 0.0, "{row:#}");
    }
    let again =
        |extra: &[&str]| evaluate(home.path(), &[&metrics, extra].concat())["metrics"].clone();
    fs::remove_dir_all(home.path().join("store/numbers")).unwrap();
    assert_eq!(first["metrics"], again(&[]), "out of the store");
    assert_eq!(
        first["metrics"],
        again(&["--store", "none", "--threads", "1"])
    );
    assert!(
        home.path().join("store").read_dir().unwrap().count() > 1,
        "descriptors are stored"
    );
}

#[test]
fn blur_is_seen_by_the_spectrum_and_darkness_by_the_colours() {
    let home = tempfile::tempdir().unwrap();
    folder(home.path(), "real", 0, 20, 64);
    let changed = |name: &str, change: fn(&image::RgbImage) -> image::RgbImage| {
        let folder = home.path().join(name);
        fs::create_dir_all(&folder).unwrap();
        for number in 0..20 {
            let picture = change(&picture(number, 64));
            picture
                .save(folder.join(format!("{number:02}.png")))
                .unwrap();
        }
    };
    changed("blurred", |p| image::imageops::blur(p, 2.0));
    changed("dark", |p| {
        image::RgbImage::from_fn(64, 64, |x, y| {
            image::Rgb(p.get_pixel(x, y).0.map(|v| v / 2))
        })
    });
    let of = |made: &str| {
        let metrics = [
            "evaluate",
            "real",
            made,
            "--metrics",
            "power_spectrum,colour_histogram",
        ];
        let results = gavel(home.path(), &[&metrics[..], &PIXELS].concat()).results();
        let spectrum = rows(&results, "power_spectrum")[0].clone();
        let colours = rows(&results, "colour_histogram")[0].clone();
        (spectrum, colours)
    };
    let (spectrum, colours) = of("blurred");
    assert!(spectrum["value"].as_f64().unwrap() > 3.0, "{spectrum:#}");
    let shares = |side: &str| {
        spectrum["details"][format!("{side}_high_share")]
            .as_f64()
            .unwrap()
    };
    assert!(shares("generated") <= shares("reference"));
    let (_, dark) = of("dark");
    assert!(dark["value"].as_f64() > colours["value"].as_f64());
    // Half as bright: levels near 127 fall by about 64.
    let shift = dark["details"]["red_shift_levels"].as_f64().unwrap();
    assert!((shift + 64.0).abs() < 8.0, "{shift}");
}

#[test]
fn classes_are_judged_one_by_one_at_matched_sizes() {
    let home = tempfile::tempdir().unwrap();
    classes(home.path(), "real", 0, [30, 12]);
    classes(home.path(), "made", 100, [20, 5]);
    let results = evaluate(home.path(), &["--per-class", "--metrics", "fid,kid"]);
    let rows = rows(&results, "fd");
    let class = |row: &serde_json::Value| row["params"]["class"].as_str().map(str::to_owned);
    let found: Vec<Option<String>> = rows.iter().map(|row| class(row)).collect();
    assert_eq!(found, [None, Some("cat".into()), Some("dog".into())]);
    assert_eq!(
        (&rows[0]["n_reference"], &rows[0]["n_generated"]),
        (&42.into(), &25.into())
    );
    assert_eq!(
        (&rows[1]["n_reference"], &rows[1]["n_generated"]),
        (&20.into(), &20.into())
    );
    assert_eq!(rows[1]["details"]["class_n_reference"], 30);
    assert!(rows[1]["value"].is_f64());
    assert!(
        rows[1]["name"].as_str().unwrap().contains("class=cat"),
        "{}",
        rows[1]["name"]
    );
    // Five pictures of dogs are too few.
    assert!(rows[2]["value"].is_null());
    let warnings = results["warnings"].as_array().unwrap();
    let told = warnings
        .iter()
        .any(|w| w["text"].as_str().unwrap().contains("class dog"));
    assert!(told, "{warnings:#?}");
}

#[test]
fn a_class_has_the_value_of_its_pictures_alone() {
    let home = tempfile::tempdir().unwrap();
    classes(home.path(), "real", 0, [15, 15]);
    classes(home.path(), "made", 100, [15, 15]);
    let results = evaluate(home.path(), &["--per-class", "--metrics", "fid"]);
    let alone = gavel(
        home.path(),
        &[
            &["evaluate", "real#cat", "made#cat", "--metrics", "fid"][..],
            &PIXELS,
        ]
        .concat(),
    )
    .results();
    assert_eq!(
        rows(&results, "fd")[1]["value"],
        rows(&alone, "fd")[0]["value"]
    );
}

#[test]
fn classes_need_labels_on_both_sides_and_in_common() {
    let home = tempfile::tempdir().unwrap();
    classes(home.path(), "labelled", 0, [12, 12]);
    folder(home.path(), "bare", 0, 12, 16);
    folder(home.path(), "other/bird", 0, 12, 16);
    let with = |made: &str| {
        let arguments = [
            "evaluate",
            "labelled",
            made,
            "--per-class",
            "--extractor",
            "pixels",
        ];
        gavel(home.path(), &arguments)
    };
    with("bare").fails(2, &["bare has no class labels", "folder of its own"]);
    with("other").fails(2, &["no class is on both sides", "cat, dog", "bird"]);
}

#[test]
fn contact_sheets_show_the_surest_and_the_least_sure_pictures() {
    let home = tempfile::tempdir().unwrap();
    folder(home.path(), "real", 0, 12, 16);
    folder(home.path(), "made", 50, 20, 16);
    let arguments = [
        "evaluate",
        "real",
        "made",
        "--extractor",
        "embedded",
        "--engine",
        "tract",
        "--metrics",
        "quality_entropy",
        "--sheets",
        "sheets/new",
    ];
    let answer = gavel(home.path(), &arguments);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    let sheet = image::open(home.path().join("sheets/new/quality_entropy.png")).unwrap();
    // Two rows of eight pictures of 64 pixels, with gaps of 4.
    assert_eq!(sheet.height(), 4 + 2 * 68);
    assert!(sheet.width() > 8 * 68);
    // Numbers out of the memo still have their evidence.
    fs::remove_dir_all(home.path().join("sheets")).unwrap();
    assert_eq!(gavel(home.path(), &arguments).code, 0);
    assert!(home.path().join("sheets/new/quality_entropy.png").is_file());
}

#[test]
fn sheets_without_pictures_are_a_note_and_not_an_error() {
    let home = tempfile::tempdir().unwrap();
    folder(home.path(), "real", 0, 12, 16);
    let answer = gavel(
        home.path(),
        &[
            "evaluate",
            "real",
            "real",
            "--extractor",
            "pixels",
            "--metrics",
            "fid",
            "--sheets",
            "sheets",
        ],
    );
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    assert!(
        answer.stderr.contains("no contact sheet"),
        "{}",
        answer.stderr
    );
}
