//! Which mode a sample belongs to: its label where labels are known, else one of ten clusters of the features.

use crate::metrics::Measured;
use crate::rng::Seed;
use crate::statistics::kmeans;
use ndarray::ArrayView2;

const N_CLUSTERS: usize = 10;

/// The mode of every sample, as numbers from 0.
pub struct Modes {
    /// One for each sample.
    pub of: Vec<usize>,
    /// How many there are.
    pub n: usize,
    /// `labels` or `clusters`.
    pub origin: &'static str,
}

/// The modes of a set; nothing where all its samples are one mode.
#[must_use]
pub fn modes(set: &Measured, seed: Seed) -> Option<Modes> {
    by_label(set).or_else(|| {
        let features = set.features()?;
        let of = clusters(features, seed);
        let n = of.iter().max().map_or(0, |last| last + 1);
        (n > 1).then_some(Modes {
            of,
            n,
            origin: "clusters",
        })
    })
}

fn by_label(set: &Measured) -> Option<Modes> {
    let labels = set.labels()?;
    let mut names: Vec<&String> = labels.iter().collect();
    names.sort_unstable();
    names.dedup();
    let of = labels
        .iter()
        .map(|label| names.binary_search(&label).unwrap_or(0))
        .collect();
    (names.len() > 1).then_some(Modes {
        of,
        n: names.len(),
        origin: "labels",
    })
}

/// Clusters of the features, numbered without a gap.
fn clusters(features: ArrayView2<'_, f32>, seed: Seed) -> Vec<usize> {
    let mut stream = seed.stream("sensitivity clusters", 0);
    let n_clusters = N_CLUSTERS.min(features.nrows());
    let of = kmeans::cluster(features, n_clusters, &mut stream).labels;
    let mut used = of.clone();
    used.sort_unstable();
    used.dedup();
    of.iter()
        .map(|number| used.binary_search(number).unwrap_or(0))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Space;
    use ndarray::Array2;

    fn set(n: usize, value: impl Fn(usize, usize) -> f32) -> Measured {
        let features = Array2::from_shape_fn((n, 2), |(i, j)| value(i, j));
        Measured::from_features("set", Space::Arrays, features).unwrap()
    }

    #[test]
    fn labels_come_before_clusters() {
        let labels = (0..30).map(|i| format!("{}", i % 3)).collect();
        let labelled = set(30, |i, _| i as f32).with_labels(labels).unwrap();
        let found = modes(&labelled, Seed(1)).unwrap();
        assert_eq!((found.n, found.origin), (3, "labels"));
        assert_eq!(found.of[..4], [0, 1, 2, 0]);
    }

    #[test]
    fn ten_heaps_are_ten_modes() {
        // Heap h lies at (100 h, 0), its members within 1 of that.
        let heaps = set(100, |i, j| {
            (if j == 0 { 100.0 * (i % 10) as f32 } else { 0.0 }) + (i / 10) as f32 * 0.1
        });
        let found = modes(&heaps, Seed(1)).unwrap();
        assert_eq!((found.n, found.origin), (10, "clusters"));
        assert!((0..100).all(|i| found.of[i] == found.of[i % 10]));
    }

    #[test]
    fn equal_points_are_one_mode_and_so_none_can_be_dropped() {
        assert!(modes(&set(30, |_, _| 1.0), Seed(1)).is_none());
    }
}
