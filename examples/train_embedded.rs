//! Trains the embedded extractor: `cargo run --release --features training --example train_embedded`.
//!
//! Arguments, both optional: the recipe (`recipes/embedded-v1.toml`) and the network to write
//! (`reports/embedded/embedded-v1.onnx`; a good one is moved to `src/features/`). Log and page appear beside it.

use gavel::progress::Observer;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Says on stderr how far the run is, a few times an epoch.
#[derive(Default)]
struct Lines {
    what: Mutex<(String, usize)>,
    done: AtomicUsize,
}

impl Observer for Lines {
    fn begin(&self, what: &str, total: usize) {
        if let Ok(mut slot) = self.what.lock() {
            *slot = (what.into(), total);
        }
        self.done.store(0, Ordering::Relaxed);
    }

    #[allow(
        clippy::print_stderr,
        reason = "an example talks to whoever started it"
    )]
    fn advance(&self, n: usize) {
        let before = self.done.fetch_add(n, Ordering::Relaxed);
        if let Ok(slot) = self.what.lock() {
            let every = (slot.1 / 8).max(1);
            if (before + n) / every != before / every {
                eprintln!("{}: {} of {}", slot.0, before + n, slot.1);
            }
        }
    }

    fn end(&self) {}

    fn stop_requested(&self) -> bool {
        false
    }
}

#[allow(
    clippy::print_stderr,
    reason = "an example talks to whoever started it"
)]
fn main() -> gavel::error::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let recipe = arguments
        .next()
        .unwrap_or_else(|| "recipes/embedded-v1.toml".into());
    let output = arguments
        .next()
        .unwrap_or_else(|| "reports/embedded/embedded-v1.onnx".into());
    let trained =
        gavel::training::embedded::train(recipe.as_ref(), output.as_ref(), &Lines::default())?;
    eprintln!("{} bytes, sha256 {}", trained.n_bytes, trained.sha256);
    Ok(())
}
