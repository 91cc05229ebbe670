//! C5: generators that hand the training set back, as it is or mirrored, before the Fréchet distance and before the audit.

mod data;
mod eyes;
mod judge;
mod measure;
mod told;

use crate::page::{Outcome, Section, Tested};
use data::Pool;
use eyes::Eyes;
use gavel::error::Result;
use gavel::rng::Seed;
use judge::Judged;
use std::path::Path;

/// Random splits into train, reference and honest.
const N_SPLITS: u64 = 3;

/// The claim is about faces, which a mirror leaves faces; digits are the control.
const CLAIMED: &str = "anime";

/// C5.
pub fn section(data: &Path, seed: Seed) -> Result<Section> {
    let mut judged: Vec<Judged> = Vec::new();
    let mut missing: Vec<String> = Vec::new();
    let eyes = Eyes::open()?;
    for kind in data::POOLS {
        match Pool::load(data, kind)? {
            Ok(pool) => {
                let rows = measure::all(&pool, &eyes, N_SPLITS, seed)?;
                judged.push(judge::judge(pool, rows));
            }
            Err(file) => {
                println!("SKIPPED: {} has no {file}", data.display());
                missing.push(file);
            }
        }
    }
    let claimed = judged.iter().find(|one| one.pool.name == CLAIMED);
    let outcome = match claimed {
        None => Outcome::Skipped(format!(
            "no {} below the folder of data (--data DIR)",
            missing.join(", no ")
        )),
        Some(claimed) => Outcome::Tested(Box::new(Tested {
            done: told::done(&judged, &eyes),
            figure: told::figure(&judged),
            table: told::table(&judged),
            sentences: told::sentences(&judged),
            parts: told::parts(claimed),
            limits: "sets of 833 to 1,000 pictures; the embedded extractor, which was trained on 2,250 of these 2,500 faces as one of its 33 \
                     classes, so that all three real parts are equally known to it; copies pixel by pixel (`reports/audit.md` \
                     plants disguised ones).",
        })),
    };
    Ok(Section {
        claim: "C5",
        says: "A generator that hands back its training set, or its mirror image, has an FID near zero and is useless; a \
               check for copies (and mirrored copies) catches it.",
        outcome,
    })
}
