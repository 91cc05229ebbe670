//! A generator that hands its training set back: does its distance fall, and does the audit of copies fire?

use super::claim::{Sign, Word};
use crate::audit::Severity;
use crate::statistics::paired::Test;
use crate::statistics::{fisher, holm};

/// A distance to held-out pictures is near the floor where it lies above it by less than this share of what a real GAN's does.
pub const NEAR: f64 = 0.1;

/// A number and its standard error, where there is one.
pub type Number = (f64, Option<f64>);

/// What was measured of a copier in one split, beside an honest set (real pictures of the same number) and a real GAN.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// Distance to the held-out reference less that of the honest set.
    pub above_floor: Number,
    /// The same of the GAN.
    pub gan_above_floor: f64,
    /// Distance to the training set.
    pub to_train: f64,
    /// That of the honest set.
    pub floor_to_train: Number,
    /// Pictures called copies of training pictures, mirrored ones included; of the copier and of the honest set.
    pub called: [usize; 2],
    /// Pictures of both.
    pub n: [usize; 2],
    /// The worst of what the audit says of the copier.
    pub severity: Severity,
}

/// The answer to one question over all splits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Answer {
    /// What follows: it holds where it does in every split, and falls with one.
    pub word: Word,
    /// p after Holm's correction: the largest of the splits that say `word`, and the least where it is refuted, because one split is
    /// enough for that.
    pub p: f64,
    /// Splits that say `word`.
    pub n: usize,
    /// Splits.
    pub n_splits: usize,
}

impl Answer {
    fn of(splits: &[(Word, f64)]) -> Self {
        let word = Word::all(splits.iter().map(|(word, _)| *word));
        let deciding = splits.iter().filter(|(own, _)| *own == word);
        let p = deciding.clone().map(|(_, p)| *p);
        Self {
            word,
            p: match word {
                Word::DoesNotHold => p.fold(1.0, f64::min),
                Word::Holds | Word::NotShown => p.fold(0.0, f64::max),
            },
            n: deciding.count(),
            n_splits: splits.len(),
        }
    }
}

/// What follows for one copier.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Copier {
    /// Does its distance to its training set lie below the floor, that of real pictures to the same set? By the honest set's
    /// standard error, because a copier has none once its training set is there.
    pub below_floor: Answer,
    /// Does its distance to held-out pictures lie above the floor by less than [`NEAR`] of what the GAN's does? By the standard
    /// error of the difference; the limit itself counts as known.
    pub near_floor: Answer,
    /// Does the audit call more of it copies than of the honest set (Fisher's exact test), with a serious finding?
    pub fires: Answer,
}

/// One test: effect, p, the sign that is claimed.
type Asked = (f64, f64, Sign);

/// What follows for every copier, each given by its splits; p after Holm over all tests.
#[must_use]
pub fn judge(copiers: &[Vec<Measured>]) -> Vec<Copier> {
    let asked: Vec<[Asked; 3]> = copiers.iter().flatten().map(questions).collect();
    let p: Vec<f64> = asked.iter().flatten().map(|(_, p, _)| *p).collect();
    let adjusted = holm::adjust(&p);
    let mut all = asked.iter().flatten().zip(adjusted);
    let of = |splits: &Vec<Measured>| {
        let mut answers: [Vec<(Word, f64)>; 3] = Default::default();
        for split in splits {
            let is_serious = Word::seen(split.severity == Severity::Serious);
            for (question, (answers, ((effect, _, sign), p))) in
                answers.iter_mut().zip(all.by_ref()).enumerate()
            {
                let word = Word::of_test(*effect, p, *sign);
                answers.push(if question == 2 {
                    (Word::all([word, is_serious]), p)
                } else {
                    (word, p)
                });
            }
        }
        let [below_floor, near_floor, fires] = answers.map(|one| Answer::of(&one));
        Copier {
            below_floor,
            near_floor,
            fires,
        }
    };
    copiers.iter().map(of).collect()
}

fn questions(one: &Measured) -> [Asked; 3] {
    let z = |effect: f64, error: Option<f64>| {
        let test = error.and_then(|error| Test::of(effect, error));
        (
            effect,
            test.map_or(1.0, |test| test.p_value),
            Sign::Negative,
        )
    };
    let (above, error) = one.above_floor;
    let (floor, floor_error) = one.floor_to_train;
    let share = |side: usize| one.called[side] as f64 / one.n[side].max(1) as f64;
    let p = fisher::two_sided_p(one.called[0], one.n[0], one.called[1], one.n[1]);
    [
        z(one.to_train - floor, floor_error),
        z(above - NEAR * one.gan_above_floor, error),
        (share(0) - share(1), p, Sign::Positive),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use Word::{DoesNotHold, Holds, NotShown};

    /// A perfect copier: 0 to its training set, at the floor (within 0.1 of the GAN's 20: the limit is 2, ten errors away), all
    /// of it called copies.
    fn perfect() -> Measured {
        Measured {
            above_floor: (0.0, Some(0.2)),
            gan_above_floor: 20.0,
            to_train: 0.0,
            floor_to_train: (3.0, Some(0.3)),
            called: [500, 0],
            n: [500, 500],
            severity: Severity::Serious,
        }
    }

    fn words(splits: Vec<Measured>) -> [Word; 3] {
        let one = judge(&[splits])[0];
        [one.below_floor.word, one.near_floor.word, one.fires.word]
    }

    #[test]
    fn a_perfect_copier_has_everything_shown() {
        assert_eq!(words(vec![perfect(), perfect(), perfect()]), [Holds; 3]);
    }

    #[test]
    fn a_distance_far_above_the_floor_refutes_and_one_at_the_limit_shows_nothing() {
        // 5 is 15 errors above the limit of 2, and 4 is 3.3 errors above the floor to the training set.
        let far = Measured {
            above_floor: (5.0, Some(0.2)),
            to_train: 4.0,
            ..perfect()
        };
        assert_eq!(words(vec![far]), [DoesNotHold, DoesNotHold, Holds]);
        // 2.1 is half an error above the limit, 2.9 a third below the floor.
        let open = Measured {
            above_floor: (2.1, Some(0.2)),
            to_train: 2.9,
            ..perfect()
        };
        assert_eq!(words(vec![open]), [NotShown, NotShown, Holds]);
        let unknown = Measured {
            above_floor: (0.0, None),
            ..perfect()
        };
        assert_eq!(words(vec![unknown])[1], NotShown);
    }

    #[test]
    fn one_split_refutes_with_its_own_p_and_all_are_needed_to_show() {
        // 5 lies 3 errors of 1 above the limit of 2: p = 0.0027, the fifth of six in rising order (four are tiny, the open one is
        // 1), so Holm multiplies it by 2.
        let far = Measured {
            above_floor: (5.0, Some(1.0)),
            ..perfect()
        };
        let open = Measured {
            above_floor: (2.0, Some(1.0)),
            ..perfect()
        };
        let near = judge(&[vec![open.clone(), far]])[0].near_floor;
        assert!((near.p - 2.0 * 0.002_699_796).abs() < 1e-7, "{near:?}");
        assert_eq!((near.word, near.n, near.n_splits), (DoesNotHold, 1, 2));
        let near = judge(&[vec![open, perfect()]])[0].near_floor;
        assert_eq!((near.word, near.p, near.n), (NotShown, 1.0, 1));
        let near = judge(&[vec![perfect(), perfect()]])[0].near_floor;
        assert_eq!((near.word, near.n), (Holds, 2));
    }

    #[test]
    fn an_audit_that_says_less_than_serious_does_not_fire_and_one_split_is_enough() {
        let quiet = Measured {
            severity: Severity::Note,
            ..perfect()
        };
        assert_eq!(words(vec![perfect(), quiet])[2], DoesNotHold);
        // As many of the honest set: Fisher's p is 1.
        let alike = Measured {
            called: [500, 500],
            ..perfect()
        };
        assert_eq!(words(vec![alike])[2], NotShown);
    }

    #[test]
    fn the_correction_counts_the_tests_of_all_copiers() {
        // z = 2.5758: p = 0.01, by itself below 0.05. With six tests whose others are tiny it is the largest and stays; with
        // five more like it, it is multiplied by six: 0.06.
        let weak = Measured {
            above_floor: (2.0 - 2.575_829_303_548_901 * 0.2, Some(0.2)),
            ..perfect()
        };
        let one = judge(&[vec![weak.clone()], vec![perfect()]])[0];
        assert!((one.near_floor.p - 0.01).abs() < 1e-9 && one.near_floor.word == Holds);
        let six = judge(&[vec![weak; 6]])[0];
        assert!((six.near_floor.p - 0.06).abs() < 1e-9 && six.near_floor.word == NotShown);
    }

    #[test]
    fn nothing_measured_shows_nothing() {
        assert_eq!(words(Vec::new()), [NotShown; 3]);
        assert!(judge(&[]).is_empty());
    }
}
