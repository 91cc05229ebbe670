//! The verified Inception in the folder of models: an ONNX file and a record beside it.

use crate::atomic_file;
use crate::error::{Error, Result};
use crate::features::{Extractor, Origin, digest, inception, model_error};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

use super::file;

/// What is known of an installed network; written once, compared at every load.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The name that results carry.
    pub name: String,
    /// sha256 of the published weights that the network was made from.
    pub source_sha256: String,
    /// sha256 of the ONNX file.
    pub onnx_sha256: String,
    /// The program that converted it.
    pub converter: String,
}

/// Where the network lies.
pub fn onnx_path(models_dir: &Path) -> PathBuf {
    models_dir.join(format!("{}.onnx", inception::NAME))
}

/// Where its record lies.
#[must_use]
pub fn record_path(models_dir: &Path) -> PathBuf {
    models_dir.join(format!("{}.toml", inception::NAME))
}

/// Is anything installed, right or wrong?
pub fn is_there(models_dir: &Path) -> bool {
    record_path(models_dir).exists() || onnx_path(models_dir).exists()
}

/// Converts the published weights into the folder of models, with their record.
///
/// # Errors
/// Weights that are not the published ones (their sha256 differs): they may be converted to a file of their own, not
/// installed under this name. And everything that [`inception::convert`] refuses.
pub fn install(weights: &Path, models_dir: &Path) -> Result<Record> {
    let found = digest::sha256_file(weights)?;
    if !inception::is_published(&found) {
        let place = weights.display();
        return Err(Error::engine(format!(
            "{place}: sha256 {found}, expected {} for the published weights",
            inception::SHA256
        ))
        .mend(format!(
            "to use it anyway, under its own hash: gavel models convert {place} -o FILE.onnx, then --extractor FILE.onnx"
        )));
    }
    std::fs::create_dir_all(models_dir)
        .map_err(|error| model_error::writing(models_dir, &error))?;
    let converted = inception::convert(weights, &onnx_path(models_dir))?;
    let record = Record {
        name: inception::NAME.into(),
        source_sha256: converted.source_sha256,
        onnx_sha256: converted.onnx_sha256,
        converter: format!("gavel {}", env!("CARGO_PKG_VERSION")),
    };
    let text = toml::to_string(&record).map_err(|error| {
        Error::engine(format!(
            "the record of {} cannot be written: {error}",
            inception::NAME
        ))
    })?;
    let path = record_path(models_dir);
    atomic_file::write(&path, text.as_bytes())
        .map_err(|error| model_error::writing(&path, &error))?;
    Ok(record)
}

/// The installed network, after comparing it with its record.
pub fn load(models_dir: &Path) -> Result<Extractor> {
    let (onnx, path) = (onnx_path(models_dir), record_path(models_dir));
    if !is_there(models_dir) {
        return Err(Error::engine(format!("{} is not installed in {}", inception::NAME, models_dir.display()))
            .mend("gavel models fetch inception; or, with the file at hand, gavel models convert pt_inception-2015-12-05-6726825d.pth; or go on with --extractor embedded"));
    }
    let again = "convert the published weights again: gavel models convert pt_inception-2015-12-05-6726825d.pth";
    let text = std::fs::read_to_string(&path)
        .map_err(|error| model_error::reading(&path, &error).mend(again))?;
    let record: Record = toml::from_str(&text).map_err(|error| {
        Error::engine(format!(
            "{}: not a record of a model: {}",
            path.display(),
            error.to_string().trim_end()
        ))
        .mend(again)
    })?;
    if !inception::is_published(&record.source_sha256) {
        return Err(Error::engine(format!(
            "{}: made from weights with sha256 {}, expected {}",
            path.display(),
            record.source_sha256,
            inception::SHA256
        ))
        .mend(again));
    }
    let bytes =
        std::fs::read(&onnx).map_err(|error| model_error::reading(&onnx, &error).mend(again))?;
    let found = digest::sha256(&bytes);
    if found != record.onnx_sha256 {
        return Err(Error::engine(format!(
            "{}: changed since it was converted: sha256 {found}, recorded {}",
            onnx.display(),
            record.onnx_sha256
        ))
        .mend(again));
    }
    let mut extractor = file::from_bytes(inception::NAME, bytes, None)
        .map_err(|error| model_error::of(&onnx, &error))?;
    if !extractor.inception_layout {
        return Err(Error::engine(format!(
            "{}: not the network that the converter writes",
            onnx.display()
        ))
        .mend(again));
    }
    extractor.name = inception::NAME.into();
    extractor.origin = Origin::InceptionVerified;
    extractor.notes.clear();
    Ok(extractor)
}
