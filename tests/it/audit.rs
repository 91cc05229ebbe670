//! The audits: what must be found, and what must not.

mod collapse;
mod command;
mod copies;
mod copies_run;
mod dropping;
mod duplicates;
mod faces;
mod faces_bad_files;
mod faces_rate;
mod gather;
mod hygiene;
mod sets;
