//! What a run ends with: the results document ([`results`]) and its renderings ([`report`]); generators compared
//! ([`comparison`]), protocols compared ([`protocols`]); what metrics see of known corruptions ([`sensitivity`]); a policy
//! held against results ([`gate`]); a course's rules held against a class ([`grade`]); many runs of many losses
//! ([`study`]). Pages for people share a shell
//! ([`page`]).
//!
//! Nothing here decodes pixels or knows features or networks: a saved document can be shown, exported and judged on a machine
//! that has none of them.

pub mod alike;
pub mod comparison;
pub mod findings;
pub mod gate;
pub mod grade;
pub mod page;
pub mod protocols;
pub mod report;
pub mod results;
pub mod sensitivity;
pub mod study;
