//! Nine submissions of anime faces, ranked by two networks.

use crate::judge::{Judge, distance};
use crate::pictures::{Picture, read};
use gavel::error::Result;
use std::path::Path;

/// A submission and its distance from the real faces.
pub struct Placed {
    /// File below `generated/anime`.
    pub file: &'static str,
    /// Fréchet distance.
    pub distance: f64,
}

const REFERENCE: &str = "anime-faces/anime-faces-crypko96-2500.tar.gz";
const PEER: &str = "networks/imagenet-mobilenet_v1_0.25_128.onnx";
const SUBMISSIONS: [&str; 9] = [
    "ntu-hw6/shihyuhuang-wgan-e150-critic5.tgz",
    "ntu-hw6/shihyuhuang-wgan-e200-critic4.tgz",
    "ntu-hw6/shihyuhuang-wgan-e90-critic5.tgz",
    "eaglesfikr-diffusion-1000.tar.gz",
    "ntu-hw6/shihyuhuang-unlabelled-lowquality.tgz",
    "ntu-hw6/kodmas-lowquality.tgz",
    "jiangkiki-gan-1epoch-1000.tar.gz",
    "ntu-hw6/luanxw.tgz",
    "sp4595-wgangp-collapsed-1000.tar.gz",
];

/// Every submission's distance under the judged network and under the ImageNet MobileNet.
pub fn both(judge: &Judge, data: &Path) -> Result<(Vec<Placed>, Vec<Placed>)> {
    let peer = Judge::load(&data.join(PEER))?;
    let real = read(data, REFERENCE)?;
    let mut placed = (Vec::new(), Vec::new());
    let moments =
        |judge: &Judge, set: &[Picture]| judge.moments(set.len(), |i| Ok(set[i].pixels.clone()));
    let (ours, theirs) = (moments(judge, &real)?, moments(&peer, &real)?);
    for file in SUBMISSIONS {
        let set = read(data, &format!("generated/anime/{file}"))?;
        let distance_ours = distance(&ours, &moments(judge, &set)?)?;
        let distance_theirs = distance(&theirs, &moments(&peer, &set)?)?;
        placed.0.push(Placed {
            file,
            distance: distance_ours,
        });
        placed.1.push(Placed {
            file,
            distance: distance_theirs,
        });
    }
    Ok(placed)
}
