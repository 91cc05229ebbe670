//! From rows to what follows.

use super::data::Pool;
use super::measure::{Row, Set};
use gavel::verdicts::study::copier::{Copier, Measured, judge as judge_all};

/// A pool with its rows and what follows from them.
pub struct Judged {
    /// The pool.
    pub pool: Pool,
    /// Every set of every split.
    pub rows: Vec<Row>,
    /// The memoriser and the flip-copier.
    pub copiers: Vec<(Set, Copier)>,
}

/// What follows for both copiers.
pub fn judge(pool: Pool, rows: Vec<Row>) -> Judged {
    let sets = [Set::Memoriser, Set::FlipCopier];
    let measured = sets.map(|set| {
        let own = rows.iter().filter(|row| row.set == set);
        own.filter_map(|row| beside(row, &rows)).collect()
    });
    let copiers = sets.into_iter().zip(judge_all(&measured)).collect();
    Judged {
        pool,
        rows,
        copiers,
    }
}

/// A copier beside the honest set and the GAN of its split.
fn beside(row: &Row, rows: &[Row]) -> Option<Measured> {
    let other = |set: Set| {
        let same = |other: &&Row| other.split == row.split && other.set == set;
        rows.iter().find(same)
    };
    let (honest, gan) = (other(Set::Honest)?, other(Set::Gan)?);
    let called = |row: &Row| row.called.iter().sum();
    Some(Measured {
        above_floor: (row.above_floor.value, row.above_floor.std_error),
        gan_above_floor: gan.above_floor.value,
        to_train: row.to_train.value,
        floor_to_train: (honest.to_train.value, honest.to_train.std_error),
        called: [called(row), called(honest)],
        n: [row.n, honest.n],
        severity: row.severity,
    })
}
