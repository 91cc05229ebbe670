//! Is a copier's distance near zero, and does the audit fire?

use super::data::Pool;
use super::measure::{Row, Set};
use gavel::audit::Severity;
use gavel::statistics::paired::Test;
use gavel::statistics::{fisher, holm};
use gavel::verdicts::study::claim::{Sign, Word};

/// A distance is near zero where it lies above the floor by less than this share of what the real GAN does.
pub const NEAR: f64 = 0.1;

/// What follows for one copier over all splits.
pub struct Copier {
    /// Which one.
    pub set: Set,
    /// Is its distance near zero?
    pub near: Word,
    /// The largest p of that, after Holm.
    pub near_p: f64,
    /// Does the audit fire?
    pub fires: Word,
    /// The largest p of that, after Holm.
    pub fires_p: f64,
}

/// A pool with its rows and what follows from them.
pub struct Judged {
    /// The pool.
    pub pool: Pool,
    /// Every set of every split.
    pub rows: Vec<Row>,
    /// The memoriser and the flip-copier.
    pub copiers: Vec<Copier>,
}

/// One test: effect, p, the sign that is claimed.
type Asked = (f64, f64, Sign);

/// Both questions to both copiers in all splits, p after Holm over all of them.
///
/// *Near*: the distance above the floor less [`NEAR`] of the GAN's, by its standard error; claimed to be negative. *Fires*:
/// the share called copies less that of the honest set, Fisher's exact test; claimed to be positive, and the finding must be
/// serious. A claim holds for a copier where it does in every split.
pub fn judge(pool: Pool, rows: Vec<Row>) -> Judged {
    let copiers = [Set::Memoriser, Set::FlipCopier];
    let asked: Vec<(Set, &Row, [Asked; 2])> = copiers
        .into_iter()
        .flat_map(|set| rows.iter().filter(move |row| row.set == set))
        .filter_map(|row| {
            let beside = |set: Set| {
                rows.iter()
                    .find(|other| other.split == row.split && other.set == set)
            };
            let (honest, gan) = (beside(Set::Honest)?, beside(Set::Gan)?);
            Some((row.set, row, [near(row, gan), fires(row, honest)]))
        })
        .collect();
    let p: Vec<f64> = asked
        .iter()
        .flat_map(|(_, _, two)| two.map(|(_, p, _)| p))
        .collect();
    let adjusted = holm::adjust(&p);
    let mut found = Vec::new();
    for set in copiers {
        let (mut near, mut fires) = (Vec::new(), Vec::new());
        let mut largest = [0.0_f64; 2];
        for ((_, row, [first, second]), p) in asked
            .iter()
            .zip(adjusted.chunks(2))
            .filter(|((own, ..), _)| *own == set)
        {
            for (most, p) in largest.iter_mut().zip(p) {
                *most = most.max(*p);
            }
            let word = |asked: &Asked, place: usize| {
                let p = p.get(place).copied().unwrap_or(1.0);
                Word::of_test(asked.0, p, asked.2)
            };
            near.push(word(first, 0));
            fires.push(word(second, 1));
            fires.push(Word::seen(row.severity == Severity::Serious));
        }
        found.push(Copier {
            set,
            near: Word::all(near),
            near_p: largest[0],
            fires: Word::all(fires),
            fires_p: largest[1],
        });
    }
    Judged {
        pool,
        copiers: found,
        rows,
    }
}

fn near(row: &Row, gan: &Row) -> Asked {
    let effect = row.above_floor.value - NEAR * gan.above_floor.value;
    let test = row
        .above_floor
        .std_error
        .and_then(|se| Test::of(effect, se));
    (
        effect,
        test.map_or(1.0, |test| test.p_value),
        Sign::Negative,
    )
}

fn fires(row: &Row, honest: &Row) -> Asked {
    let called = |row: &Row| row.called.iter().sum::<usize>();
    let share = |row: &Row| called(row) as f64 / row.n.max(1) as f64;
    let p = fisher::two_sided_p(called(row), row.n, called(honest), honest.n);
    (share(row) - share(honest), p, Sign::Positive)
}
