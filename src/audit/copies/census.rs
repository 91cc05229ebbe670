//! The search: for every picture of a set the training picture that explains it best.

use rayon::prelude::*;

use super::fit::{CANDIDATES, Closest, closest};
use super::plane::Plane;
use super::signature::{self, N_INVERTED, Version, versions};
use super::target::Target;
use crate::audit::{Exhibit, Thumbnails};
use crate::error::{Error, Result};
use crate::progress::Observer;
use crate::statistics::nearest_correlation::{Haystack, Needles};

/// A training set, ready to be searched.
pub struct Census<'a> {
    train: &'a Exhibit,
    haystack: Haystack,
    versions: Vec<Version>,
}

impl<'a> Census<'a> {
    /// Signatures of all training pictures.
    #[must_use]
    pub fn new(train: &'a Exhibit) -> Self {
        let haystack = Haystack::new(train.len(), signature::N_VALUES, |row, _, out| {
            signature::of_train(&luma(train, row), out);
        });
        Self {
            train,
            haystack,
            versions: versions(),
        }
    }

    /// The closest training picture of each of `rows` of a set, in their order. `is_train` says that the set is the training set itself:
    /// then no picture is compared with itself.
    ///
    /// # Errors
    /// Interrupted.
    pub fn closest(
        &self,
        set: &Exhibit,
        rows: &[usize],
        is_train: bool,
        observer: &dyn Observer,
    ) -> Result<Vec<Option<Closest>>> {
        let fill = |at: usize, out: &mut [f32]| {
            if let Some(&row) = rows.get(at) {
                signature::of_versions(&luma(set, row), &self.versions, out);
            }
        };
        let without = |at: usize| rows.get(at).copied().filter(|_| is_train);
        let needles = Needles {
            n: rows.len(),
            n_versions: self.versions.len(),
            n_inverted: N_INVERTED,
            fill: &fill,
            without: &without,
        };
        observer.begin("nearest training images", rows.len());
        let found = self.haystack.search(&needles, CANDIDATES, &|n| {
            observer.advance(n);
            !observer.stop_requested()
        });
        observer.end();
        let hits = found.ok_or_else(Error::interrupted)?;
        let targets = |row: usize| Target::of_thumbnail(self.train.thumbnails.get(row));
        Ok(hits
            .par_iter()
            .zip(rows)
            .map(|(hits, &row)| closest(set.thumbnails.get(row), hits, &self.versions, &targets))
            .collect())
    }
}

/// The luma of a thumbnail.
fn luma(set: &Exhibit, row: usize) -> Plane {
    Plane::luma(set.thumbnails.get(row), Thumbnails::SIDE)
}
