//! One run: train, measure, write the row.

use super::folder::Folder;
use super::resolved;
use crate::atomic_file;
use crate::cli::memory;
use crate::error::{Error, Result};
use crate::verdicts::study::scores::{Outcome, Score};
use crate::verdicts::study::sweep::{Run, is_measured, row};
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Between two looks at a child.
const LOOK: Duration = Duration::from_millis(40);
/// How long a child may take to save itself when it is asked to stop.
const GRACE: Duration = Duration::from_secs(20);

/// gavel's exit code for a computation without a defined result: the samples are such that there is no distance.
const NO_RESULT: i32 = 5;

/// How this program and others say that a disk is full.
const FULL: [&str; 2] = ["the disk is full", "No space left on device"];

/// Stands in `log.txt` before what a child says, so that nobody takes an earlier one's words for its own.
const HEAD: &str = "---";

/// How a run ended.
pub enum Ended {
    /// With a row, good or failed.
    Finished(Box<Score>),
    /// Another process is at it.
    Busy,
    /// It was asked to stop.
    Stopped,
    /// Without a result, for a reason that is not the model's; the next start tries it again.
    Lost(String),
}

/// What trains: this program, or another one.
#[derive(Debug, Clone)]
pub struct Trainer {
    /// This program, for `train`, `evaluate` and the tasks of an array.
    pub gavel: PathBuf,
    /// The other one.
    pub other: Option<PathBuf>,
}

impl Trainer {
    /// Finds this program's own file; another trainer must be there.
    pub fn of(other: Option<&Path>) -> Result<Self> {
        let gavel = std::env::current_exe()
            .map_err(|e| Error::engine(format!("this program does not find its own file: {e}")))?;
        let other = match other {
            None => None,
            Some(path) if path.is_file() => {
                Some(std::path::absolute(path).map_err(|e| Error::io(path, &e))?)
            }
            Some(path) => {
                return Err(
                    Error::usage(format!("--trainer {}: no such file", path.display()))
                        .mend("give the path of a program"),
                );
            }
        };
        Ok(Self { gavel, other })
    }

    fn train(&self, file: &Path, folder: &Path, is_resumed: bool) -> Command {
        let mut command = if let Some(other) = &self.other {
            let mut command = Command::new(other);
            command.arg("--run-file").arg(file);
            command
        } else {
            let mut command = Command::new(&self.gavel);
            command
                .args(["--no-progress", "train", "--threads", "1", "--config"])
                .arg(file);
            command
        };
        memory::keep(&mut command);
        command.arg("-o").arg(folder);
        if is_resumed {
            command.arg("--resume");
        }
        command
    }

    /// Samples of the exported generator against the test set, and where the sweep asks for it the training set, with one
    /// thread as every run.
    fn evaluate(&self, run: &Run, [train, test]: [&str; 2], folder: &Path) -> Command {
        let mut command = Command::new(&self.gavel);
        command.args(["--quiet", "--no-progress", "evaluate"]);
        command
            .arg(first(test, run.n_reference))
            .arg(folder.join("generator.onnx"));
        command.args(["--n", &run.n.to_string(), "--seed", &run.seed.to_string()]);
        let mut metrics = run.metrics.clone();
        if let Some(n) = run.n_train {
            command.arg("--train").arg(first(train, n));
            // Where the list has it already, it counts once.
            metrics.push_str(",authenticity");
        }
        command.args(["--metrics", &metrics, "--extractor", &run.extractor]);
        command
            .args(["--threads", "1"])
            .arg("--json")
            .arg(folder.join("scores.json"));
        command
    }
}

/// The first `n` pictures of a source; all for 0.
fn first(source: &str, n: u64) -> String {
    if n == 0 {
        return source.to_owned();
    }
    let joint = if source.contains('#') { '&' } else { '#' };
    format!("{source}{joint}first={n}")
}

/// A row in a few words.
pub fn words(score: &Score) -> String {
    match (&score.outcome, score.fid()) {
        (Outcome::Failed(reason), _) => format!("failed: {reason}"),
        (Outcome::Done, Some(fid)) => format!("{fid:.2}"),
        (Outcome::Done, None) => "done".to_owned(),
    }
}

/// Does what is left to do of `run`. `is_stopped` is asked all the time.
pub fn perform(
    folder: &Folder,
    run: &Run,
    trainer: &Trainer,
    is_stopped: &dyn Fn() -> bool,
) -> Result<Ended> {
    let Some(lock) = folder.claim(run)? else {
        return Ok(Ended::Busy);
    };
    if let Some(score) = folder.row(run) {
        return Ok(Ended::Finished(Box::new(score)));
    }
    let home = folder.of(run);
    let data = PathBuf::from(&folder.manifest.data);
    if !home.join("run.json").exists() || !is_told(&home) {
        let file = home.join("run.toml");
        let is_resumed = file.exists();
        let text = run.toml(&resolved(&run.train, &data))?;
        atomic_file::write(&file, text.as_bytes()).map_err(|e| Error::io(&file, &e))?;
        match watch(
            trainer.train(&file, &home, is_resumed),
            &home,
            &lock,
            is_stopped,
        )? {
            None => return Ok(Ended::Stopped),
            Some(status) if status.success() || is_told(&home) => {}
            Some(status) => return unhappy(status, &home, "the trainer"),
        }
    }
    let is_trained = row(run, &home, None).outcome == Outcome::Done || has_status(&home, "ok");
    if is_trained && !is_measured(&home) && !home.join("scores.json").exists() {
        let sources = [&run.train, &run.test].map(|source| resolved(source, &data));
        let command = trainer.evaluate(run, sources.each_ref().map(String::as_str), &home);
        match watch(command, &home, &lock, is_stopped)? {
            None => return Ok(Ended::Stopped),
            Some(status) if status.success() => {}
            Some(status) if status.code() == Some(NO_RESULT) => {
                let score = row(
                    run,
                    &home,
                    Some(&last_words(status, &home, "the evaluation")),
                );
                folder.finish(run, &score)?;
                return Ok(Ended::Finished(Box::new(score)));
            }
            Some(status) => return unhappy(status, &home, "the evaluation"),
        }
    }
    let score = row(run, &home, None);
    folder.finish(run, &score)?;
    Ok(Ended::Finished(Box::new(score)))
}

fn has_status(home: &Path, wanted: &str) -> bool {
    let text = std::fs::read_to_string(home.join("run.json")).unwrap_or_default();
    let told: Option<serde_json::Value> = serde_json::from_str(&text).ok();
    told.is_some_and(|told| told.get("status").is_some_and(|status| status == wanted))
}

/// Has the trainer said how it ended?
fn is_told(home: &Path) -> bool {
    has_status(home, "ok") || has_status(home, "failed")
}

/// Runs a child with its words in `log.txt`; `None` where it was stopped. The child holds the run's lock as its standard
/// input, so that a run stays claimed when this process is killed and its child is not.
fn watch(
    mut command: Command,
    home: &Path,
    lock: &File,
    is_stopped: &dyn Fn() -> bool,
) -> Result<Option<ExitStatus>> {
    let path = home.join("log.txt");
    let mut log = OpenOptions::new()
        .create(true)
        .append(true)
        .open(&path)
        .map_err(|e| Error::io(&path, &e))?;
    // On a full disk there is no place for it, nor for what the child says.
    let _ = writeln!(log, "{HEAD}");
    let clone = |file: &File| file.try_clone().map_err(|e| Error::io(&path, &e));
    command
        .stdin(Stdio::from(clone(lock)?))
        .stdout(Stdio::from(clone(&log)?))
        .stderr(Stdio::from(log));
    #[cfg(unix)]
    {
        // Ctrl-C reaches this process alone, which asks each child once: a second request would end it without a word.
        use std::os::unix::process::CommandExt;
        command.process_group(0);
    }
    let program = command.get_program().display().to_string();
    let mut child = command
        .spawn()
        .map_err(|e| Error::engine(format!("{program}: cannot be started: {e}")))?;
    loop {
        match child.try_wait() {
            // A child that ended by itself while this process was asked to stop has been asked as well.
            Ok(Some(status)) if status.code() == Some(130) => return Ok(None),
            Ok(Some(status)) => return Ok(Some(status)),
            Ok(None) => {}
            Err(e) => return Err(Error::engine(format!("{program}: {e}"))),
        }
        if is_stopped() {
            stop(&mut child);
            return Ok(None);
        }
        std::thread::sleep(LOOK);
    }
}

/// Asks a child and what it has started to stop, as Ctrl-C in a terminal does, gives it time to save itself, then ends it.
fn stop(child: &mut Child) {
    signal("-INT", child);
    let until = Instant::now() + GRACE;
    while Instant::now() < until {
        if !matches!(child.try_wait(), Ok(None)) {
            return;
        }
        std::thread::sleep(LOOK);
    }
    signal("-KILL", child);
    let _ = child.kill();
    let _ = child.wait();
}

/// To the whole group of a child, which `watch` has made its leader: a trainer that is a script would else leave what it waits
/// for behind, with the lock of the run as its standard input.
fn signal(which: &str, child: &Child) {
    // One that has just ended cannot be signalled, and need not be.
    let _ = Command::new("kill")
        .args([which, "--"])
        .arg(format!("-{}", child.id()))
        .stderr(Stdio::null())
        .status();
}

/// A child that ended badly without saying how. After exit code 2, a command line that it does not understand, and on a full
/// disk no other run will fare better.
fn unhappy(status: ExitStatus, home: &Path, who: &str) -> Result<Ended> {
    let why = last_words(status, home, who);
    if status.code() == Some(2) {
        return Err(Error::usage(why).mend(format!("see {}", home.join("log.txt").display())));
    }
    if FULL.iter().any(|words| why.contains(words)) {
        return Err(Error::input(why).mend(
            "free some space and give the same command again: it does only what is missing",
        ));
    }
    Ok(Ended::Lost(why))
}

/// How a child ended, with what it said last.
fn last_words(status: ExitStatus, home: &Path, who: &str) -> String {
    let text = std::fs::read_to_string(home.join("log.txt")).unwrap_or_default();
    let last = text
        .lines()
        .rev()
        .take_while(|line| *line != HEAD)
        .find(|line| !line.trim().is_empty() && !line.trim_start().starts_with("try:"));
    format!(
        "{who} ended with {status}: {}",
        last.unwrap_or("it says nothing").trim()
    )
}
