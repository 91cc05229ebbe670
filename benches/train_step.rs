//! One step (a discriminator update and a generator update) of each loss, with the mini study's networks and batch, and of
//! the study's own pair. One thread, as every run of a sweep has.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use gavel::training::losses::Method;
use gavel::training::run::{Config, Game};

/// Pixels of a picture.
const PIXELS: usize = 28 * 28;

fn game(model: &str, width: Option<usize>, loss: &str, batch_size: usize) -> Game {
    let config = Config {
        model: model.to_owned(),
        width,
        loss: loss.to_owned(),
        batch_size,
        n_critic: Some(1),
        learning_rate: Some(1e-4),
        ..Config::default()
    };
    Game::new(&config.settle().expect("settings"), batch_size).expect("networks")
}

/// Stripes in [0, 1].
fn pictures(n: usize) -> Vec<f32> {
    (0..n * PIXELS)
        .map(|i| ((i * 7 + i / PIXELS) % 13) as f32 / 12.0)
        .collect()
}

fn steps(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("train_step");
    group.sample_size(10);
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    let alone = alone.expect("one thread");
    let cases = [
        ("mlp", Some(128), 32),
        ("dcgan", Some(8), 32),
        ("info_gan", None, 64),
    ];
    for (model, width, batch) in cases {
        let real = pictures(batch);
        let places: Vec<usize> = (0..batch).collect();
        for method in Method::all() {
            let loss = method.card().name;
            // The study's pair is slow: one loss without and one with a penalty.
            if model == "info_gan" && !matches!(loss, "non_saturating" | "wgan_gp") {
                continue;
            }
            let mut game = game(model, width, loss, batch);
            let id = BenchmarkId::new(format!("{model}/{loss}"), format!("{batch}x28x28"));
            let mut at = 0;
            group.bench_function(id, |bencher| {
                bencher.iter(|| {
                    at += 1;
                    alone
                        .install(|| game.step(at, &real, &places))
                        .expect("a step")
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, steps);
criterion_main!(benches);
