//! The golden values of a conformance kit, each with the metric that must meet it.

use super::case::{Case, Part, Sets, detail, kit, kit_function, logits, nth, pair, trio, value};
use super::functions;

const A: Sets = pair("A_real", "A_gen");
const A_OWN: Sets = pair("A_real", "A_gen[:1090]");
const B: Sets = pair("B_real", "B_gen");
const S: Sets = pair("S_real", "S_gen");
const A_TRAIN: Sets = trio("A_train", "A_real", "A_gen");
const A_TRAIN_OWN: Sets = trio("A_train", "A_real", "A_gen[:1090]");
const B_TRAIN: Sets = trio("B_real", "B_real", "B_gen");
const C: Sets = logits("C_logits");

const FD: &[Part] = &[value("", "fd")];
const MEAN_TERM: &[Part] = &[detail("", "fd", "mean_term")];
const TRACES: &[Part] = &[
    detail("/0", "fd", "trace_reference"),
    detail("/1", "fd", "trace_generated"),
];
const KID: &[Part] = &[value("", "kid")];
const SCORE: &[Part] = &[
    value("/mean", "inception_score"),
    detail("/std_population", "inception_score", "split_std"),
];
const PRDC: &[Part] = &[
    value("/precision", "precision"),
    value("/recall", "recall"),
    value("/density", "density"),
    value("/coverage", "coverage"),
];
const PR: &[Part] = &[value("/precision", "precision"), value("/recall", "recall")];
const REALISM: &[Part] = &[value("/mean", "realism"), detail("/max", "realism", "max")];
const ONE_NN: &[Part] = &[
    value("/all", "one_nn"),
    detail("/real", "one_nn", "accuracy_reference"),
    detail("/gen", "one_nn", "accuracy_generated"),
];
const ONE_CELL: &[Part] = &[value("/Z", "ct_score")];
const FLD_ORDER: &str = "FLD with a given order";
const GAP: &[Part] = &[nth("/gap", 1), nth("/nll_train", 2)];
const NLL: &[Part] = &[nth("/nll_test", 3), nth("/baseline_nll_test", 4)];
const SLICED: &str = "sliced distances of given directions";
const MS_SSIM: &[Part] = &[
    nth("/five_scales", 0),
    nth("/one_scale_ssim", 1),
    nth("/three_scales_renormalised", 2),
];
const PRD_CLUSTERS: &str = "PRD of given clusters";
const PRD: &[Part] = &[
    nth("/F8_recall", 0),
    nth("/F1~18_precision", 1),
    nth("/precision", 2),
    nth("/recall", 3),
];
const VENDI: &[Part] = &[value("", "vendi")];
const RKE: &[Part] = &[value("/mode_count", "rke"), detail("/rke", "rke", "rke")];
const MIFID: &[Part] = &[
    value("/mifid", "mifid"),
    detail(
        "/mean_min_cosine_distance",
        "mifid",
        "mean_min_cosine_distance",
    ),
    detail("/fid", "mifid", "frechet_distance"),
];
const MIFID_REAL: &[Part] = &[detail(
    "/mean_min_cosine_distance",
    "mifid",
    "mean_min_cosine_distance_of_train",
)];

/// All of them.
pub static CASES: &[Case] = &[
    kit("fid/A/ddof1", "fid", &[], A, FD),
    kit("fid/A/ddof0", "fid", &["fid.ddof=0"], A, FD),
    kit("fid/A/mean-term", "fid", &[], A, MEAN_TERM),
    kit("fid/A/traces", "fid", &[], A, TRACES),
    kit("fid/B/ddof1", "fid", &[], B, FD),
    kit("fid/B/ddof0", "fid", &["fid.ddof=0"], B, FD),
    kit("fid/B/mean-term", "fid", &[], B, MEAN_TERM),
    kit("fid/B/traces", "fid", &[], B, TRACES),
    kit("fid/S/ddof1", "fid", &[], S, FD),
    kit("fid/S/ddof0", "fid", &["fid.ddof=0"], S, FD),
    kit("fid/S/mean-term", "fid", &[], S, MEAN_TERM),
    kit("fid/S/traces", "fid", &[], S, TRACES),
    kit("fid/A/self", "fid", &[], pair("A_real", "A_real"), FD),
    kit(
        "fid/A/single-class",
        "fid",
        &[],
        pair("A_real[:10]", "A_gen[:10]"),
        FD,
    ),
    kit("kid/A/full-u", "kid", &["kid.estimator=full"], A, KID),
    kit(
        "kid/A/full-biased",
        "kid",
        &["kid.estimator=biased"],
        A,
        KID,
    ),
    kit("kid/B/full-u", "kid", &["kid.estimator=full"], B, KID),
    kit(
        "kid/B/full-biased",
        "kid",
        &["kid.estimator=biased"],
        B,
        KID,
    ),
    kit("kid/S/full-u", "kid", &["kid.estimator=full"], S, KID),
    kit(
        "kid/S/full-biased",
        "kid",
        &["kid.estimator=biased"],
        S,
        KID,
    ),
    kit(
        "kid/A/torch-fidelity-rng2020",
        "kid",
        &["kid.n_subsets=20", "kid.subset_size=100"],
        A,
        &[value("/0", "kid"), detail("/1", "kid", "subset_std")],
    ),
    kit_function(
        "kid/A/subsets",
        "kid of given subsets",
        functions::kid_of_subsets,
        &[nth("", 0)],
    ),
    kit_function(
        "kid/A/mean",
        "kid of given subsets",
        functions::kid_of_subsets,
        &[nth("", 1)],
    ),
    kit_function(
        "kid/A/std",
        "kid of given subsets",
        functions::kid_of_subsets,
        &[nth("/population", 2)],
    ),
    kit_function(
        "kid/A/blocks-512",
        "kid of blocks",
        functions::kid_of_blocks,
        &[nth("/mean", 0), nth("/blocks", 1)],
    ),
    kit(
        "is/C/splits1/in-order",
        "inception_score",
        &["inception_score.n_splits=1", "inception_score.shuffle=none"],
        C,
        SCORE,
    ),
    kit(
        "is/C/splits1/shuffled-2020",
        "inception_score",
        &["inception_score.n_splits=1"],
        C,
        SCORE,
    ),
    kit(
        "is/C/splits10/in-order",
        "inception_score",
        &["inception_score.shuffle=none"],
        C,
        SCORE,
    ),
    kit(
        "is/C/splits10/shuffled-2020",
        "inception_score",
        &[],
        C,
        SCORE,
    ),
    kit(
        "is/C/splits10/chunk-ceil",
        "inception_score",
        &["inception_score.shuffle=none"],
        C,
        &[value("/mean", "inception_score")],
    ),
    kit(
        "prdc/A/k3/lt",
        "prdc",
        &["prdc.nearest_k=3", "prdc.boundary=strict"],
        A,
        PRDC,
    ),
    kit(
        "prdc/A/k3/le",
        "prdc",
        &["prdc.nearest_k=3", "prdc.boundary=inclusive"],
        A,
        PRDC,
    ),
    kit("prdc/A/k3/le", "precision_recall", &[], A, PR),
    kit(
        "prdc/A/k3/lt",
        "precision_recall",
        &["precision_recall.boundary=strict"],
        A,
        PR,
    ),
    kit("prdc/A/k5/lt", "prdc", &[], A, PRDC),
    kit(
        "prdc/A/k5/le",
        "prdc",
        &["prdc.boundary=inclusive"],
        A,
        PRDC,
    ),
    kit("prdc/A-own/k5/lt", "prdc", &[], A_OWN, PRDC),
    kit(
        "prdc/A-own/k3/lt",
        "prdc",
        &["prdc.nearest_k=3"],
        A_OWN,
        PRDC,
    ),
    kit("realism/A/k3/unsquared", "realism", &[], A_OWN, REALISM),
    kit(
        "realism/A/k3/unsquared-untrimmed",
        "realism",
        &["realism.trim=none"],
        A_OWN,
        REALISM,
    ),
    kit(
        "realism/A/k3/squared-legacy",
        "realism",
        &["realism.form=squared"],
        A,
        REALISM,
    ),
    kit(
        "realism/A/k5/unsquared",
        "realism",
        &["realism.nearest_k=5"],
        A_OWN,
        REALISM,
    ),
    kit(
        "realism/A/k5/unsquared-untrimmed",
        "realism",
        &["realism.nearest_k=5", "realism.trim=none"],
        A_OWN,
        REALISM,
    ),
    kit(
        "realism/A/k5/squared-legacy",
        "realism",
        &["realism.nearest_k=5", "realism.form=squared"],
        A,
        REALISM,
    ),
    kit(
        "copies/A",
        "authenticity",
        &[],
        A_TRAIN,
        &[detail("/zero_distance", "authenticity", "n_copies")],
    ),
    kit(
        "authpct/A",
        "authenticity",
        &[],
        A_TRAIN,
        &[value("/percent", "authenticity")],
    ),
    kit(
        "one-nn/A",
        "one_nn",
        &[],
        pair("A_real[:1200]", "A_gen[:1200]"),
        ONE_NN,
    ),
    kit(
        "one-nn/A-own",
        "one_nn",
        &[],
        pair("A_real[:1090]", "A_gen[:1090]"),
        ONE_NN,
    ),
    kit("vendi/A/q1", "vendi", &[], pair("", "A_gen"), VENDI),
    kit(
        "vendi/A/q2",
        "vendi",
        &["vendi.order=2"],
        pair("", "A_gen"),
        VENDI,
    ),
    kit(
        "vendi/A/qinf",
        "vendi",
        &["vendi.order=inf"],
        pair("", "A_gen"),
        VENDI,
    ),
    kit(
        "vendi/A/q0.5",
        "vendi",
        &["vendi.order=0.5"],
        pair("", "A_gen"),
        VENDI,
    ),
    kit("vendi/S/q1", "vendi", &[], pair("", "S_gen"), VENDI),
    kit("rke/A", "rke", &["rke.sigma=9"], pair("", "A_gen"), RKE),
    kit(
        "rke/A/first150",
        "rke",
        &["rke.sigma=9"],
        pair("", "A_gen[:150]"),
        &[value("", "rke")],
    ),
    kit(
        "rrke/A/first300",
        "rke",
        &["rke.sigma=9"],
        pair("A_real[:300]", "A_gen[:300]"),
        &[detail("", "rke", "rrke")],
    ),
    kit("cmmd/A", "cmmd", &[], A, &[value("", "cmmd")]),
    kit("cmmd/B", "cmmd", &[], B, &[value("", "cmmd")]),
    kit(
        "sw-approx/A",
        "sliced_wasserstein",
        &[],
        A,
        &[detail("", "sliced_wasserstein", "sw_approx")],
    ),
    kit(
        "mifid/A/gen-to-real/tau0.1",
        "mifid",
        &["mifid.threshold=0.1"],
        A_TRAIN,
        MIFID,
    ),
    kit(
        "mifid/A/gen-to-real/tau0.9",
        "mifid",
        &["mifid.threshold=0.9"],
        A_TRAIN,
        MIFID,
    ),
    kit(
        "mifid/A/real-to-gen/tau0.1",
        "mifid",
        &["mifid.threshold=0.1"],
        A_TRAIN,
        MIFID_REAL,
    ),
    kit(
        "mifid/A/real-to-gen/tau0.9",
        "mifid",
        &["mifid.threshold=0.9"],
        A_TRAIN,
        MIFID_REAL,
    ),
    kit(
        "mifid/B/gen-to-real/tau0.1",
        "mifid",
        &["mifid.threshold=0.1"],
        B_TRAIN,
        MIFID,
    ),
    kit(
        "mifid/B/gen-to-real/tau0.9",
        "mifid",
        &["mifid.threshold=0.9"],
        B_TRAIN,
        MIFID,
    ),
    kit(
        "mifid/B/real-to-gen/tau0.1",
        "mifid",
        &["mifid.threshold=0.1"],
        B_TRAIN,
        MIFID_REAL,
    ),
    kit(
        "mifid/B/real-to-gen/tau0.9",
        "mifid",
        &["mifid.threshold=0.9"],
        B_TRAIN,
        MIFID_REAL,
    ),
    kit(
        "ct/A/one-cell",
        "ct_score",
        &["ct_score.n_cells=1"],
        A_TRAIN,
        ONE_CELL,
    ),
    kit(
        "ct/A-own/one-cell",
        "ct_score",
        &["ct_score.n_cells=1"],
        A_TRAIN_OWN,
        ONE_CELL,
    ),
    kit_function(
        "ct/A",
        "data copying test of given cells",
        functions::data_copying_of_cells,
        &[nth("/C_T", 0), nth("/z", 1), nth("/U", 2)],
    ),
    kit_function("fld/A", FLD_ORDER, functions::fld_of_a, &[nth("", 0)]),
    kit_function("fld/A/gap", FLD_ORDER, functions::fld_of_a, GAP),
    kit_function("fld/A/nll", FLD_ORDER, functions::fld_of_a, NLL),
    kit_function(
        "fld/A-own",
        FLD_ORDER,
        functions::fld_of_a_own,
        &[nth("", 0)],
    ),
    kit_function("fld/A-own/gap", FLD_ORDER, functions::fld_of_a_own, GAP),
    kit_function("fld/A-own/nll", FLD_ORDER, functions::fld_of_a_own, NLL),
    kit_function("prd/A", PRD_CLUSTERS, functions::prd_of_clusters, PRD),
    kit_function(
        "prd/A/swapped",
        PRD_CLUSTERS,
        functions::prd_exchanged,
        &[nth("/F8_recall", 0), nth("/F1~18_precision", 1)],
    ),
    kit_function(
        "ndb/A",
        "different bins of given bins",
        functions::bins,
        &[
            nth("/ndb", 0),
            nth("/ndb_over_k", 1),
            nth("/ndb_z_gt_2", 2),
            nth("/jsd_nats", 3),
            nth("/z", 4),
            nth("/p_values", 5),
        ],
    ),
    kit_function(
        "ndb/A/assignment",
        "nearest centres",
        functions::bin_assignment,
        &[nth("/agree_with_A_ndb_bin_gen", 0)],
    ),
    kit_function(
        "two-proportion-z",
        "test of two shares",
        functions::shares,
        &[nth("/z", 0), nth("/p_two_sided", 1)],
    ),
    kit_function(
        "fid-infinity/A/points",
        "Fréchet distances of given subsets",
        functions::frechet_of_subsets,
        &[nth("", 0)],
    ),
    kit_function(
        "fid-infinity/A",
        "Fréchet distances of given subsets",
        functions::frechet_of_subsets,
        &[nth("", 1)],
    ),
    kit_function(
        "sliced-wasserstein/A",
        SLICED,
        functions::sliced_equal,
        &[
            nth("/SW1_mean", 0),
            nth("/SW2_squared_mean", 1),
            nth("/first4_W1", 2),
        ],
    ),
    kit_function(
        "sliced-wasserstein/A/unequal-n",
        SLICED,
        functions::sliced_unequal,
        &[nth("/SW1_mean", 0), nth("/first4_W1", 2)],
    ),
    kit_function("mind/A", SLICED, functions::mind, &[nth("", 0)]),
    kit_function("ms-ssim/D0", "MS-SSIM", functions::similarity_0, MS_SSIM),
    kit_function("ms-ssim/D1", "MS-SSIM", functions::similarity_1, MS_SSIM),
    kit_function(
        "ms-ssim/anchor",
        "MS-SSIM",
        functions::similarity_of_even_pictures,
        &[nth("", 0)],
    ),
];

/// Golden values that are not compared, and why.
pub static LEFT_OUT: &[(&str, &str)] = &[(
    "is/C/splits7/remainder-dropped",
    "a way to split that gavel does not offer",
)];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_both_compared_and_left_out() {
        for (id, reason) in LEFT_OUT {
            assert!(CASES.iter().all(|case| case.id != *id), "{id}");
            assert!(!reason.is_empty());
        }
    }
}
