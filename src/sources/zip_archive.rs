//! `.zip`: random access through the central directory.
//!
//! A `dataset.json` as StyleGAN's tools write it gives the labels: `{"labels": [["00000/img00000000.png", 6], …]}`.

use super::limits::{Budget, too_large};
use super::members::{self, LeftOut};
use super::{
    Digest, Entry, ImageSource, Limits, Stored, Visitor, Wanted, digests_once, no_such_item,
};
use crate::error::{Error, Result};
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// An open zip file.
pub(super) type Archive = zip::ZipArchive<BufReader<File>>;

pub(super) struct ZipSource {
    spec: String,
    path: PathBuf,
    entries: Vec<Entry>,
    /// Place of each picture in the archive's directory.
    places: Vec<usize>,
    notes: Vec<String>,
    limits: Limits,
    digests: OnceLock<Vec<Digest>>,
}

pub(super) fn broken(why: &dyn std::fmt::Display) -> Error {
    Error::input(format!("the zip archive is truncated or damaged ({why})"))
        .mend("fetch or pack the archive again")
}

/// Opens the directory of a zip file.
pub(super) fn open(path: &Path) -> Result<Archive> {
    let file = File::open(path).map_err(|error| Error::io(path, &error))?;
    zip::ZipArchive::new(BufReader::new(file)).map_err(|error| broken(&error).at(path.display()))
}

/// The pictures of a zip file. Names are checked here; contents when they are read.
pub(super) fn source(spec: &str, path: &Path, limits: &Limits) -> Result<ZipSource> {
    let mut archive = open(path)?;
    let inventory =
        Inventory::take(&mut archive, path, limits).map_err(|error| error.at(path.display()))?;
    if inventory.pictures.is_empty() {
        return Err(inventory.left_out.nothing_found(spec));
    }
    let mut entries = members::entries(&inventory.pictures);
    if let Some(place) = inventory.labels {
        let labels = read_labels(&mut archive, place, limits)
            .map_err(|error| error.at(format!("{}: dataset.json", path.display())))?;
        for entry in &mut entries {
            entry.label = labels.get(&entry.name).cloned().or(entry.label.take());
        }
    }
    Ok(ZipSource {
        spec: spec.to_owned(),
        path: path.to_path_buf(),
        entries,
        places: inventory
            .pictures
            .into_iter()
            .map(|(_, place)| place)
            .collect(),
        notes: inventory.left_out.notes(),
        limits: limits.clone(),
        digests: OnceLock::new(),
    })
}

struct Inventory {
    pictures: Vec<(String, usize)>,
    left_out: LeftOut,
    labels: Option<usize>,
}

impl Inventory {
    fn take(archive: &mut Archive, path: &Path, limits: &Limits) -> Result<Self> {
        if archive.has_duplicate_names() {
            return Err(Error::input("a name occurs twice in the zip archive")
                .mend("pack every picture once"));
        }
        let stored = std::fs::metadata(path)
            .map_err(|error| Error::io(path, &error))?
            .len();
        let mut budget = Budget::new(limits, stored);
        let mut found = Self {
            pictures: Vec::new(),
            left_out: LeftOut::default(),
            labels: None,
        };
        for place in 0..archive.len() {
            let member = archive
                .by_index_raw(place)
                .map_err(|error| broken(&error))?;
            budget.member(member.size())?;
            let name = members::safe_name(member.name_raw())?;
            if member.is_symlink() {
                return Err(members::not_a_file(&name, "symbolic link"));
            }
            if member.is_dir() || members::is_litter(&name) {
                continue;
            }
            if member.encrypted() {
                return Err(Error::input(format!("the member {name:?} is encrypted"))
                    .mend("pack the archive without a password"));
            }
            if name == "dataset.json" {
                found.labels = Some(place);
            } else if !members::is_picture(&name) {
                found.left_out.others.push(name);
            } else if member.size() > limits.max_member_bytes {
                return Err(too_large(&name, limits));
            } else {
                found.pictures.push((name, place));
            }
        }
        members::sort_unique(&mut found.pictures)?;
        Ok(found)
    }
}

fn read_member(archive: &mut Archive, place: usize, limits: &Limits) -> Result<Vec<u8>> {
    let member = archive.by_index(place).map_err(|error| broken(&error))?;
    let name = String::from_utf8_lossy(member.name_raw()).into_owned();
    let mut bytes = Vec::new();
    // The declared size is a claim; what comes out is bounded all the same.
    let mut bounded = member.take(limits.max_member_bytes.saturating_add(1));
    bounded
        .read_to_end(&mut bytes)
        .map_err(|error| broken(&error).at(&name))?;
    if bytes.len() as u64 > limits.max_member_bytes {
        return Err(too_large(&name, limits));
    }
    Ok(bytes)
}

fn read_labels(
    archive: &mut Archive,
    place: usize,
    limits: &Limits,
) -> Result<HashMap<String, String>> {
    let bytes = read_member(archive, place, limits)?;
    let document: serde_json::Value = serde_json::from_slice(&bytes).map_err(|error| {
        Error::input(format!("not JSON ({error})"))
            .mend("write dataset.json again with StyleGAN's dataset_tool")
    })?;
    // `"labels": null` is how an unlabelled set is written; conditional sets may have vectors, which are no class.
    let rows = document.get("labels").and_then(serde_json::Value::as_array);
    let label = |row: &serde_json::Value| {
        let name = row.get(0)?.as_str()?.to_owned();
        let class = row.get(1)?.as_i64()?;
        Some((name, class.to_string()))
    };
    Ok(rows.into_iter().flatten().filter_map(label).collect())
}

impl ImageSource for ZipSource {
    fn spec(&self) -> &str {
        &self.spec
    }

    fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn notes(&self) -> &[String] {
        &self.notes
    }

    fn digests(&self) -> Result<&[Digest]> {
        digests_once(&self.digests, self)
    }

    fn visit(&self, wanted: Wanted<'_>, visit: Visitor<'_>) -> Result<()> {
        let mut archive = open(&self.path)?;
        for (index, &place) in self
            .places
            .iter()
            .enumerate()
            .filter(|&(index, _)| wanted(index))
        {
            visit(
                index,
                read_member(&mut archive, place, &self.limits).map(Stored::File),
            )?;
        }
        Ok(())
    }

    fn read(&self, index: usize) -> Result<Stored> {
        let place = self
            .places
            .get(index)
            .ok_or_else(|| no_such_item(&self.spec, index, self.places.len()))?;
        read_member(&mut open(&self.path)?, *place, &self.limits).map(Stored::File)
    }
}
