//! The trained network as an ONNX file that needs nothing but bytes.

use super::evaluation::values;
use super::network::{CENTER, Network, SCALE};
use super::recipe::Recipe;
use crate::error::Result;
use crate::features::onnx_file::{Dim, GraphBuilder, Value, Window};

/// The ONNX bytes of `network`.
///
/// Input `input` `[N, 3, S, S]` with values 0..255. Outputs `features` `[N, D]`, each dimension divided by its
/// `deviations` entry, and `logits` `[N, K]`; the head is folded accordingly (`w_kd * s_d`), so that it reads the
/// standardised features. Metadata: `classes` (one name a line), `recipe_blake3`, `name`.
///
/// # Errors
/// Only a failure of burn's backend.
pub fn onnx(
    network: &Network,
    recipe: &Recipe,
    classes: &[String],
    deviations: &[f32],
    recipe_hash: &str,
) -> Result<Vec<u8>> {
    let about = "RGB in 0..255. Features and logits of a small network trained on MNIST, Fashion-MNIST, CIFAR-10 and faces";
    let mut graph = GraphBuilder::new(&recipe.name, about);
    graph.metadata("name", &recipe.name);
    graph.metadata("recipe_blake3", recipe_hash);
    graph.metadata("classes", &classes.join("\n"));
    let input = graph.input("input", &Dim::batch_of(&[3, recipe.size, recipe.size]));
    let taps = trunk(&mut graph, network, recipe, &input)?;
    let joined = graph.concat("averages", &taps.iter().collect::<Vec<_>>(), 1);
    let flat = graph.flatten("averages_flat", &joined);
    let divisor = graph.constant("deviations", &[1, deviations.len()], deviations);
    let features = graph.div("features", &flat, &divisor);
    let (weight, bias) = folded_head(network, classes.len(), deviations)?;
    let weight = graph.constant("head.weight", &[classes.len(), deviations.len()], &weight);
    let bias = graph.constant("head.bias", &[classes.len()], &bias);
    let logits = graph.gemm("logits", &features, &weight, Some(&bias));
    graph.output(&features, &Dim::batch_of(&[deviations.len()]));
    graph.output(&logits, &Dim::batch_of(&[classes.len()]));
    graph.finish()
}

/// Normalisation and convolutions; gives the averages of the tapped layers.
fn trunk(
    graph: &mut GraphBuilder,
    network: &Network,
    recipe: &Recipe,
    input: &Value,
) -> Result<Vec<Value>> {
    let center = graph.constant("center", &[1], &[CENTER]);
    let scale = graph.constant("scale", &[1], &[SCALE]);
    let centered = graph.sub("centered", input, &center);
    let mut hidden = graph.mul("scaled", &centered, &scale);
    let (mut taps, mut n_in) = (Vec::new(), 3);
    for (i, (layer, convolution)) in recipe.layers.iter().zip(&network.convolutions).enumerate() {
        let name = format!("conv{}", i + 1);
        let shape = [layer.width, n_in, layer.kernel, layer.kernel];
        let weight = graph.constant(
            &format!("{name}.weight"),
            &shape,
            &values(convolution.weight.val())?,
        );
        let bias = graph.constant(
            &format!("{name}.bias"),
            &[layer.width],
            &values(convolution.bias.val())?,
        );
        let window = Window::square(layer.kernel, layer.stride, layer.pad());
        let sum = graph.conv(&name, &hidden, &weight, Some(&bias), window);
        hidden = graph.relu(&format!("{name}.relu"), &sum);
        if layer.tap {
            taps.push(graph.global_average_pool(&format!("{name}.average"), &hidden));
        }
        n_in = layer.width;
    }
    Ok(taps)
}

/// The head as `[n_classes, n_features]` for standardised features, and its bias.
fn folded_head(
    network: &Network,
    n_classes: usize,
    deviations: &[f32],
) -> Result<(Vec<f32>, Vec<f32>)> {
    let stored = values(network.head_weight.val())?;
    let mut weight = Vec::with_capacity(stored.len());
    for class in 0..n_classes {
        weight.extend(
            deviations
                .iter()
                .enumerate()
                .map(|(d, s)| stored[d * n_classes + class] * s),
        );
    }
    Ok((weight, values(network.head_bias.val())?))
}
