//! `gavel sweep`: many runs, each a process, each a row.

mod executors;
mod folder;
mod one;

use super::arguments::{ExecutorChoice, RunOne, Sweep, SweepCommand, SweepPlan};
use super::console::Console;
use crate::error::{Error, Result};
use crate::verdicts::study::scores::Outcome;
use crate::verdicts::study::sweep::{self, Manifest};
use executors::{Executor, Local, Slurm};
use folder::{Folder, State};
use one::{Ended, Trainer};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Runs the command.
pub fn run(typed: &Sweep, console: &Console) -> Result<()> {
    match &typed.command {
        None => start(&typed.plan, console),
        Some(SweepCommand::Submit(plan)) => start(plan, console),
        Some(SweepCommand::Status { folder }) => status(&Folder::open(folder)?, console),
        Some(SweepCommand::Cancel { folder }) => cancel(&Folder::open(folder)?, console),
        Some(SweepCommand::Gather { folder }) => gather(&Folder::open(folder)?, console),
        Some(SweepCommand::RunOne(typed)) => run_one(typed, console),
    }
}

/// The text of a sweep file or preset, how errors call it, and where its sources are.
fn text_of(name: &str) -> Result<(String, PathBuf)> {
    if let Some(text) = sweep::preset(name) {
        return Ok((text.to_owned(), PathBuf::from(".")));
    }
    let path = Path::new(name);
    if !path.exists() && path.extension().is_none() {
        let presets: Vec<&str> = sweep::PRESETS.iter().map(|(name, _)| *name).collect();
        return Err(Error::usage(format!(
            "{name}: neither a file nor a preset; presets are {}",
            presets.join(", ")
        )));
    }
    let text = std::fs::read_to_string(path).map_err(|e| Error::io(path, &e))?;
    let parent = path.parent().filter(|p| !p.as_os_str().is_empty());
    Ok((text, parent.unwrap_or(Path::new(".")).to_owned()))
}

fn start(typed: &SweepPlan, console: &Console) -> Result<()> {
    let name = typed.sweep.as_deref().unwrap_or_default();
    let (text, beside) = text_of(name)?;
    if typed.print {
        return console.data(&text);
    }
    let checked = sweep::Sweep::parse(&text, name)?;
    let runs = sweep::plan(&checked)?;
    if typed.list {
        let lines: String = runs
            .iter()
            .map(|run| format!("{}  {}\n", run.id, run.title()))
            .collect();
        return console.data(&lines);
    }
    if typed.processes == Some(0) {
        return Err(Error::usage("--processes 0: expected at least 1"));
    }
    let data = absolute(typed.data.as_deref().unwrap_or(&beside))?;
    if typed.trainer.is_none() {
        checked.check_trainable().map_err(|e| e.at(name))?;
    }
    check_data(&checked, &data)?;
    let manifest = Manifest::of(&checked.name, &data, runs);
    let output = absolute(&typed.output)?;
    can_train(typed)?;
    manifest.settle(&output)?;
    let folder = Folder::open(&output)?;
    if typed.retry_failed {
        folder.forget_failed()?;
    }
    let trainer = Trainer::of(typed.trainer.as_deref())?;
    let executor: Box<dyn Executor> = match typed.executor {
        ExecutorChoice::Local => Box::new(Local::new(typed.processes)),
        ExecutorChoice::Slurm => Box::new(Slurm::new(typed.processes, typed.slurm.clone())),
    };
    executor.submit(&folder, &trainer, console)
}

/// Looks whether runs can be trained at all, before anything is written or submitted.
fn can_train(typed: &SweepPlan) -> Result<()> {
    if cfg!(feature = "training") || typed.trainer.is_some() {
        return Ok(());
    }
    Err(Error::usage("this gavel was built without training")
        .mend("cargo build --release --features training, or --trainer PROGRAM"))
}

/// A path that a process in another folder understands.
fn absolute(path: &Path) -> Result<PathBuf> {
    std::path::absolute(path).map_err(|e| Error::io(path, &e))
}

/// Is a source a file that can be looked for? Built-in sets and lists are not.
fn file_of(source: &str) -> Option<&str> {
    let is_name =
        source.starts_with('@') || source.split('/').next().is_some_and(|s| s.contains(':'));
    (!is_name).then(|| source.split('#').next().unwrap_or(source))
}

/// A source as a process in another folder understands it.
pub fn resolved(source: &str, data: &Path) -> String {
    match file_of(source) {
        Some(_) => data.join(source).display().to_string(),
        None => source.to_owned(),
    }
}

/// Looks for every file before the first run, so that an hour is not spent on half of a sweep.
fn check_data(sweep: &sweep::Sweep, data: &Path) -> Result<()> {
    for one in &sweep.data {
        for source in [&one.train, &one.test] {
            let path = file_of(source).map(|file| data.join(file));
            if let Some(path) = path.filter(|path| !path.exists()) {
                return Err(Error::input(format!(
                    "{}: no such file or folder (data set {}, source {source:?})",
                    path.display(),
                    one.name
                ))
                .mend("--data DIR says where the sweep's sources are"));
            }
        }
    }
    Ok(())
}

fn status(folder: &Folder, console: &Console) -> Result<()> {
    // Before the rows are counted: what ends in between is then counted, where the other order would miss the last run of an
    // array that "is not in the queue any more".
    let queue = Slurm::queue(folder)?;
    let states = folder.states();
    let count = |wanted: fn(&State) -> bool| states.iter().filter(|state| wanted(state)).count();
    let done = count(|s| matches!(s, State::Finished(score) if score.outcome == Outcome::Done));
    let failed = count(|s| matches!(s, State::Finished(score) if score.outcome != Outcome::Done));
    let mut text = format!(
        "{}: {} runs\ndone       {done}\nfailed     {failed}\nin flight  {}\nwaiting    {}\n",
        folder.manifest.name,
        states.len(),
        count(|s| matches!(s, State::InFlight)),
        count(|s| matches!(s, State::Waiting)),
    );
    text.push_str(&queue);
    console.data(&text)
}

fn cancel(folder: &Folder, console: &Console) -> Result<()> {
    let n_jobs = Slurm::cancel(folder)?;
    if n_jobs > 0 {
        console.talk(&format!(
            "{n_jobs} Slurm arrays canceled; finished runs stay"
        ));
    }
    if folder.ask_to_stop()? {
        console.talk("the sweep that runs here was asked to stop; finished runs stay");
    } else if n_jobs == 0 {
        console.talk("nothing of this sweep is running");
    }
    Ok(())
}

fn gather(folder: &Folder, console: &Console) -> Result<()> {
    let _lock = folder.lock()?;
    let n = folder.gather()?;
    console.talk(&format!(
        "{n} of {} runs in {}",
        folder.manifest.runs.len(),
        folder.scores().display()
    ));
    Ok(())
}

/// Tries of a task at a run that is held, and what lies between two of them: `gavel sweep status` holds each run for a moment
/// to see whether it is free, longer on a machine under load, and a task that gave up would leave its run undone.
const TRIES: usize = 20;
const PAUSE: Duration = Duration::from_millis(300);

/// What an executor that cannot call a function calls: one run, its row beside it.
fn run_one(typed: &RunOne, console: &Console) -> Result<()> {
    let folder = Folder::open(&absolute(&typed.folder)?)?;
    let id = match (&typed.id, &typed.list) {
        (Some(id), _) => id.clone(),
        (None, Some(list)) => line(list, typed.index.unwrap_or(0))?,
        (None, None) => String::new(),
    };
    let run = folder
        .manifest
        .runs
        .iter()
        .find(|run| run.id == id)
        .ok_or_else(|| {
            Error::usage(format!(
                "{}: there is no run {id:?} in this sweep",
                folder.path.display()
            ))
        })?;
    let trainer = Trainer::of(typed.trainer.as_deref())?;
    let mut ended = one::perform(&folder, run, &trainer, &Console::is_interrupted)?;
    for _ in 1..TRIES {
        if !matches!(ended, Ended::Busy) || Console::is_interrupted() {
            break;
        }
        std::thread::sleep(PAUSE);
        ended = one::perform(&folder, run, &trainer, &Console::is_interrupted)?;
    }
    match ended {
        Ended::Finished(score) => {
            console.talk(&format!("{}: {}", run.title(), one::words(&score)));
            Ok(())
        }
        Ended::Busy => {
            console.talk(&format!("{}: another process is at it", run.title()));
            Ok(())
        }
        Ended::Stopped => Err(Error::interrupted()),
        Ended::Lost(why) => Err(Error::engine(format!("{}: {why}", run.title()))),
    }
}

fn line(list: &Path, index: usize) -> Result<String> {
    let text = std::fs::read_to_string(list).map_err(|e| Error::io(list, &e))?;
    text.lines().nth(index).map(str::to_owned).ok_or_else(|| {
        Error::usage(format!(
            "{}: has no line {index}, counted from 0",
            list.display()
        ))
    })
}
