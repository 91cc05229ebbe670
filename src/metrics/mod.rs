//! The metrics: one file each, one line in [`METRICS`].
