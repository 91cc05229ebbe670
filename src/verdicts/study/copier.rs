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
    /// What follows; it holds where it does in every split.
    pub word: Word,
    /// The largest p of the splits, after Holm's correction.
    pub p: f64,
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
    let mut found = Vec::new();
    for splits in copiers {
        let mut words: [Vec<Word>; 3] = Default::default();
        let mut largest = [0.0_f64; 3];
        for split in splits {
            for (question, (asked, p)) in all.by_ref().take(3).enumerate() {
                if let (Some(words), Some(largest)) =
                    (words.get_mut(question), largest.get_mut(question))
                {
                    words.push(Word::of_test(asked.0, p, asked.2));
                    *largest = largest.max(p);
                }
            }
            words[2].push(Word::seen(split.severity == Severity::Serious));
        }
        let [below_floor, near_floor, fires] = words.map(Word::all);
        found.push(Copier {
            below_floor: Answer {
                word: below_floor,
                p: largest[0],
            },
            near_floor: Answer {
                word: near_floor,
                p: largest[1],
            },
            fires: Answer {
                word: fires,
                p: largest[2],
            },
        });
    }
    found
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
