//! The gate as JUnit XML, in the form that the common CI servers read (the schema of Jenkins' xUnit plugin): one test case a
//! check, `failure` where it fails, `skipped` where it cannot tell.

use super::{Check, Decision, Gate};
use std::fmt::Write as _;

/// The document.
#[must_use]
pub fn render(gate: &Gate) -> String {
    let (all, failed, open) = (
        gate.checks.len(),
        gate.count(Decision::Fail),
        gate.count(Decision::CannotTell),
    );
    let counts =
        format!("tests=\"{all}\" failures=\"{failed}\" errors=\"0\" skipped=\"{open}\" time=\"0\"");
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let plain = format!("tests=\"{all}\" failures=\"{failed}\" errors=\"0\" time=\"0\"");
    let _ = writeln!(out, "<testsuites name=\"gavel gate\" {plain}>");
    let _ = writeln!(out, "  <testsuite name=\"gavel gate\" {counts}>");
    out.push_str("    <properties>\n");
    for (name, value) in properties(gate) {
        let _ = writeln!(
            out,
            "      <property name=\"{name}\" value=\"{}\"/>",
            escaped(&value)
        );
    }
    out.push_str("    </properties>\n");
    for check in &gate.checks {
        out.push_str(&case(check));
    }
    out.push_str("  </testsuite>\n</testsuites>\n");
    out
}

fn properties(gate: &Gate) -> Vec<(&'static str, String)> {
    let mut all = vec![
        ("verdict", gate.verdict.name().to_owned()),
        ("policy", gate.policy.file.clone()),
        ("results", gate.results.file.clone()),
    ];
    all.extend(gate.baseline.iter().map(|b| ("baseline", b.file.clone())));
    all.extend(gate.extractor.iter().map(|e| ("extractor", e.name.clone())));
    all.extend(gate.protocol.iter().map(|p| ("protocol", p.name.clone())));
    all.push(("gavel", gate.gavel.clone()));
    all
}

fn case(check: &Check) -> String {
    let head = format!(
        "    <testcase classname=\"gavel.{}\" name=\"{}\" time=\"0\"",
        check.kind.name(),
        escaped(&check.name)
    );
    let text = escaped(&check.text);
    match check.verdict {
        Decision::Pass => {
            format!("{head}>\n      <system-out>{text}</system-out>\n    </testcase>\n")
        }
        Decision::Fail => format!(
            "{head}>\n      <failure type=\"{}\" message=\"{text}\">policy line {}: {text}</failure>\n    </testcase>\n",
            check.kind.name(),
            check.line
        ),
        Decision::CannotTell => {
            format!("{head}>\n      <skipped message=\"cannot tell: {text}\"/>\n    </testcase>\n")
        }
    }
}

/// Text for an element or an attribute in double quotes. What XML 1.0 cannot hold becomes U+FFFD; line breaks and tabs are
/// written as references, as an attribute would turn them into spaces.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\n' | '\r' | '\t' => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            c if c < ' ' || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_cannot_hold_is_replaced_and_the_rest_is_escaped() {
        assert_eq!(
            escaped("a<b>&\"'\u{1}\u{0}\n\t\u{ffff}é"),
            "a&lt;b&gt;&amp;&quot;&apos;\u{fffd}\u{fffd}&#10;&#9;\u{fffd}é"
        );
        let text = format!("<x a=\"{}\"/>", escaped("1 < 2 & \"3\"\r\n\u{8}"));
        let parsed = roxmltree::Document::parse(&text).unwrap();
        assert_eq!(
            parsed.root_element().attribute("a"),
            Some("1 < 2 & \"3\"\r\n\u{fffd}")
        );
    }
}
