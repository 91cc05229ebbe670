//! What can be wrong with a picture, in steps.

use crate::SEED;
use gavel::error::{Error, Result};
use gavel::sources::decode::{DecodeOptions, decode};
use gavel::sources::{Pixels, Stored};

/// Damage to each picture of a set.
#[derive(Debug, Clone, Copy)]
pub enum Damage {
    /// Gaussian blur; sigma as a share of the width, in 32nds (so in pixels on a 32-pixel picture).
    Blur(f64),
    /// Gaussian noise on every value; standard deviation in levels of 255.
    Noise(f64),
    /// Written as JPEG of this quality (4:2:0) and read again.
    Jpeg(f32),
}

impl Damage {
    /// The damaged picture number `index`.
    pub fn of(self, pixels: &Pixels, index: usize) -> Result<Pixels> {
        match self {
            Self::Blur(sigma) => Ok(blur(pixels, sigma * pixels.width as f64 / 32.0)),
            Self::Noise(deviation) => Ok(noise(pixels, deviation, index)),
            Self::Jpeg(quality) => jpeg(pixels, quality),
        }
    }
}

/// Separable Gaussian, cut at four sigma, edges repeated, rounded once at the end.
fn blur(pixels: &Pixels, sigma: f64) -> Pixels {
    let radius = (4.0 * sigma).ceil() as isize;
    let weights: Vec<f64> = (-radius..=radius)
        .map(|k| (-0.5 * (k as f64 / sigma).powi(2)).exp())
        .collect();
    let total: f64 = weights.iter().sum();
    let (width, height) = (pixels.width.cast_signed(), pixels.height.cast_signed());
    let along = |values: &[f64], right: isize, down: isize| -> Vec<f64> {
        let mut out = Vec::with_capacity(values.len());
        for y in 0..height {
            for x in 0..width {
                for channel in 0..3 {
                    let sum = weights.iter().zip(-radius..).map(|(weight, k)| {
                        let from_x = (x + k * right).clamp(0, width - 1);
                        let from_y = (y + k * down).clamp(0, height - 1);
                        weight * values[((from_y * width + from_x) * 3 + channel) as usize]
                    });
                    out.push(sum.sum::<f64>() / total);
                }
            }
        }
        out
    };
    let levels: Vec<f64> = pixels.rgb.iter().map(|&byte| f64::from(byte)).collect();
    let blurred = along(&along(&levels, 1, 0), 0, 1);
    with_levels(pixels, blurred.into_iter())
}

/// The same draws at every deviation, so that a step is a step of strength alone.
fn noise(pixels: &Pixels, deviation: f64, index: usize) -> Pixels {
    let mut stream = SEED.stream("embedded_report/noise", index as u64);
    let noisy = pixels
        .rgb
        .iter()
        .map(|&byte| f64::from(byte) + deviation * stream.normal());
    with_levels(pixels, noisy)
}

fn with_levels(pixels: &Pixels, levels: impl Iterator<Item = f64>) -> Pixels {
    Pixels {
        rgb: levels
            .map(|level| level.round().clamp(0.0, 255.0) as u8)
            .collect(),
        ..*pixels
    }
}

fn jpeg(pixels: &Pixels, quality: f32) -> Result<Pixels> {
    let fault = |error: std::io::Error| Error::engine(format!("the JPEG encoder: {error}"));
    let mut encoder = mozjpeg::Compress::new(mozjpeg::ColorSpace::JCS_RGB);
    encoder.set_fastest_defaults();
    encoder.set_size(pixels.width, pixels.height);
    encoder.set_quality(quality);
    encoder.set_chroma_sampling_pixel_sizes((2, 2), (2, 2));
    let mut started = encoder.start_compress(Vec::new()).map_err(fault)?;
    started.write_scanlines(&pixels.rgb).map_err(fault)?;
    let file = started.finish().map_err(fault)?;
    Ok(decode(&Stored::File(file), &DecodeOptions::default())?.pixels)
}
