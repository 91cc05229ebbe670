//! Cost of one tensor, by protocol and picture size; one thread.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use gavel::preprocess::{PROTOCOLS, Protocol};
use gavel::sources::Pixels;
use std::hint::black_box;

fn picture(width: usize, height: usize) -> Pixels {
    Pixels {
        width,
        height,
        rgb: (0..width * height * 3)
            .map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8)
            .collect(),
    }
}

fn tensors(criterion: &mut Criterion) {
    for preset in PROTOCOLS {
        let Ok(protocol) = Protocol::preset(preset.name) else {
            continue;
        };
        let mut group = criterion.benchmark_group(format!("tensor/{}", preset.name));
        for (width, height) in [(28, 28), (32, 32), (64, 64), (178, 218), (512, 512)] {
            let pixels = picture(width, height);
            let id = BenchmarkId::from_parameter(format!("{width}x{height}-to-299x299"));
            group.bench_with_input(id, &pixels, |bencher, pixels| {
                bencher.iter(|| protocol.tensor(black_box(pixels)));
            });
        }
        group.finish();
    }
}

criterion_group!(benches, tensors);
criterion_main!(benches);
