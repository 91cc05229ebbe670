//! Pictures that several generated sets share: who handed in whose pictures?
//!
//! The same pixels are the same picture. Near ones count where they are nearer than real pictures come to each other by
//! chance ([`super::nearness`]), and where neither has a near duplicate inside its own set: two collapsed generators are not
//! copies of each other because both make gray. Pictures of the training or the reference set are left out, for both may
//! have taken them from there, which `copies` tells.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::likeness::{Likeness, levels};
use super::nearness::calibrate;
use super::{Exhibit, Thumbnails};
use crate::error::Result;
use crate::progress::Observer;
use crate::rng::Seed;
use crate::sources::Digest;

/// Pictures that two sets have in common.
#[derive(Debug, Clone, PartialEq)]
pub struct Common {
    /// Places of both sets, rising.
    pub sets: [usize; 2],
    /// The pairs, the same pixels first, then by distance.
    pub pairs: Vec<Alike>,
}

/// Two pictures of two sets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Alike {
    /// Rows in both sets.
    pub rows: [usize; 2],
    /// Gray levels between their thumbnails; 0 for the same pixels.
    pub distance: f64,
    /// What makes them alike.
    pub how: How,
}

/// What makes two pictures alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// The same pixels.
    Same,
    /// Nearly the same.
    Near,
    /// Nearly the same, one of them mirrored.
    Mirror,
}

impl How {
    /// `same`, `near` or `mirror`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Near => "near",
            Self::Mirror => "mirror",
        }
    }
}

/// What every two of `sets` have in common; `real` sets calibrate what is near and are no booty. Pairs of sets with
/// nothing in common are left out. A picture is in at most one pair of the same two sets.
///
/// # Errors
/// Interrupted.
pub fn between(
    sets: &[&Exhibit],
    real: &[&Exhibit],
    seed: Seed,
    observer: &dyn Observer,
) -> Result<Vec<Common>> {
    let foreign: HashSet<Digest> = real
        .iter()
        .flat_map(|set| set.items.iter().map(|item| item.pixels))
        .collect();
    let mut found: BTreeMap<[usize; 2], Vec<Alike>> = BTreeMap::new();
    let counts = |row: &super::Item| !row.blank && !foreign.contains(&row.pixels);
    same(sets, &counts, &mut found);
    let most = sets.iter().map(|set| set.len()).max().unwrap_or(0);
    let nearness = match real.first() {
        Some(real) => calibrate(real, most, seed, observer)?,
        None => None,
    };
    if let Some(nearness) = nearness {
        near(sets, &counts, nearness.limit, &mut found, observer)?;
    }
    Ok(found
        .into_iter()
        .map(|(sets, pairs)| Common {
            sets,
            pairs: matched(pairs),
        })
        .collect())
}

type Found = BTreeMap<[usize; 2], Vec<Alike>>;

fn same(sets: &[&Exhibit], counts: &dyn Fn(&super::Item) -> bool, found: &mut Found) {
    let mut owners: HashMap<Digest, Vec<(usize, usize)>> = HashMap::new();
    for (set, exhibit) in sets.iter().enumerate() {
        for (row, item) in exhibit
            .items
            .iter()
            .enumerate()
            .filter(|(_, item)| counts(item))
        {
            owners.entry(item.pixels).or_default().push((set, row));
        }
    }
    for owned in owners.values() {
        for (at, &(a, row_a)) in owned.iter().enumerate() {
            for &(b, row_b) in owned.iter().skip(at + 1).filter(|(b, _)| *b != a) {
                found.entry([a, b]).or_default().push(Alike {
                    rows: [row_a, row_b],
                    distance: 0.0,
                    how: How::Same,
                });
            }
        }
    }
}

fn near(
    sets: &[&Exhibit],
    counts: &dyn Fn(&super::Item) -> bool,
    limit: u32,
    found: &mut Found,
    observer: &dyn Observer,
) -> Result<()> {
    // Pictures without a near duplicate in their own set, plain and mirrored, of all sets in a row.
    let mut owners: Vec<(usize, usize)> = Vec::new();
    let mut bytes: Vec<u8> = Vec::new();
    for (set, exhibit) in sets.iter().enumerate() {
        let rows: Vec<usize> = (0..exhibit.len())
            .filter(|&row| exhibit.items.get(row).is_some_and(counts))
            .collect();
        let degrees = Likeness::of(&exhibit.thumbnails, &rows).degrees(limit, observer)?;
        for (&row, _) in rows
            .iter()
            .zip(&degrees)
            .filter(|(_, degree)| **degree == 0)
        {
            owners.push((set, row));
            bytes.extend_from_slice(exhibit.thumbnails.get(row));
        }
    }
    let n = owners.len();
    for at in 0..n {
        bytes.extend(mirrored(
            &bytes[at * Thumbnails::BYTES..(at + 1) * Thumbnails::BYTES],
        ));
    }
    let thumbnails = Thumbnails::from_bytes(bytes);
    let likeness = Likeness::of(&thumbnails, &(0..2 * n).collect::<Vec<_>>());
    let is_other =
        |a: usize, b: usize| owners.get(a).map(|o| o.0) != owners.get(b % n.max(1)).map(|o| o.0);
    for (a, b, squared) in likeness.pairs(n, limit, &is_other, observer)? {
        let (Some(&(set_a, row_a)), Some(&(set_b, row_b))) = (owners.get(a), owners.get(b % n))
        else {
            continue;
        };
        let how = if b < n { How::Near } else { How::Mirror };
        found.entry([set_a, set_b]).or_default().push(Alike {
            rows: [row_a, row_b],
            distance: levels(squared),
            how,
        });
    }
    Ok(())
}

/// Every picture in one pair only: the same pixels first, then the nearest.
fn matched(mut pairs: Vec<Alike>) -> Vec<Alike> {
    pairs.sort_by(|a, b| {
        a.how
            .min(How::Near)
            .cmp(&b.how.min(How::Near))
            .then(a.distance.total_cmp(&b.distance))
            .then(a.rows.cmp(&b.rows))
    });
    let mut taken: [HashSet<usize>; 2] = [HashSet::new(), HashSet::new()];
    pairs.retain(|pair| {
        let free = !taken[0].contains(&pair.rows[0]) && !taken[1].contains(&pair.rows[1]);
        if free {
            taken[0].insert(pair.rows[0]);
            taken[1].insert(pair.rows[1]);
        }
        free
    });
    pairs
}

fn mirrored(thumbnail: &[u8]) -> Vec<u8> {
    thumbnail
        .chunks_exact(3 * Thumbnails::SIDE)
        .flat_map(|row| row.chunks_exact(3).rev().flatten().copied())
        .collect()
}
