//! Audits: what each of them finds and what it leaves in peace.

mod faces;
mod faces_bad_files;
mod faces_rate;
