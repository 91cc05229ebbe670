//! C_T: do generated samples lie closer to the training set than a held-out test set does? (Meehan et al. 2020)
//!
//! ```text
//! per cell c:  L(x) = distance of x to the nearest training sample of its cell
//!              Zc = (U − (nm/2 − ½)) / √(nm (n + m + 1) / 12),   U of L(generated) against L(test)
//! C_T = Σ P(c) Zc / Σ P(c)   over cells whose share of the generated set is above τ = 20 / n_generated
//! ```
//! with P(c) the cell's share of the test set. A cell with no generated sample has Z = 0. Far below 0: copying; far above
//! 0: the model does not fit. Source: the program of the paper (data-copying, 2020), as dgm-eval carries it.

use ndarray::{ArrayView2, Axis};
use rayon::prelude::*;

use super::distance::squared;
use super::mann_whitney::{MannWhitney, null_deviation};

/// A cell counts with more generated samples than this.
pub const LEAST_GENERATED: usize = 20;

/// C_T and its cells.
#[derive(Debug, Clone, PartialEq)]
pub struct DataCopying {
    /// C_T; `None` where no cell counts.
    pub value: Option<f64>,
    /// Standard error of C_T (see [`data_copying`]).
    pub std_error: Option<f64>,
    /// Every cell, in order.
    pub cells: Vec<Cell>,
}

/// One cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cell {
    /// Test samples in it.
    pub n_test: usize,
    /// Generated samples in it.
    pub n_generated: usize,
    /// Pairs in which the generated sample is the farther one, ties half.
    pub u: f64,
    /// Zc.
    pub z: f64,
    /// Does it count?
    pub is_kept: bool,
}

/// Distances to the nearest training sample of the same cell, listed by cell.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CellDistances(pub Vec<Vec<f64>>);

/// Distances of `samples` to the nearest of the `train` samples with the same label, sorted into `n_cells` cells.
/// Samples of a cell without training samples are at infinity. Labels beyond `n_cells` are left out.
pub fn cell_distances<T>(
    samples: ArrayView2<'_, T>,
    labels: &[usize],
    train: ArrayView2<'_, T>,
    train_labels: &[usize],
    n_cells: usize,
) -> CellDistances
where
    T: Copy + Into<f64> + Send + Sync,
{
    let (samples, train) = (samples.as_standard_layout(), train.as_standard_layout());
    let mut members = vec![Vec::new(); n_cells];
    for (row, &label) in train.axis_iter(Axis(0)).zip(train_labels) {
        if let (Some(cell), Some(row)) = (members.get_mut(label), row.to_slice()) {
            cell.push(row);
        }
    }
    let nearest: Vec<Option<f64>> = (0..samples.nrows().min(labels.len()))
        .into_par_iter()
        .map(|i| {
            let row = samples.row(i);
            let row = row.to_slice()?;
            let distances = members
                .get(labels[i])?
                .iter()
                .map(|seen| squared(row, seen));
            Some(distances.fold(f64::INFINITY, f64::min).sqrt())
        })
        .collect();
    let mut cells = vec![Vec::new(); n_cells];
    for (distance, &label) in nearest.into_iter().zip(labels) {
        if let Some(distance) = distance {
            cells[label].push(distance);
        }
    }
    CellDistances(cells)
}

/// C_T of `test` and `generated` distances in the same cells.
///
/// The standard error is that of fresh test and generated sets with the training set and its cells held fixed. Each
/// sample moves C_T through the placement of its distance (DeLong et al. 1988) and through the counts of its cell; the
/// sum of the squared influences is the variance. Under equal distributions this agrees with √(ΣP²)/ΣP, the value for
/// Zc of variance 1, and it stays right where they differ and the variance of U is not the null one.
#[must_use]
pub fn data_copying(test: &CellDistances, generated: &CellDistances) -> DataCopying {
    let total = generated.0.iter().map(Vec::len).sum::<usize>();
    let ranks: Vec<MannWhitney> = test
        .0
        .iter()
        .zip(&generated.0)
        .map(|(test, generated)| MannWhitney::of(generated, test))
        .collect();
    // A share above 20 / n_generated, compared as the program does it.
    let tau = LEAST_GENERATED as f64 / total as f64;
    let cells: Vec<Cell> = ranks
        .iter()
        .map(|rank| Cell {
            n_test: rank.of_b.len(),
            n_generated: rank.of_a.len(),
            u: rank.u,
            z: rank.z(),
            is_kept: rank.of_a.len() as f64 / total as f64 > tau,
        })
        .collect();
    let weight: usize = cells.iter().filter(|c| c.is_kept).map(|c| c.n_test).sum();
    if weight == 0 {
        return DataCopying {
            value: None,
            std_error: None,
            cells,
        };
    }
    let value = cells
        .iter()
        .filter(|cell| cell.is_kept)
        .map(|cell| cell.n_test as f64 * cell.z)
        .sum::<f64>()
        / weight as f64;
    DataCopying {
        value: Some(value),
        std_error: std_error(&ranks, &cells, value, weight as f64),
        cells,
    }
}

/// Root of the sum of squared influences; `None` where a side has fewer than 2 samples.
fn std_error(ranks: &[MannWhitney], cells: &[Cell], value: f64, weight: f64) -> Option<f64> {
    let (mut of_test, mut of_generated) = (Vec::new(), Vec::new());
    for (rank, cell) in ranks.iter().zip(cells) {
        if !cell.is_kept || cell.n_test == 0 {
            of_test.extend(rank.of_b.iter().map(|_| 0.0));
            of_generated.extend(rank.of_a.iter().map(|_| 0.0));
            continue;
        }
        let (n, m) = (cell.n_test as f64, cell.n_generated as f64);
        let deviation = null_deviation(n, m);
        let share = cell.u / (n * m);
        let tilt = (share - 0.5) / deviation;
        // d ln deviation by one count is (1/count + 1/(n + m + 1)) / 2.
        let relative = |count: f64| 0.5 * (1.0 / count + 1.0 / (n + m + 1.0));
        let by_test = m * tilt - cell.z * relative(n);
        let by_generated = n * tilt - cell.z * relative(m);
        let by_share = n * m / deviation;
        let part = n / weight;
        of_test.extend(rank.of_b.iter().map(|placement| {
            (cell.z - value) / weight + part * (by_test + by_share * (placement - share) / n)
        }));
        of_generated.extend(
            rank.of_a
                .iter()
                .map(|placement| part * (by_generated + by_share * (placement - share) / m)),
        );
    }
    Some((squares(&of_test)? + squares(&of_generated)?).sqrt())
}

/// n/(n − 1) Σ (h − mean h)².
fn squares(influences: &[f64]) -> Option<f64> {
    let n = influences.len() as f64;
    if n < 2.0 {
        return None;
    }
    let mean = influences.iter().sum::<f64>() / n;
    let sum: f64 = influences.iter().map(|h| (h - mean) * (h - mean)).sum();
    Some(sum * n / (n - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Seed;
    use ndarray::array;

    fn one_cell(values: Vec<f64>) -> CellDistances {
        CellDistances(vec![values])
    }

    #[test]
    fn the_nearest_training_sample_is_looked_for_in_the_own_cell() {
        let train = array![[0.0], [10.0], [4.0]];
        let samples = array![[3.0], [9.0], [5.0]];
        let found = cell_distances(samples.view(), &[0, 1, 0], train.view(), &[0, 1, 1], 3);
        // 3 has 4 beside it, in the other cell: its own nearest is 0.
        assert_eq!(
            found,
            CellDistances(vec![vec![3.0, 5.0], vec![1.0], vec![]])
        );
    }

    #[test]
    fn copies_are_far_below_zero_and_a_poor_fit_far_above() {
        let test = one_cell((0..50).map(|i| 1.0 + f64::from(i)).collect());
        let copies = one_cell(vec![0.0; 40]);
        let far = one_cell(vec![100.0; 40]);
        assert!(data_copying(&test, &copies).value.unwrap() < -5.0);
        assert!(data_copying(&test, &far).value.unwrap() > 5.0);
    }

    #[test]
    fn a_cell_counts_with_more_than_twenty_generated_samples() {
        let test = one_cell(vec![1.0; 10]);
        assert_eq!(data_copying(&test, &one_cell(vec![0.5; 20])).value, None);
        assert!(
            data_copying(&test, &one_cell(vec![0.5; 21]))
                .value
                .is_some()
        );
    }

    #[test]
    fn under_equal_distributions_the_error_is_that_of_the_null() {
        let mut stream = Seed(5).stream("ct", 0);
        let mut draw = |n: usize| (0..n).map(|_| stream.uniform()).collect::<Vec<f64>>();
        let sizes = [(300, 200), (100, 150)];
        let (test, generated) = sizes
            .iter()
            .map(|&(n, m)| (draw(n), draw(m)))
            .unzip::<_, _, Vec<_>, Vec<_>>();
        let found = data_copying(&CellDistances(test), &CellDistances(generated));
        // sqrt(0.75^2 + 0.25^2) = 0.7906; the placements of 450 and 250 know it within a few percent.
        let error = found.std_error.unwrap();
        assert!((error / 0.7906 - 1.0).abs() < 0.12, "{error}");
    }
}
