//! Sets that cannot be measured or compared.

use gavel::error::Kind;
use gavel::metrics::{ClassScores, Measured, Space};
use gavel::statistics::moments::Moments;
use ndarray::{Array1, Array2, Axis, Slice};

use super::{random, run, set};

#[test]
fn sets_that_cannot_be_measured_are_refused() {
    let refused = |values: Array2<f32>| {
        Measured::from_features("bad.npy", Space::Arrays, values).unwrap_err()
    };
    let mut holed = random(1, 5, 3);
    holed[[2, 1]] = f32::NAN;
    let error = refused(holed);
    assert_eq!(error.kind(), Kind::Input);
    assert!(
        error.message().contains("bad.npy") && error.message().contains("row 2, column 1"),
        "{error}"
    );
    let mut endless = random(1, 5, 3);
    endless[[0, 0]] = f32::INFINITY;
    assert!(refused(endless).message().contains("inf"));
    assert!(refused(Array2::zeros((0, 3))).message().contains("[0, 3]"));
    assert!(refused(Array2::zeros((3, 0))).message().contains("[3, 0]"));
}

#[test]
fn class_scores_are_checked() {
    let refused = |scores| {
        Measured::from_scores("s.npy", Space::Arrays, scores)
            .unwrap_err()
            .to_string()
    };
    assert!(refused(ClassScores::Logits(Array2::zeros((3, 1)))).contains("at least 2"));
    assert!(refused(ClassScores::Probabilities(Array2::ones((3, 2)))).contains("sum 2.0"));
    let negative = Array2::from_shape_fn((2, 2), |(_, j)| [1.5_f32, -0.5][j]);
    assert!(refused(ClassScores::Probabilities(negative)).contains("-0.5"));
    let five = set("f.npy", Space::Arrays, random(1, 5, 3));
    let error = five
        .with_scores(ClassScores::Logits(random(1, 4, 3)))
        .unwrap_err();
    assert!(
        error.message().contains("4 rows") && error.message().contains("5 samples"),
        "{error}"
    );
}

#[test]
fn sides_of_other_dimensions_are_both_named() {
    let (reference, generated) = (
        set("left.npy", Space::Arrays, random(1, 5, 3)),
        set("right.npy", Space::Arrays, random(1, 5, 4)),
    );
    let error = run("fid", &[], &reference, &generated).unwrap_err();
    assert_eq!(error.kind(), Kind::Input);
    for part in ["left.npy", "right.npy", "3", "4"] {
        assert!(error.message().contains(part), "{error}");
    }
    let moments = Moments::from_parts(Array1::zeros(3), Array2::eye(3), None).unwrap();
    let statistics = Measured::from_moments("stats.npz", Space::Arrays, moments);
    assert!(run("fid", &[], &statistics, &generated).is_err());
}

#[test]
fn one_sample_is_too_few_to_tell() {
    let (reference, one) = (
        set("r", Space::Arrays, random(1, 5, 3)),
        set("g", Space::Arrays, random(1, 1, 3)),
    );
    for name in ["fid", "kid"] {
        assert_eq!(
            run(name, &[], &reference, &one).unwrap_err().kind(),
            Kind::CannotTell
        );
        assert_eq!(
            run(name, &[], &one, &reference).unwrap_err().kind(),
            Kind::CannotTell
        );
    }
}

#[test]
fn moments_are_computed_once_and_kept() {
    let values = random(1, 30, 3);
    let first_ten = values.slice_axis(Axis(0), Slice::from(..10)).to_owned();
    let measured = set("r", Space::Arrays, first_ten);
    let first: *const Moments = measured.moments().unwrap();
    assert!(std::ptr::eq(first, measured.moments().unwrap()));
    assert_eq!(measured.moments().unwrap().n(), Some(10));
}
