//! `one_nn`: can the nearest neighbour tell generated from real images?

use ndarray::{ArrayView2, Axis};

use super::{Allowed, Card, Inputs, Metric, Need, Outcome, ParamSpec, Params, Warning};
use crate::error::{Error, Result};
use crate::rng::Seed;
use crate::statistics::estimate::{ConfidenceInterval, Direction, Estimate};
use crate::statistics::neighbors::one_nn::{OneNn as Test, one_nn};
use crate::statistics::neighbors::{Request, Tables};
use crate::statistics::resample::SPLIT_REACH;

/// The leave-one-out 1-nearest-neighbour two-sample test.
pub struct OneNn;

static CARD: Card = Card {
    name: "one_nn",
    ids: &["one_nn"],
    aliases: &["1nn", "c2st"],
    direction: Direction::Neither,
    core: false,
    summary: "accuracy of telling both sets apart by the nearest neighbour: 0.5 indistinguishable, 1 separate, far below 0.5 copies",
    formula: "share of the pooled samples whose nearest other sample is of their own set (equal sizes)",
    paper: "Lopez-Paz and Oquab 2017, arXiv:1610.06545; Xu et al. 2018, arXiv:1806.07755",
    program: "GAN-Metrics (2018), float64 distances",
    golden: "one-nn/",
    needs: &[Need::Features],
    params: &[ParamSpec {
        name: "n_permutations",
        doc: "permutations of the labels behind the p-value",
        default: "1000",
        allowed: Allowed::AtLeast(1),
    }],
};

/// Both sets whole, where they have the same size and at least 2 rows.
fn whole(inputs: &Inputs<'_>) -> Result<Option<Request>> {
    let [reference, generated] = inputs.features()?;
    let equal = reference.nrows() == generated.nrows() && reference.nrows() > 1;
    Ok(equal.then(|| Request {
        nearest: true,
        ..Request::default()
    }))
}

impl Metric for OneNn {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn neighbors(&self, inputs: &Inputs<'_>, _params: &Params) -> Result<Option<Request>> {
        whole(inputs)
    }

    /// Sets of different sizes: a subset of the larger is drawn by the seed. The standard error is that of differences
    /// between complementary halves of both sets; where it is 0 the interval is Wilson's.
    fn evaluate(&self, inputs: &Inputs<'_>, params: &Params) -> Result<Outcome> {
        let [reference, generated] = inputs.features()?;
        let n = reference.nrows().min(generated.nrows());
        let row = inputs.row("one_nn", CARD.direction, params);
        if n < 2 {
            return Ok(absent(row, n));
        }
        let test = match whole(inputs)? {
            Some(request) => one_nn(&*inputs.neighborhood.tables(inputs, &request)?),
            None => one_nn(&equalised([reference, generated], n, inputs)?),
        };
        let test = test.ok_or_else(|| {
            Error::numerical("the nearest neighbours of both sets are not there")
                .mend("report this; it is a mistake of the program")
        })?;
        let n_permutations = params.integer("n_permutations")?;
        Ok(Outcome {
            estimates: vec![filled(row, &test, n_permutations, inputs)],
            warnings: Vec::new(),
        })
    }
}

/// Neighbours of subsets of `n` rows.
fn equalised(sets: [ArrayView2<'_, f32>; 2], n: usize, inputs: &Inputs<'_>) -> Result<Tables> {
    let [reference, generated] = sets.map(|set| {
        if set.nrows() == n {
            return set.to_owned();
        }
        let mut rows = inputs
            .seed
            .stream("one_nn.subset", 0)
            .permutation(set.nrows());
        rows.truncate(n);
        rows.sort_unstable();
        set.select(Axis(0), &rows)
    });
    let request = Request {
        nearest: true,
        ..Request::default()
    };
    let halves: Option<Seed> = inputs.with_errors.then_some(inputs.seed);
    Tables::of(reference.view(), generated.view(), &request, halves)
}

fn absent(row: Estimate, n: usize) -> Outcome {
    let reason = format!("{n} samples in the smaller set, at least 2 are needed");
    Outcome {
        warnings: vec![Warning::new(
            "absent",
            format!("one_nn has no value: {reason}"),
            "give more samples",
        )],
        estimates: vec![Estimate {
            why_absent: Some(reason),
            ..row
        }],
    }
}

fn filled(mut row: Estimate, test: &Test, n_permutations: usize, inputs: &Inputs<'_>) -> Estimate {
    let accuracy = test.accuracy();
    row.value = Some(accuracy);
    row.std_error = test.std_error;
    row.interval = test
        .std_error
        .map(|error| interval(accuracy, error, test.n));
    let mut detail = |name: &str, value: serde_json::Value| {
        row.details.insert(name.to_owned(), value);
    };
    detail("neutral", 0.5.into());
    detail("expected_if_equal", test.null_mean().into());
    detail("accuracy_reference", test.reference().into());
    detail("accuracy_generated", test.generated().into());
    detail("n_each", test.n.into());
    if inputs.with_errors {
        let p_value = test.p_value(n_permutations, inputs.seed);
        detail("p_value", p_value.into());
    }
    if test.std_error.is_some() {
        let method = "differences between 32 pairs of complementary halves of both sets";
        detail("std_error_method", method.into());
    }
    row
}

/// A normal interval inside [0, 1]. Hubs make the accuracy of one set the complement of the other's, so it may be far more
/// certain than that of independent samples; only without any spread is it taken for such.
fn interval(accuracy: f64, error: f64, n: usize) -> ConfidenceInterval {
    if error <= 0.0 {
        return ConfidenceInterval::proportion(accuracy, 0.0, 2 * n);
    }
    let normal = ConfidenceInterval::normal(accuracy, error * SPLIT_REACH);
    ConfidenceInterval {
        lower: normal.lower.max(0.0),
        upper: normal.upper.min(1.0),
        ..normal
    }
}
