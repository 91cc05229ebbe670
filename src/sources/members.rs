//! Which names are pictures, which are refused, and the order of those that are left.

use super::Entry;
use crate::error::{Error, Result};

const EXTENSIONS: [&str; 12] = [
    "png", "jpg", "jpeg", "bmp", "gif", "webp", "tif", "tiff", "ppm", "pgm", "pnm", "pbm",
];

/// Has the name the extension of a picture (any case)?
pub(super) fn is_picture(name: &str) -> bool {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    EXTENSIONS
        .iter()
        .any(|known| extension.eq_ignore_ascii_case(known))
}

/// What operating systems leave behind: hidden files and folders, `__MACOSX`, `Thumbs.db`, `desktop.ini`.
pub(super) fn is_litter(name: &str) -> bool {
    name.split('/').any(|part| {
        part.starts_with('.')
            || part == "__MACOSX"
            || part.eq_ignore_ascii_case("thumbs.db")
            || part.eq_ignore_ascii_case("desktop.ini")
    })
}

/// The name of an archive member without leading `./`.
///
/// Refused: absolute names, drive letters, `..` anywhere. Nothing is ever unpacked here, but such an archive was made to
/// harm whoever does, and no honest tool writes one.
pub(super) fn safe_name(raw: &[u8]) -> Result<String> {
    let text = String::from_utf8_lossy(raw).into_owned();
    let parts = || text.split(['/', '\\']);
    let drive = matches!(text.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic());
    if text.starts_with(['/', '\\'])
        || drive
        || parts().any(|part| part == "..")
        || text.contains('\0')
    {
        return Err(Error::input(format!(
            "the archive member {text:?} points outside of the archive; the archive is refused"
        ))
        .mend("pack the pictures again with names relative to their folder"));
    }
    let kept: Vec<&str> = text
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".")
        .collect();
    Ok(kept.join("/"))
}

/// The error for links, devices and pipes in an archive.
pub(super) fn not_a_file(name: &str, what: &str) -> Error {
    Error::input(format!(
        "the archive member {name:?} is a {what}; the archive is refused"
    ))
    .mend("pack the pictures themselves (tar: --dereference)")
}

/// The label that a name gives: the folder it lies in, so `cat` for `train/cat/1.png` and for `cat/1.png`.
pub(super) fn folder_label(name: &str) -> Option<String> {
    let (folders, _) = name.rsplit_once('/')?;
    folders.rsplit('/').next().map(str::to_owned)
}

/// Sorts by the bytes of the names; refuses a name that comes twice, because which of the two is meant is anybody's guess.
pub(super) fn sort_unique<T>(members: &mut [(String, T)]) -> Result<()> {
    members.sort_by(|a, b| a.0.as_bytes().cmp(b.0.as_bytes()));
    match members.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        Some(pair) => Err(
            Error::input(format!("the name {:?} occurs twice", pair[0].0))
                .mend("pack or list every picture once"),
        ),
        None => Ok(()),
    }
}

/// Entries with folder labels.
pub(super) fn entries<T>(members: &[(String, T)]) -> Vec<Entry> {
    let entry = |(name, _): &(String, T)| Entry {
        name: name.clone(),
        label: folder_label(name),
    };
    members.iter().map(entry).collect()
}

/// What was left out, and how to say so.
#[derive(Default)]
pub(super) struct LeftOut {
    /// Files that are no pictures by name.
    pub(super) others: Vec<String>,
}

impl LeftOut {
    /// `["2 files are not pictures by name and were left out: notes.txt, labels.csv"]`, or nothing.
    pub(super) fn notes(&self) -> Vec<String> {
        let n = self.others.len();
        if n == 0 {
            return Vec::new();
        }
        let shown: Vec<&str> = self.others.iter().take(3).map(String::as_str).collect();
        let more = if n > 3 { ", …" } else { "" };
        let (noun, verb) = if n == 1 {
            ("file is not a picture", "was")
        } else {
            ("files are not pictures", "were")
        };
        vec![format!(
            "{n} {noun} by name and {verb} left out: {}{more}",
            shown.join(", ")
        )]
    }

    /// The error for a set without a single picture.
    pub(super) fn nothing_found(&self, spec: &str) -> Error {
        let found = match self.others.first() {
            Some(first) => format!("{} other files, the first is {first:?}", self.others.len()),
            None => "nothing".to_owned(),
        };
        Error::input(format!("{spec}: no pictures in this set; found {found}")).mend(format!(
            "expected files with the extensions {}",
            EXTENSIONS.join(" ")
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_leave_the_archive_are_refused() {
        for name in [
            "../x.png",
            "a/../../x.png",
            "/etc/x.png",
            "C:\\x.png",
            "a\\..\\x.png",
            "\\\\host\\x.png",
        ] {
            assert!(safe_name(name.as_bytes()).is_err(), "{name}");
        }
        assert_eq!(safe_name(b"./a//b.png").unwrap(), "a/b.png");
        assert_eq!(safe_name(b"a..b/c..png").unwrap(), "a..b/c..png");
    }

    #[test]
    fn extensions_ignore_case_and_litter_is_known() {
        assert!(
            is_picture("A.JPeG")
                && is_picture("b.tif")
                && !is_picture("png")
                && !is_picture("a.txt")
        );
        assert!(
            is_litter("__MACOSX/a.png")
                && is_litter("d/._a.png")
                && is_litter("d/Thumbs.db")
                && !is_litter("d/a.png")
        );
    }

    #[test]
    fn the_label_is_the_innermost_folder() {
        assert_eq!(folder_label("train/cat/1.png").as_deref(), Some("cat"));
        assert_eq!(folder_label("1.png"), None);
    }

    #[test]
    fn order_is_by_bytes_and_twice_is_refused() {
        let mut names = ["b", "10", "9", "B", "a/1"]
            .map(|n| (n.to_owned(), ()))
            .to_vec();
        sort_unique(&mut names).unwrap();
        let sorted: Vec<&str> = names.iter().map(|n| n.0.as_str()).collect();
        assert_eq!(sorted, ["10", "9", "B", "a/1", "b"]);
        names.push(("B".to_owned(), ()));
        assert!(sort_unique(&mut names).is_err());
    }
}
