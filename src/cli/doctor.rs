//! `gavel doctor`: what was found on this machine, and what to do next.

use super::arguments::Doctor;
use super::console::Console;
use super::{models, plan};
use crate::error::Result;
use crate::features::engine::{self, EngineRequest};
use crate::features::registry::{self, State};
use std::fmt::Write as _;

/// Runs the command. It never fails for what it finds: telling it is the job.
pub fn run(typed: &Doctor, console: &Console) -> Result<()> {
    let mut out = format!("gavel {}\n\n", env!("CARGO_PKG_VERSION"));
    let mut next = Vec::new();
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    let _ = writeln!(
        out,
        "processor   {threads} threads, {}",
        std::env::consts::ARCH
    );

    let request = EngineRequest {
        onnxruntime: typed.onnxruntime.clone(),
        ..EngineRequest::default()
    };
    let discovery = engine::discover(&request);
    if let Some(library) = discovery.library() {
        let version = library.version.as_deref().unwrap_or("of unknown version");
        let _ = writeln!(
            out,
            "engine      ONNX Runtime {version}\n            {}",
            library.path.display()
        );
        let _ = writeln!(
            out,
            "            providers: {}",
            library.providers.join(", ")
        );
    } else {
        let _ = writeln!(
            out,
            "engine      tract (compiled in); ONNX Runtime was not found"
        );
        next.push("for a several times faster engine: pip install onnxruntime, or give --onnxruntime PATH".to_string());
    }
    if let Some(problem) = discovery.problem() {
        let _ = writeln!(out, "            problem: {}", problem.message());
    }
    out.push_str("            looked at:\n");
    for place in &discovery.places {
        let _ = writeln!(
            out,
            "              {} {}: {}",
            place.origin.label(),
            place.place,
            place.found
        );
    }

    let folder = plan::models_folder(typed.models.as_deref())?;
    let _ = writeln!(out, "models      {}", folder.display());
    for listed in registry::list(&folder) {
        let _ = writeln!(out, "            {}", models::line(&listed));
        if let (State::Missing, false) = (&listed.state, listed.model.how.is_empty()) {
            next.push(format!(
                "for numbers under the name of {}: {}",
                listed.model.full_name, listed.model.how
            ));
        }
    }

    match plan::store(typed.store.as_deref())? {
        None => out.push_str("store       none\n"),
        Some(store) => match store.status() {
            Ok(status) => {
                let gib = status.bytes as f64 / 1_073_741_824.0;
                let _ = writeln!(
                    out,
                    "store       {}: {} entries, {gib:.3} GiB",
                    store.folder().display(),
                    status.entries
                );
            }
            Err(e) => {
                let _ = writeln!(out, "store       unusable: {}", e.message());
                next.push("give a folder that can be written with --store DIR".to_string());
            }
        },
    }
    if next.is_empty() {
        out.push_str("\neverything is in place\n");
    } else {
        out.push_str("\nnext:\n");
        for step in next {
            let _ = writeln!(out, "  {step}");
        }
    }
    console.data(&out)
}
