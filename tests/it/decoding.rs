//! Decoding: Pillow's pixels to the bit, every policy with its note, every damage with its error.

use crate::shared::shared;
use gavel::sources::decode::{DecodeOptions, Decoded, Format, Note, decode, extension_note};
use gavel::sources::{OpenOptions, Opened, Stored, open};
use sha2::{Digest, Sha256};
use std::io::Cursor;

fn decoded(bytes: Vec<u8>) -> Decoded {
    decode(&Stored::File(bytes), &DecodeOptions::default()).expect("decodes")
}

fn refusal(bytes: Vec<u8>) -> String {
    let error = decode(&Stored::File(bytes), &DecodeOptions::default()).expect_err("is refused");
    assert_eq!(error.kind().exit_code(), 3);
    error.to_string()
}

/// A PNG by the `png` crate, from samples as they are to be stored.
fn png(
    width: u32,
    height: u32,
    color: png::ColorType,
    depth: png::BitDepth,
    samples: &[u8],
    extra: impl FnOnce(&mut png::Encoder<'_, &mut Vec<u8>>),
) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(color);
    encoder.set_depth(depth);
    extra(&mut encoder);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(samples).unwrap();
    writer.finish().unwrap();
    bytes
}

fn image_bytes(image: &image::DynamicImage, format: image::ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn jpeg(width: usize, height: usize) -> Vec<u8> {
    let mut encoder = mozjpeg::Compress::new(mozjpeg::ColorSpace::JCS_RGB);
    encoder.set_size(width, height);
    encoder.set_quality(90.0);
    let mut started = encoder.start_compress(Vec::new()).unwrap();
    let row =
        |y: usize| (0..width).flat_map(move |x| [(x * 7 + y) as u8, (y * 5) as u8, (x ^ y) as u8]);
    let pixels: Vec<u8> = (0..height).flat_map(row).collect();
    started.write_scanlines(&pixels).unwrap();
    started.finish().unwrap()
}

#[test]
fn all_pictures_of_the_conformance_kit_are_pillows_to_the_bit() {
    let Some(folder) = shared("conformance/images") else {
        return;
    };
    let manifest = std::fs::read(folder.join("manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    let sets = manifest["sets"].as_object().unwrap();
    let mut n_checked = 0;
    for (set, about) in sets {
        let archive = folder.join(about["archive"].as_str().unwrap());
        let Ok(Opened::Images(images)) = open(archive.to_str().unwrap(), &OpenOptions::default())
        else {
            panic!("{set} does not open as pictures");
        };
        let golden = about["images"].as_array().unwrap();
        assert_eq!(images.len(), golden.len(), "{set}");
        images
            .visit(&|_| true, &mut |index, stored| {
                let name = &images.entries()[index].name;
                let want = golden.iter().find(|g| g["name"] == name.as_str()).unwrap();
                let got = decode(&stored.unwrap(), &DecodeOptions::default())
                    .unwrap_or_else(|error| panic!("{set}/{name}: {error}"));
                let hash = Sha256::digest(&got.pixels.rgb);
                let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
                assert_eq!(hash, want["rgb8_sha256"].as_str().unwrap(), "{set}/{name}");
                assert_eq!(
                    got.info.mode,
                    want["mode"].as_str().unwrap(),
                    "{set}/{name}"
                );
                assert_eq!(
                    got.info.format.name(),
                    want["format"].as_str().unwrap(),
                    "{set}/{name}"
                );
                n_checked += 1;
                Ok(())
            })
            .unwrap();
    }
    assert!(n_checked > 700, "only {n_checked} pictures were compared");
}

#[test]
fn sixteen_bit_gray_is_clipped_not_divided() {
    let samples: Vec<u8> = [0_u16, 200, 255, 256, 65535]
        .into_iter()
        .flat_map(u16::to_be_bytes)
        .collect();
    let got = decoded(png(
        5,
        1,
        png::ColorType::Grayscale,
        png::BitDepth::Sixteen,
        &samples,
        |_| {},
    ));
    let gray: Vec<u8> = got.pixels.rgb.chunks_exact(3).map(|p| p[0]).collect();
    assert_eq!(gray, [0, 200, 255, 255, 255]);
    assert_eq!(got.notes, [Note::SixteenBitGrayClipped]);
    assert_eq!(got.info.mode, "I;16");
}

#[test]
fn sixteen_bit_colour_keeps_the_high_byte() {
    let samples: Vec<u8> = [0x12ff_u16, 0xff00, 0x00ff]
        .into_iter()
        .flat_map(u16::to_be_bytes)
        .collect();
    let got = decoded(png(
        1,
        1,
        png::ColorType::Rgb,
        png::BitDepth::Sixteen,
        &samples,
        |_| {},
    ));
    assert_eq!(got.pixels.rgb, [0x12, 0xff, 0x00]);
    assert_eq!(got.notes, [Note::SixteenBitReduced]);
}

#[test]
fn hidden_colours_of_transparent_pixels_appear() {
    let got = decoded(png(
        2,
        1,
        png::ColorType::Rgba,
        png::BitDepth::Eight,
        &[1, 2, 3, 0, 4, 5, 6, 255],
        |_| {},
    ));
    assert_eq!(got.pixels.rgb, [1, 2, 3, 4, 5, 6]);
    assert_eq!(got.notes, [Note::AlphaDropped]);
    let opaque = decoded(png(
        1,
        1,
        png::ColorType::Rgba,
        png::BitDepth::Eight,
        &[1, 2, 3, 255],
        |_| {},
    ));
    assert!(
        opaque.notes.is_empty(),
        "an opaque alpha channel is nothing to speak of"
    );
}

#[test]
fn few_bits_of_gray_are_stretched_and_palettes_are_looked_up() {
    // 2 bits: 0, 1, 2, 3 become 0, 85, 170, 255. 0b00_01_10_11 = 0x1b.
    let gray = decoded(png(
        4,
        1,
        png::ColorType::Grayscale,
        png::BitDepth::Two,
        &[0x1b],
        |_| {},
    ));
    assert_eq!(
        gray.pixels
            .rgb
            .chunks_exact(3)
            .map(|p| p[0])
            .collect::<Vec<_>>(),
        [0, 85, 170, 255]
    );
    // 4 bits of palette in rows of 3: the last half byte is padding.
    let table = [10, 20, 30, 40, 50, 60];
    let indexed = decoded(png(
        3,
        1,
        png::ColorType::Indexed,
        png::BitDepth::Four,
        &[0x10, 0x10],
        |encoder| {
            encoder.set_palette(table.to_vec());
            encoder.set_trns(vec![0]);
        },
    ));
    assert_eq!(indexed.pixels.rgb, [40, 50, 60, 10, 20, 30, 40, 50, 60]);
    assert_eq!(indexed.notes, [Note::TransparentColourShown]);
    assert_eq!(indexed.info.mode, "P");
}

#[test]
fn a_gif_shows_its_first_frame_on_the_transparent_colour() {
    let mut bytes = Vec::new();
    {
        let table = [1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 0, 0];
        let mut encoder = gif::Encoder::new(&mut bytes, 3, 1, &table).unwrap();
        for value in [1, 2] {
            let mut frame = gif::Frame::from_indexed_pixels(1, 1, vec![value], Some(0));
            frame.left = 1;
            encoder.write_frame(&frame).unwrap();
        }
    }
    let got = decoded(bytes);
    assert_eq!(got.pixels.rgb, [1, 2, 3, 4, 5, 6, 1, 2, 3]);
    assert_eq!(
        got.notes,
        [Note::TransparentColourShown, Note::FirstFrameOnly]
    );
}

#[test]
fn the_other_formats_decode() {
    let picture = image::RgbImage::from_fn(5, 4, |x, y| {
        image::Rgb([x as u8 * 50, y as u8 * 60, (x * y) as u8])
    });
    let want = picture.as_raw().clone();
    let picture = image::DynamicImage::ImageRgb8(picture);
    for (format, name) in [
        (image::ImageFormat::Bmp, Format::Bmp),
        (image::ImageFormat::Tiff, Format::Tiff),
        (image::ImageFormat::WebP, Format::WebP),
    ] {
        let got = decoded(image_bytes(&picture, format));
        assert_eq!(got.info.format, name);
        assert_eq!(got.pixels.rgb, want, "{name:?}");
        assert_eq!((got.pixels.width, got.pixels.height), (5, 4));
    }
    let binary_ppm = [b"P6 # five by four\n5 4\n255\n", want.as_slice()].concat();
    assert_eq!(decoded(binary_ppm).pixels.rgb, want);
}

#[test]
fn a_truncated_jpeg_is_an_error_at_every_length_and_never_a_panic() {
    let whole = jpeg(40, 30);
    assert_eq!(decoded(whole.clone()).pixels.rgb.len(), 40 * 30 * 3);
    // Two bytes less lack the end marker alone; everything shorter lacks picture data.
    for length in 0..whole.len() - 2 {
        let message = refusal(whole[..length].to_vec());
        assert!(!message.is_empty());
    }
}

#[test]
fn a_truncated_png_is_an_error() {
    let whole = png(
        16,
        16,
        png::ColorType::Rgb,
        png::BitDepth::Eight,
        &[77; 768],
        |_| {},
    );
    for length in [9, 20, 33, 45, whole.len() - 20] {
        refusal(whole[..length].to_vec());
    }
}

#[test]
fn damaged_bytes_are_an_error_or_a_picture_and_never_a_panic() {
    let whole = jpeg(24, 24);
    for at in 2..whole.len() {
        for value in [0x00, 0xff, whole[at] ^ 0x55] {
            let mut bytes = whole.clone();
            bytes[at] = value;
            let _ = decode(
                &Stored::File(bytes),
                &DecodeOptions {
                    max_pixels: 1 << 16,
                },
            );
        }
    }
}

#[test]
fn what_is_no_picture_is_told_what_it_is() {
    assert!(refusal(Vec::new()).contains("empty (0 bytes)"));
    assert!(refusal(b"hello, I am a text".to_vec()).contains("text"));
    assert!(refusal(vec![1, 2, 3, 4]).contains("01 02 03 04"));
}

#[test]
fn absurd_dimensions_are_refused_before_anything_is_allocated() {
    // A PNG header of 60000 x 60000 pixels without data: 3.6e9 pixels.
    let mut bytes = png(
        1,
        1,
        png::ColorType::Rgb,
        png::BitDepth::Eight,
        &[0; 3],
        |_| {},
    );
    bytes[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
    bytes[20..24].copy_from_slice(&60_000_u32.to_be_bytes());
    let crc = crc32(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&crc.to_be_bytes());
    assert!(refusal(bytes).contains("60000x60000"));
    // The same in a JPEG's frame header.
    let mut bytes = jpeg(8, 8);
    let at = bytes
        .windows(2)
        .position(|pair| pair[0] == 0xff && (0xc0..=0xc2).contains(&pair[1]))
        .unwrap();
    bytes[at + 5..at + 9].copy_from_slice(&[0xff; 4]);
    assert!(refusal(bytes).contains("65535x65535"));
}

#[test]
fn the_limit_of_pixels_is_inclusive() {
    let bytes = png(
        4,
        4,
        png::ColorType::Grayscale,
        png::BitDepth::Eight,
        &[0; 16],
        |_| {},
    );
    assert!(
        decode(
            &Stored::File(bytes.clone()),
            &DecodeOptions { max_pixels: 16 }
        )
        .is_ok()
    );
    assert!(decode(&Stored::File(bytes), &DecodeOptions { max_pixels: 15 }).is_err());
}

#[test]
fn the_content_decides_and_a_wrong_name_is_noted() {
    let got = decoded(jpeg(8, 8));
    assert_eq!(got.info.format, Format::Jpeg);
    assert_eq!(
        extension_note("x.png", got.info.format),
        Some(Note::ExtensionMismatch(Format::Jpeg))
    );
}

/// CRC-32 of the PNG specification, bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for &byte in bytes {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 {
                0xedb8_8320 ^ (crc >> 1)
            } else {
                crc >> 1
            };
        }
    }
    !crc
}
