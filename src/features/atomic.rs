//! Files that are either whole or not there.

use crate::error::Result;
use crate::features::model_error;
use std::io::Write;
use std::path::Path;

/// Writes `bytes` under a temporary name in the same folder, then renames: a reader never sees half a file, and a
/// killed program leaves the old one.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = path.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
    let written = std::fs::File::create(&temporary)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| std::fs::rename(&temporary, path));
    written.map_err(|error| {
        // The error that is told is the first one; a leftover that cannot be removed adds nothing to it.
        let _ = std::fs::remove_file(&temporary);
        model_error::writing(path, &error)
    })
}
