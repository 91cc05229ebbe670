//! Polygons as a set of pictures: gray of `round(255 k / 64)`.

use super::{PolygonSpec, Polygons, SIDE};
use crate::error::{Error, Result};
use crate::sources::{
    Digest, Entry, ImageSource, Pixels, Stored, Visitor, Wanted, digest, no_such_item,
};
use rayon::prelude::*;
use std::sync::OnceLock;

/// Vertices are kept, pictures are not: each is rasterised when it is asked for.
pub struct PolygonSource {
    spec: String,
    polygons: Polygons,
    entries: Vec<Entry>,
    digests: OnceLock<Vec<Digest>>,
}

impl PolygonSource {
    /// Opens `polygons:…`; `text` is what follows the colon.
    pub fn open(spec: &str, text: &str) -> Result<Self> {
        let parsed = PolygonSpec::parse(text)?;
        let polygons = Polygons::draw(parsed);
        if polygons.is_empty() {
            return Err(Error::usage(format!(
                "{spec}: this split of {} polygons is empty",
                parsed.n
            ))
            .mend("ask for at least n=8"));
        }
        let shape = if parsed.n_vertices == 3 {
            "triangles"
        } else {
            "squares"
        };
        let entry = |index| Entry {
            name: format!(
                "{shape}[{}]",
                polygons.drawing_number(index).unwrap_or(index)
            ),
            label: None,
        };
        Ok(Self {
            spec: spec.to_owned(),
            entries: (0..polygons.len()).map(entry).collect(),
            polygons,
            digests: OnceLock::new(),
        })
    }

    fn picture(&self, index: usize) -> Result<Stored> {
        let levels = self
            .polygons
            .drawing_number(index)
            .and_then(|number| self.polygons.levels(number));
        let levels = levels.ok_or_else(|| no_such_item(&self.spec, index, self.polygons.len()))?;
        Ok(Stored::Raw(Pixels {
            width: SIDE,
            height: SIDE,
            rgb: levels.into_iter().flat_map(|k| [byte(k); 3]).collect(),
        }))
    }
}

/// `round(255 k / 64)`; the one tie, k = 32 (127.5), goes up.
fn byte(k: u8) -> u8 {
    ((u16::from(k) * 255 + 32) / 64) as u8
}

impl ImageSource for PolygonSource {
    fn spec(&self) -> &str {
        &self.spec
    }

    fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn digests(&self) -> Result<&[Digest]> {
        let one = |index| {
            self.picture(index)
                .as_ref()
                .map_or_else(crate::sources::digest_of_error, digest)
        };
        Ok(self
            .digests
            .get_or_init(|| (0..self.polygons.len()).into_par_iter().map(one).collect()))
    }

    fn visit(&self, wanted: Wanted<'_>, visit: Visitor<'_>) -> Result<()> {
        for index in (0..self.polygons.len()).filter(|&index| wanted(index)) {
            visit(index, self.picture(index))?;
        }
        Ok(())
    }

    fn read(&self, index: usize) -> Result<Stored> {
        self.picture(index)
    }
}

#[cfg(test)]
mod tests {
    use super::byte;

    #[test]
    fn bytes_span_the_range() {
        // 255 / 64 = 3.98, 255 * 32 / 64 = 127.5, 255 * 63 / 64 = 251.02.
        assert_eq!(
            [byte(0), byte(1), byte(32), byte(63), byte(64)],
            [0, 4, 128, 251, 255]
        );
    }
}
