//! From a corruption and a level to the generated set that it makes.

use super::corruptions::{Corruption, Kind};
use super::material::Material;
use super::modes::Modes;
use super::part::{Damage, Part};
use super::{pixels, rows};
use crate::cli::laboratory::Laboratory;
use crate::error::{Error, Result};
use crate::metrics::Measured;
use crate::rng::Seed;
use crate::sources::Opened;
use std::sync::Arc;

/// A corrupted set.
pub struct Variant {
    /// What was measured of it.
    pub generated: Measured,
    /// Everything that its numbers depend on.
    pub identity: String,
    /// The rows that it is compared with, where those are not the whole held-out part.
    pub honest: Option<Vec<usize>>,
}

/// Makes corrupted sets of one material.
pub struct Workshop<'a> {
    /// Extracts features of damaged pictures.
    pub lab: &'a Laboratory<'a>,
    /// The split set.
    pub material: &'a Material,
    /// The modes of the held-out part, where it has several.
    pub modes: Option<&'a Modes>,
    /// The one seed.
    pub seed: Seed,
}

impl Workshop<'_> {
    /// The levels of a corruption here; or why it cannot be made.
    pub fn levels(&self, corruption: &Corruption) -> std::result::Result<Vec<f64>, &'static str> {
        if corruption.needs_pictures() && self.material.pictures.is_none() {
            return Err("the set is a feature file, and this corruption changes pixels");
        }
        if !matches!(corruption.kind, Kind::ModesDropped) {
            return Ok(corruption.levels.to_vec());
        }
        let n = self.modes.map(|modes| modes.n);
        let n = n.ok_or("all samples are of one mode")?;
        let counts = corruption.levels.iter().map(|share| {
            let count = (share * n as f64).round() as usize;
            count.clamp(1, n - 1)
        });
        let mut counts: Vec<usize> = counts.collect();
        counts.dedup();
        Ok(counts.into_iter().map(|count| count as f64).collect())
    }

    /// The set corrupted to a level.
    pub fn variant(&self, corruption: &Corruption, level: f64) -> Result<Variant> {
        let held_out = &self.material.held_out;
        let of_rows = |rows: &[usize], honest| {
            let (generated, identity) = self.material.select(rows);
            Variant {
                generated,
                identity,
                honest,
            }
        };
        let seed = self.seed;
        Ok(match (&corruption.kind, self.modes) {
            (Kind::Duplicates, _) => {
                of_rows(&rows::with_duplicates(held_out, level / 100.0, seed), None)
            }
            (Kind::Copies, _) => {
                let seen = self.material.train.as_ref();
                let seen = seen.unwrap_or(&self.material.reference);
                of_rows(
                    &rows::with_copies(held_out, seen, level / 100.0, seed),
                    None,
                )
            }
            (Kind::ModesDropped, Some(modes)) => {
                let (left, honest) =
                    rows::without_modes(held_out, &modes.of, modes.n, level as usize, seed);
                of_rows(&left, Some(honest))
            }
            (Kind::ModesDropped, None) => return Err(Error::numerical("no modes to drop")),
            (Kind::Pictures(damage), _) => {
                let (damage, name) = (*damage, corruption.name);
                let damage: Damage = Arc::new(move |picture, digest| {
                    let [a, b, c, d, e, f, g, h, ..] = *digest;
                    let own = u64::from_le_bytes([a, b, c, d, e, f, g, h]);
                    damage(picture, level, &mut seed.stream(name, own))
                });
                let identity = format!("{name} {level} seed {}", seed.0);
                self.measure(&identity, damage, vec![true; held_out.len()])?
            }
            (Kind::Mirrored, _) => {
                let touched =
                    rows::chosen(held_out.len(), level / 100.0, seed, "sensitivity flips");
                let damage: Damage = Arc::new(|picture, _| Ok(pixels::mirror(picture)));
                self.measure("mirror", damage, touched)?
            }
        })
    }

    /// The held-out pictures, the touched ones damaged, through the network.
    fn measure(&self, identity: &str, damage: Damage, touched: Vec<bool>) -> Result<Variant> {
        let Some((pictures, readable)) = &self.material.pictures else {
            return Err(Error::usage("a feature file has no pictures to damage"));
        };
        let items: Vec<usize> = self
            .material
            .held_out
            .iter()
            .filter_map(|&row| readable.get(row).copied())
            .collect();
        let spec = format!("{} ({identity})", self.material.input.source);
        let part: Part = pictures.damaged(&spec, &items, identity, damage, touched)?;
        let sample = self.lab.measure(Opened::Images(Box::new(part)))?;
        Ok(Variant {
            generated: sample.measured,
            identity: sample.identity,
            honest: None,
        })
    }
}
