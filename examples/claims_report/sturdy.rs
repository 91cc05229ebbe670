//! C3: which losses mind a bad architecture?

use crate::page::{Figure, Outcome, Section, Tested};
use gavel::error::{Error, Result};
use gavel::plots::multiples::{Boxes, Multiples, OneBox, Panel, Plot};
use gavel::rng::Seed;
use gavel::verdicts::study::claim::{Sign, Word};
use gavel::verdicts::study::known;
use gavel::verdicts::study::runs::Study;
use gavel::verdicts::study::sentences::p_text;
use gavel::verdicts::study::statistics::{Decline, Declines, Pair, declines};
use std::fmt::Write as _;

/// The better architecture and the worse one.
const ARCHITECTURES: [&str; 2] = ["dcgan", "bad"];
/// Losses that are said to bear it, and those that are said not to.
const SIDES: [&[&str]; 2] = [&["wgan_gp", "hinge"], &["minimax", "non_saturating"]];

/// The hinge loss of this sweep has spectral normalisation.
fn title(loss: &str) -> &str {
    match loss {
        "hinge" => "SN (hinge)",
        other => known::loss_title(other),
    }
}

/// C3.
pub fn section(study: &Study, seed: Seed) -> Result<Section> {
    let found = declines(study, ARCHITECTURES, SIDES, seed);
    if found.is_empty() {
        return Err(Error::input(
            "bad.csv does not have wgan_gp or hinge, and minimax or non_saturating, with the architectures dcgan and bad",
        )
        .mend("gavel sweep examples/sweeps/claims.toml -o bad/ --data DIR, then cp bad/scores.csv there"));
    }
    let n = found.iter().flat_map(|one| &one.losses);
    let n = n.map(|loss| loss.ratios.len()).max().unwrap_or(0);
    Ok(Section {
        claim: "C3",
        says: "WGAN-GP and spectral normalisation (SN) lose less than the minimax (MM) and the non-saturating (NS) GAN when \
               the architecture is bad.",
        outcome: Outcome::Tested(Box::new(Tested {
            done: format!(
                "`examples/sweeps/claims.toml`: {} runs ({} failed), up to {n} seeds. {} with the architecture `bad` (no normalisation, \
                 deep and narrow) over that with `dcgan`, of the same loss and seed; a run that failed with `bad` counts as \
                 the largest ratio. Each of WGAN-GP and SN against each of MM and NS: Cliff's δ with its exact permutation test, Holm \
                 over these pairs. The claim holds where all of them do.",
                study.runs.len(),
                study.failed().count(),
                study.distance(),
            ),
            figure: Figure {
                stem: "c3_architecture",
                caption: format!(
                    "{} of each loss with both architectures, and their ratio seed by seed",
                    study.distance()
                ),
                drawing: drawing(study, &found),
            },
            table: table(&found, &study.distance()),
            sentences: found.iter().flat_map(told).collect(),
            parts: found
                .iter()
                .flat_map(|one| &one.pairs)
                .map(|pair| {
                    let names = [&pair.first, &pair.second].map(|name| title(name));
                    (names.join(" less than "), word_of(pair))
                })
                .collect(),
            limits: "one bad architecture, one data set, small networks, few updates, the embedded extractor's distance; a loss that \
                     is bad with the good architecture has less to lose, which is why the medians stand in the table.",
        })),
    })
}

fn word_of(pair: &Pair) -> Word {
    Word::of_test(pair.dominance.delta, pair.adjusted, Sign::Negative)
}

fn told(one: &Declines) -> Vec<String> {
    let middle = |name: &str| {
        let loss = one.losses.iter().find(|loss| loss.loss == name);
        ratio_text(loss.and_then(Decline::median))
    };
    let sentence = |pair: &Pair| {
        format!(
            "{}: {} {} against {} {}: δ = {:.2} ({}), p {} after Holm over {} pairs. That it loses less **{}**.",
            known::dataset_title(&one.dataset),
            title(&pair.first),
            middle(&pair.first),
            title(&pair.second),
            middle(&pair.second),
            pair.dominance.delta,
            pair.dominance.size(),
            p_text(pair.adjusted),
            one.pairs.len(),
            word_of(pair).text(),
        )
    };
    one.pairs.iter().map(sentence).collect()
}

fn ratio_text(ratio: Option<f64>) -> String {
    match ratio {
        Some(ratio) if ratio.is_finite() => format!("× {ratio:.2}"),
        Some(_) => "failed in half of its runs".to_owned(),
        None => "–".to_owned(),
    }
}

fn table(found: &[Declines], distance: &str) -> String {
    let [from, to] = ARCHITECTURES.map(known::architecture_title);
    let mut text = format!(
        "| data set | loss | median {distance}, {from} | {to} | median ratio | seeds | failed with {to} |\n\
         |---|---|---:|---:|---:|---:|---:|\n"
    );
    let number = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |v| format!("{v:.1}"));
    for one in found {
        for loss in &one.losses {
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} | {} | {} | {} |",
                known::dataset_title(&one.dataset),
                title(&loss.loss),
                number(loss.medians[0]),
                number(loss.medians[1]),
                ratio_text(loss.median()),
                loss.ratios.len(),
                loss.n_failed,
            );
        }
    }
    text
}

fn drawing(study: &Study, found: &[Declines]) -> Multiples {
    let mut panels = Vec::new();
    for one in found {
        let (mut distances, mut ratios) = (Boxes::default(), Boxes::default());
        for (row, loss) in one.losses.iter().enumerate() {
            let name = title(&loss.loss).to_owned();
            distances.rows.push(name.clone());
            ratios.rows.push(name);
            for (lane, architecture) in ARCHITECTURES.iter().enumerate() {
                let runs = study.cell(&one.dataset, architecture, &loss.loss);
                distances.boxes.push(OneBox {
                    row,
                    lane,
                    series: lane,
                    values: runs.iter().filter_map(|run| run.fid()).collect(),
                    n_failed: runs.iter().filter(|run| run.fid().is_none()).count(),
                    stars: Vec::new(),
                });
            }
            let finite = loss.ratios.iter().copied().filter(|r| r.is_finite());
            ratios.boxes.push(OneBox {
                row,
                series: 2,
                values: finite.collect(),
                n_failed: loss.n_failed,
                ..OneBox::default()
            });
        }
        let [from, to] = ARCHITECTURES.map(known::architecture_title);
        let ratio = format!("distance with {to} over that with {from}");
        let data = known::dataset_title(&one.dataset);
        for (title, x_label, plot) in [
            ("distance", study.distance(), distances),
            ("cost of the bad architecture", ratio, ratios),
        ] {
            panels.push(Panel {
                title: format!("{data}: {title}"),
                x_label,
                y_label: String::new(),
                plot: Plot::Boxes(plot),
            });
        }
    }
    let names = ARCHITECTURES.map(|name| known::architecture_title(name).to_owned());
    Multiples {
        title: "C3: what a bad architecture costs each loss".to_owned(),
        subtitle: "One dot a seed; box: quartiles and median. Right: ratio of the two runs of each seed, 1 is no loss."
            .to_owned(),
        names: [names.as_slice(), &["ratio".to_owned()]].concat(),
        panels,
        columns: 2,
    }
}
