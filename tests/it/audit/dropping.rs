//! Regions and classes that a generator leaves out.

use super::sets::{disks, exhibit, stored};
use gavel::audit::dropping::classes::Classes;
use gavel::audit::dropping::regions::Regions;
use gavel::audit::dropping::{Dropping, Labels, change};
use gavel::audit::{Archive, Audit, Case, Exhibit, Finding, Severity};
use gavel::error::{Kind, Result};
use gavel::metrics::Params;
use gavel::progress::Silent;
use gavel::rng::Seed;
use gavel::sources::Pixels;
use gavel::statistics::estimate::SetSide;
use ndarray::{Array2, ArrayView2};
use std::collections::BTreeMap;

/// Samples around the corners of a cube in 6 dimensions: sample i is of kind `kinds(i)`.
fn heaps(seed: u64, n: usize, kind: impl Fn(usize) -> usize) -> Array2<f32> {
    let mut stream = Seed(seed).stream("heaps", 0);
    Array2::from_shape_fn((n, 6), |(row, column)| {
        let corner = f64::from(u8::from(kind(row) >> column & 1 == 1));
        (10.0 * corner + stream.normal()) as f32
    })
}

fn regions(reference: &Array2<f32>, generated: &Array2<f32>) -> [Finding; 2] {
    let found = Regions::of(reference.view(), generated.view(), Some(8), Seed(1)).unwrap();
    let findings = found.findings();
    for finding in &findings {
        assert!(Dropping.card().findings.contains(&finding.id));
        assert!(finding.value.is_some() && finding.interval.is_some());
        assert_eq!(finding.severity == Severity::Clear, finding.mend.is_empty());
        assert_eq!(
            finding.severity == Severity::Clear,
            finding.evidence.is_empty()
        );
    }
    findings
}

#[test]
fn two_sets_of_one_distribution_differ_nowhere() {
    // 5 % of pairs may have any false alarm; of 20 pairs of sets one is expected, and 4 have a chance of 1.6 %.
    let mut alarms = 0;
    for seed in 0..20 {
        let reference = heaps(2 * seed, 800, |row| row % 8);
        let generated = heaps(2 * seed + 1, 500, |row| row % 8);
        let found = Regions::of(reference.view(), generated.view(), None, Seed(seed)).unwrap();
        alarms += usize::from(found.regions.iter().any(|region| region.p_value < 0.05));
    }
    assert!(alarms <= 3, "{alarms}");
    let [missing, over] = regions(&heaps(1, 800, |row| row % 8), &heaps(2, 500, |row| row % 8));
    assert_eq!(
        (missing.severity, over.severity),
        (Severity::Clear, Severity::Clear)
    );
}

#[test]
fn a_planted_missing_heap_is_found_with_its_real_members() {
    // The reference has 8 heaps; the generated set lacks heap 5, an eighth of the reference.
    let reference = heaps(1, 800, |row| row % 8);
    let generated = heaps(2, 700, |row| [0, 1, 2, 3, 4, 6, 7][row % 7]);
    let [missing, over] = regions(&reference, &generated);
    assert!((missing.value.unwrap() - 0.125).abs() < 0.05, "{missing:?}");
    assert_eq!(
        (missing.severity, over.severity),
        (Severity::Warning, Severity::Clear)
    );
    let pictures = &missing.evidence[0].pictures;
    assert_eq!(missing.evidence.len(), 1);
    assert!(
        pictures
            .iter()
            .all(|(side, row)| *side == SetSide::Reference && row % 8 == 5)
    );
    assert!(missing.evidence[0].p_value.unwrap() < 1e-6);
}

#[test]
fn a_planted_overfilled_heap_is_found_and_sides_are_not_swapped() {
    // Heap 2 has half of the generated set and an eighth of the reference.
    let reference = heaps(1, 1600, |row| row % 8);
    let generated = heaps(2, 800, |row| {
        if row % 2 == 0 {
            2
        } else {
            [0, 1, 3, 4, 5, 6, 7, 0][row / 2 % 8]
        }
    });
    let [_, over] = regions(&reference, &generated);
    assert!((over.value.unwrap() - 0.5).abs() < 0.02, "{over:?}");
    assert_eq!(over.severity, Severity::Serious);
    let made = over.evidence[0]
        .pictures
        .iter()
        .filter(|p| p.0 == SetSide::Generated);
    assert!(made.clone().count() > 0 && made.clone().all(|(_, row)| row % 2 == 0));
    // Turned round, that heap is weakened instead: an eighth is less than half of one half.
    let [missing, _] = regions(&generated, &reference);
    assert!((missing.value.unwrap() - 0.5).abs() < 0.1, "{missing:?}");
}

#[test]
fn too_few_pictures_are_told_with_what_is_needed() {
    let few = heaps(1, 30, |row| row % 8);
    let error = Regions::of(few.view(), few.view(), None, Seed(1)).unwrap_err();
    assert_eq!(error.kind(), Kind::CannotTell);
    assert!(error.advice().is_some());
    let other = Array2::<f32>::zeros((300, 2));
    let error =
        Regions::of(heaps(1, 300, |r| r % 8).view(), other.view(), None, Seed(1)).unwrap_err();
    assert_eq!(error.kind(), Kind::Input);
}

fn labels(n: usize, class: impl Fn(usize) -> usize) -> Labels {
    let names: Vec<String> = (0..n).map(|row| class(row).to_string()).collect();
    Labels::from(
        &names
            .iter()
            .map(|name| Some(name.as_str()))
            .collect::<Vec<_>>(),
    )
    .unwrap()
}

fn classes(reference: &Array2<f32>, labels: &Labels, generated: &Array2<f32>) -> Classes {
    Classes::of(reference.view(), labels, generated.view(), 5, Seed(1)).unwrap()
}

#[test]
fn dropped_weakened_and_preferred_classes_are_named() {
    // Four classes of a quarter each; generated: 0 never, 1 a tenth, 2 a quarter, 3 the rest, 0.65.
    let reference = heaps(1, 800, |row| row % 4);
    let made = |row: usize| match row % 20 {
        0 | 1 => 1,
        2..=6 => 2,
        _ => 3,
    };
    let found = classes(
        &reference,
        &labels(800, |row| row % 4),
        &heaps(2, 1000, made),
    );
    assert!(found.accuracy > 0.99);
    assert_eq!(found.weakened(), [0, 1]);
    assert_eq!(found.preferred(), [3]);
    let finding = found.finding();
    assert_eq!(finding.severity, Severity::Serious);
    assert!(
        finding
            .text
            .contains("dropped: 0 (0.0 % instead of 25.0 %)"),
        "{}",
        finding.text
    );
    assert!(
        finding
            .text
            .contains("weakened: 1 (10.0 % instead of 25.0 %)"),
        "{}",
        finding.text
    );
    assert!(
        finding
            .text
            .contains("too often: 3 (65.0 % instead of 25.0 %)"),
        "{}",
        finding.text
    );
    // ½ (0.25 + 0.15 + 0 + 0.4) = 0.4.
    assert!((finding.value.unwrap() - 0.4).abs() < 0.01);
    let interval = finding.interval.unwrap();
    assert!(interval.lower < 0.4 && 0.4 < interval.upper && interval.upper - interval.lower < 0.08);
    for (side, row) in &finding.evidence[0].pictures {
        assert!(*side == SetSide::Reference && row % 4 == 0, "{finding:?}");
    }
}

#[test]
fn equal_shares_are_clear_also_where_the_reader_errs() {
    // Classes 0 and 1 share one heap, so that they are read wrongly half of the time; so is the reference.
    let reference = heaps(1, 900, |row| [0, 0, 3][row % 3]);
    let found = classes(
        &reference,
        &labels(900, |row| row % 3),
        &heaps(2, 900, |row| [0, 0, 3][row % 3]),
    );
    assert!((0.5..0.85).contains(&found.accuracy), "{}", found.accuracy);
    assert_eq!(
        found.finding().severity,
        Severity::Clear,
        "{:?}",
        found.finding()
    );
    // The third class gets its 60 %, whatever the other two are read as.
    let found = classes(
        &reference,
        &labels(900, |row| row % 3),
        &heaps(2, 1000, |row| if row % 5 < 3 { 3 } else { 0 }),
    );
    assert!(
        (found.classes[2].made - 0.6).abs() < 0.01,
        "{:?}",
        found.classes
    );
}

#[test]
fn labels_that_the_features_do_not_show_are_not_trusted() {
    let reference = heaps(1, 800, |_| 0);
    let found = classes(
        &reference,
        &labels(800, |row| row % 4),
        &heaps(2, 500, |_| 0),
    );
    let finding = found.finding();
    assert_eq!(finding.severity, Severity::Note);
    assert!(
        finding.text.contains("do not tell the 4 classes apart"),
        "{}",
        finding.text
    );
}

#[test]
fn what_changed_between_two_checkpoints_is_told_with_before_and_after() {
    let real = heaps(1, 800, |row| row % 4);
    let (before, after) = (
        heaps(2, 600, |row| row % 4),
        heaps(3, 600, |row| [0, 1, 2, 2][row % 4]),
    );
    let finding =
        change::regions(real.view(), before.view(), after.view(), Some(4), Seed(1)).unwrap();
    assert_eq!(finding.severity, Severity::Warning);
    assert!((finding.value.unwrap() - 0.25).abs() < 0.01, "{finding:?}");
    // Pictures of the heap that went are those of the earlier checkpoint, on the side of the reference.
    let went = finding
        .evidence
        .iter()
        .find(|e| e.label.ends_with(" 0.0 % after"))
        .unwrap();
    assert!(
        went.pictures
            .iter()
            .all(|(side, row)| *side == SetSide::Reference && row % 4 == 3)
    );
    let finding = change::classes(
        real.view(),
        &labels(800, |row| row % 4),
        before.view(),
        after.view(),
        5,
        Seed(1),
    )
    .unwrap();
    assert!(
        finding.text.contains("2 from 25.0 % to 50.0 %"),
        "{}",
        finding.text
    );
    assert!(
        finding.text.contains("3 from 25.0 % to 0.0 %"),
        "{}",
        finding.text
    );
    let same =
        change::regions(real.view(), before.view(), before.view(), Some(4), Seed(1)).unwrap();
    assert_eq!((same.severity, same.value), (Severity::Clear, Some(0.0)));
}

/// An archive that has nothing.
struct Empty;

impl Archive for Empty {
    fn read(&self, _: SetSide, _: &[usize]) -> Result<BTreeMap<usize, Pixels>> {
        Ok(BTreeMap::new())
    }
}

fn run(reference: &Exhibit, generated: &Exhibit) -> gavel::audit::Report {
    let case = Case {
        reference: Some(reference),
        generated,
        train: None,
        checkpoints: &[],
        detector: None,
        archive: &Empty,
        seed: Seed::DEFAULT,
        observer: &Silent,
    };
    let card = Dropping.card();
    Dropping
        .run(&case, &Params::defaults(card.name, card.params).unwrap())
        .unwrap()
}

#[test]
fn the_audit_says_what_it_could_not_do() {
    let with = |n: usize, values: ArrayView2<'_, f32>| {
        let mut set = exhibit("set", disks(1, n));
        set.features = Some(values.to_owned());
        set
    };
    let few = with(10, heaps(1, 10, |row| row).view());
    let report = run(&few, &few);
    assert!(report.findings.is_empty());
    assert_eq!(report.warnings[0].code, "audit_too_few");
}

/// A digit set with its thumbnails as features: one channel, every second pixel in both directions.
fn digits(path: &str) -> Option<Exhibit> {
    let mut set = stored(path)?;
    let features = Array2::from_shape_fn((set.len(), 256), |(row, at)| {
        let (y, x) = (2 * (at / 16), 2 * (at % 16));
        let thumbnail = set.thumbnails.get(row);
        let value = |y: usize, x: usize| f32::from(thumbnail[3 * (32 * y + x)]);
        0.25 * (value(y, x) + value(y + 1, x) + value(y, x + 1) + value(y + 1, x + 1))
    });
    set.features = Some(features);
    Some(set)
}

#[test]
fn the_class_imbalance_of_the_mnist_gan_is_named() {
    let Some(real) = digits("mnist/t10k-images-idx3-ubyte.gz") else {
        return;
    };
    let Some(made) = digits("generated/mnist/jmerigot-vanilla-gan-10000.tar.gz") else {
        return;
    };
    let start = std::time::Instant::now();
    let report = run(&real, &made);
    println!("{:.1} s", start.elapsed().as_secs_f64());
    for finding in &report.findings {
        println!(
            "{:?} {} [{:?}]",
            finding.severity, finding.text, finding.interval
        );
    }
    let classes = report
        .findings
        .iter()
        .find(|finding| finding.id == "classes")
        .unwrap();
    assert_eq!(classes.severity, Severity::Serious);
    assert!(classes.details["accuracy_of_labels"] > 0.93);
    // LeNet reads 41 % ones and 0.6 % twos.
    assert!(
        (classes.details["generated[1]"] - 0.41).abs() < 0.05,
        "{:?}",
        classes.details
    );
    assert!(
        (classes.details["generated[2]"] - 0.006).abs() < 0.01,
        "{:?}",
        classes.details
    );
    assert!(classes.text.contains("dropped: 2 ("), "{}", classes.text);
    let missing = report
        .findings
        .iter()
        .find(|finding| finding.id == "regions_missing")
        .unwrap();
    assert_eq!(missing.severity, Severity::Serious);
}

#[test]
fn held_out_digits_drop_nothing() {
    let Some(real) = digits("mnist/t10k-images-idx3-ubyte.gz") else {
        return;
    };
    let Some(train) = digits("mnist/train-images-idx3-ubyte.gz#first=10000") else {
        return;
    };
    let report = run(&real, &train);
    for finding in &report.findings {
        println!("{:?} {}", finding.severity, finding.text);
        assert!(finding.severity <= Severity::Note, "{finding:?}");
    }
    let classes = report
        .findings
        .iter()
        .find(|finding| finding.id == "classes")
        .unwrap();
    assert_eq!(classes.severity, Severity::Clear);
}
