//! The table of claims.

/// What a metric may promise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Claim {
    /// Exchanging reference and generated set changes nothing.
    Symmetric,
    /// Exchanging them exchanges these two rows.
    Exchanges(&'static str, &'static str),
    /// A set against itself gives this value, within a bound.
    Identity {
        row: &'static str,
        value: f64,
        within: f64,
    },
    /// Adding one number to every feature of every set changes nothing.
    ShiftFree,
    /// Multiplying every feature of every set by c multiplies every row by c to this power.
    Scales { power: i32 },
    /// The order of the rows changes nothing.
    OrderFree,
    /// Having every row of both sets twice changes nothing (a statistic of the empirical distributions).
    CopyFree,
}

/// What a metric promises under some parameters.
#[derive(Debug)]
pub struct Line {
    pub metric: &'static str,
    pub options: &'static [&'static str],
    pub claims: &'static [Claim],
}

const fn line(
    metric: &'static str,
    options: &'static [&'static str],
    claims: &'static [Claim],
) -> Line {
    Line {
        metric,
        options,
        claims,
    }
}

const fn identity(row: &'static str, value: f64, within: f64) -> Claim {
    Claim::Identity { row, value, within }
}

use Claim::{CopyFree, Exchanges, OrderFree, Scales, ShiftFree, Symmetric};

/// A line for each metric, several where its parameters change what holds. Features are changed and not what stands beside
/// them (class scores, spectra, pictures), except by exchange, order and copies.
#[rustfmt::skip]
pub static CLAIMS: &[Line] = &[
    line("fid", &["fid.ddof=0"], &[Symmetric, identity("fd", 0.0, 1e-9), ShiftFree, Scales { power: 2 }, OrderFree, CopyFree]),
    line("fid", &[], &[Symmetric, ShiftFree, Scales { power: 2 }, OrderFree]),
    line("fid_infinity", &[], &[ShiftFree, Scales { power: 2 }]),
    line("sfid", &[], &[Symmetric, identity("sfid", 0.0, 1e-9), OrderFree]),
    line("kid", &["kid.estimator=full"], &[Symmetric, OrderFree]),
    line("kid", &["kid.estimator=biased"], &[Symmetric, identity("kid", 0.0, 1e-12), OrderFree, CopyFree]),
    line("cmmd", &[], &[Symmetric, identity("cmmd", 0.0, 1e-9), Scales { power: 0 }, OrderFree, CopyFree]),
    line("inception_score", &["inception_score.n_splits=1"], &[OrderFree, CopyFree]),
    line("inception_score_infinity", &[], &[Scales { power: 0 }]),
    line("precision_recall", &[], &[Exchanges("precision", "recall"), identity("precision", 1.0, 0.0), identity("recall", 1.0, 0.0), ShiftFree, Scales { power: 0 }, OrderFree]),
    line("prdc", &[], &[Exchanges("precision", "recall"), identity("precision", 1.0, 0.0), identity("recall", 1.0, 0.0), identity("coverage", 1.0, 0.0), ShiftFree, Scales { power: 0 }, OrderFree]),
    line("realism", &[], &[ShiftFree, Scales { power: 0 }, OrderFree]),
    line("prd", &[], &[identity("prd_f8", 1.0, 1e-6), identity("prd_f1_8", 1.0, 1e-6), ShiftFree]),
    line("vendi", &[], &[Scales { power: 0 }, OrderFree, CopyFree]),
    line("rke", &["rke.sigma=2"], &[ShiftFree, OrderFree, CopyFree]),
    line("fld", &[], &[Scales { power: 0 }]),
    line("authenticity", &[], &[ShiftFree, Scales { power: 0 }, OrderFree]),
    line("ct_score", &[], &[ShiftFree]),
    line("mifid", &[], &[OrderFree]),
    line("one_nn", &[], &[Symmetric, ShiftFree, Scales { power: 0 }, OrderFree]),
    line("ndb", &[], &[identity("ndb", 0.0, 0.0), identity("jsd", 0.0, 1e-12)]),
    line("sliced_wasserstein", &[], &[Symmetric, identity("sliced_wasserstein", 0.0, 1e-12), ShiftFree, Scales { power: 1 }, OrderFree, CopyFree]),
    line("mind", &[], &[Symmetric, identity("mind", 0.0, 1e-12), ShiftFree, Scales { power: 2 }, OrderFree, CopyFree]),
    line("ms_ssim_diversity", &[], &[Scales { power: 0 }]),
    line("quality_entropy", &[], &[OrderFree, CopyFree]),
    line("diversity_entropy", &[], &[OrderFree, CopyFree]),
    line("power_spectrum", &[], &[Symmetric, identity("power_spectrum", 0.0, 1e-12), OrderFree, CopyFree]),
    line("colour_histogram", &[], &[Symmetric, identity("colour_histogram", 0.0, 1e-12), OrderFree, CopyFree]),
];
