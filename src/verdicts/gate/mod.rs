//! The gate: a policy held against saved results, schema `gavel.gate/1`.
//!
//! ```text
//! {"schema": "gavel.gate/1", "gavel": version, "command": […],
//!  "verdict": "pass"|"fail"|"cannot_tell", "outcome": the same after `when_undecided`,
//!  "policy": {"file", "error_rate", "multiplicity", "when_undecided", "allow"},
//!  "results": {"file", "gavel", "inputs", "seed"}, "baseline": the same or null,
//!  "extractor", "protocol", "engine": as in gavel.results/1,
//!  "checks": [{"name", "kind": "limit"|"baseline"|"audit", "metric", "params", "line", "verdict", "text", "value",
//!              "std_error", "bounds", "limit", "baseline", "worsening", "margin", "p_pass", "p_fail", "p_fail_adjusted",
//!              "error_rate", "judged_by", "method", "n", "n_needed", "times_needed"}],
//!  "differences": [{"key", "what", "first", "second", "mend"}],
//!  "history": [{"metric", "params", "points": [{"label", "value", "std_error"}]}],
//!  "warnings": [{"code", "text", "mend"}]}
//! ```
//!
//! **A limit** judged by its interval asks whether the truth is inside. With the value v, its limit L, and the errors σ↑ and
//! σ↓ that the row's 95 % interval has above and below v (its reach over 1.96; the standard error where there is no
//! interval), `at_most` is decided by
//!
//! ```text
//! pass         p_pass = P(Z ≥ (L − v) / σ↑) ≤ error rate      the upper bound v + z σ↑ is inside
//! fail         p_fail = P(Z ≥ (v − L) / σ↓) ≤ error rate      the lower bound v − z σ↓ is outside
//! cannot tell  otherwise
//! ```
//! and `at_least` by the same turned round. At an error rate of 2.5 % the bounds are the ends of the interval itself.
//!
//! **A comparison with the baseline** is a non-inferiority test. The worsening w is result − baseline where lower is better,
//! baseline − result where higher is, and the growth of the distance to the neutral value where neither is; it must not
//! exceed the margin. Its error is that of the difference: from a saved paired comparison of both generators, where one
//! is given, else from what both documents say ([`difference`]).
//!
//! **What a policy promises.** If the truth is outside a limit or margin (or on it), "pass" comes with a chance of at most
//! the error rate, whatever the number of checks, as all of them must pass. If the truth is inside all of them (or on them),
//! "fail" comes with a chance of at most the error rate, with Holm's correction over the checks. "Cannot tell" is what
//! remains; it becomes rare as n grows, and never where the truth lies on the limit itself.
//!
//! **The n that would settle it**: times_needed = ((z(rate) + z(0.2)) σ / |v − L|)², for a power of 80 % if the value seen is
//! the true one and errors fall as 1/√n. Where the value is exactly on its limit no n settles it, and it is `null`.

pub mod annotations;
mod audits;
pub mod decide;
pub mod difference;
pub mod figure;
pub mod history;
pub mod judge;
pub mod junit;
mod limits;
pub mod markdown;
mod pairing;
pub mod policy;
mod rows;
pub mod terminal;
pub mod update;
mod words;

pub use judge::{Case, judge};
pub use policy::Policy;

use crate::verdicts::alike::Unlike;
use crate::verdicts::results::{
    EngineRecord, ExtractorRecord, Input, Interval, ProtocolRecord, Results, Warning,
};
use history::Series;
use policy::{Bound, JudgedBy, Multiplicity, WhenUndecided};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// The schema that this version writes.
pub const SCHEMA: &str = "gavel.gate/1";

/// What a check, and the gate, says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// The results are shown to be inside the policy.
    Pass,
    /// The results are shown to be outside.
    Fail,
    /// Neither is shown.
    CannotTell,
}

impl Decision {
    /// `pass`, `fail` or `cannot tell`, for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::CannotTell => "cannot tell",
        }
    }

    /// Fail where any fails, else cannot tell where any cannot, else pass.
    #[must_use]
    pub fn of_all(all: impl IntoIterator<Item = Self>) -> Self {
        all.into_iter()
            .fold(Self::Pass, |verdict, one| match (verdict, one) {
                (Self::Fail, _) | (_, Self::Fail) => Self::Fail,
                (Self::CannotTell, _) | (_, Self::CannotTell) => Self::CannotTell,
                _ => Self::Pass,
            })
    }
}

/// What a check asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Is a number inside a limit?
    Limit,
    /// Is a number not worse than the baseline's?
    Baseline,
    /// Is an audit clean?
    Audit,
}

impl Kind {
    /// As the document writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Limit => "limit",
            Self::Baseline => "baseline",
            Self::Audit => "audit",
        }
    }
}

/// A policy, what it was held against, and what came out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gate {
    /// `gavel.gate/1`.
    pub schema: String,
    /// Version of the program.
    pub gavel: String,
    /// The command line as typed.
    pub command: Vec<String>,
    /// Of all checks: fail if any fails, cannot tell if none fails and any cannot tell.
    pub verdict: Decision,
    /// What the exit code says: `verdict`, or what `when_undecided` makes of "cannot tell".
    pub outcome: Decision,
    /// What the policy says of all checks.
    pub policy: PolicyRecord,
    /// The results that were judged.
    pub results: Document,
    /// What they were compared with.
    pub baseline: Option<Document>,
    /// The network of the results; `null` where none ran.
    pub extractor: Option<ExtractorRecord>,
    /// The way from pixels to tensor; `null` where none was used.
    pub protocol: Option<ProtocolRecord>,
    /// What ran the network; `null` where none ran.
    pub engine: Option<EngineRecord>,
    /// One for each question of the policy, in its order.
    pub checks: Vec<Check>,
    /// What baseline (first) and results (second) differ in although they should not, and were allowed to.
    pub differences: Vec<Unlike>,
    /// Older numbers of the metrics that are checked, and the present one.
    pub history: Vec<Series>,
    /// What makes a verdict doubtful, and how to mend it.
    pub warnings: Vec<Warning>,
}

/// What a policy says of all checks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PolicyRecord {
    /// The file, as typed.
    pub file: String,
    /// Error rate of decisions that have none of their own.
    pub error_rate: f64,
    /// How "fail" is corrected for the number of checks.
    pub multiplicity: Multiplicity,
    /// What the exit code makes of "cannot tell".
    pub when_undecided: WhenUndecided,
    /// What may differ, by policy or command line.
    pub allow: Vec<String>,
}

/// Where numbers came from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// The file, as typed.
    pub file: String,
    /// Version of the program that wrote it.
    pub gavel: String,
    /// Its sets.
    pub inputs: BTreeMap<String, Input>,
    /// Its seed.
    pub seed: u64,
}

impl Document {
    /// The record of a results document.
    #[must_use]
    pub fn of(file: &str, results: &Results) -> Self {
        Self {
            file: file.to_owned(),
            gavel: results.gavel.clone(),
            inputs: results.inputs.clone(),
            seed: results.seed,
        }
    }
}

/// One question of a policy, and its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// The question in a few words: `fd at most 12`.
    pub name: String,
    /// What it asks.
    pub kind: Kind,
    /// Metric id, or the audit's name.
    pub metric: String,
    /// Parameters of the row.
    pub params: BTreeMap<String, Value>,
    /// Line of the policy, from 1.
    pub line: usize,
    /// The answer.
    pub verdict: Decision,
    /// Why, in one sentence.
    pub text: String,
    /// The number of the results.
    pub value: Option<f64>,
    /// Standard error of what is tested: of the value, or of the worsening.
    pub std_error: Option<f64>,
    /// One-sided confidence bounds of what is tested, each exceeded at the error rate: `level` is 1 − 2 error rates.
    pub bounds: Option<Interval>,
    /// From which side the limit bounds.
    pub bound: Option<Bound>,
    /// The limit.
    pub limit: Option<f64>,
    /// The baseline's number.
    pub baseline: Option<f64>,
    /// How much worse than the baseline; below 0 for better. With a relative margin, worse than what the margin is a share of.
    pub worsening: Option<f64>,
    /// How much worse is allowed, in the metric's units.
    pub margin: Option<f64>,
    /// What was held against the limit.
    pub judged_by: Option<JudgedBy>,
    /// Chance of a number so far inside, if the truth were on the bound.
    pub p_pass: Option<f64>,
    /// Chance of a number so far outside, if the truth were on the bound.
    pub p_fail: Option<f64>,
    /// `p_fail` after the correction for the number of checks.
    pub p_fail_adjusted: Option<f64>,
    /// What the p-values are held to.
    pub error_rate: f64,
    /// Where the standard error comes from.
    pub method: String,
    /// Generated pictures behind the number (the fewer of both, in a comparison).
    pub n: Option<u64>,
    /// Generated pictures that would decide in 80 of 100 cases; only where the check cannot tell.
    pub n_needed: Option<u64>,
    /// `n_needed` over `n`.
    pub times_needed: Option<f64>,
}

impl Gate {
    /// How many checks say this.
    #[must_use]
    pub fn count(&self, verdict: Decision) -> usize {
        self.checks.iter().filter(|c| c.verdict == verdict).count()
    }

    /// `2 of 5 checks fail, 1 cannot tell`.
    #[must_use]
    pub fn summary(&self) -> String {
        let all = self.checks.len();
        let checks = if all == 1 { "check" } else { "checks" };
        let (fail, open) = (self.count(Decision::Fail), self.count(Decision::CannotTell));
        match (fail, open) {
            (0, 0) => format!("{all} of {all} {checks} passed"),
            (0, open) => format!("{open} of {all} {checks} cannot tell"),
            (fail, 0) => format!("{fail} of {all} {checks} failed"),
            (fail, open) => format!("{fail} of {all} {checks} failed, {open} cannot tell"),
        }
    }
}
