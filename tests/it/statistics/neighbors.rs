//! The neighbour search against the definition: every pair by float64 differences.

use std::collections::BTreeSet;

use gavel::error::Kind;
use gavel::rng::Seed;
use gavel::statistics::neighbors::authenticity::authenticity;
use gavel::statistics::neighbors::realism::Form;
use gavel::statistics::neighbors::{Ball, Boundary, Request, Tables};
use ndarray::{Array2, ArrayView1, Axis, concatenate};

use super::normal;

fn squared(x: ArrayView1<'_, f32>, y: ArrayView1<'_, f32>) -> f64 {
    x.iter()
        .zip(y)
        .map(|(&a, &b)| (f64::from(a) - f64::from(b)).powi(2))
        .sum()
}

fn distances(x: &Array2<f32>, y: &Array2<f32>) -> Array2<f64> {
    Array2::from_shape_fn((x.nrows(), y.nrows()), |(i, j)| squared(x.row(i), y.row(j)))
}

fn radii(x: &Array2<f32>, k: usize) -> Vec<f64> {
    let all = distances(x, x);
    (0..x.nrows())
        .map(|i| {
            let mut row: Vec<f64> = (0..x.nrows())
                .filter(|&j| j != i)
                .map(|j| all[[i, j]])
                .collect();
            row.sort_by(f64::total_cmp);
            row[k - 1]
        })
        .collect()
}

fn request(ks: &[usize]) -> Request {
    let boundaries = [Boundary::Strict, Boundary::Inclusive];
    let balls = ks.iter().flat_map(|&nearest_k| {
        boundaries.map(|boundary| Ball {
            nearest_k,
            boundary,
        })
    });
    Request {
        balls: balls.collect(),
        realism: BTreeSet::from([Form {
            nearest_k: 3,
            squared: false,
            trimmed: true,
        }]),
        nearest: true,
    }
}

/// Holds everything that the tables count to the definition.
fn check(x: &Array2<f32>, y: &Array2<f32>, ks: &[usize]) -> Tables {
    let tables = Tables::of(x.view(), y.view(), &request(ks), Some(Seed(1))).unwrap();
    let all = distances(x, y);
    for &k in ks {
        let (own, theirs) = (radii(x, k), radii(y, k));
        for boundary in [Boundary::Strict, Boundary::Inclusive] {
            let inside = |d: f64, r: f64| match boundary {
                Boundary::Strict => d < r,
                Boundary::Inclusive => d <= r,
            };
            let balls = tables
                .balls(Ball {
                    nearest_k: k,
                    boundary,
                })
                .unwrap();
            for g in 0..y.nrows() {
                let n = (0..x.nrows())
                    .filter(|&r| inside(all[[r, g]], own[r]))
                    .count();
                assert_eq!(
                    balls.around_generated[g] as usize, n,
                    "generated {g}, k {k}"
                );
            }
            for r in 0..x.nrows() {
                let held = (0..y.nrows())
                    .filter(|&g| inside(all[[r, g]], own[r]))
                    .count();
                let around = (0..y.nrows())
                    .filter(|&g| inside(all[[r, g]], theirs[g]))
                    .count();
                assert_eq!(
                    balls.held_by_reference[r] as usize, held,
                    "reference {r}, k {k}"
                );
                assert_eq!(
                    balls.around_reference[r] as usize, around,
                    "reference {r}, k {k}"
                );
            }
        }
    }
    let [of_reference, of_generated] = tables.across().unwrap();
    for g in 0..y.nrows() {
        let (row, distance) = of_generated.nearest(g).unwrap();
        let first = (0..x.nrows()).fold(0, |best, r| {
            if all[[r, g]] < all[[best, g]] {
                r
            } else {
                best
            }
        });
        assert_eq!(row, first, "nearest of generated {g}");
        assert!((distance - all[[row, g]]).abs() <= 1e-12 * all[[row, g]]);
    }
    for r in 0..x.nrows() {
        let first = (0..y.nrows()).fold(0, |best, g| {
            if all[[r, g]] < all[[r, best]] {
                g
            } else {
                best
            }
        });
        assert_eq!(
            of_reference.nearest(r).unwrap().0,
            first,
            "nearest of reference {r}"
        );
    }
    tables
}

#[test]
fn every_count_is_that_of_the_definition_across_several_tiles() {
    // More rows than one tile has, and not a multiple of it.
    let (x, y) = (normal(1, 1100, 20, 0.0, 1.0), normal(2, 700, 20, 0.2, 0.9));
    let tables = check(&x, &y, &[1, 3, 10]);
    assert!(tables.n_settled() < tables.n_pairs() / 20);
}

#[test]
fn two_narrow_clusters_far_apart_are_settled_in_float64() {
    // Norms of 1000 and distances of 0.01: float32 products say nothing here.
    let cluster = |seed: u64, n: usize| {
        let mut values = normal(seed, n, 10, 0.0, 1e-4);
        for (i, mut row) in values.rows_mut().into_iter().enumerate() {
            row += if i % 2 == 0 { 1.0 } else { -1.0 };
        }
        values
    };
    check(&cluster(1, 300), &cluster(2, 200), &[3, 5]);
}

#[test]
fn duplicates_inside_and_across_sets_are_at_exactly_zero() {
    let base = normal(3, 150, 12, 5.0, 1.0);
    let x = concatenate(Axis(0), &[base.view(), base.view(), base.view()]).unwrap();
    let y = concatenate(Axis(0), &[normal(4, 100, 12, 5.0, 1.0).view(), base.view()]).unwrap();
    check(&x, &y, &[1, 2, 3, 5]);
}

#[test]
fn identical_rows_are_counted_and_bounded() {
    let (x, y) = (
        Array2::from_elem((700, 9), 0.3_f32),
        Array2::from_elem((600, 9), 0.3_f32),
    );
    let tables = Tables::of(x.view(), y.view(), &request(&[5]), Some(Seed(1))).unwrap();
    let balls = |boundary| {
        tables
            .balls(Ball {
                nearest_k: 5,
                boundary,
            })
            .unwrap()
    };
    assert!(
        balls(Boundary::Strict)
            .around_generated
            .iter()
            .all(|&n| n == 0)
    );
    assert!(
        balls(Boundary::Inclusive)
            .around_generated
            .iter()
            .all(|&n| n == 700)
    );
    let [inside, _] = tables.inside();
    // Of equal distances the first rows come first, and never the row itself.
    assert_eq!(inside.rows(0)[..5], [1, 2, 3, 4, 5]);
    assert_eq!(inside.rows(2)[..5], [0, 1, 3, 4, 5]);
    assert_eq!(inside.squared(2)[..5], [0.0; 5]);
}

#[test]
fn scale_and_place_do_not_matter() {
    let (x, y) = (normal(5, 200, 6, 0.0, 1.0), normal(6, 150, 6, 0.3, 1.0));
    let plain = check(&x, &y, &[3]);
    for scale in [1e-18_f32, 1e18] {
        let scaled = check(&(&x * scale), &(&y * scale), &[3]);
        let ball = Ball {
            nearest_k: 3,
            boundary: Boundary::Strict,
        };
        assert_eq!(
            scaled.balls(ball).unwrap().around_generated,
            plain.balls(ball).unwrap().around_generated
        );
    }
    check(&(&x + 300.0), &(&y + 300.0), &[3]);
}

#[test]
fn every_count_is_that_of_the_definition_in_many_dimensions_too() {
    // Products there are those of rows rounded to integers; 300 dimensions fill a part of the second chunk.
    let (x, y) = (
        normal(11, 650, 300, 0.0, 1.0),
        normal(12, 590, 300, 0.1, 0.9),
    );
    let tables = check(&x, &y, &[1, 3, 10]);
    assert!(tables.n_settled() < tables.n_pairs() / 20);
    check(&(&x * 1e-18), &(&y * 1e-18), &[3]);
    check(&(&x * 1e18 + 1e20), &(&y * 1e18 + 1e20), &[3]);
}

#[test]
fn ties_copies_and_far_clusters_are_settled_in_many_dimensions_too() {
    // On a grid most distances are equal; every second row is far away, and one dimension stands out.
    let grid = |seed: u64, n: usize| {
        let mut values = normal(seed, n, 260, 0.0, 0.6).mapv(f32::round);
        for (i, mut row) in values.rows_mut().into_iter().enumerate() {
            row.slice_axis_mut(Axis(0), (4..).into()).fill(0.0);
            row += if i % 2 == 0 { 1000.0 } else { -1000.0 };
            row[1] *= if i % 3 == 0 { 512.0 } else { 1.0 };
        }
        values
    };
    check(&grid(13, 200), &grid(14, 150), &[1, 5]);
    // Narrow clusters, duplicates inside and across sets.
    let base = normal(15, 120, 256, 50.0, 1e-3);
    let x = concatenate(Axis(0), &[base.view(), base.view()]).unwrap();
    let y = concatenate(
        Axis(0),
        &[normal(16, 100, 256, -50.0, 1e-3).view(), base.view()],
    )
    .unwrap();
    check(&x, &y, &[1, 2, 5]);
}

#[test]
fn rows_in_another_memory_order_are_the_same_rows() {
    let (x, y) = (normal(7, 60, 5, 0.0, 1.0), normal(8, 50, 5, 0.1, 1.0));
    let turned = x.t().to_owned();
    let a = Tables::of(x.view(), y.view(), &request(&[3]), None).unwrap();
    let b = Tables::of(turned.t(), y.view(), &request(&[3]), None).unwrap();
    assert_eq!(a.inside(), b.inside());
}

#[test]
fn realism_is_the_best_ratio_of_a_kept_radius_to_a_distance() {
    let (x, y) = (normal(9, 600, 8, 0.0, 1.0), normal(10, 520, 8, 0.1, 1.0));
    let form = Form {
        nearest_k: 3,
        squared: false,
        trimmed: true,
    };
    let tables = Tables::of(x.view(), y.view(), &request(&[3]), None).unwrap();
    let own: Vec<f64> = radii(&x, 3).iter().map(|r| r.sqrt()).collect();
    let mut sorted = own.clone();
    sorted.sort_by(f64::total_cmp);
    let median = f64::midpoint(sorted[299], sorted[300]);
    let all = distances(&x, &y);
    for (g, got) in tables.realism(form).unwrap().values.iter().enumerate() {
        let want = (0..600)
            .filter(|&r| own[r] < median)
            .map(|r| own[r] / all[[r, g]].sqrt())
            .fold(0.0, f64::max);
        assert!((got / want - 1.0).abs() < 1e-12, "{g}: {got} {want}");
    }
}

#[test]
fn no_bit_depends_on_the_number_of_threads() {
    let (x, y) = (
        normal(11, 1200, 30, 0.0, 1.0),
        normal(12, 1100, 30, 0.1, 1.0),
    );
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| {
            let tables = Tables::of(x.view(), y.view(), &request(&[3, 5]), Some(Seed(4))).unwrap();
            format!("{tables:?}")
        })
    };
    let one = run(1);
    assert!(one == run(2) && one == run(5));
}

#[test]
fn nearest_training_rows_meet_the_golden_indices() {
    let Some(golden) = crate::golden::Golden::load("features.json") else {
        return;
    };
    let (Some(train), Some(made)) = (
        crate::golden::features("A_train"),
        crate::golden::features("A_gen"),
    ) else {
        return;
    };
    let ([judged], _) = authenticity(train.view(), [made.view()]).unwrap();
    let value = &golden.item("copies/A")["value"];
    assert_eq!(
        judged.n_copies() as u64,
        value["zero_distance"].as_u64().unwrap()
    );
    let near = judged.distances.iter().filter(|&&d| d < 0.02).count();
    assert_eq!(near as u64, value["below_0.02"].as_u64().unwrap());
    // The first exact copies: the name of the golden value speaks of the rows after the generated ones of its own.
    let last: Vec<u64> = judged.nearest[1090..1102]
        .iter()
        .map(|&row| row as u64)
        .collect();
    let want: Vec<u64> = value["nearest_train_of_last_rows"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(serde_json::Value::as_u64)
        .collect();
    assert_eq!(last, want);
    let count = golden.item("authpct/A")["value"]["count"].as_u64().unwrap();
    assert_eq!(judged.count() as u64, count);
}

#[test]
fn sets_of_other_dimensions_and_too_small_training_sets_are_refused() {
    let (x, y) = (normal(1, 10, 3, 0.0, 1.0), normal(2, 10, 4, 0.0, 1.0));
    let error = Tables::of(x.view(), y.view(), &request(&[3]), None).unwrap_err();
    assert_eq!(error.kind(), Kind::Input);
    assert_eq!(
        authenticity(x.view(), [y.view()]).unwrap_err().kind(),
        Kind::Input
    );
    let one = normal(1, 1, 3, 0.0, 1.0);
    assert_eq!(
        authenticity(one.view(), [x.view()]).unwrap_err().kind(),
        Kind::CannotTell
    );
}
