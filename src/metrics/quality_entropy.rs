//! `quality_entropy`: how unsure the classifier is of single pictures.

use super::class_entropies::{of_generated, of_reference, one_domain_of};
use super::{Card, Inputs, Metric, Need, Outcome, Params};
use crate::error::Result;
use crate::statistics::entropy::Entropies;
use crate::statistics::estimate::{ConfidenceInterval, Curve, Direction, Evidence, SetSide};
use crate::statistics::histogram::shares;

/// Bins of the histogram of entropies.
const N_BINS: usize = 40;

/// Pictures shown at either end.
const N_SHOWN: usize = 8;

/// The mean entropy of single pictures' class distributions.
///
/// Range 0 (every picture is surely of one class) to ln(n_classes), in nats. It looks at one picture at a time:
/// a generator that repeats one perfect picture has the best value, and `diversity_entropy` the worst.
/// The standard error is that of a mean, as the pictures are independent.
pub struct QualityEntropy;

static CARD: Card = Card {
    name: "quality_entropy",
    ids: &["quality_entropy"],
    aliases: &[],
    direction: Direction::Lower,
    core: true,
    summary: "how unsure a classifier is of single pictures; looks at one picture at a time",
    formula: "mean_i H(p(y|x_i)), in nats",
    paper: "Salimans et al. 2016, arXiv:1606.03498 (the first half of the score)",
    program: "torch-fidelity 0.4.0 (diversity_entropy - quality_entropy is the logarithm of its score in one split)",
    golden: "is/",
    needs: &[Need::ClassScores],
    params: &[],
};

impl Metric for QualityEntropy {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn evaluate(&self, inputs: &Inputs<'_>, params: &Params) -> Result<Outcome> {
        let (generated, n_classes) = of_generated(inputs)?;
        let quality = generated.quality();
        let mut row = inputs.row("quality_entropy", CARD.direction, params);
        row.n_reference = None;
        row.value = Some(quality.value);
        row.std_error = quality.std_error;
        row.interval = quality
            .std_error
            .map(|error| interval(quality.value, error, n_classes));
        let details = &mut row.details;
        details.insert("effective_classes".to_owned(), quality.value.exp().into());
        details.insert(
            "largest_possible".to_owned(),
            (n_classes as f64).ln().into(),
        );
        details.insert("n_classes".to_owned(), n_classes.into());
        details.insert(
            "std_error_method".to_owned(),
            "standard deviation over the root of n".into(),
        );
        let mut warnings = Vec::new();
        if inputs.with_errors {
            row.evidence = ends(&generated);
            row.curves = vec![histogram("generated", &generated, n_classes)];
            if let Some(reference) = of_reference(inputs) {
                let own = reference.0.quality();
                row.curves
                    .push(histogram("reference", &reference.0, n_classes));
                row.details.insert("reference".to_owned(), own.value.into());
                row.details
                    .insert("reference_std_error".to_owned(), own.std_error.into());
                warnings.extend(one_domain_of(&reference));
            }
        }
        Ok(Outcome {
            estimates: vec![row],
            warnings,
        })
    }
}

/// How many pictures have which entropy.
fn histogram(side: &str, of: &Entropies, n_classes: usize) -> Curve {
    let (x, y) = shares(&of.per_sample, (0.0, (n_classes as f64).ln()), N_BINS);
    Curve {
        id: format!("picture_entropies/{side}"),
        x_label: "entropy of a picture, nats",
        y_label: "share of pictures",
        x,
        y,
    }
}

/// 95 % of a normal distribution around an entropy, held in what an entropy can be.
fn interval(value: f64, std_error: f64, n_classes: usize) -> ConfidenceInterval {
    let normal = ConfidenceInterval::normal(value, std_error);
    ConfidenceInterval {
        lower: normal.lower.max(0.0),
        upper: normal.upper.min((n_classes as f64).ln()),
        ..normal
    }
}

/// The surest and the least sure pictures.
fn ends(generated: &Entropies) -> Vec<Evidence> {
    let order = generated.surest_first();
    let row = |what: &str, rows: Vec<usize>| {
        let shown = rows.iter().filter_map(|&row| generated.per_sample.get(row));
        let range = shown.fold((f64::INFINITY, 0.0_f64), |(low, high), &h| {
            (low.min(h), high.max(h))
        });
        Evidence {
            label: format!("{what}: entropy {:.3} to {:.3}", range.0, range.1),
            side: SetSide::Generated,
            rows,
        }
    };
    vec![
        row("surest", order.iter().take(N_SHOWN).copied().collect()),
        row(
            "least sure",
            order.iter().rev().take(N_SHOWN).copied().collect(),
        ),
    ]
}
