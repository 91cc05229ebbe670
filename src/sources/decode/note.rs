//! What decoding did to a picture that the user may not expect.

use super::Format;

/// One thing worth a warning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Note {
    /// Some pixels were not opaque.
    AlphaDropped,
    /// A colour or palette entry was declared transparent.
    TransparentColourShown,
    /// 16-bit gray above 255 became 255.
    SixteenBitGrayClipped,
    /// 16-bit samples were cut to their high byte.
    SixteenBitReduced,
    /// EXIF says that the picture is to be turned.
    OrientationIgnored,
    /// An ICC profile was there.
    ProfileIgnored,
    /// CMYK or YCCK became RGB.
    CmykConverted,
    /// Only the first picture of several was read.
    FirstFrameOnly,
    /// The name promises another format.
    ExtensionMismatch(Format),
}

impl std::fmt::Display for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text())
    }
}

impl Note {
    /// A stable name for documents.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::AlphaDropped => "alpha_dropped",
            Self::TransparentColourShown => "transparent_colour_shown",
            Self::SixteenBitGrayClipped => "sixteen_bit_gray_clipped",
            Self::SixteenBitReduced => "sixteen_bit_reduced",
            Self::OrientationIgnored => "orientation_ignored",
            Self::ProfileIgnored => "profile_ignored",
            Self::CmykConverted => "cmyk_converted",
            Self::FirstFrameOnly => "first_frame_only",
            Self::ExtensionMismatch(_) => "extension_mismatch",
        }
    }

    /// What was done, in one sentence.
    #[must_use]
    pub fn text(self) -> String {
        match self {
            Self::AlphaDropped => "alpha was dropped, so the hidden colours of transparent pixels count".into(),
            Self::TransparentColourShown => "a colour that is declared transparent was shown".into(),
            Self::SixteenBitGrayClipped => "16-bit gray was clipped at 255 as Pillow does, nearly everything is white".into(),
            Self::SixteenBitReduced => "16-bit samples were cut to their high byte".into(),
            Self::OrientationIgnored => "the EXIF orientation was ignored as Pillow does, the picture lies on its side or head".into(),
            Self::ProfileIgnored => "an ICC colour profile was ignored".into(),
            Self::CmykConverted => "CMYK was converted to RGB by Pillow's simple formula".into(),
            Self::FirstFrameOnly => "only the first frame of several was read".into(),
            Self::ExtensionMismatch(format) => format!("the name promises another format, the content is {}", format.name()),
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn mend(self) -> &'static str {
        match self {
            Self::AlphaDropped | Self::TransparentColourShown => {
                "flatten the pictures on a background before evaluating"
            }
            Self::SixteenBitGrayClipped | Self::SixteenBitReduced => {
                "convert to 8 bits yourself, in both sets alike"
            }
            Self::OrientationIgnored => "apply the orientation when preparing the set",
            Self::ProfileIgnored => "convert to sRGB when preparing the set",
            Self::CmykConverted => "convert to sRGB with the right profile when preparing the set",
            Self::FirstFrameOnly => "store each frame as a picture of its own if all shall count",
            Self::ExtensionMismatch(_) => "rename the files; other programs go by the name",
        }
    }
}

/// Does the extension of `name` promise something else than `format`? Unknown extensions promise nothing.
#[must_use]
pub fn extension_note(name: &str, format: Format) -> Option<Note> {
    let (_, extension) = name.rsplit_once('.')?;
    let promised = match extension.to_ascii_lowercase().as_str() {
        "png" | "apng" => Format::Png,
        "jpg" | "jpeg" | "jpe" | "jfif" => Format::Jpeg,
        "gif" => Format::Gif,
        "webp" => Format::WebP,
        "bmp" | "dib" => Format::Bmp,
        "tif" | "tiff" => Format::Tiff,
        "ppm" | "pgm" | "pbm" | "pnm" => Format::Pnm,
        _ => return None,
    };
    (promised != format && format != Format::Raw).then_some(Note::ExtensionMismatch(format))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jpeg_named_png_is_noted_and_a_raw_picture_never() {
        assert_eq!(
            extension_note("a/b.PNG", Format::Jpeg),
            Some(Note::ExtensionMismatch(Format::Jpeg))
        );
        assert_eq!(extension_note("a/b.JPG", Format::Jpeg), None);
        assert_eq!(extension_note("t10k[3].png", Format::Raw), None);
    }
}
