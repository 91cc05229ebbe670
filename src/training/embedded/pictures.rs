//! All pictures of a recipe at the network's size, as bytes: 75,000 of 32x32 are 230 MB.

use super::reading::{Picture, read};
use super::recipe::{Domain, Recipe};
use crate::error::{Error, Result};
use crate::progress::Observer;
use crate::rng::Seed;
use std::collections::BTreeSet;

/// Pictures, each `[3, size, size]` bytes, with class and domain.
#[derive(Debug, Default)]
pub struct Pictures {
    /// Height and width.
    pub size: usize,
    /// Class of each picture: index into the class names.
    pub labels: Vec<usize>,
    /// Domain of each picture: index into the recipe's domains.
    pub domains: Vec<usize>,
    bytes: Vec<u8>,
}

/// What a recipe's sources hold.
#[derive(Debug)]
pub struct Sets {
    /// Class names, `domain/label`; labels of a domain in byte order.
    pub classes: Vec<String>,
    /// For the steps.
    pub train: Pictures,
    /// Never seen by a step.
    pub test: Pictures,
}

impl Pictures {
    fn empty(size: usize) -> Self {
        Self {
            size,
            ..Self::default()
        }
    }

    /// Number of pictures.
    #[must_use]
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// No pictures at all?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Bytes of one picture.
    #[must_use]
    pub fn picture_len(&self) -> usize {
        3 * self.size * self.size
    }

    /// Picture `index`: `[3, size, size]`.
    #[must_use]
    pub fn picture(&self, index: usize) -> &[u8] {
        let len = self.picture_len();
        &self.bytes[index * len..(index + 1) * len]
    }

    fn push(&mut self, picture: &Picture, class: usize, domain: usize) {
        self.bytes.extend_from_slice(&picture.bytes);
        self.labels.push(class);
        self.domains.push(domain);
    }
}

impl Sets {
    /// BLAKE3, hex, of every picture's bytes and class, training before test: has a repeated run seen the same?
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for pictures in [&self.train, &self.test] {
            hasher.update(&pictures.bytes);
            for &label in &pictures.labels {
                hasher.update(&(label as u64).to_le_bytes());
            }
        }
        hasher.finalize().to_hex().to_string()
    }
}

/// Reads every source of the recipe.
///
/// The training pictures of a domain are a random subset in source order (`limit`), the held-out ones the rest of a
/// random split; both drawn from the recipe's seed.
///
/// # Errors
/// A source that cannot be read, has no labels where labels are the classes, or has test labels unknown in training.
pub fn load(recipe: &Recipe, observer: &dyn Observer) -> Result<Sets> {
    let mut sets = Sets {
        classes: Vec::new(),
        train: Pictures::empty(recipe.size),
        test: Pictures::empty(recipe.size),
    };
    for (number, domain) in recipe.domains.iter().enumerate() {
        let all = read(recipe, domain, &domain.source, observer)?;
        let (train, mut test) = split(recipe, domain, number as u64, all);
        if let Some(source) = &domain.test {
            test = read(recipe, domain, source, observer)?;
        }
        add(&mut sets, domain, number, &train, &test)?;
    }
    Ok(sets)
}

fn split(
    recipe: &Recipe,
    domain: &Domain,
    number: u64,
    all: Vec<Picture>,
) -> (Vec<Picture>, Vec<Picture>) {
    let mut shuffled = Seed(recipe.seed)
        .stream("embedded/split", number)
        .permutation(all.len());
    let held: BTreeSet<usize> = shuffled.drain(..domain.hold_out.min(all.len())).collect();
    let kept: BTreeSet<usize> = shuffled
        .into_iter()
        .take(domain.limit.unwrap_or(usize::MAX))
        .collect();
    let (mut train, mut test) = (Vec::new(), Vec::new());
    for (i, picture) in all.into_iter().enumerate() {
        if kept.contains(&i) {
            train.push(picture);
        } else if held.contains(&i) {
            test.push(picture);
        }
    }
    (train, test)
}

fn add(
    sets: &mut Sets,
    domain: &Domain,
    number: usize,
    train: &[Picture],
    test: &[Picture],
) -> Result<()> {
    if train.is_empty() || test.is_empty() {
        return Err(Error::input(format!(
            "domain {} has {} training and {} test pictures: it needs at least one of each",
            domain.name,
            train.len(),
            test.len()
        ))
        .mend("lower hold_out, or name a larger source"));
    }
    let labels: BTreeSet<&str> = train.iter().map(|picture| picture.label.as_str()).collect();
    let labels: Vec<&str> = labels.into_iter().collect();
    let first = sets.classes.len();
    sets.classes.extend(
        labels
            .iter()
            .map(|label| format!("{}/{label}", domain.name)),
    );
    for (pictures, into) in [(train, &mut sets.train), (test, &mut sets.test)] {
        for picture in pictures {
            let Ok(class) = labels.binary_search(&picture.label.as_str()) else {
                return Err(Error::input(format!(
                    "domain {}: the test label {} is not among the training labels {labels:?}",
                    domain.name, picture.label
                )));
            };
            into.push(picture, first + class, number);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::embedded::recipe::Schedule;

    fn domain(hold_out: usize, limit: Option<usize>) -> Domain {
        Domain {
            name: "d".into(),
            source: "d".into(),
            test: None,
            hold_out,
            limit,
            class: None,
            repeat: 1,
            natural: false,
        }
    }

    fn recipe() -> Recipe {
        Recipe {
            name: "r".into(),
            seed: 5,
            data: "data".into(),
            protocol: "clean".into(),
            size: 1,
            schedule: Schedule {
                epochs: 1,
                batch_size: 1,
                learning_rate: 1.0,
                warmup_steps: 1,
                decay_from: 0.0,
                max_shift: 0,
                gain: [1.0, 1.0],
                offset: 0.0,
            },
            layers: Vec::new(),
            domains: Vec::new(),
        }
    }

    fn pictures(labels: &[&str]) -> Vec<Picture> {
        let picture = |(i, label): (usize, &&str)| Picture {
            bytes: vec![i as u8; 3],
            label: (*label).into(),
        };
        labels.iter().enumerate().map(picture).collect()
    }

    #[test]
    fn a_split_holds_out_and_limits_without_overlap_in_source_order() {
        let all = pictures(&["x"; 20]);
        let (train, test) = split(&recipe(), &domain(6, Some(10)), 0, all);
        let numbers = |set: &[Picture]| set.iter().map(|p| p.bytes[0]).collect::<Vec<_>>();
        let (train, test) = (numbers(&train), numbers(&test));
        assert_eq!((train.len(), test.len()), (10, 6));
        assert!(train.is_sorted() && test.is_sorted());
        assert!(train.iter().all(|i| !test.contains(i)));
    }

    #[test]
    fn classes_are_numbered_across_domains_in_byte_order_of_their_labels() {
        let mut sets = Sets {
            classes: Vec::new(),
            train: Pictures::empty(1),
            test: Pictures::empty(1),
        };
        let first = domain(0, None);
        add(
            &mut sets,
            &first,
            0,
            &pictures(&["b", "a"]),
            &pictures(&["b"]),
        )
        .unwrap();
        let second = Domain {
            name: "e".into(),
            ..first
        };
        add(&mut sets, &second, 1, &pictures(&["z"]), &pictures(&["z"])).unwrap();
        assert_eq!(sets.classes, ["d/a", "d/b", "e/z"]);
        assert_eq!(sets.train.labels, [1, 0, 2]);
        assert_eq!(sets.test.domains, [0, 1]);
    }

    #[test]
    fn a_test_label_that_training_never_showed_is_refused() {
        let mut sets = Sets {
            classes: Vec::new(),
            train: Pictures::empty(1),
            test: Pictures::empty(1),
        };
        let error = add(
            &mut sets,
            &domain(0, None),
            0,
            &pictures(&["a"]),
            &pictures(&["q"]),
        )
        .unwrap_err();
        assert!(error.message().contains("label q"), "{error}");
    }
}
