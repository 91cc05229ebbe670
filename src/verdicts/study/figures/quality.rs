//! Precision, recall and F1; and the distance against them.

use super::super::known;
use super::super::runs::Study;
use super::super::scores::Measure;
use super::{Figure, series, titles};
use crate::plots::multiples::{Boxes, Dot, Multiples, OneBox, Panel, Plot};

const PARTS: [(Measure, &str); 3] = [
    (Measure::Precision, "precision"),
    (Measure::Recall, "recall"),
    (Measure::F1, "F1"),
];

/// Data sets on which a run has the number.
fn datasets(study: &Study, measure: Measure) -> Vec<String> {
    let mut all = study.datasets();
    all.retain(|dataset| study.on(dataset).any(|r| r.last.measure(measure).is_some()));
    all
}

/// Box plots of the three shares: a row of panels for each data set.
pub(super) fn shares(study: &Study) -> Option<Figure> {
    let losses = study.losses();
    let panels: Vec<Panel> = datasets(study, Measure::Precision)
        .iter()
        .flat_map(|dataset| {
            PARTS.map(|(measure, name)| Panel {
                title: format!("{}: {name}", known::dataset_title(dataset)),
                x_label: name.to_owned(),
                y_label: String::new(),
                plot: Plot::Boxes(boxes(study, dataset, measure, &losses)),
            })
        })
        .collect();
    (!panels.is_empty()).then(|| Figure {
        stem: "precision_recall_f1".to_owned(),
        caption: "Precision, recall and F1 of every run".to_owned(),
        drawing: Multiples {
            title: "Precision, recall and F1 of every run".to_owned(),
            subtitle: "Precision: the share of samples that are good; recall: the share of the data that is reached; \
                       F1: their harmonic mean. More is better."
                .to_owned(),
            names: Vec::new(),
            columns: 3,
            panels,
        },
    })
}

fn boxes(study: &Study, dataset: &str, measure: Measure, losses: &[String]) -> Boxes {
    let mut plot = Boxes {
        range: Some((0.0, 1.0)),
        ..Boxes::default()
    };
    for (number, loss) in losses.iter().enumerate() {
        let runs = study.on(dataset).filter(|run| run.last.loss == *loss);
        let values: Vec<f64> = runs.filter_map(|run| run.last.measure(measure)).collect();
        if !values.is_empty() {
            plot.boxes.push(OneBox {
                row: plot.rows.len(),
                series: number,
                values,
                ..OneBox::default()
            });
            plot.rows.extend(titles(std::slice::from_ref(loss)));
        }
    }
    plot
}

/// Dots of the distance against precision and against recall, for each data set.
pub(super) fn against(study: &Study) -> Option<Figure> {
    let losses = study.losses();
    let panels: Vec<Panel> = datasets(study, Measure::Precision)
        .iter()
        .flat_map(|dataset| {
            [PARTS[0], PARTS[1]].map(|(measure, name)| {
                let dots = study.on(dataset).filter_map(|run| {
                    Some(Dot {
                        series: series(&losses, run),
                        at: [run.last.measure(measure)?, run.fid()?],
                        is_star: false,
                    })
                });
                Panel {
                    title: known::dataset_title(dataset).to_owned(),
                    x_label: name.to_owned(),
                    y_label: study.distance(),
                    plot: Plot::Dots(dots.collect()),
                }
            })
        })
        .collect();
    (!panels.is_empty()).then(|| Figure {
        stem: "fid_against_precision_recall".to_owned(),
        caption: format!("{} against precision and recall, one dot a run", study.distance()),
        drawing: Multiples {
            title: format!("{} against precision and recall", study.distance()),
            subtitle: "One dot a run. A column of dots is a precision (or recall) that the distance does not see.".to_owned(),
            names: titles(&losses),
            columns: 2,
            panels,
        },
    })
}
