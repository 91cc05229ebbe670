//! Checks that no metric can do, because the indices, directions or statistics are given.

use super::arrays::{Arrays, x, y};
use crate::error::{Error, Result};
use crate::statistics::bins::{Histograms, jensen_shannon};
use crate::statistics::data_copying::{cell_distances, data_copying};
use crate::statistics::fld::{Fld, Orders, fld};
use crate::statistics::frechet::{Ddof, frechet};
use crate::statistics::kmeans;
use crate::statistics::mmd::{Arithmetic, Draw, full, subsets};
use crate::statistics::moments::Moments;
use crate::statistics::neighbors::prdc::expected_coverage;
use crate::statistics::prd::{Curve, Labels, curve, slopes};
use crate::statistics::proportions::{two_proportion_z, two_sided_p};
use ndarray::{Array1, Array2, Axis};

/// The kernel distance of the kit's subsets: each, their mean, their population standard deviation.
pub fn kid_of_subsets(arrays: &Arrays) -> Result<Vec<Vec<f64>>> {
    let (real, generated) = (arrays.matrix("A_real")?, arrays.matrix("A_gen")?);
    let of_real = arrays.indices("A_kid_idx_real")?;
    let of_generated = arrays.indices("A_kid_idx_gen")?;
    // 20 subsets of 100, as the kit's meta.json says.
    let draws: Vec<Draw> = of_real
        .chunks(100)
        .zip(of_generated.chunks(100))
        .map(|(reference, generated)| Draw {
            reference: reference.to_vec(),
            generated: generated.to_vec(),
        })
        .collect();
    let found = subsets(real.view(), generated.view(), &draws, Arithmetic::Float64)?;
    let (mean, spread) = (found.mean(), found.spread());
    Ok(vec![found.values, vec![mean], vec![spread]])
}

/// The kernel distance of three blocks of consecutive rows, as tfgan does it: their mean, and each.
pub fn kid_of_blocks(arrays: &Arrays) -> Result<Vec<Vec<f64>>> {
    let (real, generated) = (arrays.matrix("A_real")?, arrays.matrix("A_gen")?);
    let blocks = (0..3).map(|b| {
        let real = real.slice_axis(Axis(0), (500 * b..500 * (b + 1)).into());
        let generated = generated.slice_axis(Axis(0), (400 * b..400 * (b + 1)).into());
        Ok(full(real, generated, Arithmetic::Float64)?.unbiased)
    });
    let blocks = blocks.collect::<Result<Vec<f64>>>()?;
    let mean = blocks.iter().sum::<f64>() / blocks.len() as f64;
    Ok(vec![vec![mean], blocks])
}

/// Single values of the formula data in float64: X[0][1], X[39][3], Y[35][3].
#[allow(
    clippy::unnecessary_wraps,
    reason = "all functions of checks have one signature"
)]
pub fn formula_data(_: &Arrays) -> Result<Vec<Vec<f64>>> {
    Ok(vec![vec![x(0, 1), x(39, 3), y(35, 3)]])
}

/// Two normal distributions of 2,048 dimensions with unit covariance, means 0 and 1.
pub fn shifted_normals(_: &Arrays) -> Result<Vec<Vec<f64>>> {
    let d = 2048;
    let moments = |mean: f64| {
        Moments::from_parts(
            Array1::from_elem(d, mean),
            Array2::from_diag(&Array1::ones(d)),
            None,
        )
    };
    let distance = frechet(&moments(0.0)?, &moments(1.0)?, Ddof::One)?;
    Ok(vec![vec![distance.value]])
}

/// Two normal distributions whose covariances commute: variances 1, 4, 9 and 4, 1, 16 along the same three axes, means
/// 0 and (1, 2, 2).
pub fn commuting_normals(_: &Arrays) -> Result<Vec<Vec<f64>>> {
    let moments = |mean: [f64; 3], variances: [f64; 3]| {
        Moments::from_parts(
            Array1::from_iter(mean),
            Array2::from_diag(&Array1::from_iter(variances)),
            None,
        )
    };
    let real = moments([0.0; 3], [1.0, 4.0, 9.0])?;
    let generated = moments([1.0, 2.0, 2.0], [4.0, 1.0, 16.0])?;
    Ok(vec![vec![frechet(&real, &generated, Ddof::One)?.value]])
}

/// Every hundredth of 1001 points.
fn hundredths(values: &[f64]) -> Vec<f64> {
    values.iter().step_by(100).copied().collect()
}

fn prd_of(evaluated: Vec<usize>, reference: Vec<usize>) -> Vec<Vec<f64>> {
    let labels = Labels {
        evaluated,
        reference,
    };
    let found = labels.curve(20, &slopes(1001));
    vec![
        vec![found.max_f(8.0)],
        vec![found.max_f(0.125)],
        hundredths(&found.precision),
        hundredths(&found.recall),
    ]
}

/// The precision and recall curve of the kit's clusters: F8, F1/8, eleven points of both.
pub fn prd_of_clusters(arrays: &Arrays) -> Result<Vec<Vec<f64>>> {
    let generated = arrays.indices("A_prd_labels_gen")?;
    Ok(prd_of(generated, arrays.indices("A_prd_labels_real")?))
}

/// The same with the roles exchanged.
pub fn prd_exchanged(arrays: &Arrays) -> Result<Vec<Vec<f64>>> {
    let generated = arrays.indices("A_prd_labels_gen")?;
    Ok(prd_of(arrays.indices("A_prd_labels_real")?, generated))
}

/// Two histograms of four bins that several programs were given.
const EVALUATED: [f64; 4] = [0.1, 0.2, 0.3, 0.4];
const REFERENCE: [f64; 4] = [0.4, 0.4, 0.1, 0.1];

/// Their curve: F8, F1/8, precision and recall in the middle.
#[allow(
    clippy::unnecessary_wraps,
    reason = "all functions of checks have one signature"
)]
pub fn prd_of_histograms(_: &Arrays) -> Result<Vec<Vec<f64>>> {
    let found: Curve = curve(&EVALUATED, &REFERENCE, &slopes(1001));
    let middle = |values: &[f64]| values.iter().skip(500).take(1).copied().collect();
    Ok(vec![
        vec![found.max_f(8.0)],
        vec![found.max_f(0.125)],
        middle(&found.precision),
        middle(&found.recall),
    ])
}

/// Their Jensen-Shannon divergence in nats, and the z of each bin for 1000 samples a side.
#[allow(
    clippy::unnecessary_wraps,
    reason = "all functions of checks have one signature"
)]
pub fn bins_of_histograms(_: &Arrays) -> Result<Vec<Vec<f64>>> {
    let z = EVALUATED
        .iter()
        .zip(&REFERENCE)
        .map(|(p, q)| two_proportion_z(*p, *q, 1000.0, 1000.0));
    Ok(vec![
        vec![jensen_shannon(&EVALUATED, &REFERENCE)],
        z.collect(),
    ])
}

/// The z test of the kit's six pairs of shares (its `params`): z and two-sided p.
#[allow(
    clippy::unnecessary_wraps,
    reason = "all functions of checks have one signature"
)]
pub fn shares(_: &Arrays) -> Result<Vec<Vec<f64>>> {
    let z = [
        (0.1, 0.4, 1000.0, 1000.0),
        (0.2, 0.4, 1000.0, 1000.0),
        (0.3, 0.1, 1000.0, 1000.0),
        (0.4, 0.1, 1000.0, 1000.0),
        (0.05, 0.061, 1400.0, 1200.0),
        (0.5, 0.5, 10.0, 20.0),
    ]
    .map(|(p1, p2, n1, n2)| two_proportion_z(p1, p2, n1, n2));
    Ok(vec![z.to_vec(), z.map(two_sided_p).to_vec()])
}

/// The kit's 40 bins: different ones, their share, those beyond 2, the divergence, each z, each p.
pub fn bins(arrays: &Arrays) -> Result<Vec<Vec<f64>>> {
    let train = arrays.indices("A_ndb_bin_train")?;
    let histograms = Histograms::of(&train, &arrays.indices("A_ndb_bin_gen")?, 40);
    let found = histograms.different_bins();
    let beyond = found.z.iter().filter(|z| z.abs() > 2.0).count();
    Ok(vec![
        vec![found.count as f64],
        vec![found.share],
        vec![beyond as f64],
        vec![histograms.divergence().value],
        found.z,
        found.p_values,
    ])
}

/// Generated rows that fall into the bin of the kit when its centres are given.
pub fn bin_assignment(arrays: &Arrays) -> Result<Vec<Vec<f64>>> {
    let (samples, centres) = (arrays.matrix("A_gen")?, arrays.matrix64("A_ndb_centres")?);
    let assigned = kmeans::assign(samples.view(), centres.view());
    let golden = arrays.indices("A_ndb_bin_gen")?;
    let agreeing = assigned.iter().zip(&golden).filter(|(a, b)| a == b).count();
    Ok(vec![vec![agreeing as f64]])
}

/// The data copying test with the kit's five cells: the score, each z, each U.
pub fn data_copying_of_cells(arrays: &Arrays) -> Result<Vec<Vec<f64>>> {
    let train = arrays.matrix("A_train")?;
    let of_train = arrays.indices("A_ct_cell_train")?;
    let distances = |samples: &str, labels: &str| {
        let (samples, labels) = (arrays.matrix(samples)?, arrays.indices(labels)?);
        let found = cell_distances(samples.view(), &labels, train.view(), &of_train, 5);
        Ok::<_, Error>(found)
    };
    let found = data_copying(
        &distances("A_real", "A_ct_cell_test")?,
        &distances("A_gen", "A_ct_cell_gen")?,
    );
    let score = found
        .value
        .ok_or_else(|| Error::numerical("the data copying score has no value"))?;
    Ok(vec![
        vec![score],
        found.cells.iter().map(|cell| cell.z).collect(),
        found.cells.iter().map(|cell| cell.u).collect(),
    ])
}

fn likelihood(arrays: &Arrays, generated: &str) -> Result<Vec<Vec<f64>>> {
    let (train, test) = (arrays.matrix("A_train")?, arrays.matrix("A_real")?);
    let generated = arrays.matrix(generated)?;
    let order = arrays.indices("A_fld_perm_train")?;
    let all: Vec<usize> = (0..generated.nrows()).collect();
    let orders = Orders {
        train: &order,
        generated: &all,
    };
    let found: Fld = fld(train.view(), test.view(), generated.view(), orders, false)?;
    Ok(vec![
        vec![found.value],
        vec![found.gap],
        vec![found.nll_train],
        vec![found.nll_test],
        vec![found.baseline],
    ])
}

/// FLD with the kit's order of the training set: value, gap, nll of the training, of the test set, of the baseline.
pub fn fld_of_a(arrays: &Arrays) -> Result<Vec<Vec<f64>>> {
    likelihood(arrays, "A_gen")
}

/// The same without the rows that are copies.
pub fn fld_of_a_own(arrays: &Arrays) -> Result<Vec<Vec<f64>>> {
    likelihood(arrays, "A_gen[:1090]")
}

/// Coverage that two samples of one distribution are expected to have, k = 5: 10,000 and 100 samples a side.
#[allow(
    clippy::unnecessary_wraps,
    reason = "all functions of checks have one signature"
)]
pub fn coverage_of_equals(_: &Arrays) -> Result<Vec<Vec<f64>>> {
    Ok(vec![vec![
        expected_coverage(10_000, 10_000, 5),
        expected_coverage(100, 100, 5),
    ]])
}
