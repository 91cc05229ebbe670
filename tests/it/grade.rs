//! The grade book, as the teacher meets it.

mod class;
mod course;
mod pages;
mod rules;
mod safety;
