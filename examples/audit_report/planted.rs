//! Honest sets with training images planted into them.

use crate::disguise::ALL;
use crate::exhibits::{Shelf, exhibit, pictures};
use gavel::audit::copies::{Outcome, Search, report};
use gavel::audit::{Case, Severity};
use gavel::error::{Error, Result};
use gavel::plots::sheet;
use gavel::progress::Silent;
use gavel::rng::Seed;
use gavel::sources::Pixels;
use std::path::Path;
use std::time::{Duration, Instant};

/// The rate of false discoveries that is asked for.
pub const FDR: f64 = 0.01;

/// Most held-out images behind the null distribution: the default of the audit.
const N_NULL: usize = 2500;

/// How many pictures.
pub struct Sizes {
    /// Training images at most.
    pub train: usize,
    /// Honest images at most.
    pub honest: usize,
    /// Copies of each disguise.
    pub planted: usize,
    /// Of every draw.
    pub seed: Seed,
}

/// Real pictures, dealt to their parts.
pub struct Data {
    /// As the report names it.
    pub name: String,
    /// Where it comes from.
    pub about: &'static str,
    /// What the generator is said to have been trained on.
    pub train: Vec<Pixels>,
    /// Held-out images that calibrate.
    pub null: Vec<Pixels>,
    /// Other held-out images, which play the honest generator.
    pub honest: Vec<Pixels>,
}

impl Data {
    /// Loads a set and deals it at random.
    pub fn load(name: &str, sizes: &Sizes) -> Result<Option<Self>> {
        let (train, held_out, about) = match name {
            "mnist" => (
                "mnist/train-images-idx3-ubyte.gz",
                Some("mnist/t10k-images-idx3-ubyte.gz"),
                "MNIST, 28 × 28 gray: train images against t10k images",
            ),
            "cifar10" => (
                "cifar10/cifar10-jpeg-train.tar.gz",
                Some("cifar10/cifar10-jpeg-test.tar.gz"),
                "CIFAR-10, 32 × 32 colour, as JPEG of quality 75: train against test images; about 3.3 % of the test images do have a near-duplicate among the training images (Barz and Denzler, Do We Train on Test Data?, 2020), so honest images that are called copies are not false alarms up to that share",
            ),
            "anime" => (
                "anime-faces/anime-faces-crypko96-2500.tar.gz",
                None,
                "anime faces, 96 × 96 colour: 2,500 images dealt 1,250 / 625 / 625; 30230.jpg and 30231.jpg are two crops of one illustration: where they are dealt to both sides, calling one a copy is right",
            ),
            other => {
                return Err(Error::usage(format!("{other}: no such set"))
                    .mend("--sets mnist,cifar10,anime"));
            }
        };
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
        let Some(mut train) = pictures(&folder, train)? else {
            return Ok(None);
        };
        let mut rest = if let Some(path) = held_out {
            let Some(pictures) = pictures(&folder, path)? else {
                return Ok(None);
            };
            shuffled(pictures, sizes.seed)
        } else {
            train = shuffled(train, sizes.seed);
            train.split_off(train.len() / 2)
        };
        let mut honest = rest.split_off(rest.len() / 2);
        honest.truncate(sizes.honest);
        train.truncate(sizes.train);
        Ok(Some(Self {
            name: name.to_owned(),
            about,
            train,
            null: rest,
            honest,
        }))
    }
}

fn shuffled(pictures: Vec<Pixels>, seed: Seed) -> Vec<Pixels> {
    let order = seed
        .stream("audit_report/deal", 0)
        .permutation(pictures.len());
    order.into_iter().map(|at| pictures[at].clone()).collect()
}

/// What came out for one disguise.
pub struct Row {
    /// Planted copies that were called copies.
    pub n_found: usize,
    /// Planted copies, found or not, whose own original fits best.
    pub n_right_original: usize,
    /// Of those found, the ones whose transform was named rightly.
    pub n_named: usize,
    /// Planted copies that the perceptual hash calls out, and those of them that the search does not call copies.
    pub n_by_hash: [usize; 2],
    /// Planted copies.
    pub n_planted: usize,
    /// Honest images that were called copies.
    pub n_false: usize,
    /// The largest severity of the findings.
    pub severity: Severity,
    /// The most frequent transforms among the found.
    pub names: String,
}

/// What came out for one set.
pub struct Tally {
    /// By disguise.
    pub rows: Vec<Row>,
    /// Honest images alone: how many are called copies.
    pub n_false_alone: usize,
    /// The severity of what is said of the honest images alone.
    pub severity_alone: Severity,
    /// The false alarms: row and transform.
    pub alarms: Vec<String>,
    /// The pairs behind them, as a contact sheet.
    pub sheet: Vec<u8>,
    /// Honest images in the null distribution.
    pub n_null: usize,
    /// Of the null, how many have a p-value below 1e-2, 1e-3, 1e-4.
    pub null_below: [usize; 3],
    /// Time of the search.
    pub time: Duration,
    /// Generated images that were searched.
    pub n_searched: usize,
}

/// Plants, searches once, and judges each disguise on its own: honest images with the copies of that disguise.
pub fn examine(data: &Data, sizes: &Sizes) -> Result<Tally> {
    let n_honest = data.honest.len();
    let mut generated = data.honest.clone();
    let mut originals = Vec::new();
    for (number, disguise) in ALL.iter().enumerate() {
        let order = sizes
            .seed
            .stream("audit_report/originals", number as u64)
            .permutation(data.train.len());
        for &original in order.iter().take(sizes.planted) {
            generated.push(disguise.wear(&data.train[original], sizes.seed, original)?);
            originals.push(original);
        }
    }
    let train = exhibit("train", &data.train)?;
    let reference = exhibit("held out", &data.null)?;
    let made = exhibit("generated", &generated)?;
    let shelf = Shelf {
        generated: &generated,
        train: &data.train,
    };
    let case = Case {
        reference: Some(&reference),
        generated: &made,
        train: Some(&train),
        checkpoints: &[],
        detector: None,
        archive: &shelf,
        seed: sizes.seed,
        observer: &Silent,
    };
    let start = Instant::now();
    let search = Search::new(case, N_NULL)?;
    let time = start.elapsed();
    let honest: Vec<usize> = (0..n_honest).collect();
    let alone = search.judge(&honest, FDR)?;
    let mut rows = Vec::new();
    for (number, disguise) in ALL.iter().enumerate() {
        let first = n_honest + number * sizes.planted;
        let mut set = honest.clone();
        set.extend(first..first + sizes.planted);
        let outcome = search.judge(&set, FDR)?;
        let mut row = row(&outcome, first, disguise.words, sizes.planted);
        let exact = outcome.suspects.iter().filter(|s| s.generated >= first);
        let exact = exact
            .filter(|s| search.nearest(s.generated).is_none())
            .count();
        let nearest =
            (first..first + sizes.planted).map(|at| (search.nearest(at), originals[at - n_honest]));
        row.n_right_original = exact + nearest.filter(|(found, own)| *found == Some(*own)).count();
        rows.push(row);
    }
    let (n_null, null_below) = search.null().map_or((0, [0; 3]), |null| {
        let below = [1e-2, 1e-3, 1e-4].map(|p| null.n_below(p));
        (null.n(), below)
    });
    Ok(Tally {
        rows,
        n_false_alone: alone.suspects.len(),
        severity_alone: severity(&alone),
        sheet: sheet(data, &alone)?,
        alarms: alone
            .suspects
            .iter()
            .map(|s| {
                format!(
                    "{} = {} ({}, {:.2})",
                    s.generated, s.train, s.explanation.text, s.explanation.distance
                )
            })
            .collect(),
        n_null,
        null_below,
        time,
        n_searched: generated.len(),
    })
}

/// Every honest image that is called a copy, beside the training image.
fn sheet(data: &Data, alone: &Outcome) -> Result<Vec<u8>> {
    let small = |pixels: &Pixels| {
        let (width, height) = (pixels.width as u32, pixels.height as u32);
        image::RgbImage::from_raw(width, height, pixels.rgb.clone())
    };
    let rows: Vec<sheet::Row> = alone
        .suspects
        .iter()
        .map(|s| sheet::Row {
            label: format!("{} = {}\n{}", s.generated, s.train, s.explanation.transform),
            pictures: [&data.honest[s.generated], &data.train[s.train]]
                .into_iter()
                .filter_map(small)
                .collect(),
        })
        .collect();
    sheet::draw(&rows, 96).map_err(|e| Error::numerical(format!("the sheet: {e}")))
}

fn row(outcome: &Outcome, first: usize, words: &[&str], n_planted: usize) -> Row {
    let found: Vec<_> = outcome
        .suspects
        .iter()
        .filter(|s| s.generated >= first)
        .collect();
    let mut counts = std::collections::BTreeMap::new();
    for suspect in &found {
        *counts
            .entry(suspect.explanation.transform.as_str())
            .or_insert(0_usize) += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    let names: Vec<String> = counts
        .iter()
        .take(3)
        .map(|(name, n)| format!("{n} {name}"))
        .collect();
    let by_hash: Vec<usize> = outcome
        .neighbours
        .iter()
        .flat_map(|look| &look.rows)
        .map(|(generated, ..)| *generated)
        .filter(|generated| *generated >= first)
        .collect();
    let is_new = |row: &&usize| found.iter().all(|s| s.generated != **row);
    let is_named = |name: &str| words.iter().any(|word| name.contains(word));
    Row {
        n_found: found.len(),
        n_right_original: 0,
        n_by_hash: [by_hash.len(), by_hash.iter().filter(is_new).count()],
        n_named: found
            .iter()
            .filter(|s| is_named(&s.explanation.transform))
            .count(),
        n_planted,
        n_false: outcome.suspects.len() - found.len(),
        severity: severity(outcome),
        names: names.join(", "),
    }
}

fn severity(outcome: &Outcome) -> Severity {
    let findings = report(outcome, FDR).findings;
    findings
        .iter()
        .map(|f| f.severity)
        .max()
        .unwrap_or(Severity::Clear)
}
