//! Sets for audits: made by formula, or out of `../shared`.

use crate::shared::shared;
use gavel::audit::Exhibit;
use gavel::audit::gather::{GatherOptions, Gathered, gather};
use gavel::progress::Silent;
use gavel::rng::{Seed, Stream};
use gavel::sources::decode::{DecodeOptions, decode};
use gavel::sources::memory::MemorySource;
use gavel::sources::{OpenOptions, Opened, Pixels, open};

/// The set at `../shared/data/<path>`, with selectors.
pub fn stored(path: &str) -> Option<Exhibit> {
    let full = shared(&format!("data/{}", path.split('#').next().unwrap_or(path)))?;
    let selector = path.find('#').map_or("", |at| &path[at..]);
    let spec = format!("{}{selector}", full.display());
    let Opened::Images(source) = open(&spec, &OpenOptions::default()).unwrap() else {
        panic!("{spec} is no set of pictures");
    };
    Some(
        gather(source.as_ref(), &GatherOptions::default(), &Silent)
            .unwrap()
            .exhibit,
    )
}

/// The pictures of `../shared/data/<path>` in full.
pub fn pictures(path: &str) -> Option<Vec<Pixels>> {
    let full = shared(&format!("data/{}", path.split('#').next().unwrap_or(path)))?;
    let selector = path.find('#').map_or("", |at| &path[at..]);
    let Opened::Images(source) = open(
        &format!("{}{selector}", full.display()),
        &OpenOptions::default(),
    )
    .unwrap() else {
        panic!("{path} is no set of pictures");
    };
    let mut all = vec![None; source.len()];
    source
        .visit(&|_| true, &mut |index, stored| {
            all[index] = Some(decode(&stored?, &DecodeOptions::default())?.pixels);
            Ok(())
        })
        .unwrap();
    all.into_iter().collect()
}

/// Pictures in memory as an exhibit.
pub fn gathered(name: &str, pictures: Vec<Pixels>) -> Gathered {
    gather(
        &MemorySource::new(name, pictures),
        &GatherOptions::default(),
        &Silent,
    )
    .unwrap()
}

/// As [`gathered`], the exhibit alone.
pub fn exhibit(name: &str, pictures: Vec<Pixels>) -> Exhibit {
    gathered(name, pictures).exhibit
}

/// `n` different pictures of 32 × 32: a colored disk somewhere before a colored ground.
pub fn disks(seed: u64, n: usize) -> Vec<Pixels> {
    let mut stream = Seed(seed).stream("disks", 0);
    (0..n).map(|_| disk(&mut stream)).collect()
}

fn disk(stream: &mut Stream) -> Pixels {
    let mut color = || [0; 3].map(|_: u8| stream.below(256) as u8);
    let (ground, front) = (color(), color());
    let (cy, cx) = (4.0 + 24.0 * stream.uniform(), 4.0 + 24.0 * stream.uniform());
    let radius = 3.0 + 9.0 * stream.uniform();
    let rgb = (0..32 * 32).flat_map(|at| {
        let (y, x) = (f64::from(at / 32), f64::from(at % 32));
        if (y - cy).hypot(x - cx) < radius {
            front
        } else {
            ground
        }
    });
    Pixels {
        width: 32,
        height: 32,
        rgb: rgb.collect(),
    }
}

/// A picture with every byte moved by at most `most`.
pub fn noisy(picture: &Pixels, most: usize, stream: &mut Stream) -> Pixels {
    let rgb = picture.rgb.iter().map(|&value| {
        let moved = i32::from(value) + stream.below(2 * most + 1) as i32 - most as i32;
        moved.clamp(0, 255) as u8
    });
    Pixels {
        rgb: rgb.collect(),
        ..picture.clone()
    }
}
