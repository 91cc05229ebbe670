//! Metrics that know the training set: `fld`, `ct_score`, `mifid`.

use gavel::metrics::{Measured, Space};
use gavel::statistics::data_copying::{CellDistances, cell_distances, data_copying};
use gavel::statistics::estimate::{Direction, SetSide};
use gavel::statistics::fld::{Orders, fld};
use gavel::statistics::mann_whitney::MannWhitney;
use gavel::statistics::memorization::cosine_distances;
use ndarray::{Array2, ArrayView2, Axis, concatenate};

use super::{codes, random, run, run_with_train, set};
use crate::golden::{Golden, features, formula, labels};
use crate::shared::close;

/// Rounding of formula data to float32 moves a result by about this much.
const FLOAT32_INPUT: f64 = 1e-6;

/// Rows of `A_gen` that are no copies.
const OWN: usize = 1090;

struct SetA {
    train: Array2<f32>,
    test: Array2<f32>,
    generated: Array2<f32>,
}

fn set_a() -> Option<(Golden, SetA)> {
    let golden = Golden::load("features.json")?;
    Some((
        golden,
        SetA {
            train: features("A_train")?,
            test: features("A_real")?,
            generated: features("A_gen")?,
        },
    ))
}

fn head(values: &Array2<f32>, n: usize) -> ArrayView2<'_, f32> {
    values.slice_axis(Axis(0), (..n).into())
}

fn arrays(name: &str, values: &Array2<f32>) -> Measured {
    set(name, Space::Arrays, values.clone())
}

// C_T.

#[test]
fn ct_with_the_golden_cells_is_met_with_its_cells() {
    let Some((golden, a)) = set_a() else { return };
    let (Some(of_train), Some(of_test), Some(of_generated)) = (
        labels("A_ct_cell_train"),
        labels("A_ct_cell_test"),
        labels("A_ct_cell_gen"),
    ) else {
        return;
    };
    let distances = |samples: &Array2<f32>, labels: &[usize]| {
        cell_distances(samples.view(), labels, a.train.view(), &of_train, 5)
    };
    let found = data_copying(
        &distances(&a.test, &of_test),
        &distances(&a.generated, &of_generated),
    );
    golden.check_part("ct/A", "/C_T", found.value.unwrap());
    for (k, cell) in found.cells.iter().enumerate() {
        golden.check_part("ct/A", &format!("/z/{k}"), cell.z);
        golden.check_part("ct/A", &format!("/U/{k}"), cell.u);
        assert_eq!(golden.item("ct/A")["value"]["kept"][k], cell.is_kept);
    }
    println!("ct/A: standard error {:?}", found.std_error);
}

#[test]
fn ct_of_one_cell_is_met_through_the_registry() {
    let Some((golden, a)) = set_a() else { return };
    let own = head(&a.generated, OWN).to_owned();
    for (id, generated) in [("ct/A/one-cell", &a.generated), ("ct/A-own/one-cell", &own)] {
        let outcome = run_with_train(
            "ct_score",
            &["ct_score.n_cells=1"],
            &arrays("t", &a.train),
            &arrays("r", &a.test),
            &arrays("g", generated),
        )
        .unwrap();
        let row = &outcome.estimates[0];
        golden.check_part(id, "/Z", row.value.unwrap());
        golden.check_part(id, "/U", row.details["cells"][0]["u"].as_f64().unwrap());
        assert_eq!(row.details["one_cell_z"].as_f64(), row.value);
        assert_eq!(
            (row.direction, &row.details["neutral"]),
            (Direction::Neither, &0.0.into())
        );
    }
}

#[test]
fn ct_of_the_formula_data_is_met_and_half_a_pair_lowers_the_mean() {
    let Some(golden) = Golden::load("formula.json") else {
        return;
    };
    let [x, y] = formula();
    let (train, test) = x.view().split_at(Axis(0), 20);
    let distances = |samples: ArrayView2<'_, f64>| {
        let CellDistances(cells) =
            cell_distances(samples, &vec![0; samples.nrows()], train, &[0; 20], 1);
        cells[0].clone()
    };
    let found = MannWhitney::of(&distances(y.view()), &distances(test));
    let id = "ct one cell: U, z plain, z with -0.5";
    golden.check_part(id, "/0", found.u);
    golden.check_part(id, "/2", found.z());
}

#[test]
fn ct_projects_wide_features_and_says_when_a_cell_is_empty() {
    let wide = |seed: u64, n: usize| set("wide", Space::Arrays, random(seed, n, 80));
    let outcome =
        run_with_train("ct_score", &[], &wide(1, 200), &wide(2, 150), &wide(3, 150)).unwrap();
    let row = &outcome.estimates[0];
    assert_eq!(row.details["cells"].as_array().unwrap().len(), 3);
    assert!(row.value.unwrap().abs() < 4.0 && row.std_error.unwrap() > 0.3);
    // A training set with a heap where no test sample is.
    let mut train = random(1, 60, 3);
    train.row_mut(0).fill(1000.0);
    let outcome = run_with_train(
        "ct_score",
        &["ct_score.n_cells=2"],
        &set("t", Space::Arrays, train),
        &set("r", Space::Arrays, random(2, 50, 3)),
        &set("g", Space::Arrays, random(3, 50, 3)),
    )
    .unwrap();
    assert_eq!(
        (outcome.estimates[0].value, codes(&outcome)),
        (None, vec!["absent"])
    );
    assert!(
        outcome.warnings[0]
            .text
            .contains("holds no reference sample")
    );
    assert!(outcome.warnings[0].mend.contains("ct_score.n_cells=1"));
    let few = set("g", Space::Arrays, random(3, 20, 3));
    let train = set("t", Space::Arrays, random(1, 60, 3));
    let outcome =
        run_with_train("ct_score", &["ct_score.n_cells=1"], &train, &train, &few).unwrap();
    assert!(outcome.warnings[0].text.contains("more than 20 generated"));
}

// MiFID.

#[test]
fn mifid_of_the_golden_sets_is_met_with_and_without_the_penalty() {
    let Some((golden, a)) = set_a() else { return };
    let (Some(b_real), Some(b_gen)) = (features("B_real"), features("B_gen")) else {
        return;
    };
    for (name, train, generated) in [("A", &a.train, &a.generated), ("B", &b_real, &b_gen)] {
        // The reference has no part in it.
        let train = arrays("t", train);
        let options = ["mifid.threshold=0.1,0.9"];
        let rows = run_with_train("mifid", &options, &train, &train, &arrays("g", generated))
            .unwrap()
            .estimates;
        for (row, tau) in rows.iter().zip(["0.1", "0.9"]) {
            let id = format!("mifid/{name}/gen-to-real/tau{tau}");
            let number = |name: &str| row.details[name].as_f64().unwrap();
            golden.check_part(&id, "/mifid", row.value.unwrap());
            golden.check_part(
                &id,
                "/mean_min_cosine_distance",
                number("mean_min_cosine_distance"),
            );
            golden.check_part(&id, "/fid", number("frechet_distance"));
            assert_eq!(
                golden.item(&id)["value"]["penalised"],
                row.details["penalised"]
            );
            let other = format!("mifid/{name}/real-to-gen/tau{tau}");
            golden.check_part(
                &other,
                "/mean_min_cosine_distance",
                number("mean_min_cosine_distance_of_train"),
            );
        }
    }
}

#[test]
fn cosine_distances_of_the_formula_data_are_met_both_ways() {
    let Some(golden) = Golden::load("formula.json") else {
        return;
    };
    let [x, y] = formula().map(|values| values.mapv(|v| v as f32));
    let found = cosine_distances(y.view(), x.view());
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    for (id, got) in [
        (
            "mifid/mean min cosine distance, over Y (generated)",
            mean(&found.of_first),
        ),
        (
            "mifid/mean min cosine distance, over X (real; the direction torchmetrics uses)",
            mean(&found.of_second),
        ),
    ] {
        close(
            id,
            got,
            golden.item(id)["value"].as_f64().unwrap(),
            FLOAT32_INPUT,
            0.0,
        );
    }
}

#[test]
fn copies_of_the_training_set_raise_mifid_and_are_shown() {
    let train = random(1, 200, 6);
    let copies = head(&train, 100).to_owned();
    let outcome = run_with_train(
        "mifid",
        &[],
        &arrays("t", &train),
        &arrays("r", &train),
        &arrays("g", &copies),
    )
    .unwrap();
    let row = &outcome.estimates[0];
    // The mean distance is 0, so the score is the distance over 1e-14.
    let distance = row.details["frechet_distance"].as_f64().unwrap();
    close("mifid", row.value.unwrap(), distance * 1e14, 1e-12, 0.0);
    let [of_generated, of_train] = row.evidence.as_slice() else {
        panic!("two rows of pictures");
    };
    assert_eq!(
        (of_generated.side, of_train.side),
        (SetSide::Generated, SetSide::Train)
    );
    assert_eq!(of_generated.rows, of_train.rows);
    let same = run_with_train(
        "mifid",
        &[],
        &arrays("t", &train),
        &arrays("r", &train),
        &arrays("g", &train),
    );
    assert_eq!(same.unwrap().estimates[0].value, Some(0.0));
}

#[test]
fn rows_of_length_zero_have_no_angle() {
    let train = random(1, 100, 4);
    let zeros = Array2::<f32>::zeros((30, 4));
    let some = concatenate![Axis(0), random(2, 70, 4), zeros];
    let outcome = run_with_train(
        "mifid",
        &[],
        &arrays("t", &train),
        &arrays("r", &train),
        &arrays("g", &some),
    )
    .unwrap();
    assert_eq!(outcome.estimates[0].details["n_zero_rows"], 30);
    assert!(outcome.estimates[0].value.is_some());
    let outcome = run_with_train(
        "mifid",
        &[],
        &arrays("t", &train),
        &arrays("r", &train),
        &arrays("g", &zeros),
    )
    .unwrap();
    assert_eq!(
        (outcome.estimates[0].value, codes(&outcome)),
        (None, vec!["absent"])
    );
}

#[test]
fn a_mean_distance_at_the_threshold_is_warned_about_and_widens_the_interval() {
    let (train, generated) = (
        arrays("t", &random(1, 100, 4)),
        arrays("g", &random(2, 100, 4)),
    );
    let first = run_with_train("mifid", &[], &train, &train, &generated).unwrap();
    let mean = first.estimates[0].details["mean_min_cosine_distance"]
        .as_f64()
        .unwrap();
    for (threshold, is_penalised) in [(mean * 1.0001, true), (mean * 0.9999, false)] {
        let option = format!("mifid.threshold={threshold}");
        let outcome = run_with_train("mifid", &[&option], &train, &train, &generated).unwrap();
        let row = &outcome.estimates[0];
        assert_eq!(row.details["penalised"], is_penalised);
        assert_eq!(codes(&outcome), ["mifid_near_threshold"]);
        let (interval, distance) = (
            row.interval.unwrap(),
            row.details["frechet_distance"].as_f64().unwrap(),
        );
        assert!(interval.lower <= distance && interval.upper >= distance / mean);
    }
}

// FLD.

#[test]
fn fld_and_its_gap_are_met() {
    let Some((golden, a)) = set_a() else { return };
    let Some(order) = labels("A_fld_perm_train") else {
        return;
    };
    for (name, n) in [("A", a.generated.nrows()), ("A-own", OWN)] {
        let all: Vec<usize> = (0..n).collect();
        let orders = Orders {
            train: &order,
            generated: &all,
        };
        let found = fld(
            a.train.view(),
            a.test.view(),
            head(&a.generated, n),
            orders,
            true,
        )
        .unwrap();
        golden.check_part(&format!("fld/{name}/nll"), "/nll_test", found.nll_test);
        golden.check_part(
            &format!("fld/{name}/nll"),
            "/baseline_nll_test",
            found.baseline,
        );
        golden.check(&format!("fld/{name}"), found.value);
        golden.check_part(&format!("fld/{name}/gap"), "/gap", found.gap);
        golden.check_part(&format!("fld/{name}/gap"), "/nll_train", found.nll_train);
        println!("{name}: {found:?}");
    }
}

#[test]
fn fld_is_small_for_fresh_samples_and_its_gap_is_far_below_zero_for_copies() {
    let (train, test) = (random(1, 400, 5), random(2, 300, 5));
    let far = random(3, 300, 5).mapv(|v| 3.0 * v + 2.0);
    let copies = head(&train, 300).to_owned();
    let score = |generated: &Array2<f32>| {
        let rows = run_with_train(
            "fld",
            &[],
            &arrays("t", &train),
            &arrays("r", &test),
            &arrays("g", generated),
        )
        .unwrap()
        .estimates;
        assert_eq!(
            (rows[0].id.as_str(), rows[1].id.as_str()),
            ("fld", "fld_gap")
        );
        [rows[0].value.unwrap(), rows[1].value.unwrap()]
    };
    let [fresh, far, copied] = [&random(4, 300, 5), &far, &copies].map(score);
    assert!(fresh[0].abs() < 10.0, "{fresh:?}");
    assert!(far[0] > fresh[0] + 10.0, "{far:?}");
    assert!(copied[1] < fresh[1] - 50.0, "{copied:?}");
}

#[test]
fn fld_of_hardly_any_samples_has_no_value_and_of_constant_ones_a_finite_one() {
    let many = arrays("t", &random(1, 50, 3));
    let one = arrays("one", &random(2, 1, 3));
    let outcome = run_with_train("fld", &[], &many, &one, &many).unwrap();
    assert_eq!(codes(&outcome), ["absent"]);
    assert!(outcome.estimates.iter().all(|row| row.value.is_none()));
    let outcome = run_with_train("fld", &[], &many, &many, &one).unwrap();
    assert!(outcome.estimates[0].value.unwrap().is_finite());
    assert_eq!(outcome.estimates[0].std_error, None);
    let constant = arrays("c", &Array2::from_elem((40, 3), 1.0));
    let narrow = arrays("n", &random(5, 40, 3).mapv(|v| 1e-30 * v));
    for sets in [
        [&constant, &constant, &constant],
        [&many, &narrow, &many],
        [&constant, &many, &many],
        [&many, &constant, &many],
    ] {
        let rows = run_with_train("fld", &[], sets[0], sets[1], sets[2])
            .unwrap()
            .estimates;
        assert!(
            rows.iter().all(|row| row.value.unwrap().is_finite()),
            "{rows:?}"
        );
    }
}

// All of them.

#[test]
fn without_a_training_set_they_say_so() {
    let side = arrays("x", &random(1, 30, 3));
    let outcome = run("fld,ct_score,mifid", &[], &side, &side).unwrap();
    for row in &outcome.estimates {
        assert_eq!(row.why_absent.as_deref(), Some("no training set was given"));
    }
    assert!(
        outcome
            .warnings
            .iter()
            .all(|warning| warning.mend.contains("--train"))
    );
}
