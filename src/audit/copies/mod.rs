//! Copies of training images, also behind a disguise.
//!
//! ```text
//! digests ── exact ─────────────────────────────────────────────────────┐
//! thumbnails ── signature ── census (nearest_correlation) ── fit ──▶ score├── pair ──▶ verdict
//! held-out pictures, the same way ──▶ calibration ──▶ p-value, BH ───────┘
//! ```
//!
//! **Search.** A picture's signature is the middle of its thumbnail in 12 × 12 gray cells, without mean and contrast. Each
//! generated picture is cut in 135 `signature::versions` (turned, shifted, zoomed, partly covered) and every one is multiplied with the
//! signature of every training picture. Brightness and contrast do not matter, inversion is a negative product.
//!
//! **Score.** To the best 16 the frame is fitted; what part of the contrast then stays unexplained by the original's luma,
//! its tones, its colours and smoother versions of it (`explained`) is a distance in [0, 1]. The score says how much closer
//! the closest is than the *typical near neighbour*, so that a narrow domain does not look like copying.
//!
//! **Calibration.** Held-out real pictures go through the same search and have the same score, copy or not. Its p-value is
//! empirical in the body and exponential in the tail ([`crate::statistics::exponential_tail`]); Benjamini and Hochberg
//! keep the share of false alarms among the alarms below `copies.fdr`. The same is done without the worst ninths of each
//! window, for marks pasted on copies, and how often the rarer of both scores is as rare, honest pictures tell. If honest pictures come as near as often, the
//! finding is a note and not an accusation.
//!
//! **Naming.** The pair is then compared at its own size (up to 128 pixels), and the simplest transform is named that
//! explains it.
//!
//! **Lookalikes.** The nearest training picture in a network's features and by a perceptual hash is looked up too, with a null
//! of its own. What only these find is shown and never an accusation: features make two pictures of one kind alike.

mod align;
mod calibration;
mod census;
mod colour;
mod exact;
mod examine;
mod explained;
mod features;
mod fit;
mod hash;
mod lookalikes;
mod near;
mod pair;
mod plane;
mod signature;
mod simplest;
mod suspects;
mod target;
mod turn;
mod verdict;

pub use calibration::{Null, Origin};
pub use colour::Change;
pub use examine::{Options, Outcome, Search, examine};
pub use near::{Called, Near};
pub use pair::{Explanation, Family};
pub use suspects::Suspect;
pub use verdict::report;

use super::{Audit, Card, Case, Need, Report};
use crate::error::{Error, Result};
use crate::metrics::{Allowed, ParamSpec, Params};

/// The audit.
pub struct Copies;

static CARD: Card = Card {
    name: "copies",
    findings: &[
        "training_copies",
        "training_mirrors",
        "training_disguises",
        "training_lookalikes",
    ],
    rows: &[],
    summary: "training images handed back, as they are, mirrored or disguised",
    method: "For every generated image the closest training image under turns, shifts, crops, inversion and changes of \
             tone; called a copy where it is much closer than typical near neighbours, calibrated on held-out real images \
             (Benjamini-Hochberg).",
    source: "R13, R14 of the lecture; Benjamini and Hochberg 1995 (doi:10.1111/j.2517-6161.1995.tb02031.x); relative \
             distance as in Carlini et al. 2023, Extracting Training Data from Diffusion Models (arXiv:2301.13188)",
    needs: &[Need::Train],
    params: &[
        ParamSpec {
            name: "fdr",
            doc: "expected share of false alarms among the images that are called copies",
            default: "0.01",
            allowed: Allowed::Positive,
        },
        ParamSpec {
            name: "n_null",
            doc: "most held-out images that are searched to learn how near honest images come",
            default: "2500",
            allowed: Allowed::AtLeast(100),
        },
    ],
};

impl Audit for Copies {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn run(&self, case: &Case<'_>, params: &Params) -> Result<Report> {
        let options = Options {
            fdr: params.number("fdr")?,
            n_null: params.integer("n_null")?,
        };
        if options.fdr >= 1.0 {
            return Err(Error::usage(format!(
                "copies.fdr={}: a share of false alarms, expected below 1",
                options.fdr
            ))
            .mend("--set copies.fdr=0.01"));
        }
        Ok(report(&examine(case, &options)?, options.fdr))
    }
}
