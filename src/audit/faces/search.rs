//! Where a detector of a given name may lie: this program's own models, the system's packages, Python environments.

use std::path::{Path, PathBuf};

/// The part of the machine that is looked at; tests make one up.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// Folders, best first.
    pub folders: Vec<PathBuf>,
}

impl Places {
    /// Those of this machine: `models` (and `models/detectors`), the folders of OpenCV's packages, and the `cv2/data`
    /// folder of the active Python environment and of the Pythons on `PATH`.
    #[must_use]
    pub fn of_this_machine(models: Option<&Path>) -> Self {
        let mut folders: Vec<PathBuf> = models
            .iter()
            .flat_map(|models| [models.to_path_buf(), models.join("detectors")])
            .collect();
        for root in ["/usr/share", "/usr/local/share", "/opt/homebrew/share"] {
            for version in ["opencv4", "opencv", "opencv5"] {
                for kind in ["haarcascades", "lbpcascades"] {
                    folders.push(Path::new(root).join(version).join(kind));
                }
            }
        }
        folders.extend(python_roots().iter().flat_map(|root| cv2_data(root)));
        let mut seen = std::collections::BTreeSet::new();
        folders.retain(|folder| folder.is_dir() && seen.insert(folder.clone()));
        Self { folders }
    }

    /// The first file that a name stands for: `frontalface` is `haarcascade_frontalface_default.xml`, `animeface` is
    /// `lbpcascade_animeface.xml`, and a file's own name without its extension is that file.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<PathBuf> {
        let inside = |file: &String| {
            self.folders
                .iter()
                .map(|folder| folder.join(file))
                .find(|path| path.is_file())
        };
        file_names(name).iter().find_map(inside)
    }
}

/// The files that a name may stand for, best first.
fn file_names(name: &str) -> Vec<String> {
    match name {
        "ultraface" => {
            return ["version-RFB-320.onnx", "ultraface.onnx"]
                .map(str::to_owned)
                .to_vec();
        }
        "yunet" => {
            return ["face_detection_yunet_2023mar.onnx", "yunet.onnx"]
                .map(str::to_owned)
                .to_vec();
        }
        _ => {}
    }
    let stems = [
        name.to_owned(),
        format!("haarcascade_{name}_default"),
        format!("haarcascade_{name}"),
        format!("lbpcascade_{name}"),
    ];
    stems
        .iter()
        .flat_map(|stem| [format!("{stem}.xml"), format!("{stem}.onnx")])
        .collect()
}

/// Roots of the active environment and of the Pythons on `PATH`.
fn python_roots() -> Vec<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let mut roots: Vec<PathBuf> = ["VIRTUAL_ENV", "CONDA_PREFIX"]
        .into_iter()
        .filter_map(set)
        .map(PathBuf::from)
        .collect();
    let path = set("PATH").unwrap_or_default();
    let pythons = std::env::split_paths(&path).filter(|folder| folder.join("python3").exists());
    roots.extend(pythons.filter_map(|folder| folder.parent().map(Path::to_path_buf)));
    roots
}

/// The data folders of OpenCV's wheels in one environment.
fn cv2_data(root: &Path) -> Vec<PathBuf> {
    let libraries = ["lib", "lib64", "local/lib"].map(|lib| root.join(lib));
    let pythons = libraries
        .iter()
        .filter_map(|lib| std::fs::read_dir(lib).ok())
        .flatten()
        .flatten();
    let mut pythons: Vec<PathBuf> = pythons
        .map(|entry| entry.path())
        .filter(|path| {
            path.file_name()
                .and_then(|name| name.to_str())
                .is_some_and(|name| name.starts_with("python"))
        })
        .collect();
    pythons.sort();
    pythons
        .iter()
        .rev()
        .flat_map(|python| {
            ["site-packages", "dist-packages"]
                .map(|packages| python.join(packages).join("cv2/data"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_for_the_files_that_packages_install() {
        let folder = tempfile::tempdir().unwrap();
        for file in [
            "haarcascade_frontalface_default.xml",
            "lbpcascade_frontalface.xml",
            "lbpcascade_animeface.xml",
        ] {
            std::fs::write(folder.path().join(file), "").unwrap();
        }
        let places = Places {
            folders: vec![folder.path().to_path_buf()],
        };
        let found = |name: &str| Some(places.find(name)?.file_name()?.to_str()?.to_owned());
        assert_eq!(
            found("frontalface").as_deref(),
            Some("haarcascade_frontalface_default.xml")
        );
        assert_eq!(
            found("lbpcascade_frontalface").as_deref(),
            Some("lbpcascade_frontalface.xml")
        );
        assert_eq!(
            found("animeface").as_deref(),
            Some("lbpcascade_animeface.xml")
        );
        assert_eq!(found("yunet"), None);
    }

    #[test]
    fn the_data_folder_of_a_virtual_environment_is_found() {
        let root = tempfile::tempdir().unwrap();
        let data = root.path().join("lib/python3.12/site-packages/cv2/data");
        std::fs::create_dir_all(&data).unwrap();
        assert!(cv2_data(root.path()).contains(&data));
    }
}
