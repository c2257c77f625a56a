//! The nouns and values of the product: ids, tasks, projects, goals, events, principals,
//! errors, limits and configuration structs.
//!
//! This crate performs no IO. It knows nothing of SQL, HTTP, files or models, and it takes
//! time and chance from [`clock::Clock`] and [`random::Random`], which callers pass in.
//!
//! Start with [`tasks`]: every other noun follows its shape. [`document!`] explains why a noun
//! has two structs, [`principal`] who may ask for what.

#[macro_use]
pub mod document;
#[macro_use]
mod codes;

pub mod accounts;
pub mod clock;
pub mod config;
pub mod datapoints;
pub mod error;
pub mod events;
pub mod goals;
pub mod ids;
pub mod interchange;
pub mod jobs;
pub mod labels;
pub mod limits;
pub mod models;
pub mod objects;
pub mod page;
pub mod patch;
pub mod preferences;
pub mod principal;
pub mod projects;
pub mod quick_add;
pub mod random;
pub mod recommendations;
pub mod reminders;
pub mod schema;
pub mod secret;
pub mod sync;
pub mod tasks;
pub mod time_entries;
pub mod web;

pub use astro_calendar as calendar;
