//! Sheets: rows of small pictures with what they have in common. A press enlarges one where scripting is on.

use super::data_uri::DataUri;
use super::escape::{Html, Tag, tag};

/// Groups that are shown at once; the others open when asked to.
const SHOWN: usize = 4;

/// Pictures that belong together.
#[derive(Debug, Clone, Default)]
pub struct Group {
    /// What they have in common.
    pub label: String,
    /// Further words below the label, one a line.
    pub notes: Vec<String>,
    /// The pictures, most telling first.
    pub pictures: Vec<Picture>,
}

/// A picture and its name.
#[derive(Debug, Clone)]
pub struct Picture {
    /// The picture; without one its name stands alone.
    pub content: Option<DataUri>,
    /// Which set it is of: `generated`, `train`, `reference`; may be empty.
    pub side: String,
    /// Its name.
    pub name: String,
}

/// The groups, one below the other; nothing where there is none.
#[must_use]
pub fn sheet(groups: &[Group]) -> Html {
    if groups.is_empty() {
        return Html::new();
    }
    let (first, others) = groups.split_at(groups.len().min(SHOWN));
    let list = |groups: &[Group]| tag("div").class("sheet").each(groups.iter().map(group));
    let html = Html::new().with(list(first));
    if others.is_empty() {
        return html;
    }
    html.with(super::details(
        &format!("{} more", others.len()),
        list(others),
    ))
}

fn group(group: &Group) -> Tag {
    let mut words = tag("div").class("words");
    if !group.label.is_empty() {
        words = words.with(tag("p").with(tag("bdi").text(&group.label)));
    }
    let notes = group.notes.iter();
    let words = words.each(notes.map(|note| tag("p").class("muted").with(tag("bdi").text(note))));
    // Names below pictures only where they are few: a wall of names says nothing.
    let named = group.pictures.len() <= 4;
    tag("div").class("group").with(words).with(
        tag("ul")
            .class("pictures")
            .each(group.pictures.iter().map(|p| picture(p, named))),
    )
}

fn picture(picture: &Picture, named: bool) -> Tag {
    let title = [picture.side.as_str(), picture.name.as_str()]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    let name = || {
        tag("span")
            .class("name")
            .with(tag("span").class("muted").text(&picture.side))
            .text(" ")
            .with(tag("bdi").text(last_part(&picture.name)))
    };
    let item = tag("li");
    let Some(content) = &picture.content else {
        return item.class("nameless").with(name());
    };
    let item = item.with(
        tag("img")
            .source(content)
            .attribute("alt", &title)
            .attribute("title", &title)
            .attribute("loading", "lazy"),
    );
    if named { item.with(name()) } else { item }
}

/// The name without the folders that it is in, which the picture's title has.
fn last_part(name: &str) -> &str {
    match name.rsplit('/').next() {
        Some(last) if !last.is_empty() => last,
        _ => name,
    }
}
