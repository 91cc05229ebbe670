//! Pairs of generator and discriminator: one file a model, one line in [`MODELS`] to register it.

mod autoencoder;
mod bad;
mod dcgan;
mod info_gan;
mod mlp;
mod sngan;

use super::layers::{Builder, Extent, Init, Network};
use super::losses::Head;
use crate::error::{Error, Result};
use crate::rng::Seed;

/// What a model is made for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plan {
    /// Height and width of the pictures; 1 for points.
    pub size: usize,
    /// 1 or 3; 2 for points in the plane.
    pub channels: usize,
    /// Latent dimensions.
    pub latent: usize,
    /// The model's width (its own unit).
    pub width: usize,
    /// What the discriminator gives.
    pub head: Head,
    /// Batch norm in the discriminator?
    pub batch_norm: bool,
    /// Spectral normalisation in the discriminator?
    pub spectral_norm: bool,
    /// What running averages keep at each step.
    pub decay: f32,
    /// Of the weights.
    pub seed: Seed,
}

impl Plan {
    /// Numbers that a discriminator with a dense end gives for a picture.
    #[must_use]
    pub fn outputs(&self) -> usize {
        match self.head {
            Head::Moments => 2 * self.latent,
            Head::Code => self.latent,
            Head::Logit | Head::Reconstruction | Head::Nothing => 1,
        }
    }

    /// The extent of a picture.
    #[must_use]
    pub fn picture(&self) -> Extent {
        Extent::square(self.size, self.channels)
    }
}

/// Two networks that play against each other.
pub struct Pair {
    /// `[n, latent]` to `[n, values]` in [0, 1].
    pub generator: Network,
    /// `[n, values]` to what the plan's head says.
    pub discriminator: Network,
}

/// One architecture.
pub trait Model: Send + Sync {
    /// Stable name, as in `--model`.
    fn name(&self) -> &'static str;

    /// What it is, in a sentence.
    fn about(&self) -> &'static str;

    /// The width that the source uses.
    fn width(&self) -> usize;

    /// Picture sizes that it can make.
    fn sizes(&self) -> &'static [usize];

    /// The pair. Call [`build`], which checks the plan first.
    fn pair(&self, plan: &Plan) -> Pair;
}

/// Every model, the study's first.
pub const MODELS: &[&dyn Model] = &[
    &info_gan::InfoGan,
    &dcgan::Dcgan,
    &sngan::Sngan,
    &mlp::Mlp,
    &bad::Bad,
];

/// The model called `name`.
///
/// # Errors
/// No such model; the known ones are listed.
pub fn find(name: &str) -> Result<&'static dyn Model> {
    let known = MODELS.iter().find(|model| model.name() == name);
    known.copied().ok_or_else(|| {
        let names: Vec<&str> = MODELS.iter().map(|model| model.name()).collect();
        Error::usage(format!("there is no model `{name}`"))
            .mend(format!("use one of {}", names.join(", ")))
    })
}

/// Builds the pair of `model`.
///
/// # Errors
/// A size or a width that the model does not support.
pub fn build(model: &dyn Model, plan: &Plan) -> Result<Pair> {
    let sizes = model.sizes();
    if !sizes.contains(&plan.size) {
        return Err(Error::usage(format!(
            "{} makes pictures of {sizes:?} pixels, not of {}",
            model.name(),
            plan.size
        ))
        .mend(match plan.size {
            1 => "points in the plane are made by the model mlp",
            _ => "give a supported `size`; pictures are resized to it",
        }));
    }
    let are_points = (plan.size, plan.channels) == (1, 2);
    if plan.width == 0 || plan.latent == 0 || !(are_points || matches!(plan.channels, 1 | 3)) {
        return Err(Error::usage(format!(
            "width {}, latent {} and channels {} make no network",
            plan.width, plan.latent, plan.channels
        ))
        .mend(
            "width and latent must be at least 1, channels 1 or 3 (2 for points, whose size is 1)",
        ));
    }
    let mut pair = model.pair(plan);
    if plan.head == Head::Nothing {
        let picture = plan.picture();
        pair.discriminator = Builder::new("d", picture, plan.seed, Init::He).finish(plan.decay);
    }
    Ok(pair)
}

#[cfg(test)]
mod tests;
