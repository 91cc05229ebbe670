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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plots::multiples::Plot;
    use crate::verdicts::study::scores::parse;

    fn study() -> Study {
        let text = "loss,architecture,dataset,seed,sample_id,fid,precision,recall,status,beta1\n\
            wgan,mlp,m,0,0,10,0.5,0.9,ok,0.5\nwgan,mlp,m,1,0,14,0.4,0.8,ok,0.5\nwgan,mlp,m,0,1,30,0.1,0.2,ok,0.9\n\
            wgan,bad,m,0,0,90,0.1,0.2,ok,0.5\nvae,mlp,m,0,0,20,0.6,0.3,ok,0.5\nvae,mlp,m,1,0,,,,failed,0.5\n";
        Study::of(&parse(text.as_bytes(), "t.csv").unwrap())
    }

    #[test]
    fn the_star_is_the_median_of_sample_0_and_a_failed_run_is_counted_not_drawn() {
        let figure = boxes::figure(&study()).unwrap();
        let titles: Vec<&str> = figure
            .drawing
            .panels
            .iter()
            .map(|p| p.title.as_str())
            .collect();
        assert_eq!(titles, ["m, MLP", "m, bad"]);
        let Plot::Boxes(plot) = &figure.drawing.panels[0].plot else {
            panic!("boxes are drawn as boxes");
        };
        assert_eq!(plot.rows, ["WGAN", "VAE"]);
        assert_eq!(plot.boxes[0].values.len(), 3);
        // Seeds 0 and 1 of sample 0: 10 and 14.
        assert_eq!(plot.boxes[0].stars, [12.0]);
        assert_eq!(
            (plot.boxes[1].values.as_slice(), plot.boxes[1].n_failed),
            (&[20.0][..], 1)
        );
    }

    #[test]
    fn distance_is_upwards_and_precision_to_the_right() {
        let figure = quality::against(&study()).unwrap();
        let Plot::Dots(dots) = &figure.drawing.panels[0].plot else {
            panic!("runs are drawn as dots");
        };
        assert!(dots.iter().any(|dot| dot.at == [0.5, 10.0]));
        assert_eq!(figure.drawing.panels[1].x_label, "recall");
        let Plot::Dots(dots) = &figure.drawing.panels[1].plot else {
            panic!("runs are drawn as dots");
        };
        assert!(dots.iter().any(|dot| dot.at == [0.9, 10.0]));
    }

    #[test]
    fn what_has_no_numbers_is_named_with_its_reason() {
        let text = "loss,dataset,fid\nwgan,m,10\n";
        let study = Study::of(&parse(text.as_bytes(), "t.csv").unwrap());
        let (drawn, absent) = all(&study, None, &[]);
        let stems: Vec<&str> = drawn.iter().map(|figure| figure.stem.as_str()).collect();
        assert_eq!(stems, ["fid_boxes"]);
        assert_eq!(absent.len(), 7);
        assert!(absent.iter().all(|one| !one.why.is_empty()));
    }
}
