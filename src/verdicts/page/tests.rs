//! The shell as a whole.

use super::figure::Figure;
use super::sheet::{Group, Picture, sheet};
use super::table::{Cell, Table};
use super::{DataUri, Page, SCRIPT, STYLE, badge, tag};

#[test]
fn a_page_loads_nothing_and_names_its_script_by_hash() {
    let page = Page::new("<A>")
        .section("One", tag("p").text("1"))
        .section("One", tag("p").text("2"))
        .section("Empty", super::Html::new())
        .render();
    assert!(page.starts_with("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"));
    assert!(page.contains("<title>&lt;A&gt;</title>"));
    assert!(page.contains("id=\"one\"") && page.contains("id=\"one-2\""));
    assert!(
        !page.contains("Empty"),
        "a section without a body is left out"
    );
    assert!(page.contains("default-src &#39;none&#39;; img-src data:;"));
    assert!(page.contains("script-src &#39;sha256-"));
    for address in ["http://", "https://", "url(", "@import"] {
        assert!(
            !page
                .replace("http://www.w3.org/2000/svg", "")
                .contains(address),
            "{address}"
        );
    }
    // Neither may end the element that it stands in.
    assert!(!STYLE.contains("</") && !SCRIPT.contains("</"));
}

#[test]
fn an_absent_number_has_an_empty_key_and_the_first_cell_names_the_row() {
    let mut table = Table::new("what").words("name").numbers("value");
    assert!(table.html().is_empty());
    table.push(vec![Cell::text("<a>"), Cell::number(Some(0.5), "0.50")]);
    table.push(vec![Cell::text("b"), Cell::number(None, "–")]);
    let html = table.html();
    assert!(html.as_str().contains(
        "<tr><th scope=\"row\" class=\"word\">&lt;a&gt;</th><td class=\"number\" data-sort=\"0.5\">0.50</td></tr>"
    ));
    assert!(html.as_str().contains("data-sort=\"\">–</td>"));
}

#[test]
fn a_figure_has_words_and_the_colours_of_the_page() {
    let figure = Figure {
        svg: "<svg width=\"2\">\n<rect fill=\"#282828\"/></svg>\n".to_owned(),
        title: "a & b".to_owned(),
        description: "c".to_owned(),
    };
    assert_eq!(
        figure.drawing().as_str(),
        "<svg role=\"img\" class=\"chart\" width=\"2\"><title>a &amp; b</title><desc>c</desc>\n<rect fill=\"var(--ink)\"/></svg>"
    );
}

#[test]
fn pictures_are_named_for_who_cannot_see_them_and_many_are_folded() {
    let group = Group {
        label: "mirror".to_owned(),
        notes: vec!["p < 0.0001".to_owned()],
        pictures: vec![
            Picture {
                content: Some(DataUri::png(b"x")),
                side: "generated".to_owned(),
                name: "\"><script>.png".to_owned(),
            },
            Picture {
                content: None,
                side: "train".to_owned(),
                name: "9.png".to_owned(),
            },
        ],
    };
    let one = sheet(std::slice::from_ref(&group));
    assert!(
        one.as_str()
            .contains("alt=\"generated &quot;&gt;&lt;script&gt;.png\"")
    );
    assert!(one.as_str().contains("<bdi>9.png</bdi>"));
    assert!(!one.as_str().contains("<details>"));
    assert!(
        sheet(&vec![group; 5])
            .as_str()
            .contains("<summary>1 more</summary>")
    );
    assert!(sheet(&[]).is_empty());
}

#[test]
fn an_unknown_kind_of_badge_is_a_note() {
    let html: super::Html = badge("<x>", "y").into();
    assert_eq!(html.as_str(), "<span class=\"badge note\">y</span>");
}

/// The value of a variable in the first block after `start`.
fn colour(start: &str, name: &str) -> [f64; 3] {
    let block = STYLE.split_once(start).expect(start).1;
    let block = block.split_once('}').expect("a block ends").0;
    let value = block.split_once(&format!("--{name}: #")).expect(name).1;
    let hex = value.split_once(';').expect("a value ends").0;
    assert_eq!(hex.len(), 6, "{name}: {hex}");
    [0, 2, 4].map(|i| f64::from(u8::from_str_radix(&hex[i..i + 2], 16).expect("hex")) / 255.0)
}

/// Contrast of two colours by WCAG 2.2.
fn contrast(a: [f64; 3], b: [f64; 3]) -> f64 {
    let light = |c: [f64; 3]| {
        let [r, g, b] = c.map(|v| {
            if v <= 0.04045 {
                v / 12.92
            } else {
                ((v + 0.055) / 1.055).powf(2.4)
            }
        });
        0.2126 * r + 0.7152 * g + 0.0722 * b
    };
    let (a, b) = (light(a), light(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn text_has_a_contrast_of_4_5_and_marks_of_3_in_both_themes() {
    // Black on white is 21 by definition.
    assert!((contrast([0.0; 3], [1.0; 3]) - 21.0).abs() < 1e-9);
    for theme in ["/* light */", "/* dark */"] {
        for ground in ["paper", "wash"] {
            for text in ["ink", "muted", "accent"] {
                let found = contrast(colour(theme, text), colour(theme, ground));
                assert!(found >= 4.5, "{theme} {text} on {ground}: {found:.2}");
            }
        }
        for kind in ["serious", "warning", "note", "clear"] {
            let wash = colour(theme, &format!("{kind}-wash"));
            for (text, ground) in [(kind, wash), (kind, colour(theme, "paper")), ("ink", wash)] {
                let found = contrast(colour(theme, text), ground);
                assert!(found >= 4.5, "{theme} {text} of {kind}: {found:.2}");
            }
        }
        for number in 1..=7 {
            let series = colour(theme, &format!("series-{number}"));
            for ground in ["paper", "wash"] {
                let found = contrast(series, colour(theme, ground));
                assert!(
                    found >= 3.0,
                    "{theme} series {number} on {ground}: {found:.2}"
                );
            }
        }
    }
}
