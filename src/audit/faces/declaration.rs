//! What the owner of an ONNX detector declares about it: `FILE.toml` beside `FILE.onnx`.
//!
//! Every entry is optional; what is not declared is read from the file or taken from the family's publishers.
//!
//! ```toml
//! [detector]
//! family = "ultraface"       # or "yunet"; by default the names of the outputs decide
//! size = [240, 320]          # height, width; by default the file's (ultraface) or the picture's (yunet)
//! channels = "rgb"           # the order that the network takes: rgb (ultraface) or bgr (yunet)
//! mean = 127.0               # pixels go in as (x - mean) / scale
//! scale = 128.0
//! score = 0.7                # least score of a face
//! overlap = 0.3              # of two faces that overlap by more, the better one stays
//! top = 200                  # as many candidates take part in that, the best ones
//! ```

use crate::error::{Error, Result};
use crate::features::onnx_header::Header;
use serde::Deserialize;
use std::path::Path;

/// How a network's outputs are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// Outputs `scores` `[1, n, 2]` and `boxes` `[1, n, 4]` (edges, in the unit square).
    UltraFace,
    /// Outputs `cls_S`, `obj_S` and `bbox_S` for the strides S = 8, 16, 32.
    YuNet,
}

/// The order of the channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// Red first.
    Rgb,
    /// Blue first, as OpenCV reads pictures.
    Bgr,
}

/// Everything that is known of a detector.
#[derive(Debug, Clone, PartialEq)]
pub struct Declaration {
    /// How its outputs are read.
    pub family: Family,
    /// Height and width of the input; `None`: the picture's.
    pub size: Option<(usize, usize)>,
    /// The order of the channels.
    pub order: Order,
    /// Subtracted from every pixel.
    pub mean: f64,
    /// Divides every pixel.
    pub scale: f64,
    /// Least score.
    pub score: f32,
    /// Most overlap of two faces.
    pub overlap: f32,
    /// Candidates that take part.
    pub top: usize,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    detector: Entries,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entries {
    family: Option<Family>,
    size: Option<(usize, usize)>,
    channels: Option<Order>,
    mean: Option<f64>,
    scale: Option<f64>,
    score: Option<f32>,
    overlap: Option<f32>,
    top: Option<usize>,
}

impl Declaration {
    /// What is declared beside the ONNX file at `path`, completed with what `header` says.
    ///
    /// # Errors
    /// Engine: a declaration that cannot be read or has impossible values; a network whose outputs are of no known family.
    pub fn of(path: &Path, header: &Header) -> Result<Self> {
        let beside = path.with_extension("toml");
        let text = match std::fs::read_to_string(&beside) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(Error::engine(format!("{}: {error}", beside.display()))),
        };
        let entries = match text {
            Some(text) => parse(&text).map_err(|error| error.at(beside.display()))?,
            None => Entries::default(),
        };
        Self::complete(&entries, header)
    }

    fn complete(entries: &Entries, header: &Header) -> Result<Self> {
        let Some(family) = entries.family.or_else(|| family_of(header)) else {
            return Err(unknown(header));
        };
        let of_file = || {
            let input = header.inputs.first()?;
            Some((input.size(2)?, input.size(3)?))
        };
        let published = match family {
            Family::UltraFace => Self {
                family,
                size: of_file(),
                order: Order::Rgb,
                mean: 127.0,
                scale: 128.0,
                score: 0.7,
                overlap: 0.3,
                top: 200,
            },
            Family::YuNet => Self {
                family,
                size: None,
                order: Order::Bgr,
                mean: 0.0,
                scale: 1.0,
                score: 0.9,
                overlap: 0.3,
                top: 5000,
            },
        };
        Ok(Self {
            family,
            size: entries.size.or(published.size),
            order: entries.channels.unwrap_or(published.order),
            mean: entries.mean.unwrap_or(published.mean),
            scale: entries.scale.unwrap_or(published.scale),
            score: entries.score.unwrap_or(published.score),
            overlap: entries.overlap.unwrap_or(published.overlap),
            top: entries.top.unwrap_or(published.top),
        })
    }
}

fn family_of(header: &Header) -> Option<Family> {
    let has = |name: &str| header.output(name).is_some();
    if ["cls_8", "obj_8", "bbox_8"].into_iter().all(has) {
        return Some(Family::YuNet);
    }
    ["scores", "boxes"]
        .into_iter()
        .all(has)
        .then_some(Family::UltraFace)
}

fn unknown(header: &Header) -> Error {
    let found: Vec<&str> = header
        .outputs
        .iter()
        .map(|output| output.name.as_str())
        .collect();
    Error::engine(format!(
        "a network of no known family of face detectors: its outputs are [{}], expected `scores` and `boxes` (UltraFace) \
         or `cls_8`, `obj_8`, `bbox_8` and so on (YuNet)",
        found.join(", ")
    ))
    .mend("declare it in FILE.toml beside FILE.onnx: [detector] family = \"ultraface\", and export it with these outputs")
}

fn parse(text: &str) -> Result<Entries> {
    let file: File = toml::from_str(text).map_err(|error| {
        Error::engine(format!(
            "not a valid declaration of a detector: {}",
            error.to_string().trim_end()
        ))
        .mend("the entries are [detector] family, size, channels, mean, scale, score, overlap, top")
    })?;
    let entries = file.detector;
    let fault =
        |what: String| Err(Error::engine(what).mend("correct the entry in the declaration"));
    if let Some((height, width)) = entries.size
        && !((1..=16_384).contains(&height) && (1..=16_384).contains(&width))
    {
        return fault(format!("size is [{height}, {width}], expected 1 to 16384"));
    }
    if entries
        .scale
        .is_some_and(|scale| !scale.is_finite() || scale == 0.0)
        || entries.mean.is_some_and(|mean| !mean.is_finite())
    {
        return fault("mean and scale must be finite, and scale not 0".to_owned());
    }
    let is_share = |value: Option<f32>| value.is_none_or(|value| (0.0..=1.0).contains(&value));
    if !is_share(entries.score) || !is_share(entries.overlap) {
        return fault("score and overlap must be from 0 to 1".to_owned());
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::onnx_header::Port;

    fn header(outputs: &[&str]) -> Header {
        let port = |name: &&str| Port {
            name: (*name).to_owned(),
            element: "FLOAT".to_owned(),
            shape: None,
            made_by: String::new(),
        };
        Header {
            inputs: vec![port(&"input")],
            outputs: outputs.iter().map(port).collect(),
            doc: String::new(),
            metadata: Vec::new(),
        }
    }

    #[test]
    fn the_documented_example_is_a_valid_declaration() {
        let docs = include_str!("declaration.rs");
        let example = docs.split("```").nth(1).unwrap().trim_start_matches("toml");
        let lines: Vec<&str> = example
            .lines()
            .map(|line| line.trim_start_matches("//!"))
            .collect();
        let entries = parse(&lines.join("\n")).unwrap();
        let declared = Declaration::complete(&entries, &header(&["a"])).unwrap();
        assert_eq!(declared.size, Some((240, 320)));
        assert_eq!(
            (declared.family, declared.order, declared.top),
            (Family::UltraFace, Order::Rgb, 200)
        );
    }

    #[test]
    fn the_outputs_decide_where_nothing_is_declared() {
        let of = |outputs: &[&str]| Declaration::complete(&Entries::default(), &header(outputs));
        assert_eq!(of(&["scores", "boxes"]).unwrap().family, Family::UltraFace);
        assert_eq!(
            of(&["cls_8", "obj_8", "bbox_8"]).unwrap().family,
            Family::YuNet
        );
        let text = of(&["logits"]).unwrap_err().to_string();
        assert!(text.contains("[logits]") && text.contains("try:"), "{text}");
    }

    #[test]
    fn impossible_and_unknown_entries_are_refused() {
        for entry in [
            "size = [0, 3]",
            "scale = 0.0",
            "score = 1.5",
            "overlap = nan",
            "threshold = 0.7",
            "family = \"mtcnn\"",
        ] {
            assert!(parse(&format!("[detector]\n{entry}")).is_err(), "{entry}");
        }
        assert!(parse("family = \"yunet\"").is_err());
    }
}
