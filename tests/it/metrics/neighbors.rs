//! Precision, recall, density, coverage, realism, authenticity and 1-NN through the registry: golden values, conventions,
//! hand-made cases, bad input.

use gavel::metrics::{
    Generated, Inputs, Measured, Outcome, Reference, Settings, Space, Train, evaluate, select,
};
use gavel::rng::Seed;
use ndarray::{Array2, Axis, Slice};

use super::{codes, random, run, set};
use crate::golden::{Golden, features, formula};

/// Sets of shape [n, 1] from numbers.
fn line(name: &str, values: &[f32]) -> Measured {
    let values = Array2::from_shape_vec((values.len(), 1), values.to_vec()).unwrap();
    set(name, Space::Arrays, values)
}

fn golden_sets(n_generated: usize) -> Option<[Measured; 3]> {
    let (real, made, seen) = (
        features("A_real")?,
        features("A_gen")?,
        features("A_train")?,
    );
    let made = made
        .slice_axis(Axis(0), Slice::from(..n_generated))
        .to_owned();
    Some([
        set("r", Space::Arrays, real),
        set("g", Space::Arrays, made),
        set("t", Space::Arrays, seen),
    ])
}

fn formula_sets(n_reference: usize) -> [Measured; 2] {
    let [x, y] = formula().map(|values| values.mapv(|v| v as f32));
    let x = x.slice_axis(Axis(0), Slice::from(..n_reference)).to_owned();
    [set("x", Space::Arrays, x), set("y", Space::Arrays, y)]
}

fn trained(
    list: &str,
    reference: Option<&Measured>,
    generated: &Measured,
    train: &Measured,
) -> Outcome {
    let inputs = Inputs::new(
        reference.map(Reference),
        Generated(generated),
        Seed::DEFAULT,
    )
    .unwrap()
    .with_train(Some(Train(train)))
    .unwrap();
    evaluate(&select(list).unwrap(), &inputs, &Settings::default()).unwrap()
}

/// The values of the rows, by the order of the card's ids.
fn values(outcome: &Outcome) -> Vec<f64> {
    outcome
        .estimates
        .iter()
        .map(|row| row.value.unwrap_or(f64::NAN))
        .collect()
}

const PARTS: [&str; 4] = ["/precision", "/recall", "/density", "/coverage"];

#[test]
fn prdc_meets_the_golden_counts_under_both_conventions() {
    let (Some(golden), Some([real, made, _]), Some([_, own, _])) = (
        Golden::load("features.json"),
        golden_sets(1200),
        golden_sets(1090),
    ) else {
        return;
    };
    let options = ["prdc.nearest_k=3,5", "prdc.boundary=strict,inclusive"];
    let rows = run("prdc", &options, &real, &made).unwrap();
    for (number, id) in ["k3/lt", "k3/le", "k5/lt", "k5/le"].iter().enumerate() {
        for (part, pointer) in PARTS.iter().enumerate() {
            let got = rows.estimates[4 * number + part].value.unwrap();
            golden.check_part(&format!("prdc/A/{id}"), pointer, got);
        }
    }
    let rows = run("prdc", &options[..1], &real, &own).unwrap();
    for (number, id) in ["k3/lt", "k5/lt"].iter().enumerate() {
        for (part, pointer) in PARTS.iter().enumerate() {
            let got = rows.estimates[4 * number + part].value.unwrap();
            golden.check_part(&format!("prdc/A-own/{id}"), pointer, got);
        }
    }
}

#[test]
fn precision_and_recall_are_by_default_those_of_torch_fidelity() {
    let (Some(golden), Some([real, made, _])) = (Golden::load("features.json"), golden_sets(1200))
    else {
        return;
    };
    let rows = run("precision_recall", &[], &real, &made).unwrap();
    golden.check_part(
        "prdc/A/k3/le",
        "/precision",
        rows.estimates[0].value.unwrap(),
    );
    golden.check_part("prdc/A/k3/le", "/recall", rows.estimates[1].value.unwrap());
    let strict = ["precision_recall.boundary=strict"];
    let rows = run("precision_recall", &strict, &real, &made).unwrap();
    golden.check_part(
        "prdc/A/k3/lt",
        "/precision",
        rows.estimates[0].value.unwrap(),
    );
}

#[test]
fn prdc_meets_the_values_of_the_formula_data() {
    let Some(golden) = Golden::load("formula.json") else {
        return;
    };
    let [x, y] = formula_sets(40);
    let check = |id: &str, options: &[&str], reference: &Measured, generated: &Measured| {
        let rows = run("prdc", options, reference, generated).unwrap();
        for (part, got) in values(&rows).iter().enumerate() {
            golden.check_part(id, &format!("/{part}"), *got);
        }
    };
    for k in [1, 3, 5] {
        check(
            &format!("prdc/k{k}/lt"),
            &[&format!("prdc.nearest_k={k}")],
            &x,
            &y,
        );
    }
    let six = line("six", &[2.5; 6]);
    for (boundary, id) in [("strict", "lt"), ("inclusive", "le")] {
        let options = [
            "prdc.nearest_k=3".to_owned(),
            format!("prdc.boundary={boundary}"),
        ];
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        check(&format!("prdc/self/k3/{id}"), &options, &x, &x);
        check(&format!("prdc/six-identical/k3/{id}"), &options, &six, &six);
    }
}

#[test]
fn expected_coverage_stands_beside_coverage() {
    let Some(golden) = Golden::load("formula.json") else {
        return;
    };
    let (x, y) = (
        set("r", Space::Arrays, random(1, 100, 3)),
        set("g", Space::Arrays, random(2, 100, 3)),
    );
    let rows = run("prdc", &[], &x, &y).unwrap();
    let expected = |row: usize| {
        rows.estimates[row].details["expected_if_equal"]
            .as_f64()
            .unwrap()
    };
    golden.check_part(
        "expected coverage k=5, N=M=10000 and 100",
        "/1",
        expected(3),
    );
    assert_eq!(expected(2), 1.0);
    // Both sets are of one distribution.
    assert!((rows.estimates[3].value.unwrap() - expected(3)).abs() < 0.1);
    assert!((rows.estimates[2].value.unwrap() - 1.0).abs() < 0.3);
}

#[test]
fn a_tight_generated_set_inside_a_wide_real_one_is_precise_and_recalls_nothing() {
    let wide = set("r", Space::Arrays, random(1, 300, 4));
    let tight = set("g", Space::Arrays, random(2, 300, 4) * 0.01);
    let rows = run("precision_recall,prdc", &[], &wide, &tight).unwrap();
    for pair in [[0, 1], [2, 3]] {
        assert!(rows.estimates[pair[0]].value.unwrap() > 0.99, "precision");
        assert!(rows.estimates[pair[1]].value.unwrap() < 0.05, "recall");
    }
    assert!(rows.estimates[5].value.unwrap() < 0.2, "coverage");
    let turned = run("precision_recall", &[], &tight, &wide).unwrap();
    assert!(turned.estimates[0].value.unwrap() < 0.05 && turned.estimates[1].value.unwrap() > 0.99);
}

#[test]
fn a_row_on_the_surface_of_a_ball_is_inside_only_where_the_convention_says_so() {
    // k = 1: the balls of 0 and 2 have radius 2, that of 10 radius 8: -2 is on the surface of the ball of 0 and outside
    // the others, -2.5 is outside all.
    let (real, made) = (line("r", &[0.0, 2.0, 10.0]), line("g", &[-2.0, -2.5]));
    let precision = |options: &[&str]| {
        let rows = run("prdc", options, &real, &made).unwrap();
        (values(&rows)[0], values(&rows)[2], values(&rows)[3])
    };
    assert_eq!(precision(&["prdc.nearest_k=1"]), (0.0, 0.0, 0.0));
    // Inclusive: -2 in one ball: precision 1/2, density 1 / (1 * 2), coverage 1/3.
    assert_eq!(
        precision(&["prdc.nearest_k=1", "prdc.boundary=inclusive"]),
        (0.5, 0.5, 1.0 / 3.0)
    );
}

#[test]
fn the_row_itself_is_not_its_nearest_neighbour() {
    // k = 1 with oneself counted would make every radius 0.
    let (real, made) = (line("r", &[0.0, 1.0]), line("g", &[0.5, 0.6]));
    let rows = run("prdc", &["prdc.nearest_k=1"], &real, &made).unwrap();
    assert_eq!(values(&rows)[0], 1.0);
}

#[test]
fn rows_tell_how_often_float64_decided() {
    let (x, y) = (
        set("r", Space::Arrays, random(1, 200, 8)),
        set("g", Space::Arrays, random(2, 100, 8)),
    );
    let rows = run("prdc", &[], &x, &y).unwrap();
    let detail = |name: &str| rows.estimates[0].details[name].as_u64().unwrap();
    // 200 * 100 + 200 * 199 / 2 + 100 * 99 / 2.
    assert_eq!(detail("pairs"), 44_850);
    // The radii of 300 rows at least, and not many more.
    assert!(
        (1500..4000).contains(&detail("settled_pairs")),
        "{}",
        detail("settled_pairs")
    );
}

#[test]
fn values_do_not_depend_on_what_else_was_asked_for() {
    let (x, y) = (
        set("r", Space::Arrays, random(1, 120, 6)),
        set("g", Space::Arrays, random(2, 120, 6)),
    );
    let together = run(
        "precision_recall,prdc,realism,one_nn",
        &["prdc.nearest_k=5,20"],
        &x,
        &y,
    )
    .unwrap();
    let apart = ["one_nn", "precision_recall", "prdc", "realism"]
        .map(|name| run(name, &[], &x, &y).unwrap());
    let apart: Vec<_> = apart
        .iter()
        .flat_map(|outcome| &outcome.estimates)
        .collect();
    let shared: Vec<_> = together
        .estimates
        .iter()
        .filter(|row| row.params.get("nearest_k").is_none_or(|k| k != 20))
        .collect();
    assert_eq!(shared.len(), apart.len());
    for (a, b) in shared.iter().zip(apart) {
        assert_eq!((&a.id, a.value), (&b.id, b.value));
        // A longer list of neighbours knows the radii of a few more halves.
        assert!(
            (a.std_error.unwrap() / b.std_error.unwrap() - 1.0).abs() < 0.05,
            "{}",
            a.id
        );
    }
}

#[test]
fn realism_meets_the_golden_values() {
    let (Some(golden), Some([real, made, _]), Some([_, own, _])) = (
        Golden::load("features.json"),
        golden_sets(1200),
        golden_sets(1090),
    ) else {
        return;
    };
    for k in [3, 5] {
        let nearest = format!("realism.nearest_k={k}");
        let options = [nearest.as_str(), "realism.trim=median,none"];
        let rows = run("realism", &options, &real, &own).unwrap().estimates;
        for (row, id) in rows.iter().zip(["", "-untrimmed"]) {
            let id = format!("realism/A/k{k}/unsquared{id}");
            golden.check_part(&id, "/mean", row.value.unwrap());
            golden.check_part(&id, "/max", row.details["max"].as_f64().unwrap());
        }
        let inside = rows[0].details["share_inside"].as_f64().unwrap();
        golden.check_part(&format!("realism/A/k{k}/unsquared"), "/share_ge_1", inside);
        let options = [nearest.as_str(), "realism.form=squared"];
        let row = &run("realism", &options, &real, &made).unwrap().estimates[0];
        let id = format!("realism/A/k{k}/squared-legacy");
        golden.check_part(&id, "/mean", row.value.unwrap());
        golden.check_part(&id, "/max", row.details["max"].as_f64().unwrap());
    }
}

#[test]
fn realism_of_single_images_is_in_the_evidence() {
    // k = 1: radii 1, 1, 4, 4 with median 2.5, so the balls of 0 and 1 stay. 0.25 is at 0.25 of 0: realism 4. 3 is at 2 of
    // 1: realism 1/2. Mean 2.25.
    let (real, made) = (line("r", &[0.0, 1.0, 10.0, 14.0]), line("g", &[3.0, 0.25]));
    let row = &run("realism", &["realism.nearest_k=1"], &real, &made)
        .unwrap()
        .estimates[0];
    assert_eq!(row.value, Some(2.25));
    assert_eq!(
        (&row.evidence[0].rows, &row.evidence[1].rows),
        (&vec![1, 0], &vec![0, 1])
    );
    // Without trimming the ball of 10 (radius 4, distance 7 from 3) is no better: 4/7 > 1/2 for 3. Mean (4/7 + 4) / 2.
    let options = ["realism.nearest_k=1", "realism.trim=none"];
    let row = &run("realism", &options, &real, &made).unwrap().estimates[0];
    assert!((row.value.unwrap() - f64::midpoint(4.0 / 7.0, 4.0)).abs() < 1e-12);
}

#[test]
fn a_copy_of_a_reference_image_does_not_make_realism_infinite() {
    let (real, made) = (line("r", &[0.0, 1.0, 10.0, 14.0]), line("g", &[1.0, 0.25]));
    let outcome = run("realism", &["realism.nearest_k=1"], &real, &made).unwrap();
    assert_eq!(outcome.estimates[0].value, Some(4.0));
    assert_eq!(codes(&outcome), ["realism_infinite"]);
    let outcome = run(
        "realism",
        &["realism.nearest_k=1"],
        &real,
        &line("g", &[1.0, 0.0]),
    )
    .unwrap();
    assert_eq!(
        (outcome.estimates[0].value, codes(&outcome)),
        (None, vec!["absent"])
    );
}

#[test]
fn authenticity_meets_the_golden_values() {
    let (Some(golden), Some([real, made, seen])) =
        (Golden::load("features.json"), golden_sets(1200))
    else {
        return;
    };
    let outcome = trained("authenticity", Some(&real), &made, &seen);
    let row = &outcome.estimates[0];
    golden.check_part("authpct/A", "/percent", row.value.unwrap());
    golden.check_part(
        "copies/A",
        "/zero_distance",
        row.details["n_copies"].as_f64().unwrap(),
    );
    // Held-out images are no copies: the neutral value is above that of a set with copies.
    assert!(row.details["neutral"].as_f64().unwrap() > row.value.unwrap());
    assert!(row.interval.unwrap().upper <= 100.0);

    let formula = Golden::load("formula.json").unwrap();
    let [x, y] = formula_sets(40);
    let outcome = trained("authenticity", None, &y, &x);
    formula.check("authpct", outcome.estimates[0].value.unwrap());
    assert_eq!(codes(&outcome), ["authenticity_not_calibrated"]);
}

#[test]
fn an_image_as_far_as_the_training_images_are_apart_is_not_authentic() {
    // Training rows 0, 1, 10: the nearest other of 1 is at 1. 2 is at exactly 1 from 1: not authentic. 2.5 is. 1 is a copy.
    let train = line("t", &[0.0, 1.0, 10.0]);
    let generated = line("g", &[2.0, 2.5, 1.0, 2.75]);
    let row = &trained("authenticity", None, &generated, &train).estimates[0];
    assert_eq!(row.value, Some(50.0));
    assert_eq!(row.details["n_copies"], 1);
    assert_eq!(row.evidence[0].rows, [2, 0, 1, 3]);
    assert_eq!(row.evidence[1].rows, [1, 1, 1, 1]);
}

#[test]
fn one_nn_meets_the_golden_values() {
    let Some(golden) = Golden::load("features.json") else {
        return;
    };
    let (Some(real), Some(made)) = (features("A_real"), features("A_gen")) else {
        return;
    };
    for (id, n) in [("one-nn/A", 1200), ("one-nn/A-own", 1090)] {
        let cut = |values: &Array2<f32>| {
            set(
                "s",
                Space::Arrays,
                values.slice_axis(Axis(0), Slice::from(..n)).to_owned(),
            )
        };
        let row = &run(
            "one_nn",
            &["one_nn.n_permutations=99"],
            &cut(&real),
            &cut(&made),
        )
        .unwrap()
        .estimates[0];
        golden.check_part(id, "/all", row.value.unwrap());
        golden.check_part(
            id,
            "/real",
            row.details["accuracy_reference"].as_f64().unwrap(),
        );
        golden.check_part(
            id,
            "/gen",
            row.details["accuracy_generated"].as_f64().unwrap(),
        );
        // No permutation comes near: (1 + 0) / (1 + 99).
        assert_eq!(row.details["p_value"], 0.01);
    }
    let formula = Golden::load("formula.json").unwrap();
    let [x, y] = formula_sets(36);
    let row = &run("one_nn", &[], &x, &y).unwrap().estimates[0];
    formula.check_part(
        "one-nn real, fake, all",
        "/0",
        row.details["accuracy_reference"].as_f64().unwrap(),
    );
    formula.check_part(
        "one-nn real, fake, all",
        "/1",
        row.details["accuracy_generated"].as_f64().unwrap(),
    );
    formula.check_part("one-nn real, fake, all", "/2", row.value.unwrap());
}

#[test]
fn the_first_in_the_order_real_generated_wins_a_tie() {
    // Real 0 and 2, generated 1 and 1: each real row is at 1 of the generated and 2 of the real row: wrong. Each generated
    // row is at 0 of the other: right. Then generated 0 and 2 on top of the real rows, which are at 0 of them: the real
    // rows are wrong, and so are the generated ones.
    let accuracies = |real: &[f32], made: &[f32]| {
        let row = &run(
            "one_nn",
            &["one_nn.n_permutations=9"],
            &line("r", real),
            &line("g", made),
        )
        .unwrap()
        .estimates[0];
        (
            row.details["accuracy_reference"].as_f64().unwrap(),
            row.details["accuracy_generated"].as_f64().unwrap(),
        )
    };
    assert_eq!(accuracies(&[0.0, 2.0], &[1.0, 1.0]), (0.0, 1.0));
    assert_eq!(accuracies(&[0.0, 2.0], &[0.0, 2.0]), (0.0, 0.0));
    // All four equal: the first row's first other is real; every other's first is the first row, real.
    assert_eq!(accuracies(&[5.0, 5.0], &[5.0, 5.0]), (1.0, 0.0));
}

#[test]
fn a_permutation_test_on_equal_sets_is_not_significant_and_memorised_sets_are() {
    let (x, y) = (random(1, 150, 5), random(2, 150, 5));
    let p = |x: &Array2<f32>, y: &Array2<f32>| {
        let (x, y) = (
            set("r", Space::Arrays, x.clone()),
            set("g", Space::Arrays, y.clone()),
        );
        run("one_nn", &["one_nn.n_permutations=199"], &x, &y)
            .unwrap()
            .estimates[0]
            .details["p_value"]
            .as_f64()
            .unwrap()
    };
    assert!(p(&x, &y) > 0.05);
    // Every generated row on a real one: accuracy near 0 is as telling as near 1.
    assert_eq!(p(&x, &(&x + 1e-4)), 0.005);
}

#[test]
fn sets_of_different_sizes_are_equalised_by_the_seed() {
    let (x, y) = (
        set("r", Space::Arrays, random(1, 90, 4)),
        set("g", Space::Arrays, random(2, 60, 4)),
    );
    let row = &run("one_nn", &[], &x, &y).unwrap().estimates[0];
    assert_eq!(row.details["n_each"], 60);
    assert_eq!(
        run("one_nn", &[], &x, &y).unwrap().estimates[0].value,
        row.value
    );
}

// Bad input.

#[test]
fn a_k_that_is_not_below_the_number_of_samples_gives_rows_without_a_value() {
    let (many, five) = (
        set("r", Space::Arrays, random(1, 30, 3)),
        set("g", Space::Arrays, random(2, 5, 3)),
    );
    // Recall needs the 5-th nearest of 5 generated rows: there are 4 others. The other rows need the reference alone.
    let outcome = run("prdc", &[], &many, &five).unwrap();
    let absent: Vec<bool> = outcome
        .estimates
        .iter()
        .map(|row| row.value.is_none())
        .collect();
    assert_eq!(absent, [false, true, false, false]);
    assert!(
        outcome.estimates[1]
            .why_absent
            .as_ref()
            .unwrap()
            .contains("5 generated")
    );
    assert_eq!(codes(&outcome), ["absent"]);
    let outcome = run("prdc,realism", &["realism.nearest_k=5"], &five, &many).unwrap();
    let absent: Vec<bool> = outcome
        .estimates
        .iter()
        .map(|row| row.value.is_none())
        .collect();
    assert_eq!(absent, [true, false, true, true, true]);
    let one = set("o", Space::Arrays, random(3, 1, 3));
    let outcome = run("precision_recall,prdc,realism,one_nn", &[], &one, &one).unwrap();
    assert!(
        outcome
            .estimates
            .iter()
            .all(|row| row.value.is_none() && row.why_absent.is_some())
    );
    let outcome = trained("authenticity", None, &five, &one);
    assert_eq!(outcome.estimates[0].value, None);
}

#[test]
fn constant_duplicated_and_absurd_features_give_defined_values() {
    let zeros = set("z", Space::Arrays, Array2::zeros((40, 3)));
    let mut doubled = random(1, 40, 3);
    for row in 20..40 {
        let copy = doubled.row(row - 20).to_owned();
        doubled.row_mut(row).assign(&copy);
    }
    let doubled = set("d", Space::Arrays, doubled);
    let huge = set(
        "h",
        Space::Arrays,
        random(2, 40, 3).mapv(|v| v.signum() * 3e38),
    );
    let tiny = set("t", Space::Arrays, random(3, 40, 3) * 1e-40);
    let sets = [&zeros, &doubled, &huge, &tiny];
    for reference in sets {
        for generated in sets {
            let inputs = Inputs::new(Some(Reference(reference)), Generated(generated), Seed(1))
                .unwrap()
                .with_train(Some(Train(reference)))
                .unwrap();
            let list = select("precision_recall,prdc,realism,authenticity,one_nn").unwrap();
            let outcome = evaluate(&list, &inputs, &Settings::default()).unwrap();
            for row in &outcome.estimates {
                let numbers = [row.value, row.std_error, row.interval.map(|i| i.upper)];
                assert!(
                    numbers.iter().flatten().all(|x| x.is_finite()),
                    "{} of {} against {}",
                    row.id,
                    generated.name(),
                    reference.name()
                );
                assert!(row.value.is_some() || row.why_absent.is_some());
            }
        }
    }
}

#[test]
fn intervals_of_shares_stay_in_their_range_and_have_a_width_at_the_ends() {
    let (near, far) = (
        set("r", Space::Arrays, random(1, 100, 3)),
        set("g", Space::Arrays, random(2, 100, 3) + 1000.0),
    );
    let rows = run("prdc", &[], &near, &far).unwrap().estimates;
    for row in &rows {
        let interval = row.interval.unwrap();
        assert_eq!((row.value, interval.lower), (Some(0.0), 0.0), "{}", row.id);
        // Nothing of 100: Wilson's upper end is 3.84 / 103.84.
        assert!((interval.upper - 0.037).abs() < 1e-3, "{}", row.id);
    }
}
