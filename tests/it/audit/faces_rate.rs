//! The face rate of a set: what is counted, how sure it is, what is said of it.

use gavel::audit::faces::{Detector, Faces, Places, Settings, measure};
use gavel::audit::{AUDITS, Archive, Audit, Case, Exhibit, Item, Report, Severity, Thumbnails};
use gavel::error::Result;
use gavel::features::engine::EngineRequest;
use gavel::progress::Silent;
use gavel::rng::Seed;
use gavel::sources::Pixels;
use gavel::sources::decode::{Format, Info};
use gavel::statistics::estimate::SetSide;
use std::collections::BTreeMap;

/// A "face" is an 8 x 8 square that is dark on the left and bright on the right.
const CASCADE: &str = "<opencv_storage><cascade><stageType>BOOST</stageType><featureType>HAAR</featureType>\
    <height>8</height><width>8</width><featureParams><maxCatCount>0</maxCatCount></featureParams><stages><_>\
    <stageThreshold>0.5</stageThreshold><weakClassifiers><_><internalNodes>0 -1 0 0.5</internalNodes>\
    <leafValues>0. 1.</leafValues></_></weakClassifiers></_></stages><features><_><rects><_>0 0 8 8 -1.</_>\
    <_>4 0 4 8 2.</_></rects></_></features></cascade></opencv_storage>";

/// Pictures of 8 x 8: a face where the letter is `f`, noise stripes that are none elsewhere.
struct Sets(BTreeMap<&'static str, &'static str>);

fn picture(has_face: bool) -> Pixels {
    let level = |x: usize, y: usize| {
        let is_bright = if has_face {
            x >= 4
        } else {
            y.is_multiple_of(2)
        };
        if is_bright { 200 } else { 20 }
    };
    let places = (0..8).flat_map(|y| (0..8).map(move |x| (x, y)));
    Pixels {
        width: 8,
        height: 8,
        rgb: places.flat_map(|(x, y)| [level(x, y); 3]).collect(),
    }
}

impl Archive for Sets {
    fn read(&self, side: SetSide, rows: &[usize]) -> Result<BTreeMap<usize, Pixels>> {
        let letters = self.0[&*side.name()].as_bytes();
        Ok(rows
            .iter()
            .map(|&row| (row, picture(letters[row] == b'f')))
            .collect())
    }
}

fn exhibit(n: usize) -> Exhibit {
    let item = |row: usize| Item {
        name: row.to_string(),
        label: None,
        stored: [0; 32],
        pixels: [0; 32],
        info: Info {
            format: Format::Raw,
            mode: "RGB",
            bit_depth: 8,
            width: 8,
            height: 8,
            jpeg: None,
        },
        notes: Vec::new(),
        blank: false,
    };
    Exhibit {
        source: "test".to_owned(),
        items: (0..n).map(item).collect(),
        thumbnails: Thumbnails::default(),
        features: None,
    }
}

fn report(generated: &'static str, reference: Option<&'static str>, settings: &Settings) -> Report {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("halves.xml");
    std::fs::write(&path, CASCADE).unwrap();
    let detector = Detector::open(
        path.to_str().unwrap(),
        &Places::default(),
        &EngineRequest::default(),
        1,
    )
    .unwrap();
    let sets = Sets(BTreeMap::from([
        ("generated", generated),
        ("reference", reference.unwrap_or_default()),
    ]));
    let (ours, theirs) = (
        exhibit(generated.len()),
        exhibit(reference.unwrap_or_default().len()),
    );
    let case = Case {
        reference: reference.map(|_| &theirs),
        generated: &ours,
        train: None,
        checkpoints: &[],
        detector: None,
        archive: &sets,
        seed: Seed::DEFAULT,
        observer: &Silent,
    };
    measure(&case, &detector, settings).unwrap()
}

/// One window fits, so a face has one window.
const ONE: Settings = Settings {
    scale_factor: 1.1,
    min_neighbors: 0,
    min_size: Some(8),
    upscale: 1,
    equalize: false,
};

#[test]
fn the_rate_is_the_share_of_pictures_with_a_face_on_either_side() {
    let report = report("f..f", Some("fff.f"), &ONE);
    let rows: Vec<(&str, Option<f64>)> = report
        .estimates
        .iter()
        .map(|row| (row.id.as_str(), row.value))
        .collect();
    // 2 of 4 by 4 of 5; turned round the ratio would be 1.6.
    assert_eq!(
        rows,
        [
            ("face_rate", Some(0.5)),
            ("face_rate_reference", Some(0.8)),
            ("face_rate_ratio", Some(0.625))
        ]
    );
    // Wilson for 2 of 4: (0.5 +- ...) = 0.1500 and 0.8500 (z^2 = 3.8415; centre 0.5; 1.96 sqrt(0.0625 + 0.0600) / 1.9604).
    let interval = report.estimates[0].interval.unwrap();
    assert!(
        (interval.lower - 0.1500).abs() < 2e-4 && (interval.upper - 0.8500).abs() < 2e-4,
        "{interval:?}"
    );
    let evidence = &report.findings[0].evidence;
    assert_eq!(
        evidence[0].pictures,
        [(SetSide::Generated, 0), (SetSide::Generated, 3)]
    );
    assert_eq!(
        evidence[1].pictures,
        [(SetSide::Generated, 1), (SetSide::Generated, 2)]
    );
    assert_eq!(evidence[3].pictures, [(SetSide::Reference, 3)]);
}

#[test]
fn a_set_with_far_fewer_faces_than_real_pictures_is_serious_and_an_equal_one_is_clear() {
    const MANY: &str = "ffffffffffffffffffffffffffffffffffffffff";
    const FEW: &str = "ff......................................";
    let severity =
        |generated, reference| report(generated, Some(reference), &ONE).findings[0].severity;
    assert_eq!(severity(FEW, MANY), Severity::Serious);
    assert_eq!(severity(MANY, MANY), Severity::Clear);
    // More faces than real pictures have are nothing to worry about.
    assert_eq!(
        severity(MANY, "ffffffffffffffffffffffffffffffffff......"),
        Severity::Clear
    );
}

#[test]
fn without_a_reference_or_with_a_blind_detector_the_rate_is_said_and_not_judged() {
    let alone = report("f...", None, &ONE);
    assert_eq!(alone.findings[0].severity, Severity::Note);
    assert_eq!(alone.estimates.len(), 1);
    let blind = report("f...", Some("...................."), &ONE);
    assert_eq!(blind.findings[0].severity, Severity::Note);
    assert!(
        blind
            .warnings
            .iter()
            .any(|warning| warning.code == "detector_does_not_fit")
    );
    assert_eq!(blind.estimates[2].value, None);
    assert!(blind.estimates[2].why_absent.is_some());
}

#[test]
fn pictures_smaller_than_the_window_are_counted_aloud() {
    // The least size of the window that is looked for does not matter here, the window's own size does: 8 fits 8.
    assert!(report("f.", None, &ONE).warnings.is_empty());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.xml");
    std::fs::write(&path, CASCADE.replace("<width>8", "<width>9")).unwrap();
    let detector = Detector::open(
        path.to_str().unwrap(),
        &Places::default(),
        &EngineRequest::default(),
        1,
    )
    .unwrap();
    assert_eq!(detector.least_picture(&ONE), (9, 8));
    assert_eq!(
        detector.least_picture(&Settings { upscale: 4, ..ONE }),
        (3, 2)
    );
    let (sets, ours) = (Sets(BTreeMap::from([("generated", "f.f")])), exhibit(3));
    let case = Case {
        reference: None,
        generated: &ours,
        train: None,
        checkpoints: &[],
        detector: None,
        archive: &sets,
        seed: Seed::DEFAULT,
        observer: &Silent,
    };
    let report = measure(&case, &detector, &ONE).unwrap();
    assert_eq!(report.warnings[0].code, "smaller_than_detector_window");
    assert!(
        report.warnings[0].text.starts_with("3 of 3"),
        "{:?}",
        report.warnings
    );
}

#[test]
fn the_report_is_the_same_for_any_number_of_threads() {
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| report("f..ff.f.....f", Some("fff.fffff"), &ONE))
    };
    assert_eq!(with(1), with(5));
}

#[test]
fn the_registered_audit_needs_a_detector() {
    let card = AUDITS
        .iter()
        .map(|audit| audit.card())
        .find(|card| card.name == "faces")
        .unwrap();
    assert_eq!(Faces.card().name, card.name);
    assert_eq!(card.needs, [gavel::audit::Need::Detector]);
}
