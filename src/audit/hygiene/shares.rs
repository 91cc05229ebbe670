//! How often each value of a property is there, in both sets.

use std::collections::BTreeMap;

use super::super::finding::percent;
use super::super::{Evidence, Exhibit, Finding, Item, Severity};
use crate::statistics::estimate::SetSide;
use crate::statistics::proportions::wilson;

/// Values of a property that are named, and that are listed.
const NAMED: usize = 3;
const LISTED: usize = 10;

/// The values of a property in both sets.
pub(super) struct Shares {
    n: [usize; 2],
    /// Value: rows of the reference, of the generated set.
    rows: BTreeMap<String, [Vec<usize>; 2]>,
}

impl Shares {
    pub(super) fn of(
        reference: &Exhibit,
        generated: &Exhibit,
        value: impl Fn(&Exhibit, usize, &Item) -> String,
    ) -> Self {
        let mut rows: BTreeMap<String, [Vec<usize>; 2]> = BTreeMap::new();
        for (side, set) in [reference, generated].into_iter().enumerate() {
            for (row, item) in set.items.iter().enumerate() {
                if let Some(list) = rows.entry(value(set, row, item)).or_default().get_mut(side) {
                    list.push(row);
                }
            }
        }
        Self {
            n: [reference.len(), generated.len()],
            rows,
        }
    }

    fn share(&self, rows: &[Vec<usize>; 2], side: usize) -> f64 {
        rows[side].len() as f64 / self.n[side].max(1) as f64
    }

    pub(super) fn difference(&self) -> f64 {
        let gaps = self
            .rows
            .values()
            .map(|rows| (self.share(rows, 0) - self.share(rows, 1)).abs());
        0.5 * gaps.sum::<f64>()
    }

    /// The most frequent values of a side, with their shares.
    pub(super) fn largest(&self, side: usize) -> Vec<(&str, f64, &[usize])> {
        let mut all: Vec<(&str, f64, &[usize])> = self
            .rows
            .iter()
            .map(|(value, rows)| {
                (
                    value.as_str(),
                    self.share(rows, side),
                    rows[side].as_slice(),
                )
            })
            .filter(|(_, share, _)| *share > 0.0)
            .collect();
        all.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
        all
    }

    fn describe(&self, side: usize) -> String {
        let all = self.largest(side);
        let mut told: Vec<String> = all
            .iter()
            .take(NAMED)
            .map(|(value, share, _)| format!("{value} {}", percent(*share)))
            .collect();
        if all.len() > NAMED {
            told.push(format!("{} others", all.len() - NAMED));
        }
        told.join(", ")
    }

    /// Pictures of the most frequent value of each side.
    fn evidence(&self) -> Vec<Evidence> {
        let sides = [SetSide::Reference, SetSide::Generated];
        let shown = sides.into_iter().enumerate().filter_map(|(at, side)| {
            let (value, share, rows) = *self.largest(at).first()?;
            Some(Evidence {
                label: format!("{}: {value} ({})", side.name(), percent(share)),
                pictures: rows.iter().take(4).map(|&row| (side, row)).collect(),
                ..Evidence::default()
            })
        });
        shown.collect()
    }

    pub(super) fn finding(
        &self,
        id: &'static str,
        what: &str,
        severity: Severity,
        meaning: &str,
        mend: &str,
    ) -> Finding {
        let (reference, generated) = (self.describe(0), self.describe(1));
        let text = if severity == Severity::Clear {
            format!("both sets have the same {what}: {reference}")
        } else {
            format!(
                "other {what}: the reference is {reference}; the generated set is {generated}{meaning}"
            )
        };
        let difference = self.difference().min(1.0);
        let mut finding = Finding::new(id, severity, text);
        finding.value = Some(difference);
        finding.interval = Some(wilson(difference, self.n[0].min(self.n[1]).max(1) as f64));
        for (side, prefix) in ["reference", "generated"].into_iter().enumerate() {
            for (value, share, _) in self.largest(side).into_iter().take(LISTED) {
                finding.details.insert(format!("{prefix}[{value}]"), share);
            }
        }
        if severity > Severity::Clear {
            mend.clone_into(&mut finding.mend);
            finding.evidence = self.evidence();
        }
        finding
    }
}
