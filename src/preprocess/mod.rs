//! From pixels to the tensor that enters a network: each [`Protocol`] is a pure function.
//!
//! A protocol is data, not code: a filter, whether the result is clipped, and a range. The extractor says which size,
//! channel count and layout it takes ([`InputSpec`]).

use crate::sources::Pixels;

/// How pixels become the input size of the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter {
    /// Pillow's antialiased bicubic on mode F (clean-fid `clean`).
    PillowBicubic,
    /// Pillow's antialiased bilinear on mode F.
    PillowBilinear,
    /// torch `interpolate(mode="bilinear", align_corners=False)` without antialias.
    TorchBilinear,
    /// torch `interpolate(..., antialias=True)`.
    TorchBilinearAntialias,
    /// TF1 `resize_bilinear(align_corners=False)`: `src = i * scale`.
    Tf1Bilinear,
    /// The `grid_sample` imitation of TF1 (clean-fid `legacy_tensorflow`, StyleGAN).
    GridSample,
    /// Nearest neighbour.
    Nearest,
    /// The picture must already have the size of the network's input.
    None,
}

/// How 0..255 becomes the range of the network.
#[derive(Debug, Clone, PartialEq)]
pub enum Range {
    /// `(x - 128) / 128`.
    Minus128Over128,
    /// `2 * (x / 255) - 1`.
    TwoXMinusOne,
    /// `x / 255`.
    Unit,
    /// `x` as it is.
    Bytes,
    /// `(x / 255 - mean) / std` per channel.
    MeanStd {
        /// Per channel.
        mean: Vec<f32>,
        /// Per channel.
        std: Vec<f32>,
    },
}

/// The input that a network takes.
#[derive(Debug, Clone, PartialEq)]
pub struct InputSpec {
    /// Height and width.
    pub size: (usize, usize),
    /// 3 (RGB) or 1 (gray by Pillow's `convert("L")`).
    pub channels: usize,
    /// `true` for `[N, H, W, C]`.
    pub channels_last: bool,
    /// A range that the network insists on; `None` takes the protocol's.
    pub range: Option<Range>,
    /// A filter that the network insists on; `None` takes the protocol's.
    pub filter: Option<Filter>,
}

/// A named way from pixels to tensor.
#[derive(Debug, Clone, PartialEq)]
pub struct Protocol {
    /// `clean`, `pytorch_fid`, `tf1`, `torchmetrics_aa`, …
    pub name: String,
    /// The resize filter.
    pub filter: Filter,
    /// Clip to [0, 255] after the filter?
    pub clip: bool,
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
            "{}:{:?}:clip={}:{:?}:{}x{}x{}:{}",
            self.name,
            self.filter,
            self.clip,
            self.range,
            self.size.0,
            self.size.1,
            self.channels,
            if self.channels_last { "nhwc" } else { "nchw" },
        )
    }

    /// The tensor of one picture, flat: `channels * height * width` values in `[C, H, W]` (or `[H, W, C]`) order.
    pub fn tensor(&self, pixels: &Pixels) -> crate::error::Result<Vec<f32>> {
        let _ = pixels;
        Err(crate::error::Error::usage("protocols are not built yet"))
    }
}
