//! The leave-one-out 1-nearest-neighbour two-sample test.
//!
//! Both sets, of the same size n, are pooled; a row is predicted correctly when its nearest other row is of its own set.
//! Of rows at the same distance the first in the order reference, then generated, is the nearest. Accuracy 0.5 means that
//! the sets cannot be told apart, 1 that they are separate, and far below 0.5 that generated rows sit on reference rows.
//! Sources: Friedman and Rafsky 1979 (nearest-neighbour form: Schilling 1986, Henze 1988); Lopez-Paz and Oquab 2017,
//! arXiv:1610.06545; Xu et al. 2018, arXiv:1806.07755.

use super::lists::Lists;
use super::tables::Tables;
use crate::rng::Seed;
use crate::statistics::resample::{N_HALVES, split_std_error};

/// What the test found.
#[derive(Debug, Clone, PartialEq)]
pub struct OneNn {
    /// Reference rows predicted correctly.
    pub reference_correct: usize,
    /// Generated rows predicted correctly.
    pub generated_correct: usize,
    /// Rows of each side.
    pub n: usize,
    /// Standard error of the accuracy over both sides.
    pub std_error: Option<f64>,
    /// Nearest row of every row, in the pooled order.
    pub nearest: Vec<u32>,
}

impl OneNn {
    /// Accuracy on the reference rows.
    #[must_use]
    pub fn reference(&self) -> f64 {
        self.reference_correct as f64 / self.n as f64
    }

    /// Accuracy on the generated rows.
    #[must_use]
    pub fn generated(&self) -> f64 {
        self.generated_correct as f64 / self.n as f64
    }

    /// Accuracy on all rows.
    #[must_use]
    pub fn accuracy(&self) -> f64 {
        (self.reference_correct + self.generated_correct) as f64 / (2 * self.n) as f64
    }

    /// The accuracy expected when labels mean nothing: `(n − 1) / (2n − 1)`, as a row is not its own neighbour.
    #[must_use]
    pub fn null_mean(&self) -> f64 {
        (self.n as f64 - 1.0) / (2.0 * self.n as f64 - 1.0)
    }

    /// The two-sided p-value of equal distributions: labels are permuted over the fixed graph of nearest neighbours, and
    /// `(1 + #{|T* − E T| ≥ |T − E T|}) / (1 + n_permutations)` is valid at any size (Phipson and Smyth 2010,
    /// doi:10.2202/1544-6115.1585).
    #[must_use]
    pub fn p_value(&self, n_permutations: usize, seed: Seed) -> f64 {
        let distance = |correct: usize| {
            // Times (2n − 1), all in integers: |T (2n − 1) − 2n (n − 1)|.
            let n = self.n as i128;
            (correct as i128 * (2 * n - 1) - 2 * n * (n - 1)).abs()
        };
        let observed = distance(self.reference_correct + self.generated_correct);
        let as_far = (0..n_permutations)
            .filter(|&permutation| {
                let order = seed
                    .stream("one_nn.permutations", permutation as u64)
                    .permutation(2 * self.n);
                let is_reference = |row: usize| order[row] < self.n;
                let correct = self
                    .nearest
                    .iter()
                    .enumerate()
                    .filter(|&(row, &nearest)| is_reference(row) == is_reference(nearest as usize))
                    .count();
                distance(correct) >= observed
            })
            .count();
        (1 + as_far) as f64 / (1 + n_permutations) as f64
    }
}

/// The test on tables that hold nearest rows of sets of the same size; `None` for other tables, or fewer than 2 rows a side.
#[must_use]
pub fn one_nn(tables: &Tables) -> Option<OneNn> {
    let [n, m] = tables.n();
    if n != m || n < 2 {
        return None;
    }
    let (inside, across) = (tables.inside(), tables.across()?);
    let mut correct = [0; 2];
    let mut pooled = Vec::with_capacity(2 * n);
    for side in 0..2 {
        for row in 0..n {
            let (own, own_squared) = inside[side].nearest(row)?;
            let (other, other_squared) = across[side].nearest(row)?;
            // At the same distance the reference row comes first.
            let is_own = if side == 0 {
                own_squared <= other_squared
            } else {
                own_squared < other_squared
            };
            correct[side] += usize::from(is_own);
            let in_reference = (side == 0) == is_own;
            let row = if is_own { own } else { other };
            pooled.push((if in_reference { row } else { n + row }) as u32);
        }
    }
    Some(OneNn {
        reference_correct: correct[0],
        generated_correct: correct[1],
        n,
        std_error: tables.members().and_then(|members| {
            let halves =
                [0, 1].map(|side| correct_in_halves(inside[side], across[side], side, members));
            split_std_error(&std::array::from_fn(|half| {
                let [(right, rows), (more, more_rows)] = [halves[0][half], halves[1][half]];
                f64::from(right + more) / f64::from(rows + more_rows)
            }))
        }),
        nearest: pooled,
    })
}

/// For every half: rows of a side predicted correctly, of those with a neighbour in the half.
fn correct_in_halves(
    inside: &Lists,
    across: &Lists,
    side: usize,
    members: [&[u64]; 2],
) -> [(u32, u32); N_HALVES] {
    let mut counts = [(0, 0); N_HALVES];
    for (row, &member) in members[side].iter().enumerate() {
        let mut open = member;
        let (mut own, mut other) = (0, 0);
        let (near, far) = (inside.squared(row), across.squared(row));
        let mut right = 0_u64;
        while open != 0 && (own < near.len() || other < far.len()) {
            let own_is_next = match (near.get(own), far.get(other)) {
                (Some(a), Some(b)) if side == 0 => a <= b,
                (Some(a), Some(b)) => a < b,
                (a, _) => a.is_some(),
            };
            let here = if own_is_next {
                own += 1;
                members[side][inside.rows(row)[own - 1] as usize] & open
            } else {
                other += 1;
                members[1 - side][across.rows(row)[other - 1] as usize] & open
            };
            if own_is_next {
                right |= here;
            }
            open &= !here;
        }
        let decided = member & !open;
        for (half, (hits, rows)) in counts.iter_mut().enumerate() {
            *hits += (right >> half & 1) as u32;
            *rows += (decided >> half & 1) as u32;
        }
    }
    counts
}
