//! k-means: Lloyd's iterations from k-means++ centres, with the same result for any number of threads.
//!
//! ```text
//! minimise Σi min_c |xi − c|²
//! ```
//! Centres are seeded one by one, each a sample drawn with probability proportional to its squared distance to the
//! nearest centre so far (Arthur and Vassilvitskii 2007); then samples go to their nearest centre (the first of equally
//! near ones) and centres to the mean of their samples, until nothing moves, or the centres move by less than 1e-4 of
//! the mean variance, or 100 times (scikit-learn's `tol`, and the `max_iter` of NDB's program). A centre that loses all
//! its samples takes the sample farthest from its own. There are never more clusters than distinct samples.
//!
//! All sums are float64. Labels come from `|c|²/2 − ⟨x, c⟩` on samples moved to their common mean. No crate does this:
//! those that were looked at either depend on the thread count or bring a second version of the arrays used here.

use faer::Mat;
use ndarray::{Array1, Array2, ArrayView2, Axis, Slice};
use rayon::prelude::*;

use super::distance::squared;
use super::linalg;
use crate::rng::Stream;

const MAX_ITERATIONS: usize = 100;
const TOLERANCE: f64 = 1e-4;

/// Samples that are compared with all centres by one product.
const BLOCK: usize = 256;

/// Centres and which samples belong to them.
#[derive(Debug, Clone, PartialEq)]
pub struct Clustering {
    /// `[n_clusters, d]`.
    pub centres: Array2<f64>,
    /// The cluster of every sample.
    pub labels: Vec<usize>,
    /// Squared distance of every sample to its centre.
    pub distances: Vec<f64>,
}

impl Clustering {
    /// Σ of the squared distances.
    #[must_use]
    pub fn inertia(&self) -> f64 {
        self.distances.iter().sum()
    }
}

/// The best of `n_runs` clusterings by inertia (the first of equally good ones).
pub fn best_of<T>(
    n_runs: usize,
    samples: ArrayView2<'_, T>,
    n_clusters: usize,
    mut stream: impl FnMut(usize) -> Stream,
) -> Clustering
where
    T: Copy + Into<f64> + Send + Sync,
{
    let mut best = cluster(samples, n_clusters, &mut stream(0));
    for run in 1..n_runs {
        let other = cluster(samples, n_clusters, &mut stream(run));
        if other.inertia() < best.inertia() {
            best = other;
        }
    }
    best
}

/// Clusters samples `[n, d]`. Fewer clusters than asked for come back where there are fewer distinct samples.
pub fn cluster<T>(samples: ArrayView2<'_, T>, n_clusters: usize, stream: &mut Stream) -> Clustering
where
    T: Copy + Into<f64> + Send + Sync,
{
    let samples = samples.as_standard_layout();
    let samples = samples.view();
    let (origin, variance) = centre_and_variance(samples);
    let mut centres = seeds(samples, n_clusters, stream);
    let (mut labels, mut distances) = nearest(samples, centres.view(), &origin);
    for _ in 0..MAX_ITERATIONS {
        let before = labels.clone();
        fill_empty(&mut labels, &distances, centres.nrows());
        let moved = means(samples, &labels, &centres);
        let shift: f64 = moved
            .iter()
            .zip(&centres)
            .map(|(a, b)| (a - b).powi(2))
            .sum();
        centres = moved;
        (labels, distances) = nearest(samples, centres.view(), &origin);
        if labels == before || shift <= TOLERANCE * variance {
            break;
        }
    }
    Clustering {
        centres,
        labels,
        distances,
    }
}

/// The nearest centre of every sample, the first of equally near ones.
pub fn assign<T>(samples: ArrayView2<'_, T>, centres: ArrayView2<'_, f64>) -> Vec<usize>
where
    T: Copy + Into<f64> + Send + Sync,
{
    with_distances(samples, centres).0
}

/// The nearest centre of every sample, and the squared distance to it.
pub fn with_distances<T>(
    samples: ArrayView2<'_, T>,
    centres: ArrayView2<'_, f64>,
) -> (Vec<usize>, Vec<f64>)
where
    T: Copy + Into<f64> + Send + Sync,
{
    let samples = samples.as_standard_layout();
    let origin = centres.mean_axis(Axis(0)).unwrap_or_default();
    nearest(samples.view(), centres, &origin)
}

/// Mean of the samples, and the mean over the dimensions of their variance.
fn centre_and_variance<T: Copy + Into<f64>>(samples: ArrayView2<'_, T>) -> (Array1<f64>, f64) {
    let (n, d) = samples.dim();
    let mut mean = Array1::<f64>::zeros(d);
    for row in samples.rows() {
        for (sum, &value) in mean.iter_mut().zip(row) {
            *sum += value.into();
        }
    }
    mean /= (n as f64).max(1.0);
    let mut squares = 0.0;
    for row in samples.rows() {
        for (mean, &value) in mean.iter().zip(row) {
            squares += (value.into() - mean).powi(2);
        }
    }
    (mean, squares / ((n * d) as f64).max(1.0))
}

/// k-means++ centres.
fn seeds<T>(samples: ArrayView2<'_, T>, n_clusters: usize, stream: &mut Stream) -> Array2<f64>
where
    T: Copy + Into<f64> + Send + Sync,
{
    let n = samples.nrows();
    let mut chosen: Vec<usize> = Vec::new();
    let mut distances = vec![f64::INFINITY; n];
    while chosen.len() < n_clusters.min(n) {
        let next = if chosen.is_empty() {
            stream.below(n)
        } else {
            match drawn(&distances, stream) {
                Some(row) => row,
                None => break,
            }
        };
        chosen.push(next);
        let centre: Vec<f64> = samples.row(next).iter().map(|&v| v.into()).collect();
        distances.par_iter_mut().enumerate().for_each(|(i, known)| {
            if let Some(row) = samples.row(i).to_slice() {
                *known = known.min(squared(row, &centre));
            }
        });
    }
    Array2::from_shape_fn((chosen.len(), samples.ncols()), |(c, j)| {
        samples[[chosen[c], j]].into()
    })
}

/// An index with probability proportional to its weight; `None` where all weights are 0.
fn drawn(weights: &[f64], stream: &mut Stream) -> Option<usize> {
    let total: f64 = weights.iter().sum();
    let mut left = total * stream.uniform();
    let mut last = None;
    for (i, &weight) in weights.iter().enumerate().filter(|(_, w)| **w > 0.0) {
        last = Some(i);
        left -= weight;
        if left < 0.0 {
            break;
        }
    }
    last
}

/// Labels and squared distances, with samples and centres moved by `origin`.
fn nearest<T>(
    samples: ArrayView2<'_, T>,
    centres: ArrayView2<'_, f64>,
    origin: &Array1<f64>,
) -> (Vec<usize>, Vec<f64>)
where
    T: Copy + Into<f64> + Send + Sync,
{
    let moved = &centres - origin;
    let centres = linalg::columns(moved.view());
    let halves: Vec<f64> = (0..centres.ncols())
        .map(|c| 0.5 * centres.col_as_slice(c).iter().map(|v| v * v).sum::<f64>())
        .collect();
    let blocks: Vec<Vec<(usize, f64)>> = (0..samples.nrows().div_ceil(BLOCK))
        .into_par_iter()
        .map(|block| {
            let end = ((block + 1) * BLOCK).min(samples.nrows());
            let rows = samples.slice_axis(Axis(0), Slice::from(block * BLOCK..end));
            nearest_of_block(rows, &centres, &halves, origin)
        })
        .collect();
    blocks.into_iter().flatten().unzip()
}

fn nearest_of_block<T: Copy + Into<f64>>(
    rows: ArrayView2<'_, T>,
    centres: &Mat<f64>,
    halves: &[f64],
    origin: &Array1<f64>,
) -> Vec<(usize, f64)> {
    let mut rows = linalg::columns(rows);
    for i in 0..rows.ncols() {
        for (value, origin) in rows.col_as_slice_mut(i).iter_mut().zip(origin) {
            *value -= origin;
        }
    }
    let products = linalg::inner_products(centres.as_ref(), rows.as_ref());
    (0..rows.ncols())
        .map(|i| {
            let (mut label, mut least) = (0, f64::INFINITY);
            for (c, (half, product)) in halves.iter().zip(products.col_as_slice(i)).enumerate() {
                if half - product < least {
                    (label, least) = (c, half - product);
                }
            }
            let norm: f64 = rows.col_as_slice(i).iter().map(|v| v * v).sum();
            (label, (norm + 2.0 * least).max(0.0))
        })
        .collect()
}

/// Gives every cluster without samples the sample that is farthest from its centre, out of a cluster that keeps one.
fn fill_empty(labels: &mut [usize], distances: &[f64], n_clusters: usize) {
    let mut sizes = vec![0_usize; n_clusters];
    for &label in labels.iter() {
        sizes[label] += 1;
    }
    if sizes.iter().all(|&size| size > 0) {
        return;
    }
    let mut order: Vec<usize> = (0..labels.len()).collect();
    order.sort_by(|&a, &b| distances[b].total_cmp(&distances[a]).then(a.cmp(&b)));
    let mut farthest = order.into_iter();
    for empty in 0..n_clusters {
        if sizes[empty] > 0 {
            continue;
        }
        if let Some(row) = farthest.find(|&row| sizes[labels[row]] > 1) {
            sizes[labels[row]] -= 1;
            labels[row] = empty;
            sizes[empty] = 1;
        }
    }
}

/// Means of the clusters, each summed in the order of its samples; a cluster without samples stays where it is.
fn means<T>(samples: ArrayView2<'_, T>, labels: &[usize], centres: &Array2<f64>) -> Array2<f64>
where
    T: Copy + Into<f64> + Send + Sync,
{
    let mut members = vec![Vec::new(); centres.nrows()];
    for (row, &label) in labels.iter().enumerate() {
        members[label].push(row);
    }
    let mut out = centres.clone();
    out.axis_iter_mut(Axis(0))
        .into_par_iter()
        .zip(&members)
        .filter(|(_, rows)| !rows.is_empty())
        .for_each(|(mut centre, rows)| {
            centre.fill(0.0);
            for &row in rows {
                for (sum, &value) in centre.iter_mut().zip(samples.row(row)) {
                    *sum += value.into();
                }
            }
            centre /= rows.len() as f64;
        });
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Seed;
    use ndarray::array;

    fn stream() -> Stream {
        Seed(1).stream("kmeans test", 0)
    }

    #[test]
    fn two_heaps_are_found_with_their_means() {
        // Heaps {0, 1} and {10, 11, 12}: centres 0.5 and 11, inertia 0.25 + 0.25 + 1 + 0 + 1 = 2.5.
        let samples = array![[0.0_f32], [10.0], [1.0], [11.0], [12.0]];
        let found = best_of(5, samples.view(), 2, |run| {
            Seed(1).stream("heaps", run as u64)
        });
        let mut centres = found.centres.column(0).to_vec();
        centres.sort_by(f64::total_cmp);
        assert_eq!(centres, [0.5, 11.0]);
        assert!((found.inertia() - 2.5).abs() < 1e-12);
        assert_eq!(found.labels[0], found.labels[2]);
        assert_ne!(found.labels[0], found.labels[1]);
    }

    #[test]
    fn equally_near_centres_go_to_the_first() {
        let centres = array![[-1.0], [1.0], [1.0]];
        let samples = array![[0.0_f32], [0.5], [-0.5]];
        assert_eq!(assign(samples.view(), centres.view()), [0, 1, 0]);
    }

    #[test]
    fn there_are_no_more_clusters_than_distinct_samples() {
        let samples = Array2::from_elem((20, 3), 7.0_f32);
        let found = cluster(samples.view(), 5, &mut stream());
        assert_eq!((found.centres.nrows(), found.inertia()), (1, 0.0));
        let few = array![[1.0_f32], [2.0]];
        assert_eq!(cluster(few.view(), 5, &mut stream()).centres.nrows(), 2);
        let none = Array2::<f32>::zeros((0, 3));
        assert!(cluster(none.view(), 5, &mut stream()).labels.is_empty());
    }

    #[test]
    fn an_empty_cluster_takes_the_farthest_sample_of_a_larger_one() {
        let mut labels = vec![0, 0, 1, 0];
        fill_empty(&mut labels, &[1.0, 3.0, 9.0, 2.0], 3);
        // Row 2 is farther away, but is the last of its cluster.
        assert_eq!(labels, [0, 2, 1, 0]);
    }

    #[test]
    fn the_same_bits_come_from_any_number_of_threads() {
        let mut noise = Seed(3).stream("noise", 0);
        let samples = Array2::from_shape_fn((700, 9), |_| noise.normal() as f32);
        let with = |threads: usize| {
            rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap()
                .install(|| cluster(samples.view(), 12, &mut stream()))
        };
        assert_eq!(with(1), with(3));
    }
}
