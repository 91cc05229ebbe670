//! The two sides of an evaluation, checked against each other once.

use std::collections::BTreeMap;

use super::neighborhood::Neighborhood;
use super::{Generated, Measured, Need, Params, Reference, Train};
use ndarray::ArrayView2;

use crate::error::{Error, Result};
use crate::rng::Seed;
use crate::statistics::estimate::{Direction, Estimate};

/// What metrics compare: a generated set with a reference set, or a generated set alone.
#[derive(Debug)]
pub struct Inputs<'a> {
    /// The reference side; metrics of the generated side alone run without it.
    pub reference: Option<Reference<'a>>,
    /// The generated side.
    pub generated: Generated<'a>,
    /// The set that the generator was trained on, where it was given.
    pub train: Option<Train<'a>>,
    /// Seed of every random choice that is not NumPy's.
    pub seed: Seed,
    /// Are standard errors, floors and evidence wanted beside the values? Resampling asks for values alone.
    pub with_errors: bool,
    /// Neighbours of both sides, looked for once.
    pub(super) neighborhood: Neighborhood,
}

impl<'a> Inputs<'a> {
    /// Two sides in the same feature space.
    ///
    /// # Errors
    /// Input: the sides have different numbers of feature dimensions.
    pub fn new(
        reference: Option<Reference<'a>>,
        generated: Generated<'a>,
        seed: Seed,
    ) -> Result<Self> {
        if let Some(Reference(real)) = reference
            && let (Some(d_real), Some(d_generated)) = (real.n_features(), generated.0.n_features())
            && d_real != d_generated
        {
            return Err(Error::input(format!(
                "the reference {} has {d_real} feature dimensions, the generated {} has {d_generated}",
                real.name(),
                generated.0.name()
            ))
            .mend("extract both with the same network and layer"));
        }
        Ok(Self {
            reference,
            generated,
            train: None,
            seed,
            with_errors: true,
            neighborhood: Neighborhood::default(),
        })
    }

    /// Values alone: metrics leave out what costs more than the value itself.
    #[must_use]
    pub fn values_only(mut self) -> Self {
        self.with_errors = false;
        self
    }

    /// With the set that the generator was trained on.
    ///
    /// # Errors
    /// Input: it has another number of feature dimensions than the generated set.
    pub fn with_train(mut self, train: Option<Train<'a>>) -> Result<Self> {
        if let Some(Train(seen)) = train
            && let (Some(d_seen), Some(d_generated)) =
                (seen.n_features(), self.generated.0.n_features())
            && d_seen != d_generated
        {
            return Err(Error::input(format!(
                "the training set {} has {d_seen} feature dimensions, the generated {} has {d_generated}",
                seen.name(),
                self.generated.0.name()
            ))
            .mend("extract both with the same network and layer"));
        }
        self.train = train;
        Ok(self)
    }

    /// The training set.
    ///
    /// # Errors
    /// Usage: none was given.
    pub fn train(&self) -> Result<&'a Measured> {
        self.train
            .map(|side| side.0)
            .ok_or_else(|| Error::usage("no training set was given").mend("--train SOURCE"))
    }

    /// The reference set.
    ///
    /// # Errors
    /// Usage: none was given.
    pub fn reference(&self) -> Result<&'a Measured> {
        self.reference.map(|side| side.0).ok_or_else(|| {
            Error::usage("no reference set was given").mend("gavel evaluate REFERENCE GENERATED")
        })
    }

    /// Features of the reference and of the generated set.
    ///
    /// # Errors
    /// Usage: a side has none.
    pub fn features(&self) -> Result<[ArrayView2<'a, f32>; 2]> {
        Ok([features_of(self.reference()?)?, self.generated_features()?])
    }

    /// Features of the generated set.
    ///
    /// # Errors
    /// Usage: it has none.
    pub fn generated_features(&self) -> Result<ArrayView2<'a, f32>> {
        features_of(self.generated.0)
    }

    /// Features of the training set.
    ///
    /// # Errors
    /// Usage: no training set was given, or it has none.
    pub fn train_features(&self) -> Result<ArrayView2<'a, f32>> {
        features_of(self.train()?)
    }

    /// The first of these needs that is not met, and what is missing in words.
    #[must_use]
    pub fn lacks(&self, needs: &[Need]) -> Option<(Need, String)> {
        needs
            .iter()
            .find_map(|need| Some((*need, need.lacking(self)?)))
    }

    /// A row of these inputs without a value.
    pub(super) fn row(&self, id: &str, direction: Direction, params: &Params) -> Estimate {
        Estimate {
            id: id.to_owned(),
            value: None,
            std_error: None,
            interval: None,
            direction,
            n_reference: self.reference.and_then(|side| side.0.n()),
            n_generated: self.generated.0.n().unwrap_or(0),
            params: params.to_map(),
            details: BTreeMap::new(),
            evidence: Vec::new(),
            curves: Vec::new(),
            why_absent: None,
        }
    }
}

fn features_of(side: &Measured) -> Result<ArrayView2<'_, f32>> {
    side.features().ok_or_else(|| {
        Error::usage(format!("{} has no features", side.name()))
            .mend("give images or a feature array [n, d]")
    })
}
