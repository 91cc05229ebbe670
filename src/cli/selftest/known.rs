//! Known values that need no file: published ones, those that the peers' programs gave on the formula data, and theory.
//!
//! The formula data are X `[40, 4]`, `X[i][j] = sin(0.7 i + 1.3 j + 0.05 i j)`, as the reference, and Y `[36, 4]`,
//! `Y[i][j] = 0.9 cos(0.6 i + 0.9 j + 0.03 i j) + 0.2`, as the generated set. The programs had them in float64; gavel's
//! features are float32, which moves values by up to [`FLOAT32`].

use super::arrays::Arrays;
use super::case::{Case, Golden, How, Part, Sets, detail, logits, nth, pair, trio, value};
use super::{functions, pictures};
use crate::error::Result;

/// Rounding features to 24 bits: 6e-8 a number, some times that in what is made of them.
const FLOAT32: f64 = 2e-6;
/// Sums in float64.
const FLOAT64: f64 = 1e-12;

const XY: Sets = pair("X", "Y");
const PRDC: &[Part] = &[
    value("precision", "precision"),
    value("recall", "recall"),
    value("density", "density"),
    value("coverage", "coverage"),
];
const FD: &[Part] = &[value("fd", "fd")];
const SCORE: &[Part] = &[value("mean", "inception_score")];

/// A metric against values that stand here.
const fn metric(
    id: &'static str,
    values: &'static [&'static [f64]],
    rel: f64,
    source: &'static str,
    (name, options, sets): (&'static str, &'static [&'static str], Sets),
    parts: &'static [Part],
) -> Case {
    Case {
        id,
        golden: Golden::Here {
            values,
            rel,
            abs: 0.0,
            source,
        },
        how: How::Metric {
            name,
            options,
            sets,
        },
        parts,
    }
}

/// Gives lists of numbers out of arrays.
type Compute = fn(&Arrays) -> Result<Vec<Vec<f64>>>;

/// A function against values that stand here.
const fn function(
    id: &'static str,
    values: &'static [&'static [f64]],
    (rel, abs): (f64, f64),
    source: &'static str,
    (name, compute): (&'static str, Compute),
    parts: &'static [Part],
) -> Case {
    Case {
        id,
        golden: Golden::Here {
            values,
            rel,
            abs,
            source,
        },
        how: How::Function { name, compute },
        parts,
    }
}

const THREE_PROGRAMS: &str = "pytorch-fid, torch-fidelity, clean-fid";
const PRDC_PROGRAM: &str = "prdc 0.2";
const FORMULA: &str = "the formula in float64 (numpy)";
/// Two units of float32 at 255, for filters that work in float32.
const RESIZED: (f64, f64) = (0.0, 4e-5);
const SIZES: &[Part] = &[nth("6 pixels", 0), nth("3 pixels", 1), nth("2 pixels", 2)];
const LEGACY: &[&[f64]] = &[
    &[0.0, 6.666667, 20.0, 40.0, 183.33333, 255.0],
    &[0.0, 20.0, 183.33333],
    &[0.0, 40.0],
];

/// All of them.
pub static CASES: &[Case] = &[
    function(
        "formula data",
        &[&[0.963558185417193, -0.6044791198000639, 0.0686545650782891]],
        (FLOAT64, FLOAT64),
        FORMULA,
        ("sine and cosine", functions::formula_data),
        &[nth("", 0)],
    ),
    metric(
        "Fréchet distance of X and Y",
        &[&[0.8758716284423484]],
        FLOAT32,
        THREE_PROGRAMS,
        ("fid", &[], XY),
        FD,
    ),
    metric(
        "the same, ddof 0",
        &[&[0.8572124935842793]],
        FLOAT32,
        "pytorch-fid's formula",
        ("fid", &["fid.ddof=0"], XY),
        FD,
    ),
    metric(
        "its part of the means",
        &[&[0.14676075311861364]],
        FLOAT32,
        FORMULA,
        ("fid", &[], XY),
        &[detail("mean term", "fd", "mean_term")],
    ),
    metric(
        "X and three rows of Y",
        &[&[2.903549882049027]],
        FLOAT32,
        "pytorch-fid",
        ("fid", &[], pair("X", "Y[:3]")),
        FD,
    ),
    metric(
        "compare_gan's test of the FID",
        &[&[89.09090909090908]],
        1e-9,
        "compare_gan, pytorch-fid",
        (
            "fid",
            &[],
            pair("compare_gan real", "compare_gan generated"),
        ),
        FD,
    ),
    function(
        "pytorch-fid's test: means 0 and 1, identity, d = 2048",
        &[&[2048.0]],
        (1e-9, 0.0),
        "theory, pytorch-fid",
        ("Fréchet distance of moments", functions::shifted_normals),
        &[nth("", 0)],
    ),
    // |mean|^2 = 1 + 4 + 4, and (2 - 1)^2 + (1 - 2)^2 + (4 - 3)^2 of the standard deviations.
    function(
        "normals whose covariances commute",
        &[&[12.0]],
        (FLOAT64, 0.0),
        "theory",
        ("Fréchet distance of moments", functions::commuting_normals),
        &[nth("", 0)],
    ),
    metric(
        "kernel distance, 40 and 36 rows",
        &[&[0.21753992013279522]],
        FLOAT32,
        FORMULA,
        ("kid", &["kid.estimator=full"], XY),
        &[value("kid", "kid")],
    ),
    metric(
        "kernel distance, 36 and 36 rows",
        &[&[0.1842097761801651]],
        FLOAT32,
        "torch-fidelity, clean-fid",
        ("kid", &["kid.estimator=full"], pair("X[:36]", "Y")),
        &[value("kid", "kid")],
    ),
    metric(
        "the same, biased",
        &[&[0.2961407625730903]],
        FLOAT32,
        "torch-fidelity",
        ("kid", &["kid.estimator=biased"], pair("X[:36]", "Y")),
        &[value("kid", "kid")],
    ),
    metric(
        "Inception Score of 3X, one split",
        &[&[2.068621210677209]],
        FLOAT32,
        "torch-fidelity",
        (
            "inception_score",
            &["inception_score.n_splits=1", "inception_score.shuffle=none"],
            logits("3X"),
        ),
        SCORE,
    ),
    metric(
        "Inception Score of 3X, four splits",
        &[&[2.0625166784938003], &[0.21592536755763128]],
        FLOAT32,
        "torch-fidelity",
        (
            "inception_score",
            &["inception_score.n_splits=4", "inception_score.shuffle=none"],
            logits("3X"),
        ),
        &[
            value("mean", "inception_score"),
            detail("spread", "inception_score", "split_std"),
        ],
    ),
    metric(
        "ten classes, each certain and as often",
        &[&[10.0]],
        FLOAT64,
        "theory",
        (
            "inception_score",
            &["inception_score.n_splits=1"],
            logits("certain and even"),
        ),
        SCORE,
    ),
    metric(
        "one class, certain",
        &[&[1.0]],
        FLOAT64,
        "theory",
        (
            "inception_score",
            &["inception_score.n_splits=1"],
            logits("certain and one"),
        ),
        SCORE,
    ),
    metric(
        "neighbours of X and Y, k = 1",
        &[&[13.0 / 18.0], &[0.275], &[31.0 / 36.0], &[0.35]],
        FLOAT64,
        PRDC_PROGRAM,
        ("prdc", &["prdc.nearest_k=1"], XY),
        PRDC,
    ),
    metric(
        "neighbours of X and Y, k = 3",
        &[&[35.0 / 36.0], &[0.475], &[10.0 / 9.0], &[0.575]],
        FLOAT64,
        PRDC_PROGRAM,
        ("prdc", &["prdc.nearest_k=3"], XY),
        PRDC,
    ),
    metric(
        "neighbours of X and Y, k = 5",
        &[&[1.0], &[0.6], &[0.9], &[0.675]],
        FLOAT64,
        PRDC_PROGRAM,
        ("prdc", &[], XY),
        PRDC,
    ),
    metric(
        "neighbours of X and Y, k = 3, boundary included",
        &[&[35.0 / 36.0], &[0.475]],
        FLOAT64,
        "torch-fidelity",
        ("precision_recall", &[], XY),
        &[value("precision", "precision"), value("recall", "recall")],
    ),
    metric(
        "neighbours of X and X, boundary left out",
        &[&[1.0], &[1.0], &[1.0], &[1.0]],
        FLOAT64,
        PRDC_PROGRAM,
        ("prdc", &["prdc.nearest_k=3"], pair("X", "X")),
        PRDC,
    ),
    // Each of 40 balls holds itself and three neighbours, the farthest on its rim: 4 / 3.
    metric(
        "neighbours of X and X, boundary included",
        &[&[1.0], &[1.0], &[4.0 / 3.0], &[1.0]],
        FLOAT64,
        "theory",
        (
            "prdc",
            &["prdc.nearest_k=3", "prdc.boundary=inclusive"],
            pair("X", "X"),
        ),
        PRDC,
    ),
    metric(
        "six identical points, boundary left out",
        &[&[0.0], &[0.0], &[0.0], &[0.0]],
        0.0,
        PRDC_PROGRAM,
        (
            "prdc",
            &["prdc.nearest_k=3"],
            pair("six identical points", "six identical points"),
        ),
        PRDC,
    ),
    metric(
        "six identical points, boundary included",
        &[&[1.0], &[1.0], &[2.0], &[1.0]],
        FLOAT64,
        "theory",
        (
            "prdc",
            &["prdc.nearest_k=3", "prdc.boundary=inclusive"],
            pair("six identical points", "six identical points"),
        ),
        PRDC,
    ),
    function(
        "coverage of equal sets, k = 5",
        &[&[0.9687734351556639, 0.9710697179768424]],
        (FLOAT64, 0.0),
        "theory",
        ("closed form", functions::coverage_of_equals),
        &[nth("10,000 and 100", 0)],
    ),
    metric(
        "realism of Y",
        &[&[0.9476335332486722]],
        FLOAT32,
        "dgm-eval",
        ("realism", &[], XY),
        &[value("mean", "realism")],
    ),
    metric(
        "realism of Y, all balls",
        &[&[2.082614249773294], &[5.676764961146611]],
        // The largest is one over the smallest distance, where rounding counts most.
        2e-5,
        FORMULA,
        ("realism", &["realism.trim=none"], XY),
        &[
            value("mean", "realism"),
            detail("largest", "realism", "max"),
        ],
    ),
    function(
        "precision and recall curve of two histograms",
        &[
            &[0.9557915017483665],
            &[0.9557915013942146],
            &[0.5],
            &[0.5000000000000001],
        ],
        (1e-9, 0.0),
        "prd_score.py",
        ("PRD", functions::prd_of_histograms),
        &[
            nth("F8", 0),
            nth("F1/8", 1),
            nth("precision", 2),
            nth("recall", 3),
        ],
    ),
    function(
        "the same two histograms as bins",
        &[
            &[0.13952468937864584],
            &[
                -15.49193338482967,
                -9.759000729485331,
                11.180339887498947,
                15.49193338482967,
            ],
        ],
        (FLOAT64, 0.0),
        "ndb.py, SciPy",
        ("JSD and z", functions::bins_of_histograms),
        &[nth("divergence", 0), nth("z", 1)],
    ),
    metric(
        "authenticity of Y trained on X",
        &[&[100.0 * 13.0 / 36.0]],
        FLOAT64,
        "dgm-eval",
        ("authenticity", &[], trio("X", "X", "Y")),
        &[value("percent", "authenticity")],
    ),
    metric(
        "nearest neighbours tell X from Y",
        &[&[47.0 / 72.0], &[22.0 / 36.0], &[25.0 / 36.0]],
        FLOAT64,
        FORMULA,
        ("one_nn", &[], pair("X[:36]", "Y")),
        &[
            value("accuracy", "one_nn"),
            detail("of X", "one_nn", "accuracy_reference"),
            detail("of Y", "one_nn", "accuracy_generated"),
        ],
    ),
    metric(
        "CMMD form of X and Y",
        &[&[0.7010803133180831]],
        // 1 - <x, y> of rounded rows is multiplied by 1000 and cancels.
        2e-5,
        "cmmd-pytorch in float64",
        ("cmmd", &[], XY),
        &[value("cmmd", "cmmd")],
    ),
    metric(
        "Vendi Score of Y",
        &[&[3.0016783158861267]],
        FLOAT32,
        "vendi-score",
        ("vendi", &[], pair("", "Y")),
        &[value("order 1", "vendi")],
    ),
    metric(
        "Vendi Score of Y, order 2",
        &[&[2.6734015754661633]],
        FLOAT32,
        "vendi-score",
        ("vendi", &["vendi.order=2"], pair("", "Y")),
        &[value("order 2", "vendi")],
    ),
    metric(
        "Vendi Score of Y, order 1/2",
        &[&[3.359562131946588]],
        FLOAT32,
        "vendi-score",
        ("vendi", &["vendi.order=0.5"], pair("", "Y")),
        &[value("order 1/2", "vendi")],
    ),
    metric(
        "nearest cosine distances of Y to X, and of X to Y",
        &[&[0.06304757252127641], &[0.18122801594360444]],
        // Small cosine distances cancel.
        1e-5,
        "torchmetrics",
        ("mifid", &[], trio("X", "X", "Y")),
        &[
            detail("of Y", "mifid", "mean_min_cosine_distance"),
            detail("of X", "mifid", "mean_min_cosine_distance_of_train"),
        ],
    ),
    metric(
        "data copying test of Y, one cell",
        &[&[-3.9585664751285528]],
        FLOAT64,
        "data-copying",
        (
            "ct_score",
            &["ct_score.n_cells=1"],
            trio("X[:20]", "X[20:]", "Y"),
        ),
        &[value("z", "ct_score")],
    ),
    function(
        "RandomState(0)",
        &[
            &[0.548_813_503_927_324_8],
            &[2.0, 8.0, 4.0, 9.0, 1.0, 6.0, 7.0, 3.0, 0.0, 5.0],
        ],
        (1e-15, 0.0),
        "NumPy",
        ("Mersenne Twister", pictures::random_numbers),
        &[nth("rand()", 0), nth("permutation(10)", 1)],
    ),
    function(
        "row resized by TensorFlow 1",
        LEGACY,
        RESIZED,
        "TensorFlow 1's formula",
        ("tf1 bilinear", pictures::tf1_bilinear),
        SIZES,
    ),
    function(
        "row resized by clean-fid's imitation",
        LEGACY,
        RESIZED,
        "torch 2.15",
        ("grid_sample", pictures::grid_sample),
        SIZES,
    ),
    function(
        "row resized by torch",
        &[
            &[0.0, 5.0, 15.0, 35.0, 147.5, 255.0],
            &[1.666667, 25.0, 219.166667],
            &[5.0, 147.5],
        ],
        RESIZED,
        "torch 2.15",
        ("torch bilinear", pictures::torch_bilinear),
        SIZES,
    ),
    function(
        "row resized by torch, antialiased",
        &[
            &[0.0, 5.0, 15.0, 35.0, 147.5, 255.0],
            &[3.0, 25.0, 190.5],
            &[10.0, 127.857143],
        ],
        RESIZED,
        "torch 2.15",
        ("torch bilinear, antialiased", pictures::torch_antialiased),
        SIZES,
    ),
    function(
        "row resized by Pillow, bicubic",
        &[
            &[
                -0.657895, 2.941176, 11.701389, 24.0625, 155.588235, 269.144737,
            ],
            &[0.755149, 17.783764, 203.581236],
            &[-0.103306, 136.508264],
        ],
        RESIZED,
        "Pillow 13.0.0",
        ("Pillow bicubic", pictures::pillow_bicubic),
        SIZES,
    ),
    function(
        "triangles of seed 0",
        &[
            &[41248.0, 41840.0],
            &[58745.0, 5645.0, 35857.0, 20862.0, 6882.0],
        ],
        (0.0, 0.0),
        "the notebook of compare_gan",
        ("polygons", pictures::triangles),
        &[nth("sums", 0), nth("order", 1)],
    ),
    function(
        "PNG, written and read",
        &[&[
            255.0, 0.0, 0.0, 0.0, 255.0, 0.0, 0.0, 0.0, 255.0, 10.0, 20.0, 30.0,
        ]],
        (0.0, 0.0),
        "the picture itself",
        ("PNG decoder", pictures::png),
        &[nth("", 0)],
    ),
    function(
        "JPEG with colour at half resolution",
        &[&[
            188.0, 30.0, 19.0, 205.0, 47.0, 36.0, 18.0, 100.0, 140.0, 48.0, 130.0, 170.0, 199.0,
            41.0, 30.0, 201.0, 43.0, 32.0, 0.0, 62.0, 102.0, 0.0, 54.0, 94.0,
        ]],
        (0.0, 0.0),
        "Pillow 13.0.0 (libjpeg-turbo 3.2.0)",
        ("JPEG decoder", pictures::jpeg),
        &[nth("", 0)],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_case_has_a_name_of_its_own_and_a_value_for_each_part() {
        for (i, case) in CASES.iter().enumerate() {
            assert!(CASES[..i].iter().all(|c| c.id != case.id), "{}", case.id);
            let Golden::Here { values, source, .. } = &case.golden else {
                panic!("{}: not here", case.id);
            };
            assert_eq!(values.len(), case.parts.len(), "{}", case.id);
            assert!(!source.is_empty() && values.iter().all(|v| !v.is_empty()));
        }
    }
}
