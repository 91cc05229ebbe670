//! `.npz`: a zip file of `.npy` members.

use super::npy::Header;
use crate::error::{Error, Result};
use crate::sources::zip_archive;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The names and headers of an `.npz` file; data is read when asked for.
pub(in crate::sources) struct Npz {
    path: PathBuf,
    members: Vec<(String, Header)>,
}

impl Npz {
    /// Reads all headers.
    pub(in crate::sources) fn open(path: &Path) -> Result<Self> {
        let mut archive = zip_archive::open(path)?;
        let mut members = Vec::new();
        for place in 0..archive.len() {
            let mut member = archive
                .by_index(place)
                .map_err(|error| zip_archive::broken(&error).at(path.display()))?;
            let name = String::from_utf8_lossy(member.name_raw()).into_owned();
            if let Some(key) = name.strip_suffix(".npy") {
                let header = Header::read(&mut member)
                    .map_err(|error| error.at(format!("{}: {key}", path.display())))?;
                members.push((key.to_owned(), header));
            }
        }
        Ok(Self {
            path: path.to_path_buf(),
            members,
        })
    }

    /// Names and headers in file order.
    pub(in crate::sources) fn members(&self) -> &[(String, Header)] {
        &self.members
    }

    /// The header of an array.
    pub(in crate::sources) fn get(&self, key: &str) -> Option<&Header> {
        self.members
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, header)| header)
    }

    /// What is in it, for messages: `arr_0 [10, 2048], labels [10]`.
    pub(in crate::sources) fn summary(&self) -> String {
        let all: Vec<String> = self
            .members
            .iter()
            .map(|(key, header)| format!("{key} {:?}", header.shape))
            .collect();
        if all.is_empty() {
            "no array".to_owned()
        } else {
            all.join(", ")
        }
    }

    /// Hands over a reader that stands at the first item of an array.
    pub(in crate::sources) fn with(
        &self,
        key: &str,
        reading: &mut dyn FnMut(&Header, &mut dyn Read) -> Result<()>,
    ) -> Result<()> {
        let place = format!("{}: {key}", self.path.display());
        let mut archive = zip_archive::open(&self.path)?;
        let member = archive
            .by_name(&format!("{key}.npy"))
            .map_err(|error| zip_archive::broken(&error).at(&place))?;
        let mut buffered = std::io::BufReader::with_capacity(256 << 10, member);
        let header = Header::read(&mut buffered).map_err(|error| error.at(&place))?;
        reading(&header, &mut buffered)
    }

    /// All items of an array as f64.
    pub(in crate::sources) fn numbers(&self, key: &str) -> Result<Option<(Header, Vec<f64>)>> {
        if self.get(key).is_none() {
            return Ok(None);
        }
        let mut found = None;
        self.with(key, &mut |header, reader| {
            found = Some((header.clone(), header.numbers(reader)?));
            Ok(())
        })
        .map_err(|error| self.place(key, error))?;
        Ok(found)
    }

    /// A text scalar.
    pub(super) fn text(&self, key: &str) -> Result<Option<String>> {
        if self.get(key).is_none() {
            return Ok(None);
        }
        let mut found = None;
        self.with(key, &mut |header, reader| {
            found = Some(header.text(reader)?);
            Ok(())
        })
        .map_err(|error| self.place(key, error))?;
        Ok(found)
    }

    fn place(&self, key: &str, error: Error) -> Error {
        let place = format!("{}: {key}", self.path.display());
        if error.message().starts_with(&place) {
            error
        } else {
            error.at(place)
        }
    }
}
