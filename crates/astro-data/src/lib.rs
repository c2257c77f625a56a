//! From what happened to what a model may see: [`cleaning`] puts the record in order, a [`Person`]
//! is what is known at a moment, and the features ([`registry`]) make a [`Row`] of it. Everything is pure: no clock, no
//! chance, no files, and the same record gives the same bits on every machine.
//!
//! A row cannot see the future, because a person's state is made of facts in the order in which the
//! server learnt of them, and a row is made of the state alone. Training, serving, export and simulated
//! worlds all go through [`Scene::row`].
//!
//! This crate knows nothing of models, of storage, or of who asks. Words never reach it: of a text
//! there are counts of hashed tokens.
//!
//! Start with [`fact`], then [`person`], then one entry of `features/task.rs`; docs/features.md lists them
//! all, and docs/recipes/add-a-feature.md adds one.

mod candidates;
pub mod cleaning;
mod decay;
mod decision;
mod ends;
pub mod examples;
pub mod exposures;
pub mod fact;
mod features;
pub mod line;
mod maths;
pub mod person;
pub mod reference;
pub mod registry;
pub mod reward;
pub mod row;
mod scene;
pub mod split;
mod task;
mod text;

pub use candidates::candidates;
pub use cleaning::{Cleaner, Report, Rule};
pub use decay::Decay;
pub use decision::Decision;
pub use examples::{Example, Fate, examples, examples_since};
pub use exposures::{About, Exposure, NextMove, Outcomes, exposures};
pub use fact::{Answer, Fact, Happened, Says};
pub use line::{LineError, read_line, says_of};
pub use maths::moved;
pub use person::Person;
pub use registry::{Feature, Pii, Unit, WIDTH, Window, schema_hash};
pub use reward::Reward;
pub use row::Row;
pub use scene::{Candidate, Moment, Scene};
pub use split::{Part, Split};
pub use task::{Closing, Task};
pub use text::buckets;
