//! All grades of a class: `gavel.grades/1`.

use super::judge::{Grade, Status};
use super::plagiarism::Shared;
use serde::{Deserialize, Serialize};

/// The schema that this version writes.
pub const SCHEMA: &str = "gavel.grades/1";

/// All grades of a class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Book {
    /// `gavel.grades/1`.
    pub schema: String,
    /// The course's name.
    pub course: String,
    /// One for each submission, in byte order of their ids.
    pub grades: Vec<Grade>,
    /// Submissions with pictures in common.
    pub shared: Vec<Shared>,
}

impl Book {
    /// The same without small pictures, which stay beside the records.
    #[must_use]
    pub fn without_pictures(&self) -> Self {
        let mut book = self.clone();
        for pair in book.shared.iter_mut().flat_map(|shared| &mut shared.pairs) {
            pair.thumbnails = None;
        }
        book
    }

    /// The grades, the best first: by points, then by the first indicator, then by id; what was not graded last.
    #[must_use]
    pub fn ranked(&self) -> Vec<&Grade> {
        let mut ranked: Vec<&Grade> = self.grades.iter().collect();
        let first = |grade: &Grade| {
            let measured = grade.indicators.first();
            let value = measured.and_then(|m| Some((m.value?, m.less_is_better)));
            value.map_or(
                f64::INFINITY,
                |(value, less)| if less { value } else { -value },
            )
        };
        ranked.sort_by(|a, b| {
            let is_out = |grade: &Grade| grade.status != Status::Graded;
            is_out(a)
                .cmp(&is_out(b))
                .then(b.points.total_cmp(&a.points))
                .then(first(a).total_cmp(&first(b)))
                .then(a.id.cmp(&b.id))
        });
        ranked
    }
}
