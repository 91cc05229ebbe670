//! A face detector of any kind, from its name or file.

use std::path::{Path, PathBuf};

use super::cascade::{Cascade, Search};
use super::enlarge::resize;
use super::face::Face;
use super::gray::Gray;
use super::network::Network;
use super::search::Places;
use crate::error::{Error, Result};
use crate::features::digest;
use crate::features::engine::EngineRequest;
use crate::sources::Pixels;

/// Larger files are no detectors.
const MAX_BYTES: u64 = 512 << 20;

/// How a detector looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Cascades: from one size of the window to the next. Default 1.1.
    pub scale_factor: f64,
    /// Cascades: a face needs more windows than this. Default 3, the course's and OpenCV's.
    pub min_neighbors: usize,
    /// Least width and height of a face, in pixels of the enlarged picture. `None`: 24 for cascades, any for networks.
    pub min_size: Option<usize>,
    /// The picture is enlarged as often before the search. Default 1.
    pub upscale: usize,
    /// Cascades: the histogram is equalized first. Default yes.
    pub equalize: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            scale_factor: 1.1,
            min_neighbors: 3,
            min_size: None,
            upscale: 1,
            equalize: true,
        }
    }
}

/// The least size where nobody says otherwise.
const MIN_SIZE: usize = 24;

/// Larger pictures than this, after enlarging, are refused.
const MAX_PIXELS: usize = 178_956_970;

/// A face detector.
#[derive(Debug)]
pub struct Detector {
    path: PathBuf,
    sha256: String,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Cascade(Box<Cascade>),
    Network(Box<Network>),
}

impl Detector {
    /// Opens a file, or what a name stands for among `places`. What the file is is decided by its content. A network is
    /// run by the engine that `request` asks for, by at most `threads` callers at a time.
    ///
    /// # Errors
    /// Usage: no detector of this name (the places are listed). Engine: the file cannot be read, is neither a cascade nor
    /// an ONNX network, or is one of an unsupported kind; no engine for a network.
    pub fn open(
        name: &str,
        places: &Places,
        request: &EngineRequest,
        threads: usize,
    ) -> Result<Self> {
        let path = locate(name, places)?;
        let size = std::fs::metadata(&path)
            .map_err(|error| unreadable(&path, &error))?
            .len();
        if size > MAX_BYTES {
            return Err(Error::engine(format!(
                "{}: {size} bytes, expected a detector of at most {MAX_BYTES}",
                path.display()
            )));
        }
        let bytes = std::fs::read(&path).map_err(|error| unreadable(&path, &error))?;
        let sha256 = digest::sha256(&bytes);
        let kind = match xml_text(&bytes) {
            Some(text) => {
                let cascade = Cascade::read(&text).map_err(|error| error.at(path.display()))?;
                Kind::Cascade(Box::new(cascade))
            }
            // The first field of an ONNX file is its version, a small number.
            None if matches!(bytes.as_slice(), [0x08, 0..=0x20, ..]) => {
                Kind::Network(Box::new(Network::new(&path, bytes, request, threads)?))
            }
            None => return Err(no_detector(&path, &bytes)),
        };
        Ok(Self { path, sha256, kind })
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file's name without folder and extension, for results: `lbpcascade_animeface`.
    #[must_use]
    pub fn name(&self) -> String {
        self.path
            .file_stem()
            .map(|stem| stem.to_string_lossy().into_owned())
            .unwrap_or_default()
    }

    /// sha256 of the file.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// `LBP cascade`, `HAAR cascade` or `network`.
    #[must_use]
    pub fn kind(&self) -> String {
        match &self.kind {
            Kind::Cascade(cascade) => format!("{} cascade", cascade.kind()),
            Kind::Network(_) => "network".to_owned(),
        }
    }

    /// Width and height of the smallest picture in which a face can be found, before enlarging.
    #[must_use]
    pub fn least_picture(&self, settings: &Settings) -> (usize, usize) {
        match &self.kind {
            Kind::Cascade(cascade) => {
                let (width, height) = cascade.window();
                let factor = settings.upscale.max(1);
                (width.div_ceil(factor), height.div_ceil(factor))
            }
            Kind::Network(_) => (1, 1),
        }
    }

    /// The faces of one picture, in its own pixels. A picture smaller than [`Detector::least_picture`] has none.
    ///
    /// # Errors
    /// Usage: settings that do not work. Engine: the network cannot be run at this size.
    pub fn detect(&self, pixels: &Pixels, settings: &Settings) -> Result<Vec<Face>> {
        let factor = settings.upscale.max(1);
        let enlarged_size = (
            pixels.width.saturating_mul(factor),
            pixels.height.saturating_mul(factor),
        );
        if enlarged_size.0.saturating_mul(enlarged_size.1) > MAX_PIXELS {
            return Err(Error::usage(format!(
                "a picture of {} x {} enlarged {factor} times has more than {MAX_PIXELS} pixels",
                pixels.width, pixels.height
            ))
            .mend("leave out --upscale"));
        }
        let enlarged = (factor > 1).then(|| resize(pixels, enlarged_size.0, enlarged_size.1));
        let looked_at = enlarged.as_ref().unwrap_or(pixels);
        let mut faces = match &self.kind {
            Kind::Cascade(cascade) => in_cascade(cascade, looked_at, settings)?,
            Kind::Network(network) => network.detect(looked_at)?,
        };
        if let (Kind::Network(_), Some(least)) = (&self.kind, settings.min_size) {
            faces.retain(|face| face.width.min(face.height) >= least as f64);
        }
        Ok(faces
            .into_iter()
            .map(|face| face.shrunk(factor as f64))
            .collect())
    }
}

fn in_cascade(cascade: &Cascade, pixels: &Pixels, settings: &Settings) -> Result<Vec<Face>> {
    let gray = Gray::of(pixels);
    let gray = if settings.equalize {
        gray.equalized()
    } else {
        gray
    };
    let least = settings.min_size.unwrap_or(MIN_SIZE);
    let search = Search {
        scale_factor: settings.scale_factor,
        min_neighbors: settings.min_neighbors,
        min_size: (least, least),
    };
    let found = cascade.detect(&gray, &search)?;
    let face = |found: &super::cascade::Found| Face {
        x: f64::from(found.place.x),
        y: f64::from(found.place.y),
        width: f64::from(found.place.width),
        height: f64::from(found.place.height),
        score: found.n_windows as f64,
    };
    Ok(found.iter().map(face).collect())
}

/// A path is taken as it is; a name is looked up.
fn locate(name: &str, places: &Places) -> Result<PathBuf> {
    let path = Path::new(name);
    if path.is_file() {
        return Ok(path.to_path_buf());
    }
    if path.components().count() == 1
        && path.extension().is_none()
        && let Some(found) = places.find(name)
    {
        return Ok(found);
    }
    if path.components().count() > 1 || path.extension().is_some() {
        return Err(Error::usage(format!("--detector {name}: no such file")).mend("check the path"));
    }
    let looked: Vec<String> = places
        .folders
        .iter()
        .map(|folder| folder.display().to_string())
        .collect();
    let looked = if looked.is_empty() {
        "no folder of detectors is on this machine".to_owned()
    } else {
        format!("looked in {}", looked.join(", "))
    };
    Err(Error::usage(format!("--detector {name}: no detector of this name ({looked})")).mend(
        "name a file (--detector FILE.xml or FILE.onnx), or install cascades: `apt install opencv-data`, or `pip install opencv-python-headless` in the active environment",
    ))
}

/// The text of an XML file, if this is one: the first character that is not blank is `<`.
fn xml_text(bytes: &[u8]) -> Option<String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace())?;
    // Licence texts of old files are in Latin-1; numbers and tags are ASCII.
    (*first == b'<').then(|| String::from_utf8_lossy(bytes).into_owned())
}

fn no_detector(path: &Path, bytes: &[u8]) -> Error {
    let found = match bytes {
        [] => "an empty file",
        [0x1f, 0x8b, ..] => "a gzip file",
        [b'P', b'K', ..] => "a zip file (PyTorch's .pt files are such)",
        [b'%', b'Y', b'A', b'M', b'L', ..] => "a YAML file",
        [b'{', ..] => "a JSON file",
        _ => "a file of another kind",
    };
    Error::engine(format!(
        "{}: {found}, expected a cascade of OpenCV (XML) or an ONNX network",
        path.display()
    ))
    .mend("name a file such as lbpcascade_animeface.xml, haarcascade_frontalface_default.xml or version-RFB-320.onnx")
}

fn unreadable(path: &Path, error: &std::io::Error) -> Error {
    Error::engine(format!("{}: {error}", path.display()))
        .mend("check the path and the permissions of the detector's file")
}
