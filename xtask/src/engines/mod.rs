//! Programs outside this repository that the tests talk to.

pub mod account;
pub mod packages;
pub mod postgres;
