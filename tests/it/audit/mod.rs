//! The audits.

mod copies;
