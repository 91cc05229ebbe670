//! Selectors: `#train/cat` (names below that folder), `#label=3`, `#first=1000`, `#shard=2/8`; joined by `&` or `#`,
//! applied left to right.

use super::{
    Digest, Entry, FeatureArray, ImageSource, Stored, Visitor, Wanted, digests_once, no_such_item,
};
use crate::error::{Error, Result};
use std::collections::BTreeSet;

/// One step of a selection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Selector {
    /// Names that are this, or begin with this and `/`.
    Below(String),
    /// Items of this label.
    Label(String),
    /// The first so many of what is left.
    First(usize),
    /// Part `i` (from 1) of `k` parts of what is left, in order, as equal as can be.
    Shard(usize, usize),
}

/// Parses what follows the first `#`.
pub(super) fn parse(text: &str) -> Result<Vec<Selector>> {
    text.split(['#', '&']).map(parse_one).collect()
}

fn parse_one(text: &str) -> Result<Selector> {
    let wrong = |why: String| {
        Error::usage(why)
            .mend("selectors are #FOLDER, #label=X, #first=N and #shard=I/K, joined by & or #")
    };
    match text.split_once('=') {
        Some(("first", n)) => match n.parse() {
            Ok(n) if n > 0 => Ok(Selector::First(n)),
            _ => Err(wrong(format!(
                "the selector `first={n}` needs a number of at least 1"
            ))),
        },
        Some(("shard", part)) => part
            .split_once('/')
            .and_then(|(i, k)| Some((i.parse().ok()?, k.parse().ok()?)))
            .filter(|(i, k)| (1..=*k).contains(i))
            .map(|(i, k)| Selector::Shard(i, k))
            .ok_or_else(|| {
                wrong(format!(
                    "the selector `shard={part}` needs I/K with 1 <= I <= K"
                ))
            }),
        Some(("label", label)) if !label.is_empty() => Ok(Selector::Label(label.to_owned())),
        Some((key, _)) => Err(wrong(format!("the selector `{key}=` is not known"))),
        None if text.trim_matches('/').is_empty() => Err(wrong("an empty selector".to_owned())),
        None => Ok(Selector::Below(text.trim_matches('/').to_owned())),
    }
}

/// A part of another source.
pub(super) struct Selected {
    spec: String,
    inner: Box<dyn ImageSource>,
    /// Index within `inner` of every item.
    kept: Vec<usize>,
    /// Index here of every item of `inner`, where it has one.
    place: Vec<Option<usize>>,
    entries: Vec<Entry>,
    digests: std::sync::OnceLock<Vec<Digest>>,
}

/// Applies selectors, left to right. An empty result is an error that says what there is.
pub(super) fn images(
    spec: &str,
    inner: Box<dyn ImageSource>,
    selectors: &[Selector],
) -> Result<Box<dyn ImageSource>> {
    if selectors.is_empty() {
        return Ok(inner);
    }
    let all = inner.entries();
    let mut kept: Vec<usize> = (0..all.len()).collect();
    for selector in selectors {
        let before = kept.clone();
        match selector {
            Selector::First(n) => kept.truncate(*n),
            Selector::Shard(i, k) => {
                kept = kept[(i - 1) * kept.len() / k..i * kept.len() / k].to_vec();
            }
            Selector::Label(label) => {
                kept.retain(|&i| all.get(i).and_then(|e| e.label.as_ref()) == Some(label));
            }
            Selector::Below(folder) => {
                kept.retain(|&i| all.get(i).is_some_and(|e| is_below(&e.name, folder)));
            }
        }
        if kept.is_empty() {
            return Err(nothing_left(spec, all, &before, selector));
        }
    }
    let mut place = vec![None; all.len()];
    for (here, &there) in kept.iter().enumerate() {
        if let Some(slot) = place.get_mut(there) {
            *slot = Some(here);
        }
    }
    let entries = kept.iter().filter_map(|&i| all.get(i)).cloned().collect();
    Ok(Box::new(Selected {
        spec: spec.to_owned(),
        inner,
        kept,
        place,
        entries,
        digests: std::sync::OnceLock::new(),
    }))
}

fn is_below(name: &str, folder: &str) -> bool {
    name.strip_prefix(folder)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn nothing_left(spec: &str, all: &[Entry], before: &[usize], selector: &Selector) -> Error {
    let items = || before.iter().filter_map(|&i| all.get(i));
    let (what, there): (String, BTreeSet<&str>) = match selector {
        Selector::Label(label) => (
            format!("label `{label}`"),
            items().filter_map(|e| e.label.as_deref()).collect(),
        ),
        Selector::Below(folder) => (
            format!("folder `{folder}`"),
            items()
                .filter_map(|e| e.name.rsplit_once('/'))
                .map(|(folder, _)| folder)
                .collect(),
        ),
        Selector::First(n) => (format!("first {n}"), BTreeSet::new()),
        Selector::Shard(i, k) => (format!("part {i} of {k}"), BTreeSet::new()),
    };
    let shown: Vec<&str> = there.iter().take(12).copied().collect();
    let more = if there.len() > 12 { ", …" } else { "" };
    let there = if shown.is_empty() {
        "there are none".to_owned()
    } else {
        format!("there are: {}{more}", shown.join(", "))
    };
    Error::input(format!(
        "{spec}: nothing in the set has the {what}; {there}"
    ))
    .mend("choose one of those, or leave the selector out")
}

/// `#first=N` of features; anything else has no meaning for rows without names.
pub(super) fn features(mut array: FeatureArray, selectors: &[Selector]) -> Result<FeatureArray> {
    for selector in selectors {
        let Selector::First(n) = selector else {
            return Err(Error::usage(format!(
                "{}: rows of a feature file have no names or labels",
                array.spec
            ))
            .mend("only #first=N works on features"));
        };
        let n = (*n).min(array.values.nrows());
        array.values = array
            .values
            .slice_axis(ndarray::Axis(0), (..n).into())
            .to_owned();
        array.fingerprint = blake3::hash(format!("{}#first={n}", array.fingerprint).as_bytes())
            .to_hex()
            .to_string();
    }
    Ok(array)
}

impl ImageSource for Selected {
    fn spec(&self) -> &str {
        &self.spec
    }

    fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn notes(&self) -> &[String] {
        self.inner.notes()
    }

    fn digests(&self) -> Result<&[Digest]> {
        // Not through the inner source's digests, which would read what was not selected.
        digests_once(&self.digests, self)
    }

    fn visit(&self, wanted: Wanted<'_>, visit: Visitor<'_>) -> Result<()> {
        let here = |there: usize| self.place.get(there).copied().flatten();
        self.inner.visit(
            &|there| here(there).is_some_and(wanted),
            &mut |there, item| match here(there) {
                Some(index) => visit(index, item),
                None => Ok(()),
            },
        )
    }

    fn read(&self, index: usize) -> Result<Stored> {
        match self.kept.get(index) {
            Some(&there) => self.inner.read(there),
            None => Err(no_such_item(&self.spec, index, self.kept.len())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_parse_in_order() {
        let all = parse("train/cat/&label=3#first=10").unwrap();
        assert_eq!(
            all,
            [
                Selector::Below("train/cat".into()),
                Selector::Label("3".into()),
                Selector::First(10)
            ]
        );
        for bad in [
            "shard=0/2",
            "shard=3/2",
            "shard=1",
            "first=0",
            "first=x",
            "last=3",
            "",
            "label=",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_folder_ends_at_its_slash() {
        assert!(
            is_below("train/cat/1.png", "train/cat")
                && !is_below("train/category/1.png", "train/cat")
        );
    }
}
