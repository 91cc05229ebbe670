//! What a submission must look like, and what of it is not so.

use super::consequence::Consequence;
use super::record::{FileRecord, Files};
use crate::error::{Error, Result};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// What may be wrong with the files of a submission.
pub const CODES: [&str; 9] = [
    "kind",
    "count",
    "unreadable",
    "names",
    "folder",
    "formats",
    "modes",
    "size",
    "left_out",
];

/// Names of file formats, as the decoder calls them.
const FORMATS: [&str; 8] = ["jpeg", "png", "bmp", "gif", "ppm", "tiff", "webp", "raw"];

/// Names that are shown where many are wrong.
const SHOWN: usize = 5;

/// Most names that a pattern may stand for.
const MOST_NAMES: u64 = 10_000_000;

/// What a submission must look like. What is not given is not asked.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Expected {
    /// An archive, a folder or either.
    pub kind: Kind,
    /// So many pictures.
    pub count: Option<usize>,
    /// Their names: `{1..1000}.jpg`, `{0000..9999}.png` (with leading zeros), or a fixed text around the range.
    pub names: Option<String>,
    /// Where they are: `.` at the top, or a folder's name; not given: anywhere.
    pub folder: Option<String>,
    /// File formats, from the content: `jpeg`, `png` …
    pub formats: Vec<String>,
    /// Color modes as Pillow names them: `RGB`, `L` …
    pub modes: Vec<String>,
    /// Width and height.
    pub size: Option<[usize; 2]>,
    /// By what is wrong (`count`, `names` …): what follows; a flag where nothing is said.
    pub rules: BTreeMap<String, Consequence>,
}

/// How pictures are handed in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A zip, tar or compressed tar file.
    Archive,
    /// A folder.
    Folder,
    /// Either.
    #[default]
    Any,
}

/// `prefix{first..last}suffix`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Names<'a> {
    before: &'a str,
    first: u64,
    last: u64,
    digits: usize,
    after: &'a str,
}

impl<'a> Names<'a> {
    fn parse(pattern: &'a str) -> Option<Self> {
        let (before, rest) = pattern.split_once('{')?;
        let (range, after) = rest.split_once('}')?;
        let (first, last) = range.split_once("..")?;
        let digits = if first.starts_with('0') && first.len() > 1 {
            first.len()
        } else {
            0
        };
        let found = Self {
            before,
            first: first.parse().ok()?,
            last: last.parse().ok()?,
            digits,
            after,
        };
        (found.first <= found.last && found.last - found.first < MOST_NAMES).then_some(found)
    }

    fn all(&self) -> impl Iterator<Item = String> {
        let digits = self.digits;
        (self.first..=self.last).map(move |n| format!("{}{n:0digits$}{}", self.before, self.after))
    }
}

impl Expected {
    /// Refuses what no submission could fulfil.
    ///
    /// # Errors
    /// Input: what was found and what is allowed.
    pub fn check(&self) -> Result<()> {
        if let Some(unknown) = self
            .rules
            .keys()
            .find(|code| !CODES.contains(&code.as_str()))
        {
            return Err(
                Error::input(format!("[submission.rules]: nothing is called {unknown:?}"))
                    .mend(format!("one of {}", CODES.join(", "))),
            );
        }
        if let Some(unknown) = self.formats.iter().find(|f| !FORMATS.contains(&f.as_str())) {
            return Err(
                Error::input(format!("submission.formats: {unknown:?} is no format"))
                    .mend(format!("some of {}", FORMATS.join(", "))),
            );
        }
        if self.size.is_some_and(|size| size.contains(&0)) {
            return Err(Error::input(
                "submission.size: expected [width, height], both above 0",
            ));
        }
        let Some(pattern) = &self.names else {
            return Ok(());
        };
        let Some(names) = Names::parse(pattern) else {
            return Err(Error::input(format!(
                "submission.names = {pattern:?}: expected a range of numbers"
            ))
            .mend("names = \"{1..1000}.jpg\""));
        };
        let n = names.last - names.first + 1;
        match self.count {
            Some(count) if count as u64 != n => Err(Error::input(format!(
                "submission.names = {pattern:?} stands for {n} names, and submission.count is {count}"
            ))
            .mend("make both the same, or leave count out")),
            _ => Ok(()),
        }
    }

    /// What is wrong with `files`: code and text.
    #[must_use]
    pub fn problems(&self, files: &Files) -> Vec<(&'static str, String)> {
        let mut problems = Vec::new();
        let is_wrong_kind = match self.kind {
            Kind::Any => false,
            Kind::Archive => files.kind != "archive",
            Kind::Folder => files.kind != "folder",
        };
        if is_wrong_kind {
            let wanted = if self.kind == Kind::Archive {
                "an archive"
            } else {
                "a folder"
            };
            problems.push((
                "kind",
                format!("{wanted} was expected, this is {}", article(&files.kind)),
            ));
        }
        let expected = self.count.or_else(|| {
            let names = Names::parse(self.names.as_deref()?)?;
            usize::try_from(names.last - names.first + 1).ok()
        });
        let n = files.entries.len() + files.failed.len();
        if let Some(count) = expected.filter(|count| *count != n) {
            problems.push(("count", format!("{n} pictures, expected {count}")));
        }
        if !files.failed.is_empty() {
            let names = files
                .failed
                .iter()
                .map(|failure| format!("{} ({})", failure.name, failure.reason));
            problems.push(("unreadable", listed("cannot be read", n, names.collect())));
        }
        problems.extend(self.names_wrong(files).map(|text| ("names", text)));
        if let Some(folder) = &self.folder {
            let wanted = if folder == "." { "" } else { folder.as_str() };
            let wrong = |entry: &&FileRecord| parent(&entry.name) != wanted;
            let found: BTreeSet<&str> = files
                .entries
                .iter()
                .filter(wrong)
                .map(|entry| parent(&entry.name))
                .collect();
            if !found.is_empty() {
                let place = if wanted.is_empty() {
                    "at the top".to_owned()
                } else {
                    format!("in {wanted}/")
                };
                let found: Vec<String> = found
                    .into_iter()
                    .take(SHOWN)
                    .map(|f| {
                        if f.is_empty() {
                            "the top".to_owned()
                        } else {
                            format!("{f}/")
                        }
                    })
                    .collect();
                problems.push((
                    "folder",
                    format!("pictures are in {}, expected {place}", found.join(", ")),
                ));
            }
        }
        let of = |value: fn(&FileRecord) -> String, allowed: &[String]| -> Option<String> {
            let wrong = files
                .entries
                .iter()
                .filter(|entry| !allowed.contains(&value(entry)));
            let names: Vec<String> = wrong
                .map(|entry| format!("{} ({})", entry.name, value(entry)))
                .collect();
            let what = format!("are not {}", allowed.join(" or "));
            (!allowed.is_empty() && !names.is_empty())
                .then(|| listed(&what, files.entries.len(), names))
        };
        problems
            .extend(of(|entry| entry.format.clone(), &self.formats).map(|text| ("formats", text)));
        problems.extend(of(|entry| entry.mode.clone(), &self.modes).map(|text| ("modes", text)));
        let size = self
            .size
            .map(|[width, height]| vec![format!("{width} x {height}")]);
        problems.extend(of(size_of, &size.unwrap_or_default()).map(|text| ("size", text)));
        problems.extend(files.notes.iter().map(|note| ("left_out", note.clone())));
        problems
    }

    /// Missing and unknown names, without their folders: a nested folder is another problem.
    fn names_wrong(&self, files: &Files) -> Option<String> {
        let names = Names::parse(self.names.as_deref()?)?;
        let failed = files.failed.iter().map(|failure| failure.name.as_str());
        let found: BTreeSet<&str> = files
            .entries
            .iter()
            .map(|entry| entry.name.as_str())
            .chain(failed)
            .map(last)
            .collect();
        let wanted: BTreeSet<String> = names.all().collect();
        let missing: Vec<String> = names
            .all()
            .filter(|name| !found.contains(name.as_str()))
            .collect();
        let unknown: Vec<String> = found
            .into_iter()
            .filter(|name| !wanted.contains(*name))
            .map(str::to_owned)
            .collect();
        let told: Vec<String> = [("missing", missing), ("not expected", unknown)]
            .into_iter()
            .filter(|(_, names)| !names.is_empty())
            .map(|(what, names)| format!("{} {what}: {}", names.len(), short(&names)))
            .collect();
        (!told.is_empty()).then(|| told.join("; "))
    }
}

fn article(kind: &str) -> String {
    match kind {
        "archive" => "an archive".to_owned(),
        "folder" => "a folder".to_owned(),
        other => format!("a file ({other})"),
    }
}

fn size_of(entry: &FileRecord) -> String {
    format!("{} x {}", entry.width, entry.height)
}

fn clean(name: &str) -> &str {
    name.strip_prefix("./").unwrap_or(name)
}

fn last(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

fn parent(name: &str) -> &str {
    clean(name)
        .rsplit_once('/')
        .map_or("", |(folder, _)| folder)
}

fn listed(what: &str, n: usize, names: Vec<String>) -> String {
    format!("{} of {n} {what}: {}", names.len(), short(&names))
}

fn short(names: &[String]) -> String {
    let shown = names
        .iter()
        .take(SHOWN)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    if names.len() > SHOWN {
        format!("{shown} …")
    } else {
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdicts::results::Failure;

    fn files(names: &[&str]) -> Files {
        Files {
            kind: "archive".to_owned(),
            entries: names
                .iter()
                .map(|name| FileRecord {
                    name: (*name).to_owned(),
                    format: "jpeg".to_owned(),
                    mode: "RGB".to_owned(),
                    width: 64,
                    height: 64,
                })
                .collect(),
            failed: Vec::new(),
            notes: Vec::new(),
        }
    }

    fn three() -> Expected {
        Expected {
            kind: Kind::Archive,
            names: Some("{1..3}.jpg".to_owned()),
            folder: Some(".".to_owned()),
            formats: vec!["jpeg".to_owned()],
            modes: vec!["RGB".to_owned()],
            size: Some([64, 64]),
            ..Expected::default()
        }
    }

    #[test]
    fn what_was_asked_for_has_no_problem_with_or_without_a_leading_dot() {
        assert_eq!(three().problems(&files(&["1.jpg", "./2.jpg", "3.jpg"])), []);
    }

    #[test]
    fn each_breach_is_told_once_under_its_own_code() {
        let codes = |files: &Files| -> Vec<&str> {
            three()
                .problems(files)
                .into_iter()
                .map(|(code, _)| code)
                .collect()
        };
        // A nested folder is one problem and does not make all names wrong.
        assert_eq!(
            codes(&files(&["imgs/1.jpg", "imgs/2.jpg", "imgs/3.jpg"])),
            ["folder"]
        );
        assert_eq!(codes(&files(&["1.jpg", "2.jpg"])), ["count", "names"]);
        assert_eq!(codes(&files(&["1.jpg", "2.jpg", "4.jpg"])), ["names"]);
        let mut wrong = files(&["1.jpg", "2.jpg", "3.jpg"]);
        wrong.entries[1].width = 96;
        wrong.entries[2].mode = "L".to_owned();
        wrong.entries[0].format = "png".to_owned();
        wrong.kind = "folder".to_owned();
        assert_eq!(codes(&wrong), ["kind", "formats", "modes", "size"]);
        // A broken file counts as handed in, and is no missing name.
        let mut broken = files(&["1.jpg", "2.jpg"]);
        broken.failed.push(Failure {
            name: "3.jpg".to_owned(),
            reason: "truncated".to_owned(),
        });
        assert_eq!(codes(&broken), ["unreadable"]);
    }

    #[test]
    fn leading_zeros_of_a_range_are_part_of_the_names() {
        let all: Vec<String> = Names::parse("a{008..011}.png").unwrap().all().collect();
        assert_eq!(all, ["a008.png", "a009.png", "a010.png", "a011.png"]);
        assert_eq!(Names::parse("{3..1}.png"), None);
        assert_eq!(Names::parse("{1..99999999999}.png"), None);
    }

    #[test]
    fn a_count_against_the_names_is_refused() {
        let course = Expected {
            count: Some(4),
            ..three()
        };
        assert!(course.check().unwrap_err().message().contains("3 names"));
    }
}
