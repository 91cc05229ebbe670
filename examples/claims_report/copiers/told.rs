//! C5 in words, numbers and a figure.

use super::eyes::Eyes;
use super::judge::Judged;
use super::measure::{Number, Row, Set};
use crate::page::Figure;
use gavel::plots::multiples::{Dot, Multiples, Panel, Plot};
use gavel::verdicts::study::claim::Word;
use gavel::verdicts::study::copier::{Answer, Copier, NEAR};
use gavel::verdicts::study::sentences::p_text;
use std::fmt::Write as _;

/// What was done.
pub fn done(judged: &[Judged], eyes: &Eyes) -> String {
    let parts = judged.iter().map(|one| {
        let n_splits = one.rows.len() / Set::ALL.len();
        format!(
            "{} ({} pictures each, {n_splits} random splits)",
            one.pool.title,
            one.pool.n()
        )
    });
    let parts: Vec<String> = parts.collect();
    format!(
        "{}: real pictures dealt to three disjoint parts of one size: train, held-out reference, honest. Generated sets of the \
         same size: the honest part, whose distance is the floor (real against real); the training pictures (memoriser); the \
         same mirrored (flip-copier); a real GAN's submission. {} with its standard error ({}), AuthPct in the same features, \
         and the audit `copies` as `gavel audit` runs it. Three questions to each copier, in every split, Holm over all tests of \
         a data set: does its distance to its training set lie *below the floor*, what real pictures have to the same set (z-test with the \
         honest set's error); does its distance to the held-out reference lie *near the floor*, above it by less than \
         {NEAR} of what the GAN's does (z-test with the error of the difference before one reference); does the audit *fire*, \
         call more of the set copies than of the honest set (Fisher's exact test) with a serious finding. The question to the \
         held-out reference and its limit were fixed before the first run; the one to the training set, which FID is usually \
         computed against, was added after it. The verdict is that of the faces; digits are a control, because a mirrored digit is no \
         digit.",
        parts.join("; "),
        eyes.distance(),
        eyes.engine(),
    )
}

/// Sets by data set.
fn of(one: &Judged, set: Set) -> impl Iterator<Item = &Row> + Clone {
    one.rows.iter().filter(move |row| row.set == set)
}

/// Least and largest.
fn range(values: impl Iterator<Item = f64>, digits: usize) -> String {
    let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| {
        (l.min(v), h.max(v))
    });
    let (low, high) = (format!("{low:.digits$}"), format!("{high:.digits$}"));
    if low == high {
        low
    } else {
        format!("{low} to {high}")
    }
}

fn share(row: &Row) -> f64 {
    100.0 * row.called.iter().sum::<usize>() as f64 / row.n.max(1) as f64
}

/// The parts of the claim.
pub fn parts(one: &Judged) -> Vec<(String, Word)> {
    let each = one.copiers.iter().flat_map(|(set, copier)| {
        [
            ("to its training set below the floor", copier.below_floor),
            ("to held-out pictures near the floor", copier.near_floor),
            ("the audit fires", copier.fires),
        ]
        .map(|(what, answer)| (format!("{}, {what}", set.title()), answer.word))
    });
    each.collect()
}

/// The tested sentences.
pub fn sentences(judged: &[Judged]) -> Vec<String> {
    let each = |one: &Judged| -> Vec<String> {
        let told = one
            .copiers
            .iter()
            .map(|(set, copier)| sentence(one, *set, copier));
        told.collect()
    };
    judged.iter().flat_map(each).collect()
}

fn sentence(one: &Judged, set: Set, copier: &Copier) -> String {
    let rows = of(one, set);
    let honest = of(one, Set::Honest);
    let gan = of(one, Set::Gan);
    let reference = |row: &Row| row.to_reference.value;
    let parts = rows
        .clone()
        .zip(gan.clone())
        .map(|(row, gan)| 100.0 * row.above_floor.value / gan.above_floor.value);
    let severities: Vec<&str> = rows.clone().map(|row| row.severity.name()).collect();
    format!(
        "{}, {}: to its training set {} with the floor at {}: below the floor {}. To held-out pictures {} with the floor at {} and \
         the GAN at {}, so above the floor by {} % of what the GAN is: near the floor {}. The audit calls {} % of it copies and {} % \
         of the honest set (severity {}): that it fires {}. AuthPct {}, honest {}. (Ranges over the splits.)",
        one.pool.title,
        set.title(),
        range(rows.clone().map(|row| row.to_train.value), 2),
        range(honest.clone().map(|row| row.to_train.value), 2),
        answered(copier.below_floor),
        range(rows.clone().map(reference), 2),
        range(honest.clone().map(reference), 2),
        range(gan.map(reference), 2),
        range(parts, 0),
        answered(copier.near_floor),
        range(rows.clone().map(share), 1),
        range(honest.clone().map(share), 1),
        same_or_all(&severities),
        answered(copier.fires),
        range(rows.map(|row| row.authenticity), 0),
        range(honest.map(|row| row.authenticity), 0),
    )
}

/// The word with its p, and how many splits say so.
fn answered(answer: Answer) -> String {
    format!(
        "**{}** (in {} of {} splits, p {} after Holm)",
        answer.word.text(),
        answer.n,
        answer.n_splits,
        p_text(answer.p)
    )
}

/// One word where all are the same.
fn same_or_all(words: &[&str]) -> String {
    match words.split_first() {
        Some((first, rest)) if rest.iter().all(|word| word == first) => (*first).to_owned(),
        _ => words.join(", "),
    }
}

/// All numbers.
pub fn table(judged: &[Judged]) -> String {
    let mut text = String::from(
        "| data | split | set | FD to the reference | above the floor | FD to the training set | AuthPct | copies | mirrors | disguises | severity |\n\
         |---|---:|---|---:|---:|---:|---:|---:|---:|---:|---|\n",
    );
    let number = |number: Number| match number.std_error {
        Some(error) => format!("{:.2} ± {error:.2}", number.value),
        None => format!("{:.2}", number.value),
    };
    for one in judged {
        for row in &one.rows {
            let percent = |n: usize| format!("{:.1} %", 100.0 * n as f64 / row.n.max(1) as f64);
            let [copies, mirrors, disguises] = row.called.map(percent);
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} | {} | {} | {:.0} | {copies} | {mirrors} | {disguises} | {} |",
                one.pool.title,
                row.split + 1,
                row.set.title(),
                number(row.to_reference),
                if row.set == Set::Honest {
                    "–".to_owned()
                } else {
                    number(row.above_floor)
                },
                number(row.to_train),
                row.authenticity,
                row.severity.name(),
            );
        }
    }
    text
}

/// Distance against the share that is called copies.
pub fn figure(judged: &[Judged]) -> Figure {
    let panel = |one: &Judged, to: &str, of: fn(&Row) -> f64| Panel {
        title: format!("{}: to the {to}", one.pool.title),
        x_label: "called copies, mirrored or not, %".to_owned(),
        y_label: "FD (embedded-v1)".to_owned(),
        plot: Plot::Dots(
            one.rows
                .iter()
                .map(|row| Dot {
                    series: Set::ALL.iter().position(|set| *set == row.set).unwrap_or(0),
                    at: [share(row), of(row)],
                    is_star: false,
                })
                .collect(),
        ),
    };
    let to_reference = judged
        .iter()
        .map(|one| panel(one, "held-out reference", |row| row.to_reference.value));
    let to_train = judged
        .iter()
        .map(|one| panel(one, "training set", |row| row.to_train.value));
    Figure {
        stem: "c5_copiers",
        caption: "Fréchet distance against the share of pictures that the audit calls copies".to_owned(),
        drawing: Multiples {
            title: "C5: the distance of copiers, and the audit of copies".to_owned(),
            subtitle: "One mark a set and split. Low is good for the distance; right is bad for the audit. The honest set \
                       is real pictures: its distance is the floor."
                .to_owned(),
            names: Set::ALL.map(|set| set.title().to_owned()).to_vec(),
            panels: to_reference.chain(to_train).collect(),
            columns: judged.len(),
        },
    }
}
