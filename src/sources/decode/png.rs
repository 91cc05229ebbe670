//! PNG without any transformation by the decoder, so that each conversion is Pillow's.

use super::{
    DecodeOptions, Decoded, Format, Info, Note, check_size, damaged, drop_channels, gray_to_rgb,
    orientation, palette,
};
use crate::error::Result;
use crate::sources::Pixels;
use png::{BitDepth, ColorType, Transformations};
use std::io::Cursor;

// One arm for each way of storing; taking them apart would only scatter the table.
#[allow(clippy::too_many_lines)]
pub(super) fn decode(bytes: &[u8], options: &DecodeOptions) -> Result<Decoded> {
    let broken = |error: png::DecodingError| damaged(Format::Png, error);
    let mut decoder = png::Decoder::new(Cursor::new(bytes));
    decoder.set_transformations(Transformations::IDENTITY);
    decoder.set_ignore_text_chunk(true);
    let declared = decoder.read_header_info().map_err(broken)?;
    let (width, height) = check_size(
        u64::from(declared.width),
        u64::from(declared.height),
        options,
    )?;
    // 8 bytes a pixel is the widest PNG there is; the rest is for the decoder's own rows and chunks.
    decoder.set_limits(png::Limits {
        bytes: width
            .saturating_mul(height)
            .saturating_mul(8)
            .saturating_add(64 << 20),
    });
    let mut reader = decoder.read_info().map_err(broken)?;
    let size = reader
        .output_buffer_size()
        .ok_or_else(|| damaged(Format::Png, "its size overflows"))?;
    let mut samples = vec![0; size];
    let frame = reader.next_frame(&mut samples).map_err(broken)?;
    let info = reader.info();

    let stored = Layout {
        width,
        line_size: frame.line_size,
        depth: info.bit_depth as u8,
    };
    let mut notes = Vec::new();
    let (mode, rgb) = match (info.color_type, info.bit_depth) {
        (ColorType::Grayscale, BitDepth::Sixteen) => {
            let clipped = samples.chunks_exact(2).any(|pair| pair[0] != 0);
            notes.extend(clipped.then_some(Note::SixteenBitGrayClipped));
            let gray = samples
                .chunks_exact(2)
                .map(|pair| if pair[0] == 0 { pair[1] } else { 255 });
            ("I;16", gray_to_rgb(gray))
        }
        (ColorType::Grayscale, BitDepth::Eight) => ("L", gray_to_rgb(samples.iter().copied())),
        (ColorType::Grayscale, depth) => {
            // 1, 2 and 4 bits are stretched to 0..255: 255, 85 and 17 a step.
            let step = 255 / ((1_u16 << depth as u8) - 1) as u8;
            let mode = if depth == BitDepth::One { "1" } else { "L" };
            (
                mode,
                gray_to_rgb(stored.indices(&samples).map(|value| value * step)),
            )
        }
        (ColorType::Indexed, _) => {
            let table = info.palette.as_deref().unwrap_or_default();
            ("P", palette::apply(table, stored.indices(&samples)))
        }
        (color, depth) => {
            let channels = color.samples();
            if depth == BitDepth::Sixteen {
                notes.push(Note::SixteenBitReduced);
                samples = samples.chunks_exact(2).map(|pair| pair[0]).collect();
            }
            let alpha = matches!(color, ColorType::Rgba | ColorType::GrayscaleAlpha);
            let see_through = alpha
                && samples
                    .chunks_exact(channels)
                    .any(|pixel| pixel.last() != Some(&255));
            notes.extend(see_through.then_some(Note::AlphaDropped));
            match (color, depth) {
                (ColorType::GrayscaleAlpha, depth) => {
                    let mode = if depth == BitDepth::Sixteen {
                        "RGBA"
                    } else {
                        "LA"
                    };
                    (
                        mode,
                        gray_to_rgb(samples.chunks_exact(2).map(|pixel| pixel[0])),
                    )
                }
                (ColorType::Rgba, _) => ("RGBA", drop_channels(&samples, channels)),
                _ => ("RGB", samples),
            }
        }
    };
    notes.extend(info.trns.is_some().then_some(Note::TransparentColourShown));
    notes.extend(info.icc_profile.is_some().then_some(Note::ProfileIgnored));
    notes.extend(
        info.animation_control
            .is_some_and(|a| a.num_frames > 1)
            .then_some(Note::FirstFrameOnly),
    );
    let turned = info
        .exif_metadata
        .as_deref()
        .is_some_and(orientation::asks_for_turn);
    notes.extend(turned.then_some(Note::OrientationIgnored));
    Ok(Decoded {
        info: Info {
            format: Format::Png,
            mode,
            bit_depth: info.bit_depth as u8,
            width,
            height,
            jpeg: None,
        },
        pixels: Pixels { width, height, rgb },
        notes,
    })
}

/// How samples of 1, 2, 4 or 8 bits lie in the rows.
struct Layout {
    width: usize,
    line_size: usize,
    depth: u8,
}

impl Layout {
    /// Every sample as a number, row by row; the first sits in the highest bits of its byte.
    fn indices<'a>(&'a self, samples: &'a [u8]) -> impl Iterator<Item = u8> + 'a {
        let per_byte = 8 / usize::from(self.depth.clamp(1, 8));
        let mask = (0xff_u16 >> (8 - self.depth.clamp(1, 8))) as u8;
        samples
            .chunks_exact(self.line_size.max(1))
            .flat_map(move |row| {
                (0..self.width).map(move |x| {
                    let byte = row.get(x / per_byte).copied().unwrap_or_default();
                    let shift = (per_byte - 1 - x % per_byte) * usize::from(self.depth);
                    (byte >> shift) & mask
                })
            })
    }
}
