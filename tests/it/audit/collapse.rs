//! Collapse: one picture or a few, of a set and over a series of checkpoints.

use super::sets::{disks, exhibit, noisy, stored};
use gavel::audit::collapse::{Collapse, Diversity};
use gavel::audit::series::Series;
use gavel::audit::{Audit, Exhibit, Severity};
use gavel::progress::Silent;
use gavel::rng::Seed;
use gavel::sources::Pixels;

fn diversity(generated: &Exhibit, real: &Exhibit) -> Diversity {
    Diversity::of(generated, real, Seed::DEFAULT, &Silent)
        .unwrap()
        .unwrap()
}

/// `n` pictures, each a little noise on one of the first `kinds` disks.
fn few(kinds: usize, n: usize, noise: usize) -> Vec<Pixels> {
    let disks = disks(9, kinds);
    let mut stream = Seed(8).stream("few", 0);
    (0..n)
        .map(|row| noisy(&disks[row % kinds], noise, &mut stream))
        .collect()
}

#[test]
fn one_picture_with_noise_is_a_collapse_and_different_ones_are_none() {
    let real = exhibit("real", disks(2, 300));
    let honest = diversity(&exhibit("made", disks(1, 300)), &real);
    assert!(!honest.is_collapsed() && !honest.is_weak(), "{honest:?}");
    assert_eq!(honest.finding().severity, Severity::Clear);
    assert!(honest.interval.lower < 1.0 && 1.0 < honest.interval.upper);
    let one = diversity(&exhibit("made", few(1, 300, 20)), &real);
    assert!(one.is_collapsed() && one.variance_ratio < 0.1, "{one:?}");
    let finding = one.finding();
    assert_eq!(
        (finding.id, finding.severity),
        ("collapse", Severity::Serious)
    );
    assert!(Collapse.card().findings.contains(&finding.id));
    assert!(!finding.mend.is_empty() && !finding.evidence.is_empty());
}

#[test]
fn a_few_very_different_pictures_are_a_collapse_too() {
    // Five disks have about the variance of three hundred; their clusters give them away.
    let real = exhibit("real", disks(2, 300));
    let five = diversity(&exhibit("made", few(5, 300, 3)), &real);
    assert!(five.variance_ratio > 0.3, "{five:?}");
    assert!(five.is_collapsed() && five.clusters[1] > 0.99, "{five:?}");
}

#[test]
fn the_generated_set_is_over_the_real_one() {
    // Turned round, a collapsed *reference* would be called a collapse of the generator.
    let (wide, narrow) = (
        exhibit("wide", disks(1, 200)),
        exhibit("narrow", few(1, 200, 20)),
    );
    assert!(diversity(&narrow, &wide).variance_ratio < 0.1);
    assert!(diversity(&wide, &narrow).variance_ratio > 10.0);
}

#[test]
fn too_few_pictures_or_equal_real_ones_say_nothing() {
    let set = |n| exhibit("set", disks(1, n));
    let of = |a: &Exhibit, b: &Exhibit| Diversity::of(a, b, Seed::DEFAULT, &Silent).unwrap();
    assert!(of(&set(19), &set(100)).is_none());
    assert!(of(&set(100), &exhibit("equal", few(1, 100, 0))).is_none());
}

#[test]
fn the_series_names_the_first_checkpoint_that_collapsed() {
    let real = exhibit("real", disks(2, 200));
    let sets = [
        exhibit("a", disks(3, 100)),
        exhibit("b", disks(4, 100)),
        exhibit("c", few(1, 100, 9)),
        exhibit("d", few(1, 100, 5)),
    ];
    let all: Vec<&Exhibit> = sets.iter().collect();
    let series = Series::of(&all, &real, Seed::DEFAULT, &Silent).unwrap();
    assert_eq!(series.first_collapsed(), Some(2));
    let finding = series.finding();
    assert_eq!(finding.severity, Severity::Serious);
    assert!(
        finding
            .text
            .starts_with("collapsed from checkpoint 3 (c) on"),
        "{}",
        finding.text
    );
    assert_eq!(finding.details["evidence_checkpoint"], 2.0);
    let honest = Series::of(&all[..2], &real, Seed::DEFAULT, &Silent).unwrap();
    assert_eq!(
        (honest.first_collapsed(), honest.first_loss()),
        (None, None)
    );
    assert_eq!(honest.finding().severity, Severity::Clear);
}

#[test]
fn the_totally_collapsed_anime_set_is_called_collapsed_and_the_honest_ones_are_not() {
    let Some(real) = stored("anime-faces/anime-faces-crypko96-2500.tar.gz") else {
        return;
    };
    let sets = [
        ("sp4595-wgangp-collapsed-1000.tar.gz", true),
        ("ntu-hw6/shihyuhuang-wgan-e90-critic5.tgz", false),
        ("ntu-hw6/shihyuhuang-wgan-e150-critic5.tgz", false),
        ("ntu-hw6/shihyuhuang-wgan-e200-critic4.tgz", false),
        ("ntu-hw6/shihyuhuang-unlabelled-lowquality.tgz", false),
        ("ntu-hw6/kodmas-lowquality.tgz", false),
        ("eaglesfikr-diffusion-1000.tar.gz", false),
        ("jiangkiki-gan-1epoch-1000.tar.gz", false),
        ("ntu-hw6/luanxw.tgz", true),
    ];
    for (name, collapsed) in sets {
        let Some(set) = stored(&format!("generated/anime/{name}")) else {
            return;
        };
        let found = diversity(&set, &real);
        println!("{name}: {}", found.finding().text);
        assert_eq!(found.is_collapsed(), collapsed, "{name}: {found:?}");
    }
}

#[test]
fn the_mnist_submissions_are_not_called_collapsed() {
    let Some(real) = stored("mnist/t10k-images-idx3-ubyte.gz") else {
        return;
    };
    for name in [
        "jmerigot-vanilla-gan-10000",
        "aminmed-vae-10000",
        "disorganized-baseline-gan-10000",
    ] {
        let Some(set) = stored(&format!("generated/mnist/{name}.tar.gz")) else {
            return;
        };
        let found = diversity(&set, &real);
        println!("{name}: {}", found.finding().text);
        assert!(!found.is_collapsed(), "{name}: {found:?}");
    }
}
