//! A walk over the markers of a JPEG up to its first scan: sizes, tables, EXIF and ICC.

use super::super::{Format, damaged, orientation};
use crate::error::Result;

/// What a JPEG's headers tell about how it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JpegInfo {
    /// The IJG quality (1 to 100) whose luma table this is exactly; `None` for tables of other makers.
    pub quality: Option<u8>,
    /// Horizontal and vertical sampling factors of each component: `2x2,1x1,1x1` is 4:2:0.
    pub sampling: String,
    /// Several scans of growing detail?
    pub progressive: bool,
}

pub(super) struct Headers {
    pub(super) width: u64,
    pub(super) height: u64,
    pub(super) precision: u8,
    pub(super) turned: bool,
    pub(super) profile: bool,
    sampling: Vec<(u8, u8)>,
    progressive: bool,
    luma: Option<Vec<u16>>,
}

impl Headers {
    pub(super) fn parse(bytes: &[u8]) -> Result<Self> {
        let early = || damaged(Format::Jpeg, "it ends within its headers");
        let mut found = Self {
            width: 0,
            height: 0,
            precision: 0,
            turned: false,
            profile: false,
            sampling: Vec::new(),
            progressive: false,
            luma: None,
        };
        let mut at = 2;
        loop {
            // Any number of fill bytes 0xff may stand before a marker.
            while bytes.get(at) == Some(&0xff) && bytes.get(at + 1) == Some(&0xff) {
                at += 1;
            }
            let (&lead, &marker) = bytes.get(at).zip(bytes.get(at + 1)).ok_or_else(early)?;
            if lead != 0xff {
                // libjpeg skips stray bytes too.
                at += 1;
                continue;
            }
            at += 2;
            if matches!(marker, 0x00 | 0x01 | 0xd0..=0xd8) {
                continue;
            }
            if marker == 0xd9 {
                return Err(damaged(Format::Jpeg, "it holds no picture"));
            }
            let length = bytes.get(at).zip(bytes.get(at + 1)).ok_or_else(early)?;
            let length = usize::from(*length.0) << 8 | usize::from(*length.1);
            let body = bytes.get(at + 2..at + length.max(2)).ok_or_else(early)?;
            match marker {
                0xda if found.sampling.is_empty() => {
                    return Err(damaged(Format::Jpeg, "a scan before any frame header"));
                }
                0xda => return Ok(found),
                0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                    found.frame(marker, body).ok_or_else(early)?;
                }
                0xdb => found.tables(body),
                0xe1 => {
                    found.turned |= body
                        .strip_prefix(b"Exif\0\0")
                        .is_some_and(orientation::asks_for_turn);
                }
                0xe2 => found.profile |= body.starts_with(b"ICC_PROFILE\0"),
                _ => {}
            }
            at += length.max(2);
        }
    }

    fn frame(&mut self, marker: u8, body: &[u8]) -> Option<()> {
        let &[precision, h1, h0, w1, w0, n, ref components @ ..] = body else {
            return None;
        };
        self.precision = precision;
        self.height = u64::from(u16::from_be_bytes([h1, h0]));
        self.width = u64::from(u16::from_be_bytes([w1, w0]));
        let all = components.chunks_exact(3).take(usize::from(n));
        self.sampling = all.map(|c| (c[1] >> 4, c[1] & 15)).collect();
        self.progressive = matches!(marker, 0xc2 | 0xca);
        (self.sampling.len() == usize::from(n) && n > 0).then_some(())
    }

    fn tables(&mut self, mut body: &[u8]) {
        while let Some((&head, rest)) = body.split_first() {
            let width = if head >> 4 == 0 { 1 } else { 2 };
            let Some((values, after)) = rest.split_at_checked(64 * width) else {
                return;
            };
            if head & 15 == 0 {
                let wide = values
                    .chunks_exact(width)
                    .map(|v| v.iter().fold(0, |sum, &b| sum << 8 | u16::from(b)));
                self.luma = Some(wide.collect());
            }
            body = after;
        }
    }

    pub(super) fn n_components(&self) -> usize {
        self.sampling.len()
    }

    pub(super) fn info(&self) -> JpegInfo {
        let sampling: Vec<String> = self
            .sampling
            .iter()
            .map(|(h, v)| format!("{h}x{v}"))
            .collect();
        let luma = self.luma.as_deref();
        JpegInfo {
            quality: luma.and_then(|table| {
                (1..=100).find(|&quality| ijg_luma(quality).eq(table.iter().copied()))
            }),
            sampling: sampling.join(","),
            progressive: self.progressive,
        }
    }
}

/// Table K.1 of ITU-T T.81 in zigzag order, scaled to `quality` as `jpeg_set_quality` does it (baseline: at most 255).
fn ijg_luma(quality: u8) -> impl Iterator<Item = u16> {
    const K1: [u16; 64] = [
        16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40, 26, 24, 22, 22, 24, 49, 35,
        37, 29, 40, 58, 51, 61, 60, 57, 51, 56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80,
        109, 81, 87, 95, 98, 103, 104, 103, 62, 77, 113, 121, 112, 100, 120, 92, 101, 103, 99,
    ];
    let quality = u32::from(quality.clamp(1, 100));
    let scale = if quality < 50 {
        5000 / quality
    } else {
        200 - 2 * quality
    };
    K1.into_iter()
        .map(move |v| ((u32::from(v) * scale + 50) / 100).clamp(1, 255) as u16)
}

#[cfg(test)]
mod tests {
    use super::ijg_luma;

    #[test]
    fn quality_fifty_is_the_table_itself_and_a_hundred_all_ones() {
        assert_eq!(ijg_luma(50).take(4).collect::<Vec<_>>(), [16, 11, 12, 14]);
        assert!(ijg_luma(100).all(|v| v == 1));
        // Quality 75 halves: (16 * 50 + 50) / 100 = 8, (11 * 50 + 50) / 100 = 6.
        assert_eq!(ijg_luma(75).take(2).collect::<Vec<_>>(), [8, 6]);
    }
}
