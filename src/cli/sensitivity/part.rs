//! Some pictures of a set in an order of our own, as they are or damaged on the way out.

use crate::error::{Error, Result};
use crate::sources::decode::{DecodeOptions, decode};
use crate::sources::{Digest, Entry, ImageSource, Pixels, Stored, Visitor, Wanted, digest};
use rayon::prelude::*;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

/// Pictures that are damaged at once, on all cores.
const BATCH: usize = 64;

/// What is done to a picture; its digest is there for randomness that depends on the picture alone.
pub type Damage = Arc<dyn Fn(&Pixels, &Digest) -> Result<Pixels> + Send + Sync>;

/// Damage with everything that its result depends on beside the picture, in words.
#[derive(Clone)]
struct Change {
    damage: Damage,
    touched: Vec<bool>,
}

/// A part of a set.
pub struct Part {
    spec: String,
    inner: Arc<dyn ImageSource>,
    /// Index within `inner` of every item.
    kept: Vec<usize>,
    /// Index here of the items of `inner` that are here.
    place: HashMap<usize, usize>,
    entries: Vec<Entry>,
    digests: OnceLock<Vec<Digest>>,
    change: Option<Change>,
}

impl Part {
    /// The items `kept` of `inner`, each at most once, in that order.
    #[must_use]
    pub fn of(spec: &str, inner: Arc<dyn ImageSource>, kept: Vec<usize>) -> Self {
        Self {
            spec: spec.to_string(),
            place: kept.iter().enumerate().map(|(i, &k)| (k, i)).collect(),
            entries: kept
                .iter()
                .filter_map(|&i| inner.entries().get(i).cloned())
                .collect(),
            inner,
            kept,
            digests: OnceLock::new(),
            change: None,
        }
    }

    /// The items `rows` of this part, those of `touched` (a flag for each row) damaged.
    ///
    /// A damaged picture's digest is made of the picture's and of `identity`, which must name everything else that the
    /// damage depends on: the feature store then knows damaged pictures without anybody drawing them.
    pub fn damaged(
        &self,
        spec: &str,
        rows: &[usize],
        identity: &str,
        damage: Damage,
        touched: Vec<bool>,
    ) -> Result<Self> {
        let whole = self.digests()?;
        let kept: Vec<usize> = rows
            .iter()
            .filter_map(|&row| self.kept.get(row).copied())
            .collect();
        let digests: Vec<Digest> = rows
            .iter()
            .zip(&touched)
            .filter_map(|(&row, touched)| {
                let plain = whole.get(row)?;
                Some(if *touched {
                    damaged_digest(plain, identity)
                } else {
                    *plain
                })
            })
            .collect();
        let mut part = Self::of(spec, Arc::clone(&self.inner), kept);
        part.digests = OnceLock::from(digests);
        part.change = Some(Change { damage, touched });
        Ok(part)
    }

    /// Hands out a batch, damaged on all cores.
    fn hand_out(
        change: &Change,
        batch: Vec<(usize, Result<Stored>)>,
        visit: Visitor<'_>,
    ) -> Result<()> {
        let damaged: Vec<(usize, Result<Stored>)> = batch
            .into_par_iter()
            .map(|(here, stored)| {
                if !change.touched.get(here).is_some_and(|touched| *touched) {
                    return (here, stored);
                }
                let damaged = stored.and_then(|stored| {
                    let picture = decode(&stored, &DecodeOptions::default())?.pixels;
                    (change.damage)(&picture, &digest(&stored)).map(Stored::Raw)
                });
                (here, damaged)
            })
            .collect();
        damaged
            .into_iter()
            .try_for_each(|(here, stored)| visit(here, stored))
    }
}

fn damaged_digest(plain: &Digest, identity: &str) -> Digest {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"gavel-damage-1");
    hasher.update(plain);
    hasher.update(identity.as_bytes());
    *hasher.finalize().as_bytes()
}

impl ImageSource for Part {
    fn spec(&self) -> &str {
        &self.spec
    }

    fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn digests(&self) -> Result<&[Digest]> {
        if let Some(digests) = self.digests.get() {
            return Ok(digests);
        }
        let all = self.inner.digests()?;
        let mine = self.kept.iter().filter_map(|&i| all.get(i).copied());
        let mine = mine.collect();
        Ok(self.digests.get_or_init(|| mine))
    }

    fn visit(&self, wanted: Wanted<'_>, visit: Visitor<'_>) -> Result<()> {
        let wanted = |i: usize| self.place.get(&i).is_some_and(|&here| wanted(here));
        let mut batch = Vec::with_capacity(BATCH);
        self.inner.visit(&wanted, &mut |i, stored| {
            let Some(&here) = self.place.get(&i) else {
                return Ok(());
            };
            let Some(change) = &self.change else {
                return visit(here, stored);
            };
            batch.push((here, stored));
            if batch.len() < BATCH {
                return Ok(());
            }
            Self::hand_out(change, std::mem::take(&mut batch), visit)
        })?;
        match &self.change {
            Some(change) => Self::hand_out(change, batch, visit),
            None => Ok(()),
        }
    }

    fn read(&self, index: usize) -> Result<Stored> {
        let mut found = None;
        self.visit(&|i| i == index, &mut |_, stored| {
            found = Some(stored);
            Ok(())
        })?;
        found.unwrap_or_else(|| {
            Err(Error::input(format!(
                "{}: item {index} was asked for, the part has {}",
                self.spec,
                self.kept.len()
            )))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::memory::MemorySource;

    fn point(value: u8) -> Pixels {
        Pixels {
            width: 1,
            height: 1,
            rgb: vec![value; 3],
        }
    }

    fn values(part: &Part) -> Vec<u8> {
        (0..part.len())
            .map(|i| match part.read(i).unwrap() {
                Stored::Raw(picture) => picture.rgb[0],
                Stored::File(_) => panic!("a file"),
            })
            .collect()
    }

    fn whole() -> Part {
        let source = MemorySource::new("set", (0..200).map(point).collect());
        Part::of("whole", Arc::new(source), vec![150, 3, 70, 9])
    }

    #[test]
    fn items_come_in_the_order_asked_for_with_their_own_names_and_digests() {
        let whole = whole();
        assert_eq!(values(&whole), [150, 3, 70, 9]);
        assert_eq!(whole.entries()[1].name, "set[3]");
        assert_eq!(whole.digests().unwrap()[2], digest(&Stored::Raw(point(70))));
        assert!(whole.read(4).is_err());
    }

    #[test]
    fn damage_touches_what_it_is_told_to_and_nothing_else() {
        let add: Damage = Arc::new(|picture, _| Ok(point(picture.rgb[0] + 1)));
        let whole = whole();
        let damaged = whole
            .damaged(
                "d",
                &[3, 0, 2],
                "add 1",
                Arc::clone(&add),
                vec![true, false, true],
            )
            .unwrap();
        assert_eq!(values(&damaged), [10, 150, 71]);
        let digests = damaged.digests().unwrap();
        assert_eq!(digests[1], whole.digests().unwrap()[0]);
        assert_ne!(digests[0], whole.digests().unwrap()[3]);
        // Other damage to the same picture is another picture to the store.
        let other = whole.damaged("d", &[3], "add 2", add, vec![true]).unwrap();
        assert_ne!(other.digests().unwrap()[0], digests[0]);
    }

    #[test]
    fn more_pictures_than_a_batch_come_each_once() {
        let source = MemorySource::new("set", (0..200).map(point).collect());
        let part = Part::of("whole", Arc::new(source), (0..200).rev().collect());
        let rows: Vec<usize> = (0..200).collect();
        let same: Damage = Arc::new(|picture, _| Ok(picture.clone()));
        let damaged = part
            .damaged("d", &rows, "same", same, vec![true; 200])
            .unwrap();
        let mut seen = vec![0; 200];
        damaged
            .visit(&|_| true, &mut |here, stored| {
                let Stored::Raw(picture) = stored? else {
                    return Ok(());
                };
                assert_eq!(usize::from(picture.rgb[0]), 199 - here);
                seen[here] += 1;
                Ok(())
            })
            .unwrap();
        assert!(seen.iter().all(|n| *n == 1));
    }
}
