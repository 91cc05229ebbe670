//! The named protocols: one line of data each.

use super::{Filter, Protocol, Range};
use crate::error::{Error, Result};

/// A protocol with its name, what it does and which programs do it.
#[derive(Debug, Clone, Copy)]
pub struct Preset {
    /// The name on the command line and in every result.
    pub name: &'static str,
    /// What happens to a picture, in one line.
    pub summary: &'static str,
    /// The programs that compute their numbers this way.
    pub source: &'static str,
    filter: Filter,
    clip: bool,
    divide_first: bool,
    doubled: bool,
}

/// Every named protocol; the first is the default. Sizes are Inception's 299 x 299 until a network says otherwise.
pub const PROTOCOLS: &[Preset] = &[
    Preset {
        name: "clean",
        summary: "antialiased bicubic in float (Pillow mode F), clipped to 0..255, (x - 128) / 128",
        source: "clean-fid mode `clean` (Parmar, Zhang, Zhu 2022)",
        filter: Filter::PillowBicubic,
        clip: true,
        divide_first: false,
        doubled: false,
    },
    Preset {
        name: "pytorch_fid",
        summary: "x / 255, bilinear with half-pixel centres, no antialias, 2x - 1",
        source: "pytorch-fid",
        filter: Filter::TorchBilinear,
        clip: false,
        divide_first: true,
        doubled: true,
    },
    Preset {
        name: "tf1",
        summary: "TF1 bilinear (src = i * scale), no antialias, (x - 128) / 128",
        source: "TTUR, torch-fidelity, ADM's evaluator, torchmetrics with antialias=False",
        filter: Filter::Tf1Bilinear,
        clip: false,
        divide_first: false,
        doubled: false,
    },
    Preset {
        name: "torchmetrics_aa",
        summary: "antialiased bilinear in float32, (x - 128) / 128",
        source: "torchmetrics with antialias=True (its default since 1.8)",
        filter: Filter::TorchBilinearAntialias,
        clip: false,
        divide_first: false,
        doubled: false,
    },
    Preset {
        name: "legacy_pytorch",
        summary: "bilinear with half-pixel centres on 0..255, clipped, x / 255, 2x - 1",
        source: "clean-fid mode `legacy_pytorch`",
        filter: Filter::TorchBilinear,
        clip: true,
        divide_first: false,
        doubled: true,
    },
    Preset {
        name: "legacy_tensorflow",
        summary: "grid_sample imitation of TF1 bilinear, (x - 128) / 128",
        source: "clean-fid mode `legacy_tensorflow`, StyleGAN2-ada, StyleGAN3, EDM2",
        filter: Filter::GridSample,
        clip: false,
        divide_first: false,
        doubled: false,
    },
];

impl Protocol {
    /// The protocol called `name` (a hyphen counts as an underscore). A usage error lists the known names.
    pub fn preset(name: &str) -> Result<Self> {
        let wanted = name.replace('-', "_");
        let Some(preset) = PROTOCOLS.iter().find(|preset| preset.name == wanted) else {
            let known: Vec<&str> = PROTOCOLS.iter().map(|preset| preset.name).collect();
            return Err(Error::usage(format!("there is no protocol named `{name}`"))
                .mend(format!("--protocol with one of: {}", known.join(", "))));
        };
        Ok(Self {
            name: preset.name.to_owned(),
            filter: preset.filter,
            clip: preset.clip,
            divide_first: preset.divide_first,
            range: if preset.doubled {
                Range::TwoXMinusOne
            } else {
                Range::Minus128Over128
            },
            size: (299, 299),
            channels: 3,
            channels_last: false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_documented() {
        for (i, preset) in PROTOCOLS.iter().enumerate() {
            assert!(!preset.summary.is_empty() && !preset.source.is_empty());
            assert!(PROTOCOLS[..i].iter().all(|other| other.name != preset.name));
            assert_eq!(Protocol::preset(preset.name).unwrap().name, preset.name);
        }
        assert_eq!(PROTOCOLS[0].name, "clean");
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_known_ones() {
        let error = Protocol::preset("cleen").unwrap_err();
        assert_eq!(error.kind(), crate::error::Kind::Usage);
        let advice = error.advice().unwrap();
        assert!(PROTOCOLS.iter().all(|preset| advice.contains(preset.name)));
        assert_eq!(Protocol::preset("pytorch-fid").unwrap().name, "pytorch_fid");
    }
}
