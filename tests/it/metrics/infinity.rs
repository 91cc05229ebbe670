//! FID and Inception Score at infinitely many samples, sFID, and what is printed beside a FID.

use gavel::metrics::{
    ClassScores, Generated, Inputs, Measured, Reference, Settings, Space, evaluate, select,
};
use gavel::rng::Seed;
use gavel::statistics::extrapolation::subsets;
use gavel::statistics::frechet::{Ddof, Side, frechet_infinity};
use gavel::statistics::inception_score::{Scale, inception_score};
use gavel::statistics::inception_score_infinity::inception_score_infinity;
use gavel::statistics::moments::Moments;
use ndarray::{Array2, Axis};

use super::{codes, random, run, set};
use crate::golden::{Golden, features, indices};

#[test]
fn the_golden_points_and_their_intercept_are_met() {
    let Some(golden) = Golden::load("features.json") else {
        return;
    };
    let (Some(real), Some(fake), Some(rows)) = (
        features("A_real"),
        features("A_gen"),
        indices("A_fidinf_idx"),
    ) else {
        return;
    };
    let sizes = [
        200, 271, 342, 414, 485, 557, 628, 700, 771, 842, 914, 985, 1057, 1128, 1200,
    ];
    let mut rest = rows[0].as_slice();
    let drawn: Vec<Vec<usize>> = sizes
        .iter()
        .map(|&size| {
            let (head, tail) = rest.split_at(size);
            rest = tail;
            head.to_vec()
        })
        .collect();
    assert!(rest.is_empty());
    let moments = Moments::of(real.view()).unwrap();
    let side = Side::choose(Some(real.view()), || Ok(&moments)).unwrap();
    let found = frechet_infinity(&side, fake.view(), &drawn, Ddof::One, true)
        .unwrap()
        .unwrap();
    for (i, &point) in found.points.iter().enumerate() {
        golden.check_part("fid-infinity/A/points", &format!("/{i}"), point);
    }
    golden.check("fid-infinity/A", found.value);
    let slope = golden.item("fid-infinity/A")["params"]["slope"]
        .as_f64()
        .unwrap();
    assert!((found.slope / slope - 1.0).abs() < 1e-7);
    println!("FID∞ of A: {} ± {:?}", found.value, found.std_error);
}

#[test]
fn the_bias_of_few_generated_samples_is_taken_off() {
    // Both sets are N(0, I) in 8 dimensions: the true distance is 0, and that of 200 generated samples is biased by
    // about (d + d (d + 1) / 4) / n = 26 / 200 = 0.13. The reference is large, so it adds little.
    let reference = set("r", Space::Arrays, random(1, 20_000, 8));
    let (mut biased, mut infinite) = (0.0, 0.0);
    for seed in 0..10 {
        let generated = set("g", Space::Arrays, random(100 + seed, 200, 8));
        let rows = run("fid,fid_infinity", &[], &reference, &generated)
            .unwrap()
            .estimates;
        biased += rows[0].value.unwrap() / 10.0;
        infinite += rows[1].value.unwrap() / 10.0;
        // The diagnostic beside fd is the same number.
        let beside = rows[0].details["fid_infinity"].as_f64().unwrap();
        assert!((beside - rows[1].value.unwrap()).abs() < 1e-12);
    }
    assert!(biased > 0.1, "{biased}");
    assert!(infinite.abs() < 0.4 * biased, "{infinite} against {biased}");
}

#[test]
fn few_samples_and_few_points_are_defined() {
    let reference = set("r", Space::Arrays, random(1, 50, 4));
    for n in [1, 2, 3] {
        let generated = set("g", Space::Arrays, random(2, n, 4));
        let outcome = run("fid_infinity", &[], &reference, &generated).unwrap();
        assert_eq!(outcome.estimates[0].value, None);
        assert!(outcome.estimates[0].why_absent.is_some());
        assert_eq!(codes(&outcome), ["absent"]);
    }
    let generated = set("g", Space::Arrays, random(2, 30, 4));
    for wrong in ["fid_infinity.n_points=1", "is_infinity.n_points=1001"] {
        let refused = Settings::parse(&[wrong]).unwrap_err();
        assert!(refused.message().contains("from 2 to 1000"), "{refused}");
    }
    let option = ["fid_infinity.n_points=2"];
    let row = &run("fid_infinity", &option, &reference, &generated)
        .unwrap()
        .estimates[0];
    assert_eq!(row.details["sizes"], serde_json::json!([3, 30]));
    // Constant features are at distance 0 from themselves at every n.
    let constant = set("c", Space::Arrays, Array2::ones((40, 4)));
    let row = &run("fid_infinity", &[], &constant, &constant)
        .unwrap()
        .estimates[0];
    assert_eq!(row.value, Some(0.0));
}

#[test]
fn inception_scores_of_subsets_are_those_of_one_split() {
    let Some(logits) = features("C_logits") else {
        return;
    };
    let drawn = subsets(logits.nrows(), &[100, 400, 1000], Seed(1), "test");
    let found = inception_score_infinity(logits.view(), Scale::Logits, &drawn).unwrap();
    for (rows, point) in drawn.iter().zip(&found.points) {
        let part = logits.select(Axis(0), rows);
        let want = inception_score(part.view(), Scale::Logits, 1, None)
            .unwrap()
            .mean;
        assert!((point / want - 1.0).abs() < 1e-10, "{point} and {want}");
    }
    let n = [100.0, 400.0, 1000.0];
    let away: f64 = found
        .points
        .iter()
        .zip(n)
        .map(|(point, n)| point - found.value - found.slope / n)
        .sum();
    // Residuals of least squares sum to 0.
    assert!(away.abs() < 1e-9, "{away}");
}

#[test]
fn the_inception_score_of_infinitely_many_samples_is_above_that_of_few() {
    // Rows are sure of one of 20 classes at random: the score is 20 at n = ∞ and 20 exp(−19 / 4000) = 19.91 at n = 2000.
    let mut stream = Seed(1).stream("infinity test", 0);
    let mut logits = Array2::<f32>::zeros((2000, 20));
    for mut row in logits.rows_mut() {
        row[stream.below(20)] = 100.0;
    }
    let side = Measured::from_scores("s", Space::Arrays, ClassScores::Logits(logits)).unwrap();
    let inputs = Inputs::new(None, Generated(&side), Seed::DEFAULT).unwrap();
    let options = ["is.n_splits=1"];
    let settings = Settings::parse(&options).unwrap();
    let rows = evaluate(&select("is,is_infinity").unwrap(), &inputs, &settings)
        .unwrap()
        .estimates;
    let (few, infinite) = (rows[0].value.unwrap(), rows[1].value.unwrap());
    assert!(few < 19.97 && infinite > few, "{few}, {infinite}");
    assert!((infinite - 20.0).abs() < 0.15, "{infinite}");
}

#[test]
fn sfid_is_the_frechet_distance_of_the_spatial_features() {
    let (a, b) = (random(1, 60, 5), random(2, 50, 5));
    let (reference, generated) = (
        set("r", Space::Inception, random(3, 60, 4))
            .with_spatial(a.clone())
            .unwrap(),
        set("g", Space::Inception, random(4, 50, 4))
            .with_spatial(b.clone())
            .unwrap(),
    );
    let row = &run("sfid", &[], &reference, &generated).unwrap().estimates[0];
    let plain = [set("r", Space::Arrays, a), set("g", Space::Arrays, b)];
    let fid = &run("fid", &[], &plain[0], &plain[1]).unwrap().estimates[0];
    assert_eq!((row.value, row.std_error), (fid.value, fid.std_error));
    let outcome = run("sfid", &[], &plain[0], &plain[1]).unwrap();
    assert_eq!(outcome.estimates[0].value, None);
    assert!(outcome.warnings[0].mend.contains("inception"));
}

#[test]
fn a_frechet_row_says_how_far_it_can_be_trusted() {
    let (reference, generated) = (
        set("r", Space::Arrays, random(1, 400, 4)),
        set("g", Space::Arrays, random(2, 200, 4).mapv(|v| v * v * v)),
    );
    let row = &run("fid", &[], &reference, &generated).unwrap().estimates[0];
    let number = |name: &str| row.details[name].as_f64().unwrap();
    assert_eq!(
        (number("n_over_d_reference"), number("n_over_d_generated")),
        (100.0, 50.0)
    );
    assert!(number("normality_z_reference").abs() < 4.0);
    assert!(
        number("normality_z_generated") > 10.0,
        "cubes of normals have heavy tails"
    );
    let inputs = Inputs::new(
        Some(Reference(&reference)),
        Generated(&generated),
        Seed::DEFAULT,
    )
    .unwrap()
    .values_only();
    let bare = &evaluate(&select("fid").unwrap(), &inputs, &Settings::default())
        .unwrap()
        .estimates[0];
    assert!((bare.value.unwrap() - row.value.unwrap()).abs() < 1e-12);
    assert!(bare.details.is_empty() && bare.std_error.is_none());
}
