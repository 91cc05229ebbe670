//! Generators against each other: errors of differences, verdicts, saved results, the command.

mod differences;
mod program;
mod saved;
mod verdicts;

use gavel::metrics::comparison::{Contest, Difference, Pairing, Score};
use gavel::metrics::{
    Card, Generated, Inputs, Measured, Metric, Need, Outcome, Params, Reference, Settings, evaluate,
};
use gavel::rng::Seed;
use gavel::statistics::estimate::{Direction, Estimate};
use ndarray::{Array2, Axis};
use std::collections::BTreeMap;

/// Normal samples `[n, d]` around `shift` with standard deviation `scale`.
pub fn normal(seed: u64, n: usize, d: usize, shift: f64, scale: f64) -> Array2<f32> {
    let mut stream = Seed(seed).stream("sim", 0);
    Array2::from_shape_fn((n, d), |_| (shift + scale * stream.normal()) as f32)
}

/// All differences of a metric between the first generator and each other one.
pub fn differences(
    metric: &dyn Metric,
    reference: &Measured,
    generators: &[&Measured],
    seed: u64,
) -> Vec<Difference> {
    let settings = Settings::default();
    let contest = Contest {
        reference: Reference(reference),
        generators: generators.iter().map(|g| Generated(g)).collect(),
        train: None,
        seed: Seed(seed),
    };
    let scores: Vec<Vec<Score>> = generators
        .iter()
        .map(|generated| {
            if metric.pairing() == Pairing::RelativeMmd {
                return Vec::new();
            }
            let inputs =
                Inputs::new(Some(Reference(reference)), Generated(generated), Seed(seed)).unwrap();
            let outcome = evaluate(&[metric], &inputs, &settings).unwrap();
            outcome.estimates.iter().map(Score::from).collect()
        })
        .collect();
    let pairs: Vec<(usize, usize)> = (1..generators.len()).map(|b| (0, b)).collect();
    contest
        .differences(metric, &settings, &scores, &pairs, &|| Ok(()))
        .unwrap()
}

/// A metric of this test: the mean of the generated set's first feature plus that of the reference's, with nothing said
/// of its error, so that the jackknife must find it.
pub struct Means;

static MEANS: Card = Card {
    name: "means",
    ids: &["means"],
    aliases: &[],
    direction: Direction::Higher,
    core: false,
    summary: "for tests",
    formula: "mean r + mean g",
    paper: "",
    program: "",
    golden: "",
    needs: &[Need::Features],
    params: &[],
};

impl Metric for Means {
    fn card(&self) -> &'static Card {
        &MEANS
    }

    fn evaluate(&self, inputs: &Inputs<'_>, _params: &Params) -> gavel::error::Result<Outcome> {
        let first = |set: &Measured| {
            let features = set.features().unwrap();
            let column = features.index_axis(Axis(1), 0);
            column.iter().map(|v| f64::from(*v)).sum::<f64>() / column.len() as f64
        };
        let (reference, generated) = (inputs.reference()?, inputs.generated.0);
        Ok(Outcome {
            estimates: vec![Estimate {
                id: "means".to_owned(),
                value: Some(first(reference) + first(generated)),
                std_error: None,
                interval: None,
                direction: Direction::Higher,
                n_reference: reference.n(),
                n_generated: generated.n().unwrap_or(0),
                params: BTreeMap::new(),
                details: BTreeMap::new(),
                evidence: Vec::new(),
                curves: Vec::new(),
                why_absent: None,
            }],
            warnings: Vec::new(),
        })
    }
}
