//! Text and markup, kept apart by their types: a [`Html`] can only be made of literals of the source, of tags, and of text
//! that is escaped on the way in. File names, labels and commands come from other people's archives.

use super::data_uri::DataUri;
use std::fmt::Write as _;

/// Finished markup.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Html(String);

impl Html {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Text, escaped.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self(escaped(text))
    }

    /// Markup that stands in the source of this program.
    #[must_use]
    pub fn literal(markup: &'static str) -> Self {
        Self(markup.to_owned())
    }

    /// Markup that this program has drawn; never anything that was read.
    pub(super) fn unescaped(markup: String) -> Self {
        Self(markup)
    }

    /// This and then `other`.
    #[must_use]
    pub fn with(mut self, other: impl Into<Self>) -> Self {
        self.0.push_str(&other.into().0);
        self
    }

    /// This and then each of `others`.
    #[must_use]
    pub fn each<T: Into<Self>>(self, others: impl IntoIterator<Item = T>) -> Self {
        others.into_iter().fold(self, Self::with)
    }

    /// Is there nothing?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The markup.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An element: its name, its attributes, and what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    name: &'static str,
    attributes: String,
    content: Html,
}

/// An element without attributes and content yet.
#[must_use]
pub fn tag(name: &'static str) -> Tag {
    Tag {
        name,
        attributes: String::new(),
        content: Html::new(),
    }
}

impl Tag {
    /// An attribute with an escaped value. Addresses have functions of their own: [`Tag::source`], [`Tag::to_anchor`],
    /// [`Tag::to_file`].
    #[must_use]
    pub fn attribute(mut self, name: &'static str, value: &str) -> Self {
        let _ = write!(self.attributes, " {name}=\"{}\"", escaped(value));
        self
    }

    /// An attribute without a value.
    #[must_use]
    pub fn flag(mut self, name: &'static str) -> Self {
        self.attributes.push(' ');
        self.attributes.push_str(name);
        self
    }

    /// The classes.
    #[must_use]
    pub fn class(self, classes: &str) -> Self {
        self.attribute("class", classes)
    }

    /// The picture that an `img` shows.
    #[must_use]
    pub fn source(self, picture: &DataUri) -> Self {
        self.attribute("src", picture.as_str())
    }

    /// A link to an element of this page.
    #[must_use]
    pub fn to_anchor(self, id: &str) -> Self {
        let address = format!("#{}", percent(id));
        self.attribute("href", &address)
    }

    /// A link to a file beside or below this page; no name can make it lead to another place.
    #[must_use]
    pub fn to_file(self, path: &str) -> Self {
        let parts = path
            .split('/')
            .filter(|part| !part.is_empty() && *part != "." && *part != "..");
        let parts: Vec<String> = parts.map(percent).collect();
        self.attribute("href", &format!("./{}", parts.join("/")))
    }

    /// Text inside, escaped.
    #[must_use]
    pub fn text(self, text: &str) -> Self {
        self.with(Html::text(text))
    }

    /// Markup inside.
    #[must_use]
    pub fn with(mut self, content: impl Into<Html>) -> Self {
        self.content = self.content.with(content);
        self
    }

    /// Each of these inside.
    #[must_use]
    pub fn each<T: Into<Html>>(self, contents: impl IntoIterator<Item = T>) -> Self {
        contents.into_iter().fold(self, Self::with)
    }
}

/// Elements that have no end.
const VOID: [&str; 5] = ["br", "hr", "img", "input", "meta"];

impl From<Tag> for Html {
    fn from(tag: Tag) -> Self {
        let Tag {
            name,
            attributes,
            content,
        } = tag;
        if VOID.contains(&name) {
            return Self(format!("<{name}{attributes}>"));
        }
        Self(format!("<{name}{attributes}>{}</{name}>", content.0))
    }
}

/// Text as HTML and XML have it, in content and in quoted attributes.
///
/// Characters that cannot be seen, or that turn the reading direction of what stands around them, become U+FFFD: a name
/// must not disguise itself, and XML cannot hold most of them at all.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(visible(c)),
        }
    }
    out
}

/// Text whose hidden characters are shown as U+FFFD, and nothing else changed.
pub(super) fn shown(text: &str) -> String {
    text.chars().map(visible).collect()
}

/// The character, or U+FFFD for one that hides or disguises.
fn visible(c: char) -> char {
    let hides = c.is_control() && !matches!(c, '\n' | '\t')
        || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(c, '\u{feff}' | '\u{fff9}'..='\u{fffb}')
        || u32::from(c) & 0xfffe == 0xfffe;
    if hides { '\u{fffd}' } else { c }
}

/// A part of an address: every byte but letters, digits, `-`, `.`, `_` as `%XX`.
fn percent(part: &str) -> String {
    let mut out = String::new();
    for byte in part.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// An id for an element out of any text: letters and digits, joined by `-`.
#[must_use]
pub fn anchor(text: &str) -> String {
    let words: Vec<String> = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    if words.is_empty() {
        "part".to_owned()
    } else {
        words.join("-")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_becomes_markup_in_content_or_in_an_attribute() {
        let hostile = "<script>alert('1')</script>\"&.png";
        let html: Html = tag("p").attribute("title", hostile).text(hostile).into();
        let safe = "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot;&amp;.png";
        assert_eq!(
            html.as_str(),
            format!("<p title=\"{safe}\">{safe}</p>"),
            "escaped twice, once in each place"
        );
    }

    #[test]
    fn characters_that_hide_or_turn_the_direction_are_shown_as_such() {
        // U+202E turns the rest of the line: gpj.exe would be read as exe.jpg.
        assert_eq!(escaped("a\u{202e}gpj.exe"), "a\u{fffd}gpj.exe");
        assert_eq!(
            escaped("a\u{0}\u{7}\u{1b}[31m"),
            "a\u{fffd}\u{fffd}\u{fffd}[31m"
        );
        assert_eq!(
            escaped("a\u{200b}\u{2066}\u{fffe}b"),
            "a\u{fffd}\u{fffd}\u{fffd}b"
        );
        assert_eq!(escaped("é 猫\n\t"), "é 猫\n\t");
    }

    #[test]
    fn a_link_to_a_file_never_leaves_the_folder() {
        for (path, address) in [
            ("javascript:alert(1)", "./javascript%3Aalert%281%29"),
            ("../../etc/passwd", "./etc/passwd"),
            ("//host/a", "./host/a"),
            ("students/a b.html", "./students/a%20b.html"),
        ] {
            let html: Html = tag("a").to_file(path).into();
            assert_eq!(html.as_str(), format!("<a href=\"{address}\"></a>"));
        }
    }

    #[test]
    fn elements_without_an_end_have_none() {
        assert_eq!(Html::from(tag("br")).as_str(), "<br>");
        assert_eq!(anchor("FID [a · b]"), "fid-a-b");
        assert_eq!(anchor("…"), "part");
    }
}
