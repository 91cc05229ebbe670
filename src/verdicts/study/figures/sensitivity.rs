//! The distance against mode dropping and noise, from documents of `gavel sensitivity`.

use super::Figure;
use crate::plots::multiples::{BandPoint, Line, Multiples, Panel, Plot};
use crate::verdicts::sensitivity::Sensitivity;

/// Corruptions that the study shows, and its metrics by their ids.
const CORRUPTIONS: [&str; 2] = ["modes_dropped", "noise"];
const DISTANCES: [&str; 2] = ["fid", "fd"];

/// A panel for each of the two corruptions, a line for each document; the band is one standard error. `None` without a
/// document that has a distance under one of them.
pub(super) fn figure(documents: &[Sensitivity]) -> Option<Figure> {
    let panels: Vec<Panel> = CORRUPTIONS
        .iter()
        .filter_map(|corruption| panel(documents, corruption))
        .collect();
    let names = documents.iter().map(|d| short(&d.input.source).to_owned());
    (!panels.is_empty()).then(|| Figure {
        stem: "mode_dropping_and_noise".to_owned(),
        caption:
            "Fréchet distance of real data whose modes are dropped, and of real data with noise"
                .to_owned(),
        drawing: Multiples {
            title: "Fréchet distance of damaged real data".to_owned(),
            subtitle:
                "Held-out real data against the reference, after losing modes and under noise; \
                       band: one standard error of the difference to the undamaged set."
                    .to_owned(),
            names: names.collect(),
            columns: 2,
            panels,
        },
    })
}

fn panel(documents: &[Sensitivity], corruption: &str) -> Option<Panel> {
    let lines: Vec<Line> = documents
        .iter()
        .enumerate()
        .filter_map(|(series, document)| line(document, corruption, series))
        .collect();
    let record = documents
        .iter()
        .flat_map(|document| &document.corruptions)
        .find(|record| record.name == corruption)?;
    (!lines.is_empty()).then(|| Panel {
        title: record.title.clone(),
        x_label: record.unit.clone(),
        y_label: "Fréchet distance".to_owned(),
        plot: Plot::Bands(lines),
    })
}

fn line(document: &Sensitivity, corruption: &str, series: usize) -> Option<Line> {
    let response = document.responses.iter().find(|response| {
        let row = document
            .metrics
            .iter()
            .find(|row| row.name == response.metric);
        let is_distance = row.is_some_and(|row| DISTANCES.contains(&row.id.as_str()))
            || DISTANCES.contains(&response.metric.as_str());
        response.corruption == corruption && is_distance
    })?;
    let clean = response.points.first().and_then(|point| point.clean);
    let start = clean.map(|y| BandPoint {
        x: 0.0,
        y,
        band: [y, y],
    });
    let others = response.points.iter().filter_map(|point| {
        let (y, error) = (point.value?, point.std_error.unwrap_or(0.0));
        Some(BandPoint {
            x: point.level,
            y,
            band: [y - error, y + error],
        })
    });
    let points: Vec<BandPoint> = start.into_iter().chain(others).collect();
    (points.len() > 1).then_some(Line { series, points })
}

/// The last part of a path; a set that is no path stays as it is.
fn short(source: &str) -> &str {
    let last = source.trim_end_matches('/').rsplit(['/', '\\']).next();
    last.filter(|name| !name.is_empty()).unwrap_or(source)
}
