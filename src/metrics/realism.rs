//! `realism`: how deep generated images lie inside the real manifold, with the best and the worst of them.

use super::{Allowed, Card, Inputs, Metric, Need, Outcome, ParamSpec, Params, Warning};
use crate::error::Result;
use crate::statistics::estimate::{ConfidenceInterval, Direction, Estimate, Evidence, SetSide};
use crate::statistics::neighbors::Request;
use crate::statistics::neighbors::realism::{Form, Scores};
use crate::statistics::resample::SPLIT_REACH;

/// Images shown of each kind.
const SHOWN: usize = 12;

/// Mean realism of the generated images.
pub struct Realism;

static CARD: Card = Card {
    name: "realism",
    ids: &["realism"],
    aliases: &["realism_score"],
    direction: Direction::Higher,
    core: false,
    summary: "mean over generated images of the best ratio of a real ball's radius to the distance from its centre; 1 is its surface",
    formula: "mean_g max_r radius_k(r) / d(g, r), over r with a radius below the median",
    paper: "Kynkäänniemi et al. 2019, arXiv:1904.06991",
    program: "dgm-eval (2023), plain form",
    golden: "realism/",
    needs: &[Need::Features],
    params: &[
        ParamSpec {
            name: "form",
            doc: "plain: radius / distance (the paper); squared: radius^2 / (distance^2 + 1e-5) (the authors' program)",
            default: "plain",
            allowed: Allowed::Words(&["plain", "squared"]),
        },
        ParamSpec {
            name: "nearest_k",
            doc: "a ball reaches to the k-th nearest other reference sample",
            default: "3",
            allowed: Allowed::AtLeast(1),
        },
        ParamSpec {
            name: "trim",
            doc: "median: without the balls of the larger half of the radii; none: with all",
            default: "median",
            allowed: Allowed::Words(&["median", "none"]),
        },
    ],
};

fn form(params: &Params) -> Result<Form> {
    Ok(Form {
        nearest_k: params.integer("nearest_k")?,
        squared: params.word("form")? == "squared",
        trimmed: params.word("trim")? == "median",
    })
}

impl Metric for Realism {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn neighbors(&self, inputs: &Inputs<'_>, params: &Params) -> Result<Option<Request>> {
        let form = form(params)?;
        let [reference, _] = inputs.features()?;
        Ok((reference.nrows() > form.nearest_k).then(|| Request {
            realism: [form].into(),
            ..Request::default()
        }))
    }

    /// The standard error of the mean is that of differences between complementary halves of both sets; the kept balls
    /// are those of the whole set, with the radii that they have in the half.
    fn evaluate(&self, inputs: &Inputs<'_>, params: &Params) -> Result<Outcome> {
        let form = form(params)?;
        let [reference, _] = inputs.features()?;
        let row = inputs.row("realism", CARD.direction, params);
        let Some(request) = self.neighbors(inputs, params)? else {
            let reason = format!(
                "nearest_k = {k} needs more than {k} reference samples, found {}",
                reference.nrows(),
                k = form.nearest_k
            );
            let mend = "--set realism.nearest_k=1, or give more reference samples";
            return Ok(absent(row, reason, mend));
        };
        let tables = inputs.neighborhood.tables(inputs, &request)?;
        let Some(scores) = tables.realism(form) else {
            let reason =
                "no reference ball is left: the radii that are kept are 0, or all radii are equal";
            let mend = "--set realism.trim=none; look for copies among the reference images";
            return Ok(absent(row, reason.to_owned(), mend));
        };
        Ok(filled(row, scores))
    }
}

fn absent(row: Estimate, reason: String, mend: &str) -> Outcome {
    Outcome {
        warnings: vec![Warning::new(
            "absent",
            format!("realism has no value: {reason}"),
            mend,
        )],
        estimates: vec![Estimate {
            why_absent: Some(reason),
            ..row
        }],
    }
}

fn filled(mut row: Estimate, scores: &Scores) -> Outcome {
    let (mean, n_infinite) = scores.mean();
    let Some(mean) = mean else {
        let reason =
            "every generated image equals a kept reference image, and is infinitely realistic";
        return absent(row, reason.to_owned(), "--set realism.form=squared");
    };
    let mut warnings = Vec::new();
    if n_infinite > 0 {
        warnings.push(Warning::new(
            "realism_infinite",
            format!("realism: {n_infinite} generated images equal a reference image exactly; the mean leaves them out"),
            "gavel audit shows copies; --set realism.form=squared bounds them",
        ));
    }
    row.value = Some(mean);
    row.std_error = scores.std_error;
    row.interval = scores.std_error.map(|error| {
        let normal = ConfidenceInterval::normal(mean, error * SPLIT_REACH);
        ConfidenceInterval {
            lower: normal.lower.max(0.0),
            ..normal
        }
    });
    let order = scores.order();
    let finite = order.iter().rev().map(|&row| scores.values[row]);
    if let Some(largest) = finite.into_iter().find(|value| value.is_finite()) {
        row.details.insert("max".to_owned(), largest.into());
    }
    for (name, value) in [
        ("share_inside", scores.share_inside().into()),
        ("n_infinite", n_infinite.into()),
    ] {
        row.details.insert(name.to_owned(), value);
    }
    if scores.std_error.is_some() {
        let method = "differences between 32 pairs of complementary halves of both sets";
        row.details
            .insert("std_error_method".to_owned(), method.into());
    }
    let shown = SHOWN.min(order.len());
    row.evidence = vec![
        Evidence {
            label: "most realistic".to_owned(),
            side: SetSide::Generated,
            rows: order.iter().rev().take(shown).copied().collect(),
        },
        Evidence {
            label: "least realistic".to_owned(),
            side: SetSide::Generated,
            rows: order.iter().take(shown).copied().collect(),
        },
    ];
    Outcome {
        estimates: vec![row],
        warnings,
    }
}
