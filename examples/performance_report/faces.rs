//! The cascade engine beside OpenCV's, on one thread each. Pictures and cascades are those of `../shared/data`.

use crate::tasks::Task;
use gavel::audit::faces::Gray;
use gavel::audit::faces::cascade::{Cascade, Search};
use gavel::error::{Error, Result};
use gavel::sources::decode::{DecodeOptions, decode};
use gavel::sources::{OpenOptions, Opened, open};
use std::path::{Path, PathBuf};

/// Generated faces of 64 x 64 pixels.
const PICTURES: &str = "generated/anime/ntu-hw6/shihyuhuang-wgan-e200-critic4.tgz";
const CASCADES: [&str; 2] = ["lbpcascade_animeface", "haarcascade_frontalface_default"];
const SIDE: usize = 64;

const PEER: &str = r#"
import cv2
cv2.setNumThreads(1)
pictures = np.fromfile("FILE", dtype=np.uint8).reshape(-1, HEIGHT, WIDTH)
cascade = cv2.CascadeClassifier(r"CASCADE")
assert not cascade.empty()
name = "OpenCV " + cv2.__version__
def run():
    found = 0
    for _ in range(REPEATS):
        found = sum(len(cascade.detectMultiScale(p, scaleFactor=1.1, minNeighbors=3, minSize=(24, 24))) for p in pictures)
    return found
"#;

fn shared(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/data")
        .join(path)
}

/// The first faces of the set, gray and equalized; none where the set is not here.
fn faces() -> Result<Vec<Gray>> {
    let path = shared(PICTURES);
    if !path.exists() {
        return Ok(Vec::new());
    }
    let Opened::Images(source) = open(&path.to_string_lossy(), &OpenOptions::default())? else {
        return Ok(Vec::new());
    };
    let mut all = Vec::new();
    source.visit(&|index| index < 200, &mut |_, stored| {
        let pixels = decode(&stored?, &DecodeOptions::default())?.pixels;
        all.push(Gray::of(&pixels).equalized());
        Ok(())
    })?;
    all.retain(|gray| (gray.width(), gray.height()) == (SIDE, SIDE));
    Ok(all)
}

/// Pictures of 640 x 480 pixels, each of 10 x 7.5 faces side by side.
fn walls(faces: &[Gray]) -> Vec<Gray> {
    let (width, height) = (640, 480);
    let wall = |first: usize| {
        let values = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        let at = |(x, y): (usize, usize)| {
            let face = &faces[(first + y / SIDE * 10 + x / SIDE) % faces.len()];
            face.values()[y % SIDE * SIDE + x % SIDE]
        };
        Gray::new(width, height, values.map(at).collect())
    };
    [0, 60, 120].into_iter().filter_map(wall).collect()
}

/// Every cascade at both sizes, with the pictures written to `folder` for the peer.
pub fn all(folder: &Path) -> Result<Vec<Task<'static>>> {
    let faces = faces()?;
    let mut tasks = Vec::new();
    if faces.is_empty() {
        eprintln!(
            "SKIPPED: the cascades: no {} here",
            shared(PICTURES).display()
        );
        return Ok(tasks);
    }
    let walls = walls(&faces);
    for (pictures, repeats) in [(faces, 10), (walls, 4)] {
        let [width, height] = [pictures[0].width(), pictures[0].height()];
        let file = format!("gray-{width}x{height}.raw");
        let bytes: Vec<u8> = pictures.iter().flat_map(|p| p.values().to_vec()).collect();
        let path = folder.join(&file);
        std::fs::write(&path, bytes).map_err(|e| Error::io(&path, &e))?;
        for name in CASCADES {
            let path = shared(&format!("detectors/{name}.xml"));
            let Ok(text) = std::fs::read_to_string(&path) else {
                eprintln!("SKIPPED: {name}: no {} here", path.display());
                continue;
            };
            let cascade = Cascade::read(&text)?;
            let pictures = pictures.clone();
            tasks.push(Task {
                name: format!("{name}, {repeats} x {} pictures of {width} x {height}", pictures.len()),
                what: "`detectMultiScale` with scale factor 1.1, 3 neighbours, windows from 24 pixels, one thread on each side. The value is the number of faces.",
                ours: Box::new(move || count(&cascade, &pictures, repeats)),
                peer: PEER
                    .replace("FILE", &file)
                    .replace("WIDTH", &width.to_string())
                    .replace("HEIGHT", &height.to_string())
                    .replace("CASCADE", &path.to_string_lossy())
                    .replace("REPEATS", &repeats.to_string()),
            });
        }
    }
    Ok(tasks)
}

fn count(cascade: &Cascade, pictures: &[Gray], repeats: usize) -> Result<f64> {
    let search = Search {
        scale_factor: 1.1,
        min_neighbors: 3,
        min_size: (24, 24),
    };
    let mut found = 0;
    for _ in 0..repeats {
        found = 0;
        for picture in pictures {
            found += cascade.detect(picture, &search)?.len();
        }
    }
    Ok(found as f64)
}
