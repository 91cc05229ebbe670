//! The distance against each hyper-parameter.

use super::super::known;
use super::super::runs::{Run, Study};
use super::{Figure, series, titles};
use crate::plots::multiples::{Boxes, Dot, Multiples, NO_SERIES, OneBox, Panel, Plot};
use std::collections::{BTreeMap, BTreeSet};

/// Words up to which a hyper-parameter has a row for each of its values.
const MOST_ROWS: usize = 5;

/// A row of panels for each data set, a panel for each hyper-parameter that takes two values or more.
pub(super) fn figure(study: &Study) -> Option<Figure> {
    let losses = study.losses();
    let mut values: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, value) in study.runs.iter().flat_map(|run| &run.last.settings) {
        values.entry(name).or_default().insert(value);
    }
    values.retain(|_, values| values.len() > 1);
    let panels: Vec<Panel> = study
        .datasets()
        .iter()
        .flat_map(|dataset| {
            values
                .iter()
                .filter_map(|(name, values)| panel(study, dataset, (name, values), &losses))
                .collect::<Vec<Panel>>()
        })
        .collect();
    if panels.is_empty() {
        return None;
    }
    // Boxes have all losses in them, and no colours to explain.
    let has_dots = panels.iter().any(|p| matches!(p.plot, Plot::Dots(_)));
    let (names, subtitle) = if has_dots {
        let words = "One dot a run, of all losses that have the hyper-parameter; star: a default configuration. \
                     Hyper-parameters of a few values have a box for each.";
        (titles(&losses), words)
    } else {
        let words = "A box for each value, of the runs of all losses that have the hyper-parameter; outside of 1.5 boxes each run is a dot.";
        (Vec::new(), words)
    };
    Some(Figure {
        stem: "hyper_parameters".to_owned(),
        caption: format!("{} against each hyper-parameter", study.distance()),
        drawing: Multiples {
            title: format!("{} against each hyper-parameter", study.distance()),
            subtitle: subtitle.to_owned(),
            names,
            columns: values.len().clamp(1, 3),
            panels,
        },
    })
}

/// The number that a value is, if it is one.
fn number(value: &str) -> Option<f64> {
    value.parse::<f64>().ok().filter(|v| v.is_finite())
}

fn panel(
    study: &Study,
    dataset: &str,
    (name, values): (&&str, &BTreeSet<&str>),
    losses: &[String],
) -> Option<Panel> {
    let runs: Vec<(&Run, &str, f64)> = study
        .on(dataset)
        .filter_map(|run| Some((run, run.last.settings.get(*name)?.as_str(), run.fid()?)))
        .collect();
    if runs.is_empty() {
        return None;
    }
    let numbers = values.iter().filter_map(|value| number(value)).count();
    let is_continuous = numbers == values.len() && values.len() > MOST_ROWS;
    let plot = if is_continuous {
        let dots = runs.iter().filter_map(|(run, value, fid)| {
            Some(Dot {
                series: series(losses, run),
                at: [number(value)?, *fid],
                is_star: run.last.is_default(),
            })
        });
        Plot::Dots(dots.collect())
    } else {
        Plot::Boxes(rows(&runs, values))
    };
    let (x_label, y_label) = if is_continuous {
        ((*name).to_owned(), study.distance())
    } else {
        (study.distance(), String::new())
    };
    Some(Panel {
        title: format!("{}: {name}", known::dataset_title(dataset)),
        x_label,
        y_label,
        plot,
    })
}

fn rows(runs: &[(&Run, &str, f64)], values: &BTreeSet<&str>) -> Boxes {
    let boxes = values.iter().enumerate().map(|(row, value)| OneBox {
        row,
        series: NO_SERIES,
        values: runs
            .iter()
            .filter(|(_, own, _)| own == value)
            .map(|(_, _, fid)| *fid)
            .collect(),
        ..OneBox::default()
    });
    Boxes {
        boxes: boxes.collect(),
        rows: values.iter().map(|value| (*value).to_owned()).collect(),
        range: None,
    }
}
