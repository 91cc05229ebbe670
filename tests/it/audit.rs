//! The audits: what must be found, and what must not.

mod collapse;
mod dropping;
mod duplicates;
mod gather;
mod hygiene;
mod sets;
