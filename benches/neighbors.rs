//! Cost of the neighbour search, with sizes in the ids. Data is built outside the timed loops.
//!
//! `cargo bench --bench neighbors -- n2000` leaves out the size of the performance report, 10,000 x 10,000 x 2048.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use gavel::rng::Seed;
use gavel::statistics::neighbors::authenticity::authenticity;
use gavel::statistics::neighbors::realism::Form;
use gavel::statistics::neighbors::{Ball, Boundary, Request, Tables};
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

fn ball(nearest_k: usize, boundary: Boundary) -> Ball {
    Ball {
        nearest_k,
        boundary,
    }
}

/// What prdc computes, and what all neighbour metrics together ask for.
fn requests() -> [(&'static str, Request, Option<Seed>); 3] {
    let prdc = Request {
        balls: [ball(5, Boundary::Strict)].into(),
        ..Request::default()
    };
    let mut all = prdc.clone();
    all.balls.insert(ball(3, Boundary::Inclusive));
    all.nearest = true;
    all.realism.insert(Form {
        nearest_k: 3,
        squared: false,
        trimmed: true,
    });
    [
        ("prdc", prdc.clone(), None),
        ("prdc_with_errors", prdc, Some(Seed::DEFAULT)),
        ("all_with_errors", all, Some(Seed::DEFAULT)),
    ]
}

fn tables(c: &mut Criterion) {
    for (name, request, halves) in requests() {
        let mut group = c.benchmark_group(format!("neighbors/{name}"));
        group.sample_size(10);
        for (n, d) in [(2_000, 64), (2_000, 2048), (10_000, 2048)] {
            let (x, y) = (samples(1, n, d), samples(2, n, d));
            let id = BenchmarkId::from_parameter(format!("n{n}_d{d}"));
            group.bench_function(id, |b| {
                b.iter(|| Tables::of(black_box(x.view()), black_box(y.view()), &request, halves));
            });
        }
        group.finish();
    }
}

fn hard(c: &mut Criterion) {
    let mut group = c.benchmark_group("neighbors/identical_rows");
    group.sample_size(10);
    let x = Array2::from_elem((2_000, 2048), 0.5_f32);
    let [(_, request, _), ..] = requests();
    group.bench_function("n2000_d2048", |b| {
        b.iter(|| Tables::of(black_box(x.view()), black_box(x.view()), &request, None));
    });
    group.finish();
}

fn copies(c: &mut Criterion) {
    let mut group = c.benchmark_group("neighbors/authenticity");
    group.sample_size(10);
    let (train, made) = (samples(1, 4_000, 512), samples(2, 2_000, 512));
    group.bench_function("train4000_n2000_d512", |b| {
        b.iter(|| authenticity(black_box(train.view()), [black_box(made.view())]));
    });
    group.finish();
}

criterion_group!(benches, tables, hard, copies);
criterion_main!(benches);
