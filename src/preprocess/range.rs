//! The range of the tensor: how filtered pixels become what a network was trained on.

use crate::error::{Error, Result};

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

impl Range {
    /// Does the formula begin with `x / 255`? Then the division may as well come before the filter.
    pub(super) fn begins_with_unit(&self) -> bool {
        match self {
            Self::TwoXMinusOne | Self::Unit | Self::MeanStd { .. } => true,
            Self::Minus128Over128 | Self::Bytes => false,
        }
    }

    /// Is the range usable for `channels` channels: one finite mean and one positive, finite deviation for each?
    pub(super) fn check(&self, channels: usize) -> Result<()> {
        let Self::MeanStd { mean, std } = self else {
            return Ok(());
        };
        if mean.len() != channels || std.len() != channels {
            return Err(Error::usage(format!(
                "the range has {} means and {} standard deviations, but the network's input has {channels} channels",
                mean.len(),
                std.len(),
            ))
            .mend("give one mean and one standard deviation per channel in the network's .toml file"));
        }
        let usable =
            mean.iter().all(|m| m.is_finite()) && std.iter().all(|s| s.is_finite() && *s > 0.0);
        if usable {
            Ok(())
        } else {
            Err(Error::usage(format!(
                "the range has means {mean:?} and standard deviations {std:?}; both must be finite and the \
                 deviations above 0"
            ))
            .mend("correct `mean` and `std` in the network's .toml file"))
        }
    }

    /// The arithmetic for one channel, which exists because [`Range::check`] was called. `unit`: have the values been
    /// divided by 255 already?
    pub(super) fn formula(&self, channel: usize, unit: bool) -> Formula {
        let divisor = if unit { 1.0 } else { 255.0 };
        match self {
            Self::Bytes => Formula::Same,
            Self::Minus128Over128 => Formula::Shifted,
            Self::TwoXMinusOne => Formula::Doubled { divisor },
            Self::Unit => Formula::Standardized {
                divisor,
                mean: 0.0,
                std: 1.0,
            },
            Self::MeanStd { mean, std } => Formula::Standardized {
                divisor,
                mean: mean[channel],
                std: std[channel],
            },
        }
    }
}

/// The arithmetic of a [`Range`] for one channel, in the order in which the peers compute it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Formula {
    /// `x`.
    Same,
    /// `(x - 128) / 128`.
    Shifted,
    /// `2 * (x / divisor) - 1`.
    Doubled {
        /// 255, or 1 where the filter worked on 0..1.
        divisor: f32,
    },
    /// `(x / divisor - mean) / std`.
    Standardized {
        /// 255, or 1 where the filter worked on 0..1.
        divisor: f32,
        /// Mean of the channel.
        mean: f32,
        /// Standard deviation of the channel.
        std: f32,
    },
}

impl Formula {
    /// Writes the image of `values` to `places`. The formula is chosen once and not for every value.
    #[inline]
    pub(super) fn fill<'a>(
        self,
        places: impl Iterator<Item = &'a mut f32>,
        values: impl Iterator<Item = f32>,
    ) {
        let pairs = places.zip(values);
        match self {
            Self::Same => pairs.for_each(|(place, x)| *place = x),
            Self::Shifted => pairs.for_each(|(place, x)| *place = (x - 128.0) / 128.0),
            Self::Doubled { divisor } => {
                pairs.for_each(|(place, x)| *place = 2.0 * (x / divisor) - 1.0);
            }
            Self::Standardized { divisor, mean, std } => {
                pairs.for_each(|(place, x)| *place = (x / divisor - mean) / std);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(range: &Range, unit: bool, x: f32) -> f32 {
        let mut place = [0.0];
        range
            .formula(0, unit)
            .fill(place.iter_mut(), [x].into_iter());
        place[0]
    }

    #[test]
    fn every_range_is_its_formula() {
        // By hand, x = 255 and x = 0; the two Inception ranges differ exactly here (1 against 127/128).
        let at = |range: &Range, x| image(range, false, x);
        assert_eq!(at(&Range::Minus128Over128, 255.0), 0.9921875);
        assert_eq!(at(&Range::Minus128Over128, 0.0), -1.0);
        assert_eq!(at(&Range::TwoXMinusOne, 255.0), 1.0);
        assert_eq!(at(&Range::TwoXMinusOne, 0.0), -1.0);
        assert_eq!(at(&Range::Unit, 255.0), 1.0);
        assert_eq!(at(&Range::Bytes, 255.0), 255.0);
        let imagenet = Range::MeanStd {
            mean: vec![0.5],
            std: vec![0.25],
        };
        assert_eq!(at(&imagenet, 255.0), 2.0); // (1 - 0.5) / 0.25
        assert_eq!(at(&imagenet, 0.0), -2.0);
    }

    #[test]
    fn a_value_already_divided_is_not_divided_again() {
        assert_eq!(image(&Range::TwoXMinusOne, true, 1.0), 1.0);
        assert_eq!(image(&Range::Unit, true, 0.5), 0.5);
    }

    #[test]
    fn a_mean_per_channel_is_asked_for() {
        let range = Range::MeanStd {
            mean: vec![0.5],
            std: vec![0.5],
        };
        assert!(range.check(1).is_ok());
        let error = range.check(3).unwrap_err();
        assert!(error.message().contains("1 means"), "{error}");
        let flat = Range::MeanStd {
            mean: vec![0.0],
            std: vec![0.0],
        };
        assert!(flat.check(1).is_err());
    }
}
