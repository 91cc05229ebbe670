//! `rke`: how many modes the generated set has, by Rényi kernel entropy.

use ndarray::{Array2, ArrayView2, Axis};

use super::{Allowed, Card, Inputs, Metric, Need, Outcome, ParamSpec, Params, Warning};
use crate::error::{Error, Result};
use crate::rng::Seed;
use crate::statistics::estimate::{ConfidenceInterval, Direction, Estimate};
use crate::statistics::renyi::{bandwidth, mode_count, relative_entropy, sensitivity};

/// Rows of each side behind `rrke`, as in its program.
const RELATIVE_ROWS: usize = 500;

/// The RKE mode count under a Gaussian kernel.
///
/// The bandwidth decides the number, so by default it comes from the reference: all generators that are compared with it
/// get the same. The standard error is that of a U-statistic ([`crate::statistics::renyi::ModeCount`]), and by the delta
/// method that of the bandwidth where it was read off samples ([`crate::statistics::renyi::Bandwidth`]).
pub struct Rke;

static CARD: Card = Card {
    name: "rke",
    ids: &["rke"],
    aliases: &["rke_mc"],
    direction: Direction::Higher,
    core: false,
    summary: "number of modes at the scale sigma; compare with the reference's own at equal n",
    formula: "1 / mean_ij k(x_i, x_j)^2, k = exp(-|x - y|^2 / (2 sigma^2)), i = j included",
    paper: "Jalali, Li and Farnia 2023, arXiv:2306.11149",
    program: "renyi-kernel-entropy 2023",
    golden: "rke/",
    needs: &[Need::GeneratedFeatures],
    params: &[ParamSpec {
        name: "sigma",
        doc: "bandwidth in feature units; auto: half the median distance between 1000 evenly spaced reference rows (generated ones where there is no reference)",
        default: "auto",
        allowed: Allowed::PositiveOrAuto,
    }],
};

impl Metric for Rke {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn evaluate(&self, inputs: &Inputs<'_>, params: &Params) -> Result<Outcome> {
        let generated = inputs.generated.0.features().ok_or_else(|| {
            Error::usage("features of the generated set are needed").mend(Need::Features.mend())
        })?;
        let reference = inputs.reference.and_then(|side| side.0.features());
        let mut row = inputs.row("rke", CARD.direction, params);
        row.n_reference = reference.map(|samples| samples.nrows());
        let typed = params.number_or_auto("sigma")?;
        let read = match typed {
            Some(_) => None,
            None => bandwidth(reference.unwrap_or(generated)),
        };
        let Some(sigma) = typed.or(read.map(|read| read.sigma)) else {
            return Ok(absent(row));
        };
        row.params.insert("sigma".to_owned(), sigma.into());
        let source = match (typed, reference) {
            (Some(_), _) => "given",
            (None, Some(_)) => "half the median distance of reference rows",
            (None, None) => "half the median distance of generated rows",
        };
        row.details.insert("sigma_from".to_owned(), source.into());
        let found = mode_count(generated, sigma);
        row.value = Some(found.value);
        let of_sigma = read.map_or(0.0, |read| {
            found.value * sensitivity(generated, sigma, found.value) * read.relative_error
        });
        row.std_error = found.std_error.map(|error| error.hypot(of_sigma));
        let most = generated.nrows() as f64;
        row.interval = row.std_error.map(|error| {
            let interval = ConfidenceInterval::normal(found.value, error);
            ConfidenceInterval {
                lower: interval.lower.max(1.0),
                upper: interval.upper.min(most),
                ..interval
            }
        });
        row.details
            .insert("rke".to_owned(), found.value.ln().into());
        let method = match found.std_error {
            Some(_) => "variance of the U-statistic of k^2 and of the bandwidth, delta method",
            None => "none: it needs 4 samples",
        };
        row.details
            .insert("std_error_method".to_owned(), method.into());
        if let Some(reference) = reference.filter(|_| inputs.with_errors) {
            compare(
                &mut row,
                found.value,
                generated,
                reference,
                sigma,
                inputs.seed,
            )?;
        }
        Ok(Outcome {
            estimates: vec![row],
            warnings: Vec::new(),
        })
    }
}

/// The reference's own count, the ratio to it (both at the smaller of the two sizes), and RRKE.
fn compare(
    row: &mut Estimate,
    value: f64,
    generated: ArrayView2<'_, f32>,
    reference: ArrayView2<'_, f32>,
    sigma: f64,
    seed: Seed,
) -> Result<()> {
    let n = generated.nrows().min(reference.nrows());
    let own = mode_count(draw(reference, n, seed, "rke.reference").view(), sigma).value;
    let other = if n == generated.nrows() {
        value
    } else {
        mode_count(draw(generated, n, seed, "rke.generated").view(), sigma).value
    };
    let few = n.min(RELATIVE_ROWS);
    let relative = relative_entropy(
        draw(generated, few, seed, "rke.generated").view(),
        draw(reference, few, seed, "rke.reference").view(),
        sigma,
    )?;
    row.details.insert("reference".to_owned(), own.into());
    row.details
        .insert("relative".to_owned(), (other / own).into());
    row.details.insert("relative_n".to_owned(), n.into());
    if relative.is_finite() {
        row.details.insert("rrke".to_owned(), relative.into());
        row.details.insert("rrke_n".to_owned(), few.into());
    }
    Ok(())
}

/// `n` rows, drawn by a stream of the seed.
fn draw(samples: ArrayView2<'_, f32>, n: usize, seed: Seed, name: &str) -> Array2<f32> {
    let mut rows = seed.stream(name, 0).permutation(samples.nrows());
    rows.truncate(n);
    rows.sort_unstable();
    samples.select(Axis(0), &rows)
}

fn absent(row: Estimate) -> Outcome {
    let reason = "most rows that the bandwidth is taken from are equal".to_owned();
    Outcome {
        warnings: vec![Warning::new(
            "absent",
            format!("rke has no value: {reason}"),
            "--set rke.sigma=1, in feature units",
        )],
        estimates: vec![Estimate {
            why_absent: Some(reason),
            ..row
        }],
    }
}
