//! Pictures that submissions share with each other.

use super::class::Submission;
use super::examiner::Examiner;
use crate::audit::Exhibit;
use crate::audit::common::{Alike, Common, How, between};
use crate::audit::gather::{GatherOptions, gather};
use crate::cli::console::Console;
use crate::cli::output;
use crate::cli::pictures::PictureSet;
use crate::cli::thumbnails::thumbnail;
use crate::error::{Error, Result};
use crate::features::extract::OnError;
use crate::sources::Pixels;
use crate::verdicts::grade::plagiarism::{Pair, Shared};
use crate::verdicts::grade::{Course, Record};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Pairs that are shown of two submissions.
const SHOWN: usize = 8;

/// What is kept between runs.
#[derive(Default, Serialize, Deserialize)]
struct Kept {
    /// What it depends on.
    key: String,
    shared: Vec<Shared>,
}

/// What every two submissions have in common, or what an earlier run found among the same ones.
///
/// # Errors
/// Interrupted. Input: a submission changed during the run, or the file cannot be written.
pub fn shared(
    class: &[Submission],
    records: &[Record],
    examiner: &Examiner<'_>,
    course: &Course,
    place: &Path,
    console: &Console,
) -> Result<Vec<Shared>> {
    let key = key(records, examiner);
    if let Some(kept) = read(place)?.filter(|kept| kept.key == key) {
        return Ok(kept.shared);
    }
    let looked: Vec<(&Submission, &Record)> = class
        .iter()
        .zip(records)
        .filter(|(_, record)| record.files.is_some())
        .collect();
    console.talk(&format!(
        "comparing {} submissions with each other",
        looked.len()
    ));
    let mut exhibits = Vec::new();
    let mut pictures = Vec::new();
    for (submission, _) in &looked {
        let source = examiner.open(&submission.path.display().to_string())?;
        let options = GatherOptions {
            threads: 0,
            on_error: OnError::Skip { max_bad: None },
        };
        let gathered = gather(source.as_ref(), &options, console)?;
        pictures.push(PictureSet::new(source, gathered.indices));
        exhibits.push(gathered.exhibit);
    }
    let sets: Vec<&Exhibit> = exhibits.iter().collect();
    let real = examiner.grounds().exhibits();
    let found = between(&sets, &real, examiner.seed(), console)?;
    let mut shared = Vec::new();
    for common in found {
        let [a, b] = common.sets;
        let (Some((_, first)), Some((_, second))) = (looked.get(a), looked.get(b)) else {
            continue;
        };
        let n = [exhibits[a].len(), exhibits[b].len()];
        let mut told = tell(
            [&first.id, &second.id],
            n,
            &common,
            [&exhibits[a], &exhibits[b]],
        );
        // A chance pair in a thousand needs no picture.
        if told.share() >= course.plagiarism.share {
            illustrate(&mut told, &common, [&pictures[a], &pictures[b]], console)?;
        }
        shared.push(told);
    }
    let kept = Kept { key, shared };
    let bytes = serde_json::to_vec_pretty(&kept).map_err(|e| Error::numerical(e.to_string()))?;
    output::write_file(place, &bytes)?;
    Ok(kept.shared)
}

/// What an earlier run found; nothing where there was none.
///
/// # Errors
/// Input: the file is damaged.
pub fn saved(place: &Path) -> Result<Vec<Shared>> {
    Ok(read(place)?.unwrap_or_default().shared)
}

fn read(place: &Path) -> Result<Option<Kept>> {
    if !place.is_file() {
        return Ok(None);
    }
    let bytes = std::fs::read(place).map_err(|e| Error::io(place, &e))?;
    Ok(serde_json::from_slice(&bytes).ok())
}

fn key(records: &[Record], examiner: &Examiner<'_>) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(examiner.basis().as_bytes());
    for record in records {
        for part in [&record.id, &record.key] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
    }
    hasher.finalize().to_hex().to_string()
}

fn tell(ids: [&String; 2], n: [usize; 2], common: &Common, sets: [&Exhibit; 2]) -> Shared {
    let n_identical = common
        .pairs
        .iter()
        .filter(|pair| pair.how == How::Same)
        .count();
    let name = |side: usize, pair: &Alike| {
        let item = sets[side].items.get(pair.rows[side]);
        item.map(|item| item.name.clone()).unwrap_or_default()
    };
    Shared {
        between: ids.map(Clone::clone),
        n,
        n_identical,
        n_near: common.pairs.len() - n_identical,
        pairs: common
            .pairs
            .iter()
            .take(SHOWN)
            .map(|pair| Pair {
                names: [name(0, pair), name(1, pair)],
                distance: pair.distance,
                how: pair.how.name().to_owned(),
                thumbnails: None,
            })
            .collect(),
    }
}

fn illustrate(
    told: &mut Shared,
    common: &Common,
    sets: [&PictureSet; 2],
    console: &Console,
) -> Result<()> {
    let read = |side: usize| -> Result<BTreeMap<usize, Pixels>> {
        let rows: BTreeSet<usize> = common
            .pairs
            .iter()
            .take(SHOWN)
            .map(|pair| pair.rows[side])
            .collect();
        let rows: Vec<usize> = rows.into_iter().collect();
        sets[side].read(&rows, usize::MAX, console)
    };
    let pictures = [read(0)?, read(1)?];
    for (pair, alike) in told.pairs.iter_mut().zip(&common.pairs) {
        let small = |side: usize| {
            let picture = thumbnail(pictures[side].get(&alike.rows[side])?)?;
            Some(picture.as_str().to_owned())
        };
        pair.thumbnails = small(0).zip(small(1)).map(|(a, b)| [a, b]);
    }
    Ok(())
}
