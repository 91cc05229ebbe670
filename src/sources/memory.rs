//! Pictures that are already here: made on the spot, or sampled from a generator.

use super::{Digest, Entry, ImageSource, Pixels, Stored, Visitor, Wanted, digest, no_such_item};
use crate::error::Result;

/// A set of pictures in memory.
pub struct MemorySource {
    spec: String,
    entries: Vec<Entry>,
    pictures: Vec<Pixels>,
    digests: Vec<Digest>,
}

impl MemorySource {
    /// The pictures in the order given, named `spec[0]`, `spec[1]`, …
    #[must_use]
    pub fn new(spec: &str, pictures: Vec<Pixels>) -> Self {
        let entries = (0..pictures.len())
            .map(|i| Entry {
                name: format!("{spec}[{i}]"),
                label: None,
            })
            .collect();
        let digests = pictures
            .iter()
            .map(|p| digest(&Stored::Raw(p.clone())))
            .collect();
        Self {
            spec: spec.to_string(),
            entries,
            pictures,
            digests,
        }
    }

    /// The pictures.
    #[must_use]
    pub fn pictures(&self) -> &[Pixels] {
        &self.pictures
    }
}

impl ImageSource for MemorySource {
    fn spec(&self) -> &str {
        &self.spec
    }

    fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn digests(&self) -> Result<&[Digest]> {
        Ok(&self.digests)
    }

    fn visit(&self, wanted: Wanted<'_>, visit: Visitor<'_>) -> Result<()> {
        for (index, picture) in self.pictures.iter().enumerate().filter(|(i, _)| wanted(*i)) {
            visit(index, Ok(Stored::Raw(picture.clone())))?;
        }
        Ok(())
    }

    fn read(&self, index: usize) -> Result<Stored> {
        match self.pictures.get(index) {
            Some(picture) => Ok(Stored::Raw(picture.clone())),
            None => Err(no_such_item(&self.spec, index, self.pictures.len())),
        }
    }
}
