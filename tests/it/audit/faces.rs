//! Face detectors: box for box what OpenCV finds, and what the networks' own programs find.

use crate::shared::{close, shared};
use gavel::audit::faces::cascade::{Box4, Cascade, Search};
use gavel::audit::faces::{Detector, Face, Gray, Places, Settings, resize};
use gavel::features::engine::EngineRequest;
use gavel::sources::decode::{DecodeOptions, decode};
use gavel::sources::{OpenOptions, Opened, Pixels, open};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::Path;

/// All pictures of a source by name.
pub fn pictures(source: &Path) -> BTreeMap<String, Pixels> {
    let spec = source.to_str().unwrap();
    let Opened::Images(source) = open(spec, &OpenOptions::default()).unwrap() else {
        panic!("{spec} holds no pictures")
    };
    let mut pictures = BTreeMap::new();
    let mut keep = |index: usize, stored: gavel::error::Result<_>| {
        let decoded = decode(&stored?, &DecodeOptions::default())?;
        pictures.insert(source.entries()[index].name.clone(), decoded.pixels);
        Ok(())
    };
    source.visit(&|_| true, &mut keep).unwrap();
    pictures
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The golden entries of one set, each with its picture.
fn golden(set: &str) -> Option<Vec<(Value, Pixels)>> {
    let text = std::fs::read_to_string(shared("conformance/faces/detections.json")?).unwrap();
    let document: Value = serde_json::from_str(&text).unwrap();
    let faces = shared(&format!("conformance/faces/{set}.tar.gz"));
    let source = faces.or_else(|| shared(&format!("conformance/images/{set}.tar.gz")))?;
    let pictures = pictures(&source);
    let entries = document["sets"][set]["images"].as_array().unwrap();
    let with_picture = |entry: &Value| {
        let name = entry["name"].as_str().unwrap();
        let pixels = pictures
            .get(name)
            .unwrap_or_else(|| panic!("{set} has no {name}"));
        (entry.clone(), pixels.clone())
    };
    Some(entries.iter().map(with_picture).collect())
}

fn cascade(name: &str) -> Option<Cascade> {
    let text = std::fs::read_to_string(shared(name)?).unwrap();
    Some(Cascade::read(&text).unwrap())
}

fn boxes(cascade: &Cascade, gray: &Gray, min_neighbors: usize) -> Vec<[i64; 4]> {
    let search = Search {
        scale_factor: 1.1,
        min_neighbors,
        min_size: (24, 24),
    };
    let found = cascade.detect(gray, &search).unwrap();
    let numbers = |b: Box4| [b.x, b.y, b.width, b.height].map(i64::from);
    let mut boxes: Vec<[i64; 4]> = found.iter().map(|found| numbers(found.place)).collect();
    boxes.sort_unstable();
    boxes
}

/// One golden entry of the LBP cascade; gives the number of faces.
fn check_cascade(cascade: &Cascade, golden: &Value, pixels: &Pixels, what: &str) -> usize {
    let gray = Gray::of(pixels);
    assert_eq!(hash(gray.values()), golden["gray_sha256"], "{what}: gray");
    let equalized = gray.equalized();
    assert_eq!(
        hash(equalized.values()),
        golden["equalized_sha256"],
        "{what}: equalized"
    );
    let found = boxes(cascade, &equalized, 5);
    let wanted: Vec<[i64; 4]> = serde_json::from_value(golden["boxes_xywh"].clone()).unwrap();
    assert_eq!(found, wanted, "{what}");
    assert_eq!(
        boxes(cascade, &equalized, 3).len(),
        golden["count_min_neighbors_3"],
        "{what}"
    );
    assert_eq!(
        boxes(cascade, &equalized, 0).len(),
        golden["raw_windows"],
        "{what}"
    );
    found.len()
}

#[test]
fn the_lbp_cascade_finds_opencvs_boxes_in_small_pictures_and_enlarged_ones() {
    for set in ["gen-anime", "real-anime"] {
        let (Some(entries), Some(cascade)) = (
            golden(set),
            cascade("conformance/faces/models/lbpcascade_animeface.xml"),
        ) else {
            return;
        };
        let mut n = [0, 0];
        for (entry, pixels) in &entries {
            let what = format!("{set} {}", entry["name"]);
            n[0] += check_cascade(&cascade, &entry["lbp_animeface"], pixels, &what);
            let large = resize(pixels, pixels.width * 4, pixels.height * 4);
            let bgr: Vec<u8> = large
                .rgb
                .as_chunks::<3>()
                .0
                .iter()
                .flat_map(|&[r, g, b]| [b, g, r])
                .collect();
            let golden = &entry["lbp_animeface_x4"];
            assert_eq!(
                hash(&bgr),
                golden["upscaled_bgr_sha256"],
                "{what}: enlarged"
            );
            n[1] += check_cascade(&cascade, golden, &large, &format!("{what} x4"));
        }
        println!(
            "{set}: {} pictures, {n:?} faces, all boxes equal",
            entries.len()
        );
    }
}

#[test]
fn the_lbp_cascade_finds_opencvs_boxes_in_scenes() {
    let (Some(entries), Some(cascade)) = (
        golden("anime-scenes"),
        cascade("conformance/faces/models/lbpcascade_animeface.xml"),
    ) else {
        return;
    };
    // Every sixth of the 33 scenes of up to 4 megapixels each is enough of a test that runs every time.
    for (entry, pixels) in entries.iter().step_by(6) {
        check_cascade(
            &cascade,
            &entry["lbp_animeface"],
            pixels,
            &format!("scene {}", entry["name"]),
        );
    }
}

#[test]
fn a_haar_cascade_finds_the_faces_of_aligned_portraits() {
    let (Some(portraits), Some(cascade)) = (
        shared("conformance/images/real-faces.tar.gz"),
        cascade("data/detectors/haarcascade_frontalface_default.xml"),
    ) else {
        return;
    };
    // OpenCV 4.14.0, equalizeHist, scale factor 1.1, 24 x 24, on the first 60 in byte order: 3951 windows, 59 faces with
    // more than 3 and 56 with more than 5 windows.
    let grays: Vec<Gray> = pictures(&portraits)
        .values()
        .take(60)
        .map(|p| Gray::of(p).equalized())
        .collect();
    let n = [0, 3, 5].map(|min| {
        grays
            .iter()
            .map(|gray| boxes(&cascade, gray, min).len())
            .sum::<usize>()
    });
    assert_eq!(n, [3951, 59, 56]);
}

fn network(file: &str) -> Option<Detector> {
    let path = shared(&format!("conformance/faces/models/{file}"))?;
    Some(
        Detector::open(
            path.to_str().unwrap(),
            &Places::default(),
            &EngineRequest::default(),
            2,
        )
        .unwrap(),
    )
}

/// Faces against golden boxes (left, top, then size or other corner) and scores: same number unless a candidate is at
/// the threshold, boxes within 1 pixel, scores within 0.001.
fn check_network(
    found: &[Face],
    boxes: &[[f64; 4]],
    scores: &[f64],
    are_corners: bool,
    near: u64,
    what: &str,
) {
    let difference = found.len().abs_diff(boxes.len()) as u64;
    assert!(
        difference <= near,
        "{what}: {} faces, golden {}, {near} near the threshold",
        found.len(),
        boxes.len()
    );
    if difference > 0 {
        return;
    }
    for (b, &score) in boxes.iter().zip(scores) {
        let (width, height) = if are_corners {
            (b[2] - b[0], b[3] - b[1])
        } else {
            (b[2], b[3])
        };
        let distance = |f: &Face| {
            let parts = [f.x - b[0], f.y - b[1], f.width - width, f.height - height];
            parts
                .iter()
                .fold(0.0, |most: f64, part| most.max(part.abs()))
        };
        let nearest = found
            .iter()
            .min_by(|a, b| distance(a).total_cmp(&distance(b)))
            .unwrap();
        close(&format!("{what}: box"), distance(nearest), 0.0, 0.0, 1.0);
        close(&format!("{what}: score"), nearest.score, score, 0.0, 1e-3);
    }
}

#[test]
fn ultraface_finds_the_faces_of_its_own_program() {
    for set in ["multi-face", "real-faces"] {
        let (Some(entries), Some(detector)) = (golden(set), network("version-RFB-320.onnx")) else {
            return;
        };
        for (entry, pixels) in &entries {
            let what = format!("ultraface {set} {}", entry["name"]);
            let golden = &entry["ultraface_rfb320"];
            assert_eq!(
                hash(&resize(pixels, 320, 240).rgb),
                golden["resized_sha256"],
                "{what}: resized"
            );
            let found = detector.detect(pixels, &Settings::default()).unwrap();
            let boxes: Vec<[f64; 4]> =
                serde_json::from_value(golden["boxes_xyxy"].clone()).unwrap();
            let scores: Vec<f64> = serde_json::from_value(golden["scores"].clone()).unwrap();
            check_network(
                &found,
                &boxes,
                &scores,
                true,
                golden["near_threshold"].as_u64().unwrap(),
                &what,
            );
        }
    }
}

#[test]
fn yunet_finds_the_faces_of_opencv_at_every_size_of_picture() {
    for set in ["multi-face", "real-faces"] {
        let (Some(entries), Some(detector)) =
            (golden(set), network("face_detection_yunet_2023mar.onnx"))
        else {
            return;
        };
        for (entry, pixels) in &entries {
            let what = format!("yunet {set} {}", entry["name"]);
            let golden = &entry["yunet_2023mar"];
            let found = detector.detect(pixels, &Settings::default()).unwrap();
            let boxes: Vec<[f64; 4]> =
                serde_json::from_value(golden["boxes_xywh"].clone()).unwrap();
            let scores: Vec<f64> = serde_json::from_value(golden["scores"].clone()).unwrap();
            check_network(&found, &boxes, &scores, false, 0, &what);
        }
    }
}

#[test]
fn enlarging_gives_boxes_in_pixels_of_the_picture_itself() {
    let (Some(entries), Some(path)) = (
        golden("real-anime"),
        shared("conformance/faces/models/lbpcascade_animeface.xml"),
    ) else {
        return;
    };
    let detector = Detector::open(
        path.to_str().unwrap(),
        &Places::default(),
        &EngineRequest::default(),
        1,
    )
    .unwrap();
    let settings = Settings {
        min_neighbors: 5,
        upscale: 4,
        ..Settings::default()
    };
    for (entry, pixels) in entries.iter().take(10) {
        let found = detector.detect(pixels, &settings).unwrap();
        let golden: Vec<[f64; 4]> =
            serde_json::from_value(entry["lbp_animeface_x4"]["boxes_xywh"].clone()).unwrap();
        let mut corners: Vec<[f64; 4]> = found
            .iter()
            .map(|f| [f.x, f.y, f.width, f.height].map(|v| v * 4.0))
            .collect();
        corners.sort_by(|a, b| a[0].total_cmp(&b[0]));
        assert_eq!(corners, golden, "{}", entry["name"]);
    }
}

#[test]
fn the_course_submissions_have_the_noted_share_of_faces() {
    let Some(path) = shared("conformance/faces/models/lbpcascade_animeface.xml") else {
        return;
    };
    let detector = Detector::open(
        path.to_str().unwrap(),
        &Places::default(),
        &EngineRequest::default(),
        1,
    )
    .unwrap();
    // PUBLISHED_SCORES.json, "check": OpenCV 4.14.0, equalizeHist, 1.1, minNeighbors 3, share with at least one face.
    for (file, share) in [
        ("shihyuhuang-wgan-e90-critic5.tgz", 0.499),
        ("shihyuhuang-wgan-e200-critic4.tgz", 0.513),
        ("kodmas-lowquality.tgz", 0.112),
    ] {
        let Some(source) = shared(&format!("data/generated/anime/ntu-hw6/{file}")) else {
            return;
        };
        let pictures = pictures(&source);
        let settings = Settings::default();
        let hits = pictures
            .values()
            .filter(|p| !detector.detect(p, &settings).unwrap().is_empty())
            .count();
        close(
            file,
            hits as f64 / pictures.len() as f64,
            share,
            0.0,
            0.0005,
        );
    }
}
