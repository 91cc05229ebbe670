//! Which rows of one set lie in the balls around the rows of another.
//!
//! The ball of a row reaches to its k-th nearest other row in its own set. Float32 decides what is clear within its bound;
//! the rest is settled in float64.

use rayon::prelude::*;

use super::halves::{count, ranks, reaching, shares};
use super::lists::Lists;
use crate::statistics::resample::N_HALVES;

/// Does a row on the surface of a ball lie in it?
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Boundary {
    /// No: `d < r` (prdc, Naeem et al. 2020).
    Strict,
    /// Yes: `d <= r` (Kynkäänniemi et al. 2019, torch-fidelity).
    Inclusive,
}

/// A question about balls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ball {
    /// Which neighbour the radius reaches to, counted from 1 and without the row itself.
    pub nearest_k: usize,
    /// Is the surface inside?
    pub boundary: Boundary,
}

/// The balls of one set, in the frame.
pub(super) struct Shells<'a> {
    ks: &'a [usize],
    /// `[n, ks]`; -1 where there is no k-th neighbour: nothing lies in such a ball.
    radii: Vec<f64>,
    /// `[n]`: no pair farther than this matters to the row.
    reach: Vec<f64>,
    halves: Option<HalfShells<'a>>,
}

/// The balls of one set in every half of it.
struct HalfShells<'a> {
    members: &'a [u64],
    width: usize,
    /// `[n, width]`: squared distances of the neighbours.
    ladder: Vec<f64>,
    /// `[n, ks, width]`: the halves whose radius reaches this neighbour.
    words: Vec<u64>,
}

impl<'a> Shells<'a> {
    /// Out of the neighbours inside a set; `members` are the halves, `scale` the frame's squared scale.
    pub fn new(
        lists: &Lists,
        n: usize,
        ks: &'a [usize],
        members: Option<&'a [u64]>,
        scale: f64,
    ) -> Self {
        let by_k: Vec<Option<Vec<f64>>> = ks.iter().map(|&k| lists.squared_radii(k)).collect();
        let radii: Vec<f64> = (0..n)
            .flat_map(|row| {
                by_k.iter()
                    .map(move |radii| radii.as_ref().map_or(-1.0, |radii| radii[row] * scale))
            })
            .collect();
        let halves = members
            .filter(|_| lists.width() > 0)
            .map(|members| HalfShells::new(lists, ks, members, scale));
        let reach = (0..n)
            .map(|row| {
                let radii = &radii[row * ks.len()..(row + 1) * ks.len()];
                let last = halves.as_ref().and(lists.squared(row).last());
                radii
                    .iter()
                    .copied()
                    .fold(last.map_or(-1.0, |squared| squared * scale), f64::max)
            })
            .collect();
        Self {
            ks,
            radii,
            reach,
            halves,
        }
    }

    /// No pair farther than this (a squared distance in the frame) matters to a row.
    pub fn reach(&self, row: usize) -> f64 {
        self.reach[row]
    }

    /// The halves in which a row is.
    fn members(&self, row: usize) -> u64 {
        self.halves.as_ref().map_or(0, |halves| halves.members[row])
    }
}

impl<'a> HalfShells<'a> {
    fn new(lists: &Lists, ks: &[usize], members: &'a [u64], scale: f64) -> Self {
        let width = lists.width();
        let words = (0..lists.len())
            .into_par_iter()
            .flat_map_iter(|row| {
                ks.iter()
                    .flat_map(move |&k| reaching(&ranks(lists.rows(row), members, k), width))
            })
            .collect();
        let ladder = (0..lists.len())
            .flat_map(|row| lists.squared(row).iter().map(move |s| s * scale))
            .collect();
        Self {
            members,
            width,
            ladder,
            words,
        }
    }

    /// Halves in which the ball of `row` exists and reaches a squared distance, for each k.
    fn holding(&self, row: usize, n_k: usize, squared: f64) -> impl Iterator<Item = u64> + '_ {
        let ladder = &self.ladder[row * self.width..(row + 1) * self.width];
        let rung = ladder.partition_point(|&step| step < squared);
        let own = self.members[row];
        (0..n_k).map(move |k| {
            if rung == self.width {
                0
            } else {
                own & self.words[(row * n_k + k) * self.width + rung]
            }
        })
    }
}

/// A pair of rows near a ball's surface: its estimate and, once asked for, its float64 distance.
pub(super) struct Pair<F: Fn() -> f64> {
    value: f64,
    error: f64,
    exact: Option<f64>,
    settle: F,
}

impl<F: Fn() -> f64> Pair<F> {
    pub fn new(value: f64, error: f64, settle: F) -> Self {
        Self {
            value,
            error,
            exact: None,
            settle,
        }
    }

    /// Was the distance settled in float64?
    pub fn was_settled(&self) -> bool {
        self.exact.is_some()
    }

    fn is_inside(&mut self, squared_radius: f64, boundary: Boundary) -> bool {
        if self.value + self.error < squared_radius {
            return true;
        }
        if self.value - self.error > squared_radius {
            return false;
        }
        let exact = *self.exact.get_or_insert_with(&self.settle);
        match boundary {
            Boundary::Strict => exact < squared_radius,
            Boundary::Inclusive => exact <= squared_radius,
        }
    }
}

/// Counts of the rows of one side.
#[derive(Debug, Clone)]
pub(super) struct Tally {
    n_balls: usize,
    n_k: usize,
    /// `[n, balls]`: how many balls of the other side hold the row.
    pub around: Vec<u32>,
    /// `[n, balls]`: how many rows of the other side the row's own ball holds.
    pub holds: Vec<u32>,
    /// `[n, ks]`: halves in which at least one ball holds the row.
    around_halves: Vec<u64>,
    /// `[n, ks]`: halves in which its own ball holds at least one row.
    holds_halves: Vec<u64>,
}

impl Tally {
    pub fn new(n: usize, n_balls: usize, n_k: usize) -> Self {
        Self {
            n_balls,
            n_k,
            around: vec![0; n * n_balls],
            holds: vec![0; n * n_balls],
            around_halves: vec![0; n * n_k],
            holds_halves: vec![0; n * n_k],
        }
    }

    /// Adds the counts of the rows from `start` on.
    pub fn add(&mut self, start: usize, part: &Self) {
        for (into, from) in [
            (&mut self.around, &part.around),
            (&mut self.holds, &part.holds),
        ] {
            for (a, b) in into[start * self.n_balls..].iter_mut().zip(from) {
                *a += b;
            }
        }
        for (into, from) in [
            (&mut self.around_halves, &part.around_halves),
            (&mut self.holds_halves, &part.holds_halves),
        ] {
            for (a, b) in into[start * self.n_k..].iter_mut().zip(from) {
                *a |= b;
            }
        }
    }

    /// For ball number `ball`: how many balls of the other side hold each row.
    pub fn around(&self, ball: usize) -> Vec<u32> {
        every(&self.around, ball, self.n_balls)
    }

    /// For ball number `ball`: how many rows of the other side each row's ball holds.
    pub fn holds(&self, ball: usize) -> Vec<u32> {
        every(&self.holds, ball, self.n_balls)
    }

    /// For every half: the share of rows that a ball of the other side holds, and of those whose ball holds one.
    pub fn shares(&self, k: usize, members: &[u64]) -> [[f64; N_HALVES]; 2] {
        [&self.around_halves, &self.holds_halves]
            .map(|words| shares(&every(words, k, self.n_k), members))
    }
}

fn every<T: Copy>(values: &[T], at: usize, step: usize) -> Vec<T> {
    values
        .iter()
        .skip(at)
        .step_by(step.max(1))
        .copied()
        .collect()
}

/// One row of a side: its tally and its place there.
pub(super) struct Place<'a> {
    pub tally: &'a mut Tally,
    pub at: usize,
    /// Its index in the whole set.
    pub row: usize,
}

/// Looks whether `guest` lies in the ball of `owner`, for every ball asked for, and in which halves. `by_half` counts
/// pairs in every half, for each k.
pub(super) fn look<F: Fn() -> f64>(
    shells: [&Shells<'_>; 2],
    balls: &[(usize, Boundary)],
    owner: &mut Place<'_>,
    guest: &mut Place<'_>,
    pair: &mut Pair<F>,
    by_half: Option<&mut [[u64; N_HALVES]]>,
) {
    let [own, others] = shells;
    let reach = own.reach[owner.row];
    if pair.value - pair.error > reach {
        return;
    }
    let n_k = own.ks.len();
    for (ball, &(k, boundary)) in balls.iter().enumerate() {
        if pair.is_inside(own.radii[owner.row * n_k + k], boundary) {
            guest.tally.around[guest.at * balls.len() + ball] += 1;
            owner.tally.holds[owner.at * balls.len() + ball] += 1;
        }
    }
    let Some(halves) = &own.halves else { return };
    let visitor = others.members(guest.row);
    let mut by_half = by_half;
    for (k, word) in halves.holding(owner.row, n_k, pair.value).enumerate() {
        let word = word & visitor;
        guest.tally.around_halves[guest.at * n_k + k] |= word;
        owner.tally.holds_halves[owner.at * n_k + k] |= word;
        if let Some(counts) = by_half.as_mut().and_then(|counts| counts.get_mut(k)) {
            count(counts, word);
        }
    }
}
