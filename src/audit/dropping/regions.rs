//! Regions of the reference that are filled less, or more, than they should be.
//!
//! ```text
//! a random half of the reference ── k-means ──▶ centers
//! the other half, the generated set ── nearest center ──▶ counts ── Fisher, Holm ──▶ regions that differ
//! ```
//! The half that made the centers is not counted: clusters follow their own members, and would always hold more of them than
//! of any fresh picture, real or not.

use ndarray::{ArrayView2, Axis};

use super::super::finding::percent;
use super::super::{Evidence, Finding, Severity};
use crate::error::{Error, Result};
use crate::rng::Seed;
use crate::statistics::estimate::{ConfidenceInterval, SetSide};
use crate::statistics::proportions::wilson;
use crate::statistics::{fisher, holm, kmeans};

/// Regions at most, unless asked for more.
const MOST: usize = 100;

/// Pictures of the smaller side that a region has on average.
const PER_REGION: usize = 20;

/// Chance of any false alarm among all regions.
const LEVEL: f64 = 0.01;

/// A region with less than half, or more than twice, of its share is missing or overfilled.
const FACTOR: f64 = 2.0;

/// From this share of the set on it is doubtful, and serious.
const DOUBTFUL: f64 = 0.02;
const SERIOUS: f64 = 0.2;

/// Regions and members of each that are shown.
const SHOWN: usize = 6;
const MEMBERS: usize = 8;

/// One region.
#[derive(Debug, Clone, PartialEq)]
pub struct Region {
    /// Pictures in it: reference (the counted half), generated.
    pub counts: [usize; 2],
    /// Two-sided p-value of equal shares, corrected for all regions.
    pub p_value: f64,
    /// Rows of both sets in it, nearest to the center first (of the reference: of both halves), at most 8 each.
    pub members: [Vec<usize>; 2],
}

/// A reference and a generated set in the same regions.
#[derive(Debug, Clone, PartialEq)]
pub struct Regions {
    /// Pictures that were counted: reference, generated.
    pub n: [usize; 2],
    /// All regions, that with the largest share of the reference first.
    pub regions: Vec<Region>,
}

impl Regions {
    /// Clusters one half of `reference` `[n, d]` and counts the other half and `generated` `[m, d]`.
    ///
    /// # Errors
    /// Cannot tell: fewer pictures than two regions need, or than `n_bins` regions need. Input: other dimensions.
    pub fn of(
        reference: ArrayView2<'_, f32>,
        generated: ArrayView2<'_, f32>,
        n_bins: Option<usize>,
        seed: Seed,
    ) -> Result<Self> {
        let order = seed
            .stream("audit.dropping.halves", 0)
            .permutation(reference.nrows());
        let (basis, counted) = order.split_at(order.len() / 2);
        let centers = centers(
            reference.select(Axis(0), basis).view(),
            [counted.len(), generated.nrows()],
            n_bins,
            seed,
        )?;
        let mut is_counted = vec![false; reference.nrows()];
        for &row in counted {
            if let Some(slot) = is_counted.get_mut(row) {
                *slot = true;
            }
        }
        Self::fill(centers.view(), reference, generated, &is_counted)
    }

    /// Counts two sets in the regions of a third, `basis` `[n, d]`: what is different between two checkpoints, with the
    /// earlier one as the side `reference`.
    ///
    /// # Errors
    /// As [`Regions::of`].
    pub fn between(
        basis: ArrayView2<'_, f32>,
        earlier: ArrayView2<'_, f32>,
        later: ArrayView2<'_, f32>,
        n_bins: Option<usize>,
        seed: Seed,
    ) -> Result<Self> {
        let centers = centers(basis, [earlier.nrows(), later.nrows()], n_bins, seed)?;
        Self::fill(centers.view(), earlier, later, &vec![true; earlier.nrows()])
    }

    fn fill(
        centers: ArrayView2<'_, f64>,
        reference: ArrayView2<'_, f32>,
        generated: ArrayView2<'_, f32>,
        is_counted: &[bool],
    ) -> Result<Self> {
        if [reference.ncols(), generated.ncols()] != [centers.ncols(); 2] {
            return Err(Error::input(format!(
                "the features have {} and {} dimensions",
                reference.ncols(),
                generated.ncols()
            )));
        }
        let sides = [reference, generated].map(|side| kmeans::with_distances(side, centers));
        let n = [
            is_counted.iter().filter(|counted| **counted).count(),
            generated.nrows(),
        ];
        let mut counts = vec![[0_usize; 2]; centers.nrows()];
        let mut members: Vec<[Vec<(f64, usize)>; 2]> =
            vec![[Vec::new(), Vec::new()]; centers.nrows()];
        for (side, (labels, distances)) in sides.iter().enumerate() {
            for (row, (&label, &distance)) in labels.iter().zip(distances).enumerate() {
                let is_counted = side == 1 || is_counted.get(row).copied().unwrap_or(false);
                counts[label][side] += usize::from(is_counted);
                members[label][side].push((distance, row));
            }
        }
        let p_values: Vec<f64> = counts
            .iter()
            .map(|[a, b]| fisher::two_sided_p(*a, n[0], *b, n[1]))
            .collect();
        let mut regions: Vec<Region> = counts
            .into_iter()
            .zip(holm::adjust(&p_values))
            .zip(members)
            .map(|((counts, p_value), members)| Region {
                counts,
                p_value,
                members: members.map(nearest),
            })
            .collect();
        regions.sort_by_key(|region| std::cmp::Reverse(region.counts[0]));
        Ok(Self { n, regions })
    }

    /// The share of the reference and of the generated set that a region holds.
    #[must_use]
    pub fn shares(&self, region: &Region) -> [f64; 2] {
        [0, 1].map(|side| region.counts[side] as f64 / self.n[side].max(1) as f64)
    }

    /// Regions that differ for certain, where the generated set has less than half of its share.
    #[must_use]
    pub fn missing(&self) -> Vec<&Region> {
        self.differing(|[real, made]| FACTOR * made < real)
    }

    /// Regions that differ for certain, where the generated set has more than twice its share.
    #[must_use]
    pub fn overfilled(&self) -> Vec<&Region> {
        self.differing(|[real, made]| made > FACTOR * real)
    }

    /// The most different first.
    fn differing(&self, which: impl Fn([f64; 2]) -> bool) -> Vec<&Region> {
        let mut found: Vec<&Region> = self
            .regions
            .iter()
            .filter(|region| region.p_value < LEVEL && which(self.shares(region)))
            .collect();
        let difference = |region: &Region| {
            let [real, made] = self.shares(region);
            (real - made).abs()
        };
        found.sort_by(|a, b| difference(b).total_cmp(&difference(a)));
        found
    }

    /// Half the sum of the differences of all shares, between 0 and 1.
    #[must_use]
    pub fn total_variation(&self) -> f64 {
        let differences = self.regions.iter().map(|region| {
            let [real, made] = self.shares(region);
            (real - made).abs()
        });
        0.5 * differences.sum::<f64>()
    }

    /// What there is to say: `regions_missing` and `regions_overfilled`.
    #[must_use]
    pub fn findings(&self) -> [Finding; 2] {
        let missing = self.missing();
        let lost: f64 = missing.iter().map(|region| self.shares(region)[0]).sum();
        let held: f64 = missing.iter().map(|region| self.shares(region)[1]).sum();
        let text = if missing.is_empty() {
            format!(
                "no region of the reference is missing, of {}",
                self.regions.len()
            )
        } else {
            format!(
                "{} of {} regions of the reference are missing or hardly reached: {} of the real pictures are there, and {} of the generated ones",
                missing.len(),
                self.regions.len(),
                percent(lost),
                percent(held)
            )
        };
        let mend = "look at the real pictures of these regions: the generator does not make them; train longer, on balanced data, or with a loss that covers modes";
        let first = self.told(
            "regions_missing",
            &missing,
            lost,
            wilson(lost, self.n[0].max(1) as f64),
            text,
            mend,
        );

        let overfilled = self.overfilled();
        let share: f64 = overfilled.iter().map(|region| self.shares(region)[1]).sum();
        let due: f64 = overfilled.iter().map(|region| self.shares(region)[0]).sum();
        let text = if overfilled.is_empty() {
            format!(
                "no region of the reference is overfilled, of {}",
                self.regions.len()
            )
        } else {
            format!(
                "{} of {} regions are overfilled: {} of the generated pictures are there, and {} of the real ones",
                overfilled.len(),
                self.regions.len(),
                percent(share),
                percent(due)
            )
        };
        let mend = "look at the generated pictures of these regions: they are made too often, or are what the generator makes when it fails";
        let second = self.told(
            "regions_overfilled",
            &overfilled,
            share,
            wilson(share, self.n[1].max(1) as f64),
            text,
            mend,
        );
        [first, second]
    }

    fn told(
        &self,
        id: &'static str,
        found: &[&Region],
        share: f64,
        interval: ConfidenceInterval,
        text: String,
        mend: &str,
    ) -> Finding {
        let mut finding = Finding::new(id, severity(share), text);
        if !found.is_empty() {
            mend.clone_into(&mut finding.mend);
        }
        finding.value = Some(share);
        finding.interval = Some(interval);
        finding.details = [
            ("n_regions", self.regions.len() as f64),
            ("n_found", found.len() as f64),
            ("n_reference_counted", self.n[0] as f64),
            ("total_variation", self.total_variation()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        finding.evidence = found
            .iter()
            .take(SHOWN)
            .map(|region| self.evidence(region))
            .collect();
        finding
    }

    /// A region as evidence: members of both sides.
    #[must_use]
    pub fn evidence(&self, region: &Region) -> Evidence {
        let [real, made] = self.shares(region);
        let [of_reference, of_generated] = &region.members;
        let reference = of_reference.iter().map(|&row| (SetSide::Reference, row));
        let generated = of_generated.iter().map(|&row| (SetSide::Generated, row));
        Evidence {
            label: format!(
                "{} of the reference, {} of the generated set",
                percent(real),
                percent(made)
            ),
            pictures: reference.chain(generated).collect(),
            p_value: Some(region.p_value),
            ..Evidence::default()
        }
    }
}

/// How bad it is that this share of a set is missing, or overfilled.
fn severity(share: f64) -> Severity {
    if share >= SERIOUS {
        Severity::Serious
    } else if share >= DOUBTFUL {
        Severity::Warning
    } else if share > 0.0 {
        Severity::Note
    } else {
        Severity::Clear
    }
}

fn centers(
    basis: ArrayView2<'_, f32>,
    counted: [usize; 2],
    n_bins: Option<usize>,
    seed: Seed,
) -> Result<ndarray::Array2<f64>> {
    let smaller = counted[0].min(counted[1]).min(basis.nrows());
    let most = smaller / PER_REGION;
    let n_bins = n_bins.unwrap_or_else(|| MOST.min(most));
    if n_bins < 2 || n_bins > smaller {
        return Err(Error::cannot_tell(format!(
            "{} regions of {smaller} counted pictures; a region needs {PER_REGION} of the smaller side on average",
            n_bins.max(2)
        ))
        .mend("give more pictures (half of the reference is counted), or set dropping.n_bins lower"));
    }
    Ok(kmeans::cluster(basis, n_bins, &mut seed.stream("audit.dropping.centers", 0)).centres)
}

fn nearest(mut members: Vec<(f64, usize)>) -> Vec<usize> {
    members.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    members
        .into_iter()
        .take(MEMBERS)
        .map(|(_, row)| row)
        .collect()
}
