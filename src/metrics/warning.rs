//! Something that a reader of a number should know before acting on it.

/// A warning of the results document: a stable code, a sentence, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// Stable name, for example `fewer_samples_than_features`.
    pub code: &'static str,
    /// What was found, in one sentence with its numbers.
    pub text: String,
    /// What to do next.
    pub mend: String,
}

impl Warning {
    /// A warning out of its three parts.
    pub fn new(code: &'static str, text: impl Into<String>, mend: impl Into<String>) -> Self {
        Self {
            code,
            text: text.into(),
            mend: mend.into(),
        }
    }
}
