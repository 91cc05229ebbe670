//! Duplicates inside the generated set.

use super::sets::{disks, exhibit, noisy, pictures, stored};
use gavel::audit::crowd::Crowd;
use gavel::audit::duplicates::{Duplicates, examine};
use gavel::audit::nearness::calibrate;
use gavel::audit::{Audit, Exhibit, Finding, Report, Severity};
use gavel::progress::Silent;
use gavel::rng::Seed;

fn find<'a>(report: &'a Report, id: &str) -> &'a Finding {
    report
        .findings
        .iter()
        .find(|finding| finding.id == id)
        .unwrap()
}

fn audited(generated: &Exhibit, real: &Exhibit) -> Report {
    let report = examine(generated, Some(real), Seed::DEFAULT, &Silent).unwrap();
    for finding in &report.findings {
        assert!(Duplicates.card().findings.contains(&finding.id));
        assert!(finding.severity == Severity::Clear || !finding.mend.is_empty());
        assert!(finding.severity < Severity::Warning || !finding.evidence.is_empty());
    }
    report
}

#[test]
fn honest_pictures_have_no_duplicates() {
    let report = audited(
        &exhibit("made", disks(1, 400)),
        &exhibit("real", disks(2, 400)),
    );
    for id in ["duplicates_exact", "duplicates_near", "support"] {
        assert_eq!(
            find(&report, id).severity,
            Severity::Clear,
            "{:?}",
            find(&report, id)
        );
    }
    assert_eq!(find(&report, "duplicates_exact").value, Some(0.0));
}

#[test]
fn planted_equal_pictures_are_found_in_their_groups() {
    let mut pictures = disks(1, 400);
    for (copy, original) in [(10, 3), (11, 3), (12, 3), (300, 200)] {
        pictures[copy] = pictures[original].clone();
    }
    let report = audited(&exhibit("made", pictures), &exhibit("real", disks(2, 400)));
    let finding = find(&report, "duplicates_exact");
    // Four pictures in one group and two in another: 6 of 400 = 1.5 %.
    assert_eq!(finding.value, Some(0.015));
    assert_eq!(finding.severity, Severity::Warning);
    let rows = |at: usize| {
        finding.evidence[at]
            .pictures
            .iter()
            .map(|p| p.1)
            .collect::<Vec<_>>()
    };
    assert_eq!((rows(0), rows(1)), (vec![3, 10, 11, 12], vec![200, 300]));
    // Wilson for 6 of 400: 0.00689 to 0.03234.
    let interval = finding.interval.unwrap();
    assert!(
        (interval.lower - 0.00689).abs() < 1e-4 && (interval.upper - 0.03234).abs() < 1e-4,
        "{interval:?}"
    );
}

#[test]
fn planted_nearly_equal_pictures_are_found_and_the_support_with_them() {
    let mut pictures = disks(1, 400);
    let mut stream = Seed(5).stream("noise", 0);
    for row in 0..60 {
        pictures[row] = noisy(&pictures[0], 2, &mut stream);
    }
    let report = audited(&exhibit("made", pictures), &exhibit("real", disks(2, 400)));
    assert_eq!(find(&report, "duplicates_exact").severity, Severity::Clear);
    let near = find(&report, "duplicates_near");
    assert_eq!(near.severity, Severity::Serious);
    assert!(near.details["share_of_largest_cluster"] >= 60.0 / 400.0);
    assert!(near.details["share_of_largest_cluster"] <= 62.0 / 400.0);
    assert!(near.evidence[0].pictures.iter().all(|(_, row)| *row < 60));
    // 60 · 59 / 2 = 1770 pairs and perhaps a few by chance, of 400 · 399 / 2 = 79,800: about 45 different pictures.
    let support = find(&report, "support");
    assert!(
        (44.0..=45.2).contains(&support.value.unwrap()),
        "{support:?}"
    );
    assert_eq!(support.severity, Severity::Serious);
}

#[test]
fn the_birthday_estimate_finds_the_size_of_a_small_support() {
    // 500 draws from 300 different pictures, each a little noisy.
    let all = disks(7, 300);
    let mut stream = Seed(6).stream("draws", 0);
    let drawn = (0..500).map(|_| {
        let picture = &all[stream.below(300)];
        noisy(picture, 1, &mut stream)
    });
    let report = audited(
        &exhibit("made", drawn.collect()),
        &exhibit("real", disks(2, 500)),
    );
    let support = find(&report, "support");
    let interval = support.interval.unwrap();
    assert!(
        interval.lower <= 300.0 && 300.0 <= interval.upper,
        "{support:?}"
    );
    assert!((200.0..450.0).contains(&support.value.unwrap()));
}

#[test]
fn without_real_pictures_only_equal_ones_are_looked_for_and_the_report_says_so() {
    let report = examine(
        &exhibit("made", disks(1, 100)),
        None,
        Seed::DEFAULT,
        &Silent,
    )
    .unwrap();
    assert_eq!(report.findings.len(), 1);
    assert_eq!(report.warnings[0].code, "audit_uncalibrated");
    let few = examine(
        &exhibit("made", disks(1, 100)),
        Some(&exhibit("real", disks(2, 49))),
        Seed::DEFAULT,
        &Silent,
    );
    assert_eq!(few.unwrap().findings.len(), 1);
}

#[test]
fn the_course_submissions_have_the_duplicates_that_they_have() {
    let sets = [
        (
            "mnist/t10k-images-idx3-ubyte.gz",
            "generated/mnist/jmerigot-vanilla-gan-10000.tar.gz",
        ),
        (
            "mnist/t10k-images-idx3-ubyte.gz",
            "generated/mnist/aminmed-vae-10000.tar.gz",
        ),
        (
            "mnist/t10k-images-idx3-ubyte.gz",
            "generated/mnist/disorganized-baseline-gan-10000.tar.gz",
        ),
        (
            "anime-faces/anime-faces-crypko96-2500.tar.gz",
            "generated/anime/eaglesfikr-diffusion-1000.tar.gz",
        ),
        (
            "anime-faces/anime-faces-crypko96-2500.tar.gz",
            "generated/anime/ntu-hw6/shihyuhuang-wgan-e150-critic5.tgz",
        ),
        (
            "anime-faces/anime-faces-crypko96-2500.tar.gz",
            "generated/anime/jiangkiki-gan-1epoch-1000.tar.gz",
        ),
        (
            "anime-faces/anime-faces-crypko96-2500.tar.gz",
            "generated/anime/sp4595-wgangp-collapsed-1000.tar.gz",
        ),
        (
            "cifar10/cifar10-test-lossless-png-1600.tar.gz",
            "generated/cifar10/miaojiang-gan-1000.tar.gz",
        ),
    ];
    for (real, made) in sets {
        let (Some(real), Some(generated)) = (stored(real), stored(made)) else {
            return;
        };
        let start = std::time::Instant::now();
        let report = audited(&generated, &real);
        println!("{made}: {:.1} s", start.elapsed().as_secs_f64());
        for finding in &report.findings {
            println!("  {:?} {}", finding.severity, finding.text);
        }
        let near = find(&report, "duplicates_near");
        if made.contains("collapsed") {
            assert_eq!(near.severity, Severity::Serious);
            assert_eq!(find(&report, "duplicates_exact").severity, Severity::Clear);
        } else {
            assert!(near.severity < Severity::Serious, "{near:?}");
        }
    }
}

#[test]
fn held_out_real_pictures_are_not_called_duplicates() {
    let Some(mnist) = stored("mnist/t10k-images-idx3-ubyte.gz#first=6000") else {
        return;
    };
    let Some(train) = stored("mnist/train-images-idx3-ubyte.gz#first=6000") else {
        return;
    };
    let report = audited(&train, &mnist);
    assert!(
        find(&report, "duplicates_near").severity <= Severity::Note,
        "{:?}",
        find(&report, "duplicates_near")
    );
    let nearness = calibrate(&mnist, 6000, Seed::DEFAULT, &Silent)
        .unwrap()
        .unwrap();
    let crowd = Crowd::of(&train, nearness, &Silent).unwrap();
    // The rate at which an honest picture is called a near duplicate.
    println!(
        "held-out MNIST: {} of {} near, threshold {:.2}",
        crowd.n_near,
        crowd.n,
        nearness.levels()
    );
    assert!(crowd.n_near * 100 <= crowd.n);
}

#[test]
fn near_copies_planted_among_held_out_real_pictures_are_found() {
    let sets = [
        (
            "mnist/t10k-images-idx3-ubyte.gz#first=2000",
            "mnist/train-images-idx3-ubyte.gz#first=2000",
        ),
        (
            "cifar10/cifar10-jpeg-test.tar.gz#first=2000",
            "cifar10/cifar10-jpeg-train.tar.gz#first=2000",
        ),
    ];
    for (real, held_out) in sets {
        let (Some(real), Some(mut all)) = (stored(real), pictures(held_out)) else {
            return;
        };
        // 5 %: picture i + 1900 is picture i with every byte moved by up to 4.
        let mut stream = Seed(11).stream("planted", 0);
        for row in 0..100 {
            all[1900 + row] = noisy(&all[row], 4, &mut stream);
        }
        let generated = exhibit("made", all);
        let nearness = calibrate(&real, 2000, Seed::DEFAULT, &Silent)
            .unwrap()
            .unwrap();
        let crowd = Crowd::of(&generated, nearness, &Silent).unwrap();
        let found = (0..100).filter(|row| {
            crowd
                .clusters
                .iter()
                .any(|c| c.rows.contains(row) && c.rows.contains(&(1900 + row)))
        });
        let (found, others) = (found.count(), crowd.n_near.saturating_sub(200));
        println!(
            "{held_out}: {found} of 100 planted pairs, {others} other pictures, threshold {:.2}",
            nearness.levels()
        );
        assert!(found >= 99);
        assert!(others <= 20);
        let report = audited(&generated, &real);
        assert_eq!(find(&report, "duplicates_near").severity, Severity::Serious);
    }
}
