//! The cascade engine on pictures of the usual sizes; the cascades come from `../shared`, without which nothing is timed.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use gavel::audit::faces::Gray;
use gavel::audit::faces::cascade::{Cascade, Search};
use gavel::rng::Seed;
use std::hint::black_box;
use std::path::Path;

/// Smooth blobs on a gradient, so that windows pass some stages.
fn picture(width: usize, height: usize) -> Gray {
    let mut stream = Seed::DEFAULT.stream("bench faces", width as u64);
    let blobs: Vec<[f64; 4]> = (0..24)
        .map(|_| {
            let (x, y) = (
                stream.uniform() * width as f64,
                stream.uniform() * height as f64,
            );
            [
                x,
                y,
                4.0 + stream.uniform() * width as f64 / 12.0,
                stream.uniform() * 160.0 - 80.0,
            ]
        })
        .collect();
    let level = |x: usize, y: usize| {
        let near = |[bx, by, size, height]: &[f64; 4]| {
            let (dx, dy) = ((x as f64 - bx) / size, (y as f64 - by) / size);
            height * (-(dx * dx + dy * dy) / 2.0).exp()
        };
        (110.0 + 60.0 * y as f64 / height as f64 + blobs.iter().map(near).sum::<f64>())
            .clamp(0.0, 255.0) as u8
    };
    let values = (0..height)
        .flat_map(|y| (0..width).map(move |x| (x, y)))
        .map(|(x, y)| level(x, y))
        .collect();
    Gray::new(width, height, values)
        .map(|gray| gray.equalized())
        .expect("as many values as pixels")
}

fn cascades(criterion: &mut Criterion) {
    let search = Search {
        scale_factor: 1.1,
        min_neighbors: 3,
        min_size: (24, 24),
    };
    let mut group = criterion.benchmark_group("faces");
    for name in ["lbpcascade_animeface", "haarcascade_frontalface_default"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join(format!("../shared/data/detectors/{name}.xml"));
        let Ok(text) = std::fs::read_to_string(path) else {
            continue;
        };
        let cascade = Cascade::read(&text).expect("a cascade");
        for (width, height) in [(64, 64), (640, 480)] {
            let gray = picture(width, height);
            group.throughput(Throughput::Elements((width * height) as u64));
            group.bench_function(
                BenchmarkId::new(name, format!("{width}x{height}")),
                |bencher| {
                    bencher.iter(|| cascade.detect(black_box(&gray), &search));
                },
            );
        }
    }
    group.finish();
}

criterion_group!(benches, cascades);
criterion_main!(benches);
