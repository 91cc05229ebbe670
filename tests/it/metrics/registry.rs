//! The registry as a population, selection and settings.

use std::collections::BTreeSet;

use gavel::error::Kind;
use gavel::metrics::{ClassScores, METRICS, Settings, Space, find, select};
use gavel::statistics::estimate::Direction;

use super::{random, run, run_with_train, set, with_pixels};
use crate::golden::Golden;

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
        let own: BTreeSet<&str> = card.aliases.iter().copied().chain([card.name]).collect();
        for name in own {
            assert!(names.insert(name), "{name} names two metrics");
            assert_eq!(find(name).unwrap().card().name, card.name);
        }
        // Two conventions may have rows of the same id; the name alone means the first of them.
        for id in card.ids {
            let first = METRICS
                .iter()
                .map(|metric| metric.card())
                .find(|card| card.ids.contains(id) || card.name == *id)
                .unwrap();
            assert_eq!(find(id).unwrap().card().name, first.name);
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
        if let Some(file) = prefix.strip_prefix("by hand: ") {
            let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
            assert!(file.is_file(), "{prefix}: no such file");
            continue;
        }
        assert!(
            golden.ids().iter().any(|id| id.starts_with(prefix)),
            "{prefix}: no golden value"
        );
    }
}

#[test]
fn every_metric_gives_one_of_its_ids_in_its_direction() {
    let scores = ClassScores::Logits(random(3, 40, 5));
    let reference = with_pixels(set("real", Space::Network, random(1, 50, 4)), 50)
        .with_spatial(random(4, 50, 6))
        .unwrap();
    let generated = with_pixels(set("fake", Space::Network, random(2, 40, 4)), 40)
        .with_scores(scores)
        .and_then(|side| side.with_spatial(random(5, 40, 6)))
        .unwrap();
    let train = set("train", Space::Network, random(5, 60, 4));
    for metric in METRICS {
        let outcome =
            run_with_train(metric.card().name, &[], &train, &reference, &generated).unwrap();
        for row in &outcome.estimates {
            assert!(metric.card().ids.contains(&row.id.as_str()));
            // A row beside the main one may have none: the gap of FLD.
            let is_beside = row.id == "fld_gap" && row.direction == Direction::Neither;
            assert!(row.direction == metric.card().direction || is_beside);
            // With 40 samples no cell is sure to hold more than 20.
            if row.id == "ct_score" {
                continue;
            }
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
    let all: Vec<&str> = METRICS.iter().map(|metric| metric.card().name).collect();
    assert_eq!(chosen("all"), all);
    assert_eq!(
        chosen("core"),
        [
            "fid",
            "kid",
            "inception_score",
            "quality_entropy",
            "diversity_entropy",
            "precision_recall",
            "prdc",
        ]
    );
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
