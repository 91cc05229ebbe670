//! The grade book: a course's rules, what was measured of every submission, and what follows.
//!
//! ```text
//! course.toml ──▶ Course ┐
//! submission ──▶ Record ─┴─ judge ──▶ Grade ──▶ Book ──▶ CSV, leaderboard, pages
//! ```
//! A [`Record`] is what was learnt of one submission, without any judgement; it is saved. So a class is judged again
//! under other rules without a model and without a picture.

pub mod book;
pub mod consequence;
pub mod course;
pub mod csv;
pub mod expected;
pub mod indicator;
pub mod judge;
pub mod page;
pub mod plagiarism;
pub mod record;

pub use book::Book;
pub use course::Course;
pub use judge::{Grade, judge};
pub use record::Record;
