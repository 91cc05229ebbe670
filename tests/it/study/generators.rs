//! Generators by formula: every sample is one given picture.

use gavel::features::onnx_file::{Dim, GraphBuilder};
use std::fs;
use std::path::Path;

/// Writes `generator.onnx` and `generator.toml` into `folder`: whatever its latent, the generator makes the gray picture of
/// `size` × `size` with these values in [0, 1].
pub fn constant(folder: &Path, size: usize, values: &[f32]) {
    fs::create_dir_all(folder).unwrap();
    let mut graph = GraphBuilder::new("constant", "One picture.");
    let latent = graph.input("latent", &Dim::batch_of(&[2]));
    let weight = graph.constant("weight", &[2, size * size], &vec![0.0; 2 * size * size]);
    let bias = graph.constant("bias", &[size * size], values);
    let flat = graph.node("flat", "Gemm", &[&latent, &weight, &bias], vec![]);
    let shape = graph.integers("shape", &[-1, 1, size as i64, size as i64]);
    let images = graph.node("images", "Reshape", &[&flat, &shape], vec![]);
    graph.output(&images, &Dim::batch_of(&[1, size, size]));
    fs::write(folder.join("generator.onnx"), graph.finish().unwrap()).unwrap();
    fs::write(
        folder.join("generator.toml"),
        "[generator]\nlatent = [2]\ndistribution = \"uniform\"\nrange = \"unit\"\n",
    )
    .unwrap();
}
