//! The registry as a population, and every metric through the door that the command line uses.

use std::collections::BTreeSet;

use gavel::error::Kind;
use gavel::metrics::{
    ClassScores, Generated, Inputs, METRICS, Measured, Needs, Outcome, Reference, Settings, Space,
    evaluate, find, select,
};
use gavel::rng::Seed;
use gavel::statistics::moments::Moments;
use ndarray::{Array1, Array2, Axis, Slice};

use crate::golden::{Golden, features};

fn random(seed: u64, n: usize, d: usize) -> Array2<f32> {
    let mut stream = Seed(seed).stream("metrics test", 0);
    Array2::from_shape_fn((n, d), |_| stream.normal() as f32)
}

fn set(name: &str, space: Space, values: Array2<f32>) -> Measured {
    Measured::from_features(name, space, values).unwrap()
}

fn run(
    list: &str,
    options: &[&str],
    reference: &Measured,
    generated: &Measured,
) -> gavel::error::Result<Outcome> {
    let inputs = Inputs::new(
        Some(Reference(reference)),
        Generated(generated),
        Seed::DEFAULT,
    )?;
    evaluate(&select(list)?, &inputs, &Settings::parse(options)?)
}

fn codes(outcome: &Outcome) -> Vec<&str> {
    outcome
        .warnings
        .iter()
        .map(|warning| warning.code)
        .collect()
}

// The population.

#[test]
fn every_metric_is_described_and_has_names_of_its_own() {
    let mut names = BTreeSet::new();
    for metric in METRICS {
        let card = metric.card();
        for text in [
            card.name,
            card.summary,
            card.formula,
            card.paper,
            card.program,
            card.golden,
        ] {
            assert!(!text.is_empty(), "{}: an empty text", card.name);
        }
        assert!(
            card.paper.contains("arXiv:") || card.paper.contains("doi:"),
            "{}: {}",
            card.name,
            card.paper
        );
        assert!(
            card.program.contains(|c: char| c.is_ascii_digit()),
            "{}: which version of {}?",
            card.name,
            card.program
        );
        assert!(!card.ids.is_empty());
        let own: BTreeSet<&str> = card
            .ids
            .iter()
            .chain(card.aliases)
            .copied()
            .chain([card.name])
            .collect();
        for name in own {
            assert!(names.insert(name), "{name} names two metrics");
            assert_eq!(find(name).unwrap().card().name, card.name);
        }
        let mut params = BTreeSet::new();
        for spec in card.params {
            assert!(
                !spec.doc.is_empty(),
                "{}.{} has no documentation",
                card.name,
                spec.name
            );
            assert!(
                params.insert(spec.name),
                "{}.{} is there twice",
                card.name,
                spec.name
            );
        }
        assert_eq!(
            Settings::default().rows(*metric).unwrap().len(),
            1,
            "{}: defaults must be allowed",
            card.name
        );
    }
}

#[test]
fn every_metric_has_golden_values() {
    let Some(golden) = Golden::load("features.json") else {
        return;
    };
    for metric in METRICS {
        let prefix = metric.card().golden;
        assert!(
            golden.ids().iter().any(|id| id.starts_with(prefix)),
            "{prefix}: no golden value"
        );
    }
}

#[test]
fn every_metric_gives_one_of_its_ids_in_its_direction() {
    let scores = ClassScores::Logits(random(3, 40, 5));
    let reference = set("real", Space::Network, random(1, 50, 4));
    let generated = set("fake", Space::Network, random(2, 40, 4))
        .with_scores(scores)
        .unwrap();
    for metric in METRICS {
        let outcome = run(metric.card().name, &[], &reference, &generated).unwrap();
        for row in &outcome.estimates {
            assert!(metric.card().ids.contains(&row.id.as_str()));
            assert_eq!(row.direction, metric.card().direction);
            assert!(row.value.is_some() && row.std_error.is_some(), "{}", row.id);
            assert_eq!(row.n_generated, 40);
        }
    }
}

// Selection and settings.

#[test]
fn metrics_are_chosen_by_any_of_their_names_and_run_once() {
    let chosen = |list: &str| -> Vec<&str> {
        select(list)
            .unwrap()
            .iter()
            .map(|m| m.card().name)
            .collect()
    };
    assert_eq!(chosen("all"), ["fid", "kid", "inception_score"]);
    assert_eq!(chosen("core"), ["fid", "kid", "inception_score"]);
    assert_eq!(
        chosen("is, fd,FID,classifier-score"),
        ["fid", "inception_score"]
    );
    for wrong in ["", "fdi", "fid,nothing"] {
        let error = select(wrong).err().unwrap();
        assert_eq!(error.kind(), Kind::Usage);
        assert!(error.to_string().contains("inception_score"), "{error}");
    }
}

#[test]
fn several_values_give_several_rows() {
    let (reference, generated) = (random(1, 50, 4), random(2, 40, 4));
    let (reference, generated) = (
        set("r", Space::Arrays, reference),
        set("g", Space::Arrays, generated),
    );
    let options = ["fd.ddof=1,0", "kid.n_subsets=3,4", "kid.subset_size=10,20"];
    let rows = run("fid,kid", &options, &reference, &generated)
        .unwrap()
        .estimates;
    let shown: Vec<String> = rows
        .iter()
        .map(|row| match row.id.as_str() {
            "fd" => format!("fd {}", row.params["ddof"]),
            _ => format!(
                "kid {} {}",
                row.params["n_subsets"], row.params["subset_size"]
            ),
        })
        .collect();
    assert_eq!(
        shown,
        [
            "fd 1", "fd 0", "kid 3 10", "kid 3 20", "kid 4 10", "kid 4 20"
        ]
    );
    assert!(
        rows[0].value > rows[1].value,
        "ddof = 1 gives the larger covariances"
    );
}

#[test]
fn a_wrong_setting_is_refused_with_what_is_known() {
    for (option, found, mend) in [
        ("kid", "metric.parameter=value", "kid.subset_size"),
        (
            "kid.subset_size",
            "metric.parameter=value",
            "kid.subset_size",
        ),
        ("nothing.x=1", "no metric", "inception_score"),
        ("kid.sigma=1", "no parameter", "kid.estimator"),
        ("kid.n_subsets=0", "at least 1", "kid.n_subsets=100"),
        (
            "kid.subset_size=many",
            "auto or an integer",
            "kid.subset_size=auto",
        ),
        ("fid.ddof=2", "one of 0, 1", "fid.ddof=1"),
        (
            "inception_score.shuffle=yes",
            "numpy2020, none",
            "numpy2020",
        ),
        ("kid.n_subsets=5,", "not an integer", "kid.n_subsets=100"),
    ] {
        let error = Settings::parse(&[option]).unwrap_err();
        assert_eq!(error.kind(), Kind::Usage);
        assert!(error.message().contains(found), "{option}: {error}");
        assert!(error.advice().unwrap().contains(mend), "{option}: {error}");
    }
    let twice = Settings::parse(&["is.n_splits=1", "inception_score.n_splits=2"]).unwrap_err();
    assert!(twice.message().contains("twice"));
}

// Names.

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
    let outcome = evaluate(&select("all").unwrap(), &inputs, &Settings::default()).unwrap();
    let reasons: Vec<&str> = outcome
        .estimates
        .iter()
        .map(|row| row.why_absent.as_deref().unwrap())
        .collect();
    let none = "no reference set was given";
    assert_eq!(reasons, [none, none, "g has no class scores"]);
    assert!(outcome.estimates.iter().all(|row| row.value.is_none()));
    assert_eq!(inputs.lacks(Needs::Moments).as_deref(), Some(none));
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

// Bad input.

#[test]
fn sets_that_cannot_be_measured_are_refused() {
    let refused = |values: Array2<f32>| {
        Measured::from_features("bad.npy", Space::Arrays, values).unwrap_err()
    };
    let mut holed = random(1, 5, 3);
    holed[[2, 1]] = f32::NAN;
    let error = refused(holed);
    assert_eq!(error.kind(), Kind::Input);
    assert!(
        error.message().contains("bad.npy") && error.message().contains("row 2, column 1"),
        "{error}"
    );
    let mut endless = random(1, 5, 3);
    endless[[0, 0]] = f32::INFINITY;
    assert!(refused(endless).message().contains("inf"));
    assert!(refused(Array2::zeros((0, 3))).message().contains("[0, 3]"));
    assert!(refused(Array2::zeros((3, 0))).message().contains("[3, 0]"));
}

#[test]
fn class_scores_are_checked() {
    let refused = |scores| {
        Measured::from_scores("s.npy", Space::Arrays, scores)
            .unwrap_err()
            .to_string()
    };
    assert!(refused(ClassScores::Logits(Array2::zeros((3, 1)))).contains("at least 2"));
    assert!(refused(ClassScores::Probabilities(Array2::ones((3, 2)))).contains("sum 2.0"));
    let negative = Array2::from_shape_fn((2, 2), |(_, j)| [1.5_f32, -0.5][j]);
    assert!(refused(ClassScores::Probabilities(negative)).contains("-0.5"));
    let five = set("f.npy", Space::Arrays, random(1, 5, 3));
    let error = five
        .with_scores(ClassScores::Logits(random(1, 4, 3)))
        .unwrap_err();
    assert!(
        error.message().contains("4 rows") && error.message().contains("5 samples"),
        "{error}"
    );
}

#[test]
fn sides_of_other_dimensions_are_both_named() {
    let (reference, generated) = (
        set("left.npy", Space::Arrays, random(1, 5, 3)),
        set("right.npy", Space::Arrays, random(1, 5, 4)),
    );
    let error = run("fid", &[], &reference, &generated).unwrap_err();
    assert_eq!(error.kind(), Kind::Input);
    for part in ["left.npy", "right.npy", "3", "4"] {
        assert!(error.message().contains(part), "{error}");
    }
    let moments = Moments::from_parts(Array1::zeros(3), Array2::eye(3), None).unwrap();
    let statistics = Measured::from_moments("stats.npz", Space::Arrays, moments);
    assert!(run("fid", &[], &statistics, &generated).is_err());
}

#[test]
fn one_sample_is_too_few_to_tell() {
    let (reference, one) = (
        set("r", Space::Arrays, random(1, 5, 3)),
        set("g", Space::Arrays, random(1, 1, 3)),
    );
    for name in ["fid", "kid"] {
        assert_eq!(
            run(name, &[], &reference, &one).unwrap_err().kind(),
            Kind::CannotTell
        );
        assert_eq!(
            run(name, &[], &one, &reference).unwrap_err().kind(),
            Kind::CannotTell
        );
    }
}

#[test]
fn moments_are_computed_once_and_kept() {
    let values = random(1, 30, 3);
    let first_ten = values.slice_axis(Axis(0), Slice::from(..10)).to_owned();
    let measured = set("r", Space::Arrays, first_ten);
    let first: *const Moments = measured.moments().unwrap();
    assert!(std::ptr::eq(first, measured.moments().unwrap()));
    assert_eq!(measured.moments().unwrap().n(), Some(10));
}
