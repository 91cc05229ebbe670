//! Figures of one generated set: overlap curve, entropies, class shares, spectrum, distances to the training set.

use super::not_drawn;
use crate::error::Result;
use crate::plots::chart::{Chart, Point, Series, Shape, svg};
use crate::verdicts::page::Html;
use crate::verdicts::page::figure::{Figure, side_by_side};
use crate::verdicts::report::number;
use crate::verdicts::report::subjects::Subject;
use crate::verdicts::results::{CurveRecord, Row};
use serde_json::Value;

/// The figures that the rows hold numbers for.
///
/// # Errors
/// Numerical: one cannot be drawn.
pub fn section(subject: &Subject<'_>) -> Result<Html> {
    let mut figures = Vec::new();
    figures.extend(overlap(subject)?);
    figures.extend(entropies(subject)?);
    for (id, title, reading) in [
        (
            "class_shares",
            "How often each class is predicted",
            "Equal shapes: all classes as often as among real pictures. A low bar is a class that is missing.",
        ),
        (
            "picture_entropies",
            "How unsure the classifier is of single pictures",
            "Further to the right: less like one class.",
        ),
        (
            "nearest_distances",
            "Distance to the nearest training image",
            "The held-out real images show what is near by chance. More generated ones at the left end: copies.",
        ),
    ] {
        figures.extend(histogram(subject, id, title, reading)?);
    }
    figures.extend(spectrum(subject)?);
    Ok(side_by_side(figures))
}

fn drawn(chart: &Chart, title: &str, description: String) -> Result<Figure> {
    Ok(Figure {
        svg: svg(chart).map_err(|e| not_drawn(&e))?,
        title: title.to_owned(),
        description,
    })
}

/// A list of numbers out of the details of a row.
fn list(row: &Row, name: &str) -> Vec<f64> {
    let values = row.details.get(name).and_then(Value::as_array);
    values.map_or(Vec::new(), |all| {
        all.iter().filter_map(Value::as_f64).collect()
    })
}

fn line(name: &str, x: &[f64], y: &[f64]) -> Series {
    Series {
        name: name.to_owned(),
        shape: Shape::Line,
        points: x.iter().zip(y).map(|(x, y)| Point::at(*x, *y)).collect(),
    }
}

/// Precision against recall of distributions.
fn overlap(subject: &Subject<'_>) -> Result<Option<Figure>> {
    let Some(row) = subject.row("prd_f8") else {
        return Ok(None);
    };
    let (precision, recall) = (list(row, "curve_precision"), list(row, "curve_recall"));
    if precision.is_empty() {
        return Ok(None);
    }
    let chart = Chart {
        x_label: "recall".to_owned(),
        y_label: "precision".to_owned(),
        x_range: Some((0.0, 1.0)),
        y_range: Some((0.0, 1.0)),
        series: vec![line("", &recall, &precision)],
        ..Chart::default()
    };
    let f = |id: &str| {
        let row = subject.row(id)?;
        Some(number(row.value?, row.std_error))
    };
    let scores = match (f("prd_f8"), f("prd_f1_8")) {
        (Some(recall), Some(precision)) => format!(" F8 = {recall}, F1/8 = {precision}."),
        _ => String::new(),
    };
    let reading =
        format!("The nearer to the upper right corner, the more both sets overlap.{scores}");
    drawn(&chart, "Precision and recall of distributions", reading).map(Some)
}

/// Both entropies beside those of the reference.
fn entropies(subject: &Subject<'_>) -> Result<Option<Figure>> {
    let rows = [
        subject.row("quality_entropy"),
        subject.row("diversity_entropy"),
    ];
    let [Some(quality), Some(diversity)] = rows else {
        return Ok(None);
    };
    let both = [quality, diversity];
    let own = both.iter().enumerate().filter_map(|(place, row)| {
        Some(Point {
            x: place as f64,
            y: row.value?,
            reach: row.interval.map(|i| (i.lower, i.upper)),
        })
    });
    let real = both
        .iter()
        .enumerate()
        .filter_map(|(place, row)| Some(Point::at(place as f64, row.detail("reference")?)));
    let bars = |name: &str, points: Vec<Point>| Series {
        name: name.to_owned(),
        shape: Shape::Bars,
        points,
    };
    let (own, real): (Vec<Point>, Vec<Point>) = (own.collect(), real.collect());
    let largest = diversity.detail("largest_possible");
    let told: Vec<String> = [("one picture", 0), ("the set", 1)]
        .iter()
        .filter_map(|(what, place)| {
            let value = |points: &[Point]| {
                let found = points.iter().find(|p| p.x == f64::from(*place))?;
                Some(number(found.y, Some(0.01)))
            };
            let real = value(&real).map_or(String::new(), |v| format!(" (reference {v})"));
            Some(format!("{what} {}{real}", value(&own)?))
        })
        .collect();
    let mut series = vec![bars("generated", own)];
    if !real.is_empty() {
        series.push(bars("reference", real));
    }
    let chart = Chart {
        y_label: "entropy, nats".to_owned(),
        categories: vec!["one picture".to_owned(), "the set".to_owned()],
        series,
        rules: largest
            .map(|level| (level, "largest possible".to_owned()))
            .into_iter()
            .collect(),
        ..Chart::default()
    };
    let reading = format!(
        "Low for one picture: it is surely of one class. High for the set: all classes appear. Here: {}.",
        told.join(", ")
    );
    drawn(&chart, "Entropies of the predicted classes", reading).map(Some)
}

/// The curves `id/…` of any row as histograms over one another.
fn histogram(
    subject: &Subject<'_>,
    id: &str,
    title: &str,
    reading: &str,
) -> Result<Option<Figure>> {
    let curves: Vec<(&str, &CurveRecord)> = subject
        .rows()
        .map(|row| {
            let of_figure = row.curves.iter().filter_map(|curve| {
                let (figure, name) = curve.id.split_once('/')?;
                (figure == id).then_some((name, curve))
            });
            of_figure.collect::<Vec<_>>()
        })
        .find(|curves| !curves.is_empty())
        .unwrap_or_default();
    let Some((_, first)) = curves.first() else {
        return Ok(None);
    };
    // Classes that neither set has any of are not worth their place.
    let seen = |curve: &CurveRecord| 1 + curve.y.iter().rposition(|y| *y > 0.001).unwrap_or(0);
    let kept = if id == "class_shares" {
        curves
            .iter()
            .map(|(_, curve)| seen(curve))
            .max()
            .unwrap_or(0)
    } else {
        usize::MAX
    };
    let chart = Chart {
        x_label: first.x_label.clone(),
        y_label: first.y_label.clone(),
        series: curves
            .iter()
            .map(|(name, curve)| {
                let mut series = line(name, &curve.x, &curve.y);
                series.points.truncate(kept);
                Series {
                    shape: Shape::Steps,
                    ..series
                }
            })
            .collect(),
        ..Chart::default()
    };
    let means: Vec<String> = curves
        .iter()
        .filter_map(|(name, curve)| {
            let all: f64 = curve.y.iter().sum();
            let sum: f64 = curve.x.iter().zip(&curve.y).map(|(x, y)| x * y).sum();
            (all > 0.0 && id != "class_shares").then(|| {
                format!(
                    "{name} {}",
                    number(sum / all, Some(0.01 * (sum / all).abs()))
                )
            })
        })
        .collect();
    let means = if means.is_empty() {
        String::new()
    } else {
        format!(" Means: {}.", means.join(", "))
    };
    drawn(&chart, title, format!("{reading}{means}")).map(Some)
}

/// Mean power by size of detail.
fn spectrum(subject: &Subject<'_>) -> Result<Option<Figure>> {
    let Some(row) = subject.row("power_spectrum") else {
        return Ok(None);
    };
    let rings = list(row, "cycles_per_picture");
    let sides: Vec<Series> = ["generated", "reference"]
        .iter()
        .map(|side| line(side, &rings, &list(row, &format!("{side}_db"))))
        .filter(|series| !series.points.is_empty())
        .collect();
    if sides.is_empty() {
        return Ok(None);
    }
    let chart = Chart {
        x_label: "cycles in a picture (right: finer)".to_owned(),
        y_label: "power, dB".to_owned(),
        series: sides,
        ..Chart::default()
    };
    let difference = row.value.map_or(String::new(), |value| {
        format!(" They differ by {} dB.", number(value, row.std_error))
    });
    let reading =
        format!("A fall at the right end is blur, a rise is noise or a checkerboard.{difference}");
    drawn(&chart, "Detail of every size", reading).map(Some)
}
