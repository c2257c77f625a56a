//! Import and export: files of other programs, and everything of an owner at once.
//!
//! Reading is pure: bytes become a [`plan::Plan`], with notes on every field. A plan is carried
//! out, or in a dry run only compared, by `apply`; writing goes the same way back. What a format
//! says that has no place here is kept with the task in that format's own words
//! ([`plan::Kept`]) and comes out again unchanged; what was edited here since wins.
//!
//! docs/import.md tells people what maps to what.

pub mod alerts;
mod apply;
mod cycles;
pub mod events;
mod export;
mod history;
pub mod ics;
pub mod identity;
mod import;
mod json;
mod lookup;
mod naming;
pub mod notation;
pub mod notes;
pub mod outgoing;
pub mod plan;
pub mod portable;
mod recurring;
mod references;
pub mod taskwarrior;
pub mod todotxt;

pub use export::Exported;
pub use import::Progress;
