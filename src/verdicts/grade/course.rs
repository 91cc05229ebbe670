//! `course.toml`: what a submission must be, how it is measured, and how it is judged.

use super::consequence::{Consequence, Word};
use super::expected::Expected;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use toml::Spanned;

/// A course's rules, checked.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Course {
    /// What the pages are headed with.
    pub name: String,
    /// What a submission must look like.
    #[serde(default)]
    pub submission: Expected,
    /// The sets that submissions are measured against.
    pub data: Data,
    /// How they are measured.
    #[serde(default)]
    pub measure: Measure,
    /// What follows from an audit's findings.
    #[serde(default)]
    pub audits: AuditRules,
    /// What follows from pictures that two submissions share.
    #[serde(default)]
    pub plagiarism: PlagiarismRules,
    /// What follows from being late.
    #[serde(default)]
    pub late: Option<Late>,
    /// How numbers become points.
    #[serde(default)]
    pub grading: Grading,
    /// The numbers that count.
    #[serde(rename = "indicator")]
    pub indicators: Vec<Spanned<Indicator>>,
    /// What may be reached, in any order.
    #[serde(rename = "band", default)]
    pub bands: Vec<Spanned<Band>>,
    /// Who is named.
    #[serde(default)]
    pub leaderboard: Leaderboard,
    /// What a submission may ask of this machine.
    #[serde(default)]
    pub limits: Limits,
}

/// The sets of a course; relative paths count from the course file's folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Data {
    /// Real pictures that nobody was given for training.
    pub reference: String,
    /// The pictures that students were given for training.
    pub train: Option<String>,
}

/// How submissions are measured. All of it is part of what a saved measurement is known by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Measure {
    /// As `--extractor`.
    pub extractor: Option<String>,
    /// As `--protocol`.
    pub protocol: String,
    /// As `--metrics`; empty: those of the indicators.
    pub metrics: Vec<String>,
    /// As `--set`, for metrics and audits.
    pub set: Vec<String>,
    /// As `--audits`.
    pub audits: Vec<String>,
    /// As `--detector`.
    pub detector: Option<String>,
    /// As `--seed`.
    pub seed: u64,
}

impl Default for Measure {
    fn default() -> Self {
        Self {
            extractor: None,
            protocol: "clean".to_owned(),
            metrics: Vec::new(),
            set: Vec::new(),
            audits: vec!["all".to_owned()],
            detector: None,
            seed: 2020,
        }
    }
}

/// What follows from an audit's findings.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AuditRules {
    /// From this severity on a finding has consequences.
    pub severity: Severity,
    /// By finding; one that is not named here is flagged.
    pub rules: BTreeMap<String, Consequence>,
}

impl Default for AuditRules {
    fn default() -> Self {
        Self {
            severity: Severity::Serious,
            rules: BTreeMap::new(),
        }
    }
}

/// From which severity on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Doubtful.
    Warning,
    /// What must not be done.
    Serious,
}

impl Severity {
    /// Is a finding of this name at least as severe?
    #[must_use]
    pub fn reached_by(self, name: &str) -> bool {
        let rank = match name {
            "serious" => Some(Self::Serious),
            "warning" => Some(Self::Warning),
            "note" => Some(Self::Note),
            _ => None,
        };
        rank.is_some_and(|rank| rank >= self)
    }
}

/// What follows from pictures that two submissions share.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PlagiarismRules {
    /// From this share of the smaller submission's pictures on.
    pub share: f64,
    /// What follows, for both: nobody can see from the pictures who took them from whom.
    pub consequence: Consequence,
}

impl Default for PlagiarismRules {
    fn default() -> Self {
        Self {
            share: 0.01,
            consequence: Consequence::FLAG,
        }
    }
}

/// What follows from being late; the days come from the roster.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Late {
    /// Points less for every day begun.
    pub points_per_day: f64,
    /// After so many days the submission is void.
    pub most_days: Option<f64>,
}

/// How numbers become points.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Grading {
    /// How indicators come together.
    pub rule: Rule,
    /// Which end of an interval counts.
    pub judged_by: JudgedBy,
}

/// How indicators come together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rule {
    /// A band is reached where every indicator is within its limit.
    #[default]
    All,
    /// Every indicator reaches a band of its own; the points are their weighted mean.
    Weighted,
    /// Every indicator gives points along its knots; the points are their weighted mean.
    Linear,
}

/// Which end of an interval counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JudgedBy {
    /// The value itself; a borderline case is marked.
    #[default]
    Value,
    /// The worse end: only what is sure.
    Worst,
    /// The better end: in doubt for the student.
    Best,
}

/// A number that counts.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Indicator {
    /// The id of its row: `fd`, `fid`, `face_rate` …
    pub metric: String,
    /// Its part of the points under `weighted` and `linear`.
    #[serde(default = "one")]
    pub weight: f64,
    /// Under `linear`: `[value, points]`, straight lines between them, flat beyond.
    #[serde(default)]
    pub knots: Vec<[f64; 2]>,
}

fn one() -> f64 {
    1.0
}

/// What may be reached.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Band {
    /// `simple`, `medium`, `strong`, `boss` …
    pub name: String,
    /// Its points.
    pub points: f64,
    /// By indicator: at most this where less is better, at least this where more is.
    pub limits: BTreeMap<String, f64>,
}

/// Who is named on the leaderboard.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Leaderboard {
    /// Pseudonyms in place of names.
    pub anonymous: bool,
    /// A secret word, so that nobody can compute a classmate's pseudonym.
    pub salt: String,
}

/// What a submission may ask of this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// More pictures are refused.
    pub max_images: usize,
    /// More members of an archive are refused.
    pub max_members: usize,
    /// Larger files inside an archive are refused, in bytes.
    pub max_file_bytes: u64,
    /// More expanded bytes than this over the whole submission are refused.
    pub max_bytes: u64,
    /// Looking at one submission ends after so many seconds.
    pub seconds: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_images: 50_000,
            max_members: 200_000,
            max_file_bytes: 64 << 20,
            max_bytes: 8 << 30,
            seconds: 1800,
        }
    }
}

impl Course {
    /// Reads and checks a course file.
    ///
    /// # Errors
    /// Input: the file cannot be read; the line, what was found and what is allowed.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(|e| Error::io(path, &e))?;
        Self::parse(&text).map_err(|e| e.at(path.display()))
    }

    /// As [`Course::read`], from its text.
    ///
    /// # Errors
    /// Input.
    pub fn parse(text: &str) -> Result<Self> {
        let course: Self = toml::from_str(text).map_err(|e| {
            Error::input(e.to_string().trim_end().to_owned())
                .mend("gavel grade --help shows a course file; examples/courses has two")
        })?;
        course.check(text)?;
        Ok(course)
    }

    /// The bands, the one with the most points first.
    #[must_use]
    pub fn bands(&self) -> Vec<&Band> {
        let mut bands: Vec<&Band> = self.bands.iter().map(Spanned::as_ref).collect();
        bands.sort_by(|a, b| b.points.total_cmp(&a.points));
        bands
    }

    /// The indicators.
    pub fn indicators(&self) -> impl Iterator<Item = &Indicator> {
        self.indicators.iter().map(Spanned::as_ref)
    }

    /// What a problem with the files costs.
    #[must_use]
    pub fn rule_of(&self, code: &str) -> Consequence {
        let rules = &self.submission.rules;
        rules.get(code).copied().unwrap_or(Consequence::FLAG)
    }

    fn check(&self, text: &str) -> Result<()> {
        let at = |start: usize| {
            format!(
                "line {}",
                1 + text.get(..start).unwrap_or("").matches('\n').count()
            )
        };
        if self.indicators.is_empty() {
            return Err(Error::input("no [[indicator]]: nothing counts")
                .mend("[[indicator]] with metric = \"fd\""));
        }
        let mut known = BTreeSet::new();
        for spanned in &self.indicators {
            let place = at(spanned.span().start);
            indicator(spanned.as_ref(), self.grading.rule).map_err(|e| e.at(&place))?;
            if !known.insert(spanned.as_ref().metric.as_str()) {
                let twice = format!("the indicator {} stands twice", spanned.as_ref().metric);
                return Err(Error::input(twice).at(place));
            }
        }
        if self.bands.is_empty() && self.grading.rule != Rule::Linear {
            return Err(Error::input("no [[band]]: nothing can be reached").mend(
                "[[band]] with name, points and limits, or [grading] rule = \"linear\" with knots",
            ));
        }
        for spanned in &self.bands {
            band(spanned.as_ref(), &known).map_err(|e| e.at(at(spanned.span().start)))?;
        }
        self.order(&at)?;
        self.numbers()?;
        self.submission.check()
    }

    /// A band with more points must not be easier in any indicator than one with fewer: then limits rise or fall with the
    /// points, all in one direction.
    fn order(&self, at: &dyn Fn(usize) -> String) -> Result<()> {
        let mut bands: Vec<&Spanned<Band>> = self.bands.iter().collect();
        bands.sort_by(|a, b| a.as_ref().points.total_cmp(&b.as_ref().points));
        for indicator in self.indicators() {
            let limits: Vec<(f64, usize)> = bands
                .iter()
                .filter_map(|b| Some((*b.as_ref().limits.get(&indicator.metric)?, b.span().start)))
                .collect();
            let rises = limits.windows(2).any(|pair| pair[1].0 > pair[0].0);
            let turn = limits.windows(2).find(|pair| pair[1].0 < pair[0].0);
            if let (true, Some(turn)) = (rises, turn) {
                return Err(Error::input(format!(
                    "the limits of {} rise and fall with the points of the bands; a band with more points must be harder",
                    indicator.metric
                ))
                .at(at(turn[1].1)));
            }
        }
        Ok(())
    }

    fn numbers(&self) -> Result<()> {
        if !(0.0..=1.0).contains(&self.plagiarism.share) {
            return Err(Error::input(format!(
                "plagiarism.share = {}: expected a share from 0 to 1",
                self.plagiarism.share
            )));
        }
        if let Some(late) = self.late
            && (late.points_per_day.is_nan() || late.points_per_day < 0.0)
        {
            return Err(Error::input(format!(
                "late.points_per_day = {}: expected 0 or more",
                late.points_per_day
            )));
        }
        let rules = self.audits.rules.iter().chain(&self.submission.rules);
        for (name, consequence) in rules {
            if consequence.points().is_nan() || consequence.points() < 0.0 {
                return Err(Error::input(format!(
                    "{name} = {}: expected points to take away, 0 or more, or one of \"ignore\", \"flag\", \"void\"",
                    consequence.points()
                )));
            }
        }
        let findings: BTreeSet<&str> = crate::audit::AUDITS
            .iter()
            .flat_map(|audit| audit.card().findings.iter().copied())
            .collect();
        if let Some(unknown) = self
            .audits
            .rules
            .keys()
            .find(|id| !findings.contains(id.as_str()))
        {
            let known: Vec<&str> = findings.into_iter().collect();
            return Err(Error::input(format!(
                "[audits.rules]: no audit has a finding {unknown:?}"
            ))
            .mend(format!("one of {}", known.join(", "))));
        }
        if self.leaderboard.anonymous && self.leaderboard.salt.is_empty() {
            return Err(Error::input(
                "[leaderboard] anonymous = true without a salt: pseudonyms could be computed by anybody",
            )
            .mend("salt = \"any secret words\" in [leaderboard]"));
        }
        Ok(())
    }
}

fn indicator(indicator: &Indicator, rule: Rule) -> Result<()> {
    let name = &indicator.metric;
    let is_known = crate::metrics::METRICS
        .iter()
        .flat_map(|metric| metric.card().ids)
        .chain(
            crate::audit::AUDITS
                .iter()
                .flat_map(|audit| audit.card().rows),
        )
        .any(|id| id == name);
    if !is_known {
        return Err(Error::input(format!("the indicator {name:?} is no row of any metric"))
            .mend("gavel metrics NAME lists the rows of each; face_rate comes from the audit of faces"));
    }
    if !(indicator.weight.is_finite() && indicator.weight > 0.0) {
        return Err(Error::input(format!(
            "the weight of {name} is {}, expected a number above 0",
            indicator.weight
        )));
    }
    if rule == Rule::Linear && indicator.knots.len() < 2 {
        return Err(Error::input(format!(
            "{name} has {} knots; rule = \"linear\" needs at least 2",
            indicator.knots.len()
        ))
        .mend("knots = [[9000, 100], [30000, 60]]"));
    }
    if indicator
        .knots
        .windows(2)
        .any(|pair| pair[0][0].partial_cmp(&pair[1][0]) != Some(std::cmp::Ordering::Less))
    {
        return Err(Error::input(format!(
            "the knots of {name} do not rise in their first number"
        )));
    }
    Ok(())
}

fn band(band: &Band, known: &BTreeSet<&str>) -> Result<()> {
    if !band.points.is_finite() {
        return Err(Error::input(format!(
            "the band {} has {} points",
            band.name, band.points
        )));
    }
    if let Some(unknown) = band.limits.keys().find(|id| !known.contains(id.as_str())) {
        let known: Vec<&str> = known.iter().copied().collect();
        return Err(Error::input(format!(
            "the band {} limits {unknown:?}, which is no indicator",
            band.name
        ))
        .mend(format!(
            "one of {}, or another [[indicator]]",
            known.join(", ")
        )));
    }
    if let Some(missing) = known.iter().find(|id| !band.limits.contains_key(**id)) {
        return Err(
            Error::input(format!("the band {} has no limit for {missing}", band.name))
                .mend(format!("limits = {{ {missing} = … }}")),
        );
    }
    match band.limits.iter().find(|(_, limit)| limit.is_nan()) {
        Some((id, _)) => Err(Error::input(format!(
            "the band {} has no number for {id}",
            band.name
        ))),
        None => Ok(()),
    }
}

/// What follows from a finding of an audit; `None` where it is not severe enough.
#[must_use]
pub fn of_finding(rules: &AuditRules, id: &str, severity: &str) -> Option<Consequence> {
    let consequence = rules.rules.get(id).copied().unwrap_or(Consequence::FLAG);
    (rules.severity.reached_by(severity) && consequence != Consequence::Word(Word::Ignore))
        .then_some(consequence)
}
