//! What a generator may do to a training image to hide where it has it from.

use gavel::error::{Error, Result};
use gavel::rng::{Seed, Stream};
use gavel::sources::decode::{DecodeOptions, decode};
use gavel::sources::{Pixels, Stored};

/// A disguise: its name, the share that must be found, and how it is made.
pub struct Disguise {
    /// As the table writes it.
    pub name: &'static str,
    /// The share of them that must be found; `None` where none is asked for.
    pub goal: Option<f64>,
    /// Words of which one must stand in the transform that is named; none where several are right.
    pub words: &'static [&'static str],
    make: fn(&Pixels, &mut Stream) -> Result<Pixels>,
}

impl Disguise {
    /// The picture in this disguise; the same for the same `seed` and `index`.
    pub fn wear(&self, pixels: &Pixels, seed: Seed, index: usize) -> Result<Pixels> {
        let mut stream = seed.stream(self.name, index as u64);
        (self.make)(pixels, &mut stream)
    }
}

/// All of them.
pub const ALL: &[Disguise] = &[
    of("exact copy", 0.99, &["exact", "same pixels"], |p, _| {
        Ok(p.clone())
    }),
    of("mirror", 0.99, &["mirror"], |p, _| {
        Ok(moved(p, |x, y, w, _| (w - 1 - x, y)))
    }),
    of("vertical flip", 0.99, &["vertical flip"], |p, _| {
        Ok(moved(p, |x, y, _, h| (x, h - 1 - y)))
    }),
    of("rotate 90", 0.99, &["rotate 90"], |p, _| {
        Ok(moved(p, |x, y, w, _| (w - 1 - y, x)))
    }),
    of("rotate 180", 0.99, &["rotate 180"], |p, _| {
        Ok(moved(p, |x, y, w, h| (w - 1 - x, h - 1 - y)))
    }),
    of("rotate 270", 0.99, &["rotate 270"], |p, _| {
        Ok(moved(p, |x, y, _, h| (y, h - 1 - x)))
    }),
    of(
        "JPEG quality 90",
        0.99,
        &["re-encoded", "near-exact"],
        |p, _| jpeg(p, 90.0),
    ),
    of(
        "JPEG quality 70",
        0.99,
        &["re-encoded", "near-exact"],
        |p, _| jpeg(p, 70.0),
    ),
    of(
        "JPEG quality 50",
        0.99,
        &["re-encoded", "near-exact"],
        |p, _| jpeg(p, 50.0),
    ),
    of("±1 quantisation", 0.99, &["near-exact"], |p, s| {
        Ok(levels(p, |v| v + s.below(3) as f64 - 1.0))
    }),
    of("shift by 1 to 3 pixels", 0.95, &["shift"], |p, s| {
        let mut draw = || s.below(7) as isize - 3;
        let (right, down) = match (draw(), draw()) {
            (0, 0) => (3, 0),
            other => other,
        };
        Ok(moved(p, |x, y, w, h| {
            let x = (x as isize - right).clamp(0, w as isize - 1);
            let y = (y as isize - down).clamp(0, h as isize - 1);
            (x as usize, y as usize)
        }))
    }),
    of(
        "crop of 2 to 4 pixels, resized back",
        0.95,
        &["crop"],
        |p, s| {
            let cut = 2 + s.below(3);
            let (left, top) = (s.below(cut + 1), s.below(cut + 1));
            let (w, h) = (p.width - cut, p.height - cut);
            let part = Pixels {
                width: w,
                height: h,
                rgb: rows(w, h, |x, y| pixel(p, x + left, y + top)),
            };
            Ok(resized(&part, p.width, p.height))
        },
    ),
    of(
        "brightness ± 40",
        0.95,
        &["brightness", "contrast", "gamma"],
        |p, s| {
            let by = if s.below(2) == 0 { 40.0 } else { -40.0 };
            Ok(levels(p, |v| v + by))
        },
    ),
    of(
        "contrast × 0.6 or 1.4",
        0.95,
        &["contrast", "brightness", "gamma"],
        |p, s| {
            let by = if s.below(2) == 0 { 0.6 } else { 1.4 };
            Ok(levels(p, |v| 128.0 + by * (v - 128.0)))
        },
    ),
    of(
        "gamma 0.6 or 1.7",
        0.95,
        &["gamma", "contrast", "brightness"],
        |p, s| {
            let power = if s.below(2) == 0 { 0.6 } else { 1.7 };
            Ok(levels(p, |v| 255.0 * (v / 255.0).powf(power)))
        },
    ),
    of("hue (channels rotated)", 0.95, &["hue", "exact"], |p, _| {
        Ok(pixels(p, |[r, g, b]| [g, b, r]))
    }),
    of("grayscale", 0.95, &["grayscale", "exact"], |p, _| {
        Ok(pixels(p, |[r, g, b]| {
            let [r, g, b] = [r, g, b].map(f64::from);
            [(0.299 * r + 0.587 * g + 0.114 * b).round() as u8; 3]
        }))
    }),
    of("inversion", 0.95, &["inversion"], |p, _| {
        Ok(levels(p, |v| 255.0 - v))
    }),
    of("noise, σ = 8", 0.95, &["re-encoded"], |p, s| {
        Ok(levels(p, |v| v + 8.0 * s.normal()))
    }),
    of("noise, σ = 16", 0.95, &["re-encoded"], |p, s| {
        Ok(levels(p, |v| v + 16.0 * s.normal()))
    }),
    of(
        "reduced to 3/4 and enlarged",
        0.95,
        &["re-encoded", "near-exact"],
        |p, _| {
            let small = resized(p, p.width * 3 / 4, p.height * 3 / 4);
            Ok(resized(&small, p.width, p.height))
        },
    ),
    of("border of 2 pixels", 0.95, &["border"], |p, _| {
        let (w, h) = (p.width, p.height);
        let rgb = rows(w, h, |x, y| {
            let edge = x.min(y).min(w - 1 - x).min(h - 1 - y) < 2;
            if edge { [255; 3] } else { pixel(p, x, y) }
        });
        Ok(Pixels { rgb, ..*p })
    }),
    of(
        "watermark in a corner",
        0.95,
        &["watermark", "border"],
        |p, _| {
            let (w, h) = (p.width, p.height);
            let rgb = rows(w, h, |x, y| {
                // A striped block of a third of the width and a fifth of the height, low on the right.
                let within = x >= w * 3 / 5 && x < w * 14 / 15 && y >= h * 7 / 10 && y < h * 9 / 10;
                if within && x % 4 != 0 {
                    [250, 250, 250]
                } else {
                    pixel(p, x, y)
                }
            });
            Ok(Pixels { rgb, ..*p })
        },
    ),
    Disguise {
        name: "mirror, shifted by 2 pixels, noise σ = 4",
        goal: None,
        words: &["mirror"],
        make: |p, s| {
            let turned = moved(p, |x, y, w, _| (w - 1 - x, y));
            let gone = moved(&turned, |x, y, _, h| {
                (x.saturating_sub(2), (y + 2).min(h - 1))
            });
            Ok(levels(&gone, |v| v + 4.0 * s.normal()))
        },
    },
];

const fn of(
    name: &'static str,
    goal: f64,
    words: &'static [&'static str],
    make: fn(&Pixels, &mut Stream) -> Result<Pixels>,
) -> Disguise {
    Disguise {
        name,
        goal: Some(goal),
        words,
        make,
    }
}

fn pixel(p: &Pixels, x: usize, y: usize) -> [u8; 3] {
    let at = (y * p.width + x) * 3;
    [p.rgb[at], p.rgb[at + 1], p.rgb[at + 2]]
}

fn rows(width: usize, height: usize, of: impl Fn(usize, usize) -> [u8; 3]) -> Vec<u8> {
    (0..width * height)
        .flat_map(|at| of(at % width, at / width))
        .collect()
}

/// The picture whose pixel (x, y) is the one at `from(x, y, width, height)`; of squares.
fn moved(p: &Pixels, from: impl Fn(usize, usize, usize, usize) -> (usize, usize)) -> Pixels {
    let rgb = rows(p.width, p.height, |x, y| {
        let (x, y) = from(x, y, p.width, p.height);
        pixel(p, x, y)
    });
    Pixels { rgb, ..*p }
}

fn pixels(p: &Pixels, change: impl Fn([u8; 3]) -> [u8; 3]) -> Pixels {
    let rgb = rows(p.width, p.height, |x, y| change(pixel(p, x, y)));
    Pixels { rgb, ..*p }
}

fn levels(p: &Pixels, mut change: impl FnMut(f64) -> f64) -> Pixels {
    let rgb = p
        .rgb
        .iter()
        .map(|&v| change(f64::from(v)).round().clamp(0.0, 255.0) as u8)
        .collect();
    Pixels { rgb, ..*p }
}

/// Linear interpolation between pixel centres.
fn resized(p: &Pixels, width: usize, height: usize) -> Pixels {
    let place = |k: usize, from: usize, to: usize| {
        let at = ((k as f64 + 0.5) * from as f64 / to as f64 - 0.5).clamp(0.0, from as f64 - 1.0);
        (at as usize, (at as usize + 1).min(from - 1), at.fract())
    };
    let rgb = rows(width, height, |x, y| {
        let (left, right, across) = place(x, p.width, width);
        let (top, bottom, down) = place(y, p.height, height);
        let corners = [(left, top), (right, top), (left, bottom), (right, bottom)]
            .map(|(x, y)| pixel(p, x, y).map(f64::from));
        [0, 1, 2].map(|c| {
            let upper = corners[0][c] + across * (corners[1][c] - corners[0][c]);
            let lower = corners[2][c] + across * (corners[3][c] - corners[2][c]);
            (upper + down * (lower - upper)).round() as u8
        })
    });
    Pixels { width, height, rgb }
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
