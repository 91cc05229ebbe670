//! The first frame of a GIF, on a canvas of the transparent index (or index 0), as Pillow lays it.

use super::{DecodeOptions, Decoded, Format, Info, Note, check_size, damaged, palette};
use crate::error::Result;
use crate::sources::Pixels;
use std::num::NonZeroU64;

pub(super) fn decode(bytes: &[u8], options: &DecodeOptions) -> Result<Decoded> {
    let broken = |error: gif::DecodingError| damaged(Format::Gif, error);
    let mut settings = gif::DecodeOptions::new();
    settings.set_color_output(gif::ColorOutput::Indexed);
    settings.set_memory_limit(
        NonZeroU64::new(options.max_pixels)
            .map_or(gif::MemoryLimit::Unlimited, gif::MemoryLimit::Bytes),
    );
    let mut decoder = settings.read_info(bytes).map_err(broken)?;
    let global = decoder.global_palette().map(<[u8]>::to_vec);
    let screen = (u64::from(decoder.width()), u64::from(decoder.height()));
    let frame = decoder.read_next_frame().map_err(broken)?;
    let frame = frame
        .ok_or_else(|| damaged(Format::Gif, "it has no frame"))?
        .clone();

    // Pillow lets a frame that is larger than the screen enlarge it.
    let right = u64::from(frame.left) + u64::from(frame.width);
    let bottom = u64::from(frame.top) + u64::from(frame.height);
    let (width, height) = check_size(screen.0.max(right), screen.1.max(bottom), options)?;

    let mut canvas = vec![frame.transparent.unwrap_or(0); width * height];
    let (left, top) = (usize::from(frame.left), usize::from(frame.top));
    let frame_width = usize::from(frame.width).max(1);
    for (row, line) in frame
        .buffer
        .chunks_exact(frame_width)
        .zip(canvas.chunks_exact_mut(width).skip(top))
    {
        if let Some(target) = line.get_mut(left..left + row.len()) {
            target.copy_from_slice(row);
        }
    }
    let table = frame.palette.clone().or(global).unwrap_or_default();
    let shown = frame
        .transparent
        .is_some_and(|index| canvas.contains(&index));

    let mut notes = Vec::new();
    notes.extend(shown.then_some(Note::TransparentColourShown));
    // A damaged second frame is not this picture's trouble.
    notes.extend(matches!(decoder.next_frame_info(), Ok(Some(_))).then_some(Note::FirstFrameOnly));
    Ok(Decoded {
        pixels: Pixels {
            width,
            height,
            rgb: palette::apply(&table, canvas.into_iter()),
        },
        info: Info {
            format: Format::Gif,
            mode: "P",
            bit_depth: 8,
            width,
            height,
            jpeg: None,
        },
        notes,
    })
}
