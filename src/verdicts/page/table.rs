//! Tables: numbers flush right, sorted by a press on a column's head where scripting is on.

use super::escape::{Html, Tag, tag};

/// A table.
#[derive(Debug, Clone, Default)]
pub struct Table {
    caption: String,
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
}

#[derive(Debug, Clone)]
struct Column {
    title: String,
    hint: String,
    numeric: bool,
}

/// What stands in a place of a table, and what it is sorted by.
#[derive(Debug, Clone, Default)]
pub struct Cell {
    content: Html,
    sort: Option<String>,
}

impl Cell {
    /// Text, sorted as it is read.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::html(Html::text(text))
    }

    /// Markup, sorted by its text.
    #[must_use]
    pub fn html(content: impl Into<Html>) -> Self {
        Self {
            content: content.into(),
            sort: None,
        }
    }

    /// A number as it is written; absent ones come last.
    #[must_use]
    pub fn number(value: Option<f64>, written: &str) -> Self {
        Self::text(written).sorted_by(value)
    }

    /// Sorted by this number.
    #[must_use]
    pub fn sorted_by(mut self, value: Option<f64>) -> Self {
        self.sort = Some(value.map(|v| v.to_string()).unwrap_or_default());
        self
    }
}

impl Table {
    /// An empty table; the caption says what it shows.
    #[must_use]
    pub fn new(caption: &str) -> Self {
        Self {
            caption: caption.to_owned(),
            ..Self::default()
        }
    }

    /// One more column of words.
    #[must_use]
    pub fn words(self, title: &str) -> Self {
        self.column(title, "", false)
    }

    /// One more column of numbers.
    #[must_use]
    pub fn numbers(self, title: &str) -> Self {
        self.column(title, "", true)
    }

    /// One more column of numbers, with what its title means.
    #[must_use]
    pub fn explained(self, title: &str, hint: &str) -> Self {
        self.column(title, hint, true)
    }

    fn column(mut self, title: &str, hint: &str, numeric: bool) -> Self {
        self.columns.push(Column {
            title: title.to_owned(),
            hint: hint.to_owned(),
            numeric,
        });
        self
    }

    /// One more row.
    pub fn push(&mut self, row: Vec<Cell>) {
        self.rows.push(row);
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Has it no row?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The table in a frame that scrolls sideways where the page is narrow; nothing where it has no row.
    #[must_use]
    pub fn html(&self) -> Html {
        if self.rows.is_empty() {
            return Html::new();
        }
        let heads = self.columns.iter().map(|column| {
            let head = tag("th")
                .attribute("scope", "col")
                .class(if column.numeric { "number" } else { "word" });
            if column.hint.is_empty() {
                head.text(&column.title)
            } else {
                head.attribute("title", &column.hint).text(&column.title)
            }
        });
        let table = tag("table")
            .class("sortable")
            .with(tag("caption").text(&self.caption))
            .with(tag("thead").with(tag("tr").each(heads)))
            .with(tag("tbody").each(self.rows.iter().map(|row| self.row(row))));
        tag("div")
            .class("scroll")
            .attribute("tabindex", "0")
            .attribute("role", "region")
            .attribute("aria-label", &self.caption)
            .with(table)
            .into()
    }

    fn row(&self, row: &[Cell]) -> Tag {
        let cells = row.iter().zip(&self.columns).enumerate();
        tag("tr").each(cells.map(|(number, (cell, column))| {
            // The first cell names the row.
            let element = if number == 0 {
                tag("th").attribute("scope", "row")
            } else {
                tag("td")
            };
            let element = element.class(if column.numeric { "number" } else { "word" });
            match &cell.sort {
                Some(key) => element.attribute("data-sort", key),
                None => element,
            }
            .with(cell.content.clone())
        }))
    }
}
