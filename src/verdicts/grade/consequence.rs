//! What a breach of a course's rules costs.

use serde::{Deserialize, Serialize};

/// What follows from a problem.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Consequence {
    /// So many points less.
    Points(f64),
    /// Nothing, a flag, or the end.
    Word(Word),
}

/// A consequence without points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Word {
    /// Told to the student, without effect.
    Ignore,
    /// Somebody should look at it.
    Flag,
    /// The submission counts nothing.
    Void,
}

impl Consequence {
    /// A flag.
    pub const FLAG: Self = Self::Word(Word::Flag);

    /// Does it end the grading?
    #[must_use]
    pub fn is_void(self) -> bool {
        self == Self::Word(Word::Void)
    }

    /// Should a teacher look?
    #[must_use]
    pub fn is_flag(self) -> bool {
        self == Self::FLAG
    }

    /// Points that it takes away.
    #[must_use]
    pub fn points(self) -> f64 {
        match self {
            Self::Points(points) => points,
            Self::Word(_) => 0.0,
        }
    }

    /// In words: `void`, `flag`, `ignore`, `-10 points`.
    #[must_use]
    pub fn text(self) -> String {
        match self {
            Self::Points(points) => format!("-{points} points"),
            Self::Word(Word::Ignore) => "ignore".to_owned(),
            Self::Word(Word::Flag) => "flag".to_owned(),
            Self::Word(Word::Void) => "void".to_owned(),
        }
    }
}

/// Something that is wrong with a submission, and what follows from it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    /// Stable name: `count`, `names`, `training_copies`, `plagiarism` …
    pub code: String,
    /// What was found and what was expected.
    pub text: String,
    /// What follows.
    pub consequence: Consequence,
}
