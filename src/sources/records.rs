//! Pictures as records of one size in a stream of bytes: IDX, CIFAR, `arr_0`.

use super::{
    Digest, Entry, ImageSource, Pixels, Stored, Visitor, Wanted, digests_once, read_by_visit,
};
use crate::error::{Error, Result};
use std::io::Read;
use std::sync::OnceLock;

/// How a record becomes a picture.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    pub(super) width: usize,
    pub(super) height: usize,
    /// 1 (gray), 3 (RGB) or 4 (RGBA, alpha dropped).
    pub(super) channels: usize,
    /// All of red, then all of green, then all of blue?
    pub(super) planar: bool,
    /// Bytes before the pixels (CIFAR's labels).
    pub(super) skip: usize,
}

impl Shape {
    /// Bytes of one record.
    pub(super) fn record_size(self) -> Option<usize> {
        let pixels = self
            .width
            .checked_mul(self.height)?
            .checked_mul(self.channels)?;
        pixels.checked_add(self.skip)
    }

    fn picture(self, record: &[u8]) -> Pixels {
        let samples = record.get(self.skip..).unwrap_or_default();
        let n = self.width * self.height;
        let rgb = match (self.channels, self.planar) {
            (1, _) => samples.iter().flat_map(|&v| [v; 3]).collect(),
            (_, true) => {
                let plane = |c: usize| samples.iter().skip(c * n);
                let greens_and_blues = plane(1).zip(plane(2));
                plane(0)
                    .take(n)
                    .zip(greens_and_blues)
                    .flat_map(|(&r, (&g, &b))| [r, g, b])
                    .collect()
            }
            (channels, false) => samples
                .chunks_exact(channels.max(1))
                .flat_map(|pixel| pixel.iter().copied().take(3))
                .collect(),
        };
        Pixels {
            width: self.width,
            height: self.height,
            rgb,
        }
    }
}

/// What a feed calls for each part that it was asked for: the part's number, and a reader at its first record.
pub(super) type Reading<'a> = &'a mut dyn FnMut(usize, &mut dyn Read) -> Result<()>;

/// Opens the parts that the first argument asks for, in storage order, each once.
pub(super) type Feed = Box<dyn Fn(&dyn Fn(usize) -> bool, Reading<'_>) -> Result<()> + Send + Sync>;

/// A run of records in one stream.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub(super) n: usize,
    pub(super) shape: Shape,
}

pub(super) struct Records {
    spec: String,
    entries: Vec<Entry>,
    parts: Vec<Part>,
    feed: Feed,
    notes: Vec<String>,
    digests: OnceLock<Vec<Digest>>,
}

impl Records {
    /// `entries` are those of all parts, one after the other.
    pub(super) fn new(
        spec: &str,
        entries: Vec<Entry>,
        parts: Vec<Part>,
        feed: Feed,
        notes: Vec<String>,
    ) -> Result<Self> {
        let n: usize = parts.iter().map(|part| part.n).sum();
        if n == 0 {
            return Err(Error::input(format!("{spec}: the array holds no picture")));
        }
        if n != entries.len() {
            return Err(Error::input(format!(
                "{spec}: {n} pictures but {} names or labels",
                entries.len()
            )));
        }
        Ok(Self {
            spec: spec.to_owned(),
            entries,
            parts,
            feed,
            notes,
            digests: OnceLock::new(),
        })
    }

    /// Index of the first record of a part.
    fn first(&self, part: usize) -> usize {
        self.parts.iter().take(part).map(|part| part.n).sum()
    }

    /// Place of the last wanted record within a part.
    fn last_wanted(&self, part: usize, wanted: Wanted<'_>) -> Option<usize> {
        let (first, n) = (self.first(part), self.parts.get(part)?.n);
        (0..n).rev().find(|&i| wanted(first + i))
    }

    fn visit_part(
        &self,
        part: usize,
        reader: &mut dyn Read,
        wanted: Wanted<'_>,
        visit: Visitor<'_>,
    ) -> Result<()> {
        let (Some(last), Some(shape)) = (
            self.last_wanted(part, wanted),
            self.parts.get(part).map(|part| part.shape),
        ) else {
            return Ok(());
        };
        let first = self.first(part);
        let size = shape
            .record_size()
            .ok_or_else(|| Error::input(format!("{}: a picture's size overflows", self.spec)))?;
        let mut record = vec![0; size];
        for index in first..=first + last {
            reader.read_exact(&mut record).map_err(|error| {
                Error::input(format!(
                    "{}: cannot read picture {index} of {} ({error})",
                    self.spec,
                    self.entries.len()
                ))
                .mend("the file is truncated or damaged; fetch it again")
            })?;
            if wanted(index) {
                visit(index, Ok(Stored::Raw(shape.picture(&record))))?;
            }
        }
        Ok(())
    }
}

impl ImageSource for Records {
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
        let asked = |part| self.last_wanted(part, wanted).is_some();
        if (0..self.parts.len()).any(asked) {
            (self.feed)(&asked, &mut |part, reader| {
                self.visit_part(part, reader, wanted, visit)
            })?;
        }
        Ok(())
    }

    fn read(&self, index: usize) -> Result<Stored> {
        read_by_visit(self, index)
    }
}

#[cfg(test)]
mod tests {
    use super::Shape;

    const TWO: Shape = Shape {
        width: 2,
        height: 1,
        channels: 3,
        planar: true,
        skip: 1,
    };

    #[test]
    fn planes_are_interleaved_and_the_label_is_skipped() {
        assert_eq!(TWO.picture(&[9, 1, 2, 3, 4, 5, 6]).rgb, [1, 3, 5, 2, 4, 6]);
    }

    #[test]
    fn alpha_is_dropped_and_gray_is_tripled() {
        let rgba = Shape {
            channels: 4,
            planar: false,
            skip: 0,
            ..TWO
        };
        assert_eq!(
            rgba.picture(&[1, 2, 3, 0, 4, 5, 6, 0]).rgb,
            [1, 2, 3, 4, 5, 6]
        );
        let gray = Shape {
            channels: 1,
            ..rgba
        };
        assert_eq!(gray.picture(&[7, 8]).rgb, [7, 7, 7, 8, 8, 8]);
    }
}
