//! The Fréchet distance between two Gaussians (Dowson and Landau 1982; as FID: Heusel et al. 2017).
//!
//! ```text
//! F = |μr − μg|² + tr Sr + tr Sg − 2 tr (Sr Sg)^½
//! ```
//! The root is taken of a symmetric matrix, so nothing complex can appear and a singular covariance is no exception:
//!
//! * Both sides with n ≤ d: Sr = Fr Frᵀ and Sg = Fg Fgᵀ with the centred samples as factors, and the root's trace is the
//!   nuclear norm ‖Frᵀ Fg‖ of an `[n, m]` matrix. No d × d matrix is formed and no eigenvalue near 0 is rooted.
//! * Otherwise: one side's factor F (samples, Cholesky, or eigenvectors), and the root's trace is Σ √λ over the
//!   eigenvalues of Fᵀ S F with the other side's S. Of these only as many are kept as the sample counts allow
//!   (min(n − 1, m − 1, d)): the rest is rounding noise whose roots would add up.
//!
//! The paths agree to 1e-9 relative where both apply. Programs that root Sr Sg with `scipy.linalg.sqrtm` (pytorch-fid,
//! clean-fid) lie 1e-7 to 1e-5 below for n < d.

mod difference;
mod floor;
mod infinity;
mod influence;
mod root;
mod side;
mod spectrum;

use crate::error::{Error, Result};
use crate::statistics::moments::Moments;

pub use difference::difference_error;
pub use floor::{Floor, floor};
pub use infinity::{Infinity, frechet_infinity};
pub use influence::{Influences, StdError};
pub use root::Path;
use side::Prepared;
pub use side::Side;
pub use spectrum::{Spectrum, spectrum};

/// Divisor of a covariance: n − ddof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ddof {
    /// n − 1, as `numpy.cov` and nearly every program.
    One,
    /// n, as StyleGAN2-ada.
    Zero,
}

/// A Fréchet distance and its parts: `value = mean_term + trace_reference + trace_generated − 2 trace_root`.
#[derive(Debug, Clone, PartialEq)]
pub struct Frechet {
    /// The distance, in squared feature units; rounding below 0 is set to 0.
    pub value: f64,
    /// |μr − μg|².
    pub mean_term: f64,
    /// tr Sr.
    pub trace_reference: f64,
    /// tr Sg.
    pub trace_generated: f64,
    /// tr (Sr Sg)^½.
    pub trace_root: f64,
    /// Which matrix was rooted.
    pub path: Path,
    /// Standard error, where it was asked for and samples are at hand.
    pub std_error: Option<StdError>,
}

/// The distance between moments.
///
/// # Errors
/// Input: other dimensions, or ddof 0 without n. Cannot tell: n below 2. Numerical: no convergence or overflow.
pub fn frechet(reference: &Moments, generated: &Moments, ddof: Ddof) -> Result<Frechet> {
    let side = |moments| Side::Many {
        moments,
        samples: None,
    };
    frechet_between(&side(reference), &side(generated), ddof)
}

/// The distance between two sides, without a standard error.
///
/// # Errors
/// Those of [`frechet`].
pub fn frechet_between(reference: &Side<'_>, generated: &Side<'_>, ddof: Ddof) -> Result<Frechet> {
    compute(reference, generated, ddof, false)
}

/// The distance between two sides with its standard error (see [`StdError`]).
///
/// # Errors
/// Those of [`frechet`].
pub fn frechet_with_error(
    reference: &Side<'_>,
    generated: &Side<'_>,
    ddof: Ddof,
) -> Result<Frechet> {
    compute(reference, generated, ddof, true)
}

/// How every sample moves the distance between two sides (see [`Influences`]).
///
/// # Errors
/// Those of [`frechet`].
pub fn influences(reference: &Side<'_>, generated: &Side<'_>) -> Result<Influences> {
    check_dimensions(reference, generated)?;
    let (r, g) = (reference.prepare()?, generated.prepare()?);
    let root = root::root(&r, &g, true)?;
    Ok(match &root.derivative {
        None => Influences::default(),
        Some(derivative) => {
            influence::influences((reference, &r), (generated, &g), &root, derivative)
        }
    })
}

fn compute(
    reference: &Side<'_>,
    generated: &Side<'_>,
    ddof: Ddof,
    with_error: bool,
) -> Result<Frechet> {
    check_dimensions(reference, generated)?;
    let (r, g) = (reference.prepare()?, generated.prepare()?);
    from_prepared((reference, &r), (generated, &g), ddof, with_error)
}

fn check_dimensions(reference: &Side<'_>, generated: &Side<'_>) -> Result<()> {
    if reference.n_features() != generated.n_features() {
        return Err(Error::input(format!(
            "the reference has {} feature dimensions, the generated set {}",
            reference.n_features(),
            generated.n_features()
        ))
        .mend("extract both with the same network and layer"));
    }
    Ok(())
}

/// The distance between sides that are prepared already, as one side may be for many distances.
fn from_prepared(
    (reference, r): (&Side<'_>, &Prepared),
    (generated, g): (&Side<'_>, &Prepared),
    ddof: Ddof,
    with_error: bool,
) -> Result<Frechet> {
    let root = root::root(r, g, with_error)?;
    let std_error = match &root.derivative {
        Some(derivative) => {
            influence::influences((reference, r), (generated, g), &root, derivative).std_error()
        }
        None => None,
    };
    let (scale_r, scale_g) = (scale(reference, ddof)?, scale(generated, ddof)?);
    let mean_term: f64 = r
        .mean
        .iter()
        .zip(&g.mean)
        .map(|(a, b)| (a - b) * (a - b))
        .sum();
    let (trace_reference, trace_generated) = (r.trace * scale_r, g.trace * scale_g);
    let trace_root = root.trace * (scale_r * scale_g).sqrt();
    let value = mean_term + trace_reference + trace_generated - 2.0 * trace_root;
    if !value.is_finite() {
        return Err(
            Error::numerical(format!("the Fréchet distance came out as {value}"))
                .mend("look for features of absurd size (above 1e150) in either set"),
        );
    }
    Ok(Frechet {
        value: value.max(0.0),
        mean_term,
        trace_reference,
        trace_generated,
        trace_root,
        path: root.path,
        std_error,
    })
}

/// From a covariance with ddof = 1 to the one asked for.
fn scale(side: &Side<'_>, ddof: Ddof) -> Result<f64> {
    match (ddof, side.n()) {
        (Ddof::One, _) => Ok(1.0),
        (Ddof::Zero, Some(n)) => Ok((n as f64 - 1.0) / n as f64),
        (Ddof::Zero, None) => Err(Error::input(
            "ddof = 0 needs the sample count, and the statistics do not hold one",
        )
        .mend("--set fid.ddof=1, or save the statistics with gavel stats save, which stores n")),
    }
}
