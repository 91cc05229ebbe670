//! `gavel features`: a set through the network, into a file.

use super::arguments::Features;
use super::console::Console;
use super::laboratory::Laboratory;
use super::output;
use super::plan::NetworkPlan;
use crate::error::{Error, Result};
use crate::metrics::Need;
use crate::sources::Opened;
use crate::sources::arrays::{self, Array};

/// Runs the command.
pub fn run(typed: &Features, console: &Console) -> Result<()> {
    output::check_file(&typed.output)?;
    let plan = NetworkPlan::check(&typed.network)?;
    let spec = match &typed.shard {
        Some(part) => format!("{}#shard={part}", typed.source),
        None => typed.source.clone(),
    };
    let lab = Laboratory::new(&plan, console).needing(&[Need::Spatial]);
    let Opened::Images(source) = lab.open(&spec)? else {
        return Err(Error::input(format!(
            "{}: holds no pictures, expected a set of pictures",
            typed.source
        ))
        .mend("features come from pictures; `gavel stats save` takes feature files"));
    };
    let extraction = lab.extract(source.as_ref())?;
    let n = extraction.features.nrows();
    if typed
        .output
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("npy"))
    {
        arrays::write_npy(
            &typed.output,
            &Array::F32(extraction.features.view().into_dyn()),
        )?;
    } else {
        let mut parts = vec![(
            "features",
            Array::F32(extraction.features.view().into_dyn()),
        )];
        parts.extend(
            extraction
                .logits
                .as_ref()
                .map(|a| ("logits", Array::F32(a.view().into_dyn()))),
        );
        parts.extend(
            extraction
                .spatial
                .as_ref()
                .map(|a| ("spatial", Array::F32(a.view().into_dyn()))),
        );
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
