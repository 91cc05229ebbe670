//! Classes that the generator drops, weakens or prefers, read by the nearest labelled real pictures.
//!
//! ```text
//! read(x) = majority of the labels of the k nearest real pictures (the nearest decides a tie)
//! ```
//! Real pictures are read in the same way, each without itself: that counts the reader's errors, and gives the shares that a
//! generator without fault would be read to have. The test compares these with what is read of the generated set; the shares
//! that are told have the errors taken out ([`label_shift`]).

use ndarray::{Array2, ArrayView2};

use super::super::finding::percent;
use super::super::{Evidence, Finding, Severity};
use super::Labels;
use super::reading::{count, read};
use crate::error::Result;
use crate::rng::Seed;
use crate::statistics::estimate::{ConfidenceInterval, SetSide};
use crate::statistics::proportions::wilson;
use crate::statistics::{fisher, holm, label_shift};

/// Chance of any false alarm among all classes.
const LEVEL: f64 = 0.05;

/// A class below the first of its share is weakened, below the second dropped; above the third it is preferred.
const WEAKENED: f64 = 0.67;
const DROPPED: f64 = 0.1;
const PREFERRED: f64 = 1.5;

/// Labels that are right less often than this are no ground to stand on.
const TRUSTED: f64 = 0.5;

/// Draws behind the interval of the total variation.
const DRAWS: u64 = 400;

/// Pictures of each side that show a class.
const SHOWN: usize = 6;

/// One class of the reference.
#[derive(Debug, Clone, PartialEq)]
pub struct Class {
    /// Its name.
    pub name: String,
    /// Its share of the labelled reference.
    pub real: f64,
    /// Its share of the generated set, the reader's errors taken out.
    pub made: f64,
    /// Pictures read as it: reference (each without itself), generated.
    pub read: [usize; 2],
    /// Wilson's 95 % interval of the share of generated pictures read as it.
    pub interval: ConfidenceInterval,
    /// Two-sided p-value of equal shares read, corrected for all classes.
    pub p_value: f64,
}

/// The classes of a reference and of a generated set.
#[derive(Debug, Clone, PartialEq)]
pub struct Classes {
    /// In the order of the labels.
    pub classes: Vec<Class>,
    /// How often a real picture is read as what it is, and the pictures that were read.
    pub accuracy: f64,
    /// Pictures: labelled reference, generated.
    pub n: [usize; 2],
    /// The class of every generated picture, as read.
    pub read: Vec<usize>,
    /// ½ Σ |made − real|.
    pub total_variation: f64,
    /// Its 95 % interval.
    pub interval: ConfidenceInterval,
    /// Some rows of the reference of every class.
    members: Vec<Vec<usize>>,
}

impl Classes {
    /// Reads the classes of `generated` `[m, d]` off the `labelled` real pictures `[n, d]`, `labels.rows` of the reference.
    ///
    /// # Errors
    /// Cannot tell: too few labelled pictures, or too many classes. Input: other dimensions.
    pub fn of(
        labelled: ArrayView2<'_, f32>,
        labels: &Labels,
        generated: ArrayView2<'_, f32>,
        nearest_k: usize,
        seed: Seed,
    ) -> Result<Self> {
        let reading = read(labelled, labels, generated, nearest_k, seed)?;
        let k = labels.names.len();
        let n = [labels.classes.len(), generated.nrows()];
        let counts = count(&reading.classes, k);
        let of_real = reading
            .confusion
            .sum_axis(ndarray::Axis(0))
            .mapv(|c| c as usize)
            .to_vec();
        let real: Vec<f64> = reading
            .confusion
            .rows()
            .into_iter()
            .map(|row| row.sum() / n[0] as f64)
            .collect();
        let observed: Vec<f64> = counts.iter().map(|c| *c as f64 / n[1] as f64).collect();
        let made = label_shift::corrected(&observed, &reading.confusion);
        let p_values: Vec<f64> = of_real
            .iter()
            .zip(&counts)
            .map(|(a, b)| fisher::two_sided_p(*a, n[0], *b, n[1]))
            .collect();
        let adjusted = holm::adjust(&p_values);
        let classes = (0..k)
            .map(|class| Class {
                name: labels.names[class].clone(),
                real: real[class],
                made: made[class],
                read: [of_real[class], counts[class]],
                interval: wilson(observed[class], n[1] as f64),
                p_value: adjusted[class],
            })
            .collect();
        let mut members = vec![Vec::new(); k];
        for (&row, &class) in labels.rows.iter().zip(&labels.classes) {
            if members[class].len() < SHOWN {
                members[class].push(row);
            }
        }
        Ok(Self {
            classes,
            accuracy: reading.accuracy,
            n,
            total_variation: label_shift::total_variation(&made, &real),
            interval: interval(&observed, n[1], &reading.confusion, &real, seed),
            read: reading.classes,
            members,
        })
    }

    /// Classes that differ for certain and have less than two thirds of their share, the most lost first.
    #[must_use]
    pub fn weakened(&self) -> Vec<usize> {
        self.differing(|class| class.made < WEAKENED * class.real)
    }

    /// Classes that differ for certain and have more than one and a half of their share, the most gained first.
    #[must_use]
    pub fn preferred(&self) -> Vec<usize> {
        self.differing(|class| class.made > PREFERRED * class.real)
    }

    fn differing(&self, which: impl Fn(&Class) -> bool) -> Vec<usize> {
        let certain = |class: &Class| class.p_value < LEVEL && which(class);
        let mut found: Vec<usize> = (0..self.classes.len())
            .filter(|at| self.classes.get(*at).is_some_and(certain))
            .collect();
        let gap = |at: &usize| {
            self.classes
                .get(*at)
                .map_or(0.0, |class| (class.made - class.real).abs())
        };
        found.sort_by(|a, b| gap(b).total_cmp(&gap(a)));
        found
    }

    /// What there is to say.
    #[must_use]
    pub fn finding(&self) -> Finding {
        let (weakened, preferred) = (self.weakened(), self.preferred());
        let is_dropped = |at: &usize| {
            self.classes
                .get(*at)
                .is_some_and(|c| c.made < DROPPED * c.real)
        };
        let n_dropped = weakened.iter().filter(|at| is_dropped(at)).count();
        let severity = if self.accuracy < TRUSTED {
            Severity::Note
        } else if n_dropped > 0 {
            Severity::Serious
        } else if !weakened.is_empty() || !preferred.is_empty() {
            Severity::Warning
        } else {
            Severity::Clear
        };
        let mut finding = Finding::new(
            "classes",
            severity,
            self.text(&weakened, &preferred, is_dropped),
        );
        if severity > Severity::Note {
            "look at the pictures of these classes; balance the training data, or condition the generator on the class"
                .clone_into(&mut finding.mend);
        } else if severity == Severity::Note {
            "use features that tell the classes apart (`--extractor`)"
                .clone_into(&mut finding.mend);
        }
        finding.value = Some(self.total_variation);
        finding.interval = Some(self.interval);
        finding.details = self.details(n_dropped);
        if severity > Severity::Note {
            finding.evidence = weakened
                .iter()
                .chain(&preferred)
                .filter_map(|&at| self.evidence(at))
                .collect();
        }
        finding
    }

    fn text(
        &self,
        weakened: &[usize],
        preferred: &[usize],
        is_dropped: impl Fn(&usize) -> bool,
    ) -> String {
        let reader = format!(
            "read off the nearest labelled real pictures, right for {} of these",
            percent(self.accuracy)
        );
        if self.accuracy < TRUSTED {
            return format!(
                "these features do not tell the {} classes apart ({reader})",
                self.classes.len()
            );
        }
        let named = |which: &[usize]| {
            let told = which.iter().filter_map(|at| self.classes.get(*at));
            told.map(|c| {
                format!(
                    "{} ({} instead of {})",
                    c.name,
                    percent(c.made),
                    percent(c.real)
                )
            })
            .collect::<Vec<_>>()
            .join(", ")
        };
        let (dropped, weak): (Vec<usize>, Vec<usize>) =
            weakened.iter().partition(|at| is_dropped(at));
        let parts: Vec<String> = [
            ("dropped", dropped.as_slice()),
            ("weakened", &weak),
            ("too often", preferred),
        ]
        .into_iter()
        .filter(|(_, which)| !which.is_empty())
        .map(|(word, which)| format!("{word}: {}", named(which)))
        .collect();
        if parts.is_empty() {
            return format!(
                "all {} classes have about their share ({reader})",
                self.classes.len()
            );
        }
        format!("classes {} ({reader})", parts.join("; "))
    }

    fn details(&self, n_dropped: usize) -> std::collections::BTreeMap<String, f64> {
        let mut details = std::collections::BTreeMap::new();
        details.insert("accuracy_of_labels".to_owned(), self.accuracy);
        details.insert("n_dropped".to_owned(), n_dropped as f64);
        for class in &self.classes {
            let entries = [
                ("reference", class.real),
                ("generated", class.made),
                ("read", class.read[1] as f64 / self.n[1].max(1) as f64),
                ("read_lower", class.interval.lower),
                ("read_upper", class.interval.upper),
                ("p_value", class.p_value),
            ];
            for (what, value) in entries {
                details.insert(format!("{what}[{}]", class.name), value);
            }
        }
        details
    }

    fn evidence(&self, at: usize) -> Option<Evidence> {
        let class = self.classes.get(at)?;
        let real = self
            .members
            .get(at)?
            .iter()
            .map(|&row| (SetSide::Reference, row));
        let made = self
            .read
            .iter()
            .enumerate()
            .filter(|(_, read)| **read == at)
            .map(|(row, _)| (SetSide::Generated, row));
        Some(Evidence {
            label: format!(
                "{}: {} of the reference, {} of the generated set",
                class.name,
                percent(class.real),
                percent(class.made)
            ),
            pictures: real.chain(made.take(SHOWN)).collect(),
            p_value: Some(class.p_value),
            ..Evidence::default()
        })
    }
}

/// The middle 95 % of the total variation over sets of `n` drawn from what was read.
fn interval(
    observed: &[f64],
    n: usize,
    confusion: &Array2<f64>,
    real: &[f64],
    seed: Seed,
) -> ConfidenceInterval {
    let mut ends: Vec<f64> = Vec::with_capacity(observed.len());
    for share in observed {
        ends.push(ends.last().copied().unwrap_or(0.0) + share);
    }
    let mut values: Vec<f64> = (0..DRAWS)
        .map(|draw| {
            let mut stream = seed.stream("audit.dropping.classes", draw);
            let drawn: Vec<usize> = (0..n)
                .map(|_| {
                    let at = stream.uniform();
                    ends.partition_point(|end| *end <= at)
                        .min(observed.len().saturating_sub(1))
                })
                .collect();
            let shares: Vec<f64> = count(&drawn, observed.len())
                .iter()
                .map(|c| *c as f64 / n.max(1) as f64)
                .collect();
            label_shift::total_variation(&label_shift::corrected(&shares, confusion), real)
        })
        .collect();
    values.sort_by(f64::total_cmp);
    let at = |part: f64| {
        values
            .get((part * (values.len() as f64 - 1.0)).round() as usize)
            .copied()
            .unwrap_or(0.0)
    };
    ConfidenceInterval {
        lower: at(0.025),
        upper: at(0.975),
        level: 0.95,
    }
}
