//! How to get the same numbers again: commands, versions, hashes.

use crate::verdicts::page::{Html, details, facts, tag};
use crate::verdicts::report::subjects::Subject;
use crate::verdicts::results::{EngineRecord, ExtractorRecord, Input, ProtocolRecord, Results};

/// Unreadable pictures that are named.
const NAMED: usize = 50;

/// Each document's command and everything that its numbers depend on.
pub fn section(subject: &Subject<'_>) -> Html {
    Html::new().each(subject.parts.iter().map(|part| one(part)))
}

fn one(results: &Results) -> Html {
    let inputs = results.inputs.iter().map(|(side, i)| (side.as_str(), i));
    of_run(&Run {
        command: &results.command,
        gavel: &results.gavel,
        seed: results.seed,
        inputs: inputs.collect(),
        extractor: results.extractor.as_ref(),
        protocol: results.protocol.as_ref(),
        engine: results.engine.as_ref(),
    })
}

/// Everything that a run depended on, whatever document it wrote.
pub struct Run<'a> {
    /// As typed.
    pub command: &'a [String],
    /// Version of the program.
    pub gavel: &'a str,
    /// The one seed.
    pub seed: u64,
    /// The sets by their side or label.
    pub inputs: Vec<(&'a str, &'a Input)>,
    /// The network.
    pub extractor: Option<&'a ExtractorRecord>,
    /// The way from pixels to tensor.
    pub protocol: Option<&'a ProtocolRecord>,
    /// What ran the network.
    pub engine: Option<&'a EngineRecord>,
}

/// The command and the facts of a run.
pub fn of_run(run: &Run<'_>) -> Html {
    let mut pairs: Vec<(String, Html)> = vec![(
        "gavel".to_owned(),
        Html::text(&format!("{}, seed {}", run.gavel, run.seed)),
    )];
    for (side, input) in &run.inputs {
        pairs.push(((*side).to_owned(), described(input)));
    }
    if let Some(extractor) = run.extractor {
        let known = if extractor.verified {
            "known by its checksum"
        } else {
            "not a network that is known"
        };
        let words = format!(
            "{} ({known}), {} features, sha256 ",
            extractor.name, extractor.dimension
        );
        pairs.push((
            "extractor".to_owned(),
            Html::text(&words).with(tag("span").class("hash").text(&extractor.sha256)),
        ));
    }
    if let Some(protocol) = run.protocol {
        let words = format!("{}: {}", protocol.name, protocol.identity);
        pairs.push(("protocol".to_owned(), Html::text(&words)));
    }
    if let Some(engine) = run.engine {
        pairs.push(("engine".to_owned(), Html::text(&engine.description)));
    }
    let mut html = Html::new();
    if !run.command.is_empty() {
        html = html.with(tag("pre").with(tag("code").text(&command_line(run.command))));
    }
    html.with(facts(pairs))
}

fn described(input: &Input) -> Html {
    let n = input
        .n
        .map_or("n unknown".to_owned(), |n| format!("n = {n}"));
    let html = Html::new()
        .with(tag("bdi").with(tag("code").text(&input.source)))
        .with(Html::text(&format!(", {n}, fingerprint ")))
        .with(tag("span").class("hash").text(&input.fingerprint));
    if input.failed.is_empty() {
        return html;
    }
    let names = input.failed.iter().take(NAMED).map(|failure| {
        tag("li")
            .with(tag("bdi").text(&failure.name))
            .text(": ")
            .text(&failure.reason)
    });
    let title = format!("{} unreadable, left out", input.failed.len());
    html.with(details(&title, tag("ul").each(names)))
}

/// Arguments as a POSIX shell takes them.
fn command_line(arguments: &[String]) -> String {
    let mut words = arguments.iter().map(|argument| quoted(argument));
    let mut line = String::new();
    if let Some(program) = words.next() {
        // Where the program lay is not part of what it computed.
        line.push_str(program.rsplit('/').next().unwrap_or(&program));
    }
    for word in words {
        line.push(' ');
        line.push_str(&word);
    }
    line
}

fn quoted(argument: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:,=+@%#".contains(c);
    if !argument.is_empty() && argument.chars().all(plain) {
        return argument.to_owned();
    }
    format!("'{}'", argument.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_can_be_pasted_into_a_shell() {
        let typed = [
            "/opt/bin/gavel",
            "evaluate",
            "a b",
            "it's",
            "x?n=1",
            "",
            "a#first=2",
        ];
        let typed: Vec<String> = typed.map(str::to_owned).to_vec();
        assert_eq!(
            command_line(&typed),
            "gavel evaluate 'a b' 'it'\\''s' 'x?n=1' '' a#first=2"
        );
    }
}
