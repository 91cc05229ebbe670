//! A class of submissions by formula.

use crate::program::{Answer, gavel};
use gavel::rng::Seed;
use gavel::sources::Pixels;
use image::ImageFormat;
use std::io::Cursor;
use std::path::Path;

/// Pictures of a submission.
pub const N: usize = 60;

/// The rules of the class: `extra` is put at the end.
pub fn course(extra: &str) -> String {
    format!(
        "name = \"Disks\"\n\
         [submission]\nkind = \"archive\"\nnames = \"{{1..{N}}}.png\"\nfolder = \".\"\nformats = [\"png\"]\nsize = [16, 16]\n\
         [submission.rules]\ncount = 7\n\
         [data]\nreference = \"real\"\ntrain = \"train\"\n\
         [measure]\nextractor = \"pixels\"\naudits = [\"copies\", \"duplicates\", \"collapse\"]\n\
         [audits.rules]\ntraining_copies = \"void\"\ntraining_mirrors = \"void\"\n\
         [[indicator]]\nmetric = \"kid\"\n\
         [[band]]\nname = \"pass\"\npoints = 50\nlimits = {{ kid = 1e9 }}\n\
         [[band]]\nname = \"boss\"\npoints = 100\nlimits = {{ kid = -1e9 }}\n\
         {extra}"
    )
}

/// A disk in front of a slope, `16 x 16`, different for every `number` of a `name`.
pub fn disk(name: &str, number: usize) -> Pixels {
    let mut stream = Seed(9).stream(name, number as u64);
    let mut color = || [0; 3].map(|_: u8| stream.below(256) as f64);
    let (ground, front) = (color(), color());
    let place = [0; 3].map(|_: u8| stream.uniform());
    let (cx, cy, radius) = (
        2.0 + 12.0 * place[0],
        2.0 + 12.0 * place[1],
        2.0 + 4.0 * place[2],
    );
    let rgb = (0..256).flat_map(|at| {
        let (x, y) = (f64::from(at % 16), f64::from(at / 16));
        let color = if (x - cx).hypot(y - cy) < radius {
            front
        } else {
            ground
        };
        color.map(|v| (0.8 * v + 2.0 * x + y) as u8)
    });
    Pixels {
        width: 16,
        height: 16,
        rgb: rgb.collect(),
    }
}

/// So many disks.
pub fn disks(name: &str, n: usize) -> Vec<Pixels> {
    (0..n).map(|number| disk(name, number)).collect()
}

/// Left and right exchanged.
pub fn mirrored(picture: &Pixels) -> Pixels {
    let rows = picture.rgb.chunks_exact(48);
    let rgb = rows.flat_map(|row| {
        row.chunks_exact(3)
            .rev()
            .flatten()
            .copied()
            .collect::<Vec<u8>>()
    });
    Pixels {
        rgb: rgb.collect(),
        ..picture.clone()
    }
}

/// A PNG file.
pub fn png(picture: &Pixels) -> Vec<u8> {
    let image = image::RgbImage::from_raw(16, 16, picture.rgb.clone()).unwrap();
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// A compressed tar of named files; names are written as they are, `..` too.
pub fn tgz(path: &Path, files: &[(String, Vec<u8>)]) {
    let coder = flate2::write::GzEncoder::new(
        std::fs::File::create(path).unwrap(),
        flate2::Compression::fast(),
    );
    let mut tar = tar::Builder::new(coder);
    for (name, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        tar.append(&header, bytes.as_slice()).unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap();
}

/// `1.png` … as they should be, below `folder`.
pub fn numbered(folder: &str, pictures: &[Pixels]) -> Vec<(String, Vec<u8>)> {
    let name = |at: usize| format!("{folder}{}.png", at + 1);
    pictures
        .iter()
        .enumerate()
        .map(|(at, picture)| (name(at), png(picture)))
        .collect()
}

/// A home with the real sets, the course and an empty folder `subs`.
pub fn home(course: &str) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    for (set, n) in [("real", 120), ("train", 120)] {
        std::fs::create_dir(home.path().join(set)).unwrap();
        for (name, bytes) in numbered("", &disks(set, n)) {
            std::fs::write(home.path().join(set).join(name), bytes).unwrap();
        }
    }
    std::fs::create_dir(home.path().join("subs")).unwrap();
    std::fs::write(home.path().join("course.toml"), course).unwrap();
    home
}

/// Hands in.
pub fn hand_in(home: &Path, name: &str, files: &[(String, Vec<u8>)]) {
    tgz(&home.join("subs").join(name), files);
}

/// Grades `subs` into `out`.
pub fn grade(home: &Path, more: &[&str]) -> Answer {
    gavel(
        home,
        &[
            &["grade", "subs", "--course", "course.toml", "-o", "out"],
            more,
        ]
        .concat(),
    )
}

/// The grade of a submission in `out/grades.json`.
pub fn of(home: &Path, id: &str) -> serde_json::Value {
    let text = std::fs::read_to_string(home.join("out/grades.json")).unwrap();
    let book: serde_json::Value = serde_json::from_str(&text).unwrap();
    let grades = book["grades"].as_array().unwrap();
    let found = grades.iter().find(|grade| grade["id"] == id);
    found.unwrap_or_else(|| panic!("no grade of {id}")).clone()
}

/// The codes of the problems of a grade.
pub fn problems(grade: &serde_json::Value) -> Vec<&str> {
    let all = grade["problems"].as_array().unwrap();
    all.iter()
        .map(|problem| problem["code"].as_str().unwrap())
        .collect()
}
