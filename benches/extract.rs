//! What a picture costs in an engine, and what an entry costs in the store.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use gavel::features::engine::{Choice, EngineRequest, discover, load};
use gavel::features::store::{CHUNK, Chunk, Lookup, Recipe, RowState, Store};
use std::collections::BTreeMap;
use std::hint::black_box;

#[path = "../tests/it/networks.rs"]
#[allow(dead_code)]
mod networks;

fn engines(criterion: &mut Criterion) {
    let net = networks::Net {
        input: vec![-1, 3, 32, 32],
        ..networks::Net::default()
    };
    let extractor = networks::extractor(net.bytes(), 32);
    let tensor: Vec<f32> = (0..3 * 32 * 32).map(|i| (i % 255) as f32 / 255.0).collect();
    let mut group = criterion.benchmark_group("extract");
    group.throughput(Throughput::Elements(1));
    for engine in [Choice::Tract, Choice::Auto] {
        let discovery = discover(&EngineRequest {
            engine,
            ..EngineRequest::default()
        });
        let engine = load(&extractor, &discovery, 1).expect("the network is in order");
        group.bench_function(format!("{}/conv4_3x32x32", engine.class()), |bencher| {
            bencher.iter(|| engine.run(black_box(std::slice::from_ref(&tensor))));
        });
    }
    group.finish();
}

fn store(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = Store::at(folder.path());
    let extractor = networks::extractor(Vec::new(), 32);
    let discovery = discover(&EngineRequest {
        engine: Choice::Tract,
        ..EngineRequest::default()
    });
    let mut pixels = extractor.clone();
    pixels.network = gavel::features::Network::Pixels;
    pixels.outputs.truncate(1);
    pixels.outputs[0].width = 3 * 32 * 32;
    let engine = load(&pixels, &discovery, 1).expect("pixels need no engine");
    let recipe = Recipe::new(&networks::protocol(&extractor), &extractor, engine.as_ref());
    let mut group = criterion.benchmark_group("store");
    for width in [128, 2048] {
        let key = recipe.key(&[[width as u8; 32]]);
        let chunk = Chunk {
            states: vec![RowState::Done; CHUNK],
            widths: vec![width],
            outputs: vec![(0..CHUNK * width).map(|i| i as f32).collect()],
            notes: BTreeMap::new(),
        };
        group.throughput(Throughput::Bytes((4 * CHUNK * width) as u64));
        group.bench_function(format!("write/{CHUNK}x{width}"), |bencher| {
            bencher.iter(|| store.write(&key, black_box(&chunk)));
        });
        group.bench_function(format!("read/{CHUNK}x{width}"), |bencher| {
            bencher.iter(|| match store.read(&key, CHUNK, &[width]) {
                Lookup::Found(chunk) => chunk.outputs[0][0],
                _ => panic!("the entry was just written"),
            });
        });
    }
    group.finish();
}

criterion_group!(benches, engines, store);
criterion_main!(benches);
