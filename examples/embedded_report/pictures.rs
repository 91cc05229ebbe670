//! Sets small enough to be held decoded.

use gavel::error::{Error, Result};
use gavel::sources::decode::{DecodeOptions, decode};
use gavel::sources::{self, OpenOptions, Opened, Pixels};
use rayon::prelude::*;
use std::path::Path;

/// A decoded picture and its label, where the source has one.
pub struct Picture {
    /// RGB bytes.
    pub pixels: Pixels,
    /// The innermost folder of its name, else the source's own label.
    pub label: Option<String>,
}

/// All pictures of `source` below `data`, in index order.
pub fn read(data: &Path, source: &str) -> Result<Vec<Picture>> {
    let spec = data.join(source);
    let spec = spec.to_string_lossy();
    let Opened::Images(images) = sources::open(&spec, &OpenOptions::default())? else {
        return Err(Error::input(format!(
            "{spec}: holds numbers, expected pictures"
        )));
    };
    let mut stored = Vec::new();
    images.visit(&|_| true, &mut |index, item| {
        stored.push((index, item?));
        Ok(())
    })?;
    stored.sort_by_key(|(index, _)| *index);
    let decoded = stored.par_iter().map(|(index, item)| {
        let entry = &images.entries()[*index];
        let decoded =
            decode(item, &DecodeOptions::default()).map_err(|error| error.at(&entry.name))?;
        Ok(Picture {
            pixels: decoded.pixels,
            label: folder(&entry.name).or_else(|| entry.label.clone()),
        })
    });
    decoded.collect()
}

fn folder(name: &str) -> Option<String> {
    name.rsplit('/').nth(1).map(str::to_owned)
}
