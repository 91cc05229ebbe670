//! `ct_score`: the three-sample test of data copying.

use ndarray::{Array2, ArrayView2};
use serde_json::json;

use super::{Allowed, Card, Inputs, Metric, Need, Outcome, ParamSpec, Params};
use crate::error::{Error, Result};
use crate::rng::Seed;
use crate::statistics::data_copying::{DataCopying, LEAST_GENERATED, cell_distances, data_copying};
use crate::statistics::estimate::{ConfidenceInterval, Direction, Estimate};
use crate::statistics::kmeans;
use crate::statistics::pca::Projection;

/// Features of more dimensions are projected onto so many principal components of the training set.
const N_COMPONENTS: usize = 64;

/// Clusterings of the training set of which the best is taken.
const N_RUNS: usize = 10;

/// C_T: are generated samples closer to the training set than a held-out test set (the reference) is?
///
/// Near 0 is good, far below 0 is copying, far above 0 a poor fit, so it has no better direction. The projection and
/// the cells are made of the training set alone and stay fixed; the standard error is in
/// [`data_copying`](crate::statistics::data_copying::data_copying).
pub struct CtScore;

static CARD: Card = Card {
    name: "ct_score",
    ids: &["ct_score"],
    aliases: &["ct", "data_copying"],
    direction: Direction::Neither,
    core: false,
    summary: "far below 0: the generator copies its training set; far above 0: it does not fit; near 0: neither",
    formula: "mean over cells, weighted by the test set, of the Mann-Whitney Z of distances to the training set",
    paper: "Meehan, Chaudhuri and Dasgupta 2020, arXiv:2004.05675",
    program: "data-copying (2020), as in dgm-eval",
    golden: "ct/",
    needs: &[Need::Features, Need::TrainFeatures],
    params: &[ParamSpec {
        name: "n_cells",
        doc: "k-means cells of the training set",
        default: "3",
        allowed: Allowed::AtLeast(1),
    }],
};

impl Metric for CtScore {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn evaluate(&self, inputs: &Inputs<'_>, params: &Params) -> Result<Outcome> {
        let [test, generated] = inputs.features()?;
        let train = inputs.train_features()?;
        let n_cells = params.integer("n_cells")?;
        let mut row = inputs.row("ct_score", CARD.direction, params);
        if train.nrows() < 2 || train.nrows() < n_cells {
            let reason = format!("{n_cells} cells of {} training samples", train.nrows());
            return Ok(Outcome::absent(
                vec![row],
                &reason,
                "give more training images",
            ));
        }
        let sets = Sets::new(inputs, [train, test, generated])?;
        let cells = sets.in_cells(n_cells, inputs.seed);
        let found = cells.0;
        row.details.insert("cells".to_owned(), describe(&found));
        row.details
            .insert("n_train".to_owned(), train.nrows().into());
        if let Some((reason, mend)) = impossible(&found, n_cells) {
            return Ok(Outcome::absent(vec![row], &reason, mend));
        }
        if inputs.with_errors {
            let whole = sets.in_one_cell();
            if let (Some(z), Some(error)) = (whole.value, whole.std_error) {
                row.details.insert("one_cell_z".to_owned(), z.into());
                row.details
                    .insert("one_cell_std_error".to_owned(), error.into());
            }
        }
        fill(&mut row, &found);
        Ok(Outcome {
            estimates: vec![row],
            warnings: Vec::new(),
        })
    }
}

/// Why there is no value, and what to do about it.
fn impossible(found: &DataCopying, n_cells: usize) -> Option<(String, String)> {
    let fewer = if n_cells > 1 {
        format!(
            "--set ct_score.n_cells={}, or give more images",
            n_cells - 1
        )
    } else {
        "give more images".to_owned()
    };
    if let Some(empty) = found.cells.iter().position(|cell| cell.n_test == 0) {
        return Some((format!("cell {empty} holds no reference sample"), fewer));
    }
    found.value.is_none().then(|| {
        (
            format!("no cell holds more than {LEAST_GENERATED} generated samples"),
            fewer,
        )
    })
}

fn describe(found: &DataCopying) -> serde_json::Value {
    found
        .cells
        .iter()
        .map(|cell| {
            json!({
                "n_reference": cell.n_test,
                "n_generated": cell.n_generated,
                "u": cell.u,
                "z": cell.z,
                "kept": cell.is_kept,
            })
        })
        .collect()
}

fn fill(row: &mut Estimate, found: &DataCopying) {
    row.value = found.value;
    row.std_error = found.std_error;
    row.interval = found
        .value
        .zip(found.std_error)
        .map(|(value, error)| ConfidenceInterval::normal(value, error));
    row.details.insert("neutral".to_owned(), 0.0.into());
    let method = "placements of the distances (DeLong) and counts of the cells, by the delta method; training set and cells held";
    row.details
        .insert("std_error_method".to_owned(), method.into());
}

/// Training, test and generated samples in the space where distances are taken.
struct Sets([Array2<f64>; 3]);

impl Sets {
    fn new(inputs: &Inputs<'_>, sets: [ArrayView2<'_, f32>; 3]) -> Result<Self> {
        if sets.iter().any(|set| set.ncols() != sets[0].ncols()) {
            return Err(Error::input(
                "training, reference and generated set have different dimensions",
            )
            .mend("extract all with the same network and layer"));
        }
        if sets[0].ncols() <= N_COMPONENTS {
            return Ok(Self(sets.map(|set| set.mapv(f64::from))));
        }
        let projection = Projection::of(inputs.train()?.moments()?, N_COMPONENTS)?;
        Ok(Self(sets.map(|set| projection.apply(set))))
    }

    fn in_cells(&self, n_cells: usize, seed: Seed) -> (DataCopying, usize) {
        let train = self.0[0].view();
        let cells = kmeans::best_of(N_RUNS, train, n_cells, |run| {
            seed.stream("ct_score.cells", run as u64)
        });
        let [_, test, generated] = &self.0;
        let n_cells = cells.centres.nrows();
        let labels = |set: &Array2<f64>| kmeans::assign(set.view(), cells.centres.view());
        let distances = |set: &Array2<f64>| {
            cell_distances(set.view(), &labels(set), train, &cells.labels, n_cells)
        };
        (
            data_copying(&distances(test), &distances(generated)),
            n_cells,
        )
    }

    fn in_one_cell(&self) -> DataCopying {
        let train = self.0[0].view();
        let all = vec![0; train.nrows()];
        let distances =
            |set: &Array2<f64>| cell_distances(set.view(), &vec![0; set.nrows()], train, &all, 1);
        data_copying(&distances(&self.0[1]), &distances(&self.0[2]))
    }
}
