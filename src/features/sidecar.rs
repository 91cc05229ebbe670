//! What the owner of an ONNX file declares about it: `FILE.toml` beside `FILE.onnx`.
//!
//! Every entry is optional; what is not declared is read from the file itself, and each such assumption is printed.
//!
//! ```toml
//! [input]
//! name = "input"             # default: the only input of the file
//! size = [224, 224]          # height, width; or one number for a square
//! channels = 3               # 3 (RGB) or 1 (gray)
//! layout = "nchw"            # or "nhwc"
//! range = "unit"             # bytes: 0..255 · unit: x/255 · minus1_1: 2x/255-1 · minus128_over_128: (x-128)/128
//! mean = [0.485, 0.456, 0.406]   # with range "unit": (x/255 - mean) / std, per channel
//! std = [0.229, 0.224, 0.225]
//! filter = "pillow_bicubic"  # pillow_bilinear, torch_bilinear, torch_bilinear_antialias, tf1_bilinear, grid_sample,
//!                            # nearest, none (pictures must have the size already)
//!
//! [outputs]
//! features = "features"      # or { name = "features", width = 512 } where the file does not say its width
//! logits = "logits"          # class scores before softmax
//! probabilities = "softmax"  # class scores after softmax
//! spatial = "spatial"        # the 2023 values of sFID
//! ```

use crate::error::{Error, Result};
use crate::features::model_error;
use crate::preprocess::{Filter, Range};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// A parsed sidecar.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sidecar {
    /// The `[input]` table.
    #[serde(default)]
    pub input: Input,
    /// The `[outputs]` table.
    #[serde(default)]
    pub outputs: Outputs,
}

/// What the network takes.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The ONNX input's name.
    pub name: Option<String>,
    /// Height and width.
    pub size: Option<Size>,
    /// 3 or 1.
    pub channels: Option<usize>,
    /// Where the channels stand.
    pub layout: Option<Layout>,
    /// The scale of the values.
    range: Option<RangeName>,
    /// Per channel, after division by 255.
    mean: Option<Vec<f32>>,
    /// Per channel, after division by 255.
    std: Option<Vec<f32>>,
    /// How pictures are brought to the size.
    filter: Option<FilterName>,
}

/// One number for a square, or height and width.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Size {
    /// Height and width are the same.
    Square(usize),
    /// Height, width.
    Both([usize; 2]),
}

impl Size {
    /// Height and width.
    #[must_use]
    pub fn pair(self) -> (usize, usize) {
        match self {
            Self::Square(size) => (size, size),
            Self::Both([height, width]) => (height, width),
        }
    }
}

/// The order of the axes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layout {
    /// `[N, C, H, W]`.
    Nchw,
    /// `[N, H, W, C]`.
    Nhwc,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RangeName {
    Bytes,
    Unit,
    #[serde(rename = "minus1_1")]
    MinusOneOne,
    #[serde(rename = "minus128_over_128")]
    Minus128Over128,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum FilterName {
    PillowBicubic,
    PillowBilinear,
    TorchBilinear,
    TorchBilinearAntialias,
    Tf1Bilinear,
    GridSample,
    Nearest,
    None,
}

/// Which output means what.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outputs {
    /// Distances are taken here.
    pub features: Option<Declared>,
    /// Before softmax.
    pub logits: Option<Declared>,
    /// After softmax.
    pub probabilities: Option<Declared>,
    /// For sFID.
    pub spatial: Option<Declared>,
}

/// An output by its name, with its width where the file does not say it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Declared {
    /// The name alone.
    Name(String),
    /// Name and width.
    #[serde(rename_all = "lowercase")]
    Sized {
        /// The ONNX output's name.
        name: String,
        /// Values per picture.
        width: usize,
    },
}

impl Declared {
    /// Name and declared width.
    #[must_use]
    pub fn parts(&self) -> (&str, Option<usize>) {
        match self {
            Self::Name(name) => (name, None),
            Self::Sized { name, width } => (name, Some(*width)),
        }
    }
}

/// Where the sidecar of an ONNX file would be: `net.onnx` has `net.toml`.
#[must_use]
pub fn path_of(onnx: &Path) -> PathBuf {
    onnx.with_extension("toml")
}

/// Reads the sidecar of an ONNX file, if there is one.
///
/// # Errors
/// A sidecar that cannot be read, is not TOML, or has entries that are unknown or contradict each other.
pub fn read(onnx: &Path) -> Result<Option<Sidecar>> {
    let path = path_of(onnx);
    match std::fs::read_to_string(&path) {
        Ok(text) => parse(&text)
            .map(Some)
            .map_err(|error| model_error::of(&path, &error)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(model_error::reading(&path, &error)),
    }
}

/// Parses and checks the text of a sidecar.
pub fn parse(text: &str) -> Result<Sidecar> {
    let sidecar: Sidecar = toml::from_str(text).map_err(|error| {
        Error::engine(format!("not a valid sidecar: {}", error.to_string().trim_end()))
            .mend("the entries are [input] name, size, channels, layout, range, mean, std, filter and [outputs] features, logits, probabilities, spatial")
    })?;
    let input = &sidecar.input;
    let is_size = |size: usize| (1..=MAX_SIZE).contains(&size);
    if let Some((height, width)) = input.size.map(Size::pair)
        && !(is_size(height) && is_size(width))
    {
        return Err(fault(format!(
            "size is [{height}, {width}], expected 1 to {MAX_SIZE}"
        )));
    }
    if !matches!(input.channels, None | Some(1 | 3)) {
        return Err(fault(format!(
            "channels is {}, expected 3 (RGB) or 1 (gray)",
            input.channels.unwrap_or(0)
        )));
    }
    input.range()?;
    Ok(sidecar)
}

/// Larger inputs are a mistake: one picture would take more than 3 GB.
const MAX_SIZE: usize = 16_384;

fn fault(message: String) -> Error {
    Error::engine(message).mend("correct the entry in the sidecar")
}

impl Input {
    /// The declared range; `None` takes the protocol's.
    ///
    /// # Errors
    /// `mean` without `std` or the reverse, another range beside them than `unit`, lengths that are not the channels,
    /// and a `std` that is not positive.
    pub fn range(&self) -> Result<Option<Range>> {
        let (mean, std) = match (&self.mean, &self.std) {
            (None, None) => {
                return Ok(self.range.map(|range| match range {
                    RangeName::Bytes => Range::Bytes,
                    RangeName::Unit => Range::Unit,
                    RangeName::MinusOneOne => Range::TwoXMinusOne,
                    RangeName::Minus128Over128 => Range::Minus128Over128,
                }));
            }
            (Some(mean), Some(std)) => (mean.clone(), std.clone()),
            _ => {
                return Err(fault(
                    "mean and std belong together, one of them is missing".into(),
                ));
            }
        };
        if !matches!(self.range, None | Some(RangeName::Unit)) {
            return Err(fault(
                "mean and std are taken after division by 255: range must be \"unit\"".into(),
            ));
        }
        let n = self.channels.unwrap_or(mean.len());
        if mean.len() != n || std.len() != n || !matches!(n, 1 | 3) {
            let lengths = (mean.len(), std.len());
            return Err(fault(format!(
                "mean and std have {lengths:?} values, expected one a channel"
            )));
        }
        if std.iter().any(|s| !(s.is_finite() && *s > 0.0)) || mean.iter().any(|m| !m.is_finite()) {
            return Err(fault(format!(
                "mean {mean:?} and std {std:?}: expected finite means and positive deviations"
            )));
        }
        Ok(Some(Range::MeanStd { mean, std }))
    }

    /// The declared filter; `None` takes the protocol's.
    #[must_use]
    pub fn filter(&self) -> Option<Filter> {
        Some(match self.filter? {
            FilterName::PillowBicubic => Filter::PillowBicubic,
            FilterName::PillowBilinear => Filter::PillowBilinear,
            FilterName::TorchBilinear => Filter::TorchBilinear,
            FilterName::TorchBilinearAntialias => Filter::TorchBilinearAntialias,
            FilterName::Tf1Bilinear => Filter::Tf1Bilinear,
            FilterName::GridSample => Filter::GridSample,
            FilterName::Nearest => Filter::Nearest,
            FilterName::None => Filter::None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_example_is_a_valid_sidecar() {
        let docs = include_str!("sidecar.rs");
        let example = docs.split("```").nth(1).unwrap().trim_start_matches("toml");
        let lines = example.lines().map(|line| line.trim_start_matches("//!"));
        let sidecar = parse(&lines.collect::<Vec<_>>().join("\n")).unwrap();
        assert_eq!(sidecar.input.size.map(Size::pair), Some((224, 224)));
        assert!(matches!(
            sidecar.input.range(),
            Ok(Some(Range::MeanStd { .. }))
        ));
        assert_eq!(sidecar.input.filter(), Some(Filter::PillowBicubic));
        assert_eq!(
            sidecar.outputs.logits,
            Some(Declared::Name("logits".into()))
        );
    }

    #[test]
    fn every_range_has_its_meaning() {
        for (name, range) in [
            ("bytes", Range::Bytes),
            ("unit", Range::Unit),
            ("minus1_1", Range::TwoXMinusOne),
            ("minus128_over_128", Range::Minus128Over128),
        ] {
            let sidecar = parse(&format!("[input]\nrange = \"{name}\"")).unwrap();
            assert_eq!(sidecar.input.range().unwrap(), Some(range));
        }
        assert_eq!(parse("").unwrap().input.range().unwrap(), None);
    }

    #[test]
    fn contradictions_and_unknown_entries_are_refused() {
        for text in [
            "[input]\nsizes = 3",
            "[input]\nsize = 0",
            "[input]\nchannels = 4",
            "[input]\nrange = \"imagenet\"",
            "[input]\nmean = [0.5]",
            "[input]\nmean = [0.5, 0.5]\nstd = [0.5, 0.5]",
            "[input]\nmean = [0.5]\nstd = [0.0]",
            "[input]\nrange = \"bytes\"\nmean = [0.5]\nstd = [0.5]",
            "[input]\nchannels = 3\nmean = [0.5]\nstd = [0.5]",
            "[outputs]\nfeature = \"x\"",
            "range = 3",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_width_may_be_declared_with_the_name() {
        let sidecar = parse("[outputs]\nfeatures = { name = \"x\", width = 12 }").unwrap();
        assert_eq!(sidecar.outputs.features.unwrap().parts(), ("x", Some(12)));
    }
}
