//! The distance over training, over seeds.

use super::super::known;
use super::super::runs::Study;
use super::super::statistics::median;
use super::{Figure, columns, titles};
use crate::plots::multiples::{BandPoint, Line, Multiples, Panel, Plot};
use std::collections::BTreeMap;

/// A panel for each data set and architecture, a line for each loss: the median over its runs at each step, the band from
/// the least to the largest. `None` where no run has two rows.
pub(super) fn figure(study: &Study) -> Option<Figure> {
    let losses = study.losses();
    let mut panels: Vec<Panel> = Vec::new();
    for dataset in study.datasets() {
        for architecture in study.architectures() {
            let lines: Vec<Line> = losses
                .iter()
                .enumerate()
                .filter_map(|(series, loss)| {
                    line(study, [&dataset, &architecture, loss.as_str()], series)
                })
                .collect();
            if !lines.is_empty() {
                panels.push(Panel {
                    title: format!(
                        "{}, {}",
                        known::dataset_title(&dataset),
                        known::architecture_title(&architecture)
                    ),
                    x_label: "steps".to_owned(),
                    y_label: study.distance(),
                    plot: Plot::Bands(lines),
                });
            }
        }
    }
    (!panels.is_empty()).then(|| Figure {
        stem: "training_curves".to_owned(),
        caption: format!("{} during training", study.distance()),
        drawing: Multiples {
            title: format!("{} during training", study.distance()),
            subtitle: "Line: median over runs; band: from the best to the worst of them."
                .to_owned(),
            names: titles(&losses),
            columns: columns(panels.len()).min(2),
            panels,
        },
    })
}

fn line(study: &Study, [dataset, architecture, loss]: [&str; 3], series: usize) -> Option<Line> {
    let mut steps: BTreeMap<u64, Vec<f64>> = BTreeMap::new();
    for run in study.cell(dataset, architecture, loss) {
        for (step, fid) in &run.history {
            steps.entry(*step).or_default().push(*fid);
        }
    }
    let points: Vec<BandPoint> = steps
        .into_iter()
        .filter_map(|(step, fids)| {
            let least = fids.iter().copied().fold(f64::INFINITY, f64::min);
            let most = fids.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            Some(BandPoint {
                x: step as f64,
                y: median(&fids)?,
                band: [least, most],
            })
        })
        .collect();
    (points.len() > 1).then_some(Line { series, points })
}
