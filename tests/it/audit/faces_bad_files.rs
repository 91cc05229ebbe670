//! Detector files that are none, and cascades with broken numbers: words, never a panic.

use gavel::audit::faces::cascade::{Cascade, Search};
use gavel::audit::faces::{Detector, Gray, Places, Settings};
use gavel::features::engine::EngineRequest;
use gavel::rng::Seed;
use gavel::sources::Pixels;

/// A small cascade of two stages: an LBP one in a window of 6 x 6, or a Haar one in 4 x 4 with a tree of two nodes and a
/// tilted feature.
fn cascade(is_lbp: bool) -> String {
    let (kind, side, categories) = if is_lbp {
        ("LBP", 6, 256)
    } else {
        ("HAAR", 4, 0)
    };
    let set = "-1 7 0 255 65535 -2 1 3";
    let (first, second, features) = if is_lbp {
        (
            format!("0 -1 0 {set}"),
            format!("0 -1 1 {set}"),
            "<_><rect>0 0 2 2</rect></_><_><rect>1 2 1 1</rect></_>",
        )
    } else {
        (
            "0 1 0 0.25 -1 -2 1 -0.5".to_owned(),
            "0 -1 0 0.125".to_owned(),
            "<_><rects><_>0 0 4 4 -1.</_><_>2 0 2 4 2.</_></rects><tilted>0</tilted></_>\
             <_><rects><_>2 0 2 2 -1.</_><_>2 0 1 2 2.</_></rects><tilted>1</tilted></_>",
        )
    };
    let leaves = if is_lbp { "-0.5 0.5" } else { "-0.5 0.5 0.75" };
    let stage = |threshold: &str, nodes: &str, leaves: &str| {
        format!(
            "<_><maxWeakCount>1</maxWeakCount><stageThreshold>{threshold}</stageThreshold><weakClassifiers><_>\
             <internalNodes>{nodes}</internalNodes><leafValues>{leaves}</leafValues></_></weakClassifiers></_>"
        )
    };
    format!(
        "<?xml version=\"1.0\"?>\n<opencv_storage><cascade type_id=\"opencv-cascade-classifier\">\
         <stageType>BOOST</stageType><featureType>{kind}</featureType><height>{side}</height><width>{side}</width>\
         <featureParams><maxCatCount>{categories}</maxCatCount></featureParams><stages>{}{}</stages>\
         <features>{features}</features></cascade></opencv_storage>",
        stage("-0.75", &first, leaves),
        stage("-0.5", &second, "-0.5 0.5"),
    )
}

const SEARCH: Search = Search {
    scale_factor: 1.2,
    min_neighbors: 0,
    min_size: (1, 1),
};

fn picture(seed: u64) -> Gray {
    let mut stream = Seed(seed).stream("picture", 0);
    Gray::new(
        17,
        13,
        (0..17 * 13).map(|_| stream.below(256) as u8).collect(),
    )
    .unwrap()
}

#[test]
fn the_small_cascades_of_these_tests_find_windows() {
    for is_lbp in [true, false] {
        let found = Cascade::read(&cascade(is_lbp))
            .unwrap()
            .detect(&picture(1), &SEARCH)
            .unwrap();
        assert!(!found.is_empty(), "lbp: {is_lbp}");
    }
}

#[test]
fn a_damaged_cascade_never_panics_and_never_runs_away() {
    let mut n_read = 0;
    for is_lbp in [true, false] {
        let whole = cascade(is_lbp).into_bytes();
        let alphabet = b"0123456789-.e<>/_ \0\xff";
        for index in 0..4000 {
            let mut stream = Seed::DEFAULT.stream("damage", index);
            let mut bytes = whole.clone();
            if index % 4 == 0 {
                bytes.truncate(stream.below(bytes.len()));
            }
            for _ in 0..stream.below(4) {
                if bytes.is_empty() {
                    break;
                }
                let place = stream.below(bytes.len());
                bytes[place] = alphabet[stream.below(alphabet.len())];
            }
            let text = String::from_utf8_lossy(&bytes).into_owned();
            match Cascade::read(&text) {
                Ok(cascade) => {
                    n_read += 1;
                    cascade.detect(&picture(index), &SEARCH).unwrap();
                }
                Err(error) => assert_eq!(error.kind().exit_code(), 4, "{error}"),
            }
        }
    }
    assert!(
        n_read > 500,
        "{n_read} of 8000 damaged cascades were still readable"
    );
}

#[track_caller]
fn refusal(text: &str, word: &str) {
    let error = Cascade::read(text).expect_err("is refused");
    let message = error.to_string();
    assert!(
        message.contains(word) && message.contains("try:"),
        "{message}"
    );
}

#[test]
fn files_of_other_kinds_and_formats_are_named() {
    refusal("<svg></svg>", "<svg>");
    refusal("this is no XML", "XML");
    refusal("", "XML");
    refusal("<opencv_storage></opencv_storage>", "empty");
    refusal(
        "<opencv_storage><m type_id=\"opencv-matrix\"><rows>1</rows></m></opencv_storage>",
        "opencv-matrix",
    );
    refusal(
        "<opencv_storage><c type_id=\"opencv-haar-classifier\"><size>20 20</size></c></opencv_storage>",
        "before OpenCV 2.4",
    );
    refusal(&cascade(true).replace("LBP", "HOG"), "HOG");
    refusal(&cascade(true).replace("BOOST", "FOREST"), "FOREST");
}

#[test]
fn numbers_that_do_not_fit_together_are_named() {
    let lbp = cascade(true);
    for (from, to, word) in [
        ("<rect>0 0 2 2<", "<rect>0 0 3 2<", "reaches to (9, 6)"),
        ("<rect>0 0 2 2<", "<rect>0 0 2<", "rectangle"),
        ("<rect>0 0 2 2<", "<rect>0 -1 2 2<", "-1"),
        ("0 -1 1 -1 7", "0 -1 2 -1 7", "feature 2 of 2"),
        ("0 -1 0 -1 7", "0 -2 0 -1 7", "leads to -2"),
        ("0 -1 0 -1 7", "1 -1 0 -1 7", "leads to 1"),
        ("-0.5 0.5", "-0.5", "leaves"),
        ("-0.75", "nan", "nan"),
        ("-0.75", "low", "low"),
        ("<width>6", "<width>99999", "99999"),
        (">256<", ">8<", "maxCatCount"),
    ] {
        assert!(lbp.contains(from), "{from}");
        refusal(&lbp.replacen(from, to, 1), word);
    }
    // A node that leads back to itself or to one before it would be walked for ever.
    refusal(
        &cascade(false).replacen("-1 -2 1 -0.5", "1 -2 1 -0.5", 1),
        "leads to 1",
    );
    refusal(
        &cascade(false).replacen("2 0 2 2 -1.", "1 0 2 2 -1.", 1),
        "tilted",
    );
}

fn open(name: &str, places: &Places) -> String {
    Detector::open(name, places, &EngineRequest::default(), 1)
        .expect_err("is refused")
        .to_string()
}

#[test]
fn the_content_decides_what_a_detector_is() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    // An LBP cascade with the wrong extension is one all the same.
    let misnamed = file("cascade.onnx", cascade(true).as_bytes());
    let detector =
        Detector::open(&misnamed, &Places::default(), &EngineRequest::default(), 1).unwrap();
    assert_eq!(detector.kind(), "LBP cascade");
    assert!(open(&file("empty.xml", b""), &Places::default()).contains("an empty file"));
    assert!(open(&file("weights.pt", b"PK\x03\x04"), &Places::default()).contains("zip"));
    assert!(
        open(
            &file("broken.onnx", b"\x08\x07\xff\xff\xff"),
            &Places::default()
        )
        .contains("ONNX")
    );
    assert!(open(&format!("{misnamed}.gone"), &Places::default()).contains("no such file"));
    let unknown = open(
        "animefase",
        &Places {
            folders: vec![folder.path().to_path_buf()],
        },
    );
    assert!(
        unknown.contains(folder.path().to_str().unwrap()) && unknown.contains("opencv-data"),
        "{unknown}"
    );
}

#[test]
fn a_picture_smaller_than_the_window_has_no_faces() {
    let cascade = Cascade::read(&cascade(true)).unwrap();
    assert_eq!(cascade.window(), (6, 6));
    for (width, height) in [(5, 20), (20, 5), (1, 1)] {
        let gray = Gray::new(width, height, vec![0; width * height]).unwrap();
        assert_eq!(cascade.detect(&gray, &SEARCH).unwrap(), []);
    }
}

#[test]
fn impossible_settings_are_usage_errors() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.xml");
    std::fs::write(&path, cascade(true)).unwrap();
    let detector = Detector::open(
        path.to_str().unwrap(),
        &Places::default(),
        &EngineRequest::default(),
        1,
    )
    .unwrap();
    let pixels = Pixels {
        width: 8,
        height: 8,
        rgb: vec![0; 192],
    };
    for scale_factor in [1.0, 0.5, 1.000001, f64::NAN, f64::INFINITY] {
        let settings = Settings {
            scale_factor,
            ..Settings::default()
        };
        assert_eq!(
            detector
                .detect(&pixels, &settings)
                .unwrap_err()
                .kind()
                .exit_code(),
            2,
            "{scale_factor}"
        );
    }
    let settings = Settings {
        upscale: 1 << 30,
        ..Settings::default()
    };
    assert_eq!(
        detector
            .detect(&pixels, &settings)
            .unwrap_err()
            .kind()
            .exit_code(),
        2
    );
}
