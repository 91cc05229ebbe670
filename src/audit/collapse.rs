//! `collapse`: the generator makes one picture, or a few.

use ndarray::Array2;

use super::crowd::Crowd;
use super::finding::percent;
use super::likeness::Likeness;
use super::nearness::calibrate;
use super::series::Series;
use super::{Audit, Card, Case, Evidence, Exhibit, Finding, Report, Severity};
use crate::error::Result;
use crate::metrics::{Params, Warning};
use crate::progress::Observer;
use crate::rng::Seed;
use crate::statistics::estimate::{ConfidenceInterval, SetSide};
use crate::statistics::renyi;
use crate::statistics::scatter::{deviations, ratio};

/// Pictures of either set that are compared with all others for the number of kinds.
const SAMPLE: usize = 1000;

/// Fewer pictures have no diversity to speak of.
pub const FEWEST: usize = 20;

/// Pictures that are shown where no cluster stands out.
const SHOWN: usize = 8;

/// Below this part of the real pictures' variance a set has collapsed, below the second its diversity is weak.
const COLLAPSED_RATIO: f64 = 0.1;
const WEAK_RATIO: f64 = 0.4;

/// Fewer kinds than this, where the real pictures have several times as many, are a collapse.
const FEW_KINDS: f64 = 3.0;

/// From this share of the set in the largest cluster, and in the ten largest, it has collapsed.
const LARGEST: f64 = 0.5;
const TEN_LARGEST: f64 = 0.8;

/// Diversity of the whole generated set, compared with that of real pictures.
pub struct Collapse;

static CARD: Card = Card {
    name: "collapse",
    findings: &["collapse", "collapse_series"],
    rows: &[],
    summary: "is the whole generated set one picture, or a few of them?",
    method: "total variance of 32 x 32 thumbnails over that of real pictures; effective number of kinds (Renyi order 2, bandwidth \
             from the real pictures); share of the largest clusters of near duplicates",
    source: "lecture R4; Jalali, Li and Farnia 2023, arXiv:2306.11149 (the number of kinds)",
    needs: &[],
    params: &[],
};

impl Audit for Collapse {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn run(&self, case: &Case<'_>, _params: &Params) -> Result<Report> {
        let Some(real) = case.reference.or(case.train) else {
            let warning = Warning::new(
                "audit_uncalibrated",
                "collapse: how different real pictures are is not known without any",
                "give a reference set (or --train) of real pictures",
            );
            return Ok(Report {
                warnings: vec![warning],
                ..Report::default()
            });
        };
        let mut series = Series::of(&case.series(), real, case.seed, case.observer)?;
        series.names = case.names_in_series();
        let over_time = (!case.checkpoints.is_empty()).then(|| series.finding());
        Ok(match series.diversity.last().and_then(Option::as_ref) {
            Some(diversity) => Report {
                findings: [diversity.finding()].into_iter().chain(over_time).collect(),
                ..Report::default()
            },
            None => Report {
                findings: over_time.into_iter().collect(),
                warnings: vec![Warning::new(
                    "audit_too_few",
                    format!(
                        "collapse: {} generated and {} real pictures; at least {FEWEST} of each are needed, and different real ones",
                        case.generated.len(),
                        real.len()
                    ),
                    "give more pictures",
                )],
                ..Report::default()
            },
        })
    }
}

/// The diversity of a generated set beside that of a real one.
#[derive(Debug, Clone, PartialEq)]
pub struct Diversity {
    /// Pictures of both: generated, real.
    pub n: [usize; 2],
    /// Total variance of the generated thumbnails over that of the real ones.
    pub variance_ratio: f64,
    /// Its 95 % interval.
    pub interval: ConfidenceInterval,
    /// The same of the features, where both sets have them.
    pub feature_ratio: Option<f64>,
    /// Effective numbers of kinds among as many pictures of both: generated, real.
    pub kinds: Option<[f64; 2]>,
    /// Share of the generated set in its largest cluster of near duplicates, and in the ten largest.
    pub clusters: [f64; 2],
    /// Pictures that show it.
    pub evidence: Vec<Evidence>,
}

impl Diversity {
    /// Measures it; `None` below 20 pictures of either set, or where all real ones are the same.
    ///
    /// # Errors
    /// Interrupted.
    pub fn of(
        generated: &Exhibit,
        real: &Exhibit,
        seed: Seed,
        observer: &dyn Observer,
    ) -> Result<Option<Self>> {
        if generated.len().min(real.len()) < FEWEST {
            return Ok(None);
        }
        let spread = |set: &Exhibit| {
            let rows: Vec<&[u8]> = (0..set.len()).map(|row| set.thumbnails.get(row)).collect();
            deviations(&rows)
        };
        let Some((variance_ratio, interval)) = ratio(&spread(generated), &spread(real)) else {
            return Ok(None);
        };
        let nearness = calibrate(real, generated.len(), seed, observer)?;
        let crowd = match nearness {
            Some(nearness) => Some(Crowd::of(generated, nearness, observer)?),
            None => None,
        };
        let share = |n: usize| {
            crowd
                .as_ref()
                .map_or(0.0, |crowd| crowd.share_of_largest(n))
        };
        let mut evidence = vec![any(generated)];
        evidence.extend(crowd.as_ref().map(Crowd::evidence).unwrap_or_default());
        Ok(Some(Self {
            n: [generated.len(), real.len()],
            variance_ratio,
            interval,
            feature_ratio: feature_ratio(generated, real),
            kinds: kinds(generated, real, seed),
            clusters: [share(1), share(10)],
            evidence,
        }))
    }

    /// Is it one picture, or a few?
    #[must_use]
    pub fn is_collapsed(&self) -> bool {
        let few = |[made, real]: [f64; 2]| made < FEW_KINDS && real > 3.0 * FEW_KINDS;
        self.interval.upper < COLLAPSED_RATIO
            || self.kinds.is_some_and(few)
            || self.clusters[0] >= LARGEST
            || self.clusters[1] >= TEN_LARGEST
    }

    /// Is there clearly less of it than among real pictures?
    #[must_use]
    pub fn is_weak(&self) -> bool {
        let few = |[made, real]: [f64; 2]| made < WEAK_RATIO * real;
        self.interval.upper < WEAK_RATIO || self.kinds.is_some_and(few)
    }

    /// What there is to say.
    #[must_use]
    pub fn finding(&self) -> Finding {
        let (severity, verdict) = match (self.is_collapsed(), self.is_weak()) {
            (true, _) => (Severity::Serious, "the generator has collapsed"),
            (false, true) => (
                Severity::Warning,
                "the generated pictures are less diverse than real ones",
            ),
            (false, false) => (Severity::Clear, "no collapse"),
        };
        let kinds = self.kinds.map_or_else(String::new, |[made, real]| {
            format!(", and are of about {made:.1} kinds where real ones are of {real:.1}")
        });
        let text = format!(
            "{verdict}: the generated pictures have {} of the variance of the real ones{kinds}; the largest cluster of near duplicates holds {} of the set",
            percent(self.variance_ratio),
            percent(self.clusters[0])
        );
        let mut finding = Finding::new("collapse", severity, text);
        if severity > Severity::Clear {
            "take an earlier checkpoint, or train with a remedy: gradient penalty, a lower learning rate, minibatch statistics"
                .clone_into(&mut finding.mend);
            finding.evidence.clone_from(&self.evidence);
        }
        finding.value = Some(self.variance_ratio);
        finding.interval = Some(self.interval);
        finding.details = [
            ("share_of_largest_cluster", self.clusters[0]),
            ("share_of_ten_largest_clusters", self.clusters[1]),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        let others = [
            ("feature_variance_ratio", self.feature_ratio),
            ("kinds", self.kinds.map(|kinds| kinds[0])),
            ("kinds_of_real", self.kinds.map(|kinds| kinds[1])),
        ];
        for (name, value) in others {
            if let Some(value) = value {
                finding.details.insert(name.to_owned(), value);
            }
        }
        finding
    }
}

/// Some pictures, evenly spaced over the set.
fn any(set: &Exhibit) -> Evidence {
    let step = (set.len() / SHOWN).max(1);
    let rows = (0..set.len()).step_by(step).take(SHOWN);
    Evidence {
        label: "generated pictures, evenly spaced over the set".to_owned(),
        pictures: rows.map(|row| (SetSide::Generated, row)).collect(),
        ..Evidence::default()
    }
}

fn feature_ratio(generated: &Exhibit, real: &Exhibit) -> Option<f64> {
    let spread = |set: &Exhibit| {
        let features = set.features.as_ref()?;
        let rows: Vec<&[f32]> = features
            .outer_iter()
            .filter_map(|row| row.to_slice())
            .collect();
        (rows.len() == features.nrows()).then(|| deviations(&rows))
    };
    Some(ratio(&spread(generated)?, &spread(real)?)?.0)
}

/// Effective numbers of kinds, by the colors of 8 × 8 blocks: pixel noise does not make kinds.
fn kinds(generated: &Exhibit, real: &Exhibit, seed: Seed) -> Option<[f64; 2]> {
    let n = generated.len().min(real.len()).min(SAMPLE);
    let sample = |set: &Exhibit, index: u64| {
        let mut rows = seed.stream("audit.collapse", index).permutation(set.len());
        rows.truncate(n);
        rows.sort_unstable();
        let blocks = Likeness::of(&set.thumbnails, &rows).blocks();
        Array2::from_shape_vec((n, Likeness::N_BLOCKS), blocks).ok()
    };
    let (made, real) = (sample(generated, 0)?, sample(real, 1)?);
    let sigma = renyi::bandwidth(real.view())?.sigma;
    Some([made, real].map(|rows| renyi::mode_count(rows.view(), sigma).value))
}
