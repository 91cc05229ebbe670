//! A whole run on pictures that are made here: bright and dark squares of noise.

use super::*;
use crate::features::{Extractor, engine, registry};
use crate::progress::Silent;
use burn::tensor::{Tensor, TensorData};
use image::RgbImage;
use std::path::PathBuf;

const RECIPE: &str = r#"
name = "tiny"
seed = 3
data = "data"
protocol = "clean"
size = 8
[schedule]
epochs = 6
batch_size = 8
learning_rate = 1e-2
warmup_steps = 4
decay_from = 0.5
max_shift = 1
gain = [0.9, 1.1]
offset = 5.0
[[layer]]
width = 6
kernel = 4
stride = 2
tap = true
[[layer]]
width = 10
kernel = 3
stride = 1
tap = true
[[domain]]
name = "squares"
source = "squares"
hold_out = 12
natural = true
[[domain]]
name = "one"
source = "one"
hold_out = 4
class = "gray"
"#;

/// `data/squares/{bright,dark}` and `data/one`, 30, 30 and 20 pictures of 8x8, and the recipe.
fn workshop(folder: &Path) -> PathBuf {
    let mut stream = Seed(1).stream("t", 0);
    for (path, center, n) in [
        ("squares/bright", 200, 30),
        ("squares/dark", 40, 30),
        ("one", 120, 20),
    ] {
        let set = folder.join("data").join(path);
        std::fs::create_dir_all(&set).unwrap();
        for i in 0..n {
            let picture = RgbImage::from_fn(8, 8, |_, _| {
                image::Rgb(std::array::from_fn(|_| {
                    (center + stream.below(21) - 10) as u8
                }))
            });
            picture.save(set.join(format!("{i:02}.png"))).unwrap();
        }
    }
    let recipe = folder.join("recipe.toml");
    std::fs::write(&recipe, RECIPE).unwrap();
    recipe
}

#[test]
fn a_run_learns_what_is_easy_and_leaves_its_log_page_and_network() {
    let folder = tempfile::tempdir().unwrap();
    let recipe = workshop(folder.path());
    let trained = train(&recipe, &folder.path().join("out/tiny.onnx"), &Silent).unwrap();
    // 48 + 16 training pictures: 8 batches an epoch.
    let last = trained.epochs.last().unwrap();
    assert_eq!((trained.epochs.len(), last.n_steps), (6, 48));
    assert!(last.accuracies.iter().all(|&a| a > 0.9), "{last:?}");
    let log = std::fs::read_to_string(folder.path().join("out/training-log.csv")).unwrap();
    assert!(
        log.starts_with("epoch,steps,loss,accuracy_squares,accuracy_one,seconds\n1,8,"),
        "{log}"
    );
    let page = std::fs::read_to_string(folder.path().join("out/README.md")).unwrap();
    assert!(
        page.contains("squares/bright, squares/dark, one/gray"),
        "{page}"
    );
    assert!(page.contains(&trained.sha256), "{page}");
}

#[test]
fn the_run_repeats_to_the_bit_whatever_the_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let recipe = workshop(folder.path());
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        let output = folder.path().join(format!("{threads}/tiny.onnx"));
        pool.install(|| train(&recipe, &output, &Silent))
            .unwrap()
            .sha256
    };
    assert_eq!(with(1), with(2));
}

#[test]
fn another_seed_gives_another_network() {
    let folder = tempfile::tempdir().unwrap();
    let recipe = workshop(folder.path());
    let first = train(&recipe, &folder.path().join("a.onnx"), &Silent)
        .unwrap()
        .sha256;
    std::fs::write(&recipe, RECIPE.replace("seed = 3", "seed = 4")).unwrap();
    assert_ne!(
        first,
        train(&recipe, &folder.path().join("b.onnx"), &Silent)
            .unwrap()
            .sha256
    );
}

#[test]
fn the_exported_network_gives_what_burn_gives() {
    let folder = tempfile::tempdir().unwrap();
    let plan = Recipe::read(&workshop(folder.path())).unwrap();
    let device = Device::flex();
    let network = network::Network::new(&plan, 3, &device);
    // Deviations that differ, so that a missing division or a head that is not folded shows.
    let deviations: Vec<f32> = (0..16).map(|k| 0.5 + 0.1 * k as f32).collect();
    let classes = ["a", "b", "c"].map(String::from);
    let onnx = export::onnx(&network, &plan, &classes, &deviations, "hash").unwrap();
    let path = folder.path().join("tiny.onnx");
    std::fs::write(&path, onnx).unwrap();
    let extractor = registry::resolve(Some(&path.to_string_lossy()), folder.path()).unwrap();
    assert_eq!(widths(&extractor), [16, 3]);

    let mut stream = Seed(9).stream("t", 0);
    let pictures: Vec<Vec<f32>> = (0..4)
        .map(|_| (0..192).map(|_| stream.below(256) as f32).collect())
        .collect();
    let request = engine::EngineRequest {
        engine: engine::Choice::Tract,
        ..engine::EngineRequest::default()
    };
    let engine = engine::load(&extractor, &engine::discover(&request), 1).unwrap();
    let outputs = engine.run(&pictures).unwrap();

    let batch: Tensor<4> =
        Tensor::from_data(TensorData::new(pictures.concat(), [4, 3, 8, 8]), &device);
    let features = network.features(batch);
    let logits = evaluation::values(network.logits(features.clone())).unwrap();
    let features = evaluation::values(features).unwrap();
    for (i, output) in outputs.iter().enumerate() {
        let standardised = (0..16).map(|k| features[i * 16 + k] / deviations[k]);
        close(&output[0], &standardised.collect::<Vec<_>>());
        close(&output[1], &logits[i * 3..i * 3 + 3]);
    }
}

fn widths(extractor: &Extractor) -> Vec<usize> {
    extractor
        .outputs
        .iter()
        .map(|output| output.width)
        .collect()
}

/// Two engines order float32 sums differently; 1e-4 of the largest value is far above that and far below a fault.
fn close(got: &[f32], want: &[f32]) {
    let scale = want.iter().fold(0.0_f32, |most, v| most.max(v.abs()));
    assert_eq!(got.len(), want.len());
    for (g, w) in got.iter().zip(want) {
        assert!(
            (g - w).abs() <= 1e-4 * scale,
            "got {got:?}, burn has {want:?}"
        );
    }
}

/// The pictures that the committed network was trained on: a decoder, protocol or order that has moved since shows here.
#[test]
#[allow(clippy::print_stdout, reason = "a test that skips says so")]
fn the_recipe_still_reads_the_pictures_that_the_report_names() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let plan = Recipe::read(&root.join("recipes/embedded-v1.toml")).unwrap();
    if !plan.data.exists() {
        println!(
            "SKIPPED: {} is not here, so the training pictures were not checked",
            plan.data.display()
        );
        return;
    }
    let text = std::fs::read(root.join("recipes/embedded-v1.toml")).unwrap();
    let fingerprint = pictures::load(&plan, &Silent).unwrap().fingerprint();
    let page = std::fs::read_to_string(root.join("reports/embedded/README.md")).unwrap();
    assert!(
        page.contains(blake3::hash(&text).to_hex().as_str()),
        "{page}"
    );
    assert!(
        page.contains(&fingerprint),
        "now {fingerprint}, the report says: {page}"
    );
}
