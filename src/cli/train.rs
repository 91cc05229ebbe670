//! `gavel train`: one reference generator.

use super::arguments::Train;
use super::console::Console;
use crate::error::{Error, Result};

/// Runs the command, which this build cannot.
#[cfg(not(feature = "training"))]
pub fn run(_: &Train, _: &Console) -> Result<()> {
    Err(
        Error::usage("this gavel was built without training, which doubles the time of a build")
            .mend("cargo build --release --features training, then run the same command"),
    )
}

/// Runs the command.
#[cfg(feature = "training")]
pub fn run(typed: &Train, console: &Console) -> Result<()> {
    use crate::training::run::{Ending, Folder, Measures, train};
    super::memory::keep_own();
    let config = enabled::config(typed)?;
    let folder = Folder {
        path: typed.output.clone(),
        resume: typed.resume,
    };
    let report = train(&config, Some(&folder), console)?.report;
    let place = typed.output.display();
    match &report.ending {
        Ending::Ok => {
            console.talk(&format!(
                "{place}: {} steps in {:.0} s ({:.1} ms a step); samples/, run.json and generator.onnx are there",
                report.steps,
                report.seconds,
                1e3 * report.seconds / report.steps.max(1) as f64,
            ));
            if let Some(Measures::Mixture(found)) = &report.measures {
                console.talk(&format!(
                    "{place}: {:.1} % of the samples are near a mode (precision), {:.1} % of the modes are reached (recall), \
                     FD {:.2}",
                    1e2 * found.precision,
                    1e2 * found.recall,
                    found.fid_score
                ));
            }
            Ok(())
        }
        Ending::Failed { step, reason } => Err(Error::numerical(format!(
            "{place}: the run failed after {step} steps: {reason}"
        ))
        .mend("lower --learning-rate; run.json keeps the record of the failed run")),
    }
}

#[cfg(feature = "training")]
mod enabled {
    use super::{Error, Result, Train};
    use crate::cli::arguments::Device;
    use crate::training::run::{Backend, Config, settings};

    /// What was typed, over the file, over the checkpoint.
    pub fn config(typed: &Train) -> Result<Config> {
        let mut config = base(typed)?;
        put(&mut config.model, typed.model.as_ref());
        put(&mut config.loss, typed.loss.as_ref());
        put(&mut config.data, typed.data.as_ref());
        put(&mut config.steps, typed.steps.as_ref());
        put(&mut config.size, typed.size.as_ref());
        put(&mut config.channels, typed.channels.as_ref());
        put(&mut config.batch_size, typed.batch_size.as_ref());
        put(&mut config.seed, typed.seed.as_ref());
        put(
            &mut config.checkpoint_every,
            typed.checkpoint_every.as_ref(),
        );
        put(&mut config.look_every, typed.look_every.as_ref());
        put(&mut config.look_samples, typed.look_samples.as_ref());
        config.limit = typed.limit.or(config.limit);
        config.width = typed.width.or(config.width);
        config.learning_rate = typed.learning_rate.or(config.learning_rate);
        config.beta1 = typed.beta1.or(config.beta1);
        config.n_critic = typed.n_critic.or(config.n_critic);
        config.batch_norm = typed.batch_norm.or(config.batch_norm);
        put(
            &mut config.batch_norm_decay,
            typed.batch_norm_decay.as_ref(),
        );
        config.spectral_norm |= typed.spectral_norm;
        config.lambda = typed.lambda.or(config.lambda);
        config.clip = typed.clip.or(config.clip);
        config.gamma = typed.gamma.or(config.gamma);
        config.ema = typed.ema.or(config.ema);
        config.replay = typed.replay.or(config.replay);
        config.device = match typed.device {
            Some(Device::Cuda) => Backend::Cuda,
            Some(Device::Cpu) => Backend::Cpu,
            None => config.device,
        };
        config.threads = typed.threads;
        if config.data.is_empty() {
            return Err(Error::usage("no training set is named")
                .mend("--data SOURCE, for example --data 'polygons:triangles?n=8000'"));
        }
        Ok(config)
    }

    fn base(typed: &Train) -> Result<Config> {
        if let Some(path) = &typed.config {
            let text = std::fs::read_to_string(path).map_err(|e| Error::io(path, &e))?;
            return toml::from_str(&text).map_err(|e| {
                Error::usage(format!("{}: {}", path.display(), e.message()))
                    .mend("the settings are those of `settings` in a run.json")
            });
        }
        let checkpoint = typed.output.join("checkpoint.gavel");
        if typed.resume && (typed.data.is_none() || checkpoint.exists()) {
            return settings(&typed.output);
        }
        Ok(Config {
            checkpoint_every: 1000,
            look_every: 1000,
            look_samples: 500,
            ..Config::default()
        })
    }

    fn put<T: Clone>(place: &mut T, typed: Option<&T>) {
        if let Some(value) = typed {
            *place = value.clone();
        }
    }
}
