//! Six generators of triangles whose vices are known, made on the spot.

use crate::error::{Error, Result};
use crate::rng::Seed;
use crate::sources::{self, OpenOptions, Opened, Pixels, Stored};

/// One generator: its name, what is wrong with it, and what it draws.
pub struct Generator {
    /// Stable name, also of its files.
    pub name: &'static str,
    /// What it does, in a few words.
    pub vice: &'static str,
    draw: fn(&Material) -> Result<Vec<Pixels>>,
}

impl Generator {
    /// Its `n` pictures.
    pub fn draw(&self, material: &Material) -> Result<Vec<Pixels>> {
        (self.draw)(material)
    }
}

/// The six, the honest one first.
pub const GENERATORS: [Generator; 6] = [
    Generator {
        name: "honest",
        vice: "draws fresh triangles",
        draw: honest,
    },
    Generator {
        name: "memoriser",
        vice: "hands back training pictures",
        draw: memoriser,
    },
    Generator {
        name: "mirror-copier",
        vice: "mirrors training pictures",
        draw: mirror_copier,
    },
    Generator {
        name: "collapsed",
        vice: "the same five pictures, a little noisy",
        draw: collapsed,
    },
    Generator {
        name: "mode-dropper",
        vice: "never draws the larger half",
        draw: mode_dropper,
    },
    Generator {
        name: "blurred",
        vice: "fresh triangles out of focus",
        draw: blurred,
    },
];

/// What the generators may use: the training set that they saw, and randomness.
pub struct Material {
    /// Pictures that every set has.
    pub n: usize,
    /// The one seed.
    pub seed: u64,
    /// The training set.
    pub train: Vec<Pixels>,
}

impl Material {
    /// Training triangles of this seed.
    pub fn new(n: usize, seed: u64) -> Result<Self> {
        Ok(Self {
            n,
            seed,
            train: triangles(n, seed.wrapping_mul(8))?,
        })
    }

    /// Triangles that no generator saw: the reference.
    pub fn reference(&self) -> Result<Vec<Pixels>> {
        self.fresh(1, self.n)
    }

    fn fresh(&self, number: u64, n: usize) -> Result<Vec<Pixels>> {
        triangles(n, self.seed.wrapping_mul(8).wrapping_add(number))
    }
}

/// `n` triangles of the study's data set for a seed (its low 32 bits).
fn triangles(n: usize, seed: u64) -> Result<Vec<Pixels>> {
    let spec = format!("polygons:triangles?n={n}&seed={}", seed as u32);
    let Opened::Images(source) = sources::open(&spec, &OpenOptions::default())? else {
        return Err(Error::input(format!("{spec}: holds no pictures")));
    };
    let mut pictures: Vec<Option<Pixels>> = vec![None; source.len()];
    source.visit(&|_| true, &mut |index, stored| {
        if let (Some(slot), Stored::Raw(pixels)) = (pictures.get_mut(index), stored?) {
            *slot = Some(pixels);
        }
        Ok(())
    })?;
    Ok(pictures.into_iter().flatten().collect())
}

fn honest(material: &Material) -> Result<Vec<Pixels>> {
    material.fresh(2, material.n)
}

#[allow(
    clippy::unnecessary_wraps,
    reason = "all generators have one signature"
)]
fn memoriser(material: &Material) -> Result<Vec<Pixels>> {
    let mut stream = Seed(material.seed).stream("demo-memoriser", 0);
    Ok((0..material.n)
        .map(|_| material.train[stream.below(material.train.len())].clone())
        .collect())
}

#[allow(
    clippy::unnecessary_wraps,
    reason = "all generators have one signature"
)]
fn mirror_copier(material: &Material) -> Result<Vec<Pixels>> {
    Ok(material.train.iter().map(mirror).collect())
}

fn collapsed(material: &Material) -> Result<Vec<Pixels>> {
    let mut stream = Seed(material.seed).stream("demo-collapsed", 0);
    let five = material.fresh(3, 5)?;
    let noisy = |picture: &Pixels, stream: &mut crate::rng::Stream| {
        let gray: Vec<u8> = picture
            .rgb
            .chunks_exact(3)
            .map(|pixel| {
                (f64::from(pixel[0]) + 3.0 * stream.normal())
                    .round()
                    .clamp(0.0, 255.0) as u8
            })
            .collect();
        let rgb = gray.iter().flat_map(|&g| [g; 3]).collect();
        Pixels {
            width: picture.width,
            height: picture.height,
            rgb,
        }
    };
    Ok((0..material.n)
        .map(|i| noisy(&five[i % five.len()], &mut stream))
        .collect())
}

fn mode_dropper(material: &Material) -> Result<Vec<Pixels>> {
    // Background is white, so the larger half of the triangles is the darker half of the pictures.
    let mut fresh = material.fresh(4, 2 * material.n)?;
    fresh.sort_by_key(|picture| {
        std::cmp::Reverse(picture.rgb.iter().map(|&v| u64::from(v)).sum::<u64>())
    });
    fresh.truncate(material.n);
    let order = Seed(material.seed)
        .stream("demo-mode-dropper", 0)
        .permutation(fresh.len());
    Ok(order.into_iter().map(|i| fresh[i].clone()).collect())
}

fn blurred(material: &Material) -> Result<Vec<Pixels>> {
    Ok(material
        .fresh(5, material.n)?
        .iter()
        .map(|picture| box_blur(&box_blur(picture)))
        .collect())
}

fn mirror(picture: &Pixels) -> Pixels {
    let rgb = picture
        .rgb
        .chunks_exact(3 * picture.width)
        .flat_map(|row| row.chunks_exact(3).rev().flatten().copied())
        .collect();
    Pixels {
        width: picture.width,
        height: picture.height,
        rgb,
    }
}

/// 3 × 3 mean with the edge repeated.
fn box_blur(picture: &Pixels) -> Pixels {
    let (width, height) = (picture.width, picture.height);
    let mut rgb = Vec::with_capacity(picture.rgb.len());
    for y in 0..height {
        for x in 0..width {
            for channel in 0..3 {
                let mut sum = 0_u32;
                for dy in [-1_isize, 0, 1] {
                    for dx in [-1_isize, 0, 1] {
                        let sy = y.saturating_add_signed(dy).min(height - 1);
                        let sx = x.saturating_add_signed(dx).min(width - 1);
                        sum += u32::from(picture.rgb[3 * (sy * width + sx) + channel]);
                    }
                }
                rgb.push(((sum + 4) / 9) as u8);
            }
        }
    }
    Pixels { width, height, rgb }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mirroring_swaps_columns_and_keeps_channels() {
        let picture = Pixels {
            width: 2,
            height: 1,
            rgb: vec![1, 2, 3, 4, 5, 6],
        };
        assert_eq!(mirror(&picture).rgb, [4, 5, 6, 1, 2, 3]);
        assert_eq!(mirror(&mirror(&picture)), picture);
    }

    #[test]
    fn blurring_a_point_spreads_it_over_nine_pixels() {
        let mut rgb = vec![0; 27];
        rgb[12..15].fill(90);
        // 90 / 9 = 10 everywhere, since every pixel of a 3 x 3 picture touches the middle one.
        assert!(
            box_blur(&Pixels {
                width: 3,
                height: 3,
                rgb
            })
            .rgb
            .iter()
            .all(|&v| v == 10)
        );
    }

    #[test]
    fn every_generator_draws_n_pictures_and_the_honest_one_copies_none() {
        let material = Material::new(40, 1).unwrap();
        for generator in &GENERATORS {
            assert_eq!(
                generator.draw(&material).unwrap().len(),
                40,
                "{}",
                generator.name
            );
        }
        let fresh = GENERATORS[0].draw(&material).unwrap();
        assert!(fresh.iter().all(|p| !material.train.contains(p)));
        let copied = GENERATORS[1].draw(&material).unwrap();
        assert!(copied.iter().all(|p| material.train.contains(p)));
    }
}
