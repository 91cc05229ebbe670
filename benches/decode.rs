//! Cost of one decoded picture, by format and size. Data is made outside of the timed loop.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use gavel::sources::Stored;
use gavel::sources::decode::{DecodeOptions, decode};
use std::hint::black_box;

/// Waves of many frequencies, so that neither format has it easy.
fn pixels(width: usize, height: usize) -> Vec<u8> {
    let value = |x: usize, y: usize, c: usize| {
        let (x, y) = (x as f64, y as f64);
        let wave = (x / (3.0 + c as f64)).sin() + (y / 7.0).cos() + (x * y / 500.0).sin();
        (127.5 + 40.0 * wave) as u8
    };
    let positions = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    positions
        .flat_map(|(x, y)| [value(x, y, 0), value(x, y, 1), value(x, y, 2)])
        .collect()
}

fn png(width: usize, height: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width as u32, height as u32);
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header().expect("header");
    writer
        .write_image_data(&pixels(width, height))
        .expect("data");
    writer.finish().expect("end");
    bytes
}

fn jpeg(width: usize, height: usize) -> Vec<u8> {
    let mut encoder = mozjpeg::Compress::new(mozjpeg::ColorSpace::JCS_RGB);
    encoder.set_size(width, height);
    encoder.set_quality(90.0);
    // Baseline and 4:2:0, as most data sets are.
    encoder.set_fastest_defaults();
    encoder.set_chroma_sampling_pixel_sizes((2, 2), (2, 2));
    let mut started = encoder.start_compress(Vec::new()).expect("start");
    started
        .write_scanlines(&pixels(width, height))
        .expect("rows");
    started.finish().expect("end")
}

fn decoding(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decode");
    let files = [
        ("png", 32, 32, png(32, 32)),
        ("jpeg", 64, 64, jpeg(64, 64)),
        ("jpeg", 178, 218, jpeg(178, 218)),
        ("jpeg", 1024, 1024, jpeg(1024, 1024)),
    ];
    for (format, width, height, bytes) in files {
        let stored = Stored::File(bytes);
        group.throughput(Throughput::Elements((width * height) as u64));
        group.bench_function(
            BenchmarkId::new(format, format!("{width}x{height}")),
            |bencher| {
                bencher.iter(|| decode(black_box(&stored), &DecodeOptions::default()));
            },
        );
    }
    group.finish();
}

criterion_group!(benches, decoding);
criterion_main!(benches);
