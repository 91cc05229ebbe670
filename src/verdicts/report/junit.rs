//! Findings and warnings as JUnit test cases, which continuous integration shows by itself.
//!
//! A finding that is `serious` or a `warning` has failed, any other has passed; a number without a value was skipped;
//! warnings of the run are test cases that were skipped, with their mend, because they fail nothing.

use super::document::{Content, Document};
use crate::error::{Error, Result};
use crate::verdicts::page::escaped;
use crate::verdicts::results::Results;
use std::fmt::Write as _;

/// Test suites, one for each results document.
///
/// # Errors
/// Usage: a document of another kind, which has no findings.
pub fn render(documents: &[Document]) -> Result<String> {
    let mut suites = String::new();
    let mut sum = Counts::default();
    for document in documents {
        let Content::Results(results) = &document.content else {
            return Err(Error::usage(format!(
                "{}: only results of evaluate and audit have findings for JUnit",
                document.file
            ))
            .mend("leave it out, or take --format html or markdown"));
        };
        let (cases, counts) = cases(results);
        sum.tests += counts.tests;
        sum.failures += counts.failures;
        sum.skipped += counts.skipped;
        let _ = writeln!(
            suites,
            "  <testsuite name=\"{}\" {}>\n{cases}  </testsuite>",
            escaped(&document.file),
            counts.attributes()
        );
    }
    Ok(format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"gavel\" {}>\n{suites}</testsuites>\n",
        sum.attributes()
    ))
}

#[derive(Default)]
struct Counts {
    tests: usize,
    failures: usize,
    skipped: usize,
}

impl Counts {
    fn attributes(&self) -> String {
        format!(
            "tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\"",
            self.tests, self.failures, self.skipped
        )
    }
}

fn cases(results: &Results) -> (String, Counts) {
    let mut out = String::new();
    let mut counts = Counts::default();
    let mut case = |class: &str, name: &str, inside: String| {
        counts.tests += 1;
        counts.failures += usize::from(inside.contains("<failure"));
        counts.skipped += usize::from(inside.contains("<skipped"));
        let (class, name) = (escaped(class), escaped(name));
        let _ = if inside.is_empty() {
            writeln!(out, "    <testcase classname=\"{class}\" name=\"{name}\"/>")
        } else {
            writeln!(
                out,
                "    <testcase classname=\"{class}\" name=\"{name}\">{inside}</testcase>"
            )
        };
    };
    for finding in &results.findings {
        let text = escaped(&finding.text);
        let inside = match finding.severity.as_str() {
            severity @ ("serious" | "warning") => format!(
                "<failure type=\"{severity}\" message=\"{text}\">{}</failure>",
                escaped(&finding.mend)
            ),
            _ => format!("<system-out>{text}</system-out>"),
        };
        case("gavel.audit", &finding.id, inside);
    }
    for row in &results.metrics {
        let inside = if row.value.is_none() {
            "<skipped message=\"no value\"/>".to_owned()
        } else {
            String::new()
        };
        case("gavel.metric", &row.name, inside);
    }
    for warning in &results.warnings {
        let text = format!("{} Mend: {}", warning.text, warning.mend);
        let inside = format!("<skipped message=\"{}\"/>", escaped(&text));
        case("gavel.warning", &warning.code, inside);
    }
    (out, counts)
}
