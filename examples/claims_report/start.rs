//! C4: does the saturating loss learn slower at the start?

use crate::page::{Figure, Outcome, Section, Tested};
use gavel::error::{Error, Result};
use gavel::plots::multiples::{BandPoint, Line, Multiples, Panel, Plot};
use gavel::verdicts::study::claim::{Sign, Word};
use gavel::verdicts::study::known;
use gavel::verdicts::study::runs::Study;
use gavel::verdicts::study::sentences::p_text;
use gavel::verdicts::study::statistics::{Start, median, starts};
use std::collections::BTreeMap;

/// The saturating loss and the other one.
const LOSSES: [&str; 2] = ["minimax", "non_saturating"];
/// The last step of the start. It was fixed before any run was made.
const UNTIL: u64 = 200;
/// The architecture that the verdict is about; the others are told beside it.
const ARCHITECTURE: &str = "dcgan";

/// C4.
pub fn section(scores: &Study, curves: &Study) -> Result<Section> {
    let found = starts(scores, curves, LOSSES, UNTIL);
    let ours = || found.iter().filter(|one| one.architecture == ARCHITECTURE);
    if ours().all(|one| one.differences.is_empty()) {
        return Err(Error::input(format!(
            "bad_curves.csv has no two looks of minimax and non_saturating with {ARCHITECTURE} up to step {UNTIL}"
        ))
        .mend("gavel sweep examples/sweeps/claims.toml -o bad/ --data DIR (look_every = 50), then cp bad/curves.csv there"));
    }
    let n = found.iter().map(|one| one.differences.len()).max();
    let (first, second) = (known::loss_title(LOSSES[0]), known::loss_title(LOSSES[1]));
    Ok(Section {
        claim: "C4",
        says: "The saturating loss log(1 − D) has no gradient while the discriminator wins: it learns slower at the start than \
               −log D.",
        outcome: Outcome::Tested(Box::new(Tested {
            done: format!(
                "`examples/sweeps/claims.toml`: {first} (saturating) against {second}, {} seeds, a look at {} every 50 steps. \
                 The area under its logarithm up to step {UNTIL} (a step fixed in advance), paired by seed: Wilcoxon's \
                 exact signed-rank test, Holm over the architectures. The claim's verdict is that of `{ARCHITECTURE}`.",
                n.unwrap_or(0),
                curves.distance(),
            ),
            figure: Figure {
                stem: "c4_start",
                caption: format!("{} of both losses during training", curves.distance()),
                drawing: drawing(curves, &found),
            },
            table: String::new(),
            sentences: found.iter().map(told).collect(),
            parts: ours()
                .map(|one| (known::dataset_title(&one.dataset).to_owned(), word_of(one)))
                .collect(),
            limits: "one learning rate, one update of the discriminator for each of the generator, small networks: a discriminator that \
                     wins less has less to saturate. Looks are of 500 samples, whose distance is biased upwards alike for both.",
        })),
    })
}

fn word_of(one: &Start) -> Word {
    one.test.as_ref().map_or(Word::NotShown, |test| {
        Word::of_test(test.effect, one.adjusted, Sign::Positive)
    })
}

fn told(one: &Start) -> String {
    let place = format!(
        "{} with {}",
        known::dataset_title(&one.dataset),
        known::architecture_title(&one.architecture)
    );
    let (Some(test), Some(ratio)) = (&one.test, one.ratio()) else {
        return format!("{place}: no seed has looks of both losses up to step {UNTIL}.");
    };
    let ratio = if ratio.is_finite() {
        format!("× {ratio:.2} that")
    } else {
        "beyond that".to_owned()
    };
    let [first, second] = &one.losses;
    format!(
        "{place}: over the first {UNTIL} steps the distance of {} is {ratio} of {} (geometric mean over steps, middle of {} seeds; \
         rank-biserial correlation {:.2}, p {} after Holm). That it is behind **{}**.",
        known::loss_title(first),
        known::loss_title(second),
        one.differences.len(),
        test.effect,
        p_text(one.adjusted),
        word_of(one).text(),
    )
}

fn drawing(curves: &Study, found: &[Start]) -> Multiples {
    let panels = found.iter().map(|one| Panel {
        title: format!(
            "{}, {}",
            known::dataset_title(&one.dataset),
            known::architecture_title(&one.architecture)
        ),
        x_label: "steps".to_owned(),
        y_label: curves.distance(),
        plot: Plot::Bands(
            LOSSES
                .iter()
                .enumerate()
                .map(|(series, loss)| line(curves, one, loss, series))
                .collect(),
        ),
    });
    Multiples {
        title: "C4: the saturating loss at the start".to_owned(),
        subtitle: format!(
            "Line: median over seeds; band: from the best to the worst of them. The area up to step {UNTIL} is tested."
        ),
        names: LOSSES
            .map(|name| known::loss_title(name).to_owned())
            .to_vec(),
        panels: panels.collect(),
        columns: 2,
    }
}

fn line(curves: &Study, one: &Start, loss: &str, series: usize) -> Line {
    let mut steps: BTreeMap<u64, Vec<f64>> = BTreeMap::new();
    for run in curves.cell(&one.dataset, &one.architecture, loss) {
        for (step, fid) in &run.history {
            steps.entry(*step).or_default().push(*fid);
        }
    }
    let point = |(step, fids): (u64, Vec<f64>)| {
        let least = fids.iter().copied().fold(f64::INFINITY, f64::min);
        let most = fids.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        Some(BandPoint {
            x: step as f64,
            y: median(&fids)?,
            band: [least, most],
        })
    };
    Line {
        series,
        points: steps.into_iter().filter_map(point).collect(),
    }
}
