//! The two sides of an evaluation, checked against each other once.

use std::collections::BTreeMap;

use super::{Generated, Measured, Needs, Params, Reference};
use crate::error::{Error, Result};
use crate::rng::Seed;
use crate::statistics::estimate::{Direction, Estimate};

/// What metrics compare: a generated set with a reference set, or a generated set alone.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// The reference side; metrics of the generated side alone run without it.
    pub reference: Option<Reference<'a>>,
    /// The generated side.
    pub generated: Generated<'a>,
    /// Seed of every random choice that is not NumPy's.
    pub seed: Seed,
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
            seed,
        })
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

    /// What is missing for these needs, in words.
    #[must_use]
    pub fn lacks(&self, needs: Needs) -> Option<String> {
        let generated = self.generated.0;
        if needs == Needs::ClassScores {
            return generated
                .scores()
                .is_none()
                .then(|| format!("{} has no class scores", generated.name()));
        }
        let Some(Reference(reference)) = self.reference else {
            return Some("no reference set was given".to_owned());
        };
        [reference, generated]
            .into_iter()
            .find_map(|side| match needs {
                Needs::Features if side.features().is_none() => {
                    Some(format!("{} has no features", side.name()))
                }
                Needs::Moments if side.n_features().is_none() => Some(format!(
                    "{} has neither features nor statistics",
                    side.name()
                )),
                _ => None,
            })
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
            why_absent: None,
        }
    }
}
