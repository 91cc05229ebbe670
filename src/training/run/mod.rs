//! A training run: data, the game step by step, checkpoints, and what is left afterwards.
//!
//! In the folder of a run: `run.json` (settings, status, losses), `checkpoint.gavel`, `samples/step-N.png`,
//! `generator.onnx` with `generator.toml`. Points in the plane are pictures of size 1 with two channels to the networks, and
//! are told apart only where they are read, looked at, measured and exported. A number that is not finite ends the run; it is then recorded as failed, and
//! there is no generator.

mod checkpoint;
mod codes;
mod config;
mod data;
mod export;
mod game;
mod look;
mod optimizer;
mod prior;
mod record;
mod replay;
mod sampling;

pub use config::{Backend, Config, Rule, Settled};
pub use data::{Data, Order};
pub use export::onnx;
pub use game::{Game, Losses};
pub use record::{Ending, Look, Measures, Point, Record, Report};
pub use sampling::Sampler;

use crate::atomic_file;
use crate::error::{Error, Kind, Result};
use crate::progress::Observer;
use crate::rng::Seed;
use crate::training::layers::Extent;
use crate::training::{mixtures, triangles};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Where a run keeps its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// The folder; it is made where it is missing.
    pub path: PathBuf,
    /// Go on from its checkpoint, if it has one?
    pub resume: bool,
}

/// What a run left.
pub struct Trained {
    /// What `run.json` says.
    pub report: Report,
    /// The generator, if the run did not fail.
    pub sampler: Option<Sampler>,
}

/// The settings of the run in the folder `path`, from its checkpoint.
///
/// # Errors
/// No checkpoint there, or one that cannot be read.
pub fn settings(path: &Path) -> Result<Config> {
    checkpoint::settings(&path.join("checkpoint.gavel"))
}

/// Trains as `config` says.
///
/// Losses that are no longer finite are no error here: the run is over, and its report says why.
///
/// # Errors
/// Settings or data that cannot be used, a folder that cannot be written, a checkpoint of another run, a stop.
pub fn train(config: &Config, folder: Option<&Folder>, observer: &dyn Observer) -> Result<Trained> {
    let settled = config.settle()?;
    let config = &settled.config;
    let extent = Extent::square(config.size, config.channels);
    with_threads(config.threads, || {
        let data = match &settled.mixture {
            Some(mixture) => Data::of_mixture(mixture, config.limit),
            None => Data::read(&config.data, extent, config.limit, observer)?,
        };
        on_data(&settled, &data, folder, observer)
    })
}

/// Trains on pictures or points that are in memory; else as [`train`].
///
/// # Errors
/// As [`train`].
pub fn train_on(
    config: &Config,
    data: &Data,
    folder: Option<&Folder>,
    observer: &dyn Observer,
) -> Result<Trained> {
    let settled = config.settle()?;
    with_threads(config.threads, || on_data(&settled, data, folder, observer))
}

/// Runs `work` on `threads` threads, or on all.
fn with_threads<T: Send>(
    threads: Option<usize>,
    work: impl FnOnce() -> Result<T> + Send,
) -> Result<T> {
    let Some(threads) = threads else {
        return work();
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|error| Error::usage(format!("{threads} threads: {error}")))?;
    pool.install(work)
}

fn on_data(
    settled: &Settled,
    data: &Data,
    folder: Option<&Folder>,
    observer: &dyn Observer,
) -> Result<Trained> {
    let config = &settled.config;
    if data.len() < config.batch_size {
        let what = if settled.makes_points() {
            "points"
        } else {
            "pictures"
        };
        return Err(Error::input(format!(
            "the training set has {} {what}, a batch has {}",
            data.len(),
            config.batch_size
        ))
        .mend(format!("lower batch_size, or give more {what}")));
    }
    let mut run = Run::begin(settled, data, folder)?;
    let ending = run.play(observer)?;
    run.finish(ending)
}

/// A run in flight.
struct Run<'a> {
    settled: &'a Settled,
    data: &'a Data,
    folder: Option<&'a Folder>,
    game: Game,
    order: Order,
    looker: Option<look::Looker>,
    record: Record,
    step: usize,
}

impl<'a> Run<'a> {
    fn begin(settled: &'a Settled, data: &'a Data, folder: Option<&'a Folder>) -> Result<Self> {
        let config = &settled.config;
        let mut game = Game::new(settled, data.len())?;
        let (mut step, mut record) = (0, Record::default());
        if let Some(folder) = folder {
            std::fs::create_dir_all(&folder.path).map_err(|e| Error::io(&folder.path, &e))?;
            let path = folder.path.join("checkpoint.gavel");
            if folder.resume && path.exists() {
                (step, record) = checkpoint::load(&path, config, &data.fingerprint, &mut game)?;
            } else if !folder.resume && (path.exists() || folder.path.join("run.json").exists()) {
                return Err(
                    Error::usage(format!("{}: holds another run", folder.path.display()))
                        .mend("go on with --resume, or choose another folder"),
                );
            }
        }
        let looker = look::Looker::new(settled, data)?;
        Ok(Self {
            order: Order::new(Seed(config.seed), data.len()),
            settled,
            data,
            folder,
            game,
            looker,
            record,
            step,
        })
    }

    fn play(&mut self, observer: &dyn Observer) -> Result<Ending> {
        let config = &self.settled.config;
        let every = record::interval(config.steps);
        observer.begin(&format!("{} {}", config.model, config.loss), config.steps);
        observer.advance(self.step.min(config.steps));
        while self.step < config.steps {
            if observer.stop_requested() {
                self.save()?;
                return Err(Error::interrupted());
            }
            let started = Instant::now();
            let batch = self.order.batch(self.step, config.batch_size);
            let played = self.game.step(self.step, &self.data.batch(&batch), &batch);
            self.record.seconds += started.elapsed().as_secs_f64();
            let losses = match played {
                Ok(losses) => losses,
                Err(error) if error.kind() == Kind::Numerical => {
                    observer.end();
                    return Ok(Ending::Failed {
                        step: self.step,
                        reason: error.message().to_owned(),
                    });
                }
                Err(error) => return Err(error),
            };
            self.step += 1;
            self.record.hear(self.step, every, losses);
            observer.advance(1);
            self.look(losses, observer)?;
            let due = |n: usize| n > 0 && self.step.is_multiple_of(n);
            if due(config.checkpoint_every) {
                self.save()?;
            }
        }
        observer.end();
        Ok(Ending::Ok)
    }

    /// Sample sheet, distance and a line of talk, where they are due.
    fn look(&mut self, losses: Losses, observer: &dyn Observer) -> Result<()> {
        let every = self.settled.config.look_every;
        if every == 0 || !self.step.is_multiple_of(every) {
            return Ok(());
        }
        let sampler = self.sampler()?;
        let place = self.folder.map(|folder| folder.path.join("samples"));
        if let Some(place) = place {
            std::fs::create_dir_all(&place).map_err(|e| Error::io(&place, &e))?;
            let path = place.join(format!("step-{:06}.png", self.step));
            write(&path, &look::sheet(&sampler, self.settled)?)?;
        }
        let distance = match &self.looker {
            Some(looker) => Some(looker.distance(&sampler)?),
            None => None,
        };
        let mut line = format!(
            "step {}: discriminator {:.4}",
            self.step, losses.discriminator
        );
        if let Some(generator) = losses.generator {
            let _ = write!(line, ", generator {generator:.4}");
        }
        if let Some(fd) = distance {
            let _ = write!(line, ", FD {fd:.3}");
            let step = self.step;
            self.record.looks.push(Look { step, fd });
        }
        observer.say(&line);
        Ok(())
    }

    fn sampler(&self) -> Result<Sampler> {
        let trained = &self.game.pair.generator.parameters;
        let prior = self.game.prior(self.data)?;
        let weights = self.game.average.as_ref().unwrap_or(trained);
        Sampler::new(self.settled, weights, prior.as_ref())
    }

    fn save(&self) -> Result<()> {
        let Some(folder) = self.folder else {
            return Ok(());
        };
        let place = checkpoint::Place {
            config: &self.settled.config,
            data: &self.data.fingerprint,
            step: self.step,
            record: &self.record,
        };
        checkpoint::save(&folder.path.join("checkpoint.gavel"), &place, &self.game)
    }

    fn finish(self, ending: Ending) -> Result<Trained> {
        let mut ending = ending;
        let (mut sampler, mut measures) = (None, None);
        if ending == Ending::Ok {
            // Weights may have ceased to be numbers in the very last update.
            let made = self.sampler().and_then(|made| {
                let measures = self.measure(&made)?;
                Ok((made, measures))
            });
            match made {
                Ok((made, found)) => {
                    measures = found;
                    sampler = Some(made);
                }
                Err(error) if error.kind() != Kind::Numerical => return Err(error),
                Err(error) => {
                    ending = Ending::Failed {
                        step: self.step,
                        reason: error.message().to_owned(),
                    };
                }
            }
        }
        let report = self.report(ending, measures);
        if let Some(folder) = self.folder {
            if let Some(sampler) = &sampler {
                self.save()?;
                export::write_generator(sampler, self.settled, &folder.path)?;
            }
            let text = serde_json::to_string_pretty(&report)
                .map_err(|error| Error::numerical(format!("run.json: {error}")))?;
            write(&folder.path.join("run.json"), (text + "\n").as_bytes())?;
        }
        Ok(Trained { report, sampler })
    }

    /// What can be measured against a manifold that is known; at least that samples are numbers.
    fn measure(&self, sampler: &Sampler) -> Result<Option<Measures>> {
        let config = &self.settled.config;
        let seed = Seed(config.seed);
        sampler.values(1, seed)?;
        if let Some(mixture) = &self.settled.mixture {
            let found = mixtures::of_run(sampler, mixture, seed)?;
            return Ok(Some(Measures::Mixture(found)));
        }
        Ok(triangles::of_run(sampler, config)?.map(Measures::Triangles))
    }

    fn report(&self, ending: Ending, measures: Option<Measures>) -> Report {
        let is_of_points = matches!(measures, Some(Measures::Mixture(_)));
        Report {
            schema: "gavel.run/1".into(),
            gavel: env!("CARGO_PKG_VERSION").into(),
            ending,
            steps: self.step,
            generator_updates: self.game.optimizers[0].n_updates,
            seconds: self.record.seconds,
            settings: self.settled.config.clone(),
            data_fingerprint: self.data.fingerprint.clone(),
            n_train: self.data.len(),
            n_weights: [
                self.game.pair.generator.parameters.n_learned(),
                self.game.pair.discriminator.parameters.n_learned(),
            ],
            history: self.record.history.clone(),
            looks: self.record.looks.clone(),
            extractor: is_of_points.then(|| mixtures::EXTRACTOR.to_owned()),
            measures,
        }
    }
}

impl Trained {
    /// `n` pictures of the generator.
    ///
    /// # Errors
    /// A run that failed has no generator.
    pub fn sample(&self, n: usize, seed: Seed) -> Result<crate::sources::memory::MemorySource> {
        match (&self.sampler, &self.report.ending) {
            (Some(sampler), _) => sampler.pictures(n, seed),
            (None, Ending::Failed { step, reason }) => Err(Error::numerical(format!(
                "the run failed after {step} steps and has no generator: {reason}"
            ))),
            (None, Ending::Ok) => Err(Error::numerical("the run has no generator")),
        }
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    atomic_file::write(path, bytes).map_err(|error| Error::io(path, &error))
}

#[cfg(test)]
mod tests;
