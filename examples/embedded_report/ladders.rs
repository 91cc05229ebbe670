//! Damage in steps, and the distance at each.
//!
//! Blur, noise and JPEG: the whole set against its own damaged copy, as Heusel et al. (2017, appendix) do it, so that
//! nothing but the damage differs. Dropping and duplication: a random half against pictures of the other half, the
//! same number at every step; the first step is the distance between sets that differ by chance alone.

use crate::SEED;
use crate::damage::Damage;
use crate::judge::{Judge, distance};
use crate::pictures::{Picture, read};
use crate::ranks::spearman;
use gavel::error::Result;
use gavel::statistics::moments::Moments;
use ndarray::Axis;
use std::path::Path;

/// One kind of damage to one set, mildest first.
pub struct Ladder {
    /// The set.
    pub set: &'static str,
    /// The damage and the unit of its steps.
    pub damage: &'static str,
    /// Steps, mildest first: what was done, and the distance.
    pub steps: Vec<(String, f64)>,
}

impl Ladder {
    /// Spearman's correlation of step and distance; 1 where every step is farther than the one before.
    pub fn spearman(&self) -> f64 {
        let steps: Vec<f64> = (0..self.steps.len()).map(|i| i as f64).collect();
        let distances: Vec<f64> = self.steps.iter().map(|(_, distance)| *distance).collect();
        spearman(&steps, &distances)
    }
}

/// A set for the judgement: which pictures are damaged, and which are dropped and duplicated.
struct Set {
    name: &'static str,
    damaged: &'static str,
    divided: &'static str,
}

const SETS: [Set; 3] = [
    Set {
        name: "MNIST",
        damaged: "mnist/t10k-images-idx3-ubyte.gz#first=2000",
        divided: "mnist/t10k-images-idx3-ubyte.gz",
    },
    Set {
        name: "CIFAR-10",
        damaged: "cifar10/cifar10-test-lossless-png-1600.tar.gz",
        divided: "cifar10/cifar10-jpeg-test.tar.gz",
    },
    Set {
        name: "anime faces",
        damaged: "anime-faces/anime-faces-crypko96-2500.tar.gz",
        divided: "anime-faces/anime-faces-crypko96-2500.tar.gz",
    },
];

const BLURS: [f64; 6] = [0.5, 0.75, 1.0, 1.25, 1.5, 2.0];
const NOISES: [f64; 6] = [4.0, 8.0, 16.0, 32.0, 48.0, 64.0];
const QUALITIES: [f32; 6] = [90.0, 70.0, 50.0, 30.0, 15.0, 5.0];
/// Of ten modes.
const DROPPED: [usize; 6] = [0, 1, 2, 4, 6, 8];
/// Different pictures among a thousand.
const DIFFERENT: [usize; 6] = [1000, 500, 250, 100, 50, 20];
const N_MODES: usize = 10;
/// Orders in which modes are dropped.
const N_ORDERS: u64 = 8;

/// Every ladder of every set.
pub fn all(judge: &Judge, data: &Path) -> Result<Vec<Ladder>> {
    let mut ladders = Vec::new();
    for set in &SETS {
        ladders.extend(damaged(judge, set.name, &read(data, set.damaged)?)?);
        ladders.extend(divided(judge, set.name, &read(data, set.divided)?)?);
    }
    Ok(ladders)
}

fn damaged(judge: &Judge, set: &'static str, pictures: &[Picture]) -> Result<Vec<Ladder>> {
    let whole = judge.moments(pictures.len(), |i| Ok(pictures[i].pixels.clone()))?;
    let ladder = |damage: &'static str, steps: Vec<(String, Damage)>| -> Result<Ladder> {
        let climb = steps.into_iter().map(|(name, damage)| {
            let moments = judge.moments(pictures.len(), |i| damage.of(&pictures[i].pixels, i))?;
            Ok((name, distance(&whole, &moments)?))
        });
        let steps = climb.collect::<Result<_>>()?;
        Ok(Ladder { set, damage, steps })
    };
    Ok(vec![
        ladder(
            "blur, sigma in 32nds of the width",
            BLURS.map(|s| (s.to_string(), Damage::Blur(s))).into(),
        )?,
        ladder(
            "noise, deviation in levels",
            NOISES.map(|s| (s.to_string(), Damage::Noise(s))).into(),
        )?,
        ladder(
            "JPEG, quality",
            QUALITIES.map(|q| (q.to_string(), Damage::Jpeg(q))).into(),
        )?,
    ])
}

fn divided(judge: &Judge, set: &'static str, pictures: &[Picture]) -> Result<Vec<Ladder>> {
    let features = judge.features(pictures.len(), |i| Ok(pictures[i].pixels.clone()))?;
    let order = SEED
        .stream("embedded_report/halves", 0)
        .permutation(pictures.len());
    let (reference, pool) = order.split_at(order.len() / 2);
    let moments = |chosen: &[usize]| Moments::of(features.select(Axis(0), chosen).view());
    let whole = moments(reference)?;
    let far = |chosen: &[usize]| distance(&whole, &moments(chosen)?);
    let modes = modes(pictures);
    Ok(vec![
        Ladder {
            set,
            damage: "mode dropping, modes of ten",
            steps: dropping(&modes, pool, &far)?,
        },
        Ladder {
            set,
            damage: "duplication, different pictures in a thousand",
            steps: duplication(pool, &far)?,
        },
    ])
}

/// Ten modes: the classes where there are ten labels, else the tenths of the pictures by mean brightness.
fn modes(pictures: &[Picture]) -> Vec<usize> {
    let mut labels: Vec<&str> = pictures.iter().filter_map(|p| p.label.as_deref()).collect();
    labels.sort_unstable();
    labels.dedup();
    if labels.len() == N_MODES {
        let of = |p: &Picture| {
            labels
                .binary_search(&p.label.as_deref().unwrap_or_default())
                .unwrap_or(0)
        };
        return pictures.iter().map(of).collect();
    }
    let brightness = |i: usize| {
        let bytes = &pictures[i].pixels.rgb;
        bytes.iter().map(|&byte| f64::from(byte)).sum::<f64>() / bytes.len() as f64
    };
    let mut order: Vec<usize> = (0..pictures.len()).collect();
    order.sort_by(|&a, &b| brightness(a).total_cmp(&brightness(b)));
    let mut modes = vec![0; pictures.len()];
    for (rank, &i) in order.iter().enumerate() {
        modes[i] = rank * N_MODES / pictures.len();
    }
    modes
}

/// The mean distance over some orders of dropping: a single order would also measure which modes balance each other
/// (vehicles without animals are farther than neither). At every step and in every order as many pictures as the
/// poorest last step has left, so that no step gains from its size.
fn dropping(
    modes: &[usize],
    pool: &[usize],
    far: &dyn Fn(&[usize]) -> Result<f64>,
) -> Result<Vec<(String, f64)>> {
    let order = |number| {
        SEED.stream("embedded_report/dropping", number)
            .permutation(N_MODES)
    };
    let orders: Vec<Vec<usize>> = (0..N_ORDERS).map(order).collect();
    let left = |order: &[usize], dropped: usize| -> Vec<usize> {
        pool.iter()
            .copied()
            .filter(|&i| !order[..dropped].contains(&modes[i]))
            .collect()
    };
    let n = orders
        .iter()
        .map(|order| left(order, DROPPED[DROPPED.len() - 1]).len())
        .min()
        .unwrap_or(0);
    let step = |&dropped: &usize| {
        let mut sum = 0.0;
        for order in &orders {
            sum += far(&left(order, dropped)[..n])?;
        }
        Ok((dropped.to_string(), sum / N_ORDERS as f64))
    };
    DROPPED.iter().map(step).collect()
}

/// A thousand pictures of which the first few are repeated in turn.
fn duplication(
    pool: &[usize],
    far: &dyn Fn(&[usize]) -> Result<f64>,
) -> Result<Vec<(String, f64)>> {
    let step = |different: &usize| {
        let chosen: Vec<usize> = (0..1000)
            .map(|i| pool[i % different.min(&pool.len())])
            .collect();
        Ok((different.to_string(), far(&chosen)?))
    };
    DIFFERENT.iter().map(step).collect()
}
