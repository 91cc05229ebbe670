//! A trained generator as an ONNX file, and beside it what its latents and pictures, or points, are.

use super::config::Settled;
use super::sampling::Sampler;
use super::write;
use crate::error::{Error, Result};
use crate::features::generator::{Declaration, POINTS, Sidecar, Values};
use crate::features::onnx_file::Dim;
use crate::training::layers::{Drawing, Extent};
use std::path::Path;

/// The ONNX bytes: input `latent` `[N, latent]`, output `images` `[N, channels, size, size]` or `points` `[N, 2]`, in [0, 1].
///
/// # Errors
/// A generator with a layer that cannot be written.
pub fn onnx(sampler: &Sampler, settled: &Settled) -> Result<Vec<u8>> {
    let config = &settled.config;
    let network = sampler.generator();
    let about = format!(
        "Generator of {} trained with the loss {} for {} steps",
        config.model, config.loss, config.steps
    );
    let mut drawing = Drawing::new("generator", &about, &network.parameters);
    drawing.graph.metadata("model", &config.model);
    drawing.graph.metadata("loss", &config.loss);
    drawing.graph.metadata("seed", &config.seed.to_string());
    let input = drawing.input("latent", config.latent);
    let made = network.draw(input, &mut drawing)?;
    if settled.makes_points() {
        let points = drawing.graph.node(POINTS, "Identity", &[&made], vec![]);
        drawing.graph.output(&points, &Dim::batch_of(&[2]));
        return drawing.graph.finish();
    }
    let pictures = match network.output().area() {
        // A network that ends in a dense layer gives pixels one after the other.
        1 => drawing.picture(
            "images",
            &made,
            Extent::square(config.size, config.channels),
        ),
        _ => drawing.graph.node("images", "Identity", &[&made], vec![]),
    };
    let shape = [config.channels, config.size, config.size];
    drawing.graph.output(&pictures, &Dim::batch_of(&shape));
    drawing.graph.finish()
}

/// Writes `generator.onnx` and `generator.toml` into `folder`.
///
/// # Errors
/// As [`onnx`], and files that cannot be written.
pub fn write_generator(sampler: &Sampler, settled: &Settled, folder: &Path) -> Result<()> {
    let config = &settled.config;
    let is_picture = !settled.makes_points();
    let sidecar = Sidecar {
        generator: Declaration {
            input: Some("latent".into()),
            latent: Some(vec![config.latent]),
            distribution: Some(settled.method.latents()),
            output: Some(if is_picture { "images" } else { POINTS }.into()),
            range: Some(Values::Unit),
            size: is_picture.then_some(config.size),
            channels: is_picture.then_some(config.channels),
        },
    };
    let text = toml::to_string_pretty(&sidecar)
        .map_err(|error| Error::numerical(format!("generator.toml: {error}")))?;
    write(&folder.join("generator.toml"), text.as_bytes())?;
    write(&folder.join("generator.onnx"), &onnx(sampler, settled)?)
}
