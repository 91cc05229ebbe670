//! A sweep's folder: `sweep.json` (the plan), `scores.csv` (the table), `runs/ID/` (one run each).
//!
//! A run is finished when its `row.csv` is there. It is in flight while somebody holds the lock of its `lock`; the lock goes
//! with the processes that hold it, however they end, so nothing has to be tidied up after a kill.

use crate::atomic_file;
use crate::error::{Error, Result};
use crate::verdicts::study::scores::{self, Outcome, Score};
use crate::verdicts::study::sweep::{Manifest, Run, curve};
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How far a run is.
#[derive(Debug, Clone, PartialEq)]
pub enum State {
    /// It has a row.
    Finished(Box<Score>),
    /// A process holds its lock.
    InFlight,
    /// Neither.
    Waiting,
}

/// The folder of one sweep.
pub struct Folder {
    /// Where it is.
    pub path: PathBuf,
    /// Its plan.
    pub manifest: Manifest,
}

impl Folder {
    /// A folder that holds a sweep.
    pub fn open(path: &Path) -> Result<Self> {
        match Manifest::read(path)? {
            Some(manifest) => Ok(Self {
                path: path.to_owned(),
                manifest,
            }),
            None => Err(Error::input(format!(
                "{}: holds no sweep (no sweep.json)",
                path.display()
            ))
            .mend("gavel sweep FILE|PRESET -o DIR starts one")),
        }
    }

    /// The table.
    pub fn scores(&self) -> PathBuf {
        self.path.join("scores.csv")
    }

    /// The folder of a run.
    pub fn of(&self, run: &Run) -> PathBuf {
        self.path.join("runs").join(&run.id)
    }

    fn stop_file(&self) -> PathBuf {
        self.path.join("stop")
    }

    /// The row of a finished run; one that cannot be read is none.
    pub fn row(&self, run: &Run) -> Option<Score> {
        let rows = scores::read(&self.of(run).join("row.csv")).ok()?;
        rows.into_iter().find(|row| row.run == run.id)
    }

    /// Writes the row of a run, which makes it finished.
    pub fn finish(&self, run: &Run, score: &Score) -> Result<()> {
        let path = self.of(run).join("row.csv");
        let text = scores::render(std::slice::from_ref(score))?;
        atomic_file::write(&path, text.as_bytes()).map_err(|e| Error::io(&path, &e))
    }

    /// Takes the lock of a run; `None` where another process has it.
    pub fn claim(&self, run: &Run) -> Result<Option<File>> {
        let folder = self.of(run);
        std::fs::create_dir_all(&folder).map_err(|e| Error::io(&folder, &e))?;
        lock_of(&folder.join("lock"))
    }

    /// Takes the lock of the sweep.
    pub fn lock(&self) -> Result<File> {
        lock_of(&self.path.join("lock"))?.ok_or_else(|| {
            Error::input(format!(
                "{}: another gavel is at work on this sweep",
                self.path.display()
            ))
            .mend("wait for it, or gavel sweep cancel DIR")
        })
    }

    /// How far every run is, in the order of the plan.
    pub fn states(&self) -> Vec<State> {
        let finished = |run: &Run| {
            let row = self.row(run)?;
            Some(State::Finished(Box::new(row)))
        };
        let state = |run: &Run| {
            if let Some(finished) = finished(run) {
                return finished;
            }
            if self.of(run).is_dir() && matches!(self.claim(run), Ok(None)) {
                return State::InFlight;
            }
            // It may have ended since the first look.
            finished(run).unwrap_or(State::Waiting)
        };
        self.manifest.runs.iter().map(state).collect()
    }

    /// Runs that have no row.
    pub fn pending(&self) -> Vec<&Run> {
        self.manifest
            .runs
            .iter()
            .filter(|run| self.row(run).is_none())
            .collect()
    }

    /// Forgets the rows of failed runs, so that they are done again.
    pub fn forget_failed(&self) -> Result<()> {
        for run in &self.manifest.runs {
            if self
                .row(run)
                .is_some_and(|row| row.outcome != Outcome::Done)
            {
                for name in ["row.csv", "run.json", "scores.json"] {
                    let path = self.of(run).join(name);
                    match std::fs::remove_file(&path) {
                        Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                            return Err(Error::io(&path, &e));
                        }
                        _ => {}
                    }
                }
            }
        }
        Ok(())
    }

    /// Writes the table from the rows of all finished runs, in the order of the plan, and `curves.csv` where runs looked at
    /// their distance on the way; how many runs there are.
    pub fn gather(&self) -> Result<usize> {
        let (mut rows, mut curves) = (Vec::new(), Vec::new());
        for run in &self.manifest.runs {
            if let Some(row) = self.row(run) {
                curves.extend(curve(&row, &self.of(run)));
                rows.push(row);
            }
        }
        let put = |path: &Path, rows: &[Score]| {
            let text = scores::render(rows)?;
            atomic_file::write(path, text.as_bytes()).map_err(|e| Error::io(path, &e))
        };
        put(&self.scores(), &rows)?;
        if !curves.is_empty() {
            put(&self.path.join("curves.csv"), &curves)?;
        }
        Ok(rows.len())
    }

    /// Asks the sweep that runs here to stop; `false` where none does.
    pub fn ask_to_stop(&self) -> Result<bool> {
        if lock_of(&self.path.join("lock"))?.is_some() {
            return Ok(false);
        }
        let path = self.stop_file();
        File::create(&path).map_err(|e| Error::io(&path, &e))?;
        Ok(true)
    }

    /// Was it asked to stop?
    pub fn is_stop_asked(&self) -> bool {
        self.stop_file().exists()
    }

    /// Forgets an earlier wish.
    pub fn forget_stop(&self) {
        // Where the file was not there, nothing has to be forgotten.
        let _ = std::fs::remove_file(self.stop_file());
    }
}

/// Tries at a lock, and what lies between two of them: who only looks whether it is free holds it for a moment too.
const TRIES: usize = 5;
const PAUSE: Duration = Duration::from_millis(20);

/// An open file whose lock this process holds; `None` where another one has it.
fn lock_of(path: &Path) -> Result<Option<File>> {
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(path)
        .map_err(|e| Error::io(path, &e))?;
    for _ in 0..TRIES {
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
            Err(TryLockError::Error(e)) => return Err(Error::io(path, &e)),
        }
    }
    Ok(None)
}
