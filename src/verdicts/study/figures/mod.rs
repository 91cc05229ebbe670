//! The study's figures: one file for each question, from runs to what [`crate::plots::multiples`] draws.

mod architectures;
mod boxes;
mod budget;
mod curves;
mod marginals;
mod quality;
mod sensitivity;

use super::known;
use super::runs::{Run, Study};
use crate::plots::multiples::Multiples;
use crate::verdicts::sensitivity::Sensitivity;

/// A figure with the name of its file.
#[derive(Debug, Clone)]
pub struct Figure {
    /// File name without extension.
    pub stem: String,
    /// What it shows, for the text around it.
    pub caption: String,
    /// What is drawn.
    pub drawing: Multiples,
}

/// A figure that the table has no numbers for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Absent {
    /// Its name.
    pub stem: &'static str,
    /// What is missing.
    pub why: &'static str,
}

/// Every figure that the runs, the distances on the way (else those of the runs' own rows) and the sensitivity documents have
/// numbers for, and why the others are missing.
#[must_use]
pub fn all(
    study: &Study,
    curves: Option<&Study>,
    documents: &[Sensitivity],
) -> (Vec<Figure>, Vec<Absent>) {
    let mut drawn = Vec::new();
    let mut absent = Vec::new();
    let mut put = |stem, figure: Option<Figure>, why| match figure {
        Some(figure) => drawn.push(figure),
        None => absent.push(Absent { stem, why }),
    };
    put("fid_boxes", boxes::figure(study), "no run has a distance");
    put(
        "expected_minimum",
        budget::figure(study),
        "no loss has two configurations or seeds on a data set",
    );
    put(
        "precision_recall_f1",
        quality::shares(study),
        "no row has precision or recall",
    );
    put(
        "fid_against_precision_recall",
        quality::against(study),
        "no row has precision or recall",
    );
    put(
        "hyper_parameters",
        marginals::figure(study),
        "no hyper-parameter takes two values",
    );
    put(
        "architectures",
        architectures::figure(study),
        "there is one architecture only",
    );
    put(
        "training_curves",
        curves::figure(curves.unwrap_or(study)),
        "no run has rows at two steps (--curves FILE.csv)",
    );
    put(
        "mode_dropping_and_noise",
        sensitivity::figure(documents),
        "no document of `gavel sensitivity` was given (--sensitivity FILE.json)",
    );
    (drawn, absent)
}

/// Names of the losses in figures, in the order in which they are numbered.
fn titles(losses: &[String]) -> Vec<String> {
    let title = |name: &String| known::loss_title(name).to_owned();
    losses.iter().map(title).collect()
}

/// The number of a loss.
fn series(losses: &[String], run: &Run) -> usize {
    let place = losses.iter().position(|name| *name == run.last.loss);
    place.unwrap_or(0)
}

/// Panels side by side for so many of them.
fn columns(panels: usize) -> usize {
    match panels {
        0 | 1 => 1,
        2 | 4 => 2,
        _ => 3,
    }
}
