//! Pictures as files: a folder, or a list of paths.

use super::limits::too_large;
use super::members::{self, LeftOut};
use super::{
    Digest, Entry, ImageSource, Limits, Stored, Visitor, Wanted, digest, digest_of_error,
    no_such_item,
};
use crate::error::{Error, Result};
use rayon::prelude::*;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

pub(super) struct Files {
    spec: String,
    entries: Vec<Entry>,
    paths: Vec<PathBuf>,
    notes: Vec<String>,
    limits: Limits,
    digests: OnceLock<Vec<Digest>>,
}

/// A folder with everything below it, in byte order of the relative names (`/` between folders).
///
/// A symbolic link to a file inside the folder is read like a file. Links to folders are not followed (they can loop),
/// nor are links that leave the folder; both are noted.
pub(super) fn folder(spec: &str, root: &Path, limits: &Limits) -> Result<Files> {
    let mut walk = Walk::new(root)?;
    while let Some(prefix) = walk.open.pop() {
        walk.enter(&prefix)?;
    }
    if walk.found.is_empty() {
        let mut error = walk.left_out.nothing_found(spec);
        if walk.n_links > 0 {
            error = error.mend(format!("{} symbolic links that leave the folder were not followed; copy the files, or list them in @list.txt", walk.n_links));
        }
        return Err(error);
    }
    members::sort_unique(&mut walk.found).map_err(|error| error.at(spec))?;
    let mut notes = walk.left_out.notes();
    if walk.n_links > 0 {
        notes.push(format!(
            "{} symbolic links (to folders, out of the set, or to nothing) were not followed",
            walk.n_links
        ));
    }
    Ok(Files {
        spec: spec.to_owned(),
        entries: members::entries(&walk.found),
        paths: walk.found.into_iter().map(|(_, path)| path).collect(),
        notes,
        limits: limits.clone(),
        digests: OnceLock::new(),
    })
}

/// Names of all files below `root`, pictures or not, that are not litter; for formats that know their files by name.
pub(super) fn names_below(root: &Path) -> Result<Vec<String>> {
    let mut walk = Walk::new(root)?;
    while let Some(prefix) = walk.open.pop() {
        walk.enter(&prefix)?;
    }
    let mut names: Vec<String> = walk.found.into_iter().map(|(name, _)| name).collect();
    names.extend(walk.left_out.others);
    names.sort_unstable();
    Ok(names)
}

struct Walk {
    root: PathBuf,
    /// The root with all links resolved, for telling which links leave it.
    real_root: PathBuf,
    open: Vec<PathBuf>,
    found: Vec<(String, PathBuf)>,
    left_out: LeftOut,
    n_links: usize,
}

impl Walk {
    fn new(root: &Path) -> Result<Self> {
        Ok(Self {
            root: root.to_path_buf(),
            real_root: fs::canonicalize(root).map_err(|error| Error::io(root, &error))?,
            open: vec![PathBuf::new()],
            found: Vec::new(),
            left_out: LeftOut::default(),
            n_links: 0,
        })
    }

    fn enter(&mut self, prefix: &Path) -> Result<()> {
        let folder = self.root.join(prefix);
        for item in fs::read_dir(&folder).map_err(|error| Error::io(&folder, &error))? {
            let item = item.map_err(|error| Error::io(&folder, &error))?;
            let relative = prefix.join(item.file_name());
            let name = relative
                .to_string_lossy()
                .replace(std::path::MAIN_SEPARATOR, "/");
            if members::is_litter(&name) {
                continue;
            }
            let kind = item
                .file_type()
                .map_err(|error| Error::io(item.path(), &error))?;
            if kind.is_dir() {
                self.open.push(relative);
            } else if kind.is_symlink() && !self.stays_inside(&item.path()) {
                self.n_links += 1;
            } else if (kind.is_file() || kind.is_symlink()) && members::is_picture(&name) {
                self.found.push((name, item.path()));
            } else {
                self.left_out.others.push(name);
            }
        }
        Ok(())
    }

    fn stays_inside(&self, link: &Path) -> bool {
        fs::canonicalize(link)
            .is_ok_and(|target| target.is_file() && target.starts_with(&self.real_root))
    }
}

/// The files that a text file lists, one path a line, relative to the list's folder, in the order of the lines.
///
/// Empty lines and lines that begin with `#` are skipped. A path may lead anywhere: whoever wrote the list chose it.
pub(super) fn list(spec: &str, path: &Path, limits: &Limits) -> Result<Files> {
    let text = fs::read_to_string(path).map_err(|error| Error::io(path, &error))?;
    let base = path.parent().unwrap_or(Path::new(""));
    let mut listed = Vec::new();
    for line in text.lines().map(str::trim_end) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        listed.push((line.to_owned(), base.join(line)));
    }
    if listed.is_empty() {
        return Err(Error::input(format!("{spec}: the list names no file"))
            .mend("write one path a line, relative to the list"));
    }
    members::sort_unique(&mut listed.clone()).map_err(|error| error.at(spec))?;
    Ok(Files {
        spec: spec.to_owned(),
        entries: members::entries(&listed),
        paths: listed.into_iter().map(|(_, path)| path).collect(),
        notes: Vec::new(),
        limits: limits.clone(),
        digests: OnceLock::new(),
    })
}

impl Files {
    fn load(&self, path: &Path) -> Result<Stored> {
        let file = fs::File::open(path).map_err(|error| Error::io(path, &error))?;
        let mut bytes = Vec::new();
        let mut bounded = file.take(self.limits.max_member_bytes.saturating_add(1));
        bounded
            .read_to_end(&mut bytes)
            .map_err(|error| Error::io(path, &error))?;
        if bytes.len() as u64 > self.limits.max_member_bytes {
            return Err(too_large(&path.display().to_string(), &self.limits));
        }
        Ok(Stored::File(bytes))
    }
}

impl ImageSource for Files {
    fn spec(&self) -> &str {
        &self.spec
    }

    fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn notes(&self) -> &[String] {
        &self.notes
    }

    fn digests(&self) -> Result<&[Digest]> {
        let all = || {
            self.paths
                .par_iter()
                .map(|path| {
                    self.load(path)
                        .as_ref()
                        .map_or_else(digest_of_error, digest)
                })
                .collect()
        };
        Ok(self.digests.get_or_init(all))
    }

    fn visit(&self, wanted: Wanted<'_>, visit: Visitor<'_>) -> Result<()> {
        for (index, path) in self
            .paths
            .iter()
            .enumerate()
            .filter(|&(index, _)| wanted(index))
        {
            visit(index, self.load(path))?;
        }
        Ok(())
    }

    fn read(&self, index: usize) -> Result<Stored> {
        match self.paths.get(index) {
            Some(path) => self.load(path),
            None => Err(no_such_item(&self.spec, index, self.paths.len())),
        }
    }
}
