//! From a source to pictures at the network's size: decoded and resized on all cores, a group at a time.

use super::recipe::{Domain, Recipe};
use crate::error::{Error, Result};
use crate::preprocess::{InputSpec, Protocol, Range};
use crate::progress::Observer;
use crate::sources::decode::{DecodeOptions, decode};
use crate::sources::{self, Entry, ImageSource, OpenOptions, Opened, Stored};
use rayon::prelude::*;

/// A picture of a source: its bytes `[3, size, size]` and its label.
pub struct Picture {
    /// Levels, rounded.
    pub bytes: Vec<u8>,
    /// Class within the domain.
    pub label: String,
}

/// All pictures of one source at the network's size, in index order.
pub fn read(
    recipe: &Recipe,
    domain: &Domain,
    source: &str,
    observer: &dyn Observer,
) -> Result<Vec<Picture>> {
    let spec = recipe.data.join(source);
    let spec = spec.to_string_lossy();
    let Opened::Images(images) = sources::open(&spec, &OpenOptions::default())? else {
        return Err(
            Error::input(format!("{spec}: holds numbers, expected pictures"))
                .mend("name a set of pictures in the recipe"),
        );
    };
    let protocol = protocol(recipe)?;
    let mut read = Reader {
        protocol: &protocol,
        domain,
        images: images.as_ref(),
        waiting: Vec::new(),
        found: Vec::new(),
    };
    observer.begin(&spec, images.len());
    images.visit(&|_| true, &mut |index, stored| {
        if observer.stop_requested() {
            return Err(Error::interrupted());
        }
        read.take(index, stored?)?;
        observer.advance(1);
        Ok(())
    })?;
    read.flush()?;
    observer.end();
    let mut found = read.found;
    found.sort_unstable_by_key(|(index, _)| *index);
    Ok(found.into_iter().map(|(_, picture)| picture).collect())
}

/// The recipe's protocol for RGB bytes at the network's size.
fn protocol(recipe: &Recipe) -> Result<Protocol> {
    let input = InputSpec {
        size: (recipe.size, recipe.size),
        channels: 3,
        channels_last: false,
        range: Some(Range::Bytes),
        filter: None,
    };
    Ok(Protocol::preset(&recipe.protocol)?.for_input(&input))
}

/// The innermost folder of the name (`train/cat/1.jpg` is a cat), else the source's own label.
fn class_label(entry: &Entry) -> Option<String> {
    let folder = entry.name.rsplit('/').nth(1).map(str::to_owned);
    folder.or_else(|| entry.label.clone())
}

/// Pictures that are decoded together.
const GROUP: usize = 512;

/// Decodes what a source hands out, a group at a time on all cores.
struct Reader<'a> {
    protocol: &'a Protocol,
    domain: &'a Domain,
    images: &'a dyn ImageSource,
    waiting: Vec<(usize, Stored)>,
    found: Vec<(usize, Picture)>,
}

impl Reader<'_> {
    fn take(&mut self, index: usize, stored: Stored) -> Result<()> {
        self.waiting.push((index, stored));
        if self.waiting.len() < GROUP {
            Ok(())
        } else {
            self.flush()
        }
    }

    fn flush(&mut self) -> Result<()> {
        let waiting = std::mem::take(&mut self.waiting);
        let group: Result<Vec<(usize, Picture)>> = waiting
            .par_iter()
            .map(|(i, stored)| self.picture(*i, stored))
            .collect();
        self.found.extend(group?);
        Ok(())
    }

    fn picture(&self, index: usize, stored: &Stored) -> Result<(usize, Picture)> {
        let entry = &self.images.entries()[index];
        let name = || format!("{}: {}", self.images.spec(), entry.name);
        let decoded =
            decode(stored, &DecodeOptions::default()).map_err(|error| error.at(name()))?;
        let tensor = self
            .protocol
            .tensor(&decoded.pixels)
            .map_err(|error| error.at(name()))?;
        let Some(label) = self.domain.class.clone().or_else(|| class_label(entry)) else {
            return Err(Error::input(format!(
                "{}: no label, and labels are the classes of {}",
                name(),
                self.domain.name
            ))
            .mend("give the domain a `class`, or name a source with labels"));
        };
        // Whole levels: a quarter of the memory, and what an 8-bit picture of this size would hold.
        let bytes = tensor
            .iter()
            .map(|&level| level.round_ties_even().clamp(0.0, 255.0) as u8)
            .collect();
        Ok((index, Picture { bytes, label }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_class_is_the_innermost_folder_and_else_the_sources_label() {
        let entry = |name: &str| Entry {
            name: name.into(),
            label: Some("source".into()),
        };
        assert_eq!(
            class_label(&entry("train/cat/1.jpg")).as_deref(),
            Some("cat")
        );
        assert_eq!(
            class_label(&entry("t10k-images[17]")).as_deref(),
            Some("source")
        );
    }
}
