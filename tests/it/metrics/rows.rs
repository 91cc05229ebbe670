//! What a row is called, what it holds and what it warns of.

use gavel::error::Kind;
use gavel::metrics::{
    ClassScores, Generated, Inputs, Measured, Need, Reference, Settings, Space, evaluate, select,
};
use gavel::rng::Seed;
use gavel::statistics::moments::Moments;

use super::{codes, random, run, set};
use crate::golden::{Golden, features};

#[test]
fn only_the_published_inception_makes_a_fid() {
    for (space, fid, score) in [
        (Space::Inception, "fid", "inception_score"),
        (Space::InceptionLayout, "fd", "inception_score"),
        (Space::Network, "fd", "classifier_score"),
        (Space::Arrays, "fd", "inception_score"),
    ] {
        let scores = ClassScores::Logits(random(3, 40, 5));
        let reference = set("r", space, random(1, 40, 4));
        let generated = set("g", space, random(2, 40, 4))
            .with_scores(scores)
            .unwrap();
        let rows = run("fid,is", &[], &reference, &generated)
            .unwrap()
            .estimates;
        assert_eq!((rows[0].id.as_str(), rows[1].id.as_str()), (fid, score));
    }
    let mixed = [
        set("r", Space::Arrays, random(1, 40, 4)),
        set("g", Space::Inception, random(2, 40, 4)),
    ];
    assert_eq!(
        run("fid", &[], &mixed[0], &mixed[1]).unwrap().estimates[0].id,
        "fd"
    );
}

// Values and what travels with them.

#[test]
fn the_rows_of_the_golden_sets_are_met() {
    let Some(golden) = Golden::load("features.json") else {
        return;
    };
    let (Some(real), Some(fake), Some(logits)) =
        (features("A_real"), features("A_gen"), features("C_logits"))
    else {
        return;
    };
    let (reference, generated) = (set("r", Space::Arrays, real), set("g", Space::Arrays, fake));
    let options = [
        "kid.n_subsets=20",
        "kid.subset_size=100",
        "kid.estimator=subsets,full,biased",
    ];
    let rows = run("fid,kid", &options, &reference, &generated)
        .unwrap()
        .estimates;
    let value = |i: usize| rows[i].value.unwrap();
    golden.check("fid/A/ddof1", value(0));
    golden.check_part("kid/A/torch-fidelity-rng2020", "/0", value(1));
    golden.check_part(
        "kid/A/torch-fidelity-rng2020",
        "/1",
        rows[1].details["subset_std"].as_f64().unwrap(),
    );
    golden.check("kid/A/full-u", value(2));
    golden.check("kid/A/full-biased", value(3));
    assert!(!rows[2].params.contains_key("n_subsets"));
    let scores =
        Measured::from_scores("logits", Space::Arrays, ClassScores::Logits(logits)).unwrap();
    let inputs = Inputs::new(None, Generated(&scores), Seed::DEFAULT).unwrap();
    let settings = Settings::parse(&["is.shuffle=numpy2020,none"]).unwrap();
    let rows = evaluate(&select("is").unwrap(), &inputs, &settings)
        .unwrap()
        .estimates;
    golden.check_part(
        "is/C/splits10/shuffled-2020",
        "/mean",
        rows[0].value.unwrap(),
    );
    golden.check_part("is/C/splits10/in-order", "/mean", rows[1].value.unwrap());
    assert_eq!(rows[0].n_reference, None);
}

#[test]
fn a_frechet_row_carries_its_parts_its_floor_and_its_ranks() {
    let (reference, generated) = (
        set("r", Space::Arrays, random(1, 60, 4)),
        set("g", Space::Arrays, random(2, 20, 4)),
    );
    let outcome = run("fid", &[], &reference, &generated).unwrap();
    let row = &outcome.estimates[0];
    let number = |name: &str| row.details[name].as_f64().unwrap();
    let sum = number("mean_term") + number("trace_reference") + number("trace_generated")
        - 2.0 * number("trace_root");
    assert!((sum - row.value.unwrap()).abs() < 1e-12);
    assert_eq!(
        (
            number("floor_n"),
            number("rank_reference"),
            number("rank_generated")
        ),
        (20.0, 4.0, 4.0)
    );
    // (1/60 + 1/20) / (2/20) = 2/3.
    assert!((number("floor_scaled") / number("floor") - 2.0 / 3.0).abs() < 1e-12);
    let interval = row.interval.unwrap();
    assert!(interval.lower >= 0.0 && interval.upper > row.value.unwrap() && interval.level == 0.95);
    assert_eq!(codes(&outcome), ["different_sizes"]);
}

#[test]
fn fewer_samples_than_dimensions_is_warned_about() {
    let (reference, generated) = (
        set("r", Space::Arrays, random(1, 30, 30)),
        set("g", Space::Arrays, random(2, 31, 30)),
    );
    let outcome = run("fid", &[], &reference, &generated).unwrap();
    assert_eq!(
        codes(&outcome),
        ["fewer_samples_than_features", "different_sizes"]
    );
    assert!(
        outcome.warnings[0]
            .text
            .contains("30 reference samples in 30 dimensions")
    );
}

#[test]
fn a_statistics_file_gives_a_distance_and_half_a_standard_error() {
    let values = random(1, 80, 4);
    let known = Moments::of(values.view()).unwrap();
    let bare = Moments::from_parts(known.mean().clone(), known.covariance().clone(), None).unwrap();
    let statistics = Measured::from_moments("stats.npz", Space::Arrays, bare);
    let (reference, generated) = (
        set("r", Space::Arrays, values),
        set("g", Space::Arrays, random(2, 80, 4)),
    );
    let outcome = run("fid,kid", &[], &statistics, &generated).unwrap();
    let whole = run("fid", &[], &reference, &generated).unwrap();
    let (row, full) = (&outcome.estimates[0], &whole.estimates[0]);
    assert!((row.value.unwrap() - full.value.unwrap()).abs() < 1e-12);
    assert_eq!((row.n_reference, row.interval), (None, None));
    assert_eq!(
        row.details["std_error_generated"],
        full.details["std_error_generated"]
    );
    assert!(
        row.details["std_error_method"]
            .as_str()
            .unwrap()
            .contains("reference's part needs")
    );
    assert!(row.details.contains_key("floor_absent") && !row.details.contains_key("floor"));
    let kid = &outcome.estimates[1];
    assert_eq!(kid.value, None);
    assert_eq!(kid.why_absent.as_deref(), Some("stats.npz has no features"));
    assert_eq!(codes(&outcome), ["statistics_without_n", "absent"]);
    let refused = run("fid", &["fid.ddof=0"], &statistics, &generated).unwrap_err();
    assert!(
        refused.message().starts_with("fid: ") && refused.advice().unwrap().contains("fid.ddof=1"),
        "{refused}"
    );
}

#[test]
fn a_metric_without_its_needs_gives_an_absent_row() {
    let generated = set("g", Space::Network, random(2, 30, 4));
    let inputs = Inputs::new(None, Generated(&generated), Seed::DEFAULT).unwrap();
    let outcome = evaluate(
        &select("fid,kid,is").unwrap(),
        &inputs,
        &Settings::default(),
    )
    .unwrap();
    let reasons: Vec<&str> = outcome
        .estimates
        .iter()
        .map(|row| row.why_absent.as_deref().unwrap())
        .collect();
    let none = "no reference set was given";
    assert_eq!(reasons[..3], [none, none, "g has no class scores"]);
    assert!(outcome.estimates.iter().all(|row| row.value.is_none()));
    assert_eq!(
        inputs.lacks(&[Need::Moments]),
        Some((Need::Moments, none.to_owned()))
    );
}

#[test]
fn kid_subsets_shrink_by_themselves_but_not_against_an_order() {
    let (reference, generated) = (
        set("r", Space::Arrays, random(1, 50, 4)),
        set("g", Space::Arrays, random(2, 40, 4)),
    );
    let outcome = run("kid", &[], &reference, &generated).unwrap();
    assert_eq!(outcome.estimates[0].params["subset_size"], 40);
    assert_eq!(codes(&outcome), ["kid_subset_reduced"]);
    let refused = run("kid", &["kid.subset_size=41"], &reference, &generated).unwrap_err();
    assert_eq!(
        (refused.kind(), refused.advice()),
        (Kind::Usage, Some("--set kid.subset_size=40"))
    );
    let seeded = ["kid.subset_size=10", "kid.rng=seeded"];
    let by_seed = |seed: u64| {
        let inputs = Inputs::new(
            Some(Reference(&reference)),
            Generated(&generated),
            Seed(seed),
        )
        .unwrap();
        let settings = Settings::parse(&seeded).unwrap();
        evaluate(&select("kid").unwrap(), &inputs, &settings)
            .unwrap()
            .estimates[0]
            .value
    };
    assert_eq!(by_seed(1), by_seed(1));
    assert_ne!(by_seed(1), by_seed(2));
}

#[test]
fn splits_of_one_sample_have_no_score() {
    let scored = |n: usize| {
        let scores = ClassScores::Logits(random(3, n, 5));
        let side = Measured::from_scores("logits", Space::Arrays, scores).unwrap();
        let inputs = Inputs::new(None, Generated(&side), Seed::DEFAULT).unwrap();
        evaluate(&select("is").unwrap(), &inputs, &Settings::default()).unwrap()
    };
    let ten = scored(10);
    assert_eq!(
        (ten.estimates[0].value, codes(&ten)),
        (None, vec!["few_samples_per_split"])
    );
    let forty = scored(40);
    assert!(forty.estimates[0].value.is_some());
    assert_eq!(codes(&forty), ["few_samples_per_split"]);
    assert!(codes(&scored(60)).is_empty());
}
