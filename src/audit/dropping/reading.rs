//! Labels read off the nearest labelled pictures, and how often they are wrong.

use ndarray::{Array2, ArrayView2};

use super::Labels;
use crate::error::{Error, Result};
use crate::rng::Seed;
use crate::statistics::neighbors::{Request, Tables};

/// More classes than this are not read.
const MOST: usize = 200;

/// Labelled real pictures that a class needs on average.
const PER_CLASS: usize = 10;

/// What is read of two sets by the same labelled pictures.
pub(super) struct Reading {
    /// `[is, read as]` of the labelled pictures.
    pub(super) confusion: Array2<f64>,
    /// The class of each picture of the other set.
    pub(super) classes: Vec<usize>,
    /// Share of the labelled pictures that are read as what they are.
    pub(super) accuracy: f64,
}

/// Reads labels of `set` `[m, d]` off `labelled` `[n, d]`.
pub(super) fn read(
    labelled: ArrayView2<'_, f32>,
    labels: &Labels,
    set: ArrayView2<'_, f32>,
    nearest_k: usize,
    seed: Seed,
) -> Result<Reading> {
    let k = labels.names.len();
    if k > MOST || labels.classes.len() < PER_CLASS * k || set.nrows() < 2 {
        return Err(Error::cannot_tell(format!(
            "{} labelled real pictures of {k} classes and {} pictures to be read; {PER_CLASS} real ones of each class are needed, and at most {MOST} classes",
            labels.classes.len(),
            set.nrows()
        )));
    }
    let request = Request {
        nearest: true,
        ..Request::default()
    };
    // With a seed the lists are long enough for a vote.
    let tables = Tables::of(labelled, set, &request, Some(seed))?;
    let [inside, _] = tables.inside();
    let [_, across] = tables
        .across()
        .ok_or_else(|| Error::cannot_tell("the sets are too small to have neighbors"))?;
    let vote = |rows: &[u32]| majority(rows.iter().take(nearest_k), &labels.classes, k);
    let mut confusion = Array2::zeros((k, k));
    let mut n_right = 0;
    for (row, &class) in labels.classes.iter().enumerate() {
        let seen = vote(inside.rows(row));
        confusion[[class, seen]] += 1.0;
        n_right += usize::from(seen == class);
    }
    Ok(Reading {
        confusion,
        classes: (0..set.nrows()).map(|row| vote(across.rows(row))).collect(),
        accuracy: n_right as f64 / labels.classes.len().max(1) as f64,
    })
}

/// The class with the most votes; of equal ones that of the nearest voter.
fn majority<'a>(rows: impl Iterator<Item = &'a u32>, classes: &[usize], k: usize) -> usize {
    let mut votes = vec![0_usize; k];
    let mut order = Vec::new();
    for class in rows.filter_map(|row| classes.get(*row as usize)) {
        if let Some(count) = votes.get_mut(*class) {
            *count += 1;
            order.push(*class);
        }
    }
    let most = votes.iter().copied().max().unwrap_or(0);
    order
        .into_iter()
        .find(|class| votes.get(*class) == Some(&most))
        .unwrap_or(0)
}

/// How many pictures are of each of `k` classes.
pub(super) fn count(classes: &[usize], k: usize) -> Vec<usize> {
    let mut counts = vec![0; k];
    for &class in classes {
        if let Some(slot) = counts.get_mut(class) {
            *slot += 1;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::majority;

    #[test]
    fn the_nearest_voter_decides_a_tie() {
        // Classes of the voters, nearest first: 1, 0, 0, 1, 2.
        let classes = [1, 0, 0, 1, 2];
        assert_eq!(majority([0, 1, 2, 3, 4].iter(), &classes, 3), 1);
        assert_eq!(majority([1, 0, 3, 2, 4].iter(), &classes, 3), 0);
        // Two votes beat the nearest one.
        assert_eq!(majority([4, 1, 2].iter(), &classes, 3), 0);
    }
}
