//! Checks that no metric can do, because the indices, directions or statistics are given.

use super::arrays::{Arrays, x, y};
use crate::error::Result;
use crate::statistics::frechet::{Ddof, frechet};
use crate::statistics::mmd::{Arithmetic, Draw, full, subsets};
use crate::statistics::moments::Moments;
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
