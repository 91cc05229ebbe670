//! The audit of copies as the registry runs it: from sets to findings.

use super::copies::{SIDE, Shelf, exhibit, mirror, pictures};
use gavel::audit::{AUDITS, Case, Evidence, Finding, Need, Report, Severity, find, parameters};
use gavel::progress::Silent;
use gavel::rng::Seed;
use gavel::sources::decode::{DecodeOptions, decode};
use gavel::sources::{Pixels, Stored};
use gavel::statistics::estimate::SetSide;

/// What the audit says of generated pictures, with `held_out` as the reference.
fn run(held_out: &[Pixels], generated: &[Pixels], train: &[Pixels]) -> Report {
    let [reference, made, original] = [
        ("held out", held_out),
        ("made", generated),
        ("train", train),
    ]
    .map(|(name, set)| exhibit(name, set));
    let case = Case {
        reference: Some(&reference),
        generated: &made,
        train: Some(&original),
        detector: None,
        checkpoints: &[],
        archive: &Shelf([generated, train]),
        seed: Seed(5),
        observer: &Silent,
    };
    let at = AUDITS
        .iter()
        .position(|audit| audit.card().name == "copies");
    let parameters = parameters::<&str>(&[]).unwrap();
    let audit = find("copies").unwrap();
    audit.run(&case, &parameters[at.unwrap()]).unwrap()
}

fn finding<'a>(report: &'a Report, id: &str) -> &'a Finding {
    report.findings.iter().find(|f| f.id == id).unwrap()
}

/// (generated row, training row, transform) of the evidence, in the order of rows.
fn pairs(finding: &Finding) -> Vec<(usize, usize, String)> {
    let of = |evidence: &Evidence| {
        let [made, original] = [0, 1].map(|at| evidence.pictures[at]);
        assert_eq!([made.0, original.0], [SetSide::Generated, SetSide::Train]);
        (made.1, original.1, evidence.transform.clone().unwrap())
    };
    let mut pairs: Vec<_> = finding.evidence.iter().map(of).collect();
    pairs.sort_unstable();
    pairs
}

/// Five pairs: generated rows `first`, `first + step` and so on are `name` of the training rows from `original` on.
fn five(first: usize, step: usize, original: usize, name: &str) -> Vec<(usize, usize, String)> {
    let pair = |k| (first + step * k, original + k, name.to_owned());
    (0..5).map(pair).collect()
}

/// Written as JPEG of quality 70 and read again.
fn reencoded(p: &Pixels) -> Pixels {
    let mut encoder = mozjpeg::Compress::new(mozjpeg::ColorSpace::JCS_RGB);
    encoder.set_size(p.width, p.height);
    encoder.set_quality(70.0);
    let mut started = encoder.start_compress(Vec::new()).unwrap();
    started.write_scanlines(&p.rgb).unwrap();
    let file = Stored::File(started.finish().unwrap());
    decode(&file, &DecodeOptions::default()).unwrap().pixels
}

/// The left half, and its mirror image on the right.
fn symmetric(p: &Pixels) -> Pixels {
    let rgb = (0..SIDE * SIDE).flat_map(|at| {
        let x = (at % SIDE).min(SIDE - 1 - at % SIDE);
        let from = (at / SIDE * SIDE + x) * 3;
        [p.rgb[from], p.rgb[from + 1], p.rgb[from + 2]]
    });
    Pixels {
        rgb: rgb.collect(),
        ..*p
    }
}

#[test]
fn planted_copies_mirrors_and_jpegs_are_found_with_their_originals_and_their_transforms() {
    let train = pictures("train", 300);
    let mut generated = pictures("honest", 150);
    for k in 0..5 {
        generated.push(train[10 + k].clone());
        generated.push(mirror(&train[20 + k]));
        generated.push(reencoded(&train[30 + k]));
    }
    let report = run(&pictures("held out", 250), &generated, &train);
    let copies = finding(&report, "training_copies");
    let mut expected = five(150, 3, 10, "exact");
    expected.extend(five(152, 3, 30, "re-encoded"));
    expected.sort_unstable();
    assert_eq!(pairs(copies), expected);
    assert_eq!(copies.severity, Severity::Serious);
    let mirrors = finding(&report, "training_mirrors");
    assert_eq!(pairs(mirrors), five(151, 3, 20, "mirror"));
    assert_eq!(mirrors.severity, Severity::Serious);
    // 5 of 165.
    assert!((mirrors.value.unwrap() - 5.0 / 165.0).abs() < 1e-12);
    let disguises = finding(&report, "training_disguises");
    assert_eq!(
        (disguises.severity, disguises.evidence.len()),
        (Severity::Clear, 0)
    );
}

#[test]
fn pictures_that_are_their_own_mirror_images_are_copies_or_nothing_and_never_mirrored() {
    let all =
        |name: &str, n: usize| -> Vec<Pixels> { pictures(name, n).iter().map(symmetric).collect() };
    let train = all("train", 300);
    let mut generated = all("honest", 150);
    generated.extend(train[40..45].iter().map(|p| mirror(&reencoded(p))));
    let report = run(&all("held out", 250), &generated, &train);
    let found = pairs(finding(&report, "training_copies"));
    assert_eq!(found, five(150, 1, 40, "re-encoded"));
    for id in ["training_mirrors", "training_disguises"] {
        assert_eq!(finding(&report, id).severity, Severity::Clear, "{id}");
    }
}

#[test]
fn lookalikes_are_counted_beside_the_copies_and_accuse_nobody() {
    let train = pictures("train", 300);
    let mut generated = pictures("honest", 150);
    generated.extend(train[..6].iter().map(reencoded));
    let report = run(&pictures("held out", 250), &generated, &train);
    let lookalikes = finding(&report, "training_lookalikes");
    // All six have nearly the hash of their original, and are copies by their pixels already. Honest pictures have a
    // training picture with a like hash as often.
    assert!(
        lookalikes.details["perceptual_hash.n_near"] >= 5.0,
        "{}",
        lookalikes.text
    );
    assert_eq!(lookalikes.severity, Severity::Clear, "{}", lookalikes.text);
    assert!(lookalikes.evidence.is_empty());
}

#[test]
fn without_a_training_set_the_audit_says_what_it_lacks() {
    let generated = pictures("honest", 5);
    let set = exhibit("made", &generated);
    let case = Case {
        reference: None,
        generated: &set,
        train: None,
        detector: None,
        checkpoints: &[],
        archive: &Shelf([&generated, &generated]),
        seed: Seed(5),
        observer: &Silent,
    };
    let card = find("copies").unwrap().card();
    assert_eq!(card.needs, [Need::Train]);
    let (lacking, mend) = case.lacks(card.needs[0]).unwrap();
    assert!(lacking.contains("training set") && mend.contains("--train"));
    let at = AUDITS
        .iter()
        .position(|audit| audit.card().name == "copies");
    let parameters = parameters::<&str>(&[]).unwrap();
    let error = find("copies").unwrap().run(&case, &parameters[at.unwrap()]);
    assert!(error.unwrap_err().to_string().contains("--train"));
}
