//! CMMD and RKE.

use gavel::metrics::Space;
use gavel::statistics::renyi::{mode_count, relative_entropy};
use ndarray::{Array2, Axis, array};

use super::{codes, random, run, set};
use crate::golden::{Golden, features, formula};
use crate::shared::close;

#[test]
fn cmmds_of_the_golden_sets_are_met() {
    let Some(golden) = Golden::load("features.json") else {
        return;
    };
    for name in ["A", "B"] {
        let (Some(real), Some(fake)) = (
            features(&format!("{name}_real")),
            features(&format!("{name}_gen")),
        ) else {
            return;
        };
        let (reference, generated) = (set("r", Space::Arrays, real), set("g", Space::Arrays, fake));
        let row = &run("cmmd", &[], &reference, &generated).unwrap().estimates[0];
        golden.check(&format!("cmmd/{name}"), row.value.unwrap());
    }
}

#[test]
fn the_cmmd_of_the_formula_data_is_met() {
    let Some(golden) = Golden::load("formula.json") else {
        return;
    };
    let [x, y] = formula().map(|values| set("f", Space::Arrays, values.mapv(|v| v as f32)));
    let value = run("cmmd", &[], &x, &y).unwrap().estimates[0]
        .value
        .unwrap();
    let want = golden.item("cmmd")["value"].as_f64().unwrap();
    // The formula data is rounded to float32 here.
    close("cmmd", value, want, 1e-6, 0.0);
}

#[test]
fn cmmd_counts_a_sample_with_itself_and_is_times_1000() {
    // x̂ = (1, 0), (0, 1); ŷ = (1, 0) twice. With σ = 1 a right angle has k = exp(−1), so mean Kxx = (2 + 2/e) / 4,
    // Kyy = 1, Kxy = (1 + 1/e) / 2: 1000 (1/2 + 1/(2e) + 1 − 1 − 1/e) = 500 (1 − 1/e).
    let (x, y) = (
        array![[3.0_f32, 0.0], [0.0, 2.0]],
        array![[1.0_f32, 0.0], [5.0, 0.0]],
    );
    let (reference, generated) = (set("r", Space::Arrays, x), set("g", Space::Arrays, y));
    let row = &run("cmmd", &["cmmd.sigma=1"], &reference, &generated)
        .unwrap()
        .estimates[0];
    let want = 500.0 * (1.0 - (-1.0_f64).exp());
    assert!((row.value.unwrap() - want).abs() < 1e-9);
    assert_eq!(row.std_error, None);
}

#[test]
fn a_set_is_at_cmmd_zero_from_itself_and_zeros_have_no_direction() {
    let x = set("x", Space::Arrays, random(1, 300, 5));
    let value = run("cmmd", &[], &x, &x).unwrap().estimates[0]
        .value
        .unwrap();
    assert!(value < 1e-12, "{value}");
    let mut holed = random(2, 30, 5);
    holed.row_mut(7).fill(0.0);
    let holed = set("h", Space::Arrays, holed);
    let outcome = run("cmmd,vendi", &[], &x, &holed).unwrap();
    for row in &outcome.estimates {
        assert_eq!(row.value, None);
        assert!(row.why_absent.as_ref().unwrap().contains("all zero"));
    }
    assert!(outcome.warnings[0].text.contains("row 7 of the generated"));
    let outcome = run("cmmd", &[], &holed, &x).unwrap();
    assert!(outcome.warnings[0].text.contains("row 7 of the reference"));
}

#[test]
fn mode_counts_of_the_golden_sets_are_met() {
    let Some(golden) = Golden::load("features.json") else {
        return;
    };
    let (Some(real), Some(fake)) = (features("A_real"), features("A_gen")) else {
        return;
    };
    let head = |x: &Array2<f32>, n: usize| x.select(Axis(0), &(0..n).collect::<Vec<_>>());
    golden.check(
        "rke/A/first150",
        mode_count(head(&fake, 150).view(), 9.0).value,
    );
    let relative = relative_entropy(head(&fake, 300).view(), head(&real, 300).view(), 9.0).unwrap();
    golden.check("rrke/A/first300", relative);
    let (reference, generated) = (set("r", Space::Arrays, real), set("g", Space::Arrays, fake));
    let row = &run("rke", &["rke.sigma=9"], &reference, &generated)
        .unwrap()
        .estimates[0];
    golden.check_part("rke/A", "/mode_count", row.value.unwrap());
    golden.check_part("rke/A", "/rke", row.details["rke"].as_f64().unwrap());
    println!("{row:?}");
}

#[test]
fn the_bandwidth_comes_from_the_reference_and_the_ratio_from_equal_n() {
    let reference = set("r", Space::Arrays, random(1, 200, 4));
    let generated = set("g", Space::Arrays, random(2, 100, 4).mapv(|v| v * 0.1));
    let twice = set("g", Space::Arrays, random(2, 100, 4).mapv(|v| v * 0.2));
    let row = |side| run("rke", &[], &reference, side).unwrap().estimates[0].clone();
    let (small, large) = (row(&generated), row(&twice));
    assert_eq!(small.params["sigma"], large.params["sigma"]);
    assert!(small.value < large.value);
    let number = |name: &str| small.details[name].as_f64().unwrap();
    assert_eq!(number("relative_n"), 100.0);
    assert!((number("relative") - small.value.unwrap() / number("reference")).abs() < 1e-12);
    let itself = run("rke", &[], &reference, &reference).unwrap();
    assert_eq!(itself.estimates[0].details["relative"], 1.0);
}

#[test]
fn constant_features_have_no_bandwidth_of_their_own() {
    let constant = set("c", Space::Arrays, Array2::ones((20, 3)));
    let outcome = run("rke", &[], &constant, &constant).unwrap();
    assert_eq!(
        (outcome.estimates[0].value, codes(&outcome)),
        (None, vec!["absent"])
    );
    let row = &run("rke", &["rke.sigma=1"], &constant, &constant)
        .unwrap()
        .estimates[0];
    assert_eq!((row.value, row.std_error), (Some(1.0), Some(0.0)));
}
