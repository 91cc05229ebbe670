//! This machine: as many processes as cores, one thread each.

use super::super::folder::Folder;
use super::super::one::{self, Ended, Trainer};
use super::Executor;
use crate::cli::console::Console;
use crate::error::{Error, Result};
use crate::progress::Observer;
use crate::verdicts::study::scores;
use crate::verdicts::study::sweep::Run;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError, mpsc};
use std::time::Duration;

/// Between two tries at a run that another process holds.
const PATIENCE: Duration = Duration::from_millis(300);

/// The executor.
pub struct Local {
    processes: usize,
}

impl Local {
    /// With so many processes; one a core if it is not said.
    pub fn new(processes: Option<usize>) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self {
            processes: processes.unwrap_or(cores),
        }
    }
}

/// What the workers share.
struct Floor<'a> {
    folder: &'a Folder,
    trainer: &'a Trainer,
    queue: Mutex<VecDeque<&'a Run>>,
    is_over: AtomicBool,
}

impl<'a> Floor<'a> {
    fn next(&self) -> Option<&'a Run> {
        self.queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop_front()
    }

    fn again(&self, run: &'a Run) {
        self.queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push_back(run);
    }

    fn is_stopped(&self) -> bool {
        self.is_over.load(Ordering::SeqCst)
            || Console::is_interrupted()
            || self.folder.is_stop_asked()
    }

    fn work(&self, told: &mpsc::Sender<(&'a Run, Result<Ended>)>) {
        while let Some(run) = self.next() {
            if self.is_stopped() {
                return;
            }
            let ended = one::perform(self.folder, run, self.trainer, &|| self.is_stopped());
            if matches!(ended, Ok(Ended::Busy)) {
                self.again(run);
                std::thread::sleep(PATIENCE);
            } else {
                // Before the others take another run.
                self.is_over.fetch_or(ended.is_err(), Ordering::SeqCst);
                if told.send((run, ended)).is_err() {
                    return;
                }
            }
        }
    }
}

impl Executor for Local {
    fn submit(&self, folder: &Folder, trainer: &Trainer, console: &Console) -> Result<()> {
        let _lock = folder.lock()?;
        folder.forget_stop();
        let n_finished = folder.gather()?;
        let pending = folder.pending();
        console.talk(&format!(
            "sweep {}: {} runs, {n_finished} are finished; {} at a time",
            folder.manifest.name,
            folder.manifest.runs.len(),
            self.processes
        ));
        let floor = Floor {
            folder,
            trainer,
            queue: Mutex::new(pending.iter().copied().collect()),
            is_over: AtomicBool::new(false),
        };
        console.begin("runs", pending.len());
        let ended = std::thread::scope(|scope| {
            let (sender, told) = mpsc::channel();
            for _ in 0..self.processes.min(pending.len()) {
                let (sender, floor) = (sender.clone(), &floor);
                scope.spawn(move || floor.work(&sender));
            }
            drop(sender);
            listen(&floor, &told, console)
        });
        console.end();
        let lost = ended?;
        let is_stopped = floor.is_stopped();
        folder.forget_stop();
        let left = folder.pending().len();
        if left > 0 && is_stopped {
            console.talk(&format!("{left} runs are left; the same command goes on"));
            return Err(Error::interrupted());
        }
        summary(folder, &lost, console)
    }
}

/// Hears of the runs, writes their rows; the runs that were lost, with their reasons. After an error the others are asked
/// to stop, and the first error is told when they have.
fn listen(
    floor: &Floor<'_>,
    told: &mpsc::Receiver<(&Run, Result<Ended>)>,
    console: &Console,
) -> Result<Vec<String>> {
    let mut lost = Vec::new();
    let mut wrong: Option<Error> = None;
    for (run, ended) in told {
        let outcome = match ended {
            Ok(Ended::Finished(score)) => {
                console.talk(&format!("{}: {}", run.title(), one::words(&score)));
                scores::append(&floor.folder.scores(), *score)
            }
            Ok(Ended::Lost(why)) => {
                console.talk(&format!("{}: lost: {why}", run.title()));
                lost.push(format!("{}: {why}", run.title()));
                Ok(())
            }
            Ok(Ended::Stopped | Ended::Busy) => Ok(()),
            Err(e) => Err(e),
        };
        console.advance(1);
        if let Err(e) = outcome {
            floor.is_over.store(true, Ordering::SeqCst);
            wrong.get_or_insert(e);
        }
    }
    match wrong {
        Some(e) => Err(e),
        None => Ok(lost),
    }
}

fn summary(folder: &Folder, lost: &[String], console: &Console) -> Result<()> {
    let path = folder.scores();
    folder.gather()?;
    if let Some(first) = lost.first() {
        return Err(Error::engine(format!(
            "{} runs ended without a result; the first: {first}",
            lost.len()
        ))
        .mend("mend what is wrong and give the same command again: it does only what is missing"));
    }
    console.talk(&format!(
        "all runs are in {}\n  try: gavel plot {} -o figures/",
        path.display(),
        path.display()
    ));
    Ok(())
}
