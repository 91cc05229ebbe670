//! The distance of each loss with each architecture: the question that the study leaves open.

use super::super::known;
use super::super::runs::Study;
use super::{Figure, columns, titles};
use crate::plots::multiples::{Boxes, Multiples, OneBox, Panel, Plot};

/// A panel for each data set, a row for each loss, a box in it for each architecture. `None` with one architecture.
pub(super) fn figure(study: &Study) -> Option<Figure> {
    let architectures = study.architectures();
    if architectures.len() < 2 {
        return None;
    }
    let names = architectures
        .iter()
        .map(|name| known::architecture_title(name).to_owned());
    let panels: Vec<Panel> = study
        .datasets()
        .iter()
        .map(|dataset| Panel {
            title: known::dataset_title(dataset).to_owned(),
            x_label: study.distance(),
            y_label: String::new(),
            plot: Plot::Boxes(rows(study, dataset, &architectures)),
        })
        .collect();
    Some(Figure {
        stem: "architectures".to_owned(),
        caption: format!(
            "{} of each loss with each architecture, which the study did not vary",
            study.distance()
        ),
        drawing: Multiples {
            title: format!("{} of each loss with each architecture", study.distance()),
            subtitle: "Box: quartiles and median over configurations and seeds. A loss that does not care about the \
                       architecture has its boxes below each other."
                .to_owned(),
            names: names.collect(),
            columns: columns(panels.len()).min(2),
            panels,
        },
    })
}

fn rows(study: &Study, dataset: &str, architectures: &[String]) -> Boxes {
    let mut plot = Boxes::default();
    for loss in study.losses() {
        if !study.on(dataset).any(|run| run.last.loss == loss) {
            continue;
        }
        for (lane, architecture) in architectures.iter().enumerate() {
            let runs = study.cell(dataset, architecture, &loss);
            plot.boxes.push(OneBox {
                row: plot.rows.len(),
                lane,
                series: lane,
                values: runs.iter().filter_map(|run| run.fid()).collect(),
                n_failed: runs.iter().filter(|run| run.fid().is_none()).count(),
                stars: Vec::new(),
            });
        }
        plot.rows.extend(titles(std::slice::from_ref(&loss)));
    }
    plot
}
