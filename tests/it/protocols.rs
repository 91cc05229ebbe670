//! Every protocol against the tensors of the program that it imitates, against theory, and against arithmetic by hand.

use crate::shared::{close, shared};
use flate2::read::GzDecoder;
use gavel::error::Kind;
use gavel::preprocess::{Filter, InputSpec, PROTOCOLS, Protocol, Range};
use gavel::sources::Pixels;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Read;
use std::path::Path;

/// A picture whose channels are all `gray` (row-major).
fn gray(width: usize, height: usize, gray: &[u8]) -> Pixels {
    assert_eq!(gray.len(), width * height);
    Pixels {
        width,
        height,
        rgb: gray.iter().flat_map(|&g| [g, g, g]).collect(),
    }
}

/// A picture by formula, different in every channel and without symmetry.
fn textured(width: usize, height: usize) -> Pixels {
    let mut rgb = Vec::with_capacity(width * height * 3);
    for y in 0..height {
        for x in 0..width {
            for channel in 0..3 {
                rgb.push(((x * 37 + y * 101 + channel * 53 + (x * y) % 29 * 7) % 256) as u8);
            }
        }
    }
    Pixels { width, height, rgb }
}

/// A protocol that shows the filtered bytes themselves.
fn bare(filter: Filter, size: (usize, usize)) -> Protocol {
    Protocol {
        name: "bare".into(),
        filter,
        clip: false,
        divide_first: false,
        range: Range::Bytes,
        size,
        channels: 3,
        channels_last: false,
    }
}

const RESIZING: [Filter; 7] = [
    Filter::PillowBicubic,
    Filter::PillowBilinear,
    Filter::TorchBilinear,
    Filter::TorchBilinearAntialias,
    Filter::Tf1Bilinear,
    Filter::GridSample,
    Filter::Nearest,
];

/// The first channel of the only row.
fn row(filter: Filter, pixels: &[u8], width: usize) -> Vec<f32> {
    let picture = gray(pixels.len(), 1, pixels);
    bare(filter, (1, width)).tensor(&picture).unwrap()[..width].to_vec()
}

#[track_caller]
fn assert_near(got: &[f32], want: &[f32], tolerance: f32) {
    assert_eq!(got.len(), want.len());
    for (i, (g, w)) in got.iter().zip(want).enumerate() {
        assert!(
            (g - w).abs() <= tolerance,
            "value {i}: got {g}, expected {w}"
        );
    }
}

#[test]
fn one_row_is_resized_as_each_program_does_it() {
    // [0, 10, 40, 255] to 6, 3 and 2 pixels; values of Pillow, torch and TensorFlow's formula. The four filters differ
    // in every row, so none can stand in for another.
    let source = [0, 10, 40, 255];
    let legacy: [&[f32]; 3] = [
        &[0.0, 6.666667, 20.0, 40.0, 183.33333, 255.0],
        &[0.0, 20.0, 183.33333],
        &[0.0, 40.0],
    ];
    let half_pixel: [&[f32]; 3] = [
        &[0.0, 5.0, 15.0, 35.0, 147.5, 255.0],
        &[1.666667, 25.0, 219.166667],
        &[5.0, 147.5],
    ];
    let antialiased: [&[f32]; 3] = [
        &[0.0, 5.0, 15.0, 35.0, 147.5, 255.0],
        &[3.0, 25.0, 190.5],
        &[10.0, 127.857143],
    ];
    let bicubic: [&[f32]; 3] = [
        &[
            -0.657895, 2.941176, 11.701389, 24.0625, 155.588235, 269.144737,
        ],
        &[0.755149, 17.783764, 203.581236],
        &[-0.103306, 136.508264],
    ];
    for (filter, rows) in [
        (Filter::Tf1Bilinear, legacy),
        (Filter::GridSample, legacy),
        (Filter::TorchBilinear, half_pixel),
        (Filter::TorchBilinearAntialias, antialiased),
        (Filter::PillowBilinear, antialiased),
        (Filter::PillowBicubic, bicubic),
    ] {
        for want in rows {
            // Two units of float32 at 255 for the filters that work in float32.
            assert_near(&row(filter, &source, want.len()), want, 4e-5);
        }
    }
    // Centres of 3 outputs in 4 pixels: 0.67, 2, 3.33; of 2 outputs: 1, 3.
    assert_eq!(row(Filter::Nearest, &source, 3), [0.0, 40.0, 255.0]);
    assert_eq!(row(Filter::Nearest, &source, 2), [10.0, 255.0]);
}

#[test]
fn rows_and_columns_are_not_exchanged() {
    for filter in RESIZING {
        // 4 wide and 2 high, constant along y: every row of the result is the one-row result.
        let picture = gray(4, 2, &[0, 10, 40, 255, 0, 10, 40, 255]);
        let tensor = bare(filter, (5, 3)).tensor(&picture).unwrap();
        let want = row(filter, &[0, 10, 40, 255], 3);
        assert_eq!(tensor.len(), 3 * 5 * 3);
        for got in tensor.chunks_exact(3) {
            assert_near(got, &want, 4e-5);
        }
    }
}

#[test]
fn an_unchanged_size_is_the_identity() {
    let picture = textured(13, 9);
    for filter in RESIZING.into_iter().chain([Filter::None]) {
        let protocol = Protocol {
            channels_last: true,
            ..bare(filter, (9, 13))
        };
        let want: Vec<f32> = picture.rgb.iter().map(|&b| f32::from(b)).collect();
        // grid_sample computes its coordinates in float32 even here: 2e-5 of a 255-level step.
        let tolerance = if filter == Filter::GridSample {
            5e-3
        } else {
            0.0
        };
        assert_near(&protocol.tensor(&picture).unwrap(), &want, tolerance);
    }
}

#[test]
fn a_constant_picture_stays_constant_at_every_size() {
    for filter in RESIZING {
        for (width, height) in [
            (1, 1),
            (1, 40),
            (40, 1),
            (3, 2),
            (64, 64),
            (500, 31),
            (4000, 2),
        ] {
            let picture = gray(width, height, &vec![200; width * height]);
            for size in [(1, 1), (7, 5), (32, 32)] {
                let tensor = bare(filter, size).tensor(&picture).unwrap();
                assert_eq!(tensor.len(), 3 * size.0 * size.1);
                assert_near(&tensor, &vec![200.0; tensor.len()], 2e-4);
            }
        }
    }
}

#[test]
fn a_bilinear_result_stays_within_the_picture_and_only_bicubic_overshoots() {
    let picture = gray(
        4,
        4,
        &[0, 0, 255, 255, 0, 255, 0, 255, 255, 0, 0, 255, 0, 0, 0, 255],
    );
    for filter in RESIZING {
        let tensor = bare(filter, (11, 11)).tensor(&picture).unwrap();
        let inside = tensor.iter().all(|v| (-1e-3..=255.001).contains(v));
        assert_eq!(inside, filter != Filter::PillowBicubic, "{filter:?}");
    }
    let clipped = Protocol {
        clip: true,
        ..bare(Filter::PillowBicubic, (11, 11))
    };
    let tensor = clipped.tensor(&picture).unwrap();
    assert!(tensor.iter().all(|v| (0.0..=255.0).contains(v)));
    assert!(tensor.contains(&0.0) && tensor.contains(&255.0));
}

#[test]
fn channels_come_in_the_order_and_layout_that_the_network_asks_for() {
    let picture = Pixels {
        width: 2,
        height: 1,
        rgb: vec![1, 2, 3, 4, 5, 6],
    };
    let planar = bare(Filter::None, (1, 2));
    assert_eq!(
        planar.tensor(&picture).unwrap(),
        [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]
    );
    let last = planar.for_input(&InputSpec {
        size: (1, 2),
        channels: 3,
        channels_last: true,
        range: None,
        filter: None,
    });
    assert_eq!(
        last.tensor(&picture).unwrap(),
        [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    );
    assert_ne!(planar.identity(), last.identity());
}

#[test]
fn a_network_overrides_what_it_insists_on_and_nothing_else() {
    let clean = Protocol::preset("clean").unwrap();
    let input = InputSpec {
        size: (8, 6),
        channels: 1,
        channels_last: false,
        range: Some(Range::Unit),
        filter: Some(Filter::Tf1Bilinear),
    };
    let own = clean.for_input(&input);
    assert_eq!((own.size, own.channels, own.clip), ((8, 6), 1, false));
    assert_eq!(
        (own.filter, &own.range),
        (Filter::Tf1Bilinear, &Range::Unit)
    );
    let default = clean.for_input(&InputSpec {
        range: None,
        filter: None,
        ..input
    });
    assert_eq!(
        (default.filter, default.clip),
        (Filter::PillowBicubic, true)
    );
    assert_eq!(default.range, Range::Minus128Over128);
}

#[test]
fn one_channel_is_pillows_luma_taken_before_the_filter() {
    // Red and blue side by side are 76 and 29 (rounded to bytes first); half-way between them lies 52.5 exactly.
    let picture = Pixels {
        width: 2,
        height: 1,
        rgb: vec![255, 0, 0, 0, 0, 255],
    };
    let protocol = Protocol {
        channels: 1,
        ..bare(Filter::TorchBilinear, (1, 1))
    };
    assert_eq!(protocol.tensor(&picture).unwrap(), [52.5]);
}

#[test]
fn pytorch_fid_reaches_one_and_tf1_does_not() {
    // 2x - 1 at 255 is 1; (255 - 128) / 128 is 127/128.
    let white = gray(2, 2, &[255; 4]);
    let top = |name: &str| Protocol::preset(name).unwrap().tensor(&white).unwrap()[0];
    assert_eq!(top("pytorch_fid"), 1.0);
    assert_eq!(top("legacy_pytorch"), 1.0);
    for name in ["clean", "tf1", "torchmetrics_aa", "legacy_tensorflow"] {
        close(name, f64::from(top(name)), 127.0 / 128.0, 0.0, 1e-6);
    }
}

#[test]
fn a_picture_gives_the_same_bits_on_every_thread() {
    let picture = textured(77, 45);
    for preset in PROTOCOLS {
        let protocol = Protocol::preset(preset.name).unwrap();
        let alone = protocol.tensor(&picture).unwrap();
        std::thread::scope(|scope| {
            let others: Vec<_> = (0..4)
                .map(|_| scope.spawn(|| protocol.tensor(&picture).unwrap()))
                .collect();
            for other in others {
                assert_eq!(other.join().unwrap(), alone, "{}", preset.name);
            }
        });
    }
}

#[test]
fn a_wrong_picture_or_network_is_an_error_and_never_a_panic() {
    let picture = textured(4, 3);
    let good = bare(Filter::PillowBicubic, (5, 5));
    let kind = |protocol: &Protocol, picture: &Pixels| protocol.tensor(picture).unwrap_err().kind();

    let mut short = picture.clone();
    short.rgb.pop();
    assert_eq!(kind(&good, &short), Kind::Input);
    let empty = Pixels {
        width: 0,
        height: 3,
        rgb: vec![],
    };
    assert_eq!(kind(&good, &empty), Kind::Input);
    let absurd = Pixels {
        width: usize::MAX,
        height: 3,
        rgb: vec![0; 9],
    };
    assert_eq!(kind(&good, &absurd), Kind::Input);

    let unresized = bare(Filter::None, (5, 5)).tensor(&picture).unwrap_err();
    assert_eq!(unresized.kind(), Kind::Input);
    assert!(unresized.message().contains("4 x 3") && unresized.message().contains("5 x 5"));

    assert_eq!(
        kind(&bare(Filter::PillowBicubic, (0, 5)), &picture),
        Kind::Usage
    );
    assert_eq!(
        kind(
            &Protocol {
                channels: 2,
                ..good.clone()
            },
            &picture
        ),
        Kind::Usage
    );
    let range = Range::MeanStd {
        mean: vec![0.5],
        std: vec![0.5],
    };
    assert_eq!(kind(&Protocol { range, ..good }, &picture), Kind::Usage);
}

/// Names in the golden files, ours, and how many of the 33 tensors must equal the peer's to the bit. torch sums the
/// taps of its antialiased filter in another order where there are many: the two pictures of 800 pixels.
const PEERS: [(&str, &str, usize); 7] = [
    ("clean-fid-clean", "clean", 33),
    ("torch-fidelity", "tf1", 33),
    ("torchmetrics-no-antialias", "tf1", 33),
    ("pytorch-fid", "pytorch_fid", 33),
    ("torchmetrics-antialias", "torchmetrics_aa", 31),
    ("clean-fid-legacy_pytorch", "legacy_pytorch", 33),
    ("clean-fid-legacy_tensorflow", "legacy_tensorflow", 33),
];

/// Coordinates are float32 in every peer; torch against float64 differs by 1.5e-5 on the largest probe, grid_sample
/// against TF1 by 2.6e-5.
const SAMPLE_TOLERANCE: f64 = 5e-5;

#[test]
fn tensors_equal_those_of_the_peers() {
    let (Some(inputs), Some(images)) = (
        shared("conformance/protocols/inputs.json"),
        shared("conformance/images"),
    ) else {
        return;
    };
    let golden: serde_json::Value =
        serde_json::from_slice(&std::fs::read(inputs).unwrap()).unwrap();
    let pictures = probes(&images);
    for (peer, name, at_least) in PEERS {
        let protocol = Protocol::preset(name).unwrap();
        let (mut n_probes, mut n_identical, mut worst) = (0, 0, 0.0_f64);
        for (set, files) in golden["protocols"][peer].as_object().unwrap() {
            for (file, want) in files.as_object().unwrap() {
                let place = format!("{peer} {set}/{file}");
                let picture = &pictures[&format!("{set}--{file}")];
                let tensor = protocol.tensor(picture).unwrap();
                worst = worst.max(compare(&place, &tensor, want));
                n_probes += 1;
                n_identical +=
                    usize::from(sha256(&tensor) == want["sha256_f32le"].as_str().unwrap());
            }
        }
        println!(
            "{peer}: {n_identical} of {n_probes} tensors bit-identical, worst sample off by {worst:.1e}"
        );
        assert_eq!(n_probes, 33);
        assert!(
            n_identical >= at_least,
            "{peer}: {n_identical} tensors bit-identical, {at_least} expected"
        );
    }
}

/// Holds the summary and the samples of one tensor to the golden ones; the largest difference of a sample.
fn compare(place: &str, tensor: &[f32], want: &serde_json::Value) -> f64 {
    let number = |key: &str| want[key].as_f64().unwrap();
    let n = tensor.len() as f64;
    let mean = tensor.iter().map(|&v| f64::from(v)).sum::<f64>() / n;
    let square = tensor
        .iter()
        .map(|&v| (f64::from(v) - mean).powi(2))
        .sum::<f64>()
        / n;
    let fold = |f: fn(f32, f32) -> f32, start| f64::from(tensor.iter().copied().fold(start, f));
    let tolerance = SAMPLE_TOLERANCE;
    close(
        &format!("{place} mean"),
        mean,
        number("mean"),
        0.0,
        tolerance,
    );
    close(
        &format!("{place} std"),
        square.sqrt(),
        number("std"),
        0.0,
        tolerance,
    );
    close(
        &format!("{place} min"),
        fold(f32::min, f32::INFINITY),
        number("min"),
        0.0,
        tolerance,
    );
    close(
        &format!("{place} max"),
        fold(f32::max, f32::NEG_INFINITY),
        number("max"),
        0.0,
        tolerance,
    );
    let indices = want["sample_flat_index_chw"].as_array().unwrap();
    let values = want["sample_value"].as_array().unwrap();
    let mut worst = 0.0_f64;
    for (index, value) in indices.iter().zip(values) {
        let index = index.as_u64().unwrap() as usize;
        let (got, value) = (f64::from(tensor[index]), value.as_f64().unwrap());
        close(
            &format!("{place} value {index}"),
            got,
            value,
            0.0,
            tolerance,
        );
        worst = worst.max((got - value).abs());
    }
    worst
}

fn sha256(tensor: &[f32]) -> String {
    let bytes: Vec<u8> = tensor.iter().flat_map(|v| v.to_le_bytes()).collect();
    Sha256::digest(&bytes)
        .iter()
        .fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

/// The probe pictures by `set--file`: the lossless set itself, and the others as decoded PNGs, so that no JPEG decoder
/// takes part in the comparison.
fn probes(images: &Path) -> BTreeMap<String, Pixels> {
    let mut pictures = BTreeMap::new();
    for (archive, prefix, suffix) in [
        ("real-cifar.tar.gz", "real-cifar--", ""),
        ("decoded-probes.tar.gz", "", ".rgb.png"),
    ] {
        let file = std::fs::File::open(images.join(archive)).unwrap();
        let mut archive = tar::Archive::new(GzDecoder::new(file));
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            let name = entry.path().unwrap().display().to_string();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            let picture = image::load_from_memory(&bytes).unwrap().into_rgb8();
            let stem = name.strip_suffix(suffix).unwrap_or(&name);
            pictures.insert(
                format!("{prefix}{stem}"),
                Pixels {
                    width: picture.width() as usize,
                    height: picture.height() as usize,
                    rgb: picture.into_raw(),
                },
            );
        }
    }
    pictures
}
