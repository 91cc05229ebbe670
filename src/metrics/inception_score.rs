//! `inception_score` and `classifier_score`: how sure a classifier is of each picture, and how varied over all.

use super::class_entropies::one_domain;
use super::{
    Allowed, Card, ClassScores, Inputs, Metric, Need, Outcome, ParamSpec, Params, Space, Warning,
};
use crate::error::{Error, Result};
use crate::rng::Mt19937;
use crate::statistics::estimate::{ConfidenceInterval, Direction, Estimate};
use crate::statistics::inception_score::{Scale, inception_score};

/// The Inception Score; `classifier_score` when the classes are not those of an Inception.
pub struct InceptionScore;

static CARD: Card = Card {
    name: "inception_score",
    ids: &["inception_score", "classifier_score"],
    aliases: &["is", "isc"],
    direction: Direction::Higher,
    core: true,
    summary: "confidence and variety of predicted classes; blind to the reference",
    formula: "exp(mean_i KL(p(y|x_i) || p(y))), mean over splits, natural log",
    paper: "Salimans et al. 2016, arXiv:1606.03498",
    program: "torch-fidelity 0.4.0",
    golden: "is/",
    needs: &[Need::ClassScores],
    params: &[
        ParamSpec {
            name: "n_splits",
            doc: "number of splits that are scored one by one and averaged",
            default: "10",
            allowed: Allowed::AtLeast(1),
        },
        ParamSpec {
            name: "shuffle",
            doc: "numpy2020: torch-fidelity's RandomState(2020).permutation before splitting; none: order of the set",
            default: "numpy2020",
            allowed: Allowed::Words(&["numpy2020", "none"]),
        },
    ],
};

impl Metric for InceptionScore {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn row_ids(&self, inputs: &Inputs<'_>) -> Vec<&'static str> {
        vec![id(inputs)]
    }

    fn evaluate(&self, inputs: &Inputs<'_>, params: &Params) -> Result<Outcome> {
        let (values, scale) = match inputs.generated.0.scores() {
            Some(ClassScores::Logits(values)) => (values, Scale::Logits),
            Some(ClassScores::Probabilities(values)) => (values, Scale::Probabilities),
            None => {
                return Err(Error::usage("class scores of the generated set are needed")
                    .mend("take an extractor with logits, or give --logits FILE.npy"));
            }
        };
        let n_splits = params.integer("n_splits")?;
        let n = values.nrows();
        let mut row = inputs.row(id(inputs), CARD.direction, params);
        row.n_reference = None;
        if n <= n_splits {
            let reason =
                format!("{n} samples in {n_splits} splits: a split of one sample always scores 1");
            return Ok(Outcome {
                warnings: vec![few_samples(&row.id, &reason)],
                estimates: vec![Estimate {
                    why_absent: Some(reason),
                    ..row
                }],
            });
        }
        let order =
            (params.word("shuffle")? == "numpy2020").then(|| Mt19937::new(2020).permutation(n));
        let score = inception_score(values.view(), scale, n_splits, order.as_deref())?;
        row.value = Some(score.mean);
        row.std_error = Some(score.std_error);
        row.interval = Some(ConfidenceInterval::normal(score.mean, score.std_error));
        row.details
            .insert("split_std".to_owned(), score.spread.into());
        row.details.insert("splits".to_owned(), score.splits.into());
        row.details
            .insert("n_classes".to_owned(), values.ncols().into());
        let method = "influence function (variance of KL over samples)";
        row.details
            .insert("std_error_method".to_owned(), method.into());
        let mut warnings = Vec::new();
        if inputs.with_errors {
            warnings.extend(one_domain(inputs));
        }
        if n / n_splits < values.ncols() {
            let reason = format!(
                "splits of {} samples for {} classes bias it",
                n / n_splits,
                values.ncols()
            );
            warnings.push(few_samples(&row.id, &reason));
        }
        Ok(Outcome {
            estimates: vec![row],
            warnings,
        })
    }
}

/// Only Inception's classes make an Inception Score.
fn id(inputs: &Inputs<'_>) -> &'static str {
    match inputs.generated.0.space() {
        Space::Network => "classifier_score",
        Space::Inception | Space::InceptionLayout | Space::Arrays => "inception_score",
    }
}

fn few_samples(id: &str, reason: &str) -> Warning {
    Warning::new(
        "few_samples_per_split",
        format!("{id}: {reason}"),
        "--set inception_score.n_splits=1, or give more images; compare only at the same n and splits",
    )
}
