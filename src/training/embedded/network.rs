//! The network as burn trains it: a chain of convolutions whose tapped layers' averages are the features.

use super::recipe::{Layer, Recipe};
use crate::rng::Seed;
use burn::module::{Module, Param};
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Device, Tensor, TensorData, activation, module};

/// What is subtracted from a byte before the first layer.
pub const CENTER: f32 = 127.5;
/// What the centered byte is multiplied with.
pub const SCALE: f32 = 1.0 / 64.0;

/// A convolution with its bias; the geometry is the recipe's.
#[derive(Module, Debug)]
pub struct Convolution {
    /// `[out, in, kernel, kernel]`.
    pub weight: Param<Tensor<4>>,
    /// `[out]`.
    pub bias: Param<Tensor<1>>,
    stride: usize,
    pad: usize,
    tap: bool,
}

/// The trunk and its linear head.
///
/// With `x` the bytes `[N, 3, S, S]`: `h_0 = (x - 127.5) / 64`, `h_i = relu(conv_i(h_{i-1}))`, features = the spatial
/// averages of the tapped `h_i`, concatenated; logits = features · `head_weight` + `head_bias`.
#[derive(Module, Debug)]
pub struct Network {
    /// In order.
    pub convolutions: Vec<Convolution>,
    /// `[n_features, n_classes]`.
    pub head_weight: Param<Tensor<2>>,
    /// `[n_classes]`.
    pub head_bias: Param<Tensor<1>>,
}

impl Network {
    /// He-normal weights (He et al. 2015: standard deviation `sqrt(2 / fan_in)`) from the recipe's own seed, zero
    /// biases, and a head of standard deviation `sqrt(1 / n_features)`.
    #[must_use]
    pub fn new(recipe: &Recipe, n_classes: usize, device: &Device) -> Self {
        let seed = Seed(recipe.seed);
        let mut n_in = 3;
        let convolutions = recipe.layers.iter().enumerate().map(|(i, layer)| {
            let made = convolution(layer, n_in, seed, i as u64, device);
            n_in = layer.width;
            made
        });
        let convolutions = convolutions.collect();
        let shape = [recipe.n_features(), n_classes];
        let head = normal(shape, (1.0 / shape[0] as f64).sqrt(), seed, u64::MAX);
        Self {
            convolutions,
            head_weight: Param::from_tensor(Tensor::from_data(head, device)),
            head_bias: Param::from_tensor(Tensor::zeros([n_classes], device)),
        }
    }

    /// `[N, 3, S, S]` bytes as floats to `[N, n_features]`, not yet standardised.
    #[must_use]
    pub fn features(&self, bytes: Tensor<4>) -> Tensor<2> {
        let mut hidden = bytes.sub_scalar(CENTER).mul_scalar(SCALE);
        let mut taps = Vec::new();
        for convolution in &self.convolutions {
            hidden = activation::relu(convolution.forward(hidden));
            if convolution.tap {
                let [n, channels, height, width] = hidden.dims();
                let flat: Tensor<3> = hidden.clone().reshape([n, channels, height * width]);
                taps.push(flat.mean_dim(2).reshape([n, channels]));
            }
        }
        Tensor::cat(taps, 1)
    }

    /// Features to `[N, n_classes]` logits.
    #[must_use]
    pub fn logits(&self, features: Tensor<2>) -> Tensor<2> {
        features.matmul(self.head_weight.val()) + self.head_bias.val().unsqueeze()
    }
}

impl Convolution {
    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let (stride, pad) = (self.stride, self.pad);
        let options = ConvOptions::new([stride, stride], [pad, pad], [1, 1], 1);
        module::conv2d(x, self.weight.val(), Some(self.bias.val()), options)
    }
}

fn convolution(layer: &Layer, n_in: usize, seed: Seed, index: u64, device: &Device) -> Convolution {
    let shape = [layer.width, n_in, layer.kernel, layer.kernel];
    let fan_in = (n_in * layer.kernel * layer.kernel) as f64;
    let weight = normal(shape, (2.0 / fan_in).sqrt(), seed, index);
    Convolution {
        weight: Param::from_tensor(Tensor::from_data(weight, device)),
        bias: Param::from_tensor(Tensor::zeros([layer.width], device)),
        stride: layer.stride,
        pad: layer.pad(),
        tap: layer.tap,
    }
}

/// Normal values of one parameter, from its own stream: burn's own generator is global to the device.
fn normal<const D: usize>(shape: [usize; D], deviation: f64, seed: Seed, index: u64) -> TensorData {
    let mut stream = seed.stream("embedded/weights", index);
    let count = shape.iter().product();
    let values: Vec<f32> = (0..count)
        .map(|_| (stream.normal() * deviation) as f32)
        .collect();
    TensorData::new(values, shape)
}
