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
use std::sync::Arc;

/// One set and the way back to its pictures.
struct Side {
    exhibit: Exhibit,
    pictures: PictureSet,
    input: Input,
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
    grounds: Grounds,
    generated: Side,
    checkpoints: Checkpoints,
    console: &'a Console,
}

/// The real sets of an audit, looked at once for any number of generated sets.
#[derive(Clone)]
pub struct Grounds {
    reference: Arc<Side>,
    train: Option<Arc<Side>>,
}

impl Grounds {
    /// Looks at every picture of the real sets.
    pub fn look(
        reference: Box<dyn ImageSource>,
        train: Option<Box<dyn ImageSource>>,
        looking: &Looking<'_>,
    ) -> Result<Self> {
        Ok(Self {
            reference: Arc::new(look(reference, looking)?),
            train: train
                .map(|train| look(train, looking))
                .transpose()?
                .map(Arc::new),
        })
    }

    /// The reference, then the training set.
    #[must_use]
    pub fn exhibits(&self) -> Vec<&Exhibit> {
        let sides = [Some(&self.reference), self.train.as_ref()];
        sides
            .into_iter()
            .flatten()
            .map(|side| &side.exhibit)
            .collect()
    }
}

/// Earlier checkpoints, and the way back to their pictures.
#[derive(Default)]
struct Checkpoints {
    exhibits: Vec<Exhibit>,
    pictures: Vec<PictureSet>,
    inputs: Vec<Input>,
}

/// The sources of an audit, opened.
pub struct Sources {
    /// Real pictures.
    pub reference: Box<dyn ImageSource>,
    /// Generated ones.
    pub generated: Box<dyn ImageSource>,
    /// What the generator was trained on.
    pub train: Option<Box<dyn ImageSource>>,
    /// Earlier checkpoints of the generator, in the order of training.
    pub checkpoints: Vec<Box<dyn ImageSource>>,
}

impl<'a> Scene<'a> {
    /// Opens all sets before looking at the first, so that a wrong name is told at once.
    pub fn open(typed: &Typed, looking: &Looking<'a>) -> Result<Self> {
        let open = |spec: &str| pictures(looking.lab, spec);
        let mut series: Vec<&str> = typed.series.iter().map(String::as_str).collect();
        let generated = match typed.generated.as_deref() {
            Some(generated) => generated,
            // The last of a series is the generator as it is now.
            None => series.pop().ok_or_else(nothing_generated)?,
        };
        let sources = Sources {
            reference: open(&typed.reference)?,
            generated: open(generated)?,
            train: typed.train.as_deref().map(open).transpose()?,
            checkpoints: series.into_iter().map(open).collect::<Result<_>>()?,
        };
        Self::of(sources, looking)
    }

    /// Looks at every picture of the sets.
    pub fn of(sources: Sources, looking: &Looking<'a>) -> Result<Self> {
        let grounds = Grounds::look(sources.reference, sources.train, looking)?;
        Self::on(&grounds, sources.generated, sources.checkpoints, looking)
    }

    /// Looks at every picture of a generated set, and of its earlier checkpoints.
    pub fn on(
        grounds: &Grounds,
        generated: Box<dyn ImageSource>,
        checkpoints_before: Vec<Box<dyn ImageSource>>,
        looking: &Looking<'a>,
    ) -> Result<Self> {
        let mut checkpoints = Checkpoints::default();
        for source in checkpoints_before {
            let seen = look(source, looking)?;
            checkpoints.exhibits.push(seen.exhibit);
            checkpoints.pictures.push(seen.pictures);
            checkpoints.inputs.push(seen.input);
        }
        Ok(Self {
            grounds: grounds.clone(),
            generated: look(generated, looking)?,
            checkpoints,
            console: looking.console,
        })
    }

    /// The sets that are there.
    #[must_use]
    pub fn sides(&self) -> Vec<SetSide> {
        let checkpoints = (0..self.checkpoints.exhibits.len()).map(SetSide::Checkpoint);
        [SetSide::Reference, SetSide::Generated]
            .into_iter()
            .chain(self.grounds.train.is_some().then_some(SetSide::Train))
            .chain(checkpoints)
            .collect()
    }

    fn side(&self, side: SetSide) -> Option<(&Exhibit, &PictureSet, &Input)> {
        let side = match side {
            SetSide::Reference => &self.grounds.reference,
            SetSide::Generated => &self.generated,
            SetSide::Train => self.grounds.train.as_ref()?,
            SetSide::Checkpoint(at) => {
                let Checkpoints {
                    exhibits,
                    pictures,
                    inputs,
                } = &self.checkpoints;
                return Some((exhibits.get(at)?, pictures.get(at)?, inputs.get(at)?));
            }
        };
        Some((&side.exhibit, &side.pictures, &side.input))
    }

    /// What the audits see.
    pub fn case<'c>(
        &'c self,
        seed: Seed,
        detector: Option<&'c Detector>,
        console: &'c Console,
    ) -> Case<'c> {
        Case {
            reference: Some(&self.grounds.reference.exhibit),
            generated: &self.generated.exhibit,
            train: self.grounds.train.as_ref().map(|side| &side.exhibit),
            checkpoints: &self.checkpoints.exhibits,
            detector,
            archive: self,
            seed,
            observer: console,
        }
    }

    /// The name of a picture.
    pub fn name(&self, side: SetSide, index: usize) -> String {
        self.side(side)
            .and_then(|(exhibit, ..)| exhibit.items.get(index))
            .map_or_else(|| index.to_string(), |item| item.name.clone())
    }

    /// The generated set, as it was looked at.
    #[must_use]
    pub fn generated(&self) -> &Exhibit {
        &self.generated.exhibit
    }

    /// Its record for the results document.
    #[must_use]
    pub fn generated_input(&self) -> &Input {
        &self.generated.input
    }

    /// What the user should hear of the generated set: members left out, links not followed.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        self.generated.pictures.notes()
    }

    /// For the results document.
    pub fn inputs(&self) -> BTreeMap<String, Input> {
        self.sides()
            .into_iter()
            .filter_map(|side| Some((side.name().into_owned(), self.side(side)?.2.clone())))
            .collect()
    }
}

impl Pictures for Scene<'_> {
    fn of_side(&self, side: &str) -> Option<&PictureSet> {
        let mut sides = self.sides().into_iter();
        let side = sides.find(|known| known.name() == side)?;
        Some(self.side(side)?.1)
    }
}

impl Archive for Scene<'_> {
    fn read(&self, side: SetSide, rows: &[usize]) -> Result<BTreeMap<usize, Pixels>> {
        match self.side(side) {
            Some((_, pictures, _)) => pictures.read(rows, usize::MAX, self.console),
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

fn nothing_generated() -> Error {
    Error::usage("no generated set: neither GENERATED nor --series SOURCE…")
        .mend("gavel audit REFERENCE GENERATED, or gavel audit REFERENCE --series EPOCH1 EPOCH2 …")
}

fn no_pictures(spec: &str, found: &str) -> Error {
    Error::input(format!("{spec} holds {found}; an audit looks at pictures"))
        .mend("give a folder, an archive or an array of pictures; `gavel evaluate` takes features")
}

fn look(source: Box<dyn ImageSource>, looking: &Looking<'_>) -> Result<Side> {
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
    })
}
