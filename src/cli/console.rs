//! The only place that prints. Data goes to stdout, talk and progress to stderr; a closed pipe is not an error.

use crate::error::{Error, Result};
use crate::progress::Observer;
use crate::verdicts::results::Warning;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::{ErrorKind, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

static STOP: AtomicBool = AtomicBool::new(false);

/// Turns Ctrl-C into a request to stop; the second one ends the process at once.
pub fn watch_ctrl_c() {
    let installed = ctrlc::set_handler(|| {
        if STOP.swap(true, Ordering::SeqCst) {
            std::process::exit(130);
        }
    });
    if let Err(e) = installed {
        line(&format!("gavel: Ctrl-C will end the program at once ({e})"));
    }
}

/// A line on stderr. Words that find no place (a log on a full disk, a pipe that nobody reads) are lost, and the work goes
/// on; `eprintln` would panic.
fn line(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Talk, data and progress of one run.
pub struct Console {
    quiet: bool,
    bars: bool,
    bar: Mutex<Option<ProgressBar>>,
    until: Mutex<Option<Instant>>,
}

impl Console {
    /// A console that is `quiet` or shows progress bars (only where stderr is a terminal).
    #[must_use]
    pub fn new(quiet: bool, no_progress: bool) -> Self {
        Self {
            quiet,
            bars: !quiet && !no_progress && std::io::stderr().is_terminal(),
            bar: Mutex::new(None),
            until: Mutex::new(None),
        }
    }

    /// A console with the progress bars of this one and no talk.
    #[must_use]
    pub fn hushed(&self) -> Self {
        Self {
            quiet: true,
            bars: self.bars,
            bar: Mutex::new(None),
            until: Mutex::new(None),
        }
    }

    /// From now on work that asks is told to stop after so long; `None` lifts the limit.
    pub fn limit(&self, time: Option<Duration>) {
        let until = time.map(|time| Instant::now() + time);
        *self.until.lock().unwrap_or_else(PoisonError::into_inner) = until;
    }

    /// Has the user asked to stop?
    #[must_use]
    pub fn is_interrupted() -> bool {
        STOP.load(Ordering::SeqCst)
    }

    fn with_bar(&self, act: impl FnOnce(&mut Option<ProgressBar>)) {
        act(&mut self.bar.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// A line of talk.
    pub fn talk(&self, text: &str) {
        if !self.quiet {
            self.with_bar(|bar| match bar {
                Some(bar) => bar.suspend(|| line(text)),
                None => line(text),
            });
        }
    }

    /// A warning with its mend.
    pub fn warn(&self, warning: &Warning) {
        self.talk(&format!(
            "warning [{}]: {}\n  try: {}",
            warning.code, warning.text, warning.mend
        ));
    }

    /// Data for stdout. A reader that went away is not an error.
    pub fn data(&self, text: &str) -> Result<()> {
        let mut out = std::io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Ok(()) => Ok(()),
            Err(e) if e.kind() == ErrorKind::BrokenPipe => Ok(()),
            Err(e) => Err(Error::input(format!("stdout: {e}"))),
        }
    }

    /// The last words of a run that failed; said even when quiet.
    pub fn error(error: &Error) {
        line(&format!("gavel: {error}"));
    }
}

impl Observer for Console {
    fn begin(&self, what: &str, total: usize) {
        if !self.bars {
            return;
        }
        let bar = ProgressBar::new(total as u64);
        let style = ProgressStyle::with_template(
            "{msg:28!} {wide_bar} {human_pos}/{human_len} {per_sec} {eta}",
        );
        if let Ok(style) = style {
            bar.set_style(style);
        }
        bar.set_message(what.to_string());
        self.with_bar(|slot| *slot = Some(bar));
    }

    fn advance(&self, n: usize) {
        self.with_bar(|bar| {
            if let Some(bar) = bar {
                bar.inc(n as u64);
            }
        });
    }

    fn end(&self) {
        self.with_bar(|slot| {
            if let Some(bar) = slot.take() {
                bar.finish_and_clear();
            }
        });
    }

    fn say(&self, line: &str) {
        self.talk(line);
    }

    fn stop_requested(&self) -> bool {
        let until = *self.until.lock().unwrap_or_else(PoisonError::into_inner);
        Self::is_interrupted() || until.is_some_and(|until| Instant::now() > until)
    }
}
