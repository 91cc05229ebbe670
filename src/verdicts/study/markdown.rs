//! `study.md`: tables, figures and the tested sentences.

use super::figures::{Absent, Figure};
use super::known;
use super::runs::{Run, Study};
use super::samples::{self, Drawn};
use super::scores::Measure;
use super::sentences;
use super::statistics::{self, Best};
use crate::rng::Seed;
use crate::statistics::expected_minimum::expected_minimum;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Budgets of the table.
const BUDGETS: [usize; 6] = [1, 2, 5, 10, 25, 100];

/// What stands around the study in its page.
#[derive(Debug, Clone)]
pub struct Frame<'a> {
    /// The command that made it.
    pub command: &'a str,
    /// Figures that were drawn, and the extension of those to show.
    pub figures: &'a [Figure],
    /// Extension of the figures that the page shows.
    pub extension: &'a str,
    /// Figures that were not drawn.
    pub absent: &'a [Absent],
    /// Sheets of samples.
    pub sheets: &'a [Drawn],
    /// Seed of the permutations.
    pub seed: Seed,
}

/// The page.
#[must_use]
pub fn render(study: &Study, frame: &Frame<'_>) -> String {
    let mut text = String::from("# The study\n\n");
    head(&mut text, study, frame);
    figure(&mut text, frame, "fid_boxes");
    equalities(&mut text, study, frame.seed);
    figure(&mut text, frame, "architectures");
    changes(&mut text, study, frame.seed);
    best_table(&mut text, study);
    figure(&mut text, frame, "expected_minimum");
    budget_table(&mut text, study);
    for one in frame.figures {
        if !["fid_boxes", "architectures", "expected_minimum"].contains(&one.stem.as_str()) {
            figure(&mut text, frame, &one.stem);
            list(&mut text, &under(study, &one.stem, frame.seed));
        }
    }
    text.push_str(&samples::section(frame.sheets));
    failures(&mut text, study);
    if !frame.absent.is_empty() {
        text.push_str("## Not drawn\n\n");
        for absent in frame.absent {
            let _ = writeln!(text, "* `{}`: {}", absent.stem, absent.why);
        }
        text.push('\n');
    }
    text
}

fn head(text: &mut String, study: &Study, frame: &Frame<'_>) {
    let n_failed = study.failed().count();
    let _ = writeln!(
        text,
        "{} runs ({n_failed} failed): {} losses, {} architectures, {} data sets. Distance: {}, less is better. Made by\n\n    {}\n",
        study.runs.len(),
        study.losses().len(),
        study.architectures().len(),
        study.datasets().len(),
        study.distance(),
        frame.command
    );
}

fn figure(text: &mut String, frame: &Frame<'_>, stem: &str) {
    if let Some(one) = frame.figures.iter().find(|figure| figure.stem == stem) {
        let _ = writeln!(text, "![{}]({stem}.{})\n", one.caption, frame.extension);
    }
}

fn equalities(text: &mut String, study: &Study, seed: Seed) {
    let all = statistics::equalities(study, Measure::Fid, seed);
    let levels = statistics::levels(study, seed);
    if all.is_empty() && levels.is_empty() {
        return;
    }
    let _ = writeln!(
        text,
        "## Are all GANs equal?\n\nKruskal-Wallis over the adversarial losses, p by {} permutations, Holm over the tests of this \
         list and over those of the baselines; pairs by Cliff's δ with its permutation test, Holm over the pairs. Failed runs rank last. What is exchanged is a \
         configuration (the median over its seeds) where a search has several, a seed where it has one.\n",
        statistics::N_PERMUTATIONS
    );
    for one in &all {
        let _ = writeln!(text, "* {}", sentences::equality(one, study));
    }
    for one in &levels {
        let _ = writeln!(text, "* {}", sentences::level(one, study));
    }
    text.push('\n');
}

/// What the tests say to a figure that has no section of its own.
fn under(study: &Study, stem: &str, seed: Seed) -> Vec<String> {
    match stem {
        "precision_recall_f1" => statistics::equalities(study, Measure::F1, seed)
            .iter()
            .map(|one| sentences::equality(one, study))
            .collect(),
        "fid_against_precision_recall" => statistics::trades(study, seed)
            .iter()
            .map(sentences::trade)
            .collect(),
        "hyper_parameters" => statistics::marginals(study, seed)
            .iter()
            .map(sentences::marginal)
            .collect(),
        _ => Vec::new(),
    }
}

fn list(text: &mut String, sentences: &[String]) {
    for one in sentences {
        let _ = writeln!(text, "* {one}");
    }
    if !sentences.is_empty() {
        text.push('\n');
    }
}

fn changes(text: &mut String, study: &Study, seed: Seed) {
    let all = statistics::changes(study, seed);
    if all.is_empty() {
        return;
    }
    text.push_str(
        "## Does the loss or the architecture matter?\n\nTwo-way analysis of variance of the logarithm of the distance, p by \
         permutation; then each loss's change of median, by Cliff's δ.\n\n",
    );
    for one in statistics::factors(study, seed) {
        let _ = writeln!(text, "* {}", sentences::factors(&one));
    }
    for one in &all {
        let _ = writeln!(text, "* {}", sentences::change(one));
    }
    text.push('\n');
}

/// Mean ± standard deviation of the best configuration.
fn best_text(best: &Best) -> String {
    let mut text = match best.std {
        Some(std) => format!("{:.1} ± {std:.1}", best.mean),
        None => format!("{:.1}", best.mean),
    };
    let _ = write!(text, " (n={}", best.n_seeds);
    if best.n_failed > 0 {
        let _ = write!(text, ", {} failed", best.n_failed);
    }
    text.push(')');
    text
}

fn best_table(text: &mut String, study: &Study) {
    let datasets = study.datasets();
    let _ = writeln!(
        text,
        "## Best configuration of each loss\n\nMean ± standard deviation of {} over seeds.\n",
        study.distance()
    );
    header(text, "loss", &datasets);
    let mut is_chosen = false;
    for loss in study.losses() {
        let cells = datasets.iter().map(|dataset| {
            let best = statistics::best(study, dataset, &loss);
            is_chosen |= best.as_ref().is_some_and(|best| best.n_configurations > 1);
            best.map_or_else(|| "–".to_owned(), |best| best_text(&best))
        });
        let cells: Vec<String> = cells.collect();
        let _ = writeln!(
            text,
            "| {} | {} |",
            cell(known::loss_title(&loss)),
            cells.join(" | ")
        );
    }
    if is_chosen {
        text.push_str(
            "\nThe best of several configurations (or architectures) was chosen by these very runs, so its mean is optimistic; \
             new seeds would show it without that.\n",
        );
    }
    text.push('\n');
}

fn header(text: &mut String, first: &str, datasets: &[String]) {
    let titles: Vec<String> = datasets
        .iter()
        .map(|name| cell(known::dataset_title(name)))
        .collect();
    let _ = writeln!(text, "| {first} | {} |", titles.join(" | "));
    let _ = writeln!(text, "|---|{}", "---:|".repeat(datasets.len()));
}

/// Text that cannot end a cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

fn budget_table(text: &mut String, study: &Study) {
    let largest = study
        .datasets()
        .iter()
        .flat_map(|dataset| {
            let n = |loss: &String| study.on(dataset).filter(|r| r.last.loss == *loss).count();
            study.losses().iter().map(n).collect::<Vec<_>>()
        })
        .max();
    let budgets: Vec<usize> = BUDGETS
        .into_iter()
        .filter(|k| *k <= largest.unwrap_or(0))
        .collect();
    if budgets.len() < 2 {
        return;
    }
    let _ = writeln!(
        text,
        "## What a budget buys\n\nExpected least {} of so many runs ± its standard deviation, exact.\n",
        study.distance()
    );
    let columns: Vec<String> = budgets.iter().map(|k| format!("{k}")).collect();
    let _ = writeln!(
        text,
        "| data set | loss, least of | {} |",
        columns.join(" | ")
    );
    let _ = writeln!(text, "|---|---|{}", "---:|".repeat(budgets.len()));
    for dataset in study.datasets() {
        for loss in study.losses() {
            let runs: Vec<&Run> = study.on(&dataset).filter(|r| r.last.loss == loss).collect();
            let values: Vec<f64> = runs.iter().filter_map(|run| run.fid()).collect();
            let found = expected_minimum(&values, runs.len() - values.len(), &budgets);
            let cells = budgets.iter().map(|k| {
                let one = found.iter().find(|one| one.budget == *k);
                one.filter(|_| *k <= runs.len()).map_or_else(
                    || "–".to_owned(),
                    |one| format!("{:.1} ± {:.1}", one.mean, one.std),
                )
            });
            let cells: Vec<String> = cells.collect();
            if !runs.is_empty() {
                let _ = writeln!(
                    text,
                    "| {} | {} | {} |",
                    cell(known::dataset_title(&dataset)),
                    cell(known::loss_title(&loss)),
                    cells.join(" | ")
                );
            }
        }
    }
    text.push('\n');
}

fn failures(text: &mut String, study: &Study) {
    let mut reasons: BTreeMap<(String, String, String), usize> = BTreeMap::new();
    for (run, reason) in study.failed() {
        let key = (
            run.last.loss.clone(),
            run.last.architecture.clone(),
            reason.to_owned(),
        );
        *reasons.entry(key).or_default() += 1;
    }
    if reasons.is_empty() {
        return;
    }
    text.push_str("## Failed runs\n\n| loss | architecture | runs | why |\n|---|---|---:|---|\n");
    for ((loss, architecture, reason), n) in reasons {
        let _ = writeln!(
            text,
            "| {} | {} | {n} | {} |",
            cell(known::loss_title(&loss)),
            cell(known::architecture_title(&architecture)),
            cell(&reason)
        );
    }
    text.push('\n');
}
