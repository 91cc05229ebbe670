//! What can be seen of a picture without a network: its power spectrum and its colours.
//!
//! Every picture is first brought to 64 x 64 RGB by Pillow's antialiased bicubic (clipped to 0..255), so that sets of
//! different sizes can be compared: what only a larger picture could show is not looked at. The descriptors run through
//! the same streaming pass as a network ([`super::extract`]), and so have its threads, its failure policy and its store.

mod colours;
mod fourier;
mod spectrum;

use super::{Extractor, Network, Origin, Output, Role, digest};
use crate::error::{Error, Result};
use crate::preprocess::{Filter, InputSpec, Protocol, Range};
use ndarray::{Array2, Axis};

pub use colours::N_LEVELS;
pub use spectrum::N_RINGS;
use spectrum::Spectrograph;

/// The name that results carry.
pub const NAME: &str = "pixel-descriptors-v1";

/// Height and width that every picture is brought to.
pub const SIDE: usize = 64;

/// Colour channels.
const CHANNELS: usize = 3;

/// Values of one row: rings of the spectrum, then the bins of the three channels.
const WIDTH: usize = N_RINGS + CHANNELS * N_LEVELS;

/// Everything that a row depends on; its sha256 stands for the weights. Change the name with it.
const DEFINITION: &str = "gavel pixel-descriptors-v1: 64 x 64 by Pillow's bicubic, clipped; \
    luminance 0.299 R + 0.587 G + 0.114 B, weighted mean off, periodic Hann window, |F|^2 over the sum of squared weights, \
    mean over rings of whole radius 1 to 32, 10 log10(power + 1/12); \
    then 64 bins of 4 levels each for R, G, B, shares";

/// The descriptors as an extractor: one row of features a picture, to be taken apart by [`split`].
#[must_use]
pub fn extractor() -> Extractor {
    Extractor {
        name: NAME.into(),
        sha256: digest::sha256(DEFINITION.as_bytes()),
        origin: Origin::Pixels,
        network: Network::Descriptors,
        input_name: "pixels".into(),
        input: InputSpec {
            size: (SIDE, SIDE),
            channels: CHANNELS,
            channels_last: false,
            range: Some(Range::Bytes),
            filter: Some(Filter::PillowBicubic),
        },
        outputs: vec![Output {
            name: NAME.into(),
            role: Role::Features,
            width: WIDTH,
        }],
        inception_layout: false,
        notes: Vec::new(),
    }
}

/// The one protocol of the descriptors, whatever the network's is.
///
/// # Errors
/// None: the preset is one of ours.
pub fn protocol() -> Result<Protocol> {
    Ok(Protocol::preset("clean")?.for_input(&extractor().input))
}

/// Takes rows of the extractor apart: spectra `[n, N_RINGS]` in dB, colour histograms `[n, 3 * N_LEVELS]` in shares.
///
/// # Errors
/// Engine: rows of another width.
pub fn split(rows: &Array2<f32>) -> Result<(Array2<f32>, Array2<f32>)> {
    if rows.ncols() != WIDTH {
        return Err(Error::engine(format!(
            "rows of {} descriptors, expected {WIDTH}",
            rows.ncols()
        )));
    }
    let (spectra, colours) = rows.view().split_at(Axis(1), N_RINGS);
    Ok((spectra.to_owned(), colours.to_owned()))
}

/// Describes tensors `[3, 64, 64]` with levels 0 to 255.
#[derive(Debug)]
pub struct Describer {
    spectrograph: Spectrograph,
}

impl Describer {
    /// Its tables.
    #[must_use]
    pub fn new() -> Self {
        Self {
            spectrograph: Spectrograph::new(SIDE),
        }
    }

    /// Values that a tensor has.
    #[must_use]
    pub fn tensor_length() -> usize {
        CHANNELS * SIDE * SIDE
    }

    /// The row of one tensor of [`Self::tensor_length`] values.
    #[must_use]
    pub fn describe(&self, tensor: &[f32]) -> Vec<f32> {
        let (red, rest) = tensor.split_at(SIDE * SIDE);
        let (green, blue) = rest.split_at(SIDE * SIDE);
        let luminance: Vec<f64> = red
            .iter()
            .zip(green)
            .zip(blue)
            .map(|((&r, &g), &b)| {
                0.299 * f64::from(r) + 0.587 * f64::from(g) + 0.114 * f64::from(b)
            })
            .collect();
        let mut row = self.spectrograph.rings(&luminance);
        for channel in [red, green, blue] {
            row.extend(colours::shares(channel));
        }
        row
    }
}

impl Default for Describer {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_rings_then_red_green_blue() {
        // A picture of R = 255, G = 128, B = 0: no power anywhere, bins 63, 32 and 0 full.
        let mut tensor = vec![255.0_f32; SIDE * SIDE];
        tensor.extend(vec![128.0; SIDE * SIDE]);
        tensor.extend(vec![0.0; SIDE * SIDE]);
        let row = Describer::new().describe(&tensor);
        let rows = Array2::from_shape_vec((1, WIDTH), row).unwrap();
        let (spectra, colours) = split(&rows).unwrap();
        // 10 log10(1/12) = −10.791812.
        assert!(
            spectra.iter().all(|db| (db + 10.791_812).abs() < 1e-4),
            "{spectra}"
        );
        let full: Vec<usize> = (0..3 * N_LEVELS)
            .filter(|&bin| colours[[0, bin]] == 1.0)
            .collect();
        assert_eq!(full, [63, 64 + 32, 128]);
        assert_eq!(colours.sum(), 3.0);
        assert!(split(&colours).is_err());
    }

    #[test]
    fn the_definition_names_what_the_code_does() {
        let numbers: Vec<&str> = DEFINITION.split(|c: char| !c.is_ascii_digit()).collect();
        for number in [SIDE, N_RINGS, N_LEVELS] {
            assert!(numbers.contains(&number.to_string().as_str()), "{number}");
        }
        let protocol = protocol().unwrap();
        assert_eq!(protocol.range, Range::Bytes);
        assert_eq!(protocol.size, (SIDE, SIDE));
        assert!(protocol.clip, "bicubic overshoots");
    }
}
