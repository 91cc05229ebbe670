//! Box plots of the distance for each loss and data set, the default configuration starred.

use super::super::known;
use super::super::runs::{Run, Study};
use super::super::statistics::median;
use super::{Figure, columns, titles};
use crate::plots::multiples::{Boxes, Multiples, OneBox, Panel, Plot};

/// A panel for each data set and architecture, a row for each loss. `None` where no run has a distance.
pub(super) fn figure(study: &Study) -> Option<Figure> {
    let (losses, architectures) = (study.losses(), study.architectures());
    let mut panels: Vec<Panel> = Vec::new();
    for dataset in study.datasets() {
        for architecture in &architectures {
            let plot = rows(study, &dataset, architecture, &losses);
            let mut title = known::dataset_title(&dataset).to_owned();
            if architectures.len() > 1 {
                title = format!("{title}, {}", known::architecture_title(architecture));
            }
            if plot.boxes.iter().any(|one| !one.values.is_empty()) {
                panels.push(Panel {
                    title,
                    x_label: study.distance(),
                    y_label: String::new(),
                    plot: Plot::Boxes(plot),
                });
            }
        }
    }
    (!panels.is_empty()).then(|| Figure {
        stem: "fid_boxes".to_owned(),
        caption: format!(
            "{} of every run, by loss and data set; the star is the default configuration",
            study.distance()
        ),
        drawing: Multiples {
            title: format!("{} of every run", study.distance()),
            subtitle:
                "Box: quartiles and median over all configurations and seeds; whiskers: 1.5 boxes. \
                       Star: median of the default configuration (sample 0). Less is better."
                    .to_owned(),
            names: Vec::new(),
            columns: match architectures.len() {
                0 | 1 => columns(panels.len()).min(2),
                n => n.min(3),
            },
            panels,
        },
    })
}

fn rows(study: &Study, dataset: &str, architecture: &str, losses: &[String]) -> Boxes {
    let mut plot = Boxes::default();
    for (series, loss) in losses.iter().enumerate() {
        let runs: Vec<&Run> = study.cell(dataset, architecture, loss);
        if runs.is_empty() {
            continue;
        }
        let defaults: Vec<f64> = runs
            .iter()
            .filter(|run| run.last.is_default())
            .filter_map(|run| run.fid())
            .collect();
        plot.boxes.push(OneBox {
            row: plot.rows.len(),
            lane: 0,
            series,
            values: runs.iter().filter_map(|run| run.fid()).collect(),
            n_failed: runs.iter().filter(|run| run.fid().is_none()).count(),
            stars: median(&defaults).into_iter().collect(),
        });
        plot.rows.extend(titles(std::slice::from_ref(loss)));
    }
    plot
}
