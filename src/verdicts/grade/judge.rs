//! From what was learnt of a submission to its grade.

use super::consequence::{Consequence, Problem};
use super::course::{self, Band, Course, JudgedBy, Rule};
use super::indicator::{Measured, Reading};
use super::plagiarism::Shared;
use super::record::Record;
use serde::{Deserialize, Serialize};

/// What the roster knows of a submission.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Enrolled {
    /// The student's name.
    pub student: String,
    /// Days after the deadline; parts of a day count as whole ones.
    pub late_days: f64,
}

/// The grade of one submission.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Grade {
    /// The submission's id.
    pub id: String,
    /// The student's name, or the id again.
    pub student: String,
    /// The name on the leaderboard.
    pub pseudonym: String,
    /// `graded`, `void` or `broken`.
    pub status: Status,
    /// Final points.
    pub points: f64,
    /// The band reached, under the rule `all`.
    pub band: Option<String>,
    /// Points before deductions, at the worse ends of the intervals, at the values, at the better ends.
    pub range: [f64; 3],
    /// Bands at the worse ends and at the better ends, under the rule `all`.
    pub bands: [Option<String>; 2],
    /// Would other pictures of the same generator have got other points?
    pub is_borderline: bool,
    /// The numbers that count.
    pub indicators: Vec<Measured>,
    /// What would reach the next band: indicator, limit, and the number as it is.
    pub next: Option<Next>,
    /// What is wrong, and what follows.
    pub problems: Vec<Problem>,
    /// Pictures that could be read.
    pub n_images: usize,
    /// Days after the deadline.
    pub late_days: f64,
}

/// Was it graded?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// With points.
    Graded,
    /// A rule says that it counts nothing.
    Void,
    /// It could not be opened or measured.
    Broken,
}

impl Status {
    /// As documents write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Graded => "graded",
            Self::Void => "void",
            Self::Broken => "broken",
        }
    }
}

/// The next band and what is missing for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Next {
    /// Its name.
    pub band: String,
    /// Its points.
    pub points: f64,
    /// What is missing: metric, the limit, the number as it is.
    pub missing: Vec<(String, f64, Option<f64>)>,
}

/// Judges a submission; `shared` are the pictures that it has in common with others.
#[must_use]
pub fn judge(course: &Course, record: &Record, enrolled: &Enrolled, shared: &[&Shared]) -> Grade {
    let indicators: Vec<Measured> = course
        .indicators()
        .map(|indicator| {
            let row = record
                .results
                .as_ref()
                .and_then(|results| results.row(&indicator.metric));
            Measured::of(&indicator.metric, row)
        })
        .collect();
    let problems = problems(course, record, enrolled, shared);
    let range = Reading::ALL.map(|reading| points(course, &indicators, reading));
    let reached = |reading| band(course, &indicators, reading).map(|band| band.name.clone());
    let bands = [reached(Reading::Worst), reached(Reading::Best)];
    let counting = match course.grading.judged_by {
        JudgedBy::Worst => Reading::Worst,
        JudgedBy::Value => Reading::Value,
        JudgedBy::Best => Reading::Best,
    };
    let lost: f64 = problems
        .iter()
        .map(|problem| problem.consequence.points())
        .sum();
    let status = if record.results.is_none() {
        Status::Broken
    } else if problems.iter().any(|problem| problem.consequence.is_void()) {
        Status::Void
    } else {
        Status::Graded
    };
    let before = points(course, &indicators, counting);
    Grade {
        id: record.id.clone(),
        student: if enrolled.student.is_empty() {
            record.id.clone()
        } else {
            enrolled.student.clone()
        },
        pseudonym: pseudonym(course, &record.id),
        status,
        points: if status == Status::Graded {
            (before - lost).max(0.0)
        } else {
            0.0
        },
        band: (status == Status::Graded)
            .then(|| reached(counting))
            .flatten(),
        is_borderline: status == Status::Graded && range[0] != range[2],
        range,
        bands,
        next: next(course, &indicators, counting),
        indicators,
        problems,
        n_images: record.files.as_ref().map_or(0, |files| files.entries.len()),
        late_days: enrolled.late_days,
    }
}

/// The best band whose limits all indicators reach.
fn band<'a>(course: &'a Course, indicators: &[Measured], reading: Reading) -> Option<&'a Band> {
    let mut bands = course.bands().into_iter();
    bands.find(|band| {
        indicators
            .iter()
            .all(|measured| measured.is_in(band, reading))
    })
}

fn points(course: &Course, indicators: &[Measured], reading: Reading) -> f64 {
    if course.grading.rule == Rule::All {
        return band(course, indicators, reading).map_or(0.0, |band| band.points);
    }
    let bands = course.bands();
    let (mut sum, mut weights) = (0.0, 0.0);
    for (indicator, measured) in course.indicators().zip(indicators) {
        let own = match course.grading.rule {
            Rule::Linear => measured.along(indicator, reading),
            _ => bands
                .iter()
                .find(|band| measured.is_in(band, reading))
                .map_or(0.0, |band| band.points),
        };
        sum += indicator.weight * own;
        weights += indicator.weight;
    }
    sum / weights
}

fn next(course: &Course, indicators: &[Measured], reading: Reading) -> Option<Next> {
    if course.grading.rule == Rule::Linear {
        return None;
    }
    let reached = band(course, indicators, reading).map_or(f64::NEG_INFINITY, |band| band.points);
    let better = course
        .bands()
        .into_iter()
        .rev()
        .find(|band| band.points > reached)?;
    let missing = indicators
        .iter()
        .filter(|measured| !measured.is_in(better, reading))
        .filter_map(|measured| {
            let limit = better.limits.get(&measured.metric)?;
            Some((measured.metric.clone(), *limit, measured.read(reading)))
        });
    Some(Next {
        band: better.name.clone(),
        points: better.points,
        missing: missing.collect(),
    })
}

fn problems(
    course: &Course,
    record: &Record,
    enrolled: &Enrolled,
    shared: &[&Shared],
) -> Vec<Problem> {
    let problem = |code: &str, text: String, consequence: Consequence| Problem {
        code: code.to_owned(),
        text,
        consequence,
    };
    let mut problems = Vec::new();
    if let Some(error) = &record.error {
        problems.push(problem("broken", error.clone(), Consequence::FLAG));
    }
    if let Some(files) = &record.files {
        let found = course.submission.problems(files).into_iter();
        problems.extend(found.map(|(code, text)| problem(code, text, course.rule_of(code))));
    }
    let findings = record.results.iter().flat_map(|results| &results.findings);
    for finding in findings {
        if let Some(consequence) =
            course::of_finding(&course.audits, &finding.id, &finding.severity)
        {
            problems.push(problem(&finding.id, finding.text.clone(), consequence));
        }
    }
    let mut sharing: Vec<&&Shared> = shared
        .iter()
        .filter(|pair| pair.share() >= course.plagiarism.share)
        .collect();
    sharing.sort_by(|a, b| b.share().total_cmp(&a.share()));
    if let Some((most, others)) = sharing.split_first() {
        let more = match others.len() {
            0 => String::new(),
            1 => "; with one more submission it shares some, too".to_owned(),
            n => format!("; with {n} more submissions it shares some, too"),
        };
        let text = format!("{}{more}", most.told_to(&record.id));
        problems.push(problem("plagiarism", text, course.plagiarism.consequence));
    }
    if let Some(late) = course.late.filter(|_| enrolled.late_days > 0.0) {
        let days = enrolled.late_days.ceil();
        let is_void = late.most_days.is_some_and(|most| enrolled.late_days > most);
        let text = format!("{days} {} late", if days == 1.0 { "day" } else { "days" });
        let consequence = if is_void {
            Consequence::Word(super::consequence::Word::Void)
        } else {
            Consequence::Points(days * late.points_per_day)
        };
        problems.push(problem("late", text, consequence));
    }
    problems
}

/// Ten letters out of the salt and the id, or the id where nothing is hidden.
fn pseudonym(course: &Course, id: &str) -> String {
    if !course.leaderboard.anonymous {
        return id.to_owned();
    }
    let mut hasher = blake3::Hasher::new();
    // The length keeps ("ab", "c") and ("a", "bc") apart.
    hasher.update(&(course.leaderboard.salt.len() as u64).to_le_bytes());
    hasher.update(course.leaderboard.salt.as_bytes());
    hasher.update(id.as_bytes());
    let hex = hasher.finalize().to_hex();
    format!("student-{}", hex.get(..6).unwrap_or(""))
}
