//! Scores tables as people bring them: our own, the study's, broken ones.

use super::synthetic::{Plan, table};
use gavel::rng::Seed;
use gavel::verdicts::study::runs::Study;
use gavel::verdicts::study::scores::{Measure, Outcome, append, parse, read, render};
use gavel::verdicts::study::{sentences, statistics};
use std::fmt::Write as _;

/// As compare_gan writes it: several checkpoints a run, −1 for what a model has not, 31337 for images that are no numbers.
const FOREIGN: &str = "\
checkpoint_path,model,dataset,tf_seed,inception_score,fid_score,sample_id,beta1,lambda,learning_rate\r
/a/model.ckpt-3906,GAN,mnist,0,2.1,50.5,0,0.0,-1,5e-05\r
/a/model.ckpt-7812,GAN,mnist,0,2.2,40.5,0,0.0,-1,5e-05\r
/b/model.ckpt-3906,WGAN_GP,mnist,0,2.0,31337.0,3,0.5,10.0,\"0.0001\"\r
/c/model.ckpt-3906,\"odd, new\",mnist,1,,12,-1,,,\r
";

#[test]
fn the_studys_own_table_is_read() {
    let scores = parse(FOREIGN.as_bytes(), "s.csv").unwrap();
    assert_eq!(scores.len(), 4);
    // compare_gan's GAN is the non-saturating one; its InfoGAN pair needs no column.
    assert_eq!(scores[0].loss, "non_saturating");
    assert_eq!(scores[0].architecture, "info_gan");
    assert_eq!(scores[0].step, Some(3906));
    assert!(scores[0].is_default() && !scores[0].settings.contains_key("lambda"));
    assert_eq!(scores[2].settings["learning_rate"], "0.0001");
    assert!(matches!(&scores[2].outcome, Outcome::Failed(why) if why.contains("not numbers")));
    assert_eq!(scores[2].fid(), None);
    assert_eq!(scores[3].loss, "odd, new");
    assert_eq!(scores[3].sample, None);
    let study = Study::of(&scores);
    // Both checkpoints of the first run are one run, whose distance is the last one's.
    assert_eq!(study.runs.len(), 3);
    let first = &study.runs[0];
    assert_eq!(first.history, [(3906, 50.5), (7812, 40.5)]);
    assert_eq!(first.fid(), Some(40.5));
    assert_eq!(study.distance(), "FID");
}

#[test]
fn codes_and_words_for_no_distance_are_failed_runs_and_their_scores_are_none() {
    // compare_gan writes 31337 into both scores where images are no numbers, and 4242 where the distance is not.
    for (inception_score, fid, reason) in [
        ("31337.0", "31337.0", "images that are not numbers"),
        ("2.0", "4242.0", "could not be computed"),
        ("2.0", "NaN", "not a number"),
        ("2.0", "inf", "not a number"),
        ("2.0", "", "not a number"),
        ("-1", "-1", "-1 is no distance"),
    ] {
        let text = format!(
            "model,dataset,inception_score,fid_score,seconds\nGAN,m,{inception_score},{fid},5\n"
        );
        let score = parse(text.as_bytes(), "s.csv").unwrap().remove(0);
        assert!(
            matches!(&score.outcome, Outcome::Failed(why) if why.contains(reason)),
            "{score:?}"
        );
        let left: Vec<&Measure> = score.measures.keys().collect();
        assert_eq!(left, [&Measure::Seconds], "{fid}");
    }
    // Beside the codes there are distances.
    let score = parse(b"model,dataset,fid\nGAN,m,4242.5\n", "s.csv").unwrap();
    assert_eq!(score[0].fid(), Some(4242.5));
}

#[test]
fn what_is_written_is_read_back() {
    let scores = parse(FOREIGN.as_bytes(), "s.csv").unwrap();
    let text = render(&scores).unwrap();
    let mut again = parse(text.as_bytes(), "t.csv").unwrap();
    for (old, new) in scores.iter().zip(&mut again) {
        // Only the reason becomes a column of its own.
        if matches!(old.outcome, Outcome::Failed(_)) {
            new.outcome = old.outcome.clone();
        }
        assert_eq!(old, new);
    }
    assert!(text.contains("\"odd, new\""), "{text}");
}

#[test]
fn wrong_tables_are_refused_with_line_and_column() {
    for (text, words) in [
        ("", vec!["t.csv", "empty"]),
        ("loss,dataset\nwgan,mnist\n", vec!["t.csv:1", "fid_score"]),
        ("fid,dataset\n1,mnist\n", vec!["t.csv:1", "loss (or model)"]),
        (
            "loss,fid,fid_score,dataset\n",
            vec!["columns 2 (\"fid\") and 3 (\"fid_score\")"],
        ),
        (
            "loss,fid,dataset\nwgan,1,a\nwgan,high,a\n",
            vec!["t.csv:3", "column 2 (fid)", "\"high\""],
        ),
        (
            "loss,fid,dataset\nwgan,1\n",
            vec!["t.csv:2", "2 fields", "header 3"],
        ),
        (
            "loss,fid,dataset,seed\nwgan,1,a,x\n",
            vec!["column 4 (seed)", "whole number"],
        ),
        (
            "loss,fid,dataset,status\nwgan,1,a,maybe\n",
            vec!["ok or failed"],
        ),
        (
            "loss,fid,dataset\n,1,a\n",
            vec!["t.csv:2", "model is empty"],
        ),
        (
            "loss,fid,dataset\nwgan,1,\n",
            vec!["t.csv:2", "dataset is empty"],
        ),
    ] {
        let error = parse(text.as_bytes(), "t.csv").unwrap_err().to_string();
        for word in words {
            assert!(error.contains(word), "{text:?}: {error}");
        }
    }
    let error = parse(b"loss,fid,dataset\nwgan,1,\xff\n", "t.csv").unwrap_err();
    assert!(
        error.to_string().contains("field 3 is not UTF-8"),
        "{error}"
    );
}

#[test]
fn a_row_is_appended_whole_and_a_run_counts_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scores.csv");
    let mut rows = parse(FOREIGN.as_bytes(), "s.csv").unwrap();
    rows[0].run = "one".to_owned();
    rows[2].run = "two".to_owned();
    append(&path, rows[0].clone()).unwrap();
    append(&path, rows[2].clone()).unwrap();
    rows[0].measures.insert(Measure::Fid, 7.0);
    append(&path, rows[0].clone()).unwrap();
    let now = read(&path).unwrap();
    assert_eq!(now.len(), 2);
    assert_eq!(now[1].fid(), Some(7.0));
    // A hyper-parameter that only the second row has is a column for both.
    assert!(now[0].settings.contains_key("lambda") && !now[1].settings.contains_key("lambda"));
    // A table that is not one is left as it is.
    std::fs::write(&path, "rubbish\n1\n").unwrap();
    assert!(append(&path, rows[0].clone()).is_err());
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "rubbish\n1\n");
}

#[test]
fn the_values_of_a_known_table_are_those_of_scipy() {
    // Three losses with the values of the unit test: scipy.stats.kruskal(A, B, C) = 10.8644, 0.0043735 (SciPy 1.17.1).
    let mut text = "loss,dataset,seed,sample_id,fid\n".to_owned();
    for (loss, values) in [
        ("minimax", [12.1, 11.4, 13.3, 12.8, 11.9]),
        ("wgan_gp", [10.2, 11.1, 9.8, 10.9, 11.5]),
        ("hinge", [14.0, 13.3, 15.2, 12.7, 14.4]),
    ] {
        for (seed, fid) in values.into_iter().enumerate() {
            let _ = writeln!(text, "{loss},mnist,{seed},0,{fid}");
        }
    }
    let study = Study::of(&parse(text.as_bytes(), "k.csv").unwrap());
    let all = statistics::equalities(&study, Measure::Fid, Seed(1));
    assert_eq!(all.len(), 1);
    assert!((all[0].test.h - 10.864400715563512).abs() < 1e-12);
    assert!((all[0].test.p - 0.004373462026475284).abs() < 1e-14);
    assert_eq!(all[0].unit, statistics::Unit::Seed);
    // stats.mannwhitneyu(A, B, method="exact").pvalue = 4 / 252; after Holm over three pairs twice or once as much.
    let pair = &all[0].pairs[0];
    assert!((pair.dominance.p - 0.015873015873015872).abs() < 1e-12);
    assert!(
        pair.dominance.delta > 0.0,
        "minimax is the worse one of the two"
    );
    let best = statistics::best(&study, "mnist", "wgan_gp").unwrap();
    // numpy.mean and numpy.std(ddof=1) of B: 10.7 and sqrt((.25 + .16 + .81 + .04 + .64) / 4) = 0.6892.
    assert!(
        (best.mean - 10.7).abs() < 1e-12 && (best.std.unwrap() - 0.475_f64.sqrt()).abs() < 1e-12
    );
}

#[test]
fn equal_losses_are_not_told_apart_and_unequal_ones_are() {
    let of = |plan: &Plan| Study::of(&parse(table(plan).as_bytes(), "x.csv").unwrap());
    let mut plan = Plan::equal(1, 5);
    plan.architectures.truncate(1);
    let equal = of(&plan);
    for one in statistics::equalities(&equal, Measure::Fid, Seed(2020)) {
        assert!(one.adjusted > 0.05, "{one:?}");
        let text = sentences::equality(&one, &equal);
        assert!(text.contains("is not rejected"), "{text}");
        // With five seeds no pair of eight losses can reach 0.05 after Holm, and the sentence says so: 2 / 252 · 28 = 0.22.
        assert!(
            text.contains("even full separation of two losses has p = 0.0079"),
            "{text}"
        );
    }
    for level in statistics::levels(&equal, Seed(2020)) {
        let text = sentences::level(&level, &equal);
        assert!(text.contains("VAE: worse than the GANs"), "{text}");
    }
    plan.losses[2].1 = 40.0;
    let unequal = of(&plan);
    for one in statistics::equalities(&unequal, Measure::Fid, Seed(2020)) {
        assert!(one.adjusted < 0.05, "{one:?}");
        assert!(sentences::equality(&one, &unequal).contains("“all GANs are equal” is rejected"));
    }
}

#[test]
fn seeds_of_one_configuration_do_not_count_as_configurations() {
    let of = |n_seeds| {
        let plan = Plan {
            architectures: vec![("dcgan", 1.0)],
            ..Plan::equal(6, n_seeds)
        };
        Study::of(&parse(table(&plan).as_bytes(), "x.csv").unwrap())
    };
    for n_seeds in [1, 4] {
        let all = statistics::equalities(&of(n_seeds), Measure::Fid, Seed(1));
        assert_eq!(all[0].unit, statistics::Unit::Configuration);
        assert!(all[0].n.iter().all(|n| *n == 6), "{:?}", all[0].n);
    }
}

#[test]
fn a_failed_run_ranks_last_and_never_enters_a_mean() {
    let text = "loss,dataset,seed,sample_id,fid,status,reason\n\
        wgan,m,0,0,10,ok,\nwgan,m,1,0,12,ok,\nwgan,m,2,0,,failed,NaN\n\
        hinge,m,0,0,11,ok,\nhinge,m,1,0,13,ok,\nhinge,m,2,0,500,ok,\n";
    let study = Study::of(&parse(text.as_bytes(), "x.csv").unwrap());
    let best = statistics::best(&study, "m", "wasserstein").unwrap();
    assert_eq!((best.mean, best.n_seeds, best.n_failed), (11.0, 2, 1));
    // Pairs (wgan > hinge): 12 > 11 is one, the failure beats all three: 4 of 9, so delta = 2 · 4/9 − 1 = −1/9.
    let all = statistics::equalities(&study, Measure::Fid, Seed(1));
    assert!((all[0].pairs[0].dominance.delta + 1.0 / 9.0).abs() < 1e-12);
    let reasons: Vec<&str> = study.failed().map(|(_, why)| why).collect();
    assert_eq!(reasons, ["NaN"]);
}

#[test]
fn the_learning_rate_is_found_to_matter_and_the_others_are_not() {
    // The synthetic distance depends on the learning rate alone, by a parabola in its power.
    let study = Study::of(&parse(table(&Plan::equal(30, 1)).as_bytes(), "x.csv").unwrap());
    let all = statistics::marginals(&study, Seed(1));
    assert_eq!(all.len(), 6, "three hyper-parameters on two data sets");
    for one in &all {
        let is_rate = one.name == "learning_rate";
        assert_eq!(one.epsilon_squared > 0.26, is_rate, "{one:?}");
        assert_eq!(one.adjusted < 0.01, is_rate, "{one:?}");
    }
    // Precision falls with the distance by a formula: the ranks are exactly turned round.
    for one in statistics::trades(&study, Seed(1)) {
        assert!(one.spearman.rho < -0.99, "{one:?}");
    }
}
