//! What is known of the pictures that are called copies.

use rayon::prelude::*;

use super::exact::Sameness;
use super::fit::{Closest, Fit};
use super::pair::{Explanation, Family, explain};
use crate::audit::{Case, Exhibit, Thumbnails};
use crate::error::Result;
use crate::sources::Pixels;
use crate::statistics::estimate::SetSide;

/// Most bytes of pixels in memory at once.
const BATCH_BYTES: usize = 128 << 20;

/// Most visits of each source: what does not fit is explained by its thumbnail.
const MOST_BATCHES: usize = 6;

/// One generated picture that is a training picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Suspect {
    /// Row of the generated picture.
    pub generated: usize,
    /// Row of the training picture.
    pub train: usize,
    /// What was done to it.
    pub explanation: Explanation,
    /// How often an honest picture comes as near; 0 for exact copies, 1 where nothing calibrates.
    pub p_value: f64,
}

/// A picture that is called a copy, and how rare its fit is.
pub type Called = (usize, Closest, f64);

/// The exact copies among `rows`.
pub fn exact_ones(rows: &[usize], same: &[Option<(usize, Sameness)>]) -> Vec<Suspect> {
    let exact = |generated, train, sameness| Suspect {
        generated,
        train,
        explanation: Explanation {
            family: Family::Copy,
            transform: match sameness {
                Sameness::Stored => "exact",
                Sameness::Pixels => "same pixels",
            }
            .to_owned(),
            text: match sameness {
                Sameness::Stored => "the same bytes",
                Sameness::Pixels => "the same pixels",
            }
            .to_owned(),
            distance: 0.0,
            is_near_exact: true,
        },
        p_value: 0.0,
    };
    rows.iter()
        .filter_map(|&row| Some((row, (*same.get(row)?)?)))
        .map(|(row, (train, sameness))| exact(row, train, sameness))
        .collect()
}

/// What was done to each, read in full while it fits into memory: the rarest first, the last by their thumbnails.
///
/// # Errors
/// Input: a picture cannot be read again. Interrupted.
pub fn explain_all(case: &Case<'_>, train: &Exhibit, called: &[Called]) -> Result<Vec<Suspect>> {
    let mut order: Vec<&Called> = called.iter().collect();
    order.sort_by(|a, b| a.2.total_cmp(&b.2).then(a.0.cmp(&b.0)));
    let bytes = |called: &Called| {
        let of = |set: &Exhibit, row: usize| {
            set.items.get(row).map_or(0, |item| {
                item.info
                    .width
                    .saturating_mul(item.info.height)
                    .saturating_mul(3)
            })
        };
        of(case.generated, called.0).saturating_add(of(train, called.1.fit.row))
    };
    let mut suspects = Vec::with_capacity(order.len());
    let mut rest = order.as_slice();
    for _ in 0..MOST_BATCHES {
        let mut sum = 0_usize;
        let fitting = rest
            .iter()
            .take_while(|called| {
                sum = sum.saturating_add(bytes(called));
                sum <= BATCH_BYTES
            })
            .count();
        let (batch, later) = rest.split_at(fitting);
        rest = later;
        if batch.is_empty() {
            break;
        }
        suspects.extend(explain_batch(case, batch)?);
    }
    suspects.extend(rest.iter().map(|called| {
        let fit = &called.1.fit;
        let small = |set: &Exhibit, row: usize| Pixels {
            width: Thumbnails::SIDE,
            height: Thumbnails::SIDE,
            rgb: set.thumbnails.get(row).to_vec(),
        };
        suspect(
            called,
            explain(
                &small(case.generated, called.0),
                &small(train, fit.row),
                fit,
            ),
        )
    }));
    Ok(suspects)
}

fn explain_batch(case: &Case<'_>, batch: &[&Called]) -> Result<Vec<Suspect>> {
    let unique = |mut rows: Vec<usize>| {
        rows.sort_unstable();
        rows.dedup();
        rows
    };
    let made = unique(batch.iter().map(|called| called.0).collect());
    let originals = unique(batch.iter().map(|called| called.1.fit.row).collect());
    let made = case.archive.read(SetSide::Generated, &made)?;
    let originals = case.archive.read(SetSide::Train, &originals)?;
    Ok(batch
        .par_iter()
        .filter_map(|called| {
            let fit: &Fit = &called.1.fit;
            let (made, original) = (made.get(&called.0)?, originals.get(&fit.row)?);
            Some(suspect(called, explain(made, original, fit)))
        })
        .collect())
}

fn suspect(called: &Called, explanation: Explanation) -> Suspect {
    Suspect {
        generated: called.0,
        train: called.1.fit.row,
        p_value: called.2,
        explanation,
    }
}
