//! Sheets of samples: which generator stands for each loss with each architecture, and what is said of it.
//!
//! A cell (data set, architecture, loss) is shown by one run: that with the median distance, the lower one of two. Failed
//! runs rank last, as in every table. So a sheet shows neither the best run nor one that somebody liked.

use super::known;
use super::runs::{Run, Study};
use super::scores::Measure;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Letters of a line of a label.
const LABEL: usize = 24;
/// Letters of a data set's name in a file's name.
const NAME: usize = 60;

/// The sheet of one data set.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet<'a> {
    /// File name without extension, the same on every file system and of no other sheet.
    pub stem: String,
    /// The data set.
    pub dataset: String,
    /// Losses in the order of tables, each with its architectures.
    pub cells: Vec<Cell<'a>>,
}

/// One loss with one architecture.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell<'a> {
    /// The run with the median distance.
    pub run: &'a Run,
    /// Loss and architecture in one line.
    pub title: String,
    /// What stands beside its samples, in three lines.
    pub label: String,
}

/// A sheet that was drawn, for the text around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// File name without `.png`.
    pub stem: String,
    /// The data set's name in figures.
    pub title: String,
    /// What it shows.
    pub caption: String,
}

/// A sheet for each data set.
#[must_use]
pub fn sheets(study: &Study) -> Vec<Sheet<'_>> {
    let mut taken = BTreeSet::new();
    let sheet = |dataset: &String| Sheet {
        stem: stem(dataset, &mut taken),
        dataset: dataset.clone(),
        cells: cells(study, dataset),
    };
    study.datasets().iter().map(sheet).collect()
}

fn cells<'a>(study: &'a Study, dataset: &str) -> Vec<Cell<'a>> {
    let distance = study.distance();
    let unit = distance.split(' ').next().unwrap_or_default();
    let mut found = Vec::new();
    for loss in study.losses() {
        for architecture in study.architectures() {
            let Some(run) = median(study.cell(dataset, &architecture, &loss)) else {
                continue;
            };
            let titles = [
                known::loss_title(&loss),
                known::architecture_title(&architecture),
            ];
            let numbers = match run.fid() {
                Some(fid) => format!("{unit} {fid:.1}, seed {}", run.last.seed),
                None => "the median run failed".to_owned(),
            };
            let lines = [titles[0], titles[1], &numbers].map(|line| cut(line, LABEL));
            found.push(Cell {
                run,
                title: titles.join(" with "),
                label: lines.join("\n"),
            });
        }
    }
    found
}

/// The lower median by distance; failed runs are the last. Of equal ones the first of the table's order.
fn median(mut runs: Vec<&Run>) -> Option<&Run> {
    runs.sort_by(|a, b| {
        let of = |run: &Run| run.rankable(Measure::Fid);
        of(a).total_cmp(&of(b))
    });
    runs.get(runs.len().checked_sub(1)? / 2).copied()
}

fn cut(text: &str, letters: usize) -> String {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().map(plain).take(letters).collect()
}

/// `samples_mnist`. Whatever is no ASCII letter, digit, `-` or `_` becomes `_`; a name that is taken, in capitals or not,
/// gets a number.
fn stem(dataset: &str, taken: &mut BTreeSet<String>) -> String {
    let safe = |c: char| match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_' => c,
        _ => '_',
    };
    let plain: String = dataset.chars().take(NAME).map(safe).collect();
    let first = format!("samples_{plain}");
    let mut name = first.clone();
    let mut number = 2;
    while !taken.insert(name.to_ascii_lowercase()) {
        name = format!("{first}-{number}");
        number += 1;
    }
    name
}

impl Sheet<'_> {
    /// The sheet with `n` samples of each generator, with a row of real pictures on top or not.
    #[must_use]
    pub fn drawn(&self, n: usize, seed: u64, has_real: bool) -> Drawn {
        let title = cut(known::dataset_title(&self.dataset), NAME);
        Drawn {
            stem: self.stem.clone(),
            caption: caption(&title, n, seed, has_real),
            title,
        }
    }
}

fn caption(title: &str, n: usize, seed: u64, has_real: bool) -> String {
    let top = if has_real {
        "On top pictures of the test set. "
    } else {
        ""
    };
    format!(
        "{title}: {n} samples of one generator for each loss and architecture. {top}The generator is that of the run with the \
         median distance of its cell (of two the lower one, failed runs last), neither the best nor chosen by eye; the \
         samples are the first {n} of seed {seed}."
    )
}

/// The sheets' part of `study.md`; nothing where there are none.
#[must_use]
pub fn section(sheets: &[Drawn]) -> String {
    let mut text = String::new();
    for sheet in sheets {
        let head = if text.is_empty() {
            "## Samples\n\n"
        } else {
            ""
        };
        let _ = writeln!(
            text,
            "{head}{}\n\n![Samples: {}]({}.png)\n",
            plain(&sheet.caption),
            plain(&sheet.title),
            sheet.stem
        );
    }
    text
}

/// Text that is neither a link nor an element, whatever a foreign table calls its data sets.
fn plain(text: &str) -> String {
    text.replace('[', "(")
        .replace(']', ")")
        .replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdicts::study::scores::parse;

    fn study(text: &str) -> Study {
        Study::of(&parse(text.as_bytes(), "t.csv").unwrap())
    }

    #[test]
    fn the_lower_median_stands_for_a_cell_and_failed_runs_are_the_last() {
        let study = study(
            "loss,architecture,dataset,seed,fid,status\n\
             wgan,mlp,m,0,40,ok\nwgan,mlp,m,1,10,ok\nwgan,mlp,m,2,30,ok\nwgan,mlp,m,3,20,ok\n\
             vae,mlp,m,0,9,ok\nvae,mlp,m,1,,failed\nvae,mlp,m,2,7,ok\n\
             hinge,bad,m,0,9,ok\nhinge,bad,m,1,,failed\nhinge,bad,m,2,,failed\n",
        );
        let sheets = sheets(&study);
        assert_eq!(sheets.len(), 1);
        let labels: Vec<&str> = sheets[0].cells.iter().map(|c| c.label.as_str()).collect();
        // 10 20 30 40: the lower one of 20 and 30. 7 9 failed: 9. 9 failed failed: a failed one.
        assert_eq!(
            labels,
            [
                "WGAN\nMLP\nFID 20.0, seed 3",
                "Hinge\nbad\nthe median run failed",
                "VAE\nMLP\nFID 9.0, seed 0",
            ]
        );
    }

    #[test]
    fn names_of_files_are_safe_and_apart_whatever_data_sets_are_called() {
        let mut taken = BTreeSet::new();
        let long = "x".repeat(500);
        let names = [
            "mnist",
            "../../etc",
            "MNIST",
            "a b",
            "a/b",
            "a_b",
            "",
            "日本",
            "nul\0",
            &long,
        ];
        let stems: Vec<String> = names.iter().map(|name| stem(name, &mut taken)).collect();
        assert_eq!(
            stems[..9],
            [
                "samples_mnist",
                "samples_______etc",
                "samples_MNIST-2",
                "samples_a_b",
                "samples_a_b-2",
                "samples_a_b-3",
                "samples_",
                "samples___",
                "samples_nul_",
            ]
        );
        assert_eq!(stems[9].len(), 68);
    }

    #[test]
    fn labels_and_captions_of_foreign_names_stay_in_their_lines() {
        let study = study(
            "loss,dataset,fid\n\"a\nloss with a name that does not fit beside a picture\",\"d\n1\",3\n",
        );
        let sheets = sheets(&study);
        assert_eq!(
            sheets[0].cells[0].label,
            "a loss with a name that \nInfoGAN\nFID 3.0, seed 0"
        );
        let drawn = sheets[0].drawn(10, 3, true);
        assert_eq!(drawn.stem, "samples_d_1");
        assert!(drawn.caption.starts_with("d 1: 10 samples"), "{drawn:?}");
        assert!(drawn.caption.contains("On top pictures of the test set."));
        assert!(!sheets[0].drawn(10, 3, false).caption.contains("test set"));
        assert_eq!(section(&[]), "");
        let link = Drawn {
            title: "[x](y) <b>".to_owned(),
            ..drawn
        };
        let text = section(&[link]);
        let end = "![Samples: (x)(y) &lt;b>](samples_d_1.png)\n\n";
        assert!(
            text.starts_with("## Samples\n\nd 1: 10") && text.ends_with(end),
            "{text}"
        );
    }
}
