//! Documents that speak of the same generated set belong together: its numbers, and what audits found.

use super::document::{Content, Document};
use crate::verdicts::results::{Results, Row};

/// A generated set and every document about it, in the order given.
#[derive(Debug, Clone)]
pub struct Subject<'a> {
    /// `A`, `B`, … where there are several.
    pub label: String,
    /// The documents, never none.
    pub parts: Vec<&'a Results>,
}

/// The generated sets of results documents, in the order in which each is named first. Two documents speak of the same
/// set where its fingerprint is the same.
#[must_use]
pub fn subjects(documents: &[Document]) -> Vec<Subject<'_>> {
    let mut all: Vec<Subject<'_>> = Vec::new();
    for document in documents {
        let Content::Results(results) = &document.content else {
            continue;
        };
        let own = fingerprint(results);
        let same = all.iter_mut().find(|subject| {
            let theirs = subject.parts.first().and_then(|part| fingerprint(part));
            own.is_some() && theirs == own
        });
        match same {
            Some(subject) => subject.parts.push(results),
            None => all.push(Subject {
                label: crate::verdicts::comparison::label(all.len()),
                parts: vec![results],
            }),
        }
    }
    all
}

fn fingerprint(results: &Results) -> Option<&str> {
    let input = results.inputs.get("generated")?;
    (!input.fingerprint.is_empty()).then_some(input.fingerprint.as_str())
}

impl<'a> Subject<'a> {
    /// The generated set as the user wrote it.
    #[must_use]
    pub fn source(&self) -> &'a str {
        self.parts
            .iter()
            .find_map(|part| part.inputs.get("generated"))
            .map_or("(no generated set)", |input| input.source.as_str())
    }

    /// The last part of the generated set's path, to call it by.
    #[must_use]
    pub fn name(&self) -> &'a str {
        short(self.source())
    }

    /// All rows of all documents.
    pub fn rows(&self) -> impl Iterator<Item = &'a Row> + use<'a> {
        let parts = self.parts.clone();
        parts.into_iter().flat_map(|part| part.metrics.iter())
    }

    /// The first row with this id.
    #[must_use]
    pub fn row(&self, id: &str) -> Option<&'a Row> {
        self.rows().find(|row| row.id == id)
    }
}

/// The last part of a path; a set that is no path stays as it is.
#[must_use]
pub fn short(source: &str) -> &str {
    match source.trim_end_matches('/').rsplit(['/', '\\']).next() {
        Some(name) if !name.is_empty() => name,
        _ => source,
    }
}
