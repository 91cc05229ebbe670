//! Pictures that are in two sets, or twice in one.

use super::super::finding::percent;
use super::super::identity::{groups, shared};
use super::super::{Evidence, Exhibit, Finding, Severity};
use crate::statistics::estimate::SetSide;
use crate::statistics::proportions::wilson;

/// From this share on, leakage is serious.
const SERIOUS: f64 = 0.01;

/// Pairs or groups that are shown, and pictures of a group.
const SHOWN: usize = 8;

/// Two sets of which no picture should be in both.
struct Between<'a> {
    id: &'static str,
    /// The set whose pictures are counted.
    of: (SetSide, &'a Exhibit),
    /// The set where they must not be.
    with: (SetSide, &'a Exhibit),
    mend: &'static str,
}

/// One finding for each pair of sets that is there, and one for duplicates in the reference.
#[must_use]
pub fn findings(
    reference: Option<&Exhibit>,
    generated: &Exhibit,
    train: Option<&Exhibit>,
) -> Vec<Finding> {
    let mut all = Vec::new();
    if let (Some(reference), Some(train)) = (reference, train) {
        all.push(between(&Between {
            id: "leak_train_reference",
            of: (SetSide::Reference, reference),
            with: (SetSide::Train, train),
            mend: "take pictures as the reference that the generator has not seen; with seen ones every number rewards memory, and copies cannot be told from chance",
        }));
    }
    if let Some(reference) = reference {
        all.push(between(&Between {
            id: "leak_reference_generated",
            of: (SetSide::Generated, generated),
            with: (SetSide::Reference, reference),
            mend: "these generated pictures are files of the reference: no generator was asked. Generate the set again and look at the script that filled the folder",
        }));
    }
    if let Some(train) = train {
        all.push(between(&Between {
            id: "leak_train_generated",
            of: (SetSide::Generated, generated),
            with: (SetSide::Train, train),
            mend: "these generated pictures are training pictures, byte for byte: look at the copies audit for those that are disguised",
        }));
    }
    all.extend(reference.map(duplicates));
    all
}

fn between(pair: &Between<'_>) -> Finding {
    let ((of_side, of), (with_side, with)) = (pair.of, pair.with);
    let found = shared(&of.items, &with.items);
    let n_files = found.iter().filter(|shared| shared.is_same_file).count();
    let n = of.len().max(1) as f64;
    let share = found.len() as f64 / n;
    let severity = match found.len() {
        0 => Severity::Clear,
        _ if share >= SERIOUS => Severity::Serious,
        _ => Severity::Warning,
    };
    let (here, there) = (of_side.name(), with_side.name());
    let text = if found.is_empty() {
        format!(
            "none of the {} {here} pictures is in the {there} set",
            of.len()
        )
    } else {
        format!(
            "{} of {} {here} pictures ({}) are in the {there} set with the same pixels, {n_files} of them as the same file",
            found.len(),
            of.len(),
            percent(share)
        )
    };
    let mut finding = Finding::new(pair.id, severity, text);
    if severity > Severity::Clear {
        pair.mend.clone_into(&mut finding.mend);
    }
    finding.value = Some(share);
    finding.interval = Some(wilson(share, n));
    finding.details = [
        ("n_shared", found.len() as f64),
        ("n_same_file", n_files as f64),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    let shown = found.iter().take(SHOWN);
    finding.evidence = shown
        .map(|shared| Evidence {
            label: if shared.is_same_file {
                "the same file".to_owned()
            } else {
                "the same pixels".to_owned()
            },
            pictures: vec![(of_side, shared.row), (with_side, shared.other)],
            distance: Some(0.0),
            ..Evidence::default()
        })
        .collect();
    finding
}

fn duplicates(reference: &Exhibit) -> Finding {
    let equal = groups(&reference.items);
    let extra: usize = equal.iter().map(|group| group.len() - 1).sum();
    let n = reference.len().max(1) as f64;
    let share = extra as f64 / n;
    let severity = match extra {
        0 => Severity::Clear,
        _ if share >= SERIOUS => Severity::Warning,
        _ => Severity::Note,
    };
    let text = if extra == 0 {
        format!(
            "no two of the {} reference pictures have equal pixels",
            reference.len()
        )
    } else {
        format!(
            "{extra} of {} reference pictures ({}) repeat another one, in {} groups",
            reference.len(),
            percent(share),
            equal.len()
        )
    };
    let mut finding = Finding::new("reference_duplicates", severity, text);
    if extra > 0 {
        "remove the repetitions: they count double in every metric, and half of a split then knows the other half"
            .clone_into(&mut finding.mend);
    }
    finding.value = Some(share);
    finding.interval = Some(wilson(share, n));
    finding.details = [("n_extra", extra as f64), ("n_groups", equal.len() as f64)]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
    let shown = equal.iter().take(SHOWN);
    finding.evidence = shown
        .map(|group| Evidence {
            label: format!("{} equal pictures", group.len()),
            pictures: group
                .iter()
                .take(SHOWN)
                .map(|&row| (SetSide::Reference, row))
                .collect(),
            distance: Some(0.0),
            ..Evidence::default()
        })
        .collect();
    finding
}
