//! `fld` and `fld_gap`: the feature likelihood divergence.

use serde_json::{Value, json};

use super::{Card, Inputs, Metric, Need, Outcome, Params, Warning};
use crate::error::{Kind, Result};
use crate::statistics::estimate::{ConfidenceInterval, Direction, Estimate};
use crate::statistics::fld::{LIMIT, Orders, fld};

/// A gap below this is said aloud, as the program does.
const MEMORISED_GAP: f64 = -1000.0;

/// The feature likelihood divergence and its gap.
///
/// The reference is the held-out test set. The training set is held fixed, and with it the order in which it is split
/// for the baseline; the standard errors are in [`fld`](crate::statistics::fld::fld).
pub struct Fld;

static CARD: Card = Card {
    name: "fld",
    ids: &["fld", "fld_gap"],
    aliases: &["feature_likelihood_divergence"],
    direction: Direction::Lower,
    core: false,
    summary: "how much worse a density made of the generated set explains unseen real samples than one made of real samples",
    formula: "100 (nll of the test set - nll under a mixture on training samples); gap: 100 (nll_train - nll_test)",
    paper: "Jiralerspong et al. 2023, arXiv:2302.04440",
    program: "fld (marcojira/fld, 2023)",
    golden: "fld/",
    needs: &[Need::Features, Need::TrainFeatures],
    params: &[],
};

impl Metric for Fld {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn evaluate(&self, inputs: &Inputs<'_>, params: &Params) -> Result<Outcome> {
        let [test, generated] = inputs.features()?;
        let train = inputs.train_features()?;
        let mut row = inputs.row("fld", CARD.direction, params);
        let mut gap = inputs.row("fld_gap", Direction::Neither, params);
        let order = |name: &str, n: usize| inputs.seed.stream(name, 0).permutation(n);
        let (of_train, of_generated) = (
            order("fld.train", train.nrows()),
            order("fld.generated", generated.nrows()),
        );
        let orders = Orders {
            train: &of_train,
            generated: &of_generated,
        };
        let found = match fld(train, test, generated, orders, inputs.with_errors) {
            Ok(found) => found,
            Err(error) if error.kind() == Kind::CannotTell => {
                let mend = error.advice().unwrap_or("give more images").to_owned();
                return Ok(Outcome::absent(vec![row, gap], error.message(), mend));
            }
            Err(error) => return Err(error),
        };
        fill(&mut row, found.value, found.std_error);
        fill(&mut gap, found.gap, found.gap_std_error);
        gap.details.insert("neutral".to_owned(), 0.0.into());
        let details: [(&str, Value); 9] = [
            ("gap", json!(found.gap)),
            ("nll_test", json!(found.nll_test)),
            ("nll_train", json!(found.nll_train)),
            ("baseline_nll_test", json!(found.baseline)),
            ("n_centres", json!(found.n_centres)),
            ("n_baseline_centres", json!(found.n_baseline_centres)),
            ("n_train_fitted", json!(found.n_fitted)),
            ("n_epochs", json!(found.n_epochs)),
            ("n_constant_dimensions", json!(found.n_constant)),
        ];
        for (name, value) in details {
            row.details.insert(name.to_owned(), value);
        }
        Ok(Outcome {
            warnings: warnings(found.gap, generated.nrows(), train.nrows()),
            estimates: vec![row, gap],
        })
    }
}

fn fill(row: &mut Estimate, value: f64, std_error: Option<f64>) {
    row.value = Some(value);
    row.std_error = std_error;
    row.interval = std_error.map(|error| ConfidenceInterval::normal(value, error));
    let method = "variance over the test samples, and jackknife over 32 groups of generated centres with their variances held; training set held";
    row.details
        .insert("std_error_method".to_owned(), method.into());
}

fn warnings(gap: f64, n_generated: usize, n_train: usize) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if gap < MEMORISED_GAP {
        warnings.push(Warning::new(
            "fld_memorised",
            format!("fld: the gap of {gap:.0} says that training samples were memorised"),
            "look at the copies: mifid's evidence shows the nearest training samples",
        ));
    }
    if n_generated > LIMIT || n_train > LIMIT {
        warnings.push(Warning::new(
            "fld_limited",
            format!(
                "fld: at most {LIMIT} of {n_generated} generated and {n_train} training samples were used as centres or fitted to"
            ),
            "nothing to do: this is the program's own limit",
        ));
    }
    warnings
}
