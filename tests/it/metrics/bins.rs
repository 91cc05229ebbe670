//! `prd` and `ndb`: histograms over clusters.

use gavel::error::Kind;
use gavel::metrics::Space;
use gavel::statistics::bins::{Histograms, jensen_shannon};
use gavel::statistics::estimate::{Direction, SetSide};
use gavel::statistics::kmeans::assign;
use gavel::statistics::prd::{Labels, curve, slopes};
use gavel::statistics::proportions::{two_proportion_z, two_sided_p};
use ndarray::Array2;

use super::{codes, random, run, set};
use crate::golden::{Golden, features, labels};

const EVALUATED: [f64; 4] = [0.1, 0.2, 0.3, 0.4];
const REFERENCE: [f64; 4] = [0.4, 0.4, 0.1, 0.1];

// PRD.

#[test]
fn the_golden_curve_and_its_f_values_are_met() {
    let Some(golden) = Golden::load("features.json") else {
        return;
    };
    let (Some(evaluated), Some(reference)) =
        (labels("A_prd_labels_gen"), labels("A_prd_labels_real"))
    else {
        return;
    };
    let slopes = slopes(1001);
    let forward = Labels {
        evaluated,
        reference,
    };
    let found = forward.curve(20, &slopes);
    golden.check_part("prd/A", "/F8_recall", found.max_f(8.0));
    golden.check_part("prd/A", "/F1~18_precision", found.max_f(0.125));
    for (k, index) in (0..=1000).step_by(100).enumerate() {
        golden.check_part("prd/A", &format!("/precision/{k}"), found.precision[index]);
        golden.check_part("prd/A", &format!("/recall/{k}"), found.recall[index]);
    }
    let swapped = Labels {
        evaluated: forward.reference,
        reference: forward.evaluated,
    }
    .curve(20, &slopes);
    golden.check_part("prd/A/swapped", "/F8_recall", swapped.max_f(8.0));
    golden.check_part("prd/A/swapped", "/F1~18_precision", swapped.max_f(0.125));
}

#[test]
fn the_formula_values_of_prd_jsd_and_the_z_test_are_met() {
    let Some(golden) = Golden::load("formula.json") else {
        return;
    };
    let found = curve(&EVALUATED, &REFERENCE, &slopes(1001));
    golden.check_part("prd max F8, max F1/8", "/0", found.max_f(8.0));
    golden.check_part("prd max F8, max F1/8", "/1", found.max_f(0.125));
    golden.check_part("prd at index 500", "/0", found.precision[500]);
    golden.check_part("prd at index 500", "/1", found.recall[500]);
    golden.check("jsd nats", jensen_shannon(&EVALUATED, &REFERENCE));
    for (k, (p, q)) in EVALUATED.iter().zip(&REFERENCE).enumerate() {
        let z = two_proportion_z(*p, *q, 1000.0, 1000.0);
        golden.check_part("two-proportion z", &format!("/{k}"), z);
    }
}

/// Three heaps, of which the generator fills one.
fn collapsed() -> [Array2<f32>; 2] {
    let heap = |seed: u64, centre: usize| {
        let mut values = random(seed, 80, 3);
        values
            .column_mut(0)
            .mapv_inplace(|v| v + 40.0 * centre as f32);
        values
    };
    let reference = ndarray::concatenate![ndarray::Axis(0), heap(1, 0), heap(2, 1), heap(3, 2)];
    let mut generated = random(4, 240, 3);
    generated.column_mut(0).mapv_inplace(|v| v + 40.0);
    [reference, generated]
}

#[test]
fn f8_is_recall_and_f1_8_precision_of_the_generated_set() {
    let [reference, generated] = collapsed();
    let (reference, generated) = (
        set("r", Space::Arrays, reference),
        set("g", Space::Arrays, generated),
    );
    let rows = run("prd", &["prd.n_clusters=3"], &reference, &generated)
        .unwrap()
        .estimates;
    assert_eq!(
        (rows[0].id.as_str(), rows[1].id.as_str()),
        ("prd_f8", "prd_f1_8")
    );
    // Shares (1/3, 1/3, 1/3) and (0, 1, 0). At slope λ < 3: precision λ/3, recall 1/3. At λ ≥ 3 precision 1, recall 1/λ.
    // F8 = 65 p r / (64 p + r) rises with p to 65/3 / (64 + 1/3) = 0.3368 at λ = 3;
    // F1/8 = (65/64) p r / (p/64 + r) at the same point is (65/64)/3 / (1/64 + 1/3) = 0.9701.
    let (f8, f1_8) = (rows[0].value.unwrap(), rows[1].value.unwrap());
    assert!((f8 - 0.336_8).abs() < 2e-3, "{f8}");
    assert!((f1_8 - 0.970_1).abs() < 2e-3, "{f1_8}");
    for row in &rows {
        let interval = row.interval.unwrap();
        assert!(interval.lower <= row.value.unwrap() && interval.upper <= 1.0);
        let points = row.details["curve_precision"].as_array().unwrap().len();
        assert!((91..=101).contains(&points), "{points}");
        assert_eq!(row.direction, Direction::Higher);
    }
}

#[test]
fn prd_takes_as_many_samples_of_one_side_as_of_the_other() {
    let (reference, generated) = (
        set("r", Space::Arrays, random(1, 120, 3)),
        set("g", Space::Arrays, random(2, 70, 3)),
    );
    let outcome = run("prd", &["prd.n_runs=2"], &reference, &generated).unwrap();
    assert_eq!(outcome.estimates[0].details["n_used"], 70);
    assert_eq!(codes(&outcome), ["prd_balanced"]);
    let few = set("few", Space::Arrays, random(2, 19, 3));
    let outcome = run("prd", &[], &reference, &few).unwrap();
    assert_eq!(
        (outcome.estimates[1].value, codes(&outcome)),
        (None, vec!["absent"])
    );
    assert!(outcome.warnings[0].mend.contains("prd.n_clusters=9"));
    let refused = run("prd", &["prd.n_angles=2000000"], &reference, &generated).unwrap_err();
    assert_eq!(refused.kind(), Kind::Usage);
}

#[test]
fn sets_without_any_difference_have_full_precision_and_recall() {
    let constant = set("c", Space::Arrays, Array2::from_elem((50, 3), 2.0));
    for row in run("prd", &[], &constant, &constant).unwrap().estimates {
        assert!((row.value.unwrap() - 1.0).abs() < 1e-6);
        assert!(row.interval.unwrap().upper <= 1.0);
    }
}

// NDB and JSD.

#[test]
fn the_golden_bins_are_met() {
    let Some(golden) = Golden::load("features.json") else {
        return;
    };
    let (Some(train), Some(generated)) = (labels("A_ndb_bin_train"), labels("A_ndb_bin_gen"))
    else {
        return;
    };
    let histograms = Histograms::of(&train, &generated, 40);
    let different = histograms.different_bins();
    golden.check_part("ndb/A", "/ndb", different.count as f64);
    golden.check_part("ndb/A", "/ndb_over_k", different.share);
    golden.check_part("ndb/A", "/jsd_nats", histograms.divergence().value);
    let beyond = different.z.iter().filter(|z| z.abs() > 2.0).count();
    golden.check_part("ndb/A", "/ndb_z_gt_2", beyond as f64);
    for (k, (z, p)) in different.z.iter().zip(&different.p_values).enumerate() {
        golden.check_part("ndb/A", &format!("/z/{k}"), *z);
        golden.check_part("ndb/A", &format!("/p_values/{k}"), *p);
    }
    let (Some(samples), Some(centres)) = (features("A_gen"), features("A_ndb_centres")) else {
        return;
    };
    let assigned = assign(samples.view(), centres.mapv(f64::from).view());
    let agree = assigned
        .iter()
        .zip(&generated)
        .filter(|(a, b)| a == b)
        .count();
    golden.check_part(
        "ndb/A/assignment",
        "/agree_with_A_ndb_bin_gen",
        agree as f64,
    );
}

#[test]
fn the_z_test_is_exact_in_the_far_tail() {
    let Some(golden) = Golden::load("features.json") else {
        return;
    };
    let cases = golden.item("two-proportion-z")["params"]["cases"]
        .as_array()
        .unwrap();
    for (k, case) in cases.iter().enumerate() {
        let part = |i: usize| case[i].as_f64().unwrap();
        let z = two_proportion_z(part(0), part(1), part(2), part(3));
        golden.check_part("two-proportion-z", &format!("/z/{k}"), z);
        golden.check_part(
            "two-proportion-z",
            &format!("/p_two_sided/{k}"),
            two_sided_p(z),
        );
    }
}

#[test]
fn bins_are_made_of_the_reference_and_show_what_is_missing() {
    let [reference, generated] = collapsed();
    let (reference, generated) = (
        set("r", Space::Arrays, reference),
        set("g", Space::Arrays, generated),
    );
    let outcome = run("ndb", &["ndb.n_bins=3"], &reference, &generated).unwrap();
    let [ndb, jsd] = outcome.estimates.as_slice() else {
        panic!("two rows");
    };
    assert_eq!((ndb.id.as_str(), jsd.id.as_str()), ("ndb", "jsd"));
    // All three bins differ: two are empty, the third has everything.
    assert_eq!(
        (ndb.value, ndb.details["ndb"].as_u64()),
        (Some(1.0), Some(3))
    );
    assert_eq!(
        (
            ndb.details["n_over"].as_u64(),
            ndb.details["n_under"].as_u64()
        ),
        (Some(1), Some(2))
    );
    assert_eq!(ndb.details["neutral"], 0.05);
    // p = (1/3, 1/3, 1/3), q = (0, 1, 0): m = (1/6, 2/3, 1/6);
    // JSD = 1/2 (2/3 ln 2 + 1/3 ln (1/2)) + 1/2 ln (3/2) = 1/6 ln 2 + 1/2 ln 1.5 = 0.318257.
    assert!((jsd.value.unwrap() - 0.318_257).abs() < 1e-6);
    assert!(jsd.interval.unwrap().upper <= std::f64::consts::LN_2);
    // The overfull bin first: the reference's rows 80 to 159 are in it.
    let first = &ndb.evidence[0];
    assert_eq!((first.side, first.rows.len()), (SetSide::Reference, 8));
    assert!(first.rows.iter().all(|row| (80..160).contains(row)));
    assert!(
        first
            .label
            .contains("33.3 % of the reference, 100.0 % generated"),
        "{}",
        first.label
    );
    assert_eq!(ndb.evidence[1].side, SetSide::Generated);
    // Bins that the generator left out have reference rows alone.
    assert_eq!(ndb.evidence.len(), 4);
    assert!(
        ndb.evidence[2..]
            .iter()
            .all(|shown| shown.side == SetSide::Reference)
    );
}

#[test]
fn bins_shrink_by_themselves_but_not_against_an_order() {
    let (reference, generated) = (
        set("r", Space::Arrays, random(1, 300, 4)),
        set("g", Space::Arrays, random(2, 205, 4)),
    );
    let outcome = run("ndb", &[], &reference, &generated).unwrap();
    assert_eq!(outcome.estimates[0].params["n_bins"], 20);
    assert_eq!(codes(&outcome), ["ndb_bins_reduced"]);
    let outcome = run("ndb", &["ndb.n_bins=21"], &reference, &generated).unwrap();
    assert_eq!(
        (outcome.estimates[0].value, codes(&outcome)),
        (None, vec!["absent"])
    );
    assert!(outcome.warnings[0].mend.contains("ndb.n_bins=20"));
    let few = set("few", Space::Arrays, random(3, 19, 4));
    let outcome = run("ndb", &[], &few, &generated).unwrap();
    assert!(outcome.warnings[0].mend.contains("at least 20 images"));
    let constant = set("c", Space::Arrays, Array2::zeros((100, 4)));
    let outcome = run("ndb", &[], &constant, &constant).unwrap();
    assert_eq!(codes(&outcome), ["ndb_bins_reduced", "ndb_few_distinct"]);
    assert_eq!(outcome.estimates[0].value, Some(0.0));
    assert_eq!(outcome.estimates[1].value, Some(0.0));
}
