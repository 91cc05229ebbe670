//! Moments: streaming, merging, given ones.

use gavel::error::Kind;
use gavel::statistics::frechet::{Ddof, frechet};
use gavel::statistics::moments::{Accumulator, Moments};
use ndarray::{Array1, Array2, Axis, array};

use super::{normal, rows};
use crate::shared::close;

#[test]
fn moments_do_not_depend_on_how_rows_arrive() {
    let x = normal(1, 3000, 12, 5.0, 1.0);
    let whole = Moments::of(x.view()).unwrap();
    let mut pieces = Accumulator::new(12);
    for piece in x.axis_chunks_iter(Axis(0), 77) {
        pieces.push(piece).unwrap();
    }
    assert_eq!(pieces.finish().unwrap(), whole);
    let (a, b) = (rows(&x, ..700), rows(&x, 700..));
    let merged = Moments::of(a)
        .unwrap()
        .merge(&Moments::of(b).unwrap())
        .unwrap();
    assert_eq!(merged.n(), Some(3000));
    for (got, want) in merged.mean().iter().zip(whole.mean()) {
        close("mean", *got, *want, 1e-13, 0.0);
    }
    for (got, want) in merged.covariance().iter().zip(whole.covariance()) {
        close("covariance", *got, *want, 1e-12, 1e-14);
    }
}

#[test]
fn moments_survive_a_large_mean() {
    // Values 2^20 + {0, 1}: variance n/(n−1) · 1/4 with n = 4000, which E[x²] − μ² loses to rounding in float32.
    let x = Array2::from_shape_fn((4000, 1), |(i, _)| 1_048_576.0_f32 + (i % 2) as f32);
    let moments = Moments::of(x.view()).unwrap();
    close(
        "variance",
        moments.covariance()[[0, 0]],
        0.25 * 4000.0 / 3999.0,
        1e-12,
        0.0,
    );
}

#[test]
fn one_sample_can_be_merged_but_not_compared() {
    let x = normal(1, 5, 3, 0.0, 1.0);
    let one = Moments::of(rows(&x, ..1)).unwrap();
    let rest = Moments::of(rows(&x, 1..)).unwrap();
    let merged = one.merge(&rest).unwrap();
    close(
        "variance",
        merged.covariance()[[0, 0]],
        Moments::of(x.view()).unwrap().covariance()[[0, 0]],
        1e-13,
        0.0,
    );
    assert_eq!(
        frechet(&one, &rest, Ddof::One).unwrap_err().kind(),
        Kind::CannotTell
    );
}

#[test]
fn given_moments_are_checked() {
    let refused = |mean: Array1<f64>, covariance: Array2<f64>, n| {
        Moments::from_parts(mean, covariance, n)
            .unwrap_err()
            .to_string()
    };
    assert!(refused(array![0.0], Array2::eye(2), None).contains("shape"));
    assert!(refused(array![0.0], array![[f64::NAN]], None).contains("NaN or infinite"));
    assert!(refused(array![0.0], array![[-1.0]], None).contains("never negative"));
    assert!(
        refused(array![0.0, 0.0], array![[1.0, 0.5], [0.0, 1.0]], None).contains("not symmetric")
    );
    assert!(refused(array![0.0], array![[1.0]], Some(0)).contains("n is 0"));
    let unknown = Moments::from_parts(array![0.0], array![[1.0]], None).unwrap();
    assert!(
        unknown
            .merge(&unknown)
            .unwrap_err()
            .to_string()
            .contains("sample count")
    );
    assert!(
        frechet(&unknown, &unknown, Ddof::Zero)
            .unwrap_err()
            .to_string()
            .contains("sample count")
    );
    let wide = Moments::from_parts(array![0.0, 0.0], Array2::eye(2), None).unwrap();
    let message = frechet(&unknown, &wide, Ddof::One).unwrap_err().to_string();
    assert!(message.contains('1') && message.contains('2'), "{message}");
}
