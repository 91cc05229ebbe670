//! From copies to findings.

use std::collections::BTreeMap;

use super::calibration::Origin;
use super::examine::Outcome;
use super::lookalikes;
use super::near::SURE;
use super::pair::Family;
use super::suspects::Suspect;
use crate::audit::{Evidence, Finding, Report, Severity};
use crate::metrics::Warning;
use crate::statistics::estimate::SetSide;
use crate::statistics::proportions::{two_proportion_z, wilson};

/// Most pairs shown for a finding.
const MOST_EVIDENCE: usize = 64;

/// Fewer copies than this share of a set are a warning: a data set may hold a few pairs of nearly equal images.
const FEW: f64 = 0.01;

/// The findings' ids and what each calls its pictures.
const KINDS: [(&str, Family, &str); 3] = [
    ("training_copies", Family::Copy, "copies of training images"),
    (
        "training_mirrors",
        Family::Mirror,
        "mirrored training images",
    ),
    (
        "training_disguises",
        Family::Disguise,
        "disguised training images",
    ),
];

/// What the outcome says.
#[must_use]
pub fn report(outcome: &Outcome, fdr: f64) -> Report {
    let findings = KINDS
        .iter()
        .map(|&(id, family, name)| finding(outcome, id, family, name, fdr));
    Report {
        findings: findings.chain(lookalikes::finding(outcome, fdr)).collect(),
        estimates: Vec::new(),
        warnings: warnings(outcome),
    }
}

/// How many copies honest pictures would be taken for.
struct Chance {
    /// Expected among the generated pictures.
    expected: f64,
    /// Honest pictures that come as near as the least of the copies, of `n_honest`.
    n_as_near: usize,
    n_honest: usize,
    /// Are there more copies than chance explains?
    is_exceeded: bool,
}

impl Chance {
    /// Of copies of one kind: each kind must stand on its own.
    fn of(outcome: &Outcome, members: &[&Suspect]) -> Self {
        let n = outcome.n_generated.max(1) as f64;
        let found = members.len();
        let (n_as_near, n_honest, expected_p) = near_misses(outcome, members);
        // The tail's own expectation is trusted unless honest pictures come near clearly more often.
        let fits = is_usual(n_as_near, expected_p * n_honest as f64);
        let share = if fits {
            expected_p
        } else {
            n_as_near as f64 / n_honest.max(1) as f64
        };
        let expected = share * n;
        let is_exceeded = if fits {
            !is_usual(found, expected)
        } else {
            two_proportion_z(found as f64 / n, share, n, n_honest.max(1) as f64) > SURE
        };
        Self {
            expected,
            n_as_near,
            n_honest,
            is_exceeded: found > 0 && is_exceeded,
        }
    }
}

/// Honest pictures as near as the least of these copies, how many were looked at, and the p-value at that bar.
fn near_misses(outcome: &Outcome, members: &[&Suspect]) -> (usize, usize, f64) {
    let Some(null) = &outcome.null else {
        return (0, 0, 0.0);
    };
    let bar = members.iter().map(|s| s.p_value).fold(0.0, f64::max);
    (null.n_below(bar), null.n(), bar)
}

/// Is a count this large usual (in more than 1 % of all cases) where `expected` is expected? By Poisson's law.
fn is_usual(count: usize, expected: f64) -> bool {
    let mut below = 0.0;
    let mut term = (-expected).exp();
    for k in 0..count {
        below += term;
        term *= expected / (k + 1) as f64;
    }
    1.0 - below > 0.01
}

fn finding(outcome: &Outcome, id: &'static str, family: Family, name: &str, fdr: f64) -> Finding {
    let members: Vec<&Suspect> = outcome
        .suspects
        .iter()
        .filter(|suspect| suspect.explanation.family == family)
        .collect();
    let chance = &Chance::of(outcome, &members);
    let (found, n) = (members.len(), outcome.n_generated);
    let share = found as f64 / n.max(1) as f64;
    let all = outcome.suspects.len() as f64;
    let severity = match (found, chance.is_exceeded) {
        (0, _) => Severity::Clear,
        (_, false) => Severity::Note,
        (_, true) if all < FEW * n as f64 => Severity::Warning,
        (_, true) => Severity::Serious,
    };
    let mut text = format!("{found} of {n} generated images are {name}");
    let by_transform = count_transforms(&members);
    if found > 0 {
        text = format!("{text} ({})", in_words(&by_transform));
    }
    text.push_str(&comparison(outcome, chance, found, fdr));
    let mut finding = Finding::new(id, severity, text);
    finding.mend = match severity {
        Severity::Serious => "look at the pairs; if they are copies, the generator has learnt its training set by heart: no distance or score means anything for it".to_owned(),
        Severity::Warning => "look at the pairs; the generator has learnt these images by heart, or the sets share nearly equal ones".to_owned(),
        Severity::Note => "look at the pairs; held-out images come as near as often, so the sets may share images or be narrow".to_owned(),
        Severity::Clear => String::new(),
    };
    finding.value = Some(share);
    finding.interval = (n > 0).then(|| wilson(share, n as f64));
    finding.details = details(outcome, chance, &by_transform, found);
    finding.evidence = members
        .iter()
        .take(MOST_EVIDENCE)
        .map(|s| evidence(s))
        .collect();
    finding
}

fn comparison(outcome: &Outcome, chance: &Chance, found: usize, fdr: f64) -> String {
    let Some(null) = &outcome.null else {
        return "; only exact and near-exact copies were looked for".to_owned();
    };
    let who = match null.origin {
        Origin::HeldOut => "held-out real images",
        Origin::LeftOut => "training images compared with the rest of them",
    };
    if found == 0 {
        return format!(
            ", at a false discovery rate of {:.0} % against {} {who}",
            fdr * 100.0,
            chance.n_honest
        );
    }
    format!(
        "; of {} {who}, {} come as near",
        chance.n_honest, chance.n_as_near
    )
}

fn count_transforms(members: &[&Suspect]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for suspect in members {
        *counts
            .entry(suspect.explanation.transform.clone())
            .or_insert(0) += 1;
    }
    counts
}

/// `12 mirror, 3 mirror + shift`, the most frequent first.
fn in_words(counts: &BTreeMap<String, usize>) -> String {
    let mut sorted: Vec<(&String, &usize)> = counts.iter().collect();
    sorted.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
    let shown: Vec<String> = sorted
        .iter()
        .take(6)
        .map(|(name, n)| format!("{n} {name}"))
        .collect();
    let rest = if sorted.len() > 6 { ", …" } else { "" };
    format!("{}{rest}", shown.join(", "))
}

fn details(
    outcome: &Outcome,
    chance: &Chance,
    by_transform: &BTreeMap<String, usize>,
    found: usize,
) -> BTreeMap<String, f64> {
    let mut details = BTreeMap::from([
        ("n_found".to_owned(), found as f64),
        ("n_generated".to_owned(), outcome.n_generated as f64),
    ]);
    if let Some(null) = &outcome.null {
        details.insert("n_null".to_owned(), null.n() as f64);
        details.insert("n_null_as_near".to_owned(), chance.n_as_near as f64);
        details.insert("n_null_leaked".to_owned(), null.n_leaked as f64);
        details.insert("expected_by_chance".to_owned(), chance.expected);
    }
    for (name, count) in by_transform {
        details.insert(format!("n {name}"), *count as f64);
    }
    details
}

fn evidence(suspect: &Suspect) -> Evidence {
    Evidence {
        label: suspect.explanation.text.clone(),
        pictures: vec![
            (SetSide::Generated, suspect.generated),
            (SetSide::Train, suspect.train),
        ],
        distance: Some(suspect.explanation.distance),
        transform: Some(suspect.explanation.transform.clone()),
        p_value: (!suspect.explanation.is_near_exact).then_some(suspect.p_value),
        ..Evidence::default()
    }
}

fn warnings(outcome: &Outcome) -> Vec<Warning> {
    let mut warnings = Vec::new();
    match &outcome.null {
        None if outcome.n_open > 0 => warnings.push(Warning::new(
            "copies_not_calibrated",
            "there are too few honest images to say how near they come to the training images, so only exact and near-exact copies are reported",
            "give at least 100 held-out real images as the reference, and a training set of at least 100 images",
        )),
        Some(null) if null.origin == Origin::LeftOut => warnings.push(Warning::new(
            "copies_null_from_train",
            format!(
                "the reference has fewer than 100 images that are not in the training set, so {} training images, each against all others, say how near honest images come",
                null.n()
            ),
            "give real images that the generator was not trained on as the reference",
        )),
        None | Some(_) => {}
    }
    if outcome.n_shared > 0 {
        warnings.push(Warning::new(
            "reference_shares_training_images",
            format!(
                "{} reference images are training images; they were left out of the comparison",
                outcome.n_shared
            ),
            "take a reference that the generator was not trained on",
        ));
    }
    if outcome.n_blank > 0 {
        warnings.push(Warning::new(
            "blank_images_not_compared",
            format!(
                "{} generated images have one colour only and were not compared with training images",
                outcome.n_blank
            ),
            "look at the blank images first",
        ));
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::copies::calibration::Null;
    use crate::audit::copies::fit::{Closest, Fit};
    use crate::audit::copies::pair::Explanation;
    use crate::audit::copies::signature::versions;

    fn closest(score: f64) -> Closest {
        Closest {
            fit: Fit {
                row: 7,
                version: versions()[1],
                inverted: false,
                distance: 0.1,
                uncovered: 0.1,
            },
            scores: [score, 0.0],
        }
    }

    /// So many mirrored copies with a score of 2; so many of 1000 honest pictures have it too.
    fn outcome(n_found: usize, n_generated: usize, n_near: usize) -> Outcome {
        let mut honest: Vec<Closest> = (0..1000)
            .map(|i| closest(0.3 * f64::from(i) / 1000.0))
            .collect();
        honest[..n_near].fill(closest(2.0));
        let null = Null::fit(&honest, Origin::HeldOut, 0).unwrap();
        let suspect = |generated| Suspect {
            generated,
            train: 7,
            explanation: Explanation {
                family: Family::Mirror,
                transform: "mirror".to_owned(),
                text: "mirror".to_owned(),
                distance: 0.05,
                is_near_exact: false,
            },
            p_value: null.p_value(&closest(2.0)),
        };
        Outcome {
            suspects: (0..n_found).map(suspect).collect(),
            n_generated,
            n_blank: 0,
            n_open: n_generated,
            null: Some(null.clone()),
            neighbours: Vec::new(),
            n_shared: 0,
        }
    }

    fn severity(outcome: &Outcome) -> Severity {
        report(outcome, 0.01).findings[1].severity
    }

    #[test]
    fn clear_copies_are_serious_and_below_a_hundredth_of_the_set_a_warning() {
        let of = |n_found| severity(&outcome(n_found, 1000, 0));
        assert_eq!(
            [of(10), of(9), of(1)],
            [Severity::Serious, Severity::Warning, Severity::Warning]
        );
    }

    #[test]
    fn as_many_as_among_held_out_images_is_a_note() {
        // 30 of 1000 honest images come as near: 31 of 1000 generated ones are no more than chance, 300 are.
        assert_eq!(severity(&outcome(31, 1000, 30)), Severity::Note);
        assert_eq!(severity(&outcome(300, 1000, 30)), Severity::Serious);
    }

    #[test]
    fn nothing_found_is_clear_and_says_against_what() {
        let report = report(&outcome(0, 500, 0), 0.01);
        assert!(
            report
                .findings
                .iter()
                .all(|f| f.severity == Severity::Clear)
        );
        assert!(
            report.findings[0]
                .text
                .contains("against 1000 held-out real images")
        );
        assert_eq!(report.findings[0].value, Some(0.0));
    }

    #[test]
    fn the_text_counts_by_transform_and_evidence_names_the_pair() {
        let found = report(&outcome(412, 1000, 0), 0.01);
        let mirrors = &found.findings[1];
        assert!(
            mirrors.text.starts_with(
                "412 of 1000 generated images are mirrored training images (412 mirror)"
            )
        );
        assert_eq!(mirrors.evidence.len(), 64);
        assert_eq!(
            mirrors.evidence[0].pictures,
            [(SetSide::Generated, 0), (SetSide::Train, 7)]
        );
        assert_eq!(mirrors.details["n mirror"], 412.0);
        assert!(found.findings[0].evidence.is_empty());
    }

    #[test]
    fn usual_counts_follow_poissons_law() {
        // P(X >= 3 | 0.5) = 1 - e^-0.5 (1 + 0.5 + 0.125) = 0.0144; P(X >= 4) = 0.00175.
        assert!(is_usual(3, 0.5) && !is_usual(4, 0.5));
        assert!(is_usual(0, 0.0) && !is_usual(1, 0.0));
    }
}
