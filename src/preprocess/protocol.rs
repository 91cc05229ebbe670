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
        let mut values = self.filter.resize(&levels, self.size)?;
        if self.clip {
            let top = if unit { 1.0 } else { 255.0 };
            for value in &mut values {
                *value = value.clamp(0.0, top);
            }
        }
        Ok(if self.channels == 1 {
            self.ranged::<1>(&values, unit)
        } else {
            self.ranged::<3>(&values, unit)
        })
    }

    /// Range and layout: `[H, W, C]` filtered values to the tensor.
    fn ranged<const C: usize>(&self, values: &[f32], unit: bool) -> Vec<f32> {
        let formulas: [_; C] = std::array::from_fn(|channel| self.range.formula(channel, unit));
        let pixels = values.as_chunks::<C>().0;
        if self.channels_last {
            return pixels
                .iter()
                .flat_map(|pixel| std::array::from_fn::<f32, C, _>(|c| formulas[c].apply(pixel[c])))
                .collect();
        }
        let mut tensor = Vec::with_capacity(values.len());
        for (channel, formula) in formulas.iter().enumerate() {
            tensor.extend(pixels.iter().map(|pixel| formula.apply(pixel[channel])));
        }
        tensor
    }
}
