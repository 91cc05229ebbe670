//! `duplicates`: the same picture again and again.

use super::crowd::{Crowd, SHOWN_CLUSTERS, evidence};
use super::finding::percent;
use super::identity::groups;
use super::nearness::calibrate;
use super::{Audit, Card, Case, Exhibit, Finding, Report, Severity};
use crate::error::Result;
use crate::metrics::{Params, Warning};
use crate::progress::Observer;
use crate::rng::Seed;
use crate::statistics::estimate::ConfidenceInterval;
use crate::statistics::poisson;
use crate::statistics::proportions::{two_proportion_z, two_sided_p, wilson};

/// From this share of the set on, duplicates are serious.
const SERIOUS: f64 = 0.1;

/// From this share of the set on, they are more than worth knowing.
const DOUBTFUL: f64 = 0.005;

/// With this many times more different pictures than were drawn, a set has enough of them.
const AMPLE: f64 = 100.0;

/// Level at which there are more of them than among real pictures.
const LEVEL: f64 = 0.01;

/// Equal and nearly equal pictures inside the generated set, and what they say about the number of different ones.
pub struct Duplicates;

static CARD: Card = Card {
    name: "duplicates",
    findings: &["duplicates_exact", "duplicates_near", "support"],
    rows: &[],
    summary: "equal and nearly equal pictures in the generated set, their clusters, and how many different pictures the generator has",
    method: "equal pixels; 32 x 32 thumbnails nearer than half of what the nearest 1 % of real pictures have; the number of \
             different pictures from the number of near pairs (birthday paradox) with an exact Poisson interval",
    source: "Arora, Risteski and Zhang 2018 (Do GANs learn the distribution?); lecture R4",
    needs: &[],
    params: &[],
};

impl Audit for Duplicates {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn run(&self, case: &Case<'_>, _params: &Params) -> Result<Report> {
        let real = case.reference.or(case.train);
        examine(case.generated, real, case.seed, case.observer)
    }
}

/// Looks for duplicates among `generated`; nearly equal ones only where `real` pictures tell what is near.
///
/// # Errors
/// Interrupted.
pub fn examine(
    generated: &Exhibit,
    real: Option<&Exhibit>,
    seed: Seed,
    observer: &dyn Observer,
) -> Result<Report> {
    let mut report = Report {
        findings: vec![exact(generated, real)],
        ..Report::default()
    };
    let nearness = match real {
        Some(real) => calibrate(real, generated.len(), seed, observer)?,
        None => None,
    };
    let Some(nearness) = nearness else {
        report.warnings.push(Warning::new(
            "audit_uncalibrated",
            "duplicates: what is a near duplicate in this domain is read off at least 50 different real pictures, which are not there; only equal pictures were looked for",
            "give a reference set (or --train) of real pictures",
        ));
        return Ok(report);
    };
    let crowd = Crowd::of(generated, nearness, observer)?;
    report.findings.push(near(&crowd));
    report.findings.push(support(&crowd));
    Ok(report)
}

fn exact(generated: &Exhibit, real: Option<&Exhibit>) -> Finding {
    let equal = groups(&generated.items);
    let n = generated.len().max(1) as f64;
    let inside: usize = equal.iter().map(Vec::len).sum();
    let share = inside as f64 / n;
    let largest = equal.first().map_or(0, Vec::len);
    let expected = real.map_or(0.0, |real| {
        let inside: usize = groups(&real.items).iter().map(Vec::len).sum();
        inside as f64 / real.len().max(1) as f64
    });
    let interval = wilson(share, n);
    let severity = if inside == 0 {
        Severity::Clear
    } else if share >= SERIOUS && interval.lower > expected {
        Severity::Serious
    } else if share >= DOUBTFUL && interval.lower > expected {
        Severity::Warning
    } else {
        Severity::Note
    };
    let text = if inside == 0 {
        format!(
            "no two of {} generated pictures have equal pixels",
            generated.len()
        )
    } else {
        format!(
            "{inside} of {} generated pictures ({}) have the same pixels as another one, in {} groups, the largest of {largest}; among real pictures it is {}",
            generated.len(),
            percent(share),
            equal.len(),
            percent(expected)
        )
    };
    let mut finding = Finding::new("duplicates_exact", severity, text);
    if inside > 0 {
        "count each picture once, or find out why the generator (or the script that saved its pictures) repeats itself"
            .clone_into(&mut finding.mend);
    }
    finding.value = Some(share);
    finding.interval = Some(interval);
    finding.details = [
        ("n_in_groups", inside as f64),
        ("n_groups", equal.len() as f64),
        ("largest_group", largest as f64),
        ("share_among_real", expected),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    let shown = equal.iter().take(SHOWN_CLUSTERS);
    finding.evidence = shown
        .map(|rows| evidence(format!("{} equal pictures", rows.len()), rows, Some(0.0)))
        .collect();
    finding
}

fn near(crowd: &Crowd) -> Finding {
    let n = crowd.n.max(1) as f64;
    let share = crowd.n_near as f64 / n;
    let expected = crowd.nearness.expected_share(crowd.n);
    let p = two_sided_p(two_proportion_z(
        share,
        expected,
        n,
        crowd.nearness.n as f64,
    ));
    let largest = crowd.share_of_largest(1);
    let severity = if share <= expected || p >= LEVEL {
        Severity::Clear
    } else if share >= SERIOUS {
        Severity::Serious
    } else if share >= DOUBTFUL {
        Severity::Warning
    } else {
        Severity::Note
    };
    let text = format!(
        "{} of {} generated pictures ({}) are nearly equal to another one; of as many real pictures {}; {} clusters, the largest holds {}, the ten largest {}",
        crowd.n_near,
        crowd.n,
        percent(share),
        percent(expected),
        crowd.clusters.len(),
        percent(largest),
        percent(crowd.share_of_largest(10))
    );
    let mut finding = Finding::new("duplicates_near", severity, text);
    if severity > Severity::Clear {
        "look at the clusters: a generator that repeats itself has collapsed in part, whatever its FID; train longer or with more diversity, or choose an earlier checkpoint"
            .clone_into(&mut finding.mend);
        finding.evidence = crowd.evidence();
    }
    finding.value = Some(share);
    finding.interval = Some(wilson(share, n));
    finding.details = [
        ("n_near", crowd.n_near as f64),
        ("n_pairs", crowd.n_pairs as f64),
        ("n_clusters", crowd.clusters.len() as f64),
        ("share_of_largest_cluster", largest),
        ("share_of_ten_largest_clusters", crowd.share_of_largest(10)),
        ("share_expected_of_real", expected),
        ("p_value", p),
        ("threshold_gray_levels", crowd.nearness.levels()),
        ("n_real", crowd.nearness.n as f64),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    finding
}

/// Pairs that s pictures have: s (s − 1) / 2.
fn pairs(n: usize) -> f64 {
    0.5 * n as f64 * (n as f64 - 1.0)
}

/// How many different pictures there are, if all were equally likely: two of s are the same one with probability 1 / N, so
/// that N = s (s − 1) / (2 · pairs). With unequal chances it is the effective number 1 / Σ p², at most the true one.
fn support(crowd: &Crowd) -> Finding {
    let all = pairs(crowd.n);
    let seen = poisson::interval(crowd.n_pairs);
    let least = all / seen.upper;
    let of_real = poisson::interval(crowd.nearness.n_pairs);
    let real_most = (of_real.lower > 0.0).then(|| pairs(crowd.nearness.n) / of_real.lower);
    let real_least = pairs(crowd.nearness.n) / of_real.upper;
    let mut finding = Finding::new("support", Severity::Clear, String::new());
    finding.details = [
        ("n_pairs", crowd.n_pairs as f64),
        ("support_at_least", least),
        ("reference_support_at_least", real_least),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    if let Some(most) = real_most {
        finding
            .details
            .insert("reference_support_at_most".to_owned(), most);
    }
    if crowd.n_pairs == 0 {
        finding.text = format!(
            "no two of {} generated pictures are nearly equal: by the birthday paradox the generator has at least {least:.0} different pictures (95 %)",
            crowd.n
        );
        return finding;
    }
    let value = all / crowd.n_pairs as f64;
    let most = all / seen.lower.max(f64::MIN_POSITIVE);
    finding.value = Some(value);
    finding.interval = Some(ConfidenceInterval {
        lower: least,
        upper: most,
        level: seen.level,
    });
    finding.severity = if most >= real_least {
        Severity::Clear
    } else if most < crowd.n as f64 {
        Severity::Serious
    } else if most < AMPLE * crowd.n as f64 {
        Severity::Warning
    } else {
        Severity::Note
    };
    finding.text = format!(
        "{} pairs of nearly equal pictures among {}: by the birthday paradox the generator has about {value:.0} different pictures ({least:.0} to {most:.0}); the real set at least {real_least:.0}",
        crowd.n_pairs, crowd.n
    );
    if finding.severity > Severity::Clear {
        "a larger sample of this generator only repeats these pictures; look at the clusters of duplicates_near"
            .clone_into(&mut finding.mend);
        finding.evidence = crowd.evidence();
    }
    finding
}
