//! Pictures for people. A leaf: it knows no other stage.

pub mod sheet;
