//! The names that a study knows: losses, baselines, architectures. Plain words, so that a sweep can be planned and a table
//! be plotted on a machine that cannot train.

/// Does a discriminator judge, or not?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A generator against a discriminator.
    Adversarial,
    /// A generator that is trained without one.
    Baseline,
}

/// A loss or a baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownLoss {
    /// Its name here.
    pub name: &'static str,
    /// Its name in figures.
    pub title: &'static str,
    /// Its name in the column `model` of "Are GANs Created Equal?" (compare_gan), continued in its manner.
    pub study: &'static str,
    /// Adversarial or baseline.
    pub role: Role,
}

const fn adversarial(name: &'static str, title: &'static str, study: &'static str) -> KnownLoss {
    KnownLoss {
        name,
        title,
        study,
        role: Role::Adversarial,
    }
}

const fn baseline(name: &'static str, title: &'static str, study: &'static str) -> KnownLoss {
    KnownLoss {
        name,
        title,
        study,
        role: Role::Baseline,
    }
}

/// All of them, in the order of tables and figures.
pub const LOSSES: [KnownLoss; 11] = [
    adversarial("minimax", "MM GAN", "GAN_MINMAX"),
    adversarial("non_saturating", "NS GAN", "GAN"),
    adversarial("least_squares", "LSGAN", "LSGAN"),
    adversarial("wasserstein", "WGAN", "WGAN"),
    adversarial("wgan_gp", "WGAN GP", "WGAN_GP"),
    adversarial("dragan", "DRAGAN", "DRAGAN"),
    adversarial("began", "BEGAN", "BEGAN"),
    adversarial("hinge", "Hinge", "HINGE"),
    baseline("vae", "VAE", "VAE"),
    baseline("ae_code", "AE + code", "AE_CODE"),
    baseline("glo", "GLO", "GLO"),
];

/// Architectures by name and title: a generator with its discriminator.
pub const ARCHITECTURES: [(&str, &str); 5] = [
    ("info_gan", "InfoGAN"),
    ("dcgan", "DCGAN"),
    ("sngan", "SNGAN"),
    ("mlp", "MLP"),
    ("bad", "bad"),
];

/// Heights (and widths) of pictures that an architecture can make; empty for an unknown one.
#[must_use]
pub fn sizes(architecture: &str) -> &'static [u64] {
    match architecture {
        "info_gan" => &[8, 28, 32, 64],
        "dcgan" | "sngan" | "bad" => &[8, 16, 28, 32, 64],
        "mlp" => &[1, 2, 8, 16, 28, 32, 64],
        _ => &[],
    }
}

/// The architecture of a table that names none: the study had only this one.
pub const STUDY_ARCHITECTURE: &str = "info_gan";

/// A loss by its name here or in the study, whatever its case.
#[must_use]
pub fn loss(name: &str) -> Option<&'static KnownLoss> {
    LOSSES.iter().find(|known| {
        known.name.eq_ignore_ascii_case(name) || known.study.eq_ignore_ascii_case(name)
    })
}

/// What figures call a loss; an unknown one keeps its name.
#[must_use]
pub fn loss_title(name: &str) -> &str {
    loss(name).map_or(name, |known| known.title)
}

/// What figures call an architecture; an unknown one keeps its name.
#[must_use]
pub fn architecture_title(name: &str) -> &str {
    let found = ARCHITECTURES.iter().find(|(known, _)| *known == name);
    found.map_or(name, |(_, title)| title)
}

/// What figures call a data set; an unknown one keeps its name.
#[must_use]
pub fn dataset_title(name: &str) -> &str {
    match name.to_ascii_lowercase().as_str() {
        "mnist" => "MNIST",
        "fashion-mnist" | "fashion_mnist" | "fashion" => "Fashion-MNIST",
        "cifar10" | "cifar-10" | "cifar" => "CIFAR-10",
        "celeba" => "CelebA",
        "triangles" => "Triangles",
        "ring" => "Ring",
        "ring8" | "ring_of_8" => "Ring of 8",
        "grid" => "Grid",
        "grid25" | "grid_of_25" => "Grid of 25",
        _ => name,
    }
}

/// Is a training set points in the plane, which its trainer measures against the mixture that they are drawn from?
#[must_use]
pub fn is_points(source: &str) -> bool {
    source.starts_with("mixtures:")
}

/// Where a loss stands in tables: the known ones in their order, then the others.
#[must_use]
pub fn loss_order(name: &str) -> usize {
    let place = LOSSES.iter().position(|known| known.name == name);
    place.unwrap_or(LOSSES.len())
}

/// Where an architecture stands in tables.
#[must_use]
pub fn architecture_order(name: &str) -> usize {
    let place = ARCHITECTURES.iter().position(|(known, _)| *known == name);
    place.unwrap_or(ARCHITECTURES.len())
}

/// Is it a baseline? An unknown loss counts as adversarial, as all of a foreign study's do but its VAE.
#[must_use]
pub fn is_baseline(name: &str) -> bool {
    loss(name).is_some_and(|known| known.role == Role::Baseline)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_name_is_used_twice_and_the_study_is_understood() {
        let names: BTreeSet<&str> = LOSSES.iter().flat_map(|k| [k.name, k.title]).collect();
        assert_eq!(names.len(), 2 * LOSSES.len());
        let studies: BTreeSet<&str> = LOSSES.iter().map(|k| k.study).collect();
        assert_eq!(studies.len(), LOSSES.len());
        // compare_gan: GAN is the non-saturating one, GAN_MINMAX the minimax one.
        assert_eq!(loss("GAN").map(|k| k.name), Some("non_saturating"));
        assert_eq!(loss("GAN_MINMAX").map(|k| k.name), Some("minimax"));
        assert!(is_baseline("VAE") && !is_baseline("WGAN_GP") && !is_baseline("new"));
    }

    #[cfg(feature = "training")]
    #[test]
    fn what_is_trained_here_and_at_which_sizes_is_known() {
        use crate::training::losses::Method;
        use crate::training::models::MODELS;
        for known in LOSSES {
            assert!(Method::find(known.name).is_ok(), "{}", known.name);
        }
        assert_eq!(MODELS.len(), ARCHITECTURES.len());
        for model in MODELS {
            let theirs: Vec<u64> = model.sizes().iter().map(|s| *s as u64).collect();
            assert_eq!(sizes(model.name()), theirs, "{}", model.name());
        }
        assert!(sizes("new").is_empty());
    }
}
