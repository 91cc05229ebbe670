//! The noun of this stage: from one picture to one tensor.

use super::levels::Levels;
use super::{Filter, InputSpec, Range};
use crate::error::{Error, Result};
use crate::sources::Pixels;

/// A named way from pixels to tensor.
#[derive(Debug, Clone, PartialEq)]
pub struct Protocol {
    /// `clean`, `pytorch_fid`, `tf1`, `torchmetrics_aa`, …
    pub name: String,
    /// The resize filter.
    pub filter: Filter,
    /// Clip to [0, 255] after the filter?
    pub clip: bool,
    /// Divide by 255 before the filter instead of after it (pytorch-fid's `ToTensor`)? The two differ by rounding
    /// only. Has no effect on a range that does not begin with `x / 255`.
    pub divide_first: bool,
    /// The range of the tensor.
    pub range: Range,
    /// Height and width.
    pub size: (usize, usize),
    /// 3 or 1.
    pub channels: usize,
    /// `[H, W, C]` instead of `[C, H, W]`.
    pub channels_last: bool,
}

impl Protocol {
    /// One line that names everything the tensor depends on; part of the feature store's key.
    #[must_use]
    pub fn identity(&self) -> String {
        format!(
            "{}:{:?}:clip={}:first={}:{:?}:{}x{}x{}:{}",
            self.name,
            self.filter,
            self.clip,
            self.divide_first,
            self.range,
            self.size.0,
            self.size.1,
            self.channels,
            if self.channels_last { "nhwc" } else { "nchw" },
        )
    }

    /// This protocol for a network: size, channels and layout are the network's, and so are the filter and the range
    /// where it insists on its own. A filter of the network's clips where it can overshoot (bicubic).
    #[must_use]
    pub fn for_input(&self, input: &InputSpec) -> Self {
        let mut protocol = self.clone();
        protocol.size = input.size;
        protocol.channels = input.channels;
        protocol.channels_last = input.channels_last;
        if let Some(filter) = input.filter
            && filter != self.filter
        {
            protocol.filter = filter;
            protocol.clip = filter.overshoots();
        }
        if let Some(range) = &input.range {
            protocol.range = range.clone();
        }
        protocol
    }

    /// The tensor of one picture, flat: `channels * height * width` values in `[C, H, W]` (or `[H, W, C]`) order.
    ///
    /// Errors: input, where the picture's bytes do not fit its size, or its size is not the network's and the filter
    /// is [`Filter::None`]; usage, where size, channels or range make no tensor.
    pub fn tensor(&self, pixels: &Pixels) -> Result<Vec<f32>> {
        let (height, width) = self.size;
        if height == 0 || width == 0 {
            return Err(Error::usage(format!(
                "a network input of {width} x {height} pixels holds nothing; both must be at least 1"
            )));
        }
        self.range.check(self.channels)?;
        let unit = self.divide_first && self.range.begins_with_unit();
        let levels = Levels::of(pixels, self.channels, unit)?;
        if self.channels == 1 {
            self.filtered::<1>(&levels, unit)
        } else {
            self.filtered::<3>(&levels, unit)
        }
    }

    /// Filter, clip, range and layout, row by row. `unit`: is white 1 instead of 255?
    fn filtered<const C: usize>(&self, levels: &Levels<'_>, unit: bool) -> Result<Vec<f32>> {
        let (height, width) = self.size;
        let (low, high) = match (self.clip, unit) {
            (false, _) => (f32::NEG_INFINITY, f32::INFINITY),
            (true, false) => (0.0, 255.0),
            (true, true) => (0.0, 1.0),
        };
        let mut tensor = vec![0.0; C * height * width];
        let mut y = 0;
        self.filter.resize(levels, self.size, &mut |row| {
            let pixels = row.as_chunks::<C>().0;
            for channel in 0..C {
                let values = pixels
                    .iter()
                    .map(|pixel| bounded(pixel[channel], low, high));
                let formula = self.range.formula(channel, unit);
                if self.channels_last {
                    let row = &mut tensor[y * width * C..][..width * C];
                    let places = row.as_chunks_mut::<C>().0.iter_mut();
                    formula.fill(places.map(|pixel| &mut pixel[channel]), values);
                } else {
                    let row = &mut tensor[(channel * height + y) * width..][..width];
                    formula.fill(row.iter_mut(), values);
                }
            }
            y += 1;
        })?;
        Ok(tensor)
    }
}

/// `x` held in `[low, high]`, without the branches and the panic of `f32::clamp`.
#[inline]
fn bounded(x: f32, low: f32, high: f32) -> f32 {
    let x = if x > low { x } else { low };
    if x < high { x } else { high }
}
