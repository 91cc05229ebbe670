//! The expected least distance against the budget.

use super::super::known;
use super::super::runs::Study;
use super::{Figure, columns, titles};
use crate::plots::multiples::{BandPoint, Line, Multiples, Panel, Plot};
use crate::statistics::expected_minimum::expected_minimum;

/// A panel for each data set, a line for each loss of two runs or more; the band is one standard deviation of the least
/// distance both ways, as in the study.
pub(super) fn figure(study: &Study) -> Option<Figure> {
    let losses = study.losses();
    let panels: Vec<Panel> = study
        .datasets()
        .iter()
        .filter_map(|dataset| {
            let lines: Vec<Line> = losses
                .iter()
                .enumerate()
                .filter_map(|(series, loss)| line(study, dataset, loss, series))
                .collect();
            (!lines.is_empty()).then(|| Panel {
                title: known::dataset_title(dataset).to_owned(),
                x_label: "budget, runs".to_owned(),
                y_label: format!("least {}", study.distance()),
                plot: Plot::Bands(lines),
            })
        })
        .collect();
    (!panels.is_empty()).then(|| Figure {
        stem: "expected_minimum".to_owned(),
        caption: format!(
            "Expected least {} of a search of so many runs, with one standard deviation",
            study.distance()
        ),
        drawing: Multiples {
            title: format!("What a budget buys: expected least {}", study.distance()),
            subtitle: "Mean of the least of k runs drawn with replacement, exact; band: one standard deviation of it. \
                       Failed runs cost budget and are left out of the mean."
                .to_owned(),
            names: titles(&losses),
            columns: columns(panels.len()).min(2),
            panels,
        },
    })
}

fn line(study: &Study, dataset: &str, loss: &str, series: usize) -> Option<Line> {
    let runs: Vec<_> = study.on(dataset).filter(|r| r.last.loss == loss).collect();
    let values: Vec<f64> = runs.iter().filter_map(|run| run.fid()).collect();
    if runs.len() < 2 {
        return None;
    }
    let budgets: Vec<usize> = (1..=runs.len()).collect();
    let points: Vec<BandPoint> = expected_minimum(&values, runs.len() - values.len(), &budgets)
        .iter()
        .map(|least| BandPoint {
            x: least.budget as f64,
            y: least.mean,
            band: [least.mean - least.std, least.mean + least.std],
        })
        .collect();
    (!points.is_empty()).then_some(Line { series, points })
}
