//! What one pass over a pair of sets found, for all metrics that asked.

use std::collections::{BTreeMap, BTreeSet};

use ndarray::ArrayView2;

use super::across::{BallSearch, Found, Search, Weighted};
use super::balls::{Ball, Shells};
use super::frame::Frame;
use super::halves::list_width;
use super::lists::Lists;
use super::points::Points;
use super::prdc::{Balls, Halves};
use super::realism::{Form, Scores, scores, weighted};
use super::within::within;
use crate::error::{Error, Result};
use crate::rng::Seed;
use crate::statistics::resample::{N_HALVES, split_members};

/// Rows of the other side that are listed where nearest rows are asked for with standard errors: in a half, one of them
/// is left with probability 1 - 2^-12.
const NEAREST: usize = 12;

/// Entries of lists of neighbours beyond which standard errors are given up (a very large k in a large set).
const MOST_ENTRIES: usize = 1 << 25;

/// What is wanted of a pair of sets. Several metrics unite theirs, so that one pass serves all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// Balls around the rows of both sides.
    pub balls: BTreeSet<Ball>,
    /// Realism of the generated rows.
    pub realism: BTreeSet<Form>,
    /// Nearest rows inside both sets and across them.
    pub nearest: bool,
}

impl Request {
    /// Takes in what another wants.
    pub fn unite(&mut self, other: &Self) {
        self.balls.extend(&other.balls);
        self.realism.extend(&other.realism);
        self.nearest |= other.nearest;
    }

    /// Does it hold all that another wants?
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        self.balls.is_superset(&other.balls)
            && self.realism.is_superset(&other.realism)
            && (self.nearest || !other.nearest)
    }

    /// The k of all balls, rising.
    fn ks(&self) -> Vec<usize> {
        let ks: BTreeSet<usize> = self.balls.iter().map(|ball| ball.nearest_k).collect();
        ks.into_iter().collect()
    }

    /// The largest k of anything.
    fn largest_k(&self) -> usize {
        let balls = self.balls.iter().map(|ball| ball.nearest_k);
        let realism = self.realism.iter().map(|form| form.nearest_k);
        balls.chain(realism).max().unwrap_or(0)
    }
}

/// Neighbours of a reference and a generated set.
#[derive(Debug)]
pub struct Tables {
    n_reference: usize,
    n_generated: usize,
    reference: Lists,
    generated: Lists,
    nearest_generated: Option<Lists>,
    nearest_reference: Option<Lists>,
    balls: BTreeMap<Ball, Balls>,
    realism: BTreeMap<Form, Scores>,
    members: Option<[Vec<u64>; 2]>,
    n_pairs: u64,
    n_settled: u64,
}

impl Tables {
    /// Looks for what is wanted between `reference` `[n, d]` and `generated` `[m, d]`; with a seed also in 32 pairs of
    /// complementary halves of both sets, for standard errors.
    ///
    /// A ball whose k-th neighbour does not exist in a set holds nothing there.
    ///
    /// # Errors
    /// Input: other dimensions, or more rows than 32 bits count.
    pub fn of(
        reference: ArrayView2<'_, f32>,
        generated: ArrayView2<'_, f32>,
        request: &Request,
        halves: Option<Seed>,
    ) -> Result<Self> {
        check(reference, generated)?;
        let (n, m) = (reference.nrows(), generated.nrows());
        let frame = Frame::of(&[reference, generated]);
        let [real, made] = Points::of([reference, generated], &frame);
        let (scale, ks) = (frame.squared_scale(), request.ks());
        let largest = request.largest_k().max(usize::from(request.nearest));
        let width = list_width(largest).min(n.max(m));
        let members = halves
            .filter(|_| width.saturating_mul(n.max(m)) <= MOST_ENTRIES)
            .map(|seed| {
                [
                    split_members(n, seed, "neighbors.reference"),
                    split_members(m, seed, "neighbors.generated"),
                ]
            });
        let width = if members.is_some() { width } else { largest };
        let (inside_real, settled_real) = within(&real, largest.min(n.saturating_sub(1)), width);
        // Realism asks for no ball around generated rows.
        let only_realism = request.balls.is_empty() && !request.nearest;
        let made_width = if only_realism { 0 } else { width };
        let (inside_made, settled_made) =
            within(&made, largest.min(m.saturating_sub(1)), made_width);

        let parts = members.as_ref().map(|[r, g]| (r.as_slice(), g.as_slice()));
        let numbered: Vec<_> = request
            .balls
            .iter()
            .filter_map(|ball| Some((ks.binary_search(&ball.nearest_k).ok()?, ball.boundary)))
            .collect();
        let forms: Vec<(Form, Weighted)> = request
            .realism
            .iter()
            .filter_map(|form| {
                Some((
                    *form,
                    weighted(&inside_real, *form, scale, parts.is_some())?,
                ))
            })
            .collect();
        let (forms, weights): (Vec<Form>, Vec<Weighted>) = forms.into_iter().unzip();
        let nearest_width = match (request.nearest, parts.is_some()) {
            (false, _) => 0,
            (true, false) => 1,
            (true, true) => NEAREST,
        };
        let found = Search {
            reference: &real,
            generated: &made,
            width: nearest_width,
            balls: (!request.balls.is_empty()).then(|| BallSearch {
                reference: Shells::new(&inside_real, n, &ks, parts.map(|(r, _)| r), scale),
                generated: Shells::new(&inside_made, m, &ks, parts.map(|(_, g)| g), scale),
                n_k: ks.len(),
                balls: &numbered,
            }),
            weighted: &weights,
        }
        .run();
        let balls = balls_of(request, &ks, &found, parts);
        let realism = forms
            .iter()
            .zip(&found.weighted)
            .zip(&weights)
            .map(|((form, lists), by)| {
                (*form, scores(*form, lists, by, &inside_real, scale, parts))
            })
            .collect();
        let lists = |found, other: usize| {
            let width = nearest_width.min(other);
            (width > 0).then(|| Lists::new(found, 1, width, scale))
        };
        Ok(Self {
            n_reference: n,
            n_generated: m,
            n_pairs: n_pairs(n, m),
            n_settled: found.n_settled + settled_real + settled_made,
            nearest_generated: lists(found.nearest_generated, m),
            nearest_reference: lists(found.nearest_reference, n),
            reference: inside_real,
            generated: inside_made,
            balls,
            realism,
            members,
        })
    }

    /// Rows of both sides: reference, generated.
    #[must_use]
    pub fn n(&self) -> [usize; 2] {
        [self.n_reference, self.n_generated]
    }

    /// Nearest other rows inside each set: reference, generated.
    #[must_use]
    pub fn inside(&self) -> [&Lists; 2] {
        [&self.reference, &self.generated]
    }

    /// Nearest generated rows of each reference row, and nearest reference rows of each generated row.
    #[must_use]
    pub fn across(&self) -> Option<[&Lists; 2]> {
        Some([
            self.nearest_generated.as_ref()?,
            self.nearest_reference.as_ref()?,
        ])
    }

    /// What lies in which balls; `None` if that was not asked for.
    #[must_use]
    pub fn balls(&self, ball: Ball) -> Option<&Balls> {
        self.balls.get(&ball)
    }

    /// Realism of the generated rows; `None` if it was not asked for or no ball of a defined radius is left.
    #[must_use]
    pub fn realism(&self, form: Form) -> Option<&Scores> {
        self.realism.get(&form)
    }

    /// In which halves each row is: reference, generated.
    #[must_use]
    pub fn members(&self) -> Option<[&[u64]; 2]> {
        self.members.as_ref().map(|[r, g]| [&r[..], &g[..]])
    }

    /// Pairs of rows that were compared: inside both sets and across them.
    #[must_use]
    pub fn n_pairs(&self) -> u64 {
        self.n_pairs
    }

    /// Pairs whose distance was computed in float64: the radii themselves, and every comparison that float32 left open.
    #[must_use]
    pub fn n_settled(&self) -> u64 {
        self.n_settled
    }
}

fn n_pairs(n: usize, m: usize) -> u64 {
    let (n, m) = (n as u64, m as u64);
    n * m + n * n.saturating_sub(1) / 2 + m * m.saturating_sub(1) / 2
}

fn check(reference: ArrayView2<'_, f32>, generated: ArrayView2<'_, f32>) -> Result<()> {
    if reference.ncols() != generated.ncols() {
        return Err(Error::input(format!(
            "the reference has {} dimensions, the generated set {}",
            reference.ncols(),
            generated.ncols()
        ))
        .mend("extract both with the same network and layer"));
    }
    let rows = reference.nrows() + generated.nrows();
    if rows >= u32::MAX as usize {
        return Err(
            Error::input(format!("{rows} rows; neighbours are counted in 32 bits"))
                .mend("--limit 1000000"),
        );
    }
    Ok(())
}

fn balls_of(
    request: &Request,
    ks: &[usize],
    found: &Found,
    members: Option<(&[u64], &[u64])>,
) -> BTreeMap<Ball, Balls> {
    let halves = |k: usize| {
        let (real, made) = members?;
        let [recall, coverage] = found.reference.shares(k, real);
        let [precision, _] = found.generated.shares(k, made);
        let mut rows = [0_u32; N_HALVES];
        for member in made {
            for (half, rows) in rows.iter_mut().enumerate() {
                *rows += (member >> half & 1) as u32;
            }
        }
        let density = std::array::from_fn(|half| {
            found.by_half[k][half] as f64 / (ks[k] as f64 * f64::from(rows[half]))
        });
        Some(Halves {
            precision,
            recall,
            density,
            coverage,
        })
    };
    request
        .balls
        .iter()
        .enumerate()
        .filter_map(|(number, ball)| {
            let k = ks.binary_search(&ball.nearest_k).ok()?;
            let counts = Balls {
                nearest_k: ball.nearest_k,
                around_generated: found.generated.around(number),
                around_reference: found.reference.around(number),
                held_by_reference: found.reference.holds(number),
                halves: halves(k),
            };
            Some((*ball, counts))
        })
        .collect()
}
