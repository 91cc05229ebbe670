//! The user's set, measured and split: a reference, a held-out part that plays the generator, and a training part
//! where a metric asks for one.

use super::part::Part;
use crate::cli::console::Console;
use crate::cli::laboratory::{Laboratory, Sample};
use crate::error::{Error, Result};
use crate::metrics::Measured;
use crate::rng::Seed;
use crate::sources::{ImageSource, Opened};
use crate::verdicts::results::Input;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Samples of a part unless `--n` says otherwise.
const DEFAULT_N: usize = 2000;
/// Below this no part can say anything.
const LEAST_N: usize = 20;

/// The set in parts. Rows count in `whole`.
pub struct Material {
    /// The whole set as the user gave it.
    pub input: Input,
    /// What was measured of all parts together.
    pub whole: Sample,
    /// Rows of the reference.
    pub reference: Vec<usize>,
    /// Rows of the held-out part.
    pub held_out: Vec<usize>,
    /// Rows of the training part.
    pub train: Option<Vec<usize>>,
    /// The pictures, with the picture of every row; nothing for a feature file.
    pub pictures: Option<(Part, Vec<usize>)>,
}

impl Material {
    /// Opens, measures and splits `spec` into two parts, or three `with_train`, of `n` samples.
    ///
    /// # Errors
    /// Usage: statistics, or more samples asked for than there are. Cannot tell: too few samples. And those of the
    /// source and of the extraction.
    pub fn open(
        lab: &Laboratory<'_>,
        spec: &str,
        n: Option<usize>,
        with_train: bool,
        seed: Seed,
        console: &Console,
    ) -> Result<Self> {
        let n_parts = if with_train { 3 } else { 2 };
        match lab.open(spec)? {
            Opened::Images(source) => {
                let source: Arc<dyn ImageSource> = Arc::from(source);
                let n = size(spec, source.len(), n_parts, n, console)?;
                Self::of_pictures(lab, spec, &source, n, n_parts, seed)
            }
            Opened::Features(array) => {
                let whole = lab.measure(Opened::Features(array))?;
                let n_rows = whole.measured.n().unwrap_or(0);
                let n = size(spec, n_rows, n_parts, n, console)?;
                let order = seed.stream("sensitivity split", 0).permutation(n_rows);
                let input = whole.input.clone();
                Ok(Self::split(input, whole, &order, n, n_parts, None))
            }
            Opened::Statistics(_) => Err(Error::usage(format!(
                "{spec}: a statistics file has no samples that could be split and corrupted"
            ))
            .mend("give pictures or a feature array [n, d]")),
        }
    }

    fn of_pictures(
        lab: &Laboratory<'_>,
        spec: &str,
        source: &Arc<dyn ImageSource>,
        n: usize,
        n_parts: usize,
        seed: Seed,
    ) -> Result<Self> {
        let mut order = seed
            .stream("sensitivity split", 0)
            .permutation(source.len());
        order.truncate(n * n_parts);
        let part = || Part::of(spec, Arc::clone(source), order.clone());
        let whole = lab.measure(Opened::Images(Box::new(part())))?;
        let failed: BTreeSet<&str> = whole
            .input
            .failed
            .iter()
            .map(|failure| failure.name.as_str())
            .collect();
        let part = part();
        let readable: Vec<usize> = (0..part.len())
            .filter(|&i| {
                let entry = part.entries().get(i);
                entry.is_some_and(|entry| !failed.contains(entry.name.as_str()))
            })
            .collect();
        let n = n.min(readable.len() / n_parts);
        let input = Input {
            n: Some(source.len() as u64),
            fingerprint: source.fingerprint()?,
            ..whole.input.clone()
        };
        let rows: Vec<usize> = (0..readable.len()).collect();
        let pictures = Some((part, readable));
        Ok(Self::split(input, whole, &rows, n, n_parts, pictures))
    }

    fn split(
        input: Input,
        whole: Sample,
        order: &[usize],
        n: usize,
        n_parts: usize,
        pictures: Option<(Part, Vec<usize>)>,
    ) -> Self {
        let part = |number: usize| order[number * n..(number + 1) * n].to_vec();
        Self {
            input,
            whole,
            reference: part(0),
            held_out: part(1),
            train: (n_parts > 2).then(|| part(2)),
            pictures,
        }
    }

    /// What was measured of some rows, and what that depends on.
    #[must_use]
    pub fn select(&self, rows: &[usize]) -> (Measured, String) {
        let mut hasher = blake3::Hasher::new();
        for row in rows {
            hasher.update(&(*row as u64).to_le_bytes());
        }
        let identity = format!(
            "{} rows {}",
            self.whole.identity,
            hasher.finalize().to_hex()
        );
        (self.whole.measured.select(rows), identity)
    }
}

/// Samples of a part.
fn size(
    spec: &str,
    there_are: usize,
    n_parts: usize,
    asked: Option<usize>,
    console: &Console,
) -> Result<usize> {
    let most = there_are / n_parts;
    if most < LEAST_N {
        return Err(Error::cannot_tell(format!(
            "{spec}: {there_are} samples make {n_parts} parts of {most}; at least {LEAST_N} are needed in each"
        ))
        .mend("give a larger set"));
    }
    match asked {
        Some(n) if n > most => Err(Error::usage(format!(
            "--n {n}: {there_are} samples make {n_parts} parts of {most}"
        ))
        .mend(format!("--n {most}"))),
        Some(n) if n < LEAST_N => Err(Error::usage(format!(
            "--n {n}: at least {LEAST_N} samples are needed in each part"
        ))
        .mend("--n 500")),
        Some(n) => Ok(n),
        None => {
            if most > DEFAULT_N {
                console.talk(&format!(
                    "{spec}: {n_parts} parts of {DEFAULT_N} out of {there_are} samples at random; up to --n {most} is possible"
                ));
            }
            Ok(most.min(DEFAULT_N))
        }
    }
}
