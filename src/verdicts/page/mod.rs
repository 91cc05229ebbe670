//! One self-contained page: no network, no framework; it works without scripting, and better with it.
//!
//! The shell that every page shares: head, styles, script, contents, sections. What is in the sections is made with
//! [`tag`] and [`Html`], which escape every text; tables, figures and sheets of pictures have a file each.

mod data_uri;
mod escape;
pub mod figure;
pub mod sheet;
pub mod table;

pub use data_uri::{DataUri, base64};
pub use escape::{Html, Tag, anchor, escaped, tag};

use sha2::{Digest, Sha256};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// A page.
#[derive(Debug, Clone, Default)]
pub struct Page {
    title: String,
    lead: Html,
    sections: Vec<Section>,
    foot: Html,
}

/// A part of a page.
#[derive(Debug, Clone)]
struct Section {
    id: String,
    title: String,
    body: Html,
}

impl Page {
    /// An empty page; the title is also its first heading.
    #[must_use]
    pub fn new(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            ..Self::default()
        }
    }

    /// What stands below the first heading, before everything else.
    #[must_use]
    pub fn lead(mut self, lead: impl Into<Html>) -> Self {
        self.lead = lead.into();
        self
    }

    /// A section at the end; one without a body is left out.
    #[must_use]
    pub fn section(mut self, title: &str, body: impl Into<Html>) -> Self {
        let body = body.into();
        if !body.is_empty() {
            let stem = anchor(title);
            let mut id = stem.clone();
            let mut number = 2;
            while self.sections.iter().any(|section| section.id == id) {
                id = format!("{stem}-{number}");
                number += 1;
            }
            self.sections.push(Section {
                id,
                title: title.to_owned(),
                body,
            });
        }
        self
    }

    /// What stands at the end of the page.
    #[must_use]
    pub fn foot(mut self, foot: impl Into<Html>) -> Self {
        self.foot = foot.into();
        self
    }

    /// The page as a file.
    #[must_use]
    pub fn render(&self) -> String {
        let head = tag("head")
            .with(tag("meta").attribute("charset", "utf-8"))
            .with(
                tag("meta")
                    .attribute("http-equiv", "Content-Security-Policy")
                    .attribute("content", &policy()),
            )
            .with(
                tag("meta")
                    .attribute("name", "viewport")
                    .attribute("content", "width=device-width, initial-scale=1"),
            )
            .with(
                tag("meta")
                    .attribute("name", "color-scheme")
                    .attribute("content", "light dark"),
            )
            .with(tag("title").text(&self.title))
            .with(tag("style").with(Html::literal(STYLE)));
        let body = tag("body")
            .with(
                tag("a")
                    .class("skip")
                    .to_anchor("main")
                    .text("Skip to the content"),
            )
            .with(self.header())
            .with(
                tag("main")
                    .attribute("id", "main")
                    .each(self.sections.iter().map(Section::html)),
            )
            .with(tag("footer").with(self.foot.clone()))
            .with(tag("script").with(Html::literal(SCRIPT)));
        let html: Html = tag("html")
            .attribute("lang", "en")
            .with(head)
            .with(body)
            .into();
        format!("<!doctype html>\n{}\n", html.as_str())
    }

    fn header(&self) -> Tag {
        let header = tag("header")
            .with(tag("h1").text(&self.title))
            .with(self.lead.clone());
        if self.sections.len() < 3 {
            return header;
        }
        let items = self
            .sections
            .iter()
            .map(|section| tag("li").with(tag("a").to_anchor(&section.id).text(&section.title)));
        header.with(
            tag("nav")
                .attribute("aria-label", "Contents")
                .with(tag("ul").each(items)),
        )
    }
}

impl Section {
    fn html(&self) -> Tag {
        let heading = format!("{}-heading", self.id);
        tag("section")
            .attribute("id", &self.id)
            .attribute("aria-labelledby", &heading)
            .with(tag("h2").attribute("id", &heading).text(&self.title))
            .with(self.body.clone())
    }
}

/// Nothing is loaded, pictures are in the page, and no script runs but the page's own, which is named by its hash.
fn policy() -> String {
    format!(
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        base64(&Sha256::digest(SCRIPT.as_bytes()))
    )
}

/// A coloured word: `kind` is `serious`, `warning`, `note` or `clear`.
#[must_use]
pub fn badge(kind: &str, text: &str) -> Tag {
    let class = match kind {
        "serious" => "badge serious",
        "warning" => "badge warning",
        "clear" => "badge clear",
        _ => "badge note",
    };
    tag("span").class(class).text(text)
}

/// Something that opens when asked to.
#[must_use]
pub fn details(summary: &str, body: impl Into<Html>) -> Tag {
    tag("details")
        .with(tag("summary").text(summary))
        .with(tag("div").class("inner").with(body))
}

/// Names and values, one pair a line.
#[must_use]
pub fn facts(pairs: Vec<(String, Html)>) -> Tag {
    tag("dl")
        .class("facts")
        .each(pairs.into_iter().map(|(name, value)| {
            tag("div")
                .with(tag("dt").text(&name))
                .with(tag("dd").with(value))
        }))
}

#[cfg(test)]
mod tests;
