//! C5 in words, numbers and a figure.

use super::eyes::Eyes;
use super::judge::{Copier, Judged, NEAR};
use super::measure::{Number, Row, Set};
use crate::page::Figure;
use gavel::plots::multiples::{Dot, Multiples, Panel, Plot};
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
         and the audit `copies` as `gavel audit` runs it. A distance is *near zero* where it lies above the floor by less than \
         {NEAR} of what the GAN's does (z-test with the error of the difference before one reference); the audit *fires* \
         where it calls more of the set copies than of the honest set (Fisher's exact test) and its finding is serious; in \
         every split, Holm over all tests of a data set. The verdict is that of the faces; digits are a control, because a \
         mirrored digit is no digit.",
        parts.join("; "),
        eyes.distance(),
        eyes.engine(),
    )
}

/// Sets by data set.
fn of<'a>(one: &'a Judged, set: Set) -> impl Iterator<Item = &'a Row> + Clone {
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

/// The tested sentences.
pub fn sentences(judged: &[Judged]) -> Vec<String> {
    let each = |one: &Judged| -> Vec<String> {
        one.copiers
            .iter()
            .map(|copier| sentence(one, copier))
            .collect()
    };
    judged.iter().flat_map(each).collect()
}

fn sentence(one: &Judged, copier: &Copier) -> String {
    let rows = of(one, copier.set);
    let distance = |set: Set| range(of(one, set).map(|row| row.to_reference.value), 2);
    let parts = rows
        .clone()
        .zip(of(one, Set::Gan))
        .map(|(row, gan)| 100.0 * row.above_floor.value / gan.above_floor.value);
    let severities: Vec<&str> = rows.clone().map(|row| row.severity.name()).collect();
    format!(
        "{}, {}: {} to the reference, with the floor at {} and the GAN at {}; above the floor by {} % of what the GAN is (p {} \
         after Holm, the largest of the splits; to its training set: {}): near zero **{}**. The audit calls {} % of it copies (honest set: {} %, \
         p {} after Holm; severity {}), AuthPct {} (honest {}): that it fires **{}**.",
        one.pool.title,
        copier.set.title(),
        distance(copier.set),
        distance(Set::Honest),
        distance(Set::Gan),
        range(parts, 1),
        p_text(copier.near_p),
        range(rows.clone().map(|row| row.to_train.value), 2),
        copier.near.text(),
        range(rows.clone().map(share), 1),
        range(of(one, Set::Honest).map(share), 1),
        p_text(copier.fires_p),
        same_or_all(&severities),
        range(rows.map(|row| row.authenticity), 0),
        range(of(one, Set::Honest).map(|row| row.authenticity), 0),
        copier.fires.text(),
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
            title: "C5: what the distance praises, the audit calls copies".to_owned(),
            subtitle: "One mark a set and split. Low is good for the distance; right is bad for the audit. The honest set \
                       is real pictures: its distance is the floor."
                .to_owned(),
            names: Set::ALL.map(|set| set.title().to_owned()).to_vec(),
            panels: to_reference.chain(to_train).collect(),
            columns: judged.len(),
        },
    }
}
