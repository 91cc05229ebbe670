//! Figures in a page: drawn as SVG by [`crate::plots`], in the page's own colours, with words for who cannot see them.

use super::escape::{Html, Tag, escaped, shown, tag};
use crate::plots::palette::ROLES;

/// A drawn figure and its words.
#[derive(Debug, Clone)]
pub struct Figure {
    /// The drawing, out of [`crate::plots`].
    pub svg: String,
    /// What it shows, in a few words.
    pub title: String,
    /// What a reader sees in it, in numbers.
    pub description: String,
}

impl Figure {
    /// With its title above and its description below.
    #[must_use]
    pub fn html(&self) -> Tag {
        tag("figure")
            .with(tag("figcaption").with(tag("b").text(&self.title)))
            .with(tag("div").class("drawing").with(self.drawing()))
            .with(tag("p").class("reading").text(&self.description))
    }

    /// The drawing alone.
    #[must_use]
    pub fn drawing(&self) -> Html {
        let Some(inside) = self.svg.split_once("<svg").map(|(_, rest)| rest) else {
            return Html::new();
        };
        let Some((attributes, body)) = inside.split_once('>') else {
            return Html::new();
        };
        let words = format!(
            "<title>{}</title><desc>{}</desc>",
            escaped(&self.title),
            escaped(&self.description)
        );
        let drawn = format!("<svg role=\"img\" class=\"chart\"{attributes}>{words}{body}");
        // The drawing crate escapes markup in its texts, and leaves characters that hide.
        Html::unescaped(themed(&shown(drawn.trim_end())))
    }
}

/// Colours of the drawing as names of the page's, which change with the theme.
fn themed(svg: &str) -> String {
    let mut svg = svg.to_owned();
    for (colour, name) in ROLES {
        svg = svg.replace(
            &format!("\"#{:02X}{:02X}{:02X}\"", colour.0, colour.1, colour.2),
            &format!("\"var(--{name})\""),
        );
    }
    svg
}

/// Figures side by side where there is room.
#[must_use]
pub fn side_by_side(figures: impl IntoIterator<Item = Figure>) -> Html {
    let figures: Vec<Tag> = figures.into_iter().map(|figure| figure.html()).collect();
    if figures.is_empty() {
        return Html::new();
    }
    tag("div").class("figures").each(figures).into()
}
