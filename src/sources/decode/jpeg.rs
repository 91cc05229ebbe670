//! JPEG through libjpeg-turbo's code (the `mozjpeg` crate): integer IDCT, fancy upsampling, as Pillow is built.

mod headers;

pub use headers::JpegInfo;

use super::{
    DecodeOptions, Decoded, Format, Info, Note, check_size, damaged, gray_to_rgb, unsupported,
};
use crate::error::{Error, Result};
use crate::sources::Pixels;
use headers::Headers;
use mozjpeg::{ColorSpace, DctMethod, Decompress};
use std::cell::Cell;
use std::io::{self, BufRead, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};

pub(super) fn decode(bytes: &[u8], options: &DecodeOptions) -> Result<Decoded> {
    let headers = Headers::parse(bytes)?;
    let (width, height) = check_size(headers.width, headers.height, options)?;
    if headers.precision != 8 {
        return Err(unsupported(
            Format::Jpeg,
            format!("{} bits a sample", headers.precision),
        ));
    }
    let (mode, space) = match headers.n_components() {
        1 => ("L", ColorSpace::JCS_GRAYSCALE),
        3 => ("RGB", ColorSpace::JCS_RGB),
        4 => ("CMYK", ColorSpace::JCS_CMYK),
        n => return Err(unsupported(Format::Jpeg, format!("{n} components"))),
    };
    // libjpeg's fatal errors unwind (without a panic message) with their text as payload.
    let samples = catch_unwind(AssertUnwindSafe(|| scanlines(bytes, space)));
    let samples = samples.unwrap_or_else(|payload| {
        let text = payload
            .downcast_ref::<String>()
            .map_or("the decoder gave up", String::as_str);
        Err(damaged(
            Format::Jpeg,
            text.trim_start_matches("libjpeg fatal error: "),
        ))
    })?;
    if samples.len() != width * height * headers.n_components() {
        return Err(damaged(Format::Jpeg, "rows are missing"));
    }
    let rgb = match mode {
        "L" => gray_to_rgb(samples.into_iter()),
        "CMYK" => samples
            .chunks_exact(4)
            .flat_map(inverted_cmyk_to_rgb)
            .collect(),
        _ => samples,
    };
    let mut notes = Vec::new();
    notes.extend((mode == "CMYK").then_some(Note::CmykConverted));
    notes.extend(headers.turned.then_some(Note::OrientationIgnored));
    notes.extend(headers.profile.then_some(Note::ProfileIgnored));
    Ok(Decoded {
        pixels: Pixels { width, height, rgb },
        info: Info {
            format: Format::Jpeg,
            mode,
            bit_depth: 8,
            width,
            height,
            jpeg: Some(headers.info()),
        },
        notes,
    })
}

fn scanlines(bytes: &[u8], space: ColorSpace) -> Result<Vec<u8>> {
    let broken = |error: io::Error| damaged(Format::Jpeg, error);
    let ran_dry = Cell::new(false);
    let input = Input {
        rest: bytes,
        ran_dry: &ran_dry,
    };
    let mut decoder = Decompress::new_reader(input).map_err(broken)?;
    decoder.dct_method(DctMethod::IntegerSlow);
    decoder.do_fancy_upsampling(true);
    let mut rows = decoder.to_colorspace(space).map_err(broken)?;
    let samples = rows.read_scanlines::<u8>().map_err(broken)?;
    // libjpeg invents gray rows for missing data; Pillow refuses ("image file is truncated"). What is missing only
    // after the last row (the end marker) is of no interest to either.
    if ran_dry.get() {
        return Err(truncated(bytes.len()));
    }
    Ok(samples)
}

fn truncated(n: usize) -> Error {
    damaged(
        Format::Jpeg,
        format!("its {n} bytes end before the last row"),
    )
}

/// Remembers whether more was asked for than there is.
struct Input<'a> {
    rest: &'a [u8],
    ran_dry: &'a Cell<bool>,
}

impl Read for Input<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.rest.read(buffer)
    }
}

impl BufRead for Input<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.rest.is_empty() {
            self.ran_dry.set(true);
        }
        Ok(self.rest)
    }

    fn consume(&mut self, n: usize) {
        self.rest = self.rest.get(n..).unwrap_or_default();
    }
}

/// Pillow takes every four-component JPEG as inverted (Adobe's way), then `R = clip((255 - K) - C * (255 - K) / 255)`.
fn inverted_cmyk_to_rgb(pixel: &[u8]) -> [u8; 3] {
    let [c, m, y, k] =
        [0, 1, 2, 3].map(|i| 255 - i32::from(pixel.get(i).copied().unwrap_or_default()));
    let light = 255 - k;
    [c, m, y].map(|ink| (light - times_over_255(ink, light)).clamp(0, 255) as u8)
}

/// Pillow's `MULDIV255`: `a * b / 255`, rounded.
fn times_over_255(a: i32, b: i32) -> i32 {
    let product = a * b + 128;
    ((product >> 8) + product) >> 8
}

#[cfg(test)]
mod tests {
    use super::inverted_cmyk_to_rgb;

    #[test]
    fn inverted_ink_becomes_light() {
        // Stored 255 means no ink: white. Stored K = 0 is full black.
        assert_eq!(inverted_cmyk_to_rgb(&[255, 255, 255, 255]), [255; 3]);
        assert_eq!(inverted_cmyk_to_rgb(&[255, 255, 255, 0]), [0; 3]);
        // C = 255 - 155 = 100, K = 0: R = 255 - 100 = 155.
        assert_eq!(inverted_cmyk_to_rgb(&[155, 255, 255, 255]), [155, 255, 255]);
    }
}
