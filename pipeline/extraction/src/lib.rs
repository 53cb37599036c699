//! Words and document types in; type, fields with evidence and findings out.
//!
//! Pure: no input or output, no clock, nothing that fails. A value is found in four steps: everything
//! that could be a value by its own form (`candidates`), every phrase that announces one
//! (`label`), which of them belong together on the page (`binding`, `parties`), and what speaks
//! against the result (`checks`). Which types, fields, phrases and checks there are is data, in
//! `schemas/`. A wrong value that looks right is the worst outcome; a missing one is merely work.

mod binding;
mod built_in;
pub mod calibration;
mod candidates;
mod checks;
mod confidence;
mod given;
mod label;
mod layout;
mod names;
mod parties;
mod rates;
mod recognise;
pub mod rrso;
mod said;
mod schedule;
mod schema;
mod securities;
mod separate;
mod signing;
mod text;
pub mod truth;
mod typed;
mod understand;
mod words;

pub use confidence::proven;
pub use given::{CONFIRMED, apply_given};
pub use said::{SaidError, said_value};
pub use schema::{SchemaError, Schemas};
pub use separate::{BlankSheets, Part, Separated, Separation, Sides, Titles, separate};
pub use typed::Wanted;
pub use understand::understand;
