//! What a source is, found out from what it contains.

use super::arrays::{self, Header, Npz};
use super::decode::Format;
use super::members::is_picture;
use super::select::{self, Selector};
use super::{
    ImageSource, Limits, Opened, cifar, files, idx, mixtures, nhwc, polygons, tar_archive,
    zip_archive,
};
use crate::error::{Error, Result};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// How sources are opened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpenOptions {
    /// What archives may ask for.
    pub limits: Limits,
}

/// Opens a source.
///
/// | spec | what it is |
/// |---|---|
/// | a folder | pictures below it, or CIFAR batches |
/// | zip, tar, tar.gz | pictures inside, or CIFAR batches |
/// | IDX, CIFAR batch, `.npy`, `.npz` | pictures, features or statistics |
/// | `@FILE` | pictures listed in a text file |
/// | `polygons:…` | [`polygons`] |
/// | `mixtures:…` | refused: [`mixtures`] are for training alone |
///
/// Any of these may be followed by selectors: `#FOLDER`, `#label=X`, `#first=N`. The content decides, not the name. A path that
/// itself contains `#` is found first.
pub fn open(spec: &str, options: &OpenOptions) -> Result<Opened> {
    let (base, selectors) = split(spec)?;
    let opened = open_base(spec, &base, options)?;
    match opened {
        Opened::Images(images) => Ok(Opened::Images(select::images(spec, images, &selectors)?)),
        Opened::Features(array) => Ok(Opened::Features(select::features(array, &selectors)?)),
        Opened::Statistics(_) if !selectors.is_empty() => Err(Error::usage(format!(
            "{spec}: statistics cannot be selected from"
        ))
        .mend("compute statistics of the selection with `gavel stats save`")),
        statistics @ Opened::Statistics(_) => Ok(statistics),
    }
}

/// Base and selectors. The longest base that exists as a path wins, so that `#` may be part of a file name.
fn split(spec: &str) -> Result<(String, Vec<Selector>)> {
    let exists = |base: &str| Path::new(base.strip_prefix('@').unwrap_or(base)).exists();
    if !spec.contains('#') || exists(spec) {
        return Ok((spec.to_owned(), Vec::new()));
    }
    let cuts = || spec.match_indices('#').map(|(at, _)| at);
    let cut = cuts()
        .rev()
        .find(|&at| spec.get(..at).is_some_and(exists))
        .or_else(|| cuts().next());
    let (base, selectors) = cut
        .and_then(|at| spec.split_at_checked(at))
        .unwrap_or((spec, ""));
    Ok((
        base.to_owned(),
        select::parse(selectors.trim_start_matches('#'))?,
    ))
}

fn open_base(spec: &str, base: &str, options: &OpenOptions) -> Result<Opened> {
    let limits = &options.limits;
    if let Some(text) = base.strip_prefix("polygons:") {
        return boxed(polygons::PolygonSource::open(spec, text)?);
    }
    if base.starts_with(mixtures::PREFIX) {
        return Err(Error::usage(format!(
            "{spec}: a mixture is points in the plane for `gavel train`, expected pictures or features"
        ))
        .mend("gavel train --data mixtures:ring --model mlp -o run/; run.json has what it measures against the mixture"));
    }
    if let Some(list) = base.strip_prefix('@') {
        return boxed(files::list(spec, Path::new(list), limits)?);
    }
    let path = Path::new(base);
    let about = std::fs::metadata(path).map_err(|error| {
        let error = Error::io(path, &error);
        if error.advice().is_some() { error } else { error.mend("check the path; sources are folders, archives, arrays, @list.txt or polygons:triangles") }
    })?;
    if about.is_dir() {
        return open_folder(spec, path, limits);
    }
    if !about.is_file() {
        return Err(Error::input(format!(
            "{spec}: neither a file nor a folder (a device or a pipe?)"
        ))
        .mend("save the data to a file first"));
    }
    let head = head(
        &mut File::open(path).map_err(|error| Error::io(path, &error))?,
        path,
    )?;
    match head.as_slice() {
        [] => Err(Error::input(format!("{spec}: the file is empty (0 bytes)"))
            .mend("fetch or write it again")),
        [0x1f, 0x8b, ..] => {
            let inner = self::head(&mut *idx::reader(path)?, path)?;
            open_expanded(spec, path, &inner, limits)
        }
        [b'P', b'K', 3 | 5, 4 | 6, ..] => open_zip(spec, path, limits),
        head => open_expanded(spec, path, head, limits),
    }
}

#[allow(
    clippy::unnecessary_wraps,
    reason = "stands at the end of functions that may fail"
)]
fn boxed(source: impl ImageSource + 'static) -> Result<Opened> {
    Ok(Opened::Images(Box::new(source)))
}

/// The first 512 bytes, or what there is.
fn head(reader: &mut dyn Read, path: &Path) -> Result<Vec<u8>> {
    let mut head = Vec::new();
    reader.take(512).read_to_end(&mut head).map_err(|error| {
        Error::input(format!("{}: cannot be read ({error})", path.display()))
            .mend("the file is truncated or damaged; fetch it again")
    })?;
    Ok(head)
}

fn open_folder(spec: &str, path: &Path, limits: &Limits) -> Result<Opened> {
    match files::folder(spec, path, limits) {
        Ok(source) => boxed(source),
        Err(error) => {
            let batches = cifar::in_folder(path)?;
            if batches.is_empty() {
                return Err(error);
            }
            boxed(cifar::source(
                spec,
                cifar::Container::Folder(path.to_path_buf()),
                batches,
            )?)
        }
    }
}

fn open_zip(spec: &str, path: &Path, limits: &Limits) -> Result<Opened> {
    let archive = zip_archive::open(path)?;
    let arrays = archive
        .file_names_raw()
        .filter(|name| name.ends_with(b".npy"))
        .count();
    let pictures = archive
        .file_names_raw()
        .any(|name| is_picture(&String::from_utf8_lossy(name)));
    drop(archive);
    if arrays == 0 || pictures {
        return boxed(zip_archive::source(spec, path, limits)?);
    }
    let npz = Npz::open(path)?;
    if arrays::is_statistics(&npz) {
        return Ok(Opened::Statistics(arrays::read_statistics(spec, path)?));
    }
    if let Some(key) = nhwc::picture_key(&npz).map(str::to_owned) {
        return boxed(nhwc::npz_source(spec, npz, &key, limits)?);
    }
    Ok(Opened::Features(arrays::read_features(spec, path)?))
}

/// Anything that is told by its first expanded bytes.
fn open_expanded(spec: &str, path: &Path, head: &[u8], limits: &Limits) -> Result<Opened> {
    if head.starts_with(b"\x93NUMPY") {
        let mut reader = File::open(path).map_err(|error| Error::io(path, &error))?;
        return match Header::read(&mut reader).map_err(|error| error.at(spec))? {
            header if nhwc::is_pictures(&header) => {
                boxed(nhwc::npy_source(spec, path, &header, limits)?)
            }
            _ => Ok(Opened::Features(arrays::read_features(spec, path)?)),
        };
    }
    if idx::is_idx(head) {
        return boxed(idx::source(spec, path, limits)?);
    }
    if is_tar(head) {
        return open_tar(spec, path, limits);
    }
    if let Some(batches) = cifar::single(path, head) {
        return boxed(cifar::source(
            spec,
            cifar::Container::File(path.to_path_buf()),
            batches,
        )?);
    }
    Err(unknown(spec, path, head))
}

fn open_tar(spec: &str, path: &Path, limits: &Limits) -> Result<Opened> {
    let scan = tar_archive::scan(path, limits)?;
    if !scan.has_pictures() {
        let batches = cifar::batches(scan.others());
        if !batches.is_empty() {
            let container = cifar::Container::Tar(path.to_path_buf(), limits.clone());
            return boxed(cifar::source(spec, container, batches)?);
        }
    }
    boxed(tar_archive::source(spec, path, scan, limits)?)
}

/// A tar header sums to its own checksum (the checksum field counted as spaces), or it is the end mark of an empty archive.
fn is_tar(head: &[u8]) -> bool {
    if head.len() < 512 {
        return false;
    }
    let sum: u32 = head
        .iter()
        .enumerate()
        .map(|(i, &b)| {
            if (148..156).contains(&i) {
                32
            } else {
                u32::from(b)
            }
        })
        .sum();
    let field = head.get(148..156).unwrap_or_default();
    let text: String = field
        .iter()
        .map(|&b| char::from(b))
        .filter(|c| c.is_digit(8))
        .collect();
    u32::from_str_radix(&text, 8) == Ok(sum) || head.iter().all(|&b| b == 0)
}

fn unknown(spec: &str, path: &Path, head: &[u8]) -> Error {
    let extension = path
        .extension()
        .map(|e| e.to_string_lossy().to_ascii_lowercase())
        .unwrap_or_default();
    if let Some(format) = Format::of(head) {
        return Error::input(format!(
            "{spec}: a single {} picture, expected a set",
            format.name()
        ))
        .mend("put the pictures into a folder, or list them in a text file: @list.txt");
    }
    let (found, mend) = match extension.as_str() {
        "onnx" => (
            "an ONNX network, expected a set",
            "give networks with --extractor FILE.onnx",
        ),
        "pth" | "pt" | "th" => (
            "PyTorch weights, expected a set",
            "convert networks with `gavel models convert`",
        ),
        "txt" => (
            "a text file",
            "put @ before the name to read it as a list of paths",
        ),
        _ if head.starts_with(b"PAR1") => (
            "parquet, which is not read yet",
            "export the pictures to a folder or a zip file",
        ),
        _ => (
            "a file of unknown format",
            "sources are folders, zip, tar, tar.gz, IDX, CIFAR batches, .npy, .npz, @list.txt and polygons:triangles",
        ),
    };
    Error::input(format!("{spec}: {found}")).mend(mend)
}
