//! `dropping`: varied and plausible, but only a part of what the real pictures show.
//!
//! [`regions`] asks which clusters of the reference are missing or overfilled, [`classes`] which classes; both also between
//! two checkpoints of one generator ([`change`]).

pub mod change;
pub mod classes;
mod reading;
pub mod regions;

use super::{Audit, Card, Case, Exhibit, Need, Report};
use crate::error::Result;
use crate::metrics::{Allowed, ParamSpec, Params, Warning};
use ndarray::{Array2, ArrayView2, Axis};

/// Regions and classes of the reference that the generator leaves out, weakens or overfills.
pub struct Dropping;

static CARD: Card = Card {
    name: "dropping",
    findings: &[
        "regions_missing",
        "regions_overfilled",
        "classes",
        "change_regions",
        "change_classes",
    ],
    rows: &[],
    summary: "kinds of real pictures that the generator does not make, or makes too often, shown by their members",
    method: "clusters (k-means) of a random half of the reference's features, filled by the other half and by the generated set, \
             with Fisher's exact test and Holm's correction; with labels, classes by the vote of the nearest labelled real \
             pictures, whose errors are counted by leaving one out and taken out",
    source: "Richardson and Weiss 2018, arXiv:1805.12462 (NDB); lecture R5",
    needs: &[Need::Reference, Need::Features],
    params: &[
        ParamSpec {
            name: "n_bins",
            doc: "regions of the reference; auto: up to 100, so that a region has 20 pictures of the smaller side on average",
            default: "auto",
            allowed: Allowed::AtLeastOrAuto(2),
        },
        ParamSpec {
            name: "nearest_k",
            doc: "labelled real pictures that vote on the class of a generated one",
            default: "5",
            allowed: Allowed::Between(1, 10),
        },
    ],
};

impl Audit for Dropping {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn run(&self, case: &Case<'_>, params: &Params) -> Result<Report> {
        let Some(reference) = case.reference else {
            return Ok(Report::default());
        };
        let (Some(real), Some(made)) = (&reference.features, &case.generated.features) else {
            return Ok(Report::default());
        };
        let mut report = Report::default();
        match regions::Regions::of(
            real.view(),
            made.view(),
            params.integer_or_auto("n_bins")?,
            case.seed,
        ) {
            Ok(regions) => report.findings.extend(regions.findings()),
            Err(error) => report.warnings.push(too_few("regions", &error)),
        }
        if case.observer.stop_requested() {
            return Err(crate::error::Error::interrupted());
        }
        let labels = Labels::of(reference);
        let basis = change::Basis {
            real: real.view(),
            labels: labels.as_ref(),
            n_bins: params.integer_or_auto("n_bins")?,
            nearest_k: params.integer("nearest_k")?,
            seed: case.seed,
        };
        change::along(case, &basis, &mut report)?;
        let Some(labels) = &labels else {
            return Ok(report);
        };
        let nearest_k = basis.nearest_k;
        let labelled = labels.rows_of(real.view());
        match classes::Classes::of(labelled.view(), labels, made.view(), nearest_k, case.seed) {
            Ok(classes) => report.findings.push(classes.finding()),
            Err(error) => report.warnings.push(too_few("classes", &error)),
        }
        Ok(report)
    }
}

fn too_few(what: &str, error: &crate::error::Error) -> Warning {
    Warning::new(
        "audit_too_few",
        format!("dropping, {what}: {}", error.message()),
        error.advice().unwrap_or("give more pictures"),
    )
}

/// Class labels of a set, by number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels {
    /// The classes, numbers in their own order before words.
    pub names: Vec<String>,
    /// Rows of the set that have a label.
    pub rows: Vec<usize>,
    /// The class of each of these rows.
    pub classes: Vec<usize>,
}

impl Labels {
    /// The labels of a set; `None` where it has fewer than two classes.
    #[must_use]
    pub fn of(set: &Exhibit) -> Option<Self> {
        let labels: Vec<Option<&str>> =
            set.items.iter().map(|item| item.label.as_deref()).collect();
        Self::from(&labels)
    }

    /// As [`Labels::of`], out of the labels themselves.
    #[must_use]
    pub fn from(labels: &[Option<&str>]) -> Option<Self> {
        let mut names: Vec<&str> = labels.iter().flatten().copied().collect();
        names.sort_by(|a, b| order(a).cmp(&order(b)));
        names.dedup();
        if names.len() < 2 {
            return None;
        }
        let (rows, classes) = labels
            .iter()
            .enumerate()
            .filter_map(|(row, label)| {
                let label = (*label)?;
                let class = names
                    .binary_search_by(|name| order(name).cmp(&order(label)))
                    .ok()?;
                Some((row, class))
            })
            .unzip();
        Some(Self {
            names: names.into_iter().map(str::to_owned).collect(),
            rows,
            classes,
        })
    }

    /// The rows of `features` that have a label.
    #[must_use]
    pub fn rows_of(&self, features: ArrayView2<'_, f32>) -> Array2<f32> {
        features.select(Axis(0), &self.rows)
    }
}

/// `2` before `10`, and both before words.
fn order(label: &str) -> (u64, &str) {
    (label.parse().unwrap_or(u64::MAX), label)
}

#[cfg(test)]
mod tests {
    use super::Labels;

    #[test]
    fn numbers_are_ordered_as_numbers_and_rows_without_a_label_are_left_out() {
        let labels = Labels::from(&[Some("10"), None, Some("2"), Some("cat"), Some("10")]).unwrap();
        assert_eq!(labels.names, ["2", "10", "cat"]);
        assert_eq!(
            (labels.rows, labels.classes),
            (vec![0, 2, 3, 4], vec![1, 0, 2, 1])
        );
        assert_eq!(Labels::from(&[Some("a"), Some("a")]), None);
    }
}
