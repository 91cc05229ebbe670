//! `.tar`, `.tar.gz`, `.tgz`: read front to back, never unpacked.
//!
//! Opening reads the archive once, for names and digests together; every visit reads it once more. Storage order is
//! kept while reading; the index of a picture is the place of its name in byte order.

use super::limits::{Budget, too_large};
use super::members::{self, LeftOut};
use super::{Digest, Entry, ImageSource, Limits, Stored, Visitor, Wanted, digest, read_by_visit};
use crate::error::{Error, Result};
use flate2::read::MultiGzDecoder;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use tar::EntryType;

const BUFFER: usize = 256 << 10;

pub(super) struct TarSource {
    spec: String,
    path: PathBuf,
    entries: Vec<Entry>,
    digests: Vec<Digest>,
    index_of: HashMap<String, usize>,
    notes: Vec<String>,
    limits: Limits,
}

/// What one pass over an archive found.
pub(super) struct Scan {
    /// Pictures with their digests, sorted by name.
    pictures: Vec<(String, Digest)>,
    left_out: LeftOut,
}

impl Scan {
    /// Files that are no pictures by name.
    pub(super) fn others(&self) -> &[String] {
        &self.left_out.others
    }

    /// Has it pictures at all?
    pub(super) fn has_pictures(&self) -> bool {
        !self.pictures.is_empty()
    }
}

/// Reads the whole archive once: every name is checked, every picture digested, the gzip trailer verified.
pub(super) fn scan(path: &Path, limits: &Limits) -> Result<Scan> {
    let mut pictures = Vec::new();
    let mut left_out = LeftOut::default();
    walk(path, limits, &mut |name, reader| {
        if members::is_litter(&name) {
            return Ok(true);
        }
        if members::is_picture(&name) {
            let bytes = reader.bytes(limits)?;
            pictures.push((name, digest(&Stored::File(bytes))));
        } else {
            left_out.others.push(name);
        }
        Ok(true)
    })?;
    members::sort_unique(&mut pictures).map_err(|error| error.at(path.display()))?;
    Ok(Scan { pictures, left_out })
}

/// The set of pictures that a scan found.
pub(super) fn source(spec: &str, path: &Path, scan: Scan, limits: &Limits) -> Result<TarSource> {
    if scan.pictures.is_empty() {
        return Err(scan.left_out.nothing_found(spec));
    }
    let index_of = scan
        .pictures
        .iter()
        .enumerate()
        .map(|(index, (name, _))| (name.clone(), index))
        .collect();
    Ok(TarSource {
        spec: spec.to_owned(),
        path: path.to_path_buf(),
        entries: members::entries(&scan.pictures),
        digests: scan.pictures.iter().map(|(_, digest)| *digest).collect(),
        index_of,
        notes: scan.left_out.notes(),
        limits: limits.clone(),
    })
}

/// Hands over the members that `wanted` gives a number to, in storage order, in one pass that ends after `n` of them.
pub(super) fn with_members(
    path: &Path,
    n: usize,
    limits: &Limits,
    wanted: &dyn Fn(&str) -> Option<usize>,
    reading: &mut dyn FnMut(usize, &mut dyn Read) -> Result<()>,
) -> Result<()> {
    let mut left = n;
    walk(path, limits, &mut |name, reader| {
        if let Some(number) = wanted(&name) {
            reading(number, reader)?;
            left = left.saturating_sub(1);
        }
        Ok(left > 0)
    })?;
    if left == 0 {
        return Ok(());
    }
    Err(Error::input(format!(
        "{}: {left} members are gone (did the archive change meanwhile?)",
        path.display()
    )))
}

/// A regular member being read.
pub(super) struct Member<'a> {
    name: String,
    size: u64,
    reader: &'a mut dyn Read,
}

impl Read for Member<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buffer)
    }
}

impl Member<'_> {
    fn bytes(&mut self, limits: &Limits) -> Result<Vec<u8>> {
        if self.size > limits.max_member_bytes {
            return Err(too_large(&self.name, limits));
        }
        let mut bytes = Vec::new();
        let size = self.size;
        self.take(size)
            .read_to_end(&mut bytes)
            .map_err(|error| broken(&error))?;
        // The `tar` crate ends a member quietly where the archive ends.
        if bytes.len() as u64 != size {
            return Err(broken(&format!(
                "member {:?} has {} of its {size} bytes",
                self.name,
                bytes.len()
            )));
        }
        Ok(bytes)
    }
}

fn broken(why: &dyn std::fmt::Display) -> Error {
    Error::input(format!("the archive is truncated or damaged ({why})"))
        .mend("fetch or pack the archive again")
}

/// Calls `visit(name, member)` for every regular file until it answers `false`.
fn walk(
    path: &Path,
    limits: &Limits,
    visit: &mut dyn FnMut(String, &mut Member<'_>) -> Result<bool>,
) -> Result<()> {
    let file = File::open(path).map_err(|error| Error::io(path, &error))?;
    let stored = file
        .metadata()
        .map_err(|error| Error::io(path, &error))?
        .len();
    let mut buffered = BufReader::with_capacity(BUFFER, file);
    let mut magic = [0; 2];
    let zipped = buffered.read_exact(&mut magic).is_ok() && magic == [0x1f, 0x8b];
    io::Seek::rewind(&mut buffered).map_err(|error| Error::io(path, &error))?;
    let reader: Box<dyn Read> = if zipped {
        Box::new(BufReader::with_capacity(
            BUFFER,
            MultiGzDecoder::new(buffered),
        ))
    } else {
        Box::new(buffered)
    };
    walk_entries(reader, Budget::new(limits, stored), visit)
        .map_err(|error| error.at(path.display()))
}

fn walk_entries(
    reader: Box<dyn Read>,
    mut budget: Budget<'_>,
    visit: &mut dyn FnMut(String, &mut Member<'_>) -> Result<bool>,
) -> Result<()> {
    let mut archive = tar::Archive::new(reader);
    for entry in archive.entries().map_err(|error| broken(&error))? {
        let mut entry = entry.map_err(|error| broken(&error))?;
        let size = entry.size();
        budget.member(size)?;
        let name = members::safe_name(&entry.path_bytes())?;
        let what = match entry.header().entry_type() {
            EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => None,
            EntryType::Directory | EntryType::XGlobalHeader => continue,
            EntryType::Symlink => Some("symbolic link"),
            EntryType::Link => Some("hard link"),
            EntryType::Char | EntryType::Block => Some("device"),
            EntryType::Fifo => Some("pipe"),
            _ => Some("member of unknown type"),
        };
        if let Some(what) = what {
            return Err(members::not_a_file(&name, what));
        }
        let mut member = Member {
            name: name.clone(),
            size,
            reader: &mut entry,
        };
        if !visit(name, &mut member)? {
            return Ok(());
        }
    }
    // What follows the end mark is padding; reading it makes the gzip decoder verify its checksum.
    let mut rest = archive.into_inner().take(64 << 20);
    io::copy(&mut rest, &mut io::sink()).map_err(|error| broken(&error))?;
    Ok(())
}

impl ImageSource for TarSource {
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
        Ok(&self.digests)
    }

    fn visit(&self, wanted: Wanted<'_>, visit: Visitor<'_>) -> Result<()> {
        let mut left = (0..self.entries.len())
            .filter(|&index| wanted(index))
            .count();
        if left == 0 {
            return Ok(());
        }
        walk(&self.path, &self.limits, &mut |name, reader| {
            if let Some(&index) = self.index_of.get(&name).filter(|&&index| wanted(index)) {
                visit(index, reader.bytes(&self.limits).map(Stored::File))?;
                left = left.saturating_sub(1);
            }
            Ok(left > 0)
        })?;
        if left > 0 {
            return Err(Error::input(format!(
                "{}: {left} pictures are gone (did the archive change meanwhile?)",
                self.spec
            )));
        }
        Ok(())
    }

    fn read(&self, index: usize) -> Result<Stored> {
        read_by_visit(self, index)
    }
}
