//! Distances, authenticity and the audit of every set of every split.

use super::data::{Pool, Split};
use super::eyes::Eyes;
use crate::exhibits::{Shelf, exhibit};
use gavel::audit::{self, Case, Exhibit, Severity};
use gavel::error::{Error, Result};
use gavel::metrics::comparison::{Contest, Score};
use gavel::metrics::{
    self, Generated, Inputs, Measured, Metric, Params, Reference, Settings, Space, Train,
};
use gavel::progress::Silent;
use gavel::rng::Seed;
use gavel::sources::Pixels;
use gavel::statistics::estimate::Estimate;
use ndarray::{Array2, Axis};

/// What stands in for a generator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Set {
    /// Held-out real pictures: what the perfect generator would make, so its distance is the floor.
    Honest,
    /// The training pictures.
    Memoriser,
    /// The training pictures mirrored.
    FlipCopier,
    /// A real submission.
    Gan,
}

impl Set {
    /// All, the honest one first.
    pub const ALL: [Self; 4] = [Self::Honest, Self::Memoriser, Self::FlipCopier, Self::Gan];

    /// Its name on the page.
    pub fn title(self) -> &'static str {
        match self {
            Self::Honest => "honest (the floor)",
            Self::Memoriser => "memoriser",
            Self::FlipCopier => "flip-copier",
            Self::Gan => "GAN submission",
        }
    }
}

/// A number and its standard error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Number {
    /// The number.
    pub value: f64,
    /// Its standard error, where there is one.
    pub std_error: Option<f64>,
}

/// What was measured of one set in one split.
#[derive(Debug, Clone)]
pub struct Row {
    /// Number of the split, from 0.
    pub split: u64,
    /// The set.
    pub set: Set,
    /// Pictures of the set, and of each other part.
    pub n: usize,
    /// Distance to the held-out reference.
    pub to_reference: Number,
    /// Distance to the training set.
    pub to_train: Number,
    /// The first distance less that of the honest set, with the error of the difference.
    pub above_floor: Number,
    /// Share of pictures that are no near copy in feature space, per cent (AuthPct).
    pub authenticity: f64,
    /// Called copies, mirrored copies, and copies in another disguise.
    pub called: [usize; 3],
    /// The worst of what the audit says of the three.
    pub severity: Severity,
}

/// Every set of every split.
pub fn all(pool: &Pool, eyes: &Eyes, n_splits: u64, seed: Seed) -> Result<Vec<Row>> {
    let features = [&pool.real, &pool.mirrored, &pool.gan].map(|set| eyes.features(set));
    let [real, mirrored, gan] = features;
    let features = [real?, mirrored?, gan?];
    let mut rows = Vec::new();
    for number in 0..n_splits {
        let split = pool.split(number, seed);
        let bench = Bench::lay(pool, &split, &features, seed)?;
        for (place, set) in Set::ALL.into_iter().enumerate() {
            rows.push(bench.row(place, set, number)?);
        }
    }
    Ok(rows)
}

/// The parts of one split: pictures for the audit, features for the distances.
struct Bench {
    train: (Vec<Pixels>, Exhibit, Measured),
    reference: (Exhibit, Measured),
    generated: Vec<(Vec<Pixels>, Measured)>,
    above_floor: Vec<Number>,
    seed: Seed,
}

fn pick(set: &[Pixels], rows: &[usize]) -> Vec<Pixels> {
    rows.iter()
        .filter_map(|&row| set.get(row).cloned())
        .collect()
}

fn measured(name: &str, features: &Array2<f32>, rows: &[usize]) -> Result<Measured> {
    Measured::from_features(name, Space::Network, features.select(Axis(0), rows))
}

fn metric(name: &str) -> Result<&'static dyn Metric> {
    metrics::find(name).ok_or_else(|| Error::usage(format!("there is no metric {name}")))
}

impl Bench {
    fn lay(
        pool: &Pool,
        split: &Split,
        [real, mirrored, gan]: &[Array2<f32>; 3],
        seed: Seed,
    ) -> Result<Self> {
        let train = pick(&pool.real, &split.train);
        let reference = pick(&pool.real, &split.reference);
        let sets = [
            (&pool.real, real, &split.honest),
            (&pool.real, real, &split.train),
            (&pool.mirrored, mirrored, &split.train),
            (&pool.gan, gan, &split.gan),
        ];
        let generated = sets
            .into_iter()
            .map(|(pictures, features, rows)| {
                Ok((pick(pictures, rows), measured("generated", features, rows)?))
            })
            .collect::<Result<Vec<(Vec<Pixels>, Measured)>>>()?;
        let mut bench = Self {
            train: (
                train.clone(),
                exhibit("train", &train)?,
                measured("train", real, &split.train)?,
            ),
            reference: (
                exhibit("reference", &reference)?,
                measured("reference", real, &split.reference)?,
            ),
            generated,
            above_floor: Vec::new(),
            seed,
        };
        bench.above_floor = bench.differences()?;
        Ok(bench)
    }

    /// Each generated set's distance to the reference less that of the first.
    fn differences(&self) -> Result<Vec<Number>> {
        let fid = metric("fid")?;
        let sets = self.generated.iter().map(|(_, set)| set);
        let contest = Contest {
            reference: Reference(&self.reference.1),
            generators: sets.clone().map(Generated).collect(),
            train: None,
            seed: self.seed,
        };
        let scores: Vec<Vec<Score>> = sets
            .map(|set| Ok(vec![Score::from(&self.distance(&self.reference.1, set)?)]))
            .collect::<Result<_>>()?;
        let pairs: Vec<(usize, usize)> = (1..self.generated.len()).map(|at| (0, at)).collect();
        let found = contest.differences(fid, &Settings::default(), &scores, &pairs, &|| Ok(()))?;
        let mut numbers = vec![Number {
            value: 0.0,
            std_error: None,
        }];
        numbers.extend(found.into_iter().map(|one| Number {
            value: one.value.unwrap_or(f64::NAN),
            std_error: one.std_error,
        }));
        Ok(numbers)
    }

    fn distance(&self, reference: &Measured, generated: &Measured) -> Result<Estimate> {
        let inputs = Inputs::new(Some(Reference(reference)), Generated(generated), self.seed)?;
        first_row("fid", &inputs)
    }

    fn row(&self, place: usize, set: Set, split: u64) -> Result<Row> {
        let lost = || Error::usage(format!("no set {place}"));
        let (pictures, generated) = self.generated.get(place).ok_or_else(lost)?;
        let inputs = Inputs::new(
            Some(Reference(&self.reference.1)),
            Generated(generated),
            self.seed,
        )?
        .with_train(Some(Train(&self.train.2)))?;
        let (called, severity) = self.audit(pictures)?;
        Ok(Row {
            split,
            set,
            n: pictures.len(),
            to_reference: number(&self.distance(&self.reference.1, generated)?),
            to_train: number(&self.distance(&self.train.2, generated)?),
            above_floor: *self.above_floor.get(place).ok_or_else(lost)?,
            authenticity: number(&first_row("authenticity", &inputs)?).value,
            called,
            severity,
        })
    }

    /// The audit of copies, as `gavel audit` runs it.
    fn audit(&self, pictures: &[Pixels]) -> Result<([usize; 3], Severity)> {
        let copies = audit::find("copies")
            .ok_or_else(|| Error::usage("there is no audit of copies".to_owned()))?;
        let card = copies.card();
        let generated = exhibit("generated", pictures)?;
        let shelf = Shelf {
            generated: pictures,
            train: &self.train.0,
        };
        let case = Case {
            reference: Some(&self.reference.0),
            generated: &generated,
            train: Some(&self.train.1),
            checkpoints: &[],
            detector: None,
            archive: &shelf,
            seed: self.seed,
            observer: &Silent,
        };
        let report = copies.run(&case, &Params::defaults(card.name, card.params)?)?;
        let kinds = ["training_copies", "training_mirrors", "training_disguises"];
        let of = |id: &str| report.findings.iter().find(|finding| finding.id == id);
        let count = |id: &str| of(id).and_then(|finding| finding.details.get("n_found"));
        let worst = kinds.iter().filter_map(|id| Some(of(id)?.severity)).max();
        Ok((
            kinds.map(|id| count(id).map_or(0, |n| *n as usize)),
            worst.unwrap_or(Severity::Clear),
        ))
    }
}

fn first_row(name: &str, inputs: &Inputs<'_>) -> Result<Estimate> {
    let outcome = metrics::evaluate(&[metric(name)?], inputs, &Settings::default())?;
    let row = outcome.estimates.into_iter().next();
    row.ok_or_else(|| Error::numerical(format!("{name} has no row")))
}

fn number(row: &Estimate) -> Number {
    Number {
        value: row.value.unwrap_or(f64::NAN),
        std_error: row.std_error,
    }
}
