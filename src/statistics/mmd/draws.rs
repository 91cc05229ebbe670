//! Which samples make a subset.

use crate::error::{Error, Result};
use crate::rng::{Mt19937, Seed};

/// The samples of one subset, by index, without repetition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draw {
    /// Indices into the reference.
    pub reference: Vec<usize>,
    /// Indices into the generated set.
    pub generated: Vec<usize>,
}

/// torch-fidelity's draws: one `RandomState(2020)`; for each subset `choice` without replacement from the first input
/// (the generated set), then from the second (the reference).
#[must_use]
pub fn draws_numpy2020(
    n_reference: usize,
    n_generated: usize,
    n_subsets: usize,
    subset_size: usize,
) -> Vec<Draw> {
    let mut random = Mt19937::new(2020);
    (0..n_subsets)
        .map(|_| {
            let generated = random.choice(n_generated, subset_size);
            let reference = random.choice(n_reference, subset_size);
            Draw {
                reference,
                generated,
            }
        })
        .collect()
}

/// Our own draws: subset s takes the head of a permutation of each side by the streams `kid.reference` and
/// `kid.generated`, number s, of `seed`.
#[must_use]
pub fn draws_seeded(
    n_reference: usize,
    n_generated: usize,
    n_subsets: usize,
    subset_size: usize,
    seed: Seed,
) -> Vec<Draw> {
    let head = |name: &str, n: usize, s: usize| {
        let mut order = seed.stream(name, s as u64).permutation(n);
        order.truncate(subset_size);
        order
    };
    (0..n_subsets)
        .map(|s| Draw {
            reference: head("kid.reference", n_reference, s),
            generated: head("kid.generated", n_generated, s),
        })
        .collect()
}

/// Refuses draws that the sets cannot meet.
///
/// # Errors
/// Input: no draw, a subset of fewer than 2 samples, an index out of range.
pub(super) fn check_draws(n: usize, m: usize, draws: &[Draw]) -> Result<()> {
    let fits = |indices: &[usize], n: usize| indices.len() >= 2 && indices.iter().all(|&i| i < n);
    if draws.is_empty()
        || !draws
            .iter()
            .all(|draw| fits(&draw.reference, n) && fits(&draw.generated, m))
    {
        return Err(Error::input(format!(
            "subsets must have at least 2 samples of each side, with indices below {n} and {m}, and there must be one"
        ))
        .mend("draw subsets no larger than the smaller set"));
    }
    Ok(())
}
