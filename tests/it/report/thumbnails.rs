//! The program puts curves and small pictures into its documents.

use crate::program::{folder, gavel};

#[test]
fn evaluation_writes_curves_and_the_pictures_that_its_rows_name() {
    let home = tempfile::tempdir().expect("a folder");
    folder(home.path(), "real", 0, 60, 32);
    folder(home.path(), "train", 200, 60, 32);
    folder(home.path(), "generated", 100, 60, 32);
    let typed = [
        "evaluate",
        "real",
        "generated",
        "--train",
        "train",
        "--metrics",
        "fid,quality_entropy,diversity_entropy,authenticity",
        "--json",
        "r.json",
        "--html",
        "r.html",
    ];
    let answer = gavel(home.path(), &typed);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    let text = std::fs::read_to_string(home.path().join("r.json")).expect("a document");
    let results: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let pictures = results["thumbnails"].as_object().expect("pictures");
    for row in results["metrics"].as_array().expect("rows") {
        for evidence in row["evidence"].as_array().into_iter().flatten() {
            let side = evidence["side"].as_str().expect("a side");
            for index in evidence["rows"].as_array().expect("rows").iter().take(12) {
                let key = format!("{side}/{index}");
                assert!(pictures.contains_key(&key), "{key}");
            }
        }
        for curve in row["curves"].as_array().into_iter().flatten() {
            let (x, y) = (
                curve["x"].as_array().expect("x"),
                curve["y"].as_array().expect("y"),
            );
            assert!(x.len() == y.len() && x.len() <= 200);
            // Shares of all pictures, or of all classes, are 1 together.
            let sum: f64 = y.iter().filter_map(serde_json::Value::as_f64).sum();
            assert!((sum - 1.0).abs() < 1e-5, "{}: {sum}", curve["id"]);
        }
    }
    for id in [
        "nearest_distances/generated",
        "nearest_distances/held-out real",
        "picture_entropies/reference",
        "class_shares/generated",
    ] {
        assert!(text.contains(id), "{id}");
    }
    // Numbers that were kept have their curves too.
    let again = gavel(home.path(), &typed);
    assert_eq!(again.code, 0);
    let second = std::fs::read_to_string(home.path().join("r.json")).expect("a document");
    let without_counts = |text: &str| -> serde_json::Value {
        let mut value: serde_json::Value = serde_json::from_str(text).expect("JSON");
        for (_, input) in value["inputs"].as_object_mut().expect("inputs") {
            input["n_cached"] = 0.into();
        }
        value
    };
    assert_eq!(without_counts(&text), without_counts(&second));
    let page = std::fs::read_to_string(home.path().join("r.html")).expect("a page");
    assert!(page.contains("Distance to the nearest training image"));
}

#[test]
fn features_have_no_pictures_and_the_document_says_nothing_of_them() {
    let home = tempfile::tempdir().expect("a folder");
    let values = ndarray::Array2::from_shape_fn((50, 4), |(i, j)| ((i * 7 + j * 3) % 11) as f32);
    let array = gavel::sources::arrays::Array::F32(values.view().into_dyn());
    gavel::sources::arrays::write_npy(&home.path().join("a.npy"), &array).expect("a file");
    let results = gavel(
        home.path(),
        &[
            "evaluate",
            "a.npy",
            "a.npy",
            "--metrics",
            "kid",
            "--set",
            "kid.subset_size=20",
            "--json",
            "-",
        ],
    )
    .results();
    assert_eq!(results.get("thumbnails"), None);
}
