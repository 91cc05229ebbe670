//! The nearest training pictures by one way of looking: features, or a perceptual hash.

use super::calibration::{Honest, Origin};
use crate::audit::Exhibit;
use crate::error::Result;
use crate::progress::Observer;
use crate::statistics::exponential_tail::ExponentialTail;
use crate::statistics::false_discovery;
use crate::statistics::proportions::two_proportion_z;

/// The 99 % point of the standard normal distribution.
pub const SURE: f64 = 2.326_347_874_040_841;

/// Training pictures that are ranked: the nearest, and those that say what is typical.
pub const RANKED: usize = 16;

/// The typical near neighbour has this rank (from 0), so that several copies of one original do not count as typical.
const TYPICAL: usize = 10;

/// The nearest training picture of one picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Near {
    /// Its row.
    pub row: usize,
    /// Its distance, in the units of the look.
    pub distance: f64,
    /// ln of the typical near neighbour's distance over its own: how much closer it is than typical.
    pub score: f64,
}

impl Near {
    /// Out of rows and distances, nearest first; `floor` is added to distances before they are compared.
    #[must_use]
    pub fn of(ranked: &[(usize, f64)], floor: f64) -> Option<Self> {
        let &(row, distance) = ranked.first()?;
        let (_, typical) = ranked.get(TYPICAL.min(ranked.len() - 1))?;
        Some(Self {
            row,
            distance,
            score: ((typical + floor) / (distance + floor)).ln(),
        })
    }
}

/// A way of looking.
pub trait Look: Sync {
    /// Its name in details, and how its finding calls the neighbours.
    fn name(&self) -> &'static str;

    /// The nearest training picture of each of `rows` of a set, in their order; `is_train` says that the set is the training
    /// set, in which no picture is its own neighbour. `None` for what this look cannot see.
    ///
    /// # Errors
    /// Interrupted.
    fn nearest(
        &self,
        set: &Exhibit,
        rows: &[usize],
        is_train: bool,
        observer: &dyn Observer,
    ) -> Result<Vec<Option<Near>>>;
}

/// What one look saw of all generated pictures, calibrated by the honest ones.
#[derive(Debug, Clone)]
pub struct Neighbours {
    /// The look's name.
    pub name: &'static str,
    /// By generated row.
    near: Vec<Option<Near>>,
    null: ExponentialTail,
    /// The p-values of the honest pictures, in rising order.
    honest: Vec<f64>,
}

/// Generated pictures that one look finds nearer to a training picture than chance has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Called {
    /// The look's name.
    pub name: &'static str,
    /// Generated row, its neighbour, and its p-value, the rarest first.
    pub rows: Vec<(usize, Near, f64)>,
    /// Honest pictures that come as near as the least of them.
    pub n_honest_as_near: usize,
    /// Honest pictures that were looked at.
    pub n_honest: usize,
}

impl Called {
    /// Do clearly more of `n` generated pictures come this near than honest ones do (one-sided, 1 %)?
    #[must_use]
    pub fn is_unusual(&self, n: usize) -> bool {
        let (n, n_honest) = (n.max(1) as f64, self.n_honest.max(1) as f64);
        let [share, honest] = [
            self.rows.len() as f64 / n,
            self.n_honest_as_near as f64 / n_honest,
        ];
        !self.rows.is_empty() && two_proportion_z(share, honest, n, n_honest) > SURE
    }
}

impl Neighbours {
    /// Looks at the generated `rows` and at the honest pictures; `None` where too few of these can be seen.
    ///
    /// # Errors
    /// Interrupted.
    pub fn find(
        look: &dyn Look,
        generated: &Exhibit,
        rows: &[usize],
        honest: &Honest<'_>,
        observer: &dyn Observer,
    ) -> Result<Option<Self>> {
        let is_train = honest.origin == Origin::LeftOut;
        let seen = look.nearest(honest.set, &honest.rows, is_train, observer)?;
        let scores: Vec<f64> = seen.iter().flatten().map(|near| near.score).collect();
        let Some(null) = ExponentialTail::fit(&scores) else {
            return Ok(None);
        };
        let mut p_values: Vec<f64> = scores.iter().map(|score| null.p_value(*score)).collect();
        p_values.sort_by(f64::total_cmp);
        let mut near = vec![None; generated.len()];
        let found = look.nearest(generated, rows, false, observer)?;
        for (&row, found) in rows.iter().zip(found) {
            if let Some(place) = near.get_mut(row) {
                *place = found;
            }
        }
        Ok(Some(Self {
            name: look.name(),
            near,
            null,
            honest: p_values,
        }))
    }

    /// Those of `rows` that Benjamini and Hochberg call out at a rate of false discoveries, with `n_sure` copies beside them
    /// that need no test.
    #[must_use]
    pub fn call(&self, rows: &[usize], fdr: f64, n_sure: usize) -> Called {
        let seen: Vec<(usize, Near, f64)> = rows
            .iter()
            .filter_map(|&row| {
                let near = (*self.near.get(row)?)?;
                Some((row, near, self.null.p_value(near.score)))
            })
            .collect();
        let mut p_values: Vec<f64> = seen.iter().map(|seen| seen.2).collect();
        p_values.resize(seen.len() + n_sure, 0.0);
        let adjusted = false_discovery::adjust(&p_values);
        let mut called: Vec<(usize, Near, f64)> = seen
            .into_iter()
            .zip(adjusted)
            .filter(|(_, adjusted)| *adjusted <= fdr)
            .map(|(seen, _)| seen)
            .collect();
        called.sort_by(|a, b| a.2.total_cmp(&b.2).then(a.0.cmp(&b.0)));
        let bar = called.last().map_or(0.0, |last| last.2);
        Called {
            name: self.name,
            rows: called,
            n_honest_as_near: self.honest.partition_point(|p| *p <= bar),
            n_honest: self.honest.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_score_is_the_typical_distance_over_the_nearest() {
        // Rank 10 of 16: distances 1, 2, … 16, so 11 against 1, each with 1 added: ln 6.
        let ranked: Vec<(usize, f64)> = (0..16).map(|at| (at + 40, at as f64 + 1.0)).collect();
        let near = Near::of(&ranked, 1.0).unwrap();
        assert_eq!((near.row, near.distance), (40, 1.0));
        assert!((near.score - 6.0_f64.ln()).abs() < 1e-12);
        // Three training pictures: the last of them is typical.
        assert!((Near::of(&ranked[..3], 1.0).unwrap().score - 2.0_f64.ln()).abs() < 1e-12);
        assert!(Near::of(&[], 1.0).is_none());
    }
}
