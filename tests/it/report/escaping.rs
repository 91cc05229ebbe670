//! Names, labels and commands of other people never become markup.

use super::material::{PIXEL, audit, evaluation};
use crate::program::{gavel, picture};
use gavel::verdicts::report::document::Document;
use gavel::verdicts::report::{html, junit};
use serde_json::{Value, json};

const HOSTILE: &str = "<script>alert(1)</script>\"onmouseover='alert(2)' \u{202e}gpj.\u{7}\u{0}</style><img src=x onerror=alert(3)>";

/// Every text of a document but those that decide what it is.
fn poisoned(value: &mut Value, key: &str) {
    match value {
        Value::String(text)
            if !matches!(
                key,
                "schema" | "severity" | "side" | "id" | "fingerprint" | "direction"
            ) =>
        {
            HOSTILE.clone_into(text);
        }
        Value::Array(all) => {
            for one in all {
                poisoned(one, key);
            }
        }
        Value::Object(fields) => {
            for (name, one) in fields.iter_mut().filter(|(name, _)| *name != "thumbnails") {
                poisoned(one, name);
            }
        }
        _ => {}
    }
}

/// No markup but the page's own, and nothing that hides.
#[track_caller]
fn harmless(page: &str) {
    assert_eq!(page.matches("<script").count(), 1, "the page's own script");
    for word in [
        "<script>alert",
        "<img src=x",
        "onmouseover='",
        "\u{202e}",
        "\u{7}",
        "\u{0}",
    ] {
        assert!(!page.contains(word), "{word:?} is in the page");
    }
    // Inside quotes a quote ends the attribute.
    assert!(!page.contains("\"onmouseover"));
}

#[test]
fn a_hostile_text_in_any_place_of_a_document_stays_text() {
    let mut all = [evaluation("g", 64.0), audit("g")];
    for document in &mut all {
        poisoned(document, "");
        // Names that are keys or ids: of metrics, findings, severities, parameters, sides, curves.
        document["metrics"][0]["id"] = json!(HOSTILE);
        document["metrics"][0]["params"] = json!({HOSTILE: HOSTILE});
        document["metrics"][0]["direction"] = json!(HOSTILE);
        document["metrics"][0]["curves"] = json!([{"id": format!("nearest_distances/{HOSTILE}"), "x_label": HOSTILE, "y_label": HOSTILE, "x": [0, 1], "y": [1, 2]}]);
        document["inputs"][HOSTILE] = document["inputs"]["reference"].clone();
    }
    all[1]["findings"][0]["id"] = json!(HOSTILE);
    all[1]["findings"][1]["severity"] = json!(HOSTILE);
    all[1]["findings"][0]["evidence"][0]["pictures"][0]["side"] = json!(HOSTILE);
    let read = |value: &Value| Document::parse(HOSTILE, &value.to_string()).expect("a document");
    let both = [read(&all[0]), read(&all[1])];
    let page = html::render(&both).expect("a page");
    harmless(&page);
    assert!(page.contains("&lt;script&gt;alert(1)"), "the text is shown");
    // Another fingerprint: a page of two sets.
    all[1]["inputs"]["generated"]["fingerprint"] = json!("other");
    harmless(&html::render(&[read(&all[0]), read(&all[1])]).expect("a page"));
    let xml = junit::render(&both).expect("JUnit");
    roxmltree::Document::parse(&xml).expect("well-formed in spite of it all");
}

#[test]
fn a_thumbnail_that_is_not_a_picture_is_left_out() {
    for hostile in [
        "data:image/svg+xml;base64,PHN2Zz4=",
        "data:text/html;base64,PHNjcmlwdD4=",
        "https://example.org/track.png",
        "data:image/png;base64,AAAA\" onerror=\"alert(1)",
        "javascript:alert(1)",
    ] {
        let mut document = audit("g");
        document["thumbnails"] = json!({"generated/0": hostile, "train/90": PIXEL});
        let document = Document::parse("a.json", &document.to_string()).expect("a document");
        let page = html::render(&[document]).expect("a page");
        let images: Vec<&str> = page.split("<img ").skip(1).collect();
        assert_eq!(images.len(), 1, "{hostile}");
        assert!(images[0].starts_with("src=\"data:image/png;base64,iVBOR"));
        assert!(!page.contains("example.org") && !page.contains("javascript:"));
    }
}

#[test]
fn a_hostile_member_of_an_archive_goes_through_audit_and_report_as_text() {
    let home = tempfile::tempdir().expect("a folder");
    crate::program::folder(home.path(), "real", 100, 40, 16);
    let file = std::fs::File::create(home.path().join("g.tar")).expect("a file");
    let mut archive = tar::Builder::new(file);
    for number in 0..40 {
        // Two equal pictures make a finding that names both.
        let picture = picture(number.max(1), 16);
        let mut bytes = std::io::Cursor::new(Vec::new());
        picture
            .write_to(&mut bytes, image::ImageFormat::Png)
            .expect("a PNG");
        let bytes = bytes.into_inner();
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        let name = format!("{number:03}<script>alert(1)\"'>\u{202e}gpj.png");
        archive
            .append_data(&mut header, name, bytes.as_slice())
            .expect("a member");
    }
    archive.finish().expect("an archive");
    let answer = gavel(
        home.path(),
        &[
            "audit",
            "real",
            "g.tar",
            "--audits",
            "duplicates",
            "--json",
            "a.json",
            "--html",
            "direct.html",
        ],
    );
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    let answer = gavel(home.path(), &["report", "a.json", "-o", "report.html"]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    for file in ["direct.html", "report.html"] {
        let page = std::fs::read_to_string(home.path().join(file)).expect("a page");
        harmless(&page);
        assert!(
            page.contains("000&lt;script&gt;alert(1)&quot;&#39;&gt;\u{fffd}gpj.png"),
            "{file}"
        );
        assert!(page.contains("<img src=\"data:image/png;base64,"), "{file}");
    }
}
