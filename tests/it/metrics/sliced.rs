//! Sliced Wasserstein distance and MIND.

use gavel::metrics::Space;
use gavel::rng::Seed;
use gavel::statistics::sliced::{approximation, directions, sliced};
use ndarray::{Array2, Axis};

use super::{random, run, set};
use crate::golden::{Golden, features, features64, indices};

fn head(x: &Array2<f32>, n: usize) -> Array2<f32> {
    x.select(Axis(0), &(0..n).collect::<Vec<_>>())
}

#[test]
fn sliced_distances_along_the_golden_directions_are_met() {
    let Some(golden) = Golden::load("features.json") else {
        return;
    };
    let (Some(real), Some(fake), Some(along)) = (
        features("A_real"),
        features("A_gen"),
        features64("A_sw_directions"),
    ) else {
        return;
    };
    golden.check("sw-approx/A", approximation(real.view(), fake.view()));
    let (x, y) = (head(&real, 1200), head(&fake, 1200));
    let equal = sliced(x.view(), y.view(), along.view(), None);
    let id = "sliced-wasserstein/A";
    golden.check_part(id, "/SW1_mean", equal.w1);
    golden.check_part(id, "/SW2_squared_mean", equal.w2_squared);
    golden.check_part(id, "/SW2", equal.w2_squared.sqrt());
    let unequal = sliced(real.view(), fake.view(), along.view(), Some(Seed(1)));
    let unequal_id = "sliced-wasserstein/A/unequal-n";
    golden.check_part(unequal_id, "/SW1_mean", unequal.w1);
    for k in 0..4 {
        golden.check_part(id, &format!("/first4_W1/{k}"), equal.each_w1[k]);
        golden.check_part(id, &format!("/first4_W2sq/{k}"), equal.each_w2_squared[k]);
        golden.check_part(unequal_id, &format!("/first4_W1/{k}"), unequal.each_w1[k]);
    }
    println!(
        "W2² {} ± {:?}",
        unequal.w2_squared, unequal.w2_squared_error
    );
}

#[test]
fn mind_along_the_golden_directions_is_met() {
    let Some(golden) = Golden::load("features.json") else {
        return;
    };
    let (Some(real), Some(fake), Some(along), Some(real_rows), Some(fake_rows)) = (
        features("A_real"),
        features("A_gen"),
        features("A_mind_directions"),
        indices("A_mind_idx_real"),
        indices("A_mind_idx_gen"),
    ) else {
        return;
    };
    let (x, y) = (
        real.select(Axis(0), &real_rows[0]),
        fake.select(Axis(0), &fake_rows[0]),
    );
    let along = along.mapv(f64::from);
    let found = sliced(x.view(), y.view(), along.view(), None);
    golden.check("mind/A", 3.0 * 64.0 * found.w2_squared);
    // Our own directions and rows: the same number but for their chance.
    let (reference, generated) = (set("r", Space::Arrays, real), set("g", Space::Arrays, fake));
    let row = &run("mind", &[], &reference, &generated).unwrap().estimates[0];
    let want = golden.item("mind/A")["value"].as_f64().unwrap();
    assert!((row.value.unwrap() / want - 1.0).abs() < 0.1, "{row:?}");
}

#[test]
fn a_shift_has_the_closed_form_of_mind_and_the_sliced_distance() {
    // ⟨u, μ 1⟩² has mean μ² over directions (|μ 1|² / d), so SW2 = μ and MIND = 3 d μ². 4000 directions know a mean of
    // squared normals to √(2 / 4000) = 2.2 %.
    let (d, shift) = (16, 0.5);
    let x = random(1, 300, d);
    let (reference, generated) = (
        set("r", Space::Arrays, x.clone()),
        set("g", Space::Arrays, x + shift),
    );
    let options = [
        "mind.n_directions=4000",
        "sliced_wasserstein.n_directions=4000",
    ];
    let rows = run("sliced_wasserstein,mind", &options, &reference, &generated)
        .unwrap()
        .estimates;
    let (distance, mind) = (rows[0].value.unwrap(), rows[1].value.unwrap());
    assert!((distance / 0.5 - 1.0).abs() < 0.04, "{distance}");
    assert!((mind / (3.0 * 16.0 * 0.25) - 1.0).abs() < 0.08, "{mind}");
    assert!(rows[0].details["sw1"].as_f64().unwrap() < distance);
}

#[test]
fn sides_may_be_swapped_and_a_set_is_at_distance_zero_from_itself() {
    let (x, y) = (
        set("x", Space::Arrays, random(1, 130, 6)),
        set("y", Space::Arrays, random(2, 90, 6)),
    );
    let values = |r, g| -> Vec<f64> {
        run("sliced_wasserstein,mind", &[], r, g)
            .unwrap()
            .estimates
            .iter()
            .map(|row| row.value.unwrap())
            .collect()
    };
    let (there, back) = (values(&x, &y), values(&y, &x));
    assert!((there[0] - back[0]).abs() < 1e-12);
    // MIND draws the 90 rows of x by another stream when x is generated.
    assert!((there[1] / back[1] - 1.0).abs() < 0.5);
    assert_eq!(values(&x, &x), [0.0, 0.0]);
}

#[test]
fn directions_are_unit_vectors_of_their_own_stream() {
    let few = directions(3, 20, Seed(1), "a");
    for row in few.rows() {
        assert!((row.dot(&row) - 1.0).abs() < 1e-12);
    }
    let more = directions(5, 20, Seed(1), "a");
    assert_eq!(
        more.row(2),
        few.row(2),
        "more directions keep the first ones"
    );
    assert_ne!(directions(3, 20, Seed(1), "b"), few);
}

#[test]
fn one_row_on_each_side_is_enough_for_a_value() {
    let (x, y) = (
        set("x", Space::Arrays, random(1, 1, 3)),
        set("y", Space::Arrays, random(2, 1, 3)),
    );
    for row in run("sliced_wasserstein,mind", &[], &x, &y)
        .unwrap()
        .estimates
    {
        assert!(row.value.unwrap() > 0.0);
        assert_eq!((row.std_error, row.interval), (None, None));
    }
}
