//! Copies of training images: found under a disguise, and honest images left alone.

use crate::shared::shared;
use gavel::audit::copies::{Options, Outcome, examine, report};
use gavel::audit::{Archive, Case, Exhibit, Finding, Item, Severity, Thumbnails, thumbnail};
use gavel::error::Result;
use gavel::progress::{Observer, Silent};
use gavel::rng::{Seed, Stream};
use gavel::sources::decode::{DecodeOptions, decode};
use gavel::sources::{OpenOptions, Opened, Pixels, Stored, digest, open};
use gavel::statistics::estimate::SetSide;
use std::collections::BTreeMap;

pub const SIDE: usize = 32;

/// A random picture: ellipses on a slope, in colour; enough of them that no two pictures are alike by chance.
fn picture(stream: &mut Stream) -> Pixels {
    let shapes: Vec<[f64; 8]> = (0..20)
        .map(|_| {
            [
                stream.uniform() * 32.0,
                stream.uniform() * 32.0,
                1.5 + stream.uniform() * 6.0,
                1.5 + stream.uniform() * 6.0,
                stream.uniform() * 220.0,
                stream.uniform() * 220.0,
                stream.uniform() * 220.0,
                stream.normal(),
            ]
        })
        .collect();
    let rgb = (0..SIDE * SIDE)
        .flat_map(|at| {
            let (x, y) = ((at % SIDE) as f64, (at / SIDE) as f64);
            let mut colour = [60.0 + 2.0 * x, 120.0, 60.0 + 2.0 * y];
            for [cx, cy, rx, ry, r, g, b, _] in &shapes {
                if ((x - cx) / rx).powi(2) + ((y - cy) / ry).powi(2) < 1.0 {
                    colour = [*r, *g, *b];
                }
            }
            colour.map(|v| v as u8)
        })
        .collect();
    Pixels {
        width: SIDE,
        height: SIDE,
        rgb,
    }
}

pub fn pictures(name: &str, n: usize) -> Vec<Pixels> {
    let draw = |i: usize| picture(&mut Seed(31).stream(name, i as u64));
    (0..n).map(draw).collect()
}

/// The picture whose pixel (x, y) is the one at `from(x, y)`.
fn moved(p: &Pixels, from: impl Fn(usize, usize) -> (usize, usize)) -> Pixels {
    let rgb = (0..p.width * p.height)
        .flat_map(|at| {
            let (x, y) = from(at % p.width, at / p.width);
            let place = (y * p.width + x) * 3;
            [p.rgb[place], p.rgb[place + 1], p.rgb[place + 2]]
        })
        .collect();
    Pixels { rgb, ..*p }
}

pub fn mirror(p: &Pixels) -> Pixels {
    moved(p, |x, y| (p.width - 1 - x, y))
}

fn changed(p: &Pixels, change: impl Fn(f64) -> f64) -> Pixels {
    let levels = p.rgb.iter().map(|&v| change(f64::from(v)).round());
    Pixels {
        rgb: levels.map(|v| v.clamp(0.0, 255.0) as u8).collect(),
        ..*p
    }
}

pub fn exhibit(name: &str, pictures: &[Pixels]) -> Exhibit {
    let items = pictures.iter().enumerate().map(|(index, pixels)| {
        let stored = Stored::Raw(pixels.clone());
        Item {
            name: format!("{name}[{index}]"),
            label: None,
            stored: digest(&stored),
            pixels: digest(&stored),
            info: decode(&stored, &DecodeOptions::default()).unwrap().info,
            notes: Vec::new(),
            blank: pixels.rgb.iter().all(|v| *v == pixels.rgb[0]),
        }
    });
    Exhibit {
        source: name.to_owned(),
        items: items.collect(),
        thumbnails: Thumbnails::from_bytes(pictures.iter().flat_map(thumbnail::of).collect()),
        features: None,
    }
}

/// The generated and the training pictures in full.
pub struct Shelf<'a>(pub [&'a [Pixels]; 2]);

impl Archive for Shelf<'_> {
    fn read(&self, side: SetSide, rows: &[usize]) -> Result<BTreeMap<usize, Pixels>> {
        let set = self.0[usize::from(side == SetSide::Train)];
        Ok(rows.iter().map(|&row| (row, set[row].clone())).collect())
    }
}

/// Reference, generated, train.
fn examined(reference: Option<&[Pixels]>, generated: &[Pixels], train: &[Pixels]) -> Outcome {
    let sets = [generated, train].map(|set| exhibit("set", set));
    let reference = reference.map(|set| exhibit("reference", set));
    let case = Case {
        reference: reference.as_ref(),
        generated: &sets[0],
        train: Some(&sets[1]),
        checkpoints: &[],
        detector: None,
        archive: &Shelf([generated, train]),
        seed: Seed(1),
        observer: &Silent,
    };
    let options = Options {
        fdr: 0.01,
        n_null: 300,
    };
    examine(&case, &options).unwrap()
}

fn finding(outcome: &Outcome, id: &str) -> Finding {
    let findings = report(outcome, 0.01).findings;
    findings.into_iter().find(|f| f.id == id).unwrap()
}

#[test]
fn copies_under_every_disguise_are_found_with_their_originals_and_named() {
    let train = pictures("train", 400);
    let last = SIDE - 1;
    let disguised: Vec<(&str, Pixels)> = vec![
        ("same pixels", train[3].clone()),
        ("near-exact", changed(&train[4], |v| v + 1.0)),
        ("mirror", mirror(&train[5])),
        ("vertical flip", moved(&train[6], |x, y| (x, last - y))),
        ("rotate 180", moved(&train[7], |x, y| (last - x, last - y))),
        // As numpy.rot90: the last column becomes the first row.
        ("rotate 90", moved(&train[8], |x, y| (last - y, x))),
        ("rotate 270", moved(&train[9], |x, y| (y, last - x))),
        ("inversion", changed(&train[10], |v| 255.0 - v)),
        ("brightness", changed(&train[11], |v| v + 25.0)),
        (
            "contrast",
            changed(&train[12], |v| 128.0 + 0.5 * (v - 128.0)),
        ),
        (
            "shift",
            moved(&train[13], |x, y| (x.saturating_sub(3), (y + 1).min(last))),
        ),
        (
            "mirror + shift",
            moved(&mirror(&train[14]), |x, y| (x.saturating_sub(2), y)),
        ),
    ];
    let mut generated = pictures("honest", 200);
    generated.extend(disguised.iter().map(|(_, picture)| picture.clone()));
    let outcome = examined(Some(&pictures("held out", 300)), &generated, &train);
    for (at, (name, _)) in disguised.iter().enumerate() {
        let suspect = outcome.suspects.iter().find(|s| s.generated == 200 + at);
        let suspect = suspect.unwrap_or_else(|| panic!("{name} was not found"));
        assert_eq!(suspect.train, 3 + at, "{name}");
        let called = match suspect.explanation.transform.as_str() {
            "exact" => "same pixels",
            other => other,
        };
        assert_eq!(called, *name);
    }
    assert!(
        outcome.suspects.iter().all(|s| s.generated >= 200),
        "an honest image is accused"
    );
    for id in ["training_copies", "training_mirrors", "training_disguises"] {
        let finding = finding(&outcome, id);
        assert_eq!(finding.severity, Severity::Serious, "{id}");
        assert_eq!(finding.evidence[0].pictures[1].0, SetSide::Train);
    }
    assert_eq!(
        finding(&outcome, "training_mirrors").details["n_found"],
        2.0
    );
}

#[test]
fn honest_images_are_left_alone() {
    let outcome = examined(
        Some(&pictures("held out", 300)),
        &pictures("honest", 300),
        &pictures("train", 400),
    );
    assert!(outcome.suspects.is_empty());
    let severity = finding(&outcome, "training_disguises").severity;
    assert_eq!(severity, Severity::Clear);
}

#[test]
fn without_held_out_images_training_images_calibrate_and_this_is_said() {
    let train = pictures("train", 400);
    let mut generated = pictures("honest", 50);
    generated.push(mirror(&train[17]));
    let codes = |outcome: &Outcome| -> Vec<&str> {
        report(outcome, 0.01)
            .warnings
            .iter()
            .map(|w| w.code)
            .collect()
    };
    let alone = examined(None, &generated, &train);
    assert_eq!(codes(&alone), ["copies_null_from_train"]);
    assert_eq!(alone.suspects.len(), 1);
    // The training set as its own reference is no reference either, and no image is compared with itself.
    let itself = examined(Some(&train), &generated, &train);
    assert_eq!(itself.n_shared, 400);
    assert_eq!(
        codes(&itself),
        ["copies_null_from_train", "reference_shares_training_images"]
    );
    assert_eq!(itself.suspects.len(), 1);
}

#[test]
fn with_too_few_images_to_calibrate_only_exact_and_near_exact_copies_are_reported() {
    let train = pictures("train", 60);
    let generated = [
        mirror(&train[1]),
        train[2].clone(),
        changed(&train[3], |v| v - 1.0),
    ];
    let outcome = examined(Some(&pictures("held out", 20)), &generated, &train);
    let mut found: Vec<usize> = outcome.suspects.iter().map(|s| s.generated).collect();
    found.sort_unstable();
    assert_eq!(found, [1, 2]);
    assert!(
        finding(&outcome, "training_copies")
            .evidence
            .iter()
            .all(|e| e.p_value.is_none())
    );
    let warnings = report(&outcome, 0.01).warnings;
    assert_eq!(warnings[0].code, "copies_not_calibrated");
    // Even a single training image can be found again.
    let single = examined(None, &generated, &train[2..3]);
    assert_eq!(single.suspects.len(), 1);
    assert!(examined(None, &[], &train).suspects.is_empty());
    assert!(examined(None, &generated, &[]).suspects.is_empty());
}

#[test]
fn blank_images_are_no_copies_of_blank_ones() {
    let blank = Pixels {
        width: SIDE,
        height: SIDE,
        rgb: vec![255; SIDE * SIDE * 3],
    };
    let mut train = pictures("train", 200);
    train.push(blank.clone());
    let outcome = examined(Some(&pictures("held out", 150)), &[blank], &train);
    assert!(outcome.suspects.is_empty());
    assert_eq!(outcome.n_blank, 1);
    let warnings = report(&outcome, 0.01).warnings;
    assert_eq!(warnings[0].code, "blank_images_not_compared");
}

#[test]
fn sizes_and_shapes_may_differ_between_the_sets() {
    let train = pictures("train", 200);
    let large = |p: &Pixels| Pixels {
        width: 96,
        height: 64,
        rgb: (0..96 * 64)
            .flat_map(|at| {
                let from = ((at / 96 / 2) * SIDE + at % 96 / 3) * 3;
                [p.rgb[from], p.rgb[from + 1], p.rgb[from + 2]]
            })
            .collect(),
    };
    let generated = [large(&train[7]), mirror(&large(&train[8]))];
    let outcome = examined(Some(&pictures("held out", 150)), &generated, &train);
    let mut pairs: Vec<_> = outcome
        .suspects
        .iter()
        .map(|s| (s.train, s.explanation.transform.as_str()))
        .collect();
    pairs.sort_unstable();
    assert_eq!(pairs, [(7, "re-encoded"), (8, "mirror")]);
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let train = pictures("train", 150);
    let mut generated = pictures("honest", 20);
    generated.push(changed(&mirror(&train[9]), |v| v * 0.9));
    let held_out = pictures("held out", 120);
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.unwrap().install(|| {
            let outcome = examined(Some(&held_out), &generated, &train);
            format!("{outcome:?}")
        })
    };
    assert_eq!(with(1), with(3));
}

#[test]
fn an_interrupted_search_says_so() {
    struct Stopped;
    impl Observer for Stopped {
        fn begin(&self, _what: &str, _total: usize) {}
        fn advance(&self, _n: usize) {}
        fn end(&self) {}
        fn stop_requested(&self) -> bool {
            true
        }
    }
    let pictures = pictures("train", 40);
    let set = exhibit("set", &pictures[..20]);
    let train = exhibit("train", &pictures);
    let case = Case {
        reference: None,
        generated: &set,
        train: Some(&train),
        checkpoints: &[],
        detector: None,
        archive: &Shelf([&pictures, &pictures]),
        seed: Seed(1),
        observer: &Stopped,
    };
    let options = Options {
        fdr: 0.01,
        n_null: 100,
    };
    // The first twenty are exact copies, which need no search.
    assert!(examine(&case, &options).is_ok());
    let other = exhibit("other", &self::pictures("other", 20));
    let case = Case {
        generated: &other,
        ..case
    };
    let error = examine(&case, &options).unwrap_err();
    assert_eq!(error.kind(), gavel::error::Kind::Interrupted);
    let error = examine(
        &Case {
            train: None,
            ..case
        },
        &options,
    )
    .unwrap_err();
    assert!(error.to_string().contains("--train"));
}

#[test]
fn mirrored_digits_are_found_and_held_out_ones_are_not_accused() {
    let (Some(train), Some(test)) = (
        shared("data/mnist/train-images-idx3-ubyte.gz"),
        shared("data/mnist/t10k-images-idx3-ubyte.gz"),
    ) else {
        return;
    };
    let read = |path: &std::path::Path, n: usize| -> Vec<Pixels> {
        let spec = format!("{}#first={n}", path.display());
        let Ok(Opened::Images(source)) = open(&spec, &OpenOptions::default()) else {
            panic!("{spec} does not open as pictures");
        };
        let mut all = BTreeMap::new();
        let keep = &mut |index: usize, stored: Result<Stored>| {
            all.insert(index, decode(&stored?, &DecodeOptions::default())?.pixels);
            Ok(())
        };
        source.visit(&|_| true, keep).unwrap();
        all.into_values().collect()
    };
    let train = read(&train, 2000);
    let test = read(&test, 700);
    let mut generated = test[..300].to_vec();
    generated.extend(train[..40].iter().map(mirror));
    let outcome = examined(Some(&test[300..]), &generated, &train);
    let found = outcome.suspects.iter().filter(|s| s.generated >= 300);
    let right = found.filter(|s| s.train == s.generated - 300).count();
    let accused = outcome
        .suspects
        .iter()
        .filter(|s| s.generated < 300)
        .count();
    println!("{right} of 40 mirrored digits found, {accused} of 300 honest ones accused");
    assert!(right >= 39, "{right}");
    assert!(accused <= 3, "{accused}");
}
