//! Networks from a few words: each call appends a layer and knows the extent so far.

use super::activation::{Bend, Squash};
use super::batch_norm::BatchNorm;
use super::convolution::{Convolution, Transposed};
use super::dense::Dense;
use super::parameters::{normal, truncated_normal};
use super::pool::{Double, Halve, Sum};
use super::reshape::Unflatten;
use super::residual::Residual;
use super::spectral::Spectral;
use super::table::Table;
use super::{Extent, Layer, Network, Parameters, Role};
use crate::rng::Seed;

/// How weights begin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Init {
    /// The study's and DCGAN's: standard deviation 0.02, convolutions truncated at two deviations.
    Narrow,
    /// He et al. 2015: standard deviation `sqrt(2 / fan_in)`.
    He,
}

/// A network under construction.
pub struct Builder {
    layers: Vec<Box<dyn Layer>>,
    spectral: Vec<Spectral>,
    parameters: Parameters,
    input: Extent,
    at: Extent,
    seed: Seed,
    prefix: &'static str,
    init: Init,
    normalised: bool,
    n_layers: usize,
}

impl Builder {
    /// A network that takes `input`. `prefix` tells its parameters and its random streams from those of others.
    #[must_use]
    pub fn new(prefix: &'static str, input: Extent, seed: Seed, init: Init) -> Self {
        Self {
            layers: Vec::new(),
            spectral: Vec::new(),
            parameters: Parameters::default(),
            input,
            at: input,
            seed,
            prefix,
            init,
            normalised: false,
            n_layers: 0,
        }
    }

    /// From here on weights are divided by their largest singular value, if `wanted`.
    #[must_use]
    pub fn spectral(mut self, wanted: bool) -> Self {
        self.normalised = wanted;
        self
    }

    /// The extent so far.
    #[must_use]
    pub fn at(&self) -> Extent {
        self.at
    }

    /// A dense layer; a picture is read as a vector.
    #[must_use]
    pub fn dense(mut self, outputs: usize) -> Self {
        let name = self.name("dense");
        let inputs = self.at.len();
        let weight = self.weight(&name, [inputs, outputs], inputs, false);
        let bias = self.vector(&name, "bias", outputs, 0.0, Role::Learned);
        let input = self.at;
        self.push(Dense {
            name,
            input,
            outputs,
            weight,
            bias,
        })
    }

    /// A convolution with SAME padding.
    #[must_use]
    pub fn conv(mut self, channels: usize, kernel: usize, stride: usize) -> Self {
        let name = self.name("conv");
        let table = Table::same(self.at, kernel, stride);
        let inputs = table.taps() * self.at.channels;
        let weight = self.weight(&name, [inputs, channels], inputs, true);
        let bias = self.vector(&name, "bias", channels, 0.0, Role::Learned);
        self.push(Convolution {
            name,
            table,
            channels,
            weight,
            bias,
        })
    }

    /// A transposed convolution to `size` x `size` pixels, the adjoint of a SAME convolution from there to here.
    #[must_use]
    pub fn transposed(
        mut self,
        channels: usize,
        size: usize,
        kernel: usize,
        stride: usize,
    ) -> Self {
        let name = self.name("transposed");
        let table = Table::same(Extent::square(size, channels), kernel, stride);
        let inputs = self.at.channels;
        let shape = [inputs, table.taps() * channels];
        // Every output pixel is reached by about taps / stride^2 taps.
        let fan_in = (inputs * table.taps() / (stride * stride)).max(1);
        let weight = self.weight(&name, shape, fan_in, false);
        let bias = self.vector(&name, "bias", channels, 0.0, Role::Learned);
        self.push(Transposed {
            name,
            table,
            inputs,
            weight,
            bias,
        })
    }

    /// Batch normalisation, if `wanted`.
    #[must_use]
    pub fn batch_norm(mut self, wanted: bool) -> Self {
        if !wanted {
            return self;
        }
        let name = self.name("batch_norm");
        let extent = self.at;
        let width = extent.channels;
        let gamma = self.vector(&name, "gamma", width, 1.0, Role::Learned);
        let beta = self.vector(&name, "beta", width, 0.0, Role::Learned);
        let mean = self.vector(&name, "mean", width, 0.0, Role::Kept);
        let variance = self.vector(&name, "variance", width, 1.0, Role::Kept);
        self.push(BatchNorm {
            name,
            extent,
            gamma,
            beta,
            mean,
            variance,
        })
    }

    /// `x` where it is not negative, else `slope * x`.
    #[must_use]
    pub fn leaky_relu(mut self, slope: f32) -> Self {
        let name = self.name("leaky_relu");
        let extent = self.at;
        self.push(Bend {
            name,
            extent,
            slope,
        })
    }

    /// `max(x, 0)`.
    #[must_use]
    pub fn relu(self) -> Self {
        self.leaky_relu(0.0)
    }

    /// `1 / (1 + exp(-x))`.
    #[must_use]
    pub fn sigmoid(mut self) -> Self {
        let name = self.name("sigmoid");
        let extent = self.at;
        self.push(Squash { name, extent })
    }

    /// The vector so far as a picture.
    #[must_use]
    pub fn unflatten(mut self, size: usize, channels: usize) -> Self {
        let name = self.name("unflatten");
        let extent = Extent::square(size, channels);
        self.push(Unflatten { name, extent })
    }

    /// Means of 2 x 2 blocks.
    #[must_use]
    pub fn halve(mut self) -> Self {
        let name = self.name("halve");
        let table = Table::same(self.at, 2, 2);
        self.push(Halve { name, table })
    }

    /// Every pixel four times.
    #[must_use]
    pub fn double(mut self) -> Self {
        let name = self.name("double");
        let large = Extent {
            height: 2 * self.at.height,
            width: 2 * self.at.width,
            channels: self.at.channels,
        };
        let table = Table::same(large, 2, 2);
        self.push(Double { name, table })
    }

    /// The sum over all pixels.
    #[must_use]
    pub fn sum(mut self) -> Self {
        let input = self.at;
        self.n_layers += 1;
        self.push(Sum { input })
    }

    /// Two ways that are added; both must end in the same extent.
    #[must_use]
    pub fn residual(
        mut self,
        body: impl FnOnce(Self) -> Self,
        shortcut: impl FnOnce(Self) -> Self,
    ) -> Self {
        let name = self.name("residual");
        let before = std::mem::take(&mut self.layers);
        let start = self.at;
        let mut built = body(self);
        let body = std::mem::take(&mut built.layers);
        built.at = start;
        let mut built = shortcut(built);
        let shortcut = std::mem::replace(&mut built.layers, before);
        let output = built.at;
        built.push(Residual {
            name,
            output,
            body,
            shortcut,
        })
    }

    /// The network; running averages keep `decay` of their old value at each step.
    #[must_use]
    pub fn finish(self, decay: f32) -> Network {
        Network {
            layers: self.layers,
            spectral: self.spectral,
            input: self.input,
            output: self.at,
            decay,
            parameters: self.parameters,
        }
    }

    fn push(mut self, layer: impl Layer + 'static) -> Self {
        self.at = layer.output();
        self.layers.push(Box::new(layer));
        self
    }

    fn name(&mut self, kind: &str) -> String {
        self.n_layers += 1;
        format!("{}{}_{kind}", self.prefix, self.n_layers)
    }

    fn weight(&mut self, name: &str, shape: [usize; 2], fan_in: usize, truncated: bool) -> usize {
        let index = self.parameters.list().len() as u64;
        let purpose = format!("training/weights/{}", self.prefix);
        let mut stream = self.seed.stream(&purpose, index);
        let count = shape[0] * shape[1];
        let values = match self.init {
            Init::Narrow if truncated => truncated_normal(&mut stream, count, 0.02),
            Init::Narrow => normal(&mut stream, count, 0.02),
            Init::He => normal(&mut stream, count, (2.0 / fan_in as f64).sqrt()),
        };
        let slot = self
            .parameters
            .add(format!("{name}.weight"), shape, Role::Learned, values);
        if self.normalised {
            let vector = normal(&mut stream, shape[1], 1.0);
            let name = format!("{name}.direction");
            let vector = self.parameters.add(name, [1, shape[1]], Role::Kept, vector);
            self.spectral.push(Spectral {
                weight: slot,
                vector,
            });
        }
        slot
    }

    fn vector(&mut self, name: &str, what: &str, width: usize, value: f32, role: Role) -> usize {
        let values = vec![value; width];
        self.parameters
            .add(format!("{name}.{what}"), [1, width], role, values)
    }
}
