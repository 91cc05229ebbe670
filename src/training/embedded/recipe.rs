//! What one training run is: pictures, layers, steps. A TOML file, so that the run can be repeated from the repository.

use crate::error::{Error, Result};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// A training run of an embedded extractor.
///
/// ```toml
/// name = "embedded-v1"          # the extractor's name in every result
/// seed = 2020
/// data = "../../shared/data"    # where the sources are, from the recipe's own folder
/// protocol = "clean"
/// size = 32                     # height and width of the network's input
///
/// [schedule]
/// epochs = 6
/// batch_size = 64
/// learning_rate = 2e-3          # Adam; linear warm-up, constant, linear decay to zero
/// warmup_steps = 100
/// decay_from = 0.4              # share of the run after which the rate falls
/// max_shift = 2                 # pixels, edges repeated
/// gain = [0.5, 1.5]             # contrast of natural pictures, about mid-gray
/// offset = 60.0                 # brightness of natural pictures, in levels, up or down
///
/// [[layer]]                     # convolution + ReLU, in order
/// width = 32
/// kernel = 4
/// stride = 2
/// tap = false                   # does its global average enter the features?
///
/// [[domain]]
/// name = "mnist"
/// source = "mnist/train-images-idx3-ubyte.gz"
/// test = "mnist/t10k-images-idx3-ubyte.gz"   # or: hold_out = 1000
/// ```
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// The extractor's name.
    pub name: String,
    /// The seed of splits, weights, order and augmentation.
    pub seed: u64,
    /// Folder of the sources, relative to the recipe's folder.
    pub data: PathBuf,
    /// Protocol from decoded pixels to the input size.
    pub protocol: String,
    /// Height and width of the input.
    pub size: usize,
    /// How long and how fast.
    pub schedule: Schedule,
    /// The trunk.
    #[serde(rename = "layer")]
    pub layers: Vec<Layer>,
    /// The pictures.
    #[serde(rename = "domain")]
    pub domains: Vec<Domain>,
}

/// How long and how fast.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// Passes over the training list.
    pub epochs: usize,
    /// Pictures per step.
    pub batch_size: usize,
    /// Adam's rate at its highest.
    pub learning_rate: f64,
    /// Steps over which the rate rises from zero.
    pub warmup_steps: usize,
    /// Share of all steps after which the rate falls linearly to zero.
    pub decay_from: f64,
    /// Largest random shift in pixels along each axis.
    pub max_shift: usize,
    /// Least and largest random contrast of a natural picture, about mid-gray.
    pub gain: [f64; 2],
    /// Largest random change of a natural picture's brightness, in levels.
    pub offset: f64,
}

impl Schedule {
    /// Adam's rate at `step` of `n_steps`: the smaller of the warm-up and the decay.
    #[must_use]
    pub fn rate(&self, step: usize, n_steps: usize) -> f64 {
        let rise = (step + 1) as f64 / self.warmup_steps.max(1) as f64;
        let left = 1.0 - step as f64 / n_steps.max(1) as f64;
        let fall = left / (1.0 - self.decay_from);
        self.learning_rate * rise.min(fall).min(1.0)
    }
}

/// A convolution with bias and ReLU, padded by `(kernel - 1) / 2`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layer {
    /// Output channels.
    pub width: usize,
    /// Kernel height and width.
    pub kernel: usize,
    /// Step of the kernel.
    pub stride: usize,
    /// Does the global average of this layer enter the features?
    #[serde(default)]
    pub tap: bool,
}

/// One kind of picture.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Domain {
    /// Name in the log; class names are `name/label`.
    pub name: String,
    /// Training source below the data folder.
    pub source: String,
    /// Test source; without one, `hold_out` pictures of the training source are the test set.
    #[serde(default)]
    pub test: Option<String>,
    /// Pictures held out of the training source, drawn at random.
    #[serde(default)]
    pub hold_out: usize,
    /// At most so many training pictures, drawn at random.
    #[serde(default)]
    pub limit: Option<usize>,
    /// All pictures are of this one class; without it, the labels of the source are the classes.
    #[serde(default)]
    pub class: Option<String>,
    /// How often each picture stands in one epoch.
    #[serde(default = "once")]
    pub repeat: usize,
    /// Photographs and drawings of things: may be mirrored, and brighter or darker. Digits may not.
    #[serde(default)]
    pub natural: bool,
}

fn once() -> usize {
    1
}

impl Recipe {
    /// Reads and checks a recipe; `data` becomes a path that can be opened from here.
    ///
    /// # Errors
    /// A file that is missing or is no TOML, unknown keys, and sizes with which nothing can be trained.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(|error| Error::io(path, &error))?;
        let mut recipe: Self = toml::from_str(&text).map_err(|error| {
            Error::input(format!(
                "{}: not a training recipe: {error}",
                path.display()
            ))
            .mend("compare it with recipes/embedded-v1.toml")
        })?;
        recipe.check().map_err(|error| error.at(path.display()))?;
        if let Some(folder) = path.parent() {
            recipe.data = folder.join(&recipe.data);
        }
        Ok(recipe)
    }

    /// Number of features: the widths of the tapped layers together.
    #[must_use]
    pub fn n_features(&self) -> usize {
        self.layers.iter().filter(|l| l.tap).map(|l| l.width).sum()
    }

    fn check(&self) -> Result<()> {
        let fault = |what: &str| Err(Error::input(what).mend("change this line of the recipe"));
        let schedule = &self.schedule;
        if schedule.epochs == 0 || schedule.batch_size == 0 {
            return fault("schedule.epochs and schedule.batch_size must be at least 1");
        }
        if !(schedule.learning_rate > 0.0 && (0.0..1.0).contains(&schedule.decay_from)) {
            return fault(
                "schedule.learning_rate must be positive and schedule.decay_from in 0..1",
            );
        }
        let [least, most] = schedule.gain;
        if !(least > 0.0
            && least <= most
            && most.is_finite()
            && (0.0..=255.0).contains(&schedule.offset))
        {
            return fault(
                "schedule.gain must be two positive numbers, the smaller first, and schedule.offset in 0..=255",
            );
        }
        if self.n_features() == 0 {
            return fault(
                "at least one layer must have tap = true: its average is the feature vector",
            );
        }
        if self.domains.is_empty() {
            return fault("there is no [[domain]]: nothing to learn from");
        }
        let mut side = self.size;
        for (i, layer) in self.layers.iter().enumerate() {
            let pad = layer.pad();
            if layer.width == 0
                || layer.kernel == 0
                || layer.stride == 0
                || side + 2 * pad < layer.kernel
            {
                return fault(&format!(
                    "layer {} has width {}, kernel {} and stride {} on a {side}x{side} input: it has no output",
                    i + 1,
                    layer.width,
                    layer.kernel,
                    layer.stride
                ));
            }
            side = (side + 2 * pad - layer.kernel) / layer.stride + 1;
        }
        if let Some(domain) = self
            .domains
            .iter()
            .find(|d| d.test.is_none() && d.hold_out == 0)
        {
            return fault(&format!(
                "domain {} has neither test nor hold_out",
                domain.name
            ));
        }
        Ok(())
    }
}

impl Layer {
    /// Zeros added on every side.
    #[must_use]
    pub fn pad(self) -> usize {
        self.kernel.saturating_sub(1) / 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECIPE: &str = r#"
        name = "tiny"
        seed = 1
        data = "data"
        protocol = "clean"
        size = 8
        [schedule]
        epochs = 1
        batch_size = 4
        learning_rate = 1.0
        warmup_steps = 10
        decay_from = 0.5
        max_shift = 1
        gain = [1.0, 1.0]
        offset = 0.0
        [[layer]]
        width = 4
        kernel = 3
        stride = 2
        tap = true
        [[domain]]
        name = "a"
        source = "a"
        hold_out = 2
    "#;

    fn read(text: &str) -> Result<Recipe> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("recipe.toml");
        std::fs::write(&path, text).unwrap();
        Recipe::read(&path)
    }

    #[test]
    fn the_rate_rises_stays_and_falls() {
        // 100 steps, warm-up 10, decay from 50: step 4 is 5/10; step 30 is 1; step 75 is 25/50.
        let schedule = read(RECIPE).unwrap().schedule;
        assert!((schedule.rate(4, 100) - 0.5).abs() < 1e-12);
        assert!((schedule.rate(30, 100) - 1.0).abs() < 1e-12);
        assert!((schedule.rate(75, 100) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn a_recipe_without_features_or_test_pictures_is_refused() {
        let error = read(&RECIPE.replace("tap = true", "tap = false")).unwrap_err();
        assert!(error.message().contains("tap"), "{error}");
        let error = read(&RECIPE.replace("hold_out = 2", "")).unwrap_err();
        assert!(error.message().contains("hold_out"), "{error}");
    }

    #[test]
    fn an_unknown_key_is_refused() {
        let error = read(&RECIPE.replace("seed = 1", "seed = 1\nsede = 2")).unwrap_err();
        assert!(error.message().contains("sede"), "{error}");
    }
}
