//! C1 and C2: the distance over configurations of each loss, and the baselines beside them.

use crate::page::{Figure, Outcome, Section, Tested};
use gavel::error::{Error, Result};
use gavel::plots::multiples::{Boxes, Multiples, OneBox, Panel, Plot};
use gavel::rng::Seed;
use gavel::verdicts::study::claim::{Sign, Word};
use gavel::verdicts::study::known::{self, loss_title};
use gavel::verdicts::study::runs::{Run, Study};
use gavel::verdicts::study::scores::Measure;
use gavel::verdicts::study::sentences;
use gavel::verdicts::study::statistics::{self, LARGE_DIFFERENCE, Level, Overlap, deviations};

const LIMITS: &str = "small networks, few updates, one data set, one seed a configuration, and the embedded extractor's \
                      distance instead of FID; ranges were chosen around what works at this budget.";

/// C1.
pub fn overlap(study: &Study, seed: Seed) -> Result<Section> {
    let overlaps = statistics::overlaps(study, seed);
    let Some(one) = overlaps.first() else {
        return Err(
            Error::input("search.csv has no two losses with two configurations each")
                .mend("gavel sweep examples/sweeps/search.toml -o search/ --data DIR"),
        );
    };
    let mut told: Vec<String> = statistics::equalities(study, Measure::Fid, seed)
        .iter()
        .map(|one| sentences::equality(one, study))
        .collect();
    told.extend(overlaps.iter().map(sentence));
    Ok(Section {
        claim: "C1",
        says: "With one architecture, the distributions of FID of different losses overlap: over configurations the GANs \
               look alike.",
        outcome: Outcome::Tested(Box::new(Tested {
            done: format!(
                "{}. The overlap of two losses is 1 − |δ| (Cliff's δ over every two of their configurations): 0 where each \
                 of one is better than each of the other, 1 where either is better as often. An overlap is shown by its \
                 estimate with an interval, never by a test that shows no difference: the claim holds where the whole \
                 interval of the mean over all pairs lies above {LARGE_DIFFERENCE:.3}, from where on a difference is less \
                 than large (Romano et al. 2006), and does not where all of it lies below.",
                about(study)
            ),
            figure: Figure {
                stem: "c1_overlap",
                caption: format!(
                    "{} over configurations of each loss, and its overlap with each other loss",
                    study.distance()
                ),
                drawing: drawing(study, one),
            },
            table: String::new(),
            sentences: told,
            parts: overlaps
                .iter()
                .map(|one| (known::dataset_title(&one.dataset).to_owned(), word_of(one)))
                .collect(),
            limits: LIMITS,
        })),
    })
}

fn word_of(one: &Overlap) -> Word {
    Word::above(&one.mean.interval, LARGE_DIFFERENCE)
}

/// How many runs of what.
fn about(study: &Study) -> String {
    let of = |role: bool| {
        let all = study.losses();
        all.iter().filter(|l| known::is_baseline(l) == role).count()
    };
    let n: Vec<usize> = study
        .losses()
        .iter()
        .map(|loss| study.runs.iter().filter(|r| r.last.loss == *loss).count())
        .collect();
    let (least, most) = (n.iter().min().unwrap_or(&0), n.iter().max().unwrap_or(&0));
    let each = if least == most {
        format!("{least}")
    } else {
        format!("{least} to {most}")
    };
    format!(
        "`examples/sweeps/search.toml`: {} runs ({} failed), {} adversarial losses and {} baselines with {each} configurations \
         each, drawn from ranges, one seed. {}, less is better; a failed run is worse than every number",
        study.runs.len(),
        study.failed().count(),
        of(false),
        of(true),
        study.distance(),
    )
}

fn sentence(one: &Overlap) -> String {
    let mean = &one.mean;
    format!(
        "{} with {}: the mean overlap of the {} pairs of losses is {:.2} ({:.0} % bootstrap interval {:.2} to {:.2}; {:.2} \
         before the correction for small samples); the boxes of {} of {} pairs have a point in common. That losses overlap by \
         more than {LARGE_DIFFERENCE:.3} **{}**.",
        known::dataset_title(&one.dataset),
        known::architecture_title(&one.architecture),
        one.pairs.len(),
        mean.corrected,
        100.0 * mean.interval.level,
        mean.interval.lower,
        mean.interval.upper,
        mean.value,
        one.n_boxes,
        one.pairs.len(),
        word_of(one).text(),
    )
}

fn values_of(runs: &[&Run]) -> (Vec<f64>, usize) {
    let values: Vec<f64> = runs.iter().filter_map(|run| run.fid()).collect();
    let n_failed = runs.len() - values.len();
    (values, n_failed)
}

fn drawing(study: &Study, one: &Overlap) -> Multiples {
    let (mut distances, mut overlaps) = (Boxes::default(), Boxes::default());
    for (row, loss) in one.losses.iter().enumerate() {
        let (values, n_failed) = values_of(&study.cell(&one.dataset, &one.architecture, loss));
        let mine = one
            .pairs
            .iter()
            .filter(|((a, b), _)| *a == row || *b == row);
        for (boxes, values, n_failed) in [
            (&mut distances, values, n_failed),
            (&mut overlaps, mine.map(|(_, share)| *share).collect(), 0),
        ] {
            boxes.rows.push(loss_title(loss).to_owned());
            boxes.boxes.push(OneBox {
                row,
                series: row,
                values,
                n_failed,
                ..OneBox::default()
            });
        }
    }
    overlaps.range = Some((0.0, 1.0));
    Multiples {
        title: format!("C1: {} over configurations", study.distance()),
        subtitle: "Left: one dot a configuration; box: quartiles and median. Right: overlap with each of the other losses, \
                   0 (all of one are better) to 1 (either is better as often)."
            .to_owned(),
        names: Vec::new(),
        panels: vec![
            panel("distance", &study.distance(), distances),
            panel("overlap", "1 − |δ| with each other loss", overlaps),
        ],
        columns: 2,
    }
}

fn panel(title: &str, x_label: &str, plot: Boxes) -> Panel {
    Panel {
        title: title.to_owned(),
        x_label: x_label.to_owned(),
        y_label: String::new(),
        plot: Plot::Boxes(plot),
    }
}

/// C2.
pub fn baselines(study: &Study, seed: Seed) -> Result<Section> {
    let levels = statistics::levels(study, seed);
    let Some(first) = levels.first() else {
        return Err(
            Error::input("search.csv has no baseline beside adversarial losses").mend(
                "losses = [..., \"vae\"] in examples/sweeps/search.toml, and the sweep again",
            ),
        );
    };
    let of_vae = levels.iter().filter(|one| one.baseline == "vae");
    let parts = of_vae.flat_map(|one| {
        let names = ["a worse level", "a smaller spread"].map(str::to_owned);
        names.into_iter().zip(words_of(one))
    });
    let told = levels.iter().map(|one| {
        let [level, spread] = words_of(one).map(Word::text);
        format!(
            "{} A worse level **{level}**, a smaller spread **{spread}**.",
            sentences::level(one, study)
        )
    });
    Ok(Section {
        claim: "C2",
        says: "The VAE is steadier than the GANs, and in another class: its FID has the smaller spread and the worse level.",
        outcome: Outcome::Tested(Box::new(Tested {
            sentences: told.collect(),
            parts: parts.collect(),
            done: format!(
                "{}. Level: the baseline's distances against those of all adversarial losses together. Spread: distances from \
                 the own loss's median (Brown and Forsythe's), which leave failed runs out. Cliff's δ with its permutation test, Holm \
                 over level and spread of all baselines; the claim's verdict is the VAE's, both parts.",
                about(study)
            ),
            figure: Figure {
                stem: "c2_baselines",
                caption: format!("{} of baselines and GANs, and its spread", study.distance()),
                drawing: beside(study, &levels, [&first.dataset, &first.architecture]),
            },
            table: String::new(),
            limits: LIMITS,
        })),
    })
}

/// Worse level, smaller spread.
fn words_of(one: &Level) -> [Word; 2] {
    let spread = one.spread.as_ref().map_or(Word::NotShown, |spread| {
        Word::of_test(spread.delta, one.adjusted[1], Sign::Negative)
    });
    [
        Word::of_test(one.level.delta, one.adjusted[0], Sign::Positive),
        spread,
    ]
}

fn beside(study: &Study, levels: &[Level], [dataset, architecture]: [&str; 2]) -> Multiples {
    let mut rows: Vec<(String, Vec<f64>, Vec<f64>, usize)> =
        vec![("all GANs".to_owned(), Vec::new(), Vec::new(), 0)];
    for loss in study.losses() {
        let (values, n_failed) = values_of(&study.cell(dataset, architecture, &loss));
        let off = deviations(&values);
        if levels.iter().any(|one| one.baseline == loss) {
            rows.push((loss_title(&loss).to_owned(), values, off, n_failed));
        } else if let Some(gans) = rows.first_mut().filter(|_| !known::is_baseline(&loss)) {
            gans.1.extend(values);
            gans.2.extend(off);
            gans.3 += n_failed;
        }
    }
    let (mut level, mut spread) = (Boxes::default(), Boxes::default());
    for (row, (name, values, off, n_failed)) in rows.into_iter().enumerate() {
        for (boxes, values, n_failed) in [(&mut level, values, n_failed), (&mut spread, off, 0)] {
            boxes.rows.push(name.clone());
            boxes.boxes.push(OneBox {
                row,
                series: row,
                values,
                n_failed,
                ..OneBox::default()
            });
        }
    }
    Multiples {
        title: format!("C2: {} of the baselines beside the GANs", study.distance()),
        subtitle: "Box: quartiles and median over configurations. Left: level. Right: spread, the distance of each \
                   configuration from its own loss's median."
            .to_owned(),
        names: Vec::new(),
        panels: vec![
            panel("level", &study.distance(), level),
            panel("spread", "off the own loss's median", spread),
        ],
        columns: 2,
    }
}
