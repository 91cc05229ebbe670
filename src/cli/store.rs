//! `gavel store`: how large the feature store is, and making it smaller.

use super::arguments::StoreCommand;
use super::console::Console;
use super::memo::Memo;
use super::plan;
use crate::error::{Error, Result};

const GIB: f64 = 1_073_741_824.0;

/// Runs one of the two commands.
pub fn run(typed: &StoreCommand, console: &Console) -> Result<()> {
    let (folder, keep) = match typed {
        StoreCommand::Show { store } => (store, None),
        StoreCommand::Prune { max_gib, store } => (store, Some(*max_gib)),
    };
    let store = plan::store(folder.as_deref())?
        .ok_or_else(|| Error::usage("there is no feature store to look at").mend("--store DIR"))?;
    if let Some(max_gib) = keep {
        if !(max_gib >= 0.0 && max_gib.is_finite()) {
            return Err(Error::usage(format!(
                "--max-gib {max_gib}: expected a size of at least 0"
            )));
        }
        Memo::beside(Some(&store)).clear();
        let pruned = store.prune((max_gib * GIB) as u64)?;
        console.talk(&format!(
            "removed {} entries, {:.3} GiB",
            pruned.entries,
            pruned.bytes as f64 / GIB
        ));
    }
    let status = store.status()?;
    console.data(&format!(
        "{}\n{} entries, {:.3} GiB\n",
        store.folder().display(),
        status.entries,
        status.bytes as f64 / GIB
    ))
}
