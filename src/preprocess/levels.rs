//! The bytes of a picture as a filter reads them.

use super::gray::luma;
use super::passes::RowSink;
use crate::error::{Error, Result};
use crate::sources::Pixels;
use std::borrow::Cow;

/// An 8-bit picture of 1 or 3 interleaved channels whose levels are read as floats, either 0..255 or 0..1.
pub(super) struct Levels<'a> {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) channels: usize,
    bytes: Cow<'a, [u8]>,
    floats: [f32; 256],
}

impl<'a> Levels<'a> {
    /// The levels of `pixels` in `channels` (1 or 3) channels; with `unit` divided by 255, as `ToTensor` does.
    ///
    /// An input error if the picture is empty or its byte count is not `height * width * 3`.
    pub(super) fn of(pixels: &'a Pixels, channels: usize, unit: bool) -> Result<Self> {
        let Pixels { width, height, rgb } = pixels;
        let expected = width.checked_mul(*height).and_then(|n| n.checked_mul(3));
        if expected != Some(rgb.len()) || rgb.is_empty() {
            return Err(Error::input(format!(
                "a picture of {width} x {height} pixels has {} bytes; expected width * height * 3 of them, \
                 and at least one pixel",
                rgb.len()
            )));
        }
        let bytes = match channels {
            3 => Cow::Borrowed(rgb.as_slice()),
            1 => Cow::Owned(luma(rgb)),
            _ => {
                return Err(Error::usage(format!(
                    "the network's input has {channels} channels; only 3 (RGB) and 1 (gray) can be made from a picture"
                )));
            }
        };
        Ok(Self {
            width: *width,
            height: *height,
            channels,
            bytes,
            floats: std::array::from_fn(|level| level as f32 / if unit { 255.0 } else { 1.0 }),
        })
    }

    /// The bytes of row `y`, `width * channels` of them.
    pub(super) fn row(&self, y: usize) -> &[u8] {
        let length = self.width * self.channels;
        &self.bytes[y * length..(y + 1) * length]
    }

    /// A byte as the filter sees it.
    #[inline]
    pub(super) fn float(&self, byte: u8) -> f32 {
        self.floats[usize::from(byte)]
    }

    /// All rows as floats, one by one.
    pub(super) fn float_rows(&self, sink: RowSink<'_>) {
        let mut floats = vec![0.0; self.width * self.channels];
        for y in 0..self.height {
            for (float, &byte) in floats.iter_mut().zip(self.row(y)) {
                *float = self.float(byte);
            }
            sink(&floats);
        }
    }
}
