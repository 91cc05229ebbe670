//! WebP, BMP, TIFF and PNM through the `image` crate.

use super::{
    DecodeOptions, Decoded, Format, Info, Note, check_size, damaged, drop_channels, gray_to_rgb,
    unsupported,
};
use crate::error::Result;
use crate::sources::Pixels;
use image::metadata::Orientation;
use image::{DynamicImage, ExtendedColorType, ImageDecoder, ImageError, ImageFormat, ImageReader};
use std::io::Cursor;

pub(super) fn decode(bytes: &[u8], format: Format, options: &DecodeOptions) -> Result<Decoded> {
    let broken = |error: ImageError| match error {
        ImageError::Unsupported(what) => unsupported(format, format!("this layout ({what})")),
        error => damaged(format, error),
    };
    let kind = match format {
        Format::WebP => ImageFormat::WebP,
        Format::Bmp => ImageFormat::Bmp,
        Format::Tiff => ImageFormat::Tiff,
        _ => ImageFormat::Pnm,
    };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), kind);
    let mut limits = image::Limits::no_limits();
    // 16 bytes a pixel hold four floats, the widest sample that the crate knows.
    limits.max_alloc = Some(options.max_pixels.saturating_mul(16));
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(broken)?;
    let (width, height) = decoder.dimensions();
    let (width, height) = check_size(u64::from(width), u64::from(height), options)?;
    let mut notes = Vec::new();
    let turned = decoder
        .orientation()
        .is_ok_and(|turn| turn != Orientation::NoTransforms);
    notes.extend(turned.then_some(Note::OrientationIgnored));
    notes.extend(matches!(decoder.icc_profile(), Ok(Some(_))).then_some(Note::ProfileIgnored));
    let stored = decoder.original_color_type();
    notes.extend(
        matches!(stored, ExtendedColorType::Cmyk8 | ExtendedColorType::Cmyk16)
            .then_some(Note::CmykConverted),
    );

    let picture = DynamicImage::from_decoder(decoder).map_err(broken)?;
    let (mode, bit_depth, rgb) = match picture {
        DynamicImage::ImageLuma8(gray) => ("L", 8, gray_to_rgb(gray.into_raw().into_iter())),
        DynamicImage::ImageRgb8(rgb) => ("RGB", 8, rgb.into_raw()),
        DynamicImage::ImageLumaA8(gray) => {
            let samples = gray.into_raw();
            notes.extend(see_through(&samples, 2));
            ("LA", 8, gray_to_rgb(samples.into_iter().step_by(2)))
        }
        DynamicImage::ImageRgba8(rgba) => {
            let samples = rgba.into_raw();
            notes.extend(see_through(&samples, 4));
            ("RGBA", 8, drop_channels(&samples, 4))
        }
        DynamicImage::ImageLuma16(gray) => {
            let samples = gray.into_raw();
            notes.extend(
                samples
                    .iter()
                    .any(|&v| v > 255)
                    .then_some(Note::SixteenBitGrayClipped),
            );
            (
                "I;16",
                16,
                gray_to_rgb(samples.into_iter().map(|v| v.min(255) as u8)),
            )
        }
        DynamicImage::ImageRgb16(rgb) => {
            notes.push(Note::SixteenBitReduced);
            let reduce = |v: u16| match format {
                // Pillow scales the samples of a PPM and cuts those of a TIFF.
                Format::Pnm => (f64::from(v) * 255.0 / 65_535.0).round_ties_even() as u8,
                _ => (v >> 8) as u8,
            };
            ("RGB", 16, rgb.into_raw().into_iter().map(reduce).collect())
        }
        other => {
            return Err(unsupported(
                format,
                format!("samples of type {:?}", other.color()),
            ));
        }
    };
    Ok(Decoded {
        pixels: Pixels { width, height, rgb },
        info: Info {
            format,
            mode,
            bit_depth,
            width,
            height,
            jpeg: None,
        },
        notes,
    })
}

fn see_through(samples: &[u8], channels: usize) -> Option<Note> {
    let open = samples
        .chunks_exact(channels)
        .any(|pixel| pixel.last() != Some(&255));
    open.then_some(Note::AlphaDropped)
}
