//! The near pictures of a set and their clusters.

use super::likeness::{Cluster, Likeness, levels};
use super::nearness::Nearness;
use super::{Evidence, Exhibit};
use crate::error::Result;
use crate::progress::Observer;
use crate::statistics::estimate::SetSide;

/// Clusters that are shown, and pictures of each.
pub(super) const SHOWN_CLUSTERS: usize = 8;
const SHOWN_PICTURES: usize = 8;

/// The near pictures of a generated set.
#[derive(Debug, Clone)]
pub struct Crowd {
    /// What is near.
    pub nearness: Nearness,
    /// Pictures of the set.
    pub n: usize,
    /// Those that have another within the threshold.
    pub n_near: usize,
    /// Pairs within the threshold.
    pub n_pairs: u64,
    /// Clusters of two and more, the largest first.
    pub clusters: Vec<Cluster>,
}

impl Crowd {
    /// Looks at all pairs of a set, the first time that anybody asks.
    ///
    /// # Errors
    /// Interrupted.
    pub fn of(set: &Exhibit, nearness: Nearness, observer: &dyn Observer) -> Result<Self> {
        let crowds = &set.thumbnails.crowds;
        crowds.get_or_make(nearness, || Self::look(set, nearness, observer))
    }

    fn look(set: &Exhibit, nearness: Nearness, observer: &dyn Observer) -> Result<Self> {
        let rows: Vec<usize> = (0..set.len()).collect();
        let likeness = Likeness::of(&set.thumbnails, &rows);
        let degrees = likeness.degrees(nearness.limit, observer)?;
        Ok(Self {
            nearness,
            n: set.len(),
            n_near: degrees.iter().filter(|degree| **degree > 0).count(),
            n_pairs: degrees.iter().map(|degree| u64::from(*degree)).sum::<u64>() / 2,
            clusters: likeness.clusters(nearness.limit, &degrees, observer)?,
        })
    }

    /// The share of the set in its `n` largest clusters.
    #[must_use]
    pub fn share_of_largest(&self, n: usize) -> f64 {
        let inside: usize = self.clusters.iter().take(n).map(|c| c.rows.len()).sum();
        inside as f64 / self.n.max(1) as f64
    }

    /// The largest clusters as evidence.
    #[must_use]
    pub fn evidence(&self) -> Vec<Evidence> {
        let shown = self.clusters.iter().take(SHOWN_CLUSTERS);
        shown
            .map(|cluster| {
                let near = format!(
                    "{} pictures within {:.1} gray levels",
                    cluster.rows.len(),
                    levels(cluster.radius)
                );
                evidence(near, &cluster.rows, Some(levels(cluster.radius)))
            })
            .collect()
    }
}

/// Generated pictures that belong together, the first of them.
pub(super) fn evidence(label: String, rows: &[usize], distance: Option<f64>) -> Evidence {
    let shown = rows.iter().take(SHOWN_PICTURES);
    Evidence {
        label,
        pictures: shown.map(|&row| (SetSide::Generated, row)).collect(),
        distance,
        ..Evidence::default()
    }
}
