//! CIFAR-10 and CIFAR-100 as published: binary or Python batches, as files, in a folder or in a tar archive.
//!
//! Binary record: one label byte (CIFAR-100: coarse, then fine), then 1024 red, 1024 green and 1024 blue bytes. Python batch:
//! a pickled dict with `data` (`uint8 [n, 3072]`, the same layout) and `labels` or `fine_labels` (Krizhevsky's dataset page).
//! Pictures are named `train/cat/00007`; the number counts within the split. Training batches come first.

mod batch;

use super::records::{Feed, Part, Reading, Records, Shape};
use super::{Entry, Limits, files, idx, tar_archive};
use crate::error::{Error, Result};
use batch::{Batch, Coding};
use std::collections::HashMap;
use std::io::Read;
use std::path::{Path, PathBuf};

const NAMES: [&str; 10] = [
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
];

/// Where batches lie.
#[derive(Debug, Clone)]
pub(super) enum Container {
    /// One batch, by itself.
    File(PathBuf),
    /// A folder.
    Folder(PathBuf),
    /// A tar archive, gzipped or not.
    Tar(PathBuf, Limits),
}

impl Container {
    /// Hands over the batches that are asked for, by number; an archive is read once for all of them.
    fn read(
        &self,
        batches: &[Batch],
        asked: &dyn Fn(usize) -> bool,
        reading: Reading<'_>,
    ) -> Result<()> {
        let chosen = || {
            batches
                .iter()
                .enumerate()
                .filter(|(number, _)| asked(*number))
        };
        match self {
            Self::File(path) => {
                chosen().try_for_each(|(number, _)| reading(number, &mut *idx::reader(path)?))
            }
            Self::Folder(root) => chosen().try_for_each(|(number, batch)| {
                reading(number, &mut *idx::reader(&root.join(&batch.member))?)
            }),
            Self::Tar(path, limits) => {
                let number = |name: &str| {
                    chosen()
                        .find(|(_, batch)| batch.member == name)
                        .map(|(number, _)| number)
                };
                tar_archive::with_members(path, chosen().count(), limits, &number, reading)
            }
        }
    }
}

/// The names among `names` that are CIFAR batches, training first. Empty if there is none.
pub(super) fn batches(names: &[String]) -> Vec<Batch> {
    let base = |name: &String| name.rsplit('/').next().unwrap_or_default().to_owned();
    // `train` and `test` alone are common names; CIFAR-100's come with `meta` or `file.txt~`.
    let hundred = names.iter().any(|name| {
        matches!(
            base(name).as_str(),
            "meta" | "file.txt~" | "fine_label_names.txt"
        )
    });
    let mut found: Vec<Batch> = names
        .iter()
        .filter_map(|name| Batch::named(name, &base(name), hundred))
        .collect();
    found.sort_by(|a, b| (a.split != "train", &a.member).cmp(&(b.split != "train", &b.member)));
    found
}

/// The batches of a folder, if it has any.
pub(super) fn in_folder(root: &Path) -> Result<Vec<Batch>> {
    Ok(batches(&files::names_below(root)?))
}

/// A single binary batch by name and size, or a pickled one by its first bytes.
pub(super) fn single(path: &Path, head: &[u8]) -> Option<Vec<Batch>> {
    let name = path.file_name()?.to_str()?.to_owned();
    let size = path.metadata().ok()?.len();
    let split = if name.contains("test") {
        "test"
    } else {
        "train"
    };
    let coding = if matches!(head, [0x80, 2..=5, b'}' | b'c' | 0x95, ..]) {
        Coding::Pickled
    } else if !Path::new(&name)
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("bin"))
        || size == 0
    {
        return None;
    } else if size % 3074 == 0 && matches!(name.as_str(), "train.bin" | "test.bin") {
        Coding::Binary100
    } else if size % 3073 == 0 {
        Coding::Binary10
    } else {
        return None;
    };
    Some(vec![Batch {
        member: name,
        split,
        coding,
    }])
}

pub(super) fn source(spec: &str, container: Container, batches: Vec<Batch>) -> Result<Records> {
    if batches.is_empty() {
        return Err(Error::input(format!("{spec}: no CIFAR batch was found")));
    }
    let mut labels = vec![Vec::new(); batches.len()];
    let mut read_labels = |number: usize, reader: &mut dyn Read| {
        if let (Some(slot), Some(batch)) = (labels.get_mut(number), batches.get(number)) {
            *slot = batch.labels(reader)?;
        }
        Ok(())
    };
    container
        .read(&batches, &|_| true, &mut read_labels)
        .map_err(|error| error.at(spec))?;

    let mut entries = Vec::new();
    let mut parts = Vec::new();
    let mut counters: HashMap<&str, usize> = HashMap::new();
    for (batch, labels) in batches.iter().zip(&labels) {
        let counter = counters.entry(batch.split).or_default();
        let ten = batch.coding != Coding::Binary100 && labels.iter().all(|&label| label < 10);
        for &label in labels {
            let class = if ten { NAMES.get(label) } else { None };
            let class = class.map_or_else(|| label.to_string(), |name| (*name).to_owned());
            entries.push(Entry {
                name: format!("{}/{class}/{counter:05}", batch.split),
                label: Some(class),
            });
            *counter += 1;
        }
        let shape = Shape {
            width: 32,
            height: 32,
            channels: 3,
            planar: true,
            skip: batch.coding.label_bytes(),
        };
        parts.push(Part {
            n: labels.len(),
            shape,
        });
    }
    let feed: Feed = Box::new(move |asked, reading| {
        container.read(
            &batches,
            asked,
            &mut |number, reader| match batches.get(number) {
                Some(batch) => batch.feed(reader, &mut |records| reading(number, records)),
                None => Ok(()),
            },
        )
    });
    Records::new(spec, entries, parts, feed, Vec::new())
}
