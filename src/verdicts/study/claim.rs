//! What a test says of a claim, in one of three words that code chooses.

use super::statistics::LEVEL;
use crate::statistics::estimate::ConfidenceInterval;

/// What an experiment says of a claim, at its own size and nowhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// Shown, in the direction that is claimed.
    Holds,
    /// The opposite is shown.
    DoesNotHold,
    /// Neither is shown; that is no sign of either.
    NotShown,
}

/// The sign that a claim gives an effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// Above 0.
    Positive,
    /// Below 0.
    Negative,
}

impl Word {
    /// `holds here`, `does not hold here` or `not shown`.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Holds => "holds here",
            Self::DoesNotHold => "does not hold here",
            Self::NotShown => "not shown",
        }
    }

    /// Of a two-sided test: a corrected p below [`LEVEL`] shows the effect's own sign, any other shows nothing.
    #[must_use]
    pub fn of_test(effect: f64, adjusted: f64, claimed: Sign) -> Self {
        let is_claimed = match claimed {
            Sign::Positive => effect > 0.0,
            Sign::Negative => effect < 0.0,
        };
        match (adjusted < LEVEL, is_claimed) {
            (true, true) => Self::Holds,
            (true, false) => Self::DoesNotHold,
            (false, _) => Self::NotShown,
        }
    }

    /// That a number lies above `limit`: shown where its whole interval does, refuted where none of it does.
    #[must_use]
    pub fn above(interval: &ConfidenceInterval, limit: f64) -> Self {
        if interval.lower > limit {
            Self::Holds
        } else if interval.upper < limit {
            Self::DoesNotHold
        } else {
            Self::NotShown
        }
    }

    /// Of something that was seen and needs no test.
    #[must_use]
    pub fn seen(is_so: bool) -> Self {
        if is_so {
            Self::Holds
        } else {
            Self::DoesNotHold
        }
    }

    /// Of a claim of several parts: it falls with one of them, and it holds where all of them do. Nothing at all shows
    /// nothing.
    #[must_use]
    pub fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        let parts: Vec<Self> = parts.into_iter().collect();
        if parts.contains(&Self::DoesNotHold) {
            Self::DoesNotHold
        } else if parts.is_empty() || parts.contains(&Self::NotShown) {
            Self::NotShown
        } else {
            Self::Holds
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Word::{DoesNotHold, Holds, NotShown};

    #[test]
    fn a_test_shows_the_sign_of_its_effect_or_nothing() {
        assert_eq!(Word::of_test(0.8, 0.01, Sign::Positive), Holds);
        assert_eq!(Word::of_test(0.8, 0.01, Sign::Negative), DoesNotHold);
        assert_eq!(Word::of_test(-0.8, 0.01, Sign::Negative), Holds);
        assert_eq!(Word::of_test(-0.8, 0.01, Sign::Positive), DoesNotHold);
        // The level itself is not below the level, and an effect that is not shown says nothing whatever its sign.
        assert_eq!(Word::of_test(0.8, 0.05, Sign::Positive), NotShown);
        assert_eq!(Word::of_test(-0.8, 0.9, Sign::Positive), NotShown);
    }

    #[test]
    fn an_interval_across_the_limit_shows_nothing() {
        let interval = |lower, upper| ConfidenceInterval {
            lower,
            upper,
            level: 0.95,
        };
        assert_eq!(Word::above(&interval(0.6, 0.8), 0.5), Holds);
        assert_eq!(Word::above(&interval(0.2, 0.4), 0.5), DoesNotHold);
        assert_eq!(Word::above(&interval(0.4, 0.6), 0.5), NotShown);
    }

    #[test]
    fn a_claim_of_parts_falls_with_one_and_holds_with_all() {
        assert_eq!(Word::all([Holds, Holds]), Holds);
        assert_eq!(Word::all([Holds, NotShown]), NotShown);
        assert_eq!(Word::all([NotShown, DoesNotHold, Holds]), DoesNotHold);
        assert_eq!(Word::all([]), NotShown);
        assert_eq!([true, false].map(Word::seen), [Holds, DoesNotHold]);
    }
}
