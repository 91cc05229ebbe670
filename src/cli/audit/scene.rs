//! The sets of an audit, gathered.

use crate::audit::faces::Detector;
use crate::audit::gather::{GatherOptions, Gathered, gather};
use crate::audit::{Archive, Case, Exhibit};
use crate::cli::arguments::Audit as Typed;
use crate::cli::console::Console;
use crate::cli::laboratory::Laboratory;
use crate::cli::pictures::PictureSet;
use crate::cli::plan::NetworkPlan;
use crate::cli::thumbnails::Pictures;
use crate::error::{Error, Result};
use crate::rng::Seed;
use crate::sources::{ImageSource, Opened, Pixels};
use crate::statistics::estimate::SetSide;
use crate::verdicts::results::{Failure, Input, Warning};
use std::collections::BTreeMap;

/// One set and the way back to its pictures.
struct Side<'a> {
    exhibit: Exhibit,
    pictures: PictureSet,
    input: Input,
    console: &'a Console,
}

/// How sets are looked at.
pub struct Looking<'a> {
    /// Knows the network and keeps the warnings.
    pub lab: &'a Laboratory<'a>,
    /// Threads and failures.
    pub plan: &'a NetworkPlan,
    /// Hears of progress.
    pub console: &'a Console,
    /// Is a network to look at the pictures too?
    pub with_features: bool,
}

/// All sets of an audit.
pub struct Scene<'a> {
    reference: Side<'a>,
    generated: Side<'a>,
    train: Option<Side<'a>>,
}

impl<'a> Scene<'a> {
    /// Opens all sets before looking at the first, so that a wrong name is told at once.
    pub fn open(typed: &Typed, looking: &Looking<'a>) -> Result<Self> {
        let reference = pictures(looking.lab, &typed.reference)?;
        let generated = pictures(looking.lab, &typed.generated)?;
        let train = typed
            .train
            .as_deref()
            .map(|spec| pictures(looking.lab, spec))
            .transpose()?;
        Self::of(reference, generated, train, looking)
    }

    /// Looks at every picture of the sets.
    pub fn of(
        reference: Box<dyn ImageSource>,
        generated: Box<dyn ImageSource>,
        train: Option<Box<dyn ImageSource>>,
        looking: &Looking<'a>,
    ) -> Result<Self> {
        Ok(Self {
            reference: look(reference, looking)?,
            generated: look(generated, looking)?,
            train: train.map(|source| look(source, looking)).transpose()?,
        })
    }

    fn side(&self, side: SetSide) -> Option<&Side<'a>> {
        match side {
            SetSide::Reference => Some(&self.reference),
            SetSide::Generated => Some(&self.generated),
            SetSide::Train => self.train.as_ref(),
        }
    }

    /// What the audits see.
    pub fn case<'c>(
        &'c self,
        seed: Seed,
        detector: Option<&'c Detector>,
        console: &'c Console,
    ) -> Case<'c> {
        Case {
            reference: Some(&self.reference.exhibit),
            generated: &self.generated.exhibit,
            train: self.train.as_ref().map(|side| &side.exhibit),
            detector,
            archive: self,
            seed,
            observer: console,
        }
    }

    /// The name of a picture.
    pub fn name(&self, side: SetSide, index: usize) -> String {
        self.side(side)
            .and_then(|side| side.exhibit.items.get(index))
            .map_or_else(|| index.to_string(), |item| item.name.clone())
    }

    /// For the results document.
    pub fn inputs(&self) -> BTreeMap<String, Input> {
        [SetSide::Reference, SetSide::Generated, SetSide::Train]
            .into_iter()
            .filter_map(|side| Some((side.name().to_owned(), self.side(side)?.input.clone())))
            .collect()
    }
}

impl Pictures for Scene<'_> {
    fn of_side(&self, side: &str) -> Option<&PictureSet> {
        let sides = [SetSide::Reference, SetSide::Generated, SetSide::Train];
        let side = sides.into_iter().find(|known| known.name() == side)?;
        Some(&self.side(side)?.pictures)
    }
}

impl Archive for Scene<'_> {
    fn read(&self, side: SetSide, rows: &[usize]) -> Result<BTreeMap<usize, Pixels>> {
        match self.side(side) {
            Some(found) => found.pictures.read(rows, usize::MAX, found.console),
            None => Err(Error::input(format!("there is no {} set", side.name()))),
        }
    }
}

fn pictures(lab: &Laboratory<'_>, spec: &str) -> Result<Box<dyn ImageSource>> {
    match lab.open(spec)? {
        Opened::Images(source) => Ok(source),
        Opened::Features(_) => Err(no_pictures(spec, "features")),
        Opened::Statistics(_) => Err(no_pictures(spec, "statistics")),
    }
}

fn no_pictures(spec: &str, found: &str) -> Error {
    Error::input(format!("{spec} holds {found}; an audit looks at pictures"))
        .mend("give a folder, an archive or an array of pictures; `gavel evaluate` takes features")
}

fn look<'a>(source: Box<dyn ImageSource>, looking: &Looking<'a>) -> Result<Side<'a>> {
    let Looking {
        lab, plan, console, ..
    } = *looking;
    let options = GatherOptions {
        threads: plan.extract.threads,
        on_error: plan.extract.on_error,
    };
    let mut gathered = gather(source.as_ref(), &options, console)?;
    if !gathered.broken.is_empty() {
        lab.warn(Warning::new(
            "skipped",
            format!(
                "{}: {} of {} pictures could not be read and were left out",
                source.spec(),
                gathered.broken.len(),
                source.len()
            ),
            "see `failed` in the results document; without --on-error skip the first one stops the run",
        ));
    }
    let mut n_cached = 0;
    if looking.with_features {
        let seen = lab.extract(source.as_ref())?;
        n_cached = seen.n_cached;
        gathered.attach(seen.features.view(), &seen.indices)?;
    }
    let Gathered {
        exhibit,
        indices,
        broken,
    } = gathered;
    let input = Input {
        source: source.spec().to_string(),
        n: Some(exhibit.len() as u64),
        fingerprint: source.fingerprint()?,
        failed: broken
            .into_iter()
            .map(|broken| Failure {
                name: broken.name,
                reason: broken.reason,
            })
            .collect(),
        n_cached,
    };
    Ok(Side {
        exhibit,
        pictures: PictureSet::new(source, indices),
        input,
        console,
    })
}
