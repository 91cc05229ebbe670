//! What a policy asks for.
//!
//! ```toml
//! error_rate = 0.05                  # of each decision; 0.05 unless said otherwise
//! multiplicity = "holm"              # or "none": how "fail" is corrected for the number of checks
//! when_undecided = "cannot_tell"     # or "pass", "fail": what the exit code makes of "cannot tell"
//! allow = ["engine"]                 # what baseline and results may differ in
//!
//! [[limit]]
//! metric = "fd"                      # the id of a row of the results
//! params = { ddof = 1 }              # only needed where several rows have this id
//! at_most = 12.0                     # or at_least, or both
//! judged_by = "interval"             # or "value", "upper", "lower"
//!
//! [[baseline]]
//! metric = "fd"
//! margin = 0.5                       # or margin_relative = 0.05
//! error_rate = 0.01
//!
//! [audits]
//! fail_on = "serious"                # or "warning", "note"
//! required = ["duplicates"]          # audits that must have run
//! ignore = ["format_mismatch"]       # findings, or whole audits, that do not count
//! ```

mod read;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// The schema that a policy may name.
pub const SCHEMA: &str = "gavel.policy/1";

/// The error rate of a policy that names none.
pub const ERROR_RATE: f64 = 0.05;

/// A policy that has been checked: every number in it is possible.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// The file, as typed.
    pub file: String,
    /// Error rate of every decision that has none of its own.
    pub error_rate: f64,
    /// How "fail" is corrected for the number of checks.
    pub multiplicity: Multiplicity,
    /// What the exit code makes of "cannot tell".
    pub when_undecided: WhenUndecided,
    /// What baseline and results may differ in: some of [`crate::verdicts::alike::KEYS`].
    pub allow: Vec<String>,
    /// Limits, in the order of the file.
    pub limits: Vec<Limit>,
    /// Comparisons with the baseline, in the order of the file.
    pub baselines: Vec<Baseline>,
    /// Which audits must be clean.
    pub audits: Option<Audits>,
}

/// How "fail" is corrected for the number of checks.
///
/// "Pass" needs no correction: all checks must pass, so the risk of a false "pass" is that of one check (intersection-union
/// test, Berger 1982). "Fail" needs one: any check can fail the gate, and of twenty tests of a good generator at 5 % one
/// would.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Multiplicity {
    /// Holm's correction over all tested checks: the chance that a generator within all limits fails is at most the
    /// error rate.
    Holm,
    /// Every check for itself.
    None,
}

/// What the exit code makes of "cannot tell".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenUndecided {
    /// 6.
    CannotTell,
    /// 0: the gate stops only what is shown to be bad.
    Pass,
    /// 1: the gate lets through only what is shown to be good.
    Fail,
}

/// The row that a check is about, and where the policy says so.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// Metric id.
    pub metric: String,
    /// Parameters that the row must have; others are free.
    pub params: BTreeMap<String, Value>,
    /// Line of the policy, from 1.
    pub line: usize,
    /// Error rate of this check's decisions.
    pub error_rate: f64,
}

/// A limit on one row.
#[derive(Debug, Clone, PartialEq)]
pub struct Limit {
    /// The row.
    pub target: Target,
    /// From which side.
    pub bound: Bound,
    /// The limit; the value itself is still inside.
    pub limit: f64,
    /// What is held against it.
    pub judged_by: JudgedBy,
}

/// From which side a limit bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// No more than the limit.
    AtMost,
    /// No less than the limit.
    AtLeast,
}

/// What is held against a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JudgedBy {
    /// Both confidence bounds: pass where both are inside, fail where both are outside, cannot tell between.
    Interval,
    /// The value alone: chance decides near the limit.
    Value,
    /// The upper confidence bound alone: pass or fail.
    Upper,
    /// The lower confidence bound alone: pass or fail.
    Lower,
}

/// Not worse than the baseline by more than a margin.
#[derive(Debug, Clone, PartialEq)]
pub struct Baseline {
    /// The row.
    pub target: Target,
    /// How much worse is not worse.
    pub margin: Margin,
}

/// How much worse than the baseline is not worse.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Margin {
    /// In the metric's own units.
    Absolute(f64),
    /// As a share of the baseline's value.
    Relative(f64),
}

/// Which audits must be clean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audits {
    /// The least severe finding that fails.
    pub fail_on: FailOn,
    /// Audits that must have run, with their lines.
    pub required: Vec<(String, usize)>,
    /// Findings, or whole audits, that do not count.
    pub ignore: Vec<String>,
    /// Line of the policy, from 1.
    pub line: usize,
}

/// The least severe finding that fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailOn {
    /// A note or worse.
    Note,
    /// A warning or worse.
    Warning,
    /// Only what makes the numbers meaningless.
    Serious,
}

impl Policy {
    /// Does any check need a baseline?
    #[must_use]
    pub fn needs_baseline(&self) -> bool {
        !self.baselines.is_empty()
    }
}
