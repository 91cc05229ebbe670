//! Cost of the statistics, with sizes in the ids. Data is built outside the timed loops.
//!
//! `cargo bench --bench statistics -- frechet/d2048` runs one of them.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use gavel::rng::Seed;
use gavel::statistics::frechet::{Ddof, Side, frechet, frechet_between, frechet_with_error};
use gavel::statistics::inception_score::{Scale, inception_score};
use gavel::statistics::mmd::{Arithmetic, draws_numpy2020, full, subsets};
use gavel::statistics::moments::Moments;
use ndarray::Array2;

/// Correlated, positive samples, somewhat as a network's features are.
fn samples(seed: u64, n: usize, d: usize) -> Array2<f32> {
    let mut stream = Seed(seed).stream("bench", 0);
    let mut previous = 0.0;
    Array2::from_shape_fn((n, d), |_| {
        previous = 0.5 * previous + stream.normal();
        previous.abs() as f32
    })
}

fn moments(c: &mut Criterion) {
    let mut group = c.benchmark_group("moments");
    group.sample_size(10);
    for (n, d) in [(10_000, 128), (10_000, 512), (4_096, 2048)] {
        let x = samples(1, n, d);
        group.bench_function(BenchmarkId::from_parameter(format!("n{n}-d{d}")), |b| {
            b.iter(|| Moments::of(black_box(x.view())));
        });
    }
    group.finish();
}

fn distance(c: &mut Criterion) {
    let mut group = c.benchmark_group("frechet");
    group.sample_size(10);
    for d in [128, 512, 2048] {
        let (x, y) = (samples(1, 2 * d, d), samples(2, 2 * d, d));
        let (Ok(r), Ok(g)) = (Moments::of(x.view()), Moments::of(y.view())) else {
            continue;
        };
        group.bench_function(BenchmarkId::from_parameter(format!("d{d}")), |b| {
            b.iter(|| frechet(black_box(&r), black_box(&g), Ddof::One));
        });
        let side = |moments, samples| Side::Many {
            moments,
            samples: Some(samples),
        };
        group.bench_function(
            BenchmarkId::from_parameter(format!("d{d}-n{}-with-error", 2 * d)),
            |b| {
                b.iter(|| frechet_with_error(&side(&r, x.view()), &side(&g, y.view()), Ddof::One));
            },
        );
    }
    for n in [100, 1000] {
        let (x, y) = (samples(1, n, 2048), samples(2, n, 2048));
        let (r, g) = (Side::Few(x.view()), Side::Few(y.view()));
        group.bench_function(
            BenchmarkId::from_parameter(format!("d2048-n{n}-low-rank")),
            |b| {
                b.iter(|| frechet_between(black_box(&r), black_box(&g), Ddof::One));
            },
        );
        group.bench_function(
            BenchmarkId::from_parameter(format!("d2048-n{n}-low-rank-with-error")),
            |b| {
                b.iter(|| frechet_with_error(black_box(&r), black_box(&g), Ddof::One));
            },
        );
    }
    group.finish();
}

fn kid(c: &mut Criterion) {
    let mut group = c.benchmark_group("kid");
    group.sample_size(10);
    for (n, d) in [(1000, 2048), (10_000, 128), (10_000, 2048)] {
        let (x, y) = (samples(1, n, d), samples(2, n, d));
        let draws = draws_numpy2020(n, n, 100, 1000);
        for (name, arithmetic) in [("auto", Arithmetic::Auto), ("float64", Arithmetic::Float64)] {
            group.bench_function(
                BenchmarkId::from_parameter(format!("subsets-100x1000-n{n}-d{d}-{name}")),
                |b| {
                    b.iter(|| subsets(black_box(x.view()), y.view(), &draws, arithmetic));
                },
            );
        }
        group.bench_function(
            BenchmarkId::from_parameter(format!("full-n{n}-d{d}")),
            |b| {
                b.iter(|| full(black_box(x.view()), y.view(), Arithmetic::Auto));
            },
        );
    }
    group.finish();
}

fn score(c: &mut Criterion) {
    let mut group = c.benchmark_group("inception_score");
    group.sample_size(10);
    let logits = samples(1, 10_000, 1008);
    group.bench_function("n10000-classes1008-splits10", |b| {
        b.iter(|| inception_score(black_box(logits.view()), Scale::Logits, 10, None));
    });
    group.finish();
}

criterion_group!(benches, moments, distance, kid, score);
criterion_main!(benches);
