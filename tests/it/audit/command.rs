//! `gavel audit` as its user meets it: documents, exit codes, sheets, series, bad input.

use super::copies::pictures;
use crate::program::{Answer, gavel};
use gavel::sources::Pixels;
use std::path::Path;

fn save(home: &Path, folder: &str, pictures: &[Pixels]) {
    let folder = home.join(folder);
    std::fs::create_dir_all(&folder).unwrap();
    for (at, picture) in pictures.iter().enumerate() {
        let image = image::RgbImage::from_raw(32, 32, picture.rgb.clone()).unwrap();
        image.save(folder.join(format!("{at:04}.png"))).unwrap();
    }
}

fn mirrored(picture: &Pixels) -> Pixels {
    let row = |y: usize| picture.rgb[y * 96..(y + 1) * 96].chunks_exact(3).rev();
    Pixels {
        rgb: (0..32)
            .flat_map(|y| row(y).flatten().copied().collect::<Vec<u8>>())
            .collect(),
        ..picture.clone()
    }
}

/// Folders `real` and `train` of honest pictures, and `made`, whose pictures 0 and 1 are training pictures and whose
/// picture 2 is a mirrored one.
fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let (real, train) = (pictures("real", 150), pictures("train", 150));
    let mut made = pictures("made", 60);
    made[0] = train[7].clone();
    made[1] = train[11].clone();
    made[2] = mirrored(&train[23]);
    save(home.path(), "real", &real);
    save(home.path(), "train", &train);
    save(home.path(), "made", &made);
    home
}

fn finding<'a>(document: &'a serde_json::Value, id: &str) -> &'a serde_json::Value {
    let findings = document["findings"].as_array().unwrap();
    let found = findings.iter().find(|finding| finding["id"] == id);
    found.unwrap_or_else(|| panic!("no finding {id} in {document:#}"))
}

fn audit(home: &Path, rest: &[&str]) -> Answer {
    gavel(home, &[&["audit", "real", "made"], rest].concat())
}

#[test]
fn planted_copies_and_mirrors_are_named_with_their_originals_and_shown() {
    let home = home();
    let answer = audit(
        home.path(),
        &[
            "--train", "train", "--audits", "copies", "--json", "-", "--sheets", "sheets",
        ],
    );
    let document = answer.results();
    let copies = finding(&document, "training_copies");
    assert_eq!(copies["severity"], "serious");
    assert_eq!(copies["value"], 2.0 / 60.0, "{copies:#}");
    let pairs: Vec<(u64, u64)> = copies["evidence"]
        .as_array()
        .unwrap()
        .iter()
        .map(|proof| {
            (
                proof["generated"].as_u64().unwrap(),
                proof["train"].as_u64().unwrap(),
            )
        })
        .collect();
    assert!(
        pairs.contains(&(0, 7)) && pairs.contains(&(1, 11)),
        "{pairs:?}"
    );
    let mirrors = finding(&document, "training_mirrors");
    assert_eq!(mirrors["evidence"][0]["generated"], 2);
    assert_eq!(mirrors["evidence"][0]["train"], 23);
    assert_eq!(mirrors["evidence"][0]["transform"], "mirror");
    for id in ["training_copies", "training_mirrors"] {
        let sheet = image::open(home.path().join(format!("sheets/{id}.png"))).unwrap();
        assert!(sheet.width() > 100 && sheet.height() > 60, "{id}");
    }
    assert_eq!(document["inputs"]["train"]["n"], 150);
}

#[test]
fn the_exit_code_follows_the_severity_that_was_asked_for() {
    let home = home();
    let copies = ["--train", "train", "--audits", "copies"];
    let failed = audit(
        home.path(),
        &[&copies[..], &["--fail-on", "serious"]].concat(),
    );
    failed.fails(1, &["serious", "training_copies"]);
    let without = audit(home.path(), &copies);
    assert_eq!(without.code, 0, "{}", without.stderr);
    // The honest set against the same training set.
    let honest = gavel(
        home.path(),
        &[
            "audit",
            "made",
            "real",
            "--train",
            "train",
            "--audits",
            "copies",
            "--fail-on",
            "serious",
        ],
    );
    assert_eq!(honest.code, 0, "{}", honest.stderr);
}

#[test]
fn without_a_training_set_what_can_run_runs_and_the_rest_says_so() {
    let home = home();
    let document = audit(home.path(), &["--json", "-"]).results();
    finding(&document, "duplicates_exact");
    finding(&document, "collapse");
    let warnings = document["warnings"].as_array().unwrap();
    let not_run: Vec<&str> = warnings
        .iter()
        .filter(|warning| warning["code"] == "audit_not_run")
        .map(|warning| warning["text"].as_str().unwrap())
        .collect();
    assert_eq!(not_run.len(), 2, "{not_run:?}");
    assert!(not_run[0].contains("copies") && not_run[0].contains("no training set"));
    assert!(not_run[1].contains("faces") && not_run[1].contains("no face detector"));
}

#[test]
fn a_series_names_the_checkpoint_that_collapsed_and_what_changed() {
    let home = home();
    save(home.path(), "epoch1", &pictures("epoch1", 60));
    let one = pictures("epoch2", 1);
    save(home.path(), "epoch2", &vec![one[0].clone(); 60]);
    let answer = gavel(
        home.path(),
        &[
            "audit",
            "real",
            "--series",
            "epoch1",
            "epoch2",
            "--audits",
            "collapse,dropping",
            "--json",
            "-",
            "--sheets",
            "sheets",
        ],
    );
    let document = answer.results();
    let series = finding(&document, "collapse_series");
    assert_eq!(series["severity"], "serious");
    assert!(
        series["text"]
            .as_str()
            .unwrap()
            .contains("checkpoint 2 (epoch2)"),
        "{series:#}"
    );
    let change = finding(&document, "change_regions");
    assert!(
        change["text"]
            .as_str()
            .unwrap()
            .starts_with("epoch1 to epoch2"),
        "{change:#}"
    );
    let sides: Vec<&str> = change["evidence"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|proof| proof["pictures"].as_array().unwrap())
        .map(|picture| picture["side"].as_str().unwrap())
        .collect();
    // The last of the series is the generated set, the one before it checkpoint 1.
    assert!(
        sides.contains(&"generated") && sides.contains(&"checkpoint 1"),
        "{sides:?}"
    );
    assert_eq!(document["inputs"]["checkpoint 1"]["n"], 60);
    assert_eq!(document["inputs"]["generated"]["source"], "epoch2");
    assert!(home.path().join("sheets/collapse_series.png").is_file());
}

#[test]
fn bad_input_is_told_in_words() {
    let home = home();
    let home = home.path();
    gavel(home, &["audit", "real"]).fails(2, &["GENERATED"]);
    audit(home, &["--audits", "copis"]).fails(2, &["copis", "copies", "hygiene"]);
    audit(home, &["--set", "copies.what=1"]).fails(2, &["what", "fdr"]);
    audit(home, &["--train", "nowhere"]).fails(3, &["nowhere"]);
    audit(home, &["--upscale", "4"]).fails(2, &["--detector"]);
    audit(home, &["--detector", "nobody"]).fails(2, &["nobody"]);
    std::fs::write(home.join("not.xml"), "<html><body>no cascade</body></html>").unwrap();
    audit(home, &["--audits", "faces", "--detector", "not.xml"]).fails(4, &["not.xml"]);
    std::fs::write(home.join("real/0000.png"), b"\x89PNG\r\n\x1a\nbroken").unwrap();
    audit(home, &["--audits", "duplicates"]).fails(3, &["0000.png", "--on-error skip"]);
    let skipped = audit(
        home,
        &[
            "--audits",
            "duplicates",
            "--on-error",
            "skip",
            "--json",
            "-",
        ],
    );
    let document = skipped.results();
    assert_eq!(
        document["inputs"]["reference"]["failed"][0]["name"],
        "0000.png"
    );
    gavel(home, &["audits", "copis"]).fails(2, &["copis", "gavel audits"]);
    gavel(home, &["metrics", "face_rate_ratio"]).fails(2, &["gavel audits faces"]);
}

/// An 8 x 8 square that is dark on the left and bright on the right is a "face".
const CASCADE: &str = "<opencv_storage><cascade><stageType>BOOST</stageType><featureType>HAAR</featureType>\
    <height>8</height><width>8</width><featureParams><maxCatCount>0</maxCatCount></featureParams><stages><_>\
    <stageThreshold>0.5</stageThreshold><weakClassifiers><_><internalNodes>0 -1 0 0.5</internalNodes>\
    <leafValues>0. 1.</leafValues></_></weakClassifiers></_></stages><features><_><rects><_>0 0 8 8 -1.</_>\
    <_>4 0 4 8 2.</_></rects></_></features></cascade></opencv_storage>";

#[test]
fn faces_are_framed_in_the_document_on_the_sheet_and_on_request_in_every_picture() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    std::fs::write(home.join("halves.xml"), CASCADE).unwrap();
    let side = |is_face: bool| {
        image::RgbImage::from_fn(8, 8, |x, y| {
            let is_bright = if is_face { x >= 4 } else { y % 2 == 0 };
            image::Rgb([if is_bright { 200 } else { 20 }; 3])
        })
    };
    for (folder, faces) in [("made", [true, false]), ("real", [true, true])] {
        std::fs::create_dir(home.join(folder)).unwrap();
        for (at, is_face) in faces.into_iter().enumerate() {
            side(is_face)
                .save(home.join(folder).join(format!("{at}.png")))
                .unwrap();
        }
    }
    let typed = [
        "--audits",
        "faces",
        "--detector",
        "halves.xml",
        "--set",
        "faces.min_neighbors=0",
        "--set",
        "faces.equalize=no",
        "--min-size",
        "8",
        "--annotate",
        "framed",
        "--sheets",
        "sheets",
        "--json",
        "-",
    ];
    let document = audit(home, &typed).results();
    let rate = finding(&document, "face_rate");
    assert_eq!(rate["value"], 0.5);
    let picture = &rate["evidence"][0]["pictures"][0];
    assert_eq!(picture["frames"], serde_json::json!([[0.0, 0.0, 8.0, 8.0]]));
    // The edge of the face's frame is the frame's green; the picture without a face keeps its gray.
    let framed = image::open(home.join("framed/000000-0.png.png"))
        .unwrap()
        .to_rgb8();
    assert_eq!(framed.get_pixel(0, 3).0, [0, 230, 0]);
    assert_eq!(framed.get_pixel(3, 3).0, [20; 3]);
    let bare = image::open(home.join("framed/000001-1.png.png"))
        .unwrap()
        .to_rgb8();
    assert_eq!(bare.get_pixel(0, 0).0, [200; 3]);
    let sheet = image::open(home.join("sheets/face_rate.png"))
        .unwrap()
        .to_rgb8();
    assert!(sheet.pixels().any(|pixel| pixel.0 == [0, 230, 0]));
    // Enlarged four times, an 8 x 8 picture is 32 x 32 and the whole of it is still the only window of 32.
    let large = audit(
        home,
        &[
            &typed[..8],
            &["--min-size", "32", "--upscale", "4", "--json", "-"],
        ]
        .concat(),
    );
    assert_eq!(finding(&large.results(), "face_rate")["value"], 0.5);
}
