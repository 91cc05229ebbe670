//! Known damage to one picture. Each is a pure function of the picture, the level and a random stream.

use crate::error::{Error, Result};
use crate::rng::Stream;
use crate::sources::decode::{DecodeOptions, decode};
use crate::sources::{Pixels, Stored};
use image::{RgbImage, imageops};
use mozjpeg::{ColorSpace, Compress};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Gaussian blur of standard deviation `percent` of the shorter side.
pub fn blur(picture: &Pixels, percent: f64, _: &mut Stream) -> Result<Pixels> {
    let sigma = percent / 100.0 * picture.width.min(picture.height) as f64;
    Ok(pixels(&imageops::blur(&raster(picture)?, sigma as f32)))
}

/// Gaussian noise of standard deviation `sigma` of 255; a gray picture stays gray.
#[expect(
    clippy::unnecessary_wraps,
    reason = "all corruptions have one signature"
)]
pub fn noise(picture: &Pixels, sigma: f64, stream: &mut Stream) -> Result<Pixels> {
    let gray = picture
        .rgb
        .chunks_exact(3)
        .all(|p| p.iter().all(|v| Some(v) == p.first()));
    let mut rgb = Vec::with_capacity(picture.rgb.len());
    for pixel in picture.rgb.chunks_exact(3) {
        let shared = stream.normal();
        for &value in pixel {
            let draw = if gray { shared } else { stream.normal() };
            rgb.push((f64::from(value) + sigma * draw).round().clamp(0.0, 255.0) as u8);
        }
    }
    Ok(Pixels {
        rgb,
        ..picture.clone()
    })
}

/// Written as JPEG of quality `100 - loss` (4:2:0, the standard tables) and read again.
pub fn jpeg(picture: &Pixels, loss: f64, _: &mut Stream) -> Result<Pixels> {
    let bytes = encode_jpeg(picture, (100.0 - loss) as f32)
        .map_err(|e| e.mend("leave this corruption out with --corruptions"))?;
    Ok(decode(&Stored::File(bytes), &DecodeOptions::default())?.pixels)
}

/// A JPEG file of this quality (4:2:0, the standard tables).
pub fn encode_jpeg(picture: &Pixels, quality: f32) -> Result<Vec<u8>> {
    let encoded = catch_unwind(AssertUnwindSafe(|| -> std::io::Result<Vec<u8>> {
        let mut encoder = Compress::new(ColorSpace::JCS_RGB);
        // Before the other settings, because it resets them: libjpeg-turbo's ways instead of mozjpeg's.
        encoder.set_fastest_defaults();
        encoder.set_size(picture.width, picture.height);
        encoder.set_quality(quality);
        let mut encoder = encoder.start_compress(Vec::new())?;
        encoder.write_scanlines(&picture.rgb)?;
        encoder.finish()
    }));
    // libjpeg's fatal errors unwind; a picture of more than 65,500 pixels a side is the only one that can occur.
    encoded.ok().and_then(std::io::Result::ok).ok_or_else(|| {
        Error::input(format!(
            "a picture of {} x {} pixels cannot be written as JPEG",
            picture.width, picture.height
        ))
    })
}

/// `percent` of each side cut away around the centre, and the rest enlarged to the old size.
pub fn crop(picture: &Pixels, percent: f64, _: &mut Stream) -> Result<Pixels> {
    let kept = |side: usize| {
        let kept = (side as f64 * (1.0 - percent / 100.0)).round();
        (kept as u32).max(1)
    };
    let (width, height) = (kept(picture.width), kept(picture.height));
    let left = (picture.width as u32 - width) / 2;
    let top = (picture.height as u32 - height) / 2;
    let middle = imageops::crop_imm(&raster(picture)?, left, top, width, height).to_image();
    Ok(pixels(&imageops::resize(
        &middle,
        picture.width as u32,
        picture.height as u32,
        imageops::FilterType::CatmullRom,
    )))
}

/// Left and right exchanged.
pub fn mirror(picture: &Pixels) -> Pixels {
    let rgb = picture
        .rgb
        .chunks_exact(3 * picture.width)
        .flat_map(|row| row.chunks_exact(3).rev().flatten().copied())
        .collect();
    Pixels {
        rgb,
        ..picture.clone()
    }
}

fn raster(picture: &Pixels) -> Result<RgbImage> {
    u32::try_from(picture.width)
        .ok()
        .zip(u32::try_from(picture.height).ok())
        .and_then(|(width, height)| RgbImage::from_raw(width, height, picture.rgb.clone()))
        .ok_or_else(|| {
            Error::input(format!(
                "a picture of {} x {} pixels has {} bytes, expected 3 for each pixel",
                picture.width,
                picture.height,
                picture.rgb.len()
            ))
        })
}

fn pixels(picture: &RgbImage) -> Pixels {
    Pixels {
        width: picture.width() as usize,
        height: picture.height() as usize,
        rgb: picture.as_raw().clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Seed;

    fn stream() -> Stream {
        Seed(1).stream("pixels", 0)
    }

    fn wave(width: usize, height: usize) -> Pixels {
        let rgb = (0..width * height)
            .flat_map(|i| {
                let (x, y) = ((i % width) as f64, (i / width) as f64);
                [(x / 3.0).sin(), (y / 2.0).cos(), (x + y).sin()].map(|v| (127.5 + 100.0 * v) as u8)
            })
            .collect();
        Pixels { width, height, rgb }
    }

    fn distance(a: &Pixels, b: &Pixels) -> f64 {
        let squares: f64 = a
            .rgb
            .iter()
            .zip(&b.rgb)
            .map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2))
            .sum();
        (squares / a.rgb.len() as f64).sqrt()
    }

    #[test]
    fn every_damage_keeps_the_size_and_grows_with_its_level() {
        let picture = wave(40, 30);
        for damage in [blur, noise, jpeg, crop] {
            let mut last = 0.0;
            for level in [2.0, 10.0, 40.0] {
                let damaged = damage(&picture, level, &mut stream()).unwrap();
                assert_eq!((damaged.width, damaged.height), (40, 30));
                let now = distance(&picture, &damaged);
                assert!(now > last, "{now} after {last}");
                last = now;
            }
        }
    }

    #[test]
    fn noise_has_the_standard_deviation_asked_for_and_keeps_gray_gray() {
        let gray = Pixels {
            width: 100,
            height: 100,
            rgb: vec![128; 30_000],
        };
        let noisy = noise(&gray, 10.0, &mut stream()).unwrap();
        // 10,000 draws know their standard deviation within 1 / sqrt(20,000) = 0.7 %; 3 % is four of those.
        assert!((distance(&gray, &noisy) / 10.0 - 1.0).abs() < 0.03);
        assert!(
            noisy
                .rgb
                .chunks_exact(3)
                .all(|p| p[0] == p[1] && p[1] == p[2])
        );
        let coloured = noise(&wave(20, 20), 10.0, &mut stream()).unwrap();
        assert!(coloured.rgb.chunks_exact(3).any(|p| p[0] != p[1]));
    }

    #[test]
    fn blur_is_measured_against_the_shorter_side() {
        // A white point on black, 100 x 200, blurred by 2 %: sigma = 2 pixels, so the centre keeps about
        // 255 / (2 pi 2^2) = 10.1 (4 pixels would leave 2.5).
        let mut rgb = vec![0; 60_000];
        rgb[3 * (100 * 100 + 50)..][..3].fill(255);
        let point = Pixels {
            width: 100,
            height: 200,
            rgb,
        };
        let blurred = blur(&point, 2.0, &mut stream()).unwrap();
        let centre = blurred.rgb[3 * (100 * 100 + 50)];
        assert!((9..=12).contains(&centre), "{centre}");
    }

    #[test]
    fn a_crop_enlarges_the_middle() {
        // Left half black, right half white: cut in half around the centre it is still that; the outer quarter of a
        // picture that is white only there disappears.
        let (width, height) = (40, 40);
        let rim = |x: usize| u8::from(!(10..30).contains(&x)) * 255;
        let rgb = (0..width * height)
            .flat_map(|i| [rim(i % width); 3])
            .collect();
        let picture = Pixels { width, height, rgb };
        let cut = crop(&picture, 50.0, &mut stream()).unwrap();
        assert!(cut.rgb.iter().all(|&v| v == 0));
    }

    #[test]
    fn mirroring_swaps_columns_and_keeps_channels() {
        let picture = Pixels {
            width: 2,
            height: 1,
            rgb: vec![1, 2, 3, 4, 5, 6],
        };
        assert_eq!(mirror(&picture).rgb, [4, 5, 6, 1, 2, 3]);
    }

    #[test]
    fn a_single_pixel_survives_everything() {
        let point = wave(1, 1);
        for damage in [blur, noise, jpeg, crop] {
            assert_eq!(damage(&point, 40.0, &mut stream()).unwrap().rgb.len(), 3);
        }
        assert_eq!(mirror(&point), point);
    }
}
