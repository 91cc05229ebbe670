//! `gavel features`: a set through the network, into a file.

use super::arguments::Features;
use super::console::Console;
use super::laboratory::Laboratory;
use super::output;
use super::plan::{self, NetworkPlan};
use crate::error::{Error, Result};
use crate::sources::{Opened, arrays};

/// Runs the command.
pub fn run(typed: &Features, console: &Console) -> Result<()> {
    output::check_file(&typed.output)?;
    let plan = NetworkPlan::check(&typed.network)?;
    let shard = typed.shard.as_deref().map(plan::shard).transpose()?;
    let lab = Laboratory::new(&plan, console);
    let Opened::Images(source) = lab.open(&typed.source)? else {
        return Err(Error::input(format!(
            "{}: holds no pictures, expected a set of pictures",
            typed.source
        ))
        .mend("features come from pictures; `gavel stats save` takes feature files"));
    };
    let source = match shard {
        Some((i, k)) => crate::sources::shard(source, i, k)?,
        None => source,
    };
    let extraction = lab.extract(source.as_ref())?;
    let n = extraction.features.nrows();
    if typed
        .output
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("npy"))
    {
        arrays::write_npy(&typed.output, extraction.features.view())?;
    } else {
        let mut parts = vec![("features", extraction.features.view())];
        if let Some(logits) = &extraction.logits {
            parts.push(("logits", logits.view()));
        }
        if let Some(spatial) = &extraction.spatial {
            parts.push(("spatial", spatial.view()));
        }
        arrays::write_npz(&typed.output, &parts)?;
    }
    console.talk(&format!(
        "{}: {n} rows of {} features ({} from the store)",
        typed.output.display(),
        extraction.features.ncols(),
        extraction.n_cached
    ));
    Ok(())
}
