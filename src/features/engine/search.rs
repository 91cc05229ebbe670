//! Where an ONNX Runtime library may be, in the order in which it is looked for.

use super::python;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// Who named a place. The first two are the user's own words: a fault there is an error, elsewhere a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// `--onnxruntime PATH`.
    Option,
    /// The environment variable `ORT_DYLIB_PATH`.
    Variable,
    /// `VIRTUAL_ENV` or `CONDA_PREFIX`.
    PythonEnvironment,
    /// The `onnxruntime` package of the `python3` (or `python`) on `PATH`.
    Python,
    /// The loader's folders and the usual ones.
    System,
}

impl Origin {
    /// Did the user name this place?
    #[must_use]
    pub fn is_explicit(self) -> bool {
        matches!(self, Self::Option | Self::Variable)
    }

    /// As the doctor prints it.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Option => "--onnxruntime",
            Self::Variable => "ORT_DYLIB_PATH",
            Self::PythonEnvironment => "active Python environment",
            Self::Python => "Python on PATH",
            Self::System => "system",
        }
    }
}

/// A place where a library may be: the library files found there, or why there are none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lead {
    pub origin: Origin,
    /// What was looked at: a file, a folder, a program.
    pub place: String,
    /// Best first.
    pub files: Vec<PathBuf>,
}

/// The part of the machine that the search looks at; tests make one up.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// `ORT_DYLIB_PATH`.
    pub dylib_path: Option<OsString>,
    /// `VIRTUAL_ENV` and `CONDA_PREFIX`, where set.
    pub python_environments: Vec<PathBuf>,
    /// Python programs to ask, in order.
    pub pythons: Vec<PathBuf>,
    /// Folders of shared libraries.
    pub system_folders: Vec<PathBuf>,
}

impl Surroundings {
    /// Those of this process.
    #[must_use]
    pub fn of_this_process() -> Self {
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        Self {
            dylib_path: set("ORT_DYLIB_PATH"),
            python_environments: ["VIRTUAL_ENV", "CONDA_PREFIX"]
                .into_iter()
                .filter_map(set)
                .map(PathBuf::from)
                .collect(),
            pythons: vec![PathBuf::from("python3"), PathBuf::from("python")],
            system_folders: system_folders(set("LD_LIBRARY_PATH")),
        }
    }
}

/// The leads of everything that `option` and `around` name, lazily and in order: a later place costs nothing when an
/// earlier one serves.
pub(super) fn leads<'a>(
    option: Option<&'a Path>,
    around: &'a Surroundings,
) -> impl Iterator<Item = Lead> + 'a {
    let given = option.map(|path| named(Origin::Option, path));
    let variable = around
        .dylib_path
        .as_ref()
        .map(|path| named(Origin::Variable, Path::new(path)));
    let environments = around.python_environments.iter().map(|root| Lead {
        origin: Origin::PythonEnvironment,
        place: root.display().to_string(),
        files: in_environment(root),
    });
    let pythons = around.pythons.iter().map(|program| python::ask(program));
    let system = std::iter::once_with(|| Lead {
        origin: Origin::System,
        place: around
            .system_folders
            .iter()
            .map(|folder| folder.display().to_string())
            .collect::<Vec<_>>()
            .join(":"),
        files: around
            .system_folders
            .iter()
            .flat_map(|folder| libraries_in(folder))
            .collect(),
    });
    given
        .into_iter()
        .chain(variable)
        .chain(environments)
        .chain(pythons)
        .chain(system)
}

/// A path that the user gave: the library itself, or a folder that has it.
fn named(origin: Origin, path: &Path) -> Lead {
    let files = if path.is_dir() {
        ["", "lib", "capi", "onnxruntime/capi"]
            .iter()
            .flat_map(|inside| libraries_in(&path.join(inside)))
            .chain(in_environment(path))
            .collect()
    } else {
        vec![path.to_owned()]
    };
    Lead {
        origin,
        place: path.display().to_string(),
        files,
    }
}

/// The wheel's own folder in a virtual or conda environment, then the environment's libraries.
fn in_environment(root: &Path) -> Vec<PathBuf> {
    let mut site_packages: Vec<PathBuf> = ["lib", "lib64"]
        .iter()
        .flat_map(|lib| folders_in(&root.join(lib), "python"))
        .map(|python| python.join("site-packages"))
        .collect();
    site_packages.push(root.join("Lib").join("site-packages"));
    let mut files: Vec<PathBuf> = site_packages
        .iter()
        .flat_map(|site| libraries_in(&site.join("onnxruntime").join("capi")))
        .chain(libraries_in(&root.join("lib")))
        .collect();
    // `lib64` is often a link to `lib`.
    let mut seen = BTreeSet::new();
    files.retain(|file| seen.insert(fs::canonicalize(file).unwrap_or_else(|_| file.clone())));
    files
}

/// The ONNX Runtime libraries in one folder, the newest version first.
pub(super) fn libraries_in(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = entries(folder)
        .into_iter()
        .filter(|path| {
            path.file_name()
                .and_then(|name| name.to_str())
                .is_some_and(is_library_name)
        })
        .collect();
    let version = |path: &PathBuf| -> Vec<u32> {
        super::library::version_in_name(path)
            .unwrap_or_default()
            .split('.')
            .filter_map(|part| part.parse().ok())
            .collect()
    };
    found.sort_by(|a, b| version(b).cmp(&version(a)).then_with(|| a.cmp(b)));
    found
}

/// `libonnxruntime.so`, `libonnxruntime.so.1.31.1`, `libonnxruntime.1.31.1.dylib`, `onnxruntime.dll`; none of the
/// provider libraries beside them.
fn is_library_name(name: &str) -> bool {
    let digits = |rest: &str| {
        rest.split('.')
            .all(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    if let Some(rest) = name.strip_prefix("libonnxruntime.so") {
        return rest.is_empty() || (rest.starts_with('.') && digits(&rest[1..]));
    }
    if let Some(rest) = name
        .strip_prefix("libonnxruntime")
        .and_then(|rest| rest.strip_suffix(".dylib"))
    {
        return rest.is_empty() || (rest.starts_with('.') && digits(&rest[1..]));
    }
    name == "onnxruntime.dll"
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    paths.sort();
    paths
}

fn folders_in(folder: &Path, prefix: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = entries(folder)
        .into_iter()
        .filter(|path| {
            path.file_name()
                .and_then(|name| name.to_str())
                .is_some_and(|name| name.starts_with(prefix))
        })
        .collect();
    found.reverse();
    found
}

/// `LD_LIBRARY_PATH`, the folders of `/etc/ld.so.conf.d`, the usual library folders, and `/opt/*/lib`.
fn system_folders(library_path: Option<OsString>) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = library_path
        .map(|path| std::env::split_paths(&path).collect())
        .unwrap_or_default();
    for file in std::iter::once(PathBuf::from("/etc/ld.so.conf"))
        .chain(entries(Path::new("/etc/ld.so.conf.d")))
    {
        let text = fs::read_to_string(file).unwrap_or_default();
        folders.extend(
            text.lines()
                .map(str::trim)
                .filter(|line| line.starts_with('/'))
                .map(PathBuf::from),
        );
    }
    let usual = [
        "/usr/local/lib",
        "/usr/lib64",
        "/usr/lib",
        "/lib",
        "/opt/homebrew/lib",
    ];
    folders.extend(usual.map(PathBuf::from));
    for package in entries(Path::new("/opt")) {
        folders.push(package.join("lib"));
        folders.push(package);
    }
    let mut seen = BTreeSet::new();
    folders.retain(|folder| {
        folder.is_dir() && seen.insert(fs::canonicalize(folder).unwrap_or_else(|_| folder.clone()))
    });
    folders
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn provider_libraries_are_not_the_runtime() {
        for name in [
            "libonnxruntime.so",
            "libonnxruntime.so.1",
            "libonnxruntime.so.1.31.1",
            "libonnxruntime.1.20.0.dylib",
            "libonnxruntime.dylib",
            "onnxruntime.dll",
        ] {
            assert!(is_library_name(name), "{name}");
        }
        for name in [
            "libonnxruntime_providers_shared.so",
            "libonnxruntime_providers_cuda.so",
            "libonnxruntime.so.debug",
            "libonnxruntime4j_jni.so",
            "onnxruntime_providers_cuda.dll",
        ] {
            assert!(!is_library_name(name), "{name}");
        }
    }

    #[test]
    fn the_newest_version_in_a_folder_comes_first() {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "libonnxruntime.so",
            "libonnxruntime.so.1.9.0",
            "libonnxruntime.so.1.20.1",
        ] {
            fs::write(folder.path().join(name), b"").unwrap();
        }
        let names: Vec<String> = libraries_in(folder.path())
            .iter()
            .filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()))
            .collect();
        // By number, not by text: 1.20.1 is newer than 1.9.0.
        assert_eq!(
            names,
            [
                "libonnxruntime.so.1.20.1",
                "libonnxruntime.so.1.9.0",
                "libonnxruntime.so"
            ]
        );
    }
}
