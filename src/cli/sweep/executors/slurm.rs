//! Slurm: an array of jobs for every thousand runs.

use super::super::folder::Folder;
use super::super::one::Trainer;
use super::Executor;
use crate::atomic_file;
use crate::cli::console::Console;
use crate::error::{Error, Result};
use crate::verdicts::study::sweep::Run;
use std::fmt::Write as _;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

/// Tasks of an array: Slurm's `MaxArraySize` is 1001 unless its administrator says more.
const MOST_TASKS: usize = 1000;

/// The executor.
pub struct Slurm {
    at_once: Option<usize>,
    words: Vec<String>,
}

impl Slurm {
    /// At most `at_once` tasks at a time, and further words for sbatch.
    pub fn new(at_once: Option<usize>, words: Vec<String>) -> Self {
        Self { at_once, words }
    }

    /// What Slurm says of the arrays of this sweep, one line a state; nothing where there are none.
    pub fn queue(folder: &Folder) -> Result<String> {
        let jobs = jobs(folder)?;
        if jobs.is_empty() {
            return Ok(String::new());
        }
        let list = jobs.join(",");
        // An array that has left the queue for good is unknown to squeue, which is an answer and not a fault.
        let text = match ask(
            "squeue",
            &["--noheader", "--array", "--format=%T", "--jobs", &list],
        ) {
            Ok(text) => text,
            Err(e) if e.message().contains("Invalid job id") => String::new(),
            Err(e) => return Err(e),
        };
        let mut states: Vec<&str> = text
            .lines()
            .map(str::trim)
            .filter(|l| !l.is_empty())
            .collect();
        states.sort_unstable();
        let mut out = format!("Slurm arrays {list}: ");
        if states.is_empty() {
            out.push_str("not in the queue any more");
        }
        for (at, same) in states.chunk_by(|a, b| a == b).enumerate() {
            let comma = if at > 0 { ", " } else { "" };
            let _ = write!(
                out,
                "{comma}{} {}",
                same.len(),
                same.first().unwrap_or(&"").to_lowercase()
            );
        }
        out.push('\n');
        Ok(out)
    }

    /// Cancels the arrays of this sweep; how many there were.
    pub fn cancel(folder: &Folder) -> Result<usize> {
        let jobs = jobs(folder)?;
        if !jobs.is_empty() {
            let words: Vec<&str> = jobs.iter().map(String::as_str).collect();
            ask("scancel", &words)?;
            let path = folder.path.join("slurm").join("jobs.txt");
            atomic_file::write(&path, b"").map_err(|e| Error::io(&path, &e))?;
        }
        Ok(jobs.len())
    }

    fn array(
        &self,
        folder: &Folder,
        trainer: &Trainer,
        runs: &[&Run],
        number: usize,
    ) -> Result<String> {
        let home = folder.path.join("slurm");
        let list = home.join(format!("array-{number}.txt"));
        let ids: String = runs.iter().map(|run| format!("{}\n", run.id)).collect();
        put(&list, &ids)?;
        let script = home.join(format!("array-{number}.sh"));
        put(&script, &text(folder, trainer, &list))?;
        let mut array = format!("--array=0-{}", runs.len() - 1);
        if let Some(n) = self.at_once {
            let _ = write!(array, "%{n}");
        }
        let name = format!("--job-name=gavel-{}", folder.manifest.name);
        let out = format!("--output={}", home.join("%A-%a.out").display());
        let script = script.display().to_string();
        let mut words = vec!["--parsable", &array, &name, &out, "--cpus-per-task=1"];
        words.extend(self.words.iter().map(String::as_str));
        words.push(&script);
        let answer = ask("sbatch", &words)?;
        // `id` or `id;cluster`.
        let id = answer
            .trim()
            .split(';')
            .next()
            .unwrap_or_default()
            .to_owned();
        if id.is_empty() || !id.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Error::engine(format!(
                "sbatch answered {answer:?}, expected the number of a job"
            )));
        }
        Ok(id)
    }
}

impl Executor for Slurm {
    fn submit(&self, folder: &Folder, trainer: &Trainer, console: &Console) -> Result<()> {
        let _lock = folder.lock()?;
        let queued = Self::queue(folder)?;
        if !queued.is_empty() && !queued.contains("not in the queue") {
            return Err(Error::input(format!(
                "{}: is in Slurm's queue already: {}",
                folder.path.display(),
                queued.trim()
            ))
            .mend("gavel sweep status DIR, or gavel sweep cancel DIR first"));
        }
        let pending = folder.pending();
        if pending.is_empty() {
            console.talk("every run of this sweep is finished");
            return folder.gather().map(|_| ());
        }
        let home = folder.path.join("slurm");
        std::fs::create_dir_all(&home).map_err(|e| Error::io(&home, &e))?;
        let mut ids = Vec::new();
        for (number, runs) in pending.chunks(MOST_TASKS).enumerate() {
            ids.push(self.array(folder, trainer, runs, number)?);
            // After each array: one that was submitted must be known even if the next is refused.
            put(&home.join("jobs.txt"), &ids.join("\n"))?;
        }
        let place = folder.path.display();
        console.talk(&format!(
            "{} runs in Slurm: array {}\n  try: gavel sweep status {place}; then gavel sweep gather {place}",
            pending.len(),
            ids.join(", ")
        ));
        Ok(())
    }
}

fn put(path: &Path, text: &str) -> Result<()> {
    atomic_file::write(path, text.as_bytes()).map_err(|e| Error::io(path, &e))
}

/// The script of an array. Words are quoted for the shell.
fn text(folder: &Folder, trainer: &Trainer, list: &Path) -> String {
    let mut words = vec![
        trainer.gavel.display().to_string(),
        "sweep".to_owned(),
        "run-one".to_owned(),
        folder.path.display().to_string(),
        "--list".to_owned(),
        list.display().to_string(),
    ];
    if let Some(other) = &trainer.other {
        words.extend(["--trainer".to_owned(), other.display().to_string()]);
    }
    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    format!(
        "#!/bin/sh\nexec {} --index \"$SLURM_ARRAY_TASK_ID\"\n",
        words.join(" ")
    )
}

fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// The arrays that were submitted last.
fn jobs(folder: &Folder) -> Result<Vec<String>> {
    let path = folder.path.join("slurm").join("jobs.txt");
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(text.split_whitespace().map(str::to_owned).collect()),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(e) => Err(Error::io(&path, &e)),
    }
}

/// What a program of Slurm says.
fn ask(program: &str, words: &[&str]) -> Result<String> {
    let output = Command::new(program)
        .args(words)
        .output()
        .map_err(|e| match e.kind() {
            ErrorKind::NotFound => Error::engine(format!(
                "{program}: Slurm is not on this machine (the program is not on the PATH)"
            ))
            .mend("run this where Slurm's commands are, or --executor local"),
            _ => Error::engine(format!("{program}: cannot be started: {e}")),
        })?;
    if !output.status.success() {
        let why = String::from_utf8_lossy(&output.stderr);
        return Err(
            Error::engine(format!("{program}: {}: {}", output.status, why.trim()))
                .mend("is Slurm up here? `sinfo` tells"),
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
