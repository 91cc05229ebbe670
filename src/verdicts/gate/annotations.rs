//! The checks that did not pass, as notes beside the policy's lines.

use super::terminal::troubles;
use super::{Check, Decision, Gate};
use crate::error::Result;
use crate::verdicts::report::json;
use crate::verdicts::report::terminal::plain;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// Workflow commands of GitHub Actions (also read by Gitea and Forgejo): an error for what fails, a warning for what cannot
/// be told.
#[must_use]
pub fn github(gate: &Gate) -> String {
    let mut out = String::new();
    for check in troubles(gate) {
        let command = match check.verdict {
            Decision::Fail => "error",
            _ => "warning",
        };
        let _ = writeln!(
            out,
            "::{command} file={},line={},title={}::{}",
            property(&gate.policy.file),
            check.line,
            property(&format!("gavel gate: {}", check.name)),
            data(&check.text)
        );
    }
    out
}

/// The message of a workflow command: `%`, carriage return and line feed are escaped; other control characters could
/// speak to a terminal.
fn data(text: &str) -> String {
    let escaped = text
        .replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A");
    plain(&escaped)
}

/// A property of a workflow command: `:` and `,` are escaped too.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// A code quality report of GitLab (a subset of Code Climate's format).
///
/// # Errors
/// Numerical: never for text.
pub fn gitlab(gate: &Gate) -> Result<String> {
    let notes: Vec<Value> = troubles(gate)
        .into_iter()
        .map(|check| note(gate, check))
        .collect();
    json::render(&notes)
}

fn note(gate: &Gate, check: &Check) -> Value {
    json!({
        "description": format!("{}: {}", check.verdict.name(), check.text),
        "check_name": format!("gavel.{}", check.kind.name()),
        "fingerprint": fingerprint(&[&gate.policy.file, check.kind.name(), &check.name]),
        "severity": if check.verdict == Decision::Fail { "major" } else { "minor" },
        "location": {"path": gate.policy.file, "lines": {"begin": check.line}},
    })
}

/// The same check has the same fingerprint in every run, whatever its numbers are: that is how a host knows a note again.
fn fingerprint(parts: &[&str]) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(part.as_bytes());
        hasher.update(&[0]);
    }
    hasher.finalize().to_hex().chars().take(32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_and_properties_are_escaped_as_the_toolkit_does() {
        // The order matters: a % that escaping made must not be escaped again.
        assert_eq!(data("5 %\r\nnext: a, b"), "5 %25%0D%0Anext: a, b");
        assert_eq!(property("C:\\a,b%\n"), "C%3A\\a%2Cb%25%0A");
    }
}
