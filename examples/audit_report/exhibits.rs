//! Exhibits out of pictures in memory.

use gavel::audit::{Archive, Exhibit, Item, Thumbnails, thumbnail};
use gavel::error::Result;
use gavel::sources::decode::{DecodeOptions, decode};
use gavel::sources::{OpenOptions, Opened, Pixels, Stored, digest, open};
use gavel::statistics::estimate::SetSide;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::path::Path;

/// The pictures of a source below `data`, or `None` where it is not here.
pub fn pictures(data: &Path, path: &str) -> Result<Option<Vec<Pixels>>> {
    let full = data.join(path);
    if !full.exists() {
        return Ok(None);
    }
    let Opened::Images(source) = open(&full.to_string_lossy(), &OpenOptions::default())? else {
        return Ok(None);
    };
    let mut all: Vec<Option<Pixels>> = vec![None; source.len()];
    source.visit(&|_| true, &mut |index, stored| {
        all[index] = Some(decode(&stored?, &DecodeOptions::default())?.pixels);
        Ok(())
    })?;
    Ok(Some(all.into_iter().flatten().collect()))
}

/// What audits want to know of pictures.
pub fn exhibit(name: &str, pictures: &[Pixels]) -> Result<Exhibit> {
    let made: Vec<(Item, Vec<u8>)> = pictures
        .par_iter()
        .enumerate()
        .map(|(index, pixels)| {
            let stored = Stored::Raw(pixels.clone());
            let about = decode(&stored, &DecodeOptions::default())?;
            let first = pixels.rgb.get(..3);
            let item = Item {
                name: format!("{name}[{index}]"),
                label: None,
                stored: digest(&stored),
                pixels: digest(&stored),
                info: about.info,
                notes: about.notes,
                blank: pixels.rgb.chunks_exact(3).all(|pixel| Some(pixel) == first),
            };
            Ok((item, thumbnail::of(pixels)))
        })
        .collect::<Result<_>>()?;
    let (items, small): (Vec<Item>, Vec<Vec<u8>>) = made.into_iter().unzip();
    Ok(Exhibit {
        source: name.to_owned(),
        items,
        thumbnails: Thumbnails::from_bytes(small.concat()),
        features: None,
    })
}

/// The sets in memory.
pub struct Shelf<'a> {
    /// The generated pictures.
    pub generated: &'a [Pixels],
    /// The training pictures.
    pub train: &'a [Pixels],
}

impl Archive for Shelf<'_> {
    fn read(&self, side: SetSide, rows: &[usize]) -> Result<BTreeMap<usize, Pixels>> {
        let set = match side {
            SetSide::Generated => self.generated,
            SetSide::Train => self.train,
            SetSide::Reference | SetSide::Checkpoint(_) => &[],
        };
        Ok(rows
            .iter()
            .filter_map(|&row| Some((row, set.get(row)?.clone())))
            .collect())
    }
}
