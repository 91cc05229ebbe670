//! What a metric must be given, and what to say when it is not there.

use super::{Inputs, Measured};

/// One thing that a metric must be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Moments of both sides: features or a statistics file.
    Moments,
    /// Features of both sides.
    Features,
    /// Features of the generated side; a reference is not asked for.
    GeneratedFeatures,
    /// Features of the set that the generator was trained on (`--train`).
    TrainFeatures,
    /// Spatial features of both sides (the converted Inception has them).
    Spatial,
    /// Class scores of the generated side.
    ClassScores,
    /// Spectra and colour histograms of the pictures of both sides.
    Descriptors,
    /// Decoded pictures of the generated side.
    Pictures,
}

impl Need {
    /// In words, for lists.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Moments => "features or statistics of both sets",
            Self::Features => "features of both sets",
            Self::GeneratedFeatures => "features of the generated set",
            Self::TrainFeatures => "the training set (--train)",
            Self::Spatial => "spatial features (a converted Inception)",
            Self::ClassScores => "class scores of the generated set",
            Self::Descriptors => "pictures of both sets",
            Self::Pictures => "pictures of the generated set",
        }
    }

    /// What is missing in `inputs`, in words; nothing if all is there.
    pub(super) fn lacking(self, inputs: &Inputs<'_>) -> Option<String> {
        let generated = inputs.generated.0;
        let none = |side: &Measured, what: &str| Some(format!("{} has {what}", side.name()));
        match self {
            Self::ClassScores if generated.scores().is_none() => none(generated, "no class scores"),
            Self::GeneratedFeatures if generated.features().is_none() => {
                none(generated, "no features")
            }
            Self::Pictures if generated.pictures().is_empty() => none(generated, "no pictures"),
            Self::ClassScores | Self::GeneratedFeatures | Self::Pictures => None,
            Self::TrainFeatures => match inputs.train {
                None => Some("no training set was given".to_owned()),
                Some(train) if train.0.features().is_none() => none(train.0, "no features"),
                Some(_) => None,
            },
            Self::Moments | Self::Features | Self::Spatial | Self::Descriptors => {
                let Some(reference) = inputs.reference else {
                    return Some("no reference set was given".to_owned());
                };
                [reference.0, generated].into_iter().find_map(|side| {
                    let (there, what) = match self {
                        Self::Features => (side.features().is_some(), "no features"),
                        Self::Spatial => (side.spatial().is_some(), "no spatial features"),
                        Self::Descriptors => (
                            side.spectra().is_some() && side.colours().is_some(),
                            "no pictures",
                        ),
                        _ => (
                            side.n_features().is_some(),
                            "neither features nor statistics",
                        ),
                    };
                    if there { None } else { none(side, what) }
                })
            }
        }
    }

    /// What to type next.
    pub(super) fn mend(self) -> &'static str {
        match self {
            Self::Moments => "give both sets as images, features or statistics",
            Self::Features | Self::GeneratedFeatures => {
                "give both sets as images or as feature arrays [n, d]"
            }
            Self::TrainFeatures => "--train SOURCE, the set that the generator was trained on",
            Self::Spatial => {
                "give both sets as images and take the converted Inception: gavel models convert WEIGHTS.pth, --extractor inception"
            }
            Self::ClassScores => {
                "take an extractor with logits, or give --logits FILE.npy or --probabilities FILE.npy"
            }
            Self::Descriptors | Self::Pictures => "give both sets as images",
        }
    }
}
