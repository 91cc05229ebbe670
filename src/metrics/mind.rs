//! `mind`: the Monge Inception Distance.

use ndarray::{Array2, ArrayView2, Axis};

use super::{Allowed, Card, Inputs, Metric, Need, Outcome, ParamSpec, Params};
use crate::error::{Error, Result};
use crate::rng::Seed;
use crate::statistics::estimate::{ConfidenceInterval, Direction};
use crate::statistics::sliced::{directions, sliced};

/// MIND: the squared sliced 2-Wasserstein distance, times 3 d, of equally many rows of both sides.
///
/// Where the sides differ in size the larger is cut to the smaller one's by a stream of the seed. Directions are our own:
/// the program's come from its own generator, so values agree but for the directions' chance (about 1 % for 1000).
/// Standard error: halves of both sides and their complements on shared projections
/// ([`crate::statistics::resample::std_error_of_pairs`]), for the directions that were drawn. The squared distance is
/// skewed to the right, so its interval is that of its logarithm.
pub struct Mind;

static CARD: Card = Card {
    name: "mind",
    ids: &["mind"],
    aliases: &["monge_inception_distance"],
    direction: Direction::Lower,
    core: false,
    summary: "squared transport distance along random directions, on the scale of FID, for few samples",
    formula: "3 d mean over unit u, ranks j of (<u, x>_(j) - <u, y>_(j))^2, n = min(n_r, n_g)",
    paper: "Monge Inception Distance 2026, arXiv:2605.06797",
    program: "torch-fidelity 0.5.0 (main)",
    golden: "mind/",
    needs: &[Need::Features],
    params: &[ParamSpec {
        name: "n_directions",
        doc: "random unit directions",
        default: "1000",
        allowed: Allowed::Between(1, 100_000),
    }],
};

impl Metric for Mind {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn evaluate(&self, inputs: &Inputs<'_>, params: &Params) -> Result<Outcome> {
        let (Some(reference), Some(generated)) = (
            inputs.reference()?.features(),
            inputs.generated.0.features(),
        ) else {
            return Err(
                Error::usage("features of both sides are needed").mend(Need::Features.mend())
            );
        };
        let mut row = inputs.row("mind", CARD.direction, params);
        let d = reference.ncols();
        let along = directions(params.integer("n_directions")?, d, inputs.seed, "mind");
        let n = reference.nrows().min(generated.nrows());
        let (x, y) = (
            draw(reference, n, inputs.seed, "mind.reference"),
            draw(generated, n, inputs.seed, "mind.generated"),
        );
        let halves = inputs.with_errors.then_some(inputs.seed);
        let found = sliced(
            x.as_ref().map_or(reference, |rows| rows.view()),
            y.as_ref().map_or(generated, |rows| rows.view()),
            along.view(),
            halves,
        );
        let scale = 3.0 * d as f64;
        let value = scale * found.w2_squared;
        row.value = Some(value);
        row.std_error = found.w2_squared_error.map(|error| scale * error);
        row.interval = row
            .std_error
            .map(|error| ConfidenceInterval::log_normal(value, error));
        row.details.insert("n".to_owned(), n.into());
        let method = match found.w2_squared_error {
            Some(_) => "pairs of complementary halves on shared projections",
            None => "none: it needs 4 samples of each side",
        };
        row.details
            .insert("std_error_method".to_owned(), method.into());
        Ok(Outcome {
            estimates: vec![row],
            warnings: Vec::new(),
        })
    }
}

/// `n` rows, drawn by a stream of the seed; nothing where these are all.
fn draw(samples: ArrayView2<'_, f32>, n: usize, seed: Seed, name: &str) -> Option<Array2<f32>> {
    (n < samples.nrows()).then(|| {
        let mut rows = seed.stream(name, 0).permutation(samples.nrows());
        rows.truncate(n);
        rows.sort_unstable();
        samples.select(Axis(0), &rows)
    })
}
