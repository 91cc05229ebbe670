//! The whole examination: exact copies, the search, the null, p-values, and what was done to each copy.

use super::calibration::{Honest, Null, seen};
use super::census::Census;
use super::exact::{Known, Sameness};
use super::features::Features;
use super::fit::Closest;
use super::hash::Hashes;
use super::near::{Called as Lookalikes, Look, Neighbours};
use super::suspects::{Called, Suspect, exact_ones, explain_all};
use crate::audit::{Case, Exhibit};
use crate::error::{Error, Result};
use crate::statistics::false_discovery;

/// Fewest training pictures among which a typical near neighbour can be told from the nearest.
const FEWEST_TRAIN: usize = 32;

/// Without a null, only fits closer than this are looked at in full.
const NEAR: f32 = 0.15;

/// How the examination is done.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    /// Expected share of false alarms among the alarms.
    pub fdr: f64,
    /// Most honest pictures that are searched for the null distribution.
    pub n_null: usize,
}

/// What the search found for every generated picture, before anything is called a copy.
pub struct Search<'a> {
    case: Case<'a>,
    train: &'a Exhibit,
    same: Vec<Option<(usize, Sameness)>>,
    closest: Vec<Option<Closest>>,
    null: Option<Null>,
    neighbours: Vec<Neighbours>,
    n_shared: usize,
}

/// What the examination found.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The copies, most telling first.
    pub suspects: Vec<Suspect>,
    /// Generated pictures.
    pub n_generated: usize,
    /// Generated pictures of one colour, which were not examined.
    pub n_blank: usize,
    /// Generated pictures that are neither blank nor exact copies: what only a comparison can judge.
    pub n_open: usize,
    /// The null distribution; `None` where there were too few pictures for one.
    pub null: Option<Null>,
    /// What else is near to training pictures: in a network's features, by a perceptual hash.
    pub neighbours: Vec<Lookalikes>,
    /// Exact copies among the reference pictures.
    pub n_shared: usize,
}

/// Looks for copies of training pictures among the generated ones.
///
/// # Errors
/// Usage: no training set. Input: a picture cannot be read again. Interrupted.
pub fn examine(case: &Case<'_>, options: &Options) -> Result<Outcome> {
    let search = Search::new(*case, options.n_null)?;
    let all: Vec<usize> = (0..case.generated.len()).collect();
    search.judge(&all, options.fdr)
}

impl<'a> Search<'a> {
    /// Searches for all generated pictures, and for at most `n_null` honest ones.
    ///
    /// # Errors
    /// Usage: no training set. Interrupted.
    pub fn new(case: Case<'a>, n_null: usize) -> Result<Self> {
        let train = case.train.ok_or_else(|| {
            Error::usage("copies are copies of something: there is no training set")
                .mend("--train SOURCE, the set that the generator was trained on")
        })?;
        let known = Known::new(train);
        let find = |set: &Exhibit| -> Vec<Option<(usize, Sameness)>> {
            set.items
                .iter()
                .map(|item| known.find(Some(item)))
                .collect()
        };
        let same = find(case.generated);
        let rows: Vec<usize> = seen(case.generated)
            .filter(|&row| matches!(same.get(row), Some(None)))
            .collect();
        let mut search = Self {
            case,
            train,
            same,
            closest: vec![None; case.generated.len()],
            null: None,
            neighbours: Vec::new(),
            n_shared: case
                .reference
                .map_or(0, |set| find(set).iter().flatten().count()),
        };
        if train.len() >= FEWEST_TRAIN && !rows.is_empty() {
            let census = Census::new(train);
            let found = census.closest(case.generated, &rows, false, case.observer)?;
            for (&row, found) in rows.iter().zip(found) {
                if let Some(place) = search.closest.get_mut(row) {
                    *place = found;
                }
            }
            let honest = Honest::draw(&case, train, &known, n_null);
            search.null = Null::measure(&census, &honest, case.observer)?;
            let (features, hashes) = (Features::new(train), Hashes::new(train));
            let looks: [Option<&dyn Look>; 2] = [
                features.as_ref().map(|look| look as &dyn Look),
                Some(&hashes),
            ];
            for look in looks.into_iter().flatten() {
                let found = Neighbours::find(look, case.generated, &rows, &honest, case.observer)?;
                search.neighbours.extend(found);
            }
        }
        Ok(search)
    }

    /// The null distribution, where there is one.
    #[must_use]
    pub fn null(&self) -> Option<&Null> {
        self.null.as_ref()
    }

    /// The training row that fits a generated picture best, copy or not; `None` where it was not searched.
    #[must_use]
    pub fn nearest(&self, row: usize) -> Option<usize> {
        Some(self.closest.get(row)?.as_ref()?.fit.row)
    }

    /// How often an honest picture comes as near as a generated one; `None` where it was not searched or nothing calibrates.
    #[must_use]
    pub fn p_value(&self, row: usize) -> Option<f64> {
        let closest = self.closest.get(row)?.as_ref()?;
        Some(self.null.as_ref()?.p_value(closest))
    }

    /// What the set of these generated rows looks like.
    ///
    /// # Errors
    /// Input: a picture cannot be read again. Interrupted.
    pub fn judge(&self, rows: &[usize], fdr: f64) -> Result<Outcome> {
        let case = &self.case;
        let mut suspects = exact_ones(rows, &self.same);
        let n_exact = suspects.len();
        let close: Vec<(usize, Closest)> = rows
            .iter()
            .filter_map(|&row| Some((row, (*self.closest.get(row)?)?)))
            .collect();
        let called = call(&close, self.null.as_ref(), fdr, suspects.len());
        suspects.extend(explain_all(case, self.train, &called)?);
        if self.null.is_none() {
            // Nothing says how near honest pictures come: only what needs no such comparison is kept.
            suspects.retain(|suspect| suspect.explanation.is_near_exact);
        }
        suspects.sort_by(|a, b| {
            let by_distance = a.explanation.distance.total_cmp(&b.explanation.distance);
            let by_p = a.p_value.total_cmp(&b.p_value);
            by_p.then(by_distance).then(a.generated.cmp(&b.generated))
        });
        let is_blank = |row: &&usize| case.generated.items.get(**row).is_some_and(|i| i.blank);
        let n_blank = rows.iter().filter(is_blank).count();
        let neighbours = self.neighbours.iter();
        Ok(Outcome {
            neighbours: neighbours
                .map(|look| look.call(rows, fdr, n_exact))
                .collect(),
            suspects,
            n_generated: rows.len(),
            n_blank,
            n_open: rows.len() - n_blank - n_exact,
            null: self.null.clone(),
            n_shared: self.n_shared,
        })
    }
}

/// Those that Benjamini and Hochberg call out, with `n_sure` exact ones beside them; without a null the nearest.
fn call(close: &[(usize, Closest)], null: Option<&Null>, fdr: f64, n_sure: usize) -> Vec<Called> {
    let Some(null) = null else {
        let near = close.iter().filter(|(_, c)| c.fit.distance < NEAR);
        return near.map(|&(row, c)| (row, c, 1.0)).collect();
    };
    let mut p_values: Vec<f64> = close
        .iter()
        .map(|(_, closest)| null.p_value(closest))
        .collect();
    p_values.resize(close.len() + n_sure, 0.0);
    let adjusted = false_discovery::adjust(&p_values);
    close
        .iter()
        .zip(p_values.iter().zip(adjusted))
        .filter(|(_, (_, adjusted))| *adjusted <= fdr)
        .map(|(&(row, closest), (&p, _))| (row, closest, p))
        .collect()
}
