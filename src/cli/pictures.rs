//! The pictures behind a measured set: which item of the source every row of features is.

use crate::error::{Error, Result};
use crate::metrics::Picture;
use crate::progress::Observer;
use crate::sources::decode::{DecodeOptions, decode};
use crate::sources::{ImageSource, Pixels};
use ndarray::Array3;
use std::collections::{BTreeMap, HashMap};

/// A source, and the item of each row.
pub struct PictureSet {
    source: Box<dyn ImageSource>,
    items: Vec<usize>,
}

impl PictureSet {
    /// `items[row]` is the index in `source` of the picture behind `row`.
    #[must_use]
    pub fn new(source: Box<dyn ImageSource>, items: Vec<usize>) -> Self {
        Self { source, items }
    }

    /// What the source says of itself.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        self.source.notes()
    }

    /// The decoded pictures of `rows`, by row, in one visit of the source. Rows that the set does not have are left out.
    ///
    /// At most `budget` bytes of pixels are kept: those of the first rows, as many as fit (at least one). Which they are
    /// does not depend on the order in which the source hands out its items.
    ///
    /// # Errors
    /// Input: the source or a picture cannot be read. Interrupted.
    pub fn read(
        &self,
        rows: &[usize],
        budget: usize,
        observer: &dyn Observer,
    ) -> Result<BTreeMap<usize, Pixels>> {
        let places: HashMap<usize, usize> = rows
            .iter()
            .enumerate()
            .rev()
            .filter_map(|(place, &row)| Some((*self.items.get(row)?, place)))
            .collect();
        let mut kept = Kept::new(budget);
        observer.begin(self.source.spec(), places.len());
        let visited = self
            .source
            .visit(&|item| places.contains_key(&item), &mut |item, stored| {
                if observer.stop_requested() {
                    return Err(Error::interrupted());
                }
                observer.advance(1);
                match places.get(&item) {
                    Some(&place) if kept.has_room_for(place) => {
                        let decoded = stored
                            .and_then(|stored| decode(&stored, &DecodeOptions::default()))
                            .map_err(|e| e.at(self.name(item)).at(self.source.spec()))?;
                        kept.put(place, decoded.pixels);
                    }
                    _ => {}
                }
                Ok(())
            });
        observer.end();
        visited?;
        Ok(kept
            .pictures
            .into_iter()
            .filter_map(|(place, pixels)| Some((*rows.get(place)?, pixels)))
            .collect())
    }

    /// As [`Self::read`], in the order of `rows`, as metrics take them.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn for_metrics(
        &self,
        rows: &[usize],
        budget: usize,
        observer: &dyn Observer,
    ) -> Result<Vec<Picture>> {
        let mut read = self.read(rows, budget, observer)?;
        Ok(rows
            .iter()
            .filter_map(|&row| {
                let Pixels { width, height, rgb } = read.remove(&row)?;
                let rgb = Array3::from_shape_vec((height, width, 3), rgb).ok()?;
                Some(Picture { row, rgb })
            })
            .collect())
    }

    fn name(&self, item: usize) -> String {
        self.source
            .entries()
            .get(item)
            .map_or_else(|| format!("picture {item}"), |entry| entry.name.clone())
    }
}

/// The pictures of the first places that fit into the budget.
struct Kept {
    pictures: BTreeMap<usize, Pixels>,
    bytes: usize,
    budget: usize,
    /// No place from here on fits, whatever is still to come.
    bound: usize,
}

impl Kept {
    fn new(budget: usize) -> Self {
        Self {
            pictures: BTreeMap::new(),
            bytes: 0,
            budget,
            bound: usize::MAX,
        }
    }

    fn has_room_for(&self, place: usize) -> bool {
        place < self.bound
    }

    fn put(&mut self, place: usize, pixels: Pixels) {
        self.bytes += pixels.rgb.len();
        self.pictures.insert(place, pixels);
        while self.bytes > self.budget && self.pictures.len() > 1 {
            if let Some((last, pixels)) = self.pictures.pop_last() {
                self.bytes -= pixels.rgb.len();
                self.bound = last;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_places_are_kept_whatever_comes_first() {
        let pixels = |bytes: usize| Pixels {
            width: 1,
            height: 1,
            rgb: vec![0; bytes],
        };
        let sizes = [30, 20, 40, 10, 10];
        let keep = |order: [usize; 5]| -> Vec<usize> {
            let mut kept = Kept::new(95);
            for place in order {
                if kept.has_room_for(place) {
                    kept.put(place, pixels(sizes[place]));
                }
            }
            kept.pictures.into_keys().collect()
        };
        // 30 + 20 + 40 = 90 fit; with the next 10 it is 100.
        for order in [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [3, 0, 4, 2, 1]] {
            assert_eq!(keep(order), [0, 1, 2], "{order:?}");
        }
    }
}
