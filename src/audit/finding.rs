//! What an audit says, and the images that prove it.

use std::collections::BTreeMap;

use crate::statistics::estimate::{ConfidenceInterval, SetSide};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Looked for and not found.
    Clear,
    /// Worth knowing; numbers stay comparable.
    Note,
    /// Doubtful: somebody should look at the evidence.
    Warning,
    /// The generator or the data did what must not be done; the numbers do not mean what they say.
    Serious,
}

impl Severity {
    /// `clear`, `note`, `warning` or `serious`, as the results document writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Serious => "serious",
        }
    }
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Stable name, one of the card's.
    pub id: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What was found, in one sentence with its numbers.
    pub text: String,
    /// What to do next; empty where nothing is to be done.
    pub mend: String,
    /// The number behind it: a share, a count (`details["unit"]` says which).
    pub value: Option<f64>,
    /// Its interval.
    pub interval: Option<ConfidenceInterval>,
    /// Further numbers.
    pub details: BTreeMap<String, f64>,
    /// The pictures that prove it, most telling first.
    pub evidence: Vec<Evidence>,
}

impl Evidence {
    /// The same pictures, each side renamed by `side`.
    #[must_use]
    pub(super) fn on(mut self, side: impl Fn(SetSide) -> SetSide) -> Self {
        for (found, _) in &mut self.pictures {
            *found = side(*found);
        }
        self
    }
}

impl Finding {
    /// A finding without numbers or pictures yet.
    #[must_use]
    pub fn new(id: &'static str, severity: Severity, text: impl Into<String>) -> Self {
        Self {
            id,
            severity,
            text: text.into(),
            mend: String::new(),
            value: None,
            interval: None,
            details: BTreeMap::new(),
            evidence: Vec::new(),
        }
    }
}

/// A share as findings write it: `12.3 %`.
pub(super) fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

/// Pictures that belong together: a copy and its original, the members of a cluster, a bin of the reference.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Evidence {
    /// What they have in common, in a few words.
    pub label: String,
    /// The pictures, most telling first: the set and the index in it.
    pub pictures: Vec<(SetSide, usize)>,
    /// Frames in these pictures, `[left, top, width, height]` in their pixels, one list for each picture; empty where
    /// there is nothing to frame.
    pub frames: Vec<Vec<[f64; 4]>>,
    /// How far apart they are, in the unit that the finding's method states.
    pub distance: Option<f64>,
    /// What was done to the second to get the first: `mirror`, `rotate 90`, `jpeg` …
    pub transform: Option<String>,
    /// How often an honest image comes as near by chance.
    pub p_value: Option<f64>,
}
