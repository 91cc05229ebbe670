//! Pictures inside a page: `data:image/png;base64,…` (RFC 2397, RFC 4648).

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Kinds of pictures that a page shows. SVG is not among them: it can hold more than a picture.
const KINDS: [&str; 2] = ["data:image/png;base64,", "data:image/jpeg;base64,"];

/// The address of a picture that is its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataUri(String);

impl DataUri {
    /// A PNG file.
    #[must_use]
    pub fn png(bytes: &[u8]) -> Self {
        Self(format!("{}{}", KINDS[0], base64(bytes)))
    }

    /// A JPEG file.
    #[must_use]
    pub fn jpeg(bytes: &[u8]) -> Self {
        Self(format!("{}{}", KINDS[1], base64(bytes)))
    }

    /// An address out of a document, if it is that of a PNG or JPEG and nothing else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let data = KINDS.iter().find_map(|kind| text.strip_prefix(kind))?;
        let body = data.trim_end_matches('=');
        let whole = data.len() % 4 == 0 && data.len() - body.len() <= 2 && !body.is_empty();
        let clean = body.bytes().all(|byte| ALPHABET.contains(&byte));
        (whole && clean).then(|| Self(text.to_owned()))
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Bytes as base64 with padding.
#[must_use]
pub fn base64(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let [a, b, c] = [0, 1, 2].map(|i| u32::from(group.get(i).copied().unwrap_or(0)));
        let bits = a << 16 | b << 8 | c;
        for place in 0..4 {
            let digit = (bits >> (18 - 6 * place) & 63) as usize;
            let padding = place > group.len();
            out.push(if padding {
                '='
            } else {
                char::from(ALPHABET[digit])
            });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_has_the_test_vectors_of_rfc_4648() {
        for (plain, coded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
        assert_eq!(base64(&[0xfb, 0xff]), "+/8=");
    }

    #[test]
    fn only_pictures_of_known_kinds_are_taken_out_of_a_document() {
        assert!(DataUri::parse("data:image/png;base64,Zm9v").is_some());
        assert!(DataUri::parse("data:image/jpeg;base64,Zm8=").is_some());
        for hostile in [
            "data:image/svg+xml;base64,Zm9v",
            "data:text/html;base64,Zm9v",
            "data:image/png;base64,Zm9v\" onerror=\"alert(1)",
            "data:image/png;base64,",
            "data:image/png;base64,====",
            "data:image/png;base64,Zm9",
            "https://example.org/a.png",
            "javascript:alert(1)",
        ] {
            assert_eq!(DataUri::parse(hostile), None, "{hostile}");
        }
    }
}
