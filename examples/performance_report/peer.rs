//! A peer: a Python process that holds its arrays and runs one round whenever it is told to.

use gavel::error::{Error, Result};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// One timed round.
#[derive(Debug, Clone, Copy)]
pub struct Round {
    pub seconds: f64,
    pub value: f64,
    /// Memory above that held before the round.
    pub mebibytes: f64,
}

/// What is the same for all peers: arrays, clock, memory, and absence said plainly. `SETUP` defines `name` and `run`.
const FRAME: &str = r#"
import sys, time
def memory(key):
    try:
        with open("/proc/self/status") as f:
            return next(int(l.split()[1]) / 1024 for l in f if l.startswith(key))
    except (OSError, StopIteration):
        return 0.0
def forget():
    try:
        with open("/proc/self/clear_refs", "w") as f:
            f.write("5")
    except OSError:
        pass
try:
    from importlib.metadata import version
    import numpy as np
    SETUP
except ImportError as e:
    print("absent", e, flush=True)
    sys.exit()
print("ready", name, flush=True)
for _ in sys.stdin:
    forget()
    before = memory("VmRSS:")
    start = time.perf_counter()
    value = run()
    seconds = time.perf_counter() - start
    print(seconds, value, memory("VmHWM:") - before, flush=True)
"#;

/// A started peer.
pub struct Peer {
    /// Program and version.
    pub name: String,
    process: Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Peer {
    /// Starts a peer in `folder`; the inner error says why there is none.
    pub fn start(setup: &str, folder: &Path) -> Result<std::result::Result<Self, String>> {
        let python = std::env::var("GAVEL_PEERS_PYTHON").unwrap_or_else(|_| "python3".to_owned());
        let script = FRAME.replace("SETUP", &setup.trim().replace('\n', "\n    "));
        let started = Command::new(&python)
            .args(["-c", &script])
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut process = match started {
            Ok(process) => process,
            Err(e) => return Ok(Err(format!("{python} does not start ({e})"))),
        };
        let (Some(orders), Some(answers)) = (process.stdin.take(), process.stdout.take()) else {
            return Err(Error::input("the peer has no pipes"));
        };
        let mut peer = Self {
            name: String::new(),
            process,
            orders: Some(orders),
            answers: BufReader::new(answers),
        };
        let line = peer.line()?;
        Ok(match line.split_once(' ') {
            Some(("ready", name)) => {
                name.clone_into(&mut peer.name);
                Ok(peer)
            }
            Some(("absent", reason)) => Err(reason.to_owned()),
            _ => Err("its script stopped before the first round".to_owned()),
        })
    }

    /// Runs one round.
    pub fn round(&mut self) -> Result<Round> {
        if let Some(orders) = &mut self.orders {
            writeln!(orders, "go").map_err(|e| Error::input(format!("{}: {e}", self.name)))?;
        }
        let line = self.line()?;
        let numbers: Vec<f64> = line
            .split_whitespace()
            .filter_map(|word| word.parse().ok())
            .collect();
        match numbers[..] {
            [seconds, value, mebibytes] => Ok(Round {
                seconds,
                value,
                mebibytes: mebibytes.max(0.0),
            }),
            _ => Err(Error::input(format!(
                "{}: answered {line:?} instead of seconds, value and memory",
                self.name
            ))),
        }
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        self.answers
            .read_line(&mut line)
            .map_err(|e| Error::input(format!("{}: {e}", self.name)))?;
        Ok(line.trim().to_owned())
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // End of input ends its loop.
        self.orders = None;
        let _ = self.process.wait();
    }
}
