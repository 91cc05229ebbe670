//! What makes numbers doubtful, and how to mend it.

use crate::verdicts::page::{Html, Tag, badge, tag};
use crate::verdicts::results::{Results, Warning};

/// The warnings of all parts, each once.
pub fn section(parts: &[&Results]) -> Html {
    let mut all: Vec<&Warning> = Vec::new();
    for warning in parts.iter().flat_map(|part| &part.warnings) {
        if !all.contains(&warning) {
            all.push(warning);
        }
    }
    list(&all)
}

/// One paragraph each.
pub fn list(warnings: &[&Warning]) -> Html {
    Html::new().each(warnings.iter().map(|warning| one(warning)))
}

fn one(warning: &Warning) -> Tag {
    tag("article")
        .class("finding")
        .with(
            tag("h3")
                .with(badge("warning", "warning"))
                .with(tag("code").text(&warning.code)),
        )
        .with(tag("p").text(&warning.text))
        .with(tag("p").class("mend").text(&warning.mend))
}
