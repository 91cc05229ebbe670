//! Where the golden values are, and how a test says that it skips.

use std::path::PathBuf;

/// `../shared/<path>` from the project's root, or `None` after saying so on stdout.
pub fn shared(path: &str) -> Option<PathBuf> {
    let full = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../shared")
        .join(path);
    if full.exists() {
        return Some(full);
    }
    println!("SKIPPED: ../shared/{path} is not here, so its golden values were not checked");
    None
}

/// A golden value's tolerance: `|got - want| <= abs + rel * |want|`.
#[track_caller]
pub fn close(what: &str, got: f64, want: f64, rel: f64, abs: f64) {
    let bound = abs + rel * want.abs();
    assert!(
        (got - want).abs() <= bound,
        "{what}: got {got:.12e}, golden {want:.12e}, bound {bound:.1e}"
    );
}
