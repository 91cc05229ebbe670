//! Which networks there are, and how a name becomes an [`Extractor`].
//!
//! | name | what | needs |
//! |---|---|---|
//! | `embedded` | the small network that this project trained and compiled in | nothing |
//! | `inception` | the published FID-Inception of 2015-12-05, sha256 verified | `gavel models fetch inception`, or `convert` |
//! | `pixels` | no network: RGB at 32 x 32 in [0, 1], 3072 values | nothing |
//! | `FILE.onnx` | any network, named by its own hash | the file, and perhaps a sidecar ([`super::sidecar`]) |
//!
//! Only the verified weights may carry the name `inception-2015-12-05`: the folder of models holds the converted network
//! and a record of the sha256 of the weights and of the network, and both are checked at every load. A converted file
//! that is given by its path is a file like any other, even if it was made from the published weights.

mod file;
mod installed;
mod outputs;

use crate::error::{Error, Result};
use crate::features::{Extractor, Network, Origin, Output, Role, digest, inception};
use crate::preprocess::{InputSpec, Range};
use std::path::{Path, PathBuf};

pub use installed::{Record, install, record_path};

/// A network that can be asked for by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Model {
    /// What is typed after `--extractor`.
    pub name: &'static str,
    /// The name that results carry.
    pub full_name: &'static str,
    /// One line for `gavel models list`.
    pub summary: &'static str,
    /// How to get it; empty for what is compiled in.
    pub how: &'static str,
}

/// All networks with a name.
pub const MODELS: [Model; 3] = [
    Model {
        name: "embedded",
        full_name: "embedded-v1",
        summary: "small network trained by this project and compiled in; its distances are fd[embedded-v1], never FID",
        how: "",
    },
    Model {
        name: "inception",
        full_name: inception::NAME,
        summary: "FID-Inception of 2015-12-05 (2048 features, 1008 classes): the network of FID, KID and Inception Score",
        how: "gavel models fetch inception, or gavel models convert pt_inception-2015-12-05-6726825d.pth",
    },
    Model {
        name: "pixels",
        full_name: "pixels",
        summary: "no network: the RGB values at 32 x 32, for tests and for seeing what a network adds",
        how: "",
    },
];

/// The compiled-in network: trained by `recipes/embedded-v1.toml`, judged in `reports/embedded`.
const EMBEDDED: &[u8] = include_bytes!("../embedded-v1.onnx");

/// The definition of `pixels`; its sha256 stands for the weights.
const PIXELS: &str = "gavel pixels: RGB, 32 x 32, x/255, order channel-row-column";
/// Height and width of `pixels`.
const PIXELS_SIZE: usize = 32;

/// Is a named network there?
#[derive(Debug, Clone)]
pub enum State {
    /// Compiled in.
    BuiltIn,
    /// Installed, its hashes are right; sha256 of the ONNX file.
    Verified(String),
    /// Not there.
    Missing,
    /// There, and refused: why.
    Refused(Error),
}

/// A named network and its state, for `gavel models list` and `gavel models verify`.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The network.
    pub model: Model,
    /// Is it there?
    pub state: State,
    /// Where it lies or would lie.
    pub path: Option<PathBuf>,
}

/// The folder of models: `$GAVEL_MODELS`, else `$XDG_DATA_HOME/gavel/models`, else `~/.local/share/gavel/models`.
///
/// # Errors
/// None of the three variables is set.
pub fn models_dir() -> Result<PathBuf> {
    models_dir_from(|variable| std::env::var_os(variable))
}

fn models_dir_from(variable: impl Fn(&str) -> Option<std::ffi::OsString>) -> Result<PathBuf> {
    let set = |name: &str| {
        variable(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    if let Some(models) = set("GAVEL_MODELS") {
        return Ok(models);
    }
    // The XDG specification ignores relative paths.
    let data = set("XDG_DATA_HOME").filter(|path| path.is_absolute());
    let data = data.or_else(|| Some(set("HOME")?.join(".local/share")));
    data.map(|data| data.join("gavel/models")).ok_or_else(|| {
        Error::usage("no folder for models: neither GAVEL_MODELS nor XDG_DATA_HOME nor HOME is set")
            .mend("export GAVEL_MODELS=DIR")
    })
}

/// The extractor of a name or a path. `None` takes `inception` if it is installed and verified, else `embedded`.
///
/// # Errors
/// An unknown name, a network that is not installed, a file or record that was changed since it was written, an ONNX
/// file that cannot serve as an extractor. All are errors of the model (exit 4), an unknown name is one of usage (exit 2).
pub fn resolve(name: Option<&str>, models_dir: &Path) -> Result<Extractor> {
    match name {
        Some("embedded" | "embedded-v1") => embedded(),
        Some("inception" | inception::NAME) => installed::load(models_dir),
        Some("pixels") => Ok(pixels()),
        Some(path) if looks_like_path(path) => file::load(Path::new(path)),
        Some(unknown) => {
            let names: Vec<&str> = MODELS.iter().map(|model| model.name).collect();
            Err(Error::usage(format!(
                "no extractor is called `{unknown}`; there are {}",
                names.join(", ")
            ))
            .mend("name one of them, or an ONNX file: --extractor ./FILE.onnx"))
        }
        None if installed::is_there(models_dir) => installed::load(models_dir),
        None => embedded(),
    }
}

/// A name has no separator and no extension of a network file; everything else is a path.
fn looks_like_path(name: &str) -> bool {
    let path = Path::new(name);
    path.extension().is_some() || path.components().count() > 1 || path.exists()
}

/// Every named network and its state. Installed files are hashed, so this costs about a second.
#[must_use]
pub fn list(models_dir: &Path) -> Vec<Listed> {
    MODELS
        .iter()
        .map(|&model| {
            if model.name == "inception" {
                let path = Some(installed::onnx_path(models_dir));
                let state = if installed::is_there(models_dir) {
                    let loaded = installed::load(models_dir);
                    loaded.map_or_else(State::Refused, |extractor| {
                        State::Verified(extractor.sha256)
                    })
                } else {
                    State::Missing
                };
                return Listed { model, state, path };
            }
            Listed {
                model,
                state: State::BuiltIn,
                path: None,
            }
        })
        .collect()
}

/// Checks one named network (`None`: every one that is installed) and gives what is there.
///
/// # Errors
/// A network that is asked for by name and is missing, or any that is refused.
pub fn verify(name: Option<&str>, models_dir: &Path) -> Result<Vec<Listed>> {
    let known = |listed: &Listed| {
        name.is_none_or(|name| name == listed.model.name || name == listed.model.full_name)
    };
    let found: Vec<Listed> = list(models_dir).into_iter().filter(known).collect();
    for listed in &found {
        match &listed.state {
            State::Refused(error) => return Err(error.clone()),
            State::Missing if name.is_some() => {
                return Err(
                    Error::engine(format!("{} is not installed", listed.model.full_name))
                        .mend(listed.model.how),
                );
            }
            _ => {}
        }
    }
    match name {
        Some(name) if found.is_empty() => {
            Err(Error::usage(format!("no model is called `{name}`")).mend("gavel models list"))
        }
        _ => Ok(found),
    }
}

fn embedded() -> Result<Extractor> {
    let mut extractor = file::from_bytes("embedded-v1", EMBEDDED.to_vec(), None)?;
    extractor.name = "embedded-v1".into();
    extractor.origin = Origin::Embedded;
    extractor.input.range = Some(Range::Bytes);
    extractor.notes.clear();
    Ok(extractor)
}

fn pixels() -> Extractor {
    Extractor {
        name: "pixels".into(),
        sha256: digest::sha256(PIXELS.as_bytes()),
        origin: Origin::Pixels,
        network: Network::Pixels,
        input_name: "pixels".into(),
        input: InputSpec {
            size: (PIXELS_SIZE, PIXELS_SIZE),
            channels: 3,
            channels_last: false,
            range: Some(Range::Unit),
            filter: None,
        },
        outputs: vec![Output {
            name: "pixels".into(),
            role: Role::Features,
            width: 3 * PIXELS_SIZE * PIXELS_SIZE,
        }],
        inception_layout: false,
        notes: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_of_models_follows_the_environment() {
        let of = |pairs: &[(&str, &str)]| {
            models_dir_from(|name| {
                pairs
                    .iter()
                    .find(|(known, _)| *known == name)
                    .map(|(_, value)| (*value).into())
            })
        };
        let all = [
            ("GAVEL_MODELS", "m"),
            ("XDG_DATA_HOME", "/x"),
            ("HOME", "/h"),
        ];
        assert_eq!(of(&all).unwrap(), Path::new("m"));
        assert_eq!(of(&all[1..]).unwrap(), Path::new("/x/gavel/models"));
        assert_eq!(
            of(&all[2..]).unwrap(),
            Path::new("/h/.local/share/gavel/models")
        );
        assert_eq!(
            of(&[("XDG_DATA_HOME", "relative"), ("HOME", "/h")]).unwrap(),
            Path::new("/h/.local/share/gavel/models")
        );
        assert!(of(&[]).is_err());
    }

    #[test]
    fn names_of_models_are_unique_and_every_model_is_documented() {
        let mut names: Vec<&str> = MODELS
            .iter()
            .flat_map(|model| [model.name, model.full_name])
            .collect();
        names.dedup();
        let n_names = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), n_names);
        let module = include_str!("mod.rs");
        for model in MODELS {
            assert!(
                module.contains(&format!("//! | `{}` |", model.name)),
                "{} is not in the table above",
                model.name
            );
            assert!(model.summary.len() > 20, "{}", model.name);
            assert!(!looks_like_path(model.name));
        }
    }
}
