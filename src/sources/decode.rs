//! From stored bytes to RGB pixels, exactly as Pillow 13's `Image.open(f).convert("RGB")` does it.
//!
//! | stored | what comes out | note |
//! |---|---|---|
//! | gray of 1, 2, 4, 8 bits | the value in all three channels | |
//! | 16-bit gray | **values above 255 become 255** (Pillow clips, it does not divide) | yes |
//! | 16-bit RGB, RGBA, gray + alpha | the high byte | yes |
//! | palette | the palette's colour; an index beyond the palette is a gray of that value | |
//! | alpha, transparent colours | dropped: the hidden colours of transparent pixels appear | yes |
//! | CMYK and YCCK JPEG | Adobe's inversion undone, then `255 - K` less `C * (255 - K) / 255` and so on | yes |
//! | EXIF orientation, ICC profile | ignored | yes |
//! | animation | the first frame | yes |
//! | truncated or damaged | an error | |
//!
//! The content decides the format, never the name. JPEG goes through libjpeg-turbo's integer IDCT and "fancy"
//! upsampling. PNG, GIF and JPEG agree with Pillow bit for bit; WebP, BMP, TIFF and PNM are decoded by the `image` crate.
//!
//! Known differences: arithmetic-coded and 12-bit JPEG and TIFF with a palette or gray + alpha are refused. A PNG whose end chunk is
//! missing is refused too, though its rows may be whole. A JPEG whose damage libjpeg passes over may show other noise.

mod gif;
mod jpeg;
mod note;
mod orientation;
mod others;
mod palette;
mod png;

pub use jpeg::JpegInfo;
pub use note::{Note, extension_note};

use super::{Pixels, Stored};
use crate::error::{Error, Result};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What the decoder refuses before it allocates anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeOptions {
    /// Most pixels (width times height) a picture may declare; default 178,956,970, where Pillow speaks of a
    /// decompression bomb.
    pub max_pixels: u64,
}

impl Default for DecodeOptions {
    fn default() -> Self {
        Self {
            max_pixels: 178_956_970,
        }
    }
}

/// The file formats that are understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// Bare pixels out of an array, not a file.
    Raw,
    /// Portable Network Graphics.
    Png,
    /// JFIF and its relatives.
    Jpeg,
    /// Graphics Interchange Format.
    Gif,
    /// WebP, lossy or lossless.
    WebP,
    /// Windows bitmap.
    Bmp,
    /// Tagged Image File Format.
    Tiff,
    /// PBM, PGM, PPM.
    Pnm,
}

impl Format {
    /// The name that Pillow gives it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Raw => "RAW",
            Self::Png => "PNG",
            Self::Jpeg => "JPEG",
            Self::Gif => "GIF",
            Self::WebP => "WEBP",
            Self::Bmp => "BMP",
            Self::Tiff => "TIFF",
            Self::Pnm => "PPM",
        }
    }

    /// The format that the first bytes of a file announce.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Self::Png),
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Self::Gif),
            [
                b'R',
                b'I',
                b'F',
                b'F',
                _,
                _,
                _,
                _,
                b'W',
                b'E',
                b'B',
                b'P',
                ..,
            ] => Some(Self::WebP),
            [b'B', b'M', ..] => Some(Self::Bmp),
            [b'I', b'I', 42, 0, ..] | [b'M', b'M', 0, 42, ..] => Some(Self::Tiff),
            [b'P', b'1'..=b'6', b' ' | b'\t' | b'\r' | b'\n' | b'#', ..] => Some(Self::Pnm),
            _ => None,
        }
    }
}

/// What was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Info {
    /// The file format, from the content.
    pub format: Format,
    /// Pillow's name for the mode: `1`, `L`, `LA`, `P`, `I;16`, `RGB`, `RGBA`, `CMYK`.
    pub mode: &'static str,
    /// Bits per sample as stored.
    pub bit_depth: u8,
    /// Stored width.
    pub width: usize,
    /// Stored height.
    pub height: usize,
    /// What a JPEG's headers tell.
    pub jpeg: Option<JpegInfo>,
}

/// A decoded picture, what it was and what was done to it.
#[derive(Debug, Clone)]
pub struct Decoded {
    /// 8-bit RGB.
    pub pixels: Pixels,
    /// What was stored.
    pub info: Info,
    /// What the user should hear of; each at most once.
    pub notes: Vec<Note>,
}

/// Decodes one item.
///
/// Errors (kind Input): empty, not a picture, truncated, damaged, an unsupported variant, or more than
/// `options.max_pixels` pixels. The message does not name the item; the caller does, with [`Error::at`].
pub fn decode(stored: &Stored, options: &DecodeOptions) -> Result<Decoded> {
    let bytes = match stored {
        Stored::Raw(pixels) => return Ok(raw(pixels)),
        Stored::File(bytes) => bytes,
    };
    let Some(format) = Format::of(bytes) else {
        return Err(not_a_picture(bytes));
    };
    // The decoders are other people's code that reads hostile bytes: should one of them panic, it is an error here.
    let decoded = catch_unwind(AssertUnwindSafe(|| match format {
        Format::Png => png::decode(bytes, options),
        Format::Jpeg => jpeg::decode(bytes, options),
        Format::Gif => gif::decode(bytes, options),
        other => others::decode(bytes, other, options),
    }));
    decoded.unwrap_or_else(|_| Err(damaged(format, "the decoder gave up")))
}

fn raw(pixels: &Pixels) -> Decoded {
    Decoded {
        pixels: pixels.clone(),
        info: Info {
            format: Format::Raw,
            mode: "RGB",
            bit_depth: 8,
            width: pixels.width,
            height: pixels.height,
            jpeg: None,
        },
        notes: Vec::new(),
    }
}

fn not_a_picture(bytes: &[u8]) -> Error {
    if bytes.is_empty() {
        return Error::input("the file is empty (0 bytes), expected a picture").mend(
            "write the picture again, or remove the file; --on-error skip leaves such files out",
        );
    }
    let head = bytes.get(..bytes.len().min(64)).unwrap_or_default();
    let found = if head.iter().all(|b| matches!(b, 9 | 10 | 13 | 32..=126)) {
        let text: String = head.iter().take(24).map(|&b| char::from(b)).collect();
        format!("the file is text ({:?}…)", text.trim())
    } else {
        let hex: Vec<String> = head.iter().take(8).map(|b| format!("{b:02x}")).collect();
        format!("the file begins with the bytes {}", hex.join(" "))
    };
    Error::input(format!(
        "{found}, expected PNG, JPEG, GIF, WebP, BMP, TIFF or PNM"
    ))
    .mend("remove the file from the set, or leave it out with --on-error skip")
}

/// A picture that begins well and does not go on so.
fn damaged(format: Format, why: impl std::fmt::Display) -> Error {
    Error::input(format!(
        "{} file is truncated or damaged ({why})",
        format.name()
    ))
    .mend("write or fetch the file again, or leave it out with --on-error skip")
}

/// A variant that no decoder here reads.
fn unsupported(format: Format, what: impl std::fmt::Display) -> Error {
    Error::input(format!(
        "{} file with {what} is not supported",
        format.name()
    ))
    .mend("save the picture again as 8-bit RGB PNG")
}

/// Checks the declared size before anything is allocated; gives it as `usize`.
fn check_size(width: u64, height: u64, options: &DecodeOptions) -> Result<(usize, usize)> {
    if width == 0 || height == 0 {
        return Err(Error::input(format!(
            "the picture is {width}x{height}; both sides must be at least 1"
        )));
    }
    let n_pixels = width
        .checked_mul(height)
        .filter(|&n| n <= options.max_pixels);
    match (n_pixels, usize::try_from(width), usize::try_from(height)) {
        (Some(_), Ok(width), Ok(height)) => Ok((width, height)),
        _ => Err(Error::input(format!(
            "the picture declares {width}x{height} pixels, more than the {} allowed (a decompression bomb?)",
            options.max_pixels
        ))
        .mend("look at where the file comes from; scale a real picture down before evaluating")),
    }
}

/// Every gray value three times.
fn gray_to_rgb(gray: impl Iterator<Item = u8>) -> Vec<u8> {
    gray.flat_map(|value| [value; 3]).collect()
}

/// The first three of every `channels` samples.
fn drop_channels(samples: &[u8], channels: usize) -> Vec<u8> {
    samples
        .chunks_exact(channels)
        .flat_map(|pixel| pixel.iter().copied().take(3))
        .collect()
}
