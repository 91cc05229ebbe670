//! `hygiene`: what is wrong with the data before any generator is looked at.
//!
//! [`leakage`]: pictures in two sets at once, or twice in the reference; [`formats`]: two sets that were stored in different
//! ways, so that a distance between them measures the storing; [`content`]: blank pictures, alpha, other things that decoding
//! noticed, and pictures that were small once.

pub mod content;
pub mod enlarged;
pub mod formats;
pub mod leakage;
mod shares;

use super::{Audit, Card, Case, Exhibit, Report};
use crate::error::Result;
use crate::metrics::Params;
use crate::statistics::estimate::SetSide;

/// Everything in the data that makes a distance meaningless.
pub struct Hygiene;

static CARD: Card = Card {
    name: "hygiene",
    findings: &[
        "leak_train_reference",
        "leak_reference_generated",
        "leak_train_generated",
        "reference_duplicates",
        "format_mismatch",
        "size_mismatch",
        "color_mismatch",
        "depth_mismatch",
        "blank",
        "alpha",
        "decoding",
        "enlarged",
    ],
    rows: &[],
    summary: "leakage between the sets, duplicates in the reference, other formats, sizes or colors, blank pictures, alpha, enlarged pictures",
    method: "equal digests of the decoded pixels; shares of every format, JPEG quality and subsampling, size, mode and bit depth in \
             both sets; pictures whose blocks of pixels are all equal",
    source: "Parmar, Zhang and Zhu 2022, arXiv:2104.11222 (compression and resizing move the FID); Barz and Denzler 2020, arXiv:1902.00423 (leakage)",
    needs: &[],
    params: &[],
};

impl Audit for Hygiene {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn run(&self, case: &Case<'_>, _params: &Params) -> Result<Report> {
        let mut report = Report {
            findings: leakage::findings(case.reference, case.generated, case.train),
            ..Report::default()
        };
        if let Some(reference) = case.reference {
            report
                .findings
                .extend(formats::findings(reference, case.generated));
        }
        let sides = sides(case);
        report.findings.extend(content::findings(&sides));
        for (side, set) in sides {
            if side != SetSide::Train {
                report
                    .findings
                    .extend(enlarged::finding(side, set, case.archive)?);
            }
        }
        Ok(report)
    }
}

/// The sets that are there.
fn sides<'a>(case: &Case<'a>) -> Vec<(SetSide, &'a Exhibit)> {
    let all = [
        (SetSide::Reference, case.reference),
        (SetSide::Generated, Some(case.generated)),
        (SetSide::Train, case.train),
    ];
    all.into_iter()
        .filter_map(|(side, set)| Some((side, set?)))
        .collect()
}
