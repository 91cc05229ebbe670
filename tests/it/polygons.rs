//! The built-in polygons against the published generator's own pictures.

use crate::shared::shared;
use gavel::sources::polygons::{PolygonSpec, Polygons};
use gavel::sources::{OpenOptions, Opened, Stored, open};
use sha2::{Digest, Sha256};

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[test]
fn triangles_are_those_of_the_published_generator() {
    let Some(path) = shared("conformance/polygons/tri.json") else {
        return;
    };
    let golden: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let set = Polygons::draw(PolygonSpec::parse("triangles").unwrap());
    let each = golden["raw"]["sha256_each_k"].as_array().unwrap();
    assert_eq!(each.len(), 2000);
    for (number, want) in each.iter().enumerate() {
        assert_eq!(
            hex(&set.levels(number).unwrap()),
            want.as_str().unwrap(),
            "picture {number}"
        );
    }
    let order: Vec<usize> = (0..set.len())
        .map(|index| set.drawing_number(index).unwrap())
        .collect();
    let order: Vec<u8> = order
        .into_iter()
        .flat_map(|number| i32::try_from(number).unwrap().to_le_bytes())
        .collect();
    assert_eq!(
        hex(&order),
        golden["permutation"]["sha256_int32"].as_str().unwrap()
    );
    let first = set.drawing_number(0).unwrap();
    assert_eq!(
        first as u64,
        golden["after_permutation_0"]["raw_index"].as_u64().unwrap()
    );
    assert_eq!(
        hex(&set.levels(first).unwrap()),
        golden["after_permutation_0"]["sha256_k"].as_str().unwrap()
    );
    // Vertex column 0 is the row axis; the values agree to the rounding of sine and cosine.
    for (vertex, want) in set
        .vertices(0)
        .unwrap()
        .iter()
        .zip(golden["raw"]["vertices_first"].as_array().unwrap())
    {
        assert!(
            (vertex[0] - want[0].as_f64().unwrap()).abs() < 1e-12
                && (vertex[1] - want[1].as_f64().unwrap()).abs() < 1e-12
        );
    }
}

#[test]
fn the_splits_are_the_papers_and_share_nothing() {
    let all = Polygons::draw(PolygonSpec::parse("triangles?n=80&seed=5").unwrap());
    for (split, first, n) in [("train", 0, 60), ("test", 60, 10), ("holdout", 70, 10)] {
        let part = Polygons::draw(
            PolygonSpec::parse(&format!("triangles?n=80&seed=5&split={split}")).unwrap(),
        );
        assert_eq!(part.len(), n);
        assert_eq!(part.drawing_number(0), all.drawing_number(first), "{split}");
        assert_eq!(part.drawing_number(n), None);
    }
    // The paper's own sizes: 60,000, 10,000 and 10,000.
    assert_eq!(
        Polygons::draw(PolygonSpec::parse("triangles?split=test").unwrap()).len(),
        10_000
    );
}

#[test]
fn a_polygon_source_hands_out_gray_pictures_in_permuted_order() {
    let Ok(Opened::Images(source)) = open("polygons:squares?n=16&seed=3", &OpenOptions::default())
    else {
        panic!("opens as pictures");
    };
    let set = Polygons::draw(PolygonSpec::parse("squares?n=16&seed=3").unwrap());
    assert_eq!(source.len(), 16);
    let number = set.drawing_number(4).unwrap();
    assert_eq!(source.entries()[4].name, format!("squares[{number}]"));
    let Stored::Raw(pixels) = source.read(4).unwrap() else {
        panic!("is raw")
    };
    let levels = set.levels(number).unwrap();
    for (pixel, &k) in pixels.rgb.chunks_exact(3).zip(&levels) {
        assert_eq!(pixel, [(f64::from(k) * 255.0 / 64.0).round() as u8; 3]);
    }
    assert!(
        levels.contains(&0) && levels.contains(&64),
        "the polygon is 0 and the background 64"
    );
}

#[test]
fn wrong_polygon_specs_say_what_is_possible() {
    for bad in [
        "polygons:circles",
        "polygons:triangles?n=0",
        "polygons:triangles?split=valid",
        "polygons:triangles?color=1",
    ] {
        let Err(error) = open(bad, &OpenOptions::default()) else {
            panic!("{bad} opened")
        };
        assert_eq!(error.kind().exit_code(), 2, "{bad}");
    }
}
