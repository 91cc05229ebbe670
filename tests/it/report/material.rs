//! Documents by hand: everything that a report can show, in small.

use serde_json::{Value, json};

/// One red pixel as PNG (made with Pillow: `Image.new("RGB", (1, 1), (255, 0, 0))`).
pub const PIXEL: &str = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC";

/// A row with an interval and further numbers.
pub fn row(id: &str, value: f64, error: f64, direction: &str, details: Value) -> Value {
    json!({
        "id": id, "name": format!("{id}[clean]"), "value": value, "std_error": error,
        "interval": {"lower": value - 2.0 * error, "upper": value + 2.0 * error, "level": 0.95},
        "direction": direction, "n_reference": 1000, "n_generated": 1000, "params": {}, "details": details
    })
}

/// The frame of a results document about the set `name`.
pub fn results(name: &str, metrics: Value, findings: Value) -> Value {
    json!({
        "schema": "gavel.results/1", "gavel": "0.1.0",
        "command": ["gavel", "evaluate", "real.tar.gz", name],
        "inputs": {
            "reference": {"source": "data/real.tar.gz", "n": 1000, "fingerprint": "r", "failed": []},
            "generated": {"source": name, "n": 1000, "fingerprint": format!("of {name}"), "failed": [
                {"name": "broken.png", "reason": "the file ends early"}
            ]}
        },
        "extractor": {"name": "embedded-v1", "sha256": "0f".repeat(32), "verified": true, "dimension": 128},
        "protocol": {"name": "clean", "identity": "pillow_bicubic, 64 x 64"},
        "engine": {"class": "tract", "description": "tract 0.23"},
        "seed": 2020, "metrics": metrics, "findings": findings,
        "warnings": [{"code": "few_samples", "text": "1000 samples for 128 dimensions", "mend": "give more images"}]
    })
}

/// The numbers of an evaluation, with all figures.
pub fn evaluation(name: &str, fd: f64) -> Value {
    let ramp = |n: usize, scale: f64| (0..n).map(|i| i as f64 * scale).collect::<Vec<f64>>();
    let falling: Vec<f64> = (0..101).map(|i| 1.0 - f64::from(i) / 100.0).collect();
    let curve = |id: &str, y: f64| json!({"id": id, "x_label": "distance", "y_label": "share", "x": ramp(50, 0.1), "y": vec![y; 50]});
    let mut authenticity = row(
        "authenticity",
        74.6,
        0.4,
        "neither",
        json!({"neutral": 64.5}),
    );
    authenticity["curves"] = json!([
        curve("nearest_distances/generated", 0.02),
        curve("nearest_distances/held-out real", 0.02)
    ]);
    let mut quality = row(
        "quality_entropy",
        0.4,
        0.01,
        "lower",
        json!({"reference": 0.2, "largest_possible": 2.3}),
    );
    quality["curves"] = json!([
        curve("picture_entropies/generated", 0.02),
        curve("picture_entropies/reference", 0.02)
    ]);
    quality["evidence"] = json!([{"label": "surest", "side": "generated", "rows": [3, 4]}]);
    let diversity = json!({"reference": 2.3, "largest_possible": 2.302, "effective_classes": 6.1,
        "reference_effective_classes": 9.9, "largest_share": 0.41});
    let mut document = results(
        name,
        json!([
            row("fd", fd, 1.6, "lower", json!({"floor_scaled": 0.35})),
            row("kid", 6.9, 0.2, "lower", json!({})),
            row("precision", 0.85, 0.01, "higher", json!({"expected_if_equal": 0.9})),
            row("recall", 0.57, 0.01, "higher", json!({"expected_if_equal": 0.9})),
            row("prd_f8", 0.8, 0.01, "higher", json!({"curve_precision": falling, "curve_recall": ramp(101, 0.01)})),
            quality,
            row("diversity_entropy", 1.81, 0.01, "higher", diversity),
            row("power_spectrum", 3.1, 0.1, "lower",
                json!({"cycles_per_picture": ramp(31, 1.0), "generated_db": ramp(31, -1.0), "reference_db": ramp(31, -1.1)})),
            authenticity,
            {"id": "fld", "value": null, "std_error": null, "interval": null, "direction": "lower",
             "n_reference": null, "n_generated": 1000, "params": {}}
        ]),
        json!([]),
    );
    document["thumbnails"] = json!({"generated/3": PIXEL, "generated/4": PIXEL});
    document
}

/// What an audit of the same set found.
pub fn audit(name: &str) -> Value {
    let picture = |side: &str, index: usize| json!({"side": side, "index": index, "name": format!("{index}.png")});
    let proofs: Vec<Value> = (0..9)
        .map(|i| {
            json!({"label": "mirror", "transform": "mirror", "distance": 0.01, "p_value": 1e-6,
                "pictures": [picture("generated", i), picture("train", 90 + i)]})
        })
        .collect();
    let mut document = results(
        name,
        json!([row("face_rate", 0.5, 0.02, "higher", json!({}))]),
        json!([
            {"id": "mirrors", "severity": "serious", "text": "93 of 1000 generated pictures are mirrored training pictures",
             "mend": "train with other pictures", "value": 0.093,
             "interval": {"lower": 0.076, "upper": 0.113, "level": 0.95}, "evidence": proofs},
            {"id": "duplicates", "severity": "warning", "text": "40 pictures stand twice in the set", "value": 0.04,
             "evidence": [{"label": "cluster of 40", "pictures": (0..40).map(|i| picture("generated", i)).collect::<Vec<_>>()}]},
            {"id": "sizes", "severity": "note", "text": "all pictures are 64 x 64", "value": null},
            {"id": "collapse", "severity": "clear", "text": "the set is as varied as the reference", "value": 0.98}
        ]),
    );
    let thumbnails: serde_json::Map<String, Value> = (0..20)
        .flat_map(|i| [format!("generated/{i}"), format!("train/{}", 90 + i)])
        .map(|key| (key, Value::from(PIXEL)))
        .collect();
    document["thumbnails"] = Value::Object(thumbnails);
    document["command"] = json!(["gavel", "audit", "real.tar.gz", name]);
    document
}
